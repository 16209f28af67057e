"""The same cost as a map: lines of equal cost at round heights above the minimum, and the path of 4,000 steps.

A step crosses the lines at right angles only where both axes have the same scale, so no arrows are drawn here. The path
has a corner: at first only the slope changes, then slope and intercept move slowly along the valley together.
"""

from steepest import GDRegressor
from steepest.plots import CostSurfaceDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> CostSurfaceDisplay:
    """The map with the path from (0, 0)."""
    model = GDRegressor(learning_rate=0.01, max_iter=4000, tol=None).fit(X, Y)
    return CostSurfaceDisplay.from_estimator(model, X, Y)


if __name__ == "__main__":
    picture().save("cost_contour.svg", force=True)
