"""Residuals: what the fitted line misses of each point, as vertical sticks.

Least squares makes the sum of their squares least: of these eight points the largest stick is 2.138, at x = 3.
"""

from steepest import GDRegressor
from steepest.plots import ResidualsDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> ResidualsDisplay:
    return ResidualsDisplay.from_estimator(GDRegressor().fit(X, Y), X, Y)


if __name__ == "__main__":
    picture().save("residuals.svg", force=True)
