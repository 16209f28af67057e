"""End slopes of a loss, as z -> -inf and z -> inf, which say for which targets it falls without end."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .types import Array

__all__ = ["ends_of_domain", "slopes_far_out"]

FAR = 1e300  # a predictor that no table has


class Bounded(Protocol):
    """A loss whose slopes have known ends."""

    def domain(self, y: Array, /) -> tuple[Array, Array]:
        """Ends of the interval of slopes."""


class Sloped(Protocol):
    """A loss with a slope."""

    def slope(self, z: Array, y: Array, /) -> Array:
        """Derivative by z."""


def ends_of_domain(loss: Bounded, y: Array) -> tuple[Array, Array]:
    """The ends of the interval where the conjugate is finite: the slopes lie between them."""
    return loss.domain(y)


def slopes_far_out(loss: Sloped, y: Array) -> tuple[Array, Array]:
    """The slopes at predictors that no table has."""
    with np.errstate(over="ignore", invalid="ignore"):
        return loss.slope(np.full_like(y, -FAR), y), loss.slope(np.full_like(y, FAR), y)
