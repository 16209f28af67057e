"""Softmax: the loss of several classes, each with its own linear predictor."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import loss
from ...core.types import Array

__all__ = ["Softmax", "centred", "log_softmax", "softmax_slopes"]


@loss(curvature=0.5, labels=True, formula="mean log loss")
class Softmax(NamedTuple):
    """Multinomial log loss l(z, y) = log sum_c exp(z_c) - z_y of one row, z (k,) its predictors.

    The predicted probability of class c is p_c = exp(z_c) / sum exp(z). Values, slopes and second derivatives are
    (n, k). The loss of a row is the sum of its k values, of which only the one at its class is not 0. The Hessian of a
    row by z is diag(p) - p p', at most 1/2.

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
        """The loss of each row, in the column of its class; 0 in the others."""
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
        """Best constant z (k,), from the shares of the classes."""
        return np.log(np.maximum(shares, 1e-300))


def log_softmax(z: Array) -> Array:
    """log(exp(z_c) / sum exp(z)) along the last axis, without overflow or cancellation.

    Examples
    --------
    >>> log_softmax(np.array([1000.0, 1000.0, 0.0])).round(6).tolist()
    [-0.693147, -0.693147, -1000.693147]
    """
    z = z - z.max(-1, keepdims=True)
    logs: Array = z - np.log(np.exp(z).sum(-1, keepdims=True))
    return logs


def softmax_slopes(z: Array, y: Array | None) -> Array:
    """Loss of each row (n,); its predictors z (k, n) become the slopes p - y, in place, or p where y is None.

    Examples
    --------
    >>> z = np.zeros((4, 1))
    >>> softmax_slopes(z, np.eye(4)[:, :1]).round(6), z.ravel()
    (array([1.386294]), array([-0.75,  0.25,  0.25,  0.25]))
    """
    z -= np.maximum.reduce(z)
    own = 0.0 if y is None else np.einsum("ci,ci->i", y, z)
    np.exp(z, out=z)
    sums = np.add.reduce(z)
    cost: Array = np.log(sums) - own
    z /= sums
    if y is not None:
        z -= y
    return cost


def centred(w: Array, penalised: bool) -> Array:
    """Parameters (..., d + 1, k) minus their mean over the classes, which changes no probability.

    If coefficients are ``penalised``, only intercepts are centred: the mean of the others is 0 at the optimum.

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
