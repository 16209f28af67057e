"""A learning rate of 1 overshoots: each step ends higher on the other side of the minimum.

The slope of a line through the eight points, with the intercept fixed at 2.6. The rate is 19 times the stability limit,
0.0533, above which plain descent diverges. The arrow shows where the run leaves the picture.
"""

import warnings

from steepest import DivergenceWarning, GDRegressor
from steepest.plots import CostCurveDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> CostCurveDisplay:
    """The first steps of a descent that diverges."""
    slope = GDRegressor(fixed=("intercept",), start=(0.0, 2.6), learning_rate=1.0, max_iter=4, tol=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)  # the picture says so
        return CostCurveDisplay.from_estimator(slope.fit(X, Y), X, Y)


if __name__ == "__main__":
    picture().save("overshoot.svg", force=True)
