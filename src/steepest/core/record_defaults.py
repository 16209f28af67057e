"""What a record gets that does not say it itself: a check, and of a loss the prediction of z and its end slopes.

End slopes say for which targets a loss falls without end.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .exp_log import logistic
from .types import Array

__all__ = [
    "ends_of_domain",
    "itself",
    "never_wrong",
    "none_easier",
    "none_saturated",
    "probability",
    "slopes_far_out",
]

FAR = 1e300  # a predictor that no table has


class Bounded(Protocol):
    """A loss whose slopes have known ends."""

    def domain(self, y: Array, /) -> tuple[Array, Array]:
        """Ends of the interval of slopes."""


class Sloped(Protocol):
    """A loss with a slope."""

    def slope(self, z: Array, y: Array, /) -> Array:
        """Derivative by z."""


def never_wrong(_: object) -> None:
    """None: there is no setting that could be wrong."""


def none_easier(_: object, far: float) -> tuple[()]:  # noqa: ARG001  # the method of a loss takes it
    """No losses to begin with."""
    return ()


def none_saturated(_: object, y: Array) -> Array:
    """0: the loss is the negative log-likelihood, or none is known."""
    return 0.0 * y


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
