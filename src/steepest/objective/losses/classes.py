"""Losses of a class: y is 0 or 1, the sign of the class s = 2 y - 1, and s z is the margin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.exp_log import exp_minus, log1p_unit
from ...core.record_kinds import loss
from ...core.types import Array, LinkValue

__all__ = ["Hinge", "LogLoss", "ModifiedHuber", "SquaredHinge"]

LEAST, BELOW_1 = 5e-324, 1.0 - 2.0**-53


@loss(curvature=0.25, labels=True, formula="mean log loss")
class LogLoss(NamedTuple):
    """Logistic loss (cross-entropy) of a class y in {0, 1}: l(z, y) = log(1 + exp(-s z)) with s = 2 y - 1.

    The predicted probability of class 1 is 1 / (1 + exp(-z)). It is computed from ``exp(-|z|)`` alone, so that it
    neither overflows nor cancels: at s z = 800 the loss is 0 and at s z = -800 it is 800. Second derivative at most
    1/4. Cost per row: an exponential, and a logarithm for the value.

    References
    ----------
    Cox, D. R. (1958). The regression analysis of binary sequences. J. R. Statist. Soc. B 20(2).
    doi:10.1111/j.2517-6161.1958.tb00292.x

    Examples
    --------
    >>> float(LogLoss().value(0.0, 1.0)), float(LogLoss().slope(0.0, 1.0))
    (0.6931471805599453, -0.5)
    >>> float(LogLoss().value(-800.0, 1.0))
    800.0
    """

    @property
    def likelihood(self) -> bool:
        """It is the negative log-likelihood of one row."""
        return True

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """log(1 + exp(-s z))."""
        m = (2.0 * y - 1.0) * z
        return log1p_unit(exp_minus(np.abs(m))) + np.maximum(-m, 0.0)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: -s / (1 + exp(s z))."""
        s = 2.0 * y - 1.0
        m = s * z
        e = exp_minus(np.abs(m))
        return -s * np.where(m > 0.0, e, 1.0) / (1.0 + e)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: q (1 - q) with q = 1 / (1 + exp(-z))."""
        e = exp_minus(np.abs(z))
        return e / ((1.0 + e) * (1.0 + e))

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor, from the share of class 1: its log odds."""
        share = np.clip(mean, 1e-300, 1.0 - 1e-16)
        return np.log(share / (1.0 - share))

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """q log q + (1 - q) log(1 - q) with q = -s theta, infinite unless 0 <= q <= 1."""
        q = (1.0 - 2.0 * y) * theta
        inside = np.minimum(np.maximum(q, 0.0), 1.0)  # keeps the logarithms below finite where their factors are 0
        size = inside * np.log(np.maximum(q, LEAST)) + (1.0 - inside) * np.log1p(-np.minimum(inside, BELOW_1))
        return np.where(q == inside, size, np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes from -y to 1 - y."""
        return -y, 1.0 - y


@loss(curvature=np.inf, labels=True, attained=True, nonsmooth=True, formula="mean max(0, 1 - s z)")
class Hinge(NamedTuple):
    """Hinge loss of a class y in {0, 1}: l(z, y) = max(0, 1 - s z) with s = 2 y - 1; with an L2 penalty the linear SVM.

    It is not differentiable where s z = 1. The subgradient used there is 0, and no constant learning rate converges.
    The automatic mode takes interior-point steps, see `jumps`. Cost per row: 5 flops.

    References
    ----------
    Cortes, C. and Vapnik, V. (1995). Support-vector networks. Machine Learning 20(3). doi:10.1007/BF00994018

    Examples
    --------
    >>> float(Hinge().value(0.25, 1.0)), float(Hinge().slope(0.25, 1.0))
    (0.75, -1.0)
    """

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """max(0, 1 - s z)."""
        return np.maximum(1.0 - (2.0 * y - 1.0) * z, 0.0)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: -s where s z < 1, else 0."""
        s = 2.0 * y - 1.0
        return np.where(s * z < 1.0, -s, 0.0)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 0 where it exists."""
        return 0.0 * (z - y)

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor, from the share of class 1: 1 or -1."""
        return np.where(mean > 0.5, 1.0, -1.0)

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """s theta where -1 <= s theta <= 0."""
        a = (1.0 - 2.0 * y) * theta
        return np.where((a >= 0.0) & (a <= 1.0), -a, np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes from -y to 1 - y."""
        return -y, 1.0 - y

    def jumps(self, y: Array) -> list[tuple[Array, float]]:
        """The slope jumps by 1 where s z = 1."""
        return [(2.0 * y - 1.0, 1.0)]

    def smoothed(self, width: float) -> SmoothHinge:
        """A smooth approximation: a parabola where 1 - width < s z < 1."""
        return SmoothHinge(width)


@loss(curvature=None, labels=True, attained=True, formula="mean max(0, margin - s z), smoothed")
class SmoothHinge(NamedTuple):
    """Smoothed hinge loss: the maximum of a (margin - s z) - width a^2 / 2 over 0 <= a <= 1.

    References
    ----------
    Nesterov, Y. (2005). Smooth minimization of non-smooth functions. Math. Programming 103.
    doi:10.1007/s10107-004-0552-5

    Examples
    --------
    >>> float(SmoothHinge(0.5).value(0.75, 1.0)), SmoothHinge(0.5).curvature
    (0.0625, 2.0)
    """

    width: float
    margin: float = 1.0

    @property
    def curvature(self) -> float:
        """1 / width."""
        return 1.0 / self.width

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """A parabola, then a line."""
        m = self.margin - (2.0 * y - 1.0) * z
        a = np.minimum(np.maximum(m / self.width, 0.0), 1.0)
        return a * (m - 0.5 * self.width * a)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: -s a, with the maximising a."""
        s = 2.0 * y - 1.0
        return -s * np.minimum(np.maximum((self.margin - s * z) / self.width, 0.0), 1.0)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative 1 / width by z on the parabola; elsewhere a small positive number, for Newton steps."""
        m = np.abs(self.margin - (2.0 * y - 1.0) * z - 0.5 * self.width)
        return np.where(m <= 0.5 * self.width, 1.0, 0.05 * self.width / np.maximum(m, self.width)) / self.width


@loss(curvature=2.0, labels=True, attained=True, formula="mean max(0, 1 - s z)^2")
class SquaredHinge(NamedTuple):
    """Squared hinge loss of a class y in {0, 1}: l(z, y) = max(0, 1 - s z)^2 with s = 2 y - 1.

    Second derivative 2 where s z < 1, else 0. scikit-learn's ``LinearSVC(C)`` without intercept has alpha = 1 / (n C).
    Cost per row: 6 flops.

    References
    ----------
    Chang, K.-W., Hsieh, C.-J. and Lin, C.-J. (2008). Coordinate descent method for large-scale L2-loss linear support
    vector machines. J. Mach. Learn. Res. 9. https://www.jmlr.org/papers/volume9/chang08a/chang08a.pdf

    Examples
    --------
    >>> float(SquaredHinge().value(-1.0, 1.0)), float(SquaredHinge().slope(-1.0, 1.0))
    (4.0, -4.0)
    """

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """max(0, 1 - s z)^2."""
        a = np.maximum(1.0 - (2.0 * y - 1.0) * z, 0.0)
        return a * a

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: -2 s max(0, 1 - s z)."""
        s = 2.0 * y - 1.0
        return -2.0 * s * np.maximum(1.0 - s * z, 0.0)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 2 where s z < 1, else 0."""
        return np.where((2.0 * y - 1.0) * z < 1.0, 2.0, 0.0)

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor, from the share of class 1."""
        return 2.0 * mean - 1.0

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """a^2 / 4 - a with a = -s theta, infinite unless a >= 0."""
        a = (1.0 - 2.0 * y) * theta
        return np.where(a >= 0.0, a * (0.25 * a - 1.0), np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes against the class."""
        return np.where(y > 0.5, -np.inf, 0.0), np.where(y > 0.5, 0.0, np.inf)


@loss(curvature=2.0, labels=True, attained=True, formula="mean of max(0, 1 - s z)^2, or -4 s z where s z < -1")
class ModifiedHuber(NamedTuple):
    """Squared hinge loss, but a line where s z < -1: l(z, y) = max(0, 1 - s z)^2, or -4 s z there.

    The gradient of a row far on the wrong side is no larger than at s z = -1. Second derivative 2 where -1 < s z < 1,
    else 0. Cost per row: 9 flops.

    References
    ----------
    Zhang, T. (2004). Solving large scale linear prediction problems using stochastic gradient descent algorithms. ICML.
    doi:10.1145/1015330.1015332

    Examples
    --------
    >>> float(ModifiedHuber().value(-2.0, 1.0)), float(ModifiedHuber().value(0.5, 1.0))
    (8.0, 0.25)
    """

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """a^2 up to a = 2, then 4 (a - 1), with a = max(0, 1 - s z)."""
        a = np.maximum(1.0 - (2.0 * y - 1.0) * z, 0.0)
        b = np.minimum(a, 2.0)
        return b * (2.0 * a - b)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: -2 s a, at most 4 in size."""
        s = 2.0 * y - 1.0
        return -2.0 * s * np.minimum(np.maximum(1.0 - s * z, 0.0), 2.0)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 2 where -1 < s z < 1, else 0."""
        return np.where(np.abs(z) < 1.0, 2.0, 0.0) + 0.0 * y

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor, from the share of class 1."""
        return 2.0 * mean - 1.0

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """a^2 / 4 - a with a = -s theta, infinite unless 0 <= a <= 4."""
        a = (1.0 - 2.0 * y) * theta
        return np.where((a >= 0.0) & (a <= 4.0), a * (0.25 * a - 1.0), np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes from -4 y to 4 (1 - y)."""
        return -4.0 * y, 4.0 - 4.0 * y
