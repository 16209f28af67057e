"""The probit loss: y is 0 or 1, and the probability of class 1 is the normal distribution function of z."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.normal import log_normal_cdf, normal_excess, normal_ratio
from ...core.record_kinds import loss
from ...core.types import LinkValue

__all__ = ["Probit"]

TINY, STEPS, AWAY = 1e-300, 40, 0.5  # AWAY: how far a predictor may move up to the optimum


@loss(curvature=1.0, labels=True, formula="mean negative log Phi(s z)")
class Probit(NamedTuple):
    """Probit loss of a class y in {0, 1}: l(z, y) = -log Phi(s z), s = 2 y - 1, Phi the normal distribution.

    The predicted probability of class 1 is Phi(z). With the ratio r = phi(s z) / Phi(s z) the slope is -s r and the
    second derivative r (r + s z), which is below 1. Far on the wrong side the loss grows like z^2 / 2, so that one
    wrong label has more influence than under `LogLoss`. Value and derivatives are right to 1e-13 of themselves in both
    tails. Cost per row: erfc near 0, a continued fraction of 24 terms beyond 4.

    References
    ----------
    Bliss, C. I. (1934). The method of probits. Science 79(2037). doi:10.1126/science.79.2037.38
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, chapter 4. doi:10.1007/978-1-4899-3242-6

    Examples
    --------
    >>> round(float(Probit().value(0.0, 1.0)), 12), round(float(Probit().slope(0.0, 1.0)), 12)
    (0.69314718056, -0.797884560803)
    >>> round(float(Probit().value(-1e4, 1.0)), 6)
    50000010.129279
    """

    @property
    def likelihood(self) -> bool:
        """It is the negative log-likelihood of one row."""
        return True

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """-log Phi(s z)."""
        return -log_normal_cdf((2.0 * y - 1.0) * z)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: -s phi(s z) / Phi(s z)."""
        s = 2.0 * y - 1.0
        return -s * normal_ratio(s * z)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: r (r + s z) with r = phi(s z) / Phi(s z)."""
        m = (2.0 * y - 1.0) * z
        return normal_ratio(m) * normal_excess(m)

    def third_ratio(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """``|l'''| <= (r + s z) l''``, and r + s z grows by less than a predictor moves."""
        return np.maximum(normal_excess((2.0 * y - 1.0) * z) + AWAY, 1.0)

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor, from the share of class 1: its normal quantile."""
        from scipy.special import ndtri

        return ndtri(np.clip(mean, TINY, 1.0 - 1e-16))

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """log Phi(m) - q m at the m where phi(m) / Phi(m) = q = -s theta; infinite unless q >= 0."""
        q = (1.0 - 2.0 * y) * theta
        m = margin_of(np.maximum(q, TINY))
        return np.where(q > 0.0, log_normal_cdf(m) - q * m, np.where(q < 0.0, np.inf, 0.0))

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes against the class."""
        return np.where(y > 0.5, -np.inf, 0.0), np.where(y > 0.5, 0.0, np.inf)

    def inverse(self, z: LinkValue) -> LinkValue:
        """The prediction that belongs to z: the probability Phi(z)."""
        return np.exp(log_normal_cdf(z))


def margin_of(q: LinkValue) -> LinkValue:
    """The m with phi(m) / Phi(m) = q > 0, by Newton's method on the logarithm, which is concave and decreasing.

    Examples
    --------
    >>> margin_of(normal_ratio(np.array([-3.0, 5.0]))).round(9).tolist()
    [-3.0, 5.0]
    """
    m = np.where(q > 0.7, -q, np.sqrt(np.maximum(-2.0 * np.log(1.2 * q), 0.0)))
    for _ in range(STEPS):
        ratio = normal_ratio(m)
        change = np.log(ratio / q) / normal_excess(m)
        m = m + change
        if np.all(np.abs(change) <= 1e-15 * np.maximum(np.abs(m), 1.0)):
            break
    return m
