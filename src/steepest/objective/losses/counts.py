"""Losses of counts: z is the logarithm of the mean."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import loss
from ...core.types import Array, LinkValue

__all__ = ["Poisson"]


@loss(curvature=np.inf, positive=True, formula="half the mean Poisson deviance, z = log of the mean")
class Poisson(NamedTuple):
    """Half the Poisson deviance of a count y >= 0 with mean exp(z): l(z, y) = exp(z) - y z + y log y - y.

    It is 0 where exp(z) = y and differs from the negative log likelihood by a constant alone: the loss of
    scikit-learn's ``PoissonRegressor``. Second derivative exp(z), without bound, so that no constant learning rate is
    safe everywhere. y need not be an integer. Predictions are exp(z). Cost per row: an exponential, and a logarithm for
    the value.

    References
    ----------
    McCullagh, P. and Nelder, J. (1989). Generalized Linear Models, chapter 6. doi:10.1007/978-1-4899-3242-6

    Examples
    --------
    >>> float(Poisson().value(0.0, 1.0)), float(Poisson().slope(0.0, 3.0))
    (0.0, -2.0)
    """

    @property
    def likelihood(self) -> bool:
        """It is the negative log-likelihood of one row."""
        return True

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """exp(z) - y (1 + u) with u = z - log y, which does not cancel near u = 0."""
        u = z - np.log(np.where(y > 0.0, y, 1.0))
        c = np.minimum(np.maximum(u, -1.0), 1.0)
        return np.where((y > 0.0) & (u == c), y * (np.expm1(c) - c), np.exp(z) - y * (1.0 + u))

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: exp(z) - y."""
        return np.exp(z) - y

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: exp(z)."""
        return np.exp(z) + 0.0 * y

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor: the logarithm of the mean target."""
        return np.log(np.maximum(mean, 1e-300))

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """p log p - y log y - theta with p = y + theta, infinite unless p >= 0."""
        p, known = np.maximum(y + theta, 0.0), np.where(y > 0.0, y, 1.0)
        near = (y > 0.0) & (np.abs(theta) < y)
        growth = p * np.log1p(np.where(near, theta, 0.0) / known) + theta * np.log(known)
        separately = p * np.log(np.where(p > 0.0, p, 1.0)) - y * np.log(known)
        return np.where(y + theta >= 0.0, np.where(near, growth, separately) - theta, np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes >= -y."""
        return -y, 0.0 * y + np.inf

    def inverse(self, z: LinkValue) -> LinkValue:
        """The prediction that belongs to z: exp(z)."""
        return np.exp(z)

    def saturated(self, y: Array) -> Array:
        """Log-likelihood of a count whose mean is itself: y log y - y - log y!."""
        from scipy.special import gammaln, xlogy

        return np.asarray(xlogy(y, y) - y - gammaln(y + 1.0))
