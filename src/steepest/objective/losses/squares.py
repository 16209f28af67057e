"""Squared losses: moments can replace the rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import loss
from ...core.types import LinkValue

__all__ = ["MSE", "SquaredError"]


@loss(curvature=1.0, quadratic=True, attained=True, formula="mean (z - y)^2 / 2")
class SquaredError(NamedTuple):
    """Half the squared error, l(z, y) = (z - y)^2 / 2: the convention of scikit-learn's SGD and of most textbooks.

    The mean over rows, (1/2n) sum (z - y)^2, is the cost. Second derivative 1. Cost per row: 2 flops.

    References
    ----------
    Hastie, T., Tibshirani, R. and Friedman, J. (2009). The Elements of Statistical Learning, section 3.2.
    doi:10.1007/978-0-387-84858-7

    Examples
    --------
    >>> SquaredError().value(3.0, 1.0), SquaredError().slope(3.0, 1.0)
    (2.0, 2.0)
    """

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """(z - y)^2 / 2."""
        return 0.5 * (z - y) * (z - y)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: z - y."""
        return z - y

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 1."""
        return 0.0 * (z - y) + 1.0

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant prediction: the mean target."""
        return mean

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """theta^2 / 2 + theta y."""
        return theta * (0.5 * theta + y)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Any slope."""
        return 0.0 * y - np.inf, 0.0 * y + np.inf


@loss(curvature=2.0, quadratic=True, attained=True, formula="mean (z - y)^2")
class MSE(NamedTuple):
    """Squared error without the half, l(z, y) = (z - y)^2: its mean over rows is the mean squared error.

    Gradient and curvature are twice those of `SquaredError`, so the largest safe learning rate is half as large. Cost
    per row: 3 flops.

    References
    ----------
    Hastie, T., Tibshirani, R. and Friedman, J. (2009). The Elements of Statistical Learning, section 3.2.
    doi:10.1007/978-0-387-84858-7

    Examples
    --------
    >>> MSE().value(3.0, 1.0), MSE().slope(3.0, 1.0)
    (4.0, 4.0)
    """

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """(z - y)^2."""
        return (z - y) * (z - y)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: 2 (z - y)."""
        return 2.0 * (z - y)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 2."""
        return 0.0 * (z - y) + 2.0

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant prediction: the mean target."""
        return mean

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """theta^2 / 4 + theta y."""
        return theta * (0.25 * theta + y)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Any slope."""
        return 0.0 * y - np.inf, 0.0 * y + np.inf
