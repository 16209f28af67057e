"""What a loss gets that does not say it itself: the prediction of z, and its end slopes as z -> -inf and z -> inf.

End slopes say for which targets a loss falls without end.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .exp_log import logistic
from .types import Array

__all__ = ["ends_of_domain", "itself", "probability", "slopes_far_out"]

FAR = 1e300  # a predictor that no table has


class Bounded(Protocol):
    """A loss whose slopes have known ends."""

    def domain(self, y: Array, /) -> tuple[Array, Array]:
        """Ends of the interval of slopes."""


class Sloped(Protocol):
    """A loss with a slope."""

    def slope(self, z: Array, y: Array, /) -> Array:
        """Derivative by z."""


def itself(_: object, z: Array) -> Array:
    """The prediction z."""
    return z


def probability(_: object, z: Array) -> Array:
    """The prediction of a loss for classes: the probability of class 1 whose log odds are z."""
    return logistic(z)


def ends_of_domain(loss: Bounded, y: Array) -> tuple[Array, Array]:
    """The ends of the interval where the conjugate is finite: the slopes lie between them."""
    return loss.domain(y)


def slopes_far_out(loss: Sloped, y: Array) -> tuple[Array, Array]:
    """The slopes at predictors that no table has."""
    with np.errstate(over="ignore", invalid="ignore"):
        return loss.slope(np.full_like(y, -FAR), y), loss.slope(np.full_like(y, FAR), y)
