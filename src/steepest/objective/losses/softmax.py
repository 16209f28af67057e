"""Softmax: the loss of several classes at once, each with a linear predictor of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import loss
from ...core.types import Array

__all__ = ["Softmax", "centred", "log_softmax"]


@loss(curvature=0.5, labels=True, formula="mean log loss")
class Softmax(NamedTuple):
    """Multinomial log loss l(z, y) = log sum_c exp(z_c) - z_y of one row, z (k,) its predictors.

    The predicted probability of class c is p_c = exp(z_c) / sum exp(z). Values, slopes and second derivatives are
    (n, k), those of a row together its own; a value is 0 but at the row's class. The second derivatives of a row are
    diag(p) - p p', at most 1/2.

    References
    ----------
    Bohning, D. (1992). Multinomial logistic regression algorithm. Ann. Inst. Statist. Math. 44.
    doi:10.1007/BF00048682

    Examples
    --------
    >>> Softmax().value(np.zeros((1, 4)), np.eye(4)[:1]).round(6)
    array([[1.386294, 0.      , 0.      , 0.      ]])
    >>> Softmax().slope(np.zeros((1, 4)), np.eye(4)[:1])
    array([[-0.75,  0.25,  0.25,  0.25]])
    """

    def value(self, z: Array, y: Array) -> Array:
        """The loss, at the place of the row's class."""
        return -y * log_softmax(z)

    def slope(self, z: Array, y: Array) -> Array:
        """Derivatives by z: p - y."""
        slopes: Array = np.exp(log_softmax(z)) - y
        return slopes

    def second_derivative(self, z: Array, y: Array) -> Array:
        """Second derivatives by each z_c alone: p_c (1 - p_c)."""
        p = np.exp(log_softmax(z))
        return p * (1.0 - p)

    def constant(self, shares: Array) -> Array:
        """The z (k,) that is best for classes of these shares."""
        return np.log(np.maximum(shares, 1e-300))


def log_softmax(z: Array) -> Array:
    """Logarithms of exp(z_c) / sum exp(z) along the last axis; they neither overflow nor cancel.

    Examples
    --------
    >>> log_softmax(np.array([1000.0, 1000.0, 0.0])).round(6).tolist()
    [-0.693147, -0.693147, -1000.693147]
    """
    z = z - z.max(-1, keepdims=True)
    logs: Array = z - np.log(np.exp(z).sum(-1, keepdims=True))
    return logs


def centred(w: Array, penalised: bool) -> Array:
    """Parameters (..., d + 1, k) with the mean over the classes taken away, which changes no probability.

    Only from the intercepts where coefficients are ``penalised``; theirs is 0 at the optimum anyway.

    Examples
    --------
    >>> centred(np.array([[3.0, 5.0], [1.0, 3.0]]), penalised=True)
    array([[ 3.,  5.],
           [-1.,  1.]])
    """
    w = w.copy()
    part = w[..., -1:, :] if penalised else w
    part -= part.mean(-1, keepdims=True)
    return w
