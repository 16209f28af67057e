"""Losses: what one row costs, as a function of its linear predictor z = x . w + b and its target y.

A loss is a record with three methods, ``value``, ``slope`` and ``bend`` (first and second derivative by z), written
once in NumPy for arrays and numbers alike (np.where instead of ``if``), and four facts, given to ``@loss``:
``curvature`` (largest second derivative by z), ``quadratic`` (moments can stand in for the rows), ``labels`` (targets
are the classes 0 and 1) and ``formula`` (what a printed cost means).

Two more methods let a duality gap prove how good an answer is; a loss without them is certified by second derivatives:
``conjugate(theta, y)`` = sup over z of theta z - l(z, y), infinite where that is, and ``domain(y)``, the ends of the
interval where it is finite, which holds 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .elementary import exp_minus, log1p_unit
from .records import loss

__all__ = ["MSE", "LogLoss", "SquaredError"]

LEAST, BELOW_1 = 5e-324, 1.0 - 2.0**-53
Z = Any  # an array in plain NumPy, one number in compiled code


@loss(curvature=1.0, quadratic=True, formula="mean (z - y)^2 / 2")
class SquaredError(NamedTuple):
    """Half the squared error, l(z, y) = (z - y)^2 / 2: the convention of scikit-learn's SGD and of most textbooks.

    The mean over rows, (1/2n) sum (z - y)^2, is the cost. Second derivative 1. Cost per row: 2 flops.

    Examples
    --------
    >>> SquaredError().value(3.0, 1.0), SquaredError().slope(3.0, 1.0)
    (2.0, 2.0)
    """

    def value(self, z: Z, y: Z) -> Z:
        """(z - y)^2 / 2."""
        return 0.5 * (z - y) * (z - y)

    def slope(self, z: Z, y: Z) -> Z:
        """Derivative by z: z - y."""
        return z - y

    def bend(self, z: Z, y: Z) -> Z:
        """Second derivative by z: 1."""
        return 0.0 * (z - y) + 1.0

    def conjugate(self, theta: Z, y: Z) -> Z:
        """theta^2 / 2 + theta y."""
        return theta * (0.5 * theta + y)

    def domain(self, y: Z) -> tuple[Z, Z]:
        """Every slope may be taken."""
        return 0.0 * y - np.inf, 0.0 * y + np.inf


@loss(curvature=2.0, quadratic=True, formula="mean (z - y)^2")
class MSE(NamedTuple):
    """Squared error without the half, l(z, y) = (z - y)^2: its mean over rows is the mean squared error.

    Gradient and curvature are twice those of `SquaredError`, so the largest safe learning rate is half as large.

    Examples
    --------
    >>> MSE().value(3.0, 1.0), MSE().slope(3.0, 1.0)
    (4.0, 4.0)
    """

    def value(self, z: Z, y: Z) -> Z:
        """(z - y)^2."""
        return (z - y) * (z - y)

    def slope(self, z: Z, y: Z) -> Z:
        """Derivative by z: 2 (z - y)."""
        return 2.0 * (z - y)

    def bend(self, z: Z, y: Z) -> Z:
        """Second derivative by z: 2."""
        return 0.0 * (z - y) + 2.0

    def conjugate(self, theta: Z, y: Z) -> Z:
        """theta^2 / 4 + theta y."""
        return theta * (0.25 * theta + y)

    def domain(self, y: Z) -> tuple[Z, Z]:
        """Every slope may be taken."""
        return 0.0 * y - np.inf, 0.0 * y + np.inf


@loss(curvature=0.25, labels=True, formula="mean log loss")
class LogLoss(NamedTuple):
    """Logistic loss (cross-entropy) of a class y in {0, 1}: l(z, y) = log(1 + exp(-s z)) with s = 2 y - 1.

    The predicted probability of class 1 is 1 / (1 + exp(-z)). Written with exp(-|z|) alone, so it neither overflows
    nor cancels: at s z = 800 the loss is 0 and at s z = -800 it is 800. Second derivative at most 1/4.

    Examples
    --------
    >>> float(LogLoss().value(0.0, 1.0)), float(LogLoss().slope(0.0, 1.0))
    (0.6931471805599453, -0.5)
    >>> float(LogLoss().value(-800.0, 1.0))
    800.0
    """

    def value(self, z: Z, y: Z) -> Z:
        """log(1 + exp(-s z))."""
        m = (2.0 * y - 1.0) * z
        return log1p_unit(exp_minus(np.abs(m))) + np.maximum(-m, 0.0)

    def slope(self, z: Z, y: Z) -> Z:
        """Derivative by z: -s / (1 + exp(s z))."""
        s = 2.0 * y - 1.0
        m = s * z
        e = exp_minus(np.abs(m))
        return -s * np.where(m > 0.0, e, 1.0) / (1.0 + e)

    def bend(self, z: Z, y: Z) -> Z:
        """Second derivative by z: q (1 - q) with q = 1 / (1 + exp(-z))."""
        e = exp_minus(np.abs(z))
        return e / ((1.0 + e) * (1.0 + e))

    def conjugate(self, theta: Z, y: Z) -> Z:
        """q log q + (1 - q) log(1 - q) with q = -s theta, infinite unless 0 <= q <= 1."""
        q = (1.0 - 2.0 * y) * theta
        inside = np.minimum(np.maximum(q, 0.0), 1.0)  # the logarithms below stay finite, their factors being 0
        size = inside * np.log(np.maximum(q, LEAST)) + (1.0 - inside) * np.log1p(-np.minimum(inside, BELOW_1))
        return np.where(q == inside, size, np.inf)

    def domain(self, y: Z) -> tuple[Z, Z]:
        """Slopes from -y to 1 - y."""
        return -y, 1.0 - y
