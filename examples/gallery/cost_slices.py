"""Slices of the cost: along each parameter through the minimum, the others fixed, in standard errors.

Height and reach are nearly the same in these synthetic rows. One standard error of either, with the other fixed, raises
the cost far more than one of age: together they are known well, but not which of the two it is.
"""

import numpy as np

from steepest import GDRegressor
from steepest.plots import CostSlicesDisplay


def picture() -> CostSlicesDisplay:
    """Slices of a least-squares fit with two columns that are nearly the same."""
    rng = np.random.default_rng(8)
    height, age = rng.normal(size=(2, 200))
    X = np.column_stack((height, height + 0.25 * rng.normal(size=200), age))
    y = X @ [1.0, 0.5, 0.4] + 2.0 * rng.normal(size=200)
    names = ["height", "reach", "age"]
    return CostSlicesDisplay.from_estimator(GDRegressor().fit(X, y), X, y, names=names)


if __name__ == "__main__":
    picture().save("cost_slices.svg", force=True)
