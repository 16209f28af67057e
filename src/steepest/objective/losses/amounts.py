"""Losses of amounts, such as claims and durations: z is the logarithm of the mean."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import loss
from ...core.types import LinkValue
from .robust import number

__all__ = ["Gamma", "Tweedie"]

STEPS, LEAST = 60, 1e-300  # of Newton; slopes below it in size count as it
ELSEWHERE = {
    0.0: "power 0 is the loss squared_error",
    1.0: "power 1 is the loss poisson",
    2.0: "power 2 is the loss gamma",
}


@loss(curvature=np.inf, positive=True, attained=True, formula="half the mean gamma deviance, z = log of the mean")
class Gamma(NamedTuple):
    """Half the gamma deviance of an amount y > 0 with mean exp(z): l(z, y) = u + exp(-u) - 1 with u = z - log y.

    The standard deviation of y is a constant share of its mean. The loss of scikit-learn's ``GammaRegressor``. It is 0
    where exp(z) = y, grows like z above and like y exp(-z) below, so that every table has an optimum. Second derivative
    y exp(-z), without bound: no constant learning rate is safe everywhere. Predictions are exp(z). Cost per row: an
    exponential, and a logarithm for the value.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, chapter 8. doi:10.1007/978-1-4899-3242-6

    Examples
    --------
    >>> float(Gamma().value(0.0, 1.0)), float(Gamma().slope(0.0, 3.0)), float(Gamma().slope(800.0, 3.0))
    (0.0, -2.0, 1.0)
    """

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """u + exp(-u) - 1 with u = z - log y."""
        u = z - np.log(y)
        return u + np.expm1(-u)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: 1 - y exp(-z)."""
        return 1.0 - y * np.exp(-z)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: y exp(-z)."""
        return y * np.exp(-z)

    def third_ratio(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """``|l'''| = l''``."""
        return 0.0 * (z - y) + 1.0

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor: the logarithm of the mean target."""
        return np.log(np.maximum(mean, LEAST))

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """theta log y + p log p + theta with p = 1 - theta, infinite unless p >= 0."""
        inside = np.minimum(theta, 1.0)
        size = (1.0 - inside) * np.log1p(-np.minimum(inside, 1.0 - 2.0**-53)) + inside
        return np.where(theta <= 1.0, inside * np.log(y) + size, np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes <= 1."""
        return 0.0 * y - np.inf, 0.0 * y + 1.0

    def inverse(self, z: LinkValue) -> LinkValue:
        """The prediction that belongs to z: exp(z)."""
        return np.exp(z)


@loss(curvature=np.inf, positive=True, formula="half the mean Tweedie deviance, z = log of the mean")
class Tweedie(NamedTuple):
    """Half the Tweedie deviance of an amount y >= 0, often exactly 0, with mean exp(z); 1 < power < 2.

    With a = 2 - power, b = power - 1 and u = z - log y it is l(z, y) = y^a ((exp(a u) - 1) / a + (exp(-b u) - 1) / b),
    and exp(a z) / a where y = 0. The variance of y is proportional to its mean to the given power; in this range y is a
    sum of a Poisson number of gamma amounts, as the claims of an insured person in a year. The loss of scikit-learn's
    ``TweedieRegressor``. The powers 1 and 2 are `Poisson` and `Gamma`; beyond 2, and below 1, the deviance with a
    logarithmic link is not convex. Second derivative a exp(a z) + b y exp(-b z), without bound. Predictions are exp(z).
    Cost per row: six exponentials and a logarithm for the value, two exponentials for the slope.

    Parameters
    ----------
    power : float, 1 < power < 2, default 1.5
        Power of the mean to which the variance is proportional.

    Raises
    ------
    UsageError
        When it is used, if power is not a number between 1 and 2.

    References
    ----------
    Jørgensen, B. (1987). Exponential dispersion models. J. R. Statist. Soc. B 49(2).
    doi:10.1111/j.2517-6161.1987.tb01685.x

    Examples
    --------
    >>> float(Tweedie(1.5).value(0.0, 0.0)), float(Tweedie(1.5).slope(0.0, 3.0)), float(Tweedie(1.5).value(0.0, 1.0))
    (2.0, -2.0, 0.0)
    """

    power: float = 1.5

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """y^a ((exp(a u) - 1) / a + (exp(-b u) - 1) / b), or exp(a z) / a where y = 0."""
        a, b = 2.0 - self.power, self.power - 1.0
        level = np.log(np.where(y > 0.0, y, 1.0))
        u, scale = np.where(y > 0.0, z - level, 0.0), np.exp(a * level)
        c = np.minimum(np.maximum(u, -1.0), 1.0)
        near = scale * (np.expm1(a * c) / a + np.expm1(-b * c) / b)  # does not cancel
        known = np.where(u == c, near, np.exp(a * z) / a + np.exp(a * level - b * u) / b - scale / (a * b))
        return np.where(y > 0.0, known, np.exp(a * z) / a)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: exp(a z) - y exp(-b z)."""
        return np.exp((2.0 - self.power) * z) - y * np.exp(np.where(y > 0.0, (1.0 - self.power) * z, 0.0))

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: a exp(a z) + b y exp(-b z)."""
        a, b = 2.0 - self.power, self.power - 1.0
        return a * np.exp(a * z) + b * y * np.exp(np.where(y > 0.0, -b * z, 0.0))

    def third_ratio(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """``|l'''| <= max(a, b) l''``."""
        return 0.0 * (z - y) + 1.0

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor: the logarithm of the mean target."""
        return np.log(np.maximum(mean, LEAST))

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """theta z - l(z, y) at the z whose slope is theta; infinite where y = 0 and theta < 0."""
        a, b = 2.0 - self.power, self.power - 1.0
        level, size = np.log(np.where(y > 0.0, y, 1.0)), np.log(np.maximum(np.abs(theta), LEAST))
        u = np.where(theta > 0.0, away(size - a * level, a), -away(size - a * level, b)) * (theta != 0.0)
        known = theta * (u + level) - self.value(u + level, np.where(y > 0.0, y, 1.0))
        zero = np.where(theta < 0.0, np.inf, theta * (size - 1.0) / a)
        return np.where(y > 0.0, known, zero)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Any slope; >= 0 where y = 0."""
        return np.where(y > 0.0, -np.inf, 0.0), 0.0 * y + np.inf

    def inverse(self, z: LinkValue) -> LinkValue:
        """The prediction that belongs to z: exp(z)."""
        return np.exp(z)

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
        if number(self.power) and 1.0 < self.power < 2.0:
            return None
        why = "outside of that its cost with a logarithmic link is not convex"
        known = ELSEWHERE.get(float(self.power), why) if number(self.power) else "it is a power of the mean"
        return f"the tweedie loss needs a number 1 < power < 2, not {self.power!r}: {known}"


def away(log_q: LinkValue, c: float) -> LinkValue:
    """The s > 0 with exp(c s) - exp(-(1 - c) s) = q, by Newton's method on the logarithm, concave and increasing.

    It begins below the root, at the larger of two bounds, and stays below.

    Examples
    --------
    >>> away(np.log([np.exp(1.0) - np.exp(-1.0), 1e-3]), 0.5).round(9).tolist()
    [2.0, 0.001]
    """
    s = np.maximum(np.exp(np.minimum(log_q, 0.0) - c), log_q / c)
    for _ in range(STEPS):
        rest = -np.expm1(-s)
        change = (log_q - c * s - np.log(rest)) / (c + np.exp(-s) / rest)
        s = s + change
        if np.all(np.abs(change) <= 1e-15 * s):
            break
    return s
