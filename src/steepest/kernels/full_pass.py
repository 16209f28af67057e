"""The full pass: mean loss and gradient in one pass over the rows, block by block."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from .dispatch import second_derivative, slope, value
from .row_access import accumulate, entry, predict

__all__ = ["block_pass", "second_derivative_pass"]


def block_pass(loss, X, y, weight, offset, shift, v, b, size, tile, first, last, gradient, seconds, out):
    """Sum the weighted losses and their gradient over each of the blocks first .. last - 1 of ``size`` rows.

    Shapes: y (k, n), v (k, d), b (k,) and out (blocks, 1 + k (d + 1)). A row of out is the loss, then for each of the k
    outputs the d + 1 numbers of the gradient, intercept last. Tiles of rows stay in the cache between predictor and
    gradient. Weighted second derivatives by row go into seconds (n,), unless it is None.
    """
    k, d = v.shape
    n = y.shape[1]
    z = np.empty((k, tile), v.dtype)
    g = np.empty((k, d), v.dtype)
    sums = np.empty(k)
    for block in range(first, last):
        g.fill(0.0)
        sums.fill(0.0)
        total = 0.0
        end = min(n, (block + 1) * size)
        for low in range(block * size, end, tile):
            high = min(end, low + tile)
            predict(X, None, None, 0, shift, None, v, low, high, z)
            for c in range(k):
                total += judge(loss, y, weight, offset, b, c, low, high, z, seconds, sums)
            if gradient:
                accumulate(X, None, None, 0, shift, None, z, low, high, g)
        out[block, 0] = total
        for c in range(k):
            for j in range(d):
                out[block, 1 + c * (d + 1) + j] = g[c, j]
            out[block, (c + 1) * (d + 1)] = sums[c]


@register_jitable(forceinline=True)
def judge(loss, y, weight, offset, b, c, low, high, z, seconds, sums):
    """Turn the predictors z[c] of a tile into weighted slopes, in place; return the sum of the losses.

    Arguments are whole arrays, not views: a view counts references, and threads would contend for the counter.
    """
    total = 0.0
    slopes = 0.0
    for i in range(low, high):
        u = z[c, i - low] + b[c] + entry(offset, i, 0.0)
        m = entry(weight, i, 1.0)
        total += m * value(loss, u, y[c, i])
        r = m * slope(loss, u, y[c, i])
        slopes += r
        keep(seconds, i, m, loss, u, y[c, i])
        z[c, i - low] = r
    sums[c] += slopes
    return total


def keep(seconds, i, m, loss, u, y):
    """Store the weighted second derivative of row i, unless ``seconds`` is None."""


@overload(keep, jit_options={"forceinline": True})
def _keep(seconds, i, m, loss, u, y):
    if isinstance(seconds, types.NoneType | types.Omitted):
        return lambda seconds, i, m, loss, u, y: None
    return _store


def _store(seconds, i, m, loss, u, y):
    seconds[i] = m * second_derivative(loss, u, y)


def second_derivative_pass(loss, X, y, offset, shift, v, b, tile, begin, end, out):
    """Second derivative of each row's loss by its predictor, over tiles begin .. end - 1, into out (n,)."""
    z = np.empty((1, tile), v.dtype)
    for low in range(begin * tile, min(len(out), end * tile), tile):
        high = min(len(out), low + tile)
        predict(X, None, None, 0, shift, None, v, low, high, z)
        for i in range(low, high):
            out[i] = second_derivative(loss, z[0, i - low] + b[0] + entry(offset, i, 0.0), y[0, i])
