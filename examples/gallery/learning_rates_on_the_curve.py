"""Three learning rates on one curve: too small, nearly too large, and too large.

The slope of a line through the eight points, with the intercept fixed at 2.6; 100 steps each. With the rate 0.001 the
run is slow, with 0.05 it oscillates and converges, with 0.1 it diverges. The limit is 2 / curvature = 2 / 37.5 =
0.0533.
"""

import warnings

from steepest import DivergenceWarning, GDRegressor
from steepest.plots import CostCurveDisplay, Panels

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def curve(rate: float) -> CostCurveDisplay:
    """100 steps at one rate."""
    slope = GDRegressor(fixed=("intercept",), start=(0.0, 2.6), learning_rate=rate, max_iter=100, tol=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)
        return CostCurveDisplay.from_estimator(slope.fit(X, Y), X, Y)


def picture() -> Panels:
    """Three descents side by side."""
    found = "0.001 is slow, 0.05 oscillates and converges, 0.1 diverges: the limit is 0.0533"
    return Panels(curve(0.001), curve(0.05), curve(0.1), finding=found)


if __name__ == "__main__":
    picture().save("learning_rates_on_the_curve.svg", force=True)
