"""The steps of a descent on the curve of its cost: 1,000 steps at the learning rate 0.001.

The intercept is fixed at 2.6, so the cost is a function of the slope alone. The tangents at steps 0 and 20 show why the
steps shrink: a step is the learning rate times the slope of the tangent, which is 0 at the minimum.
"""

from steepest import GDRegressor
from steepest.plots import CostCurveDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> CostCurveDisplay:
    """The states of the descent on the cost of the slope."""
    slope = GDRegressor(fixed=("intercept",), start=(0.0, 2.6), learning_rate=0.001, max_iter=1000, tol=None)
    return CostCurveDisplay.from_estimator(slope.fit(X, Y), X, Y, tangent=(0, 20))


if __name__ == "__main__":
    picture().save("cost_curve.svg", force=True)
