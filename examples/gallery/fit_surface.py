"""The fitted plane over two columns: each house with a line to the plane, its residual.

Synthetic houses: the price, in thousands, rises with the area and falls with the distance from the centre. With more
than two columns the picture is a slice of the model, with the others at their means.
"""

import numpy as np

from steepest import GDRegressor
from steepest.plots import FitSurfaceDisplay


def picture() -> FitSurfaceDisplay:
    """Sixty houses and their plane."""
    rng = np.random.default_rng(5)
    X = np.column_stack((rng.uniform(40, 160, 60), rng.uniform(0, 20, 60)))
    y = 90 + 2.4 * X[:, 0] - 6.0 * X[:, 1] + 40 * rng.normal(size=60)
    model = GDRegressor().fit(X, y)
    return FitSurfaceDisplay.from_estimator(model, X, y, names=["area", "distance"], target="price")


if __name__ == "__main__":
    picture().save("fit_surface.png", force=True)
