"""Robust losses: they grow like the size of the residual, so that a few outliers have little influence."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from ...core.record_kinds import loss
from ...core.types import LinkValue

__all__ = ["Huber", "SquaredEpsilonInsensitive"]


def number(value: Any) -> bool:
    """Whether this is a finite number."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


@loss(curvature=1.0, attained=True, formula="mean of r^2 / 2, or delta (|r| - delta / 2) where |r| > delta, r = z - y")
class Huber(NamedTuple):
    """Huber's loss: half the squared error up to ``delta``, linear beyond.

    With r = z - y: l = r^2 / 2 where ``|r| <= delta``, else ``delta (|r| - delta / 2)``. Second derivative 1 inside, 0
    outside. ``delta`` is in the units of the target: 1.35 standard deviations of the noise keep 95 % of the efficiency
    of least squares where the noise is normal. The scale of the noise is not estimated, other than in scikit-learn's
    ``HuberRegressor``; its ``SGDRegressor(loss="huber")`` has this loss, with ``epsilon`` for delta. Cost per row: 6
    flops.

    Parameters
    ----------
    delta : float > 0, default 1.35
        Size of the residual beyond which the loss is linear, in the units of the target.

    Raises
    ------
    UsageError
        When it is used, if delta is not a number > 0.

    References
    ----------
    Huber, P. J. (1964). Robust estimation of a location parameter. Ann. Math. Statist. 35(1).
    doi:10.1214/aoms/1177703732

    Examples
    --------
    >>> float(Huber(1.0).value(3.0, 0.0)), float(Huber(1.0).slope(3.0, 0.0))
    (2.5, 1.0)
    """

    delta: float = 1.35

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """``r^2 / 2``, or ``delta (|r| - delta / 2)``."""
        r = np.abs(z - y)
        c = np.minimum(r, self.delta)
        return c * (r - 0.5 * c)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: r, at most delta in size."""
        return np.minimum(np.maximum(z - y, -self.delta), self.delta)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 1 where ``|r| <= delta``, else 0."""
        return np.where(np.abs(z - y) <= self.delta, 1.0, 0.0)

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """``theta^2 / 2 + theta y`` where ``|theta| <= delta``."""
        return np.where(np.abs(theta) <= self.delta, theta * (0.5 * theta + y), np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes from -delta to delta."""
        return 0.0 * y - self.delta, 0.0 * y + self.delta

    def easier(self, far: float) -> list[Huber]:
        """Huber losses with wider parabolas: the first covers residuals up to ``far``, each next one is 1/4 as wide."""
        steps = math.log(max(far / self.delta, 1.0), 4.0)
        return [Huber(self.delta * 4.0**i) for i in range(math.ceil(steps), 0, -1)]

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
        right = number(self.delta) and self.delta > 0
        return None if right else f"the huber loss needs a number delta > 0, not {self.delta!r}"


@loss(curvature=2.0, attained=True, formula="mean max(0, |z - y| - epsilon)^2")
class SquaredEpsilonInsensitive(NamedTuple):
    """Squared error beyond ``epsilon``: ``l(z, y) = max(0, |z - y| - epsilon)^2``; with epsilon = 0 that of `MSE`.

    Second derivative 2 where ``|z - y| > epsilon``, else 0. scikit-learn's ``LinearSVR(C)`` of this loss without
    intercept has alpha = 1 / (n C). Cost per row: 5 flops.

    Parameters
    ----------
    epsilon : float >= 0, default 0.1
        Residual up to which the loss is 0, in the units of the target.

    Raises
    ------
    UsageError
        When it is used, if epsilon is not a number >= 0.

    References
    ----------
    Ho, C.-H. and Lin, C.-J. (2012). Large-scale linear support vector regression. J. Mach. Learn. Res. 13.
    https://jmlr.org/papers/volume13/ho12a/ho12a.pdf

    Examples
    --------
    >>> loss = SquaredEpsilonInsensitive(0.5)
    >>> float(loss.value(3.0, 1.0)), float(loss.slope(3.0, 1.0)), float(loss.slope(1.25, 1.0))
    (2.25, 3.0, 0.0)
    """

    epsilon: float = 0.1

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """``max(0, |z - y| - epsilon)^2``."""
        a = np.maximum(np.abs(z - y) - self.epsilon, 0.0)
        return a * a

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: twice the part of z - y beyond epsilon."""
        return 2.0 * (np.maximum(z - y - self.epsilon, 0.0) + np.minimum(z - y + self.epsilon, 0.0))

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 2 beyond epsilon, else 0."""
        return np.where(np.abs(z - y) > self.epsilon, 2.0, 0.0)

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """``theta^2 / 4 + theta y + epsilon |theta|``."""
        return theta * (0.25 * theta + y) + self.epsilon * np.abs(theta)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Any slope."""
        return 0.0 * y - np.inf, 0.0 * y + np.inf

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
        right = number(self.epsilon) and self.epsilon >= 0
        text = f"the squared_epsilon_insensitive loss needs a number epsilon >= 0, not {self.epsilon!r}"
        return None if right else text
