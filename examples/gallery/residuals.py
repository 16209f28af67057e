"""Residuals: the vertical distances of the points from the fitted line.

Least squares minimises the sum of their squares. The largest residual of these eight points is -2.138, at x = 3.
"""

from steepest import GDRegressor
from steepest.plots import ResidualsDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> ResidualsDisplay:
    return ResidualsDisplay.from_estimator(GDRegressor().fit(X, Y), X, Y)


if __name__ == "__main__":
    picture().save("residuals.svg", force=True)
