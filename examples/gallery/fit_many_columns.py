"""A fit of ten columns: actual against predicted targets, 50,000 rows counted in cells.

For several columns there is no line to draw, but good predictions lie on the diagonal. This synthetic instrument cannot
show more than 60, which is visible as a dark upper edge, where the points leave the diagonal.
"""

import numpy as np

from steepest import GDRegressor
from steepest.plots import FitDisplay


def picture() -> FitDisplay:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(50_000, 10))
    y = np.minimum(40 + X @ np.linspace(0, 6, 10) + 4 * rng.normal(size=len(X)), 60)
    return FitDisplay.from_estimator(GDRegressor().fit(X, y), X, y, target="reading")


if __name__ == "__main__":
    picture().save("fit_many_columns.svg", force=True)
