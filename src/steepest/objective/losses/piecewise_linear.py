"""Losses of two or three straight pieces, and the smooth loss that approximates them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import loss
from ...core.types import Array, LinkValue
from .robust import number

__all__ = ["EpsilonInsensitive", "Quantile"]


@loss(curvature=np.inf, attained=True, nonsmooth=True, formula="mean of q (y - z), or (1 - q) (z - y) where z > y")
class Quantile(NamedTuple):
    """Pinball loss, whose best constant is the q-quantile: l(z, y) = q (y - z), or (1 - q) (z - y) where z > y.

    q = 0.5 is half the absolute error. It is not differentiable where z = y. The subgradient used there is 0, and no
    constant learning rate converges. The automatic mode takes interior-point steps, see `jumps`. It is the loss of
    scikit-learn's ``QuantileRegressor``. Cost per row: 5 flops.

    Parameters
    ----------
    q : float, 0 < q < 1, default 0.5
        Share of the targets that are to lie below the predictions.

    Raises
    ------
    UsageError
        When it is used, if q is not a number between 0 and 1.

    References
    ----------
    Koenker, R. and Bassett, G. (1978). Regression quantiles. Econometrica 46(1). doi:10.2307/1913643

    Examples
    --------
    >>> float(Quantile(0.9).value(1.0, 3.0)), float(Quantile(0.9).slope(1.0, 3.0))
    (1.8, -0.9)
    """

    q: float = 0.5

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """q (y - z), or (1 - q) (z - y)."""
        return np.maximum(self.q * (y - z), (1.0 - self.q) * (z - y))

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: -q below the target, 1 - q above."""
        return np.where(z < y, -self.q, 0.0) + np.where(z > y, 1.0 - self.q, 0.0)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 0 where it exists."""
        return 0.0 * (z - y)

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """theta y where -q <= theta <= 1 - q."""
        return np.where((theta >= -self.q) & (theta <= 1.0 - self.q), theta * y, np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes from -q to 1 - q."""
        return 0.0 * y - self.q, 0.0 * y + (1.0 - self.q)

    def jumps(self, y: Array) -> list[tuple[Array, float]]:
        """The slope jumps by 1 at the target."""
        return [(y, 1.0)]

    def smoothed(self, width: float) -> SmoothResidual:
        """A smooth approximation: a parabola where -q width < z - y < (1 - q) width."""
        return SmoothResidual(width, self.q, 1.0 - self.q)

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
        right = number(self.q) and 0 < self.q < 1
        return None if right else f"the quantile loss needs a number 0 < q < 1, not {self.q!r}"


@loss(curvature=np.inf, attained=True, nonsmooth=True, formula="mean max(0, |z - y| - epsilon)")
class EpsilonInsensitive(NamedTuple):
    """Absolute error beyond ``epsilon``: ``l(z, y) = max(0, |z - y| - epsilon)``, that of support vector regression.

    It is not differentiable where ``|z - y| = epsilon``. The subgradient used there is 0, and no constant learning rate
    converges. The automatic mode takes interior-point steps, see `jumps`. With epsilon = 0 it is the absolute error.
    Cost per row: 4 flops.

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
    Smola, A. and Schölkopf, B. (2004). A tutorial on support vector regression. Statistics and Computing 14.
    doi:10.1023/B:STCO.0000035301.49549.88

    Examples
    --------
    >>> float(EpsilonInsensitive(0.5).value(3.0, 1.0)), float(EpsilonInsensitive(0.5).slope(1.25, 1.0))
    (1.5, 0.0)
    """

    epsilon: float = 0.1

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """``max(0, |z - y| - epsilon)``."""
        return np.maximum(np.abs(z - y) - self.epsilon, 0.0)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: the sign of z - y beyond epsilon, else 0."""
        return np.where(z - y > self.epsilon, 1.0, 0.0) - np.where(y - z > self.epsilon, 1.0, 0.0)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 0 where it exists."""
        return 0.0 * (z - y)

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """``theta y + epsilon |theta|`` where ``|theta| <= 1``."""
        return np.where(np.abs(theta) <= 1.0, theta * y + self.epsilon * np.abs(theta), np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes from -1 to 1."""
        return 0.0 * y - 1.0, 0.0 * y + 1.0

    def jumps(self, y: Array) -> list[tuple[Array, float]]:
        """The slope jumps by 1 at both ends of the interval where the loss is 0."""
        return [(y - self.epsilon, 1.0), (y + self.epsilon, 1.0)]

    def smoothed(self, width: float) -> SmoothResidual:
        """A smooth approximation: parabolas where ``epsilon < |z - y| < epsilon + width``."""
        return SmoothResidual(width, 1.0, 1.0, self.epsilon)

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
        right = number(self.epsilon) and self.epsilon >= 0
        return None if right else f"the epsilon_insensitive loss needs a number epsilon >= 0, not {self.epsilon!r}"


@loss(curvature=None, attained=True, formula="mean size of the residual, smoothed")
class SmoothResidual(NamedTuple):
    """Maximum of ``theta (z - y) - epsilon |theta| - width theta^2 / 2`` over ``-down <= theta <= up``.

    With width 0 that is `Quantile` (down = q, up = 1 - q, epsilon = 0) or `EpsilonInsensitive` (down = up = 1).

    References
    ----------
    Nesterov, Y. (2005). Smooth minimization of non-smooth functions. Math. Programming 103.
    doi:10.1007/s10107-004-0552-5

    Examples
    --------
    >>> float(SmoothResidual(2.0, 0.5, 0.5).value(0.5, 0.0)), float(SmoothResidual(2.0, 0.5, 0.5).slope(0.5, 0.0))
    (0.0625, 0.25)
    """

    width: float
    down: float
    up: float
    epsilon: float = 0.0

    @property
    def curvature(self) -> float:
        """1 / width."""
        return 1.0 / self.width

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """The maximum over theta."""
        r = z - y
        beyond = np.maximum(r - self.epsilon, 0.0) + np.minimum(r + self.epsilon, 0.0)
        theta = np.minimum(np.maximum(beyond / self.width, -self.down), self.up)
        return theta * (r - 0.5 * self.width * theta) - self.epsilon * np.abs(theta)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: the maximising theta."""
        r = z - y
        beyond = np.maximum(r - self.epsilon, 0.0) + np.minimum(r + self.epsilon, 0.0)
        return np.minimum(np.maximum(beyond / self.width, -self.down), self.up)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative 1 / width by z on the parabolas; elsewhere a small positive number, for Newton steps."""
        r = z - y
        beyond = np.maximum(r - self.epsilon, 0.0) + np.minimum(r + self.epsilon, 0.0)
        theta = np.minimum(np.maximum(beyond / self.width, -self.down), self.up)
        inside = (theta > -self.down) & (theta < self.up) & ((theta != 0.0) | (self.epsilon == 0.0))
        return np.where(inside, 1.0 / self.width, 0.1 * np.abs(theta) / np.maximum(np.abs(r), self.width))
