"""The cost of a line over its slope and intercept, as a surface in space with the path of 4,000 steps on it.

The path descends the steep side in a few steps and then moves slowly along the valley to the minimum, 0.631466. Shown
in a window (`picture().plot()`), the surface can be rotated with the mouse.
"""

from steepest import GDRegressor
from steepest.plots import CostSurfaceDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> CostSurfaceDisplay:
    """The surface with the path from (0, 0)."""
    model = GDRegressor(learning_rate=0.01, max_iter=4000, tol=None).fit(X, Y)
    return CostSurfaceDisplay.from_estimator(model, X, Y, kind="surface")


if __name__ == "__main__":
    picture().save("cost_surface.svg", force=True)
