"""Sums and sums of squares of each column, in one pass over the rows."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import overload

from .prefetch import prefetch_row_soon
from .row_access import INLINE, entry, place

__all__ = ["column_pass"]

AHEAD = 4  # rows between the prefetch of a row and its use; hardware prefetchers do not follow four long rows at once
LONG = 300  # bytes of a long row


def column_pass(X, n, weight, first, size, begin, end, out):
    """Sum weight (x - first) and weight (x - first)^2 of each column over each of the blocks begin .. end - 1.

    The n rows are in blocks of ``size``. first is (d,), and 0 for sparse rows. out (blocks, d, 2) starts as zeros.
    """
    for block in range(begin, end):
        add_columns(X, weight, first, block * size, min(n, (block + 1) * size), out, block)


def piece(a, low, high):
    """a[low:high], or None where a is None."""


@overload(piece, jit_options=INLINE)
def _piece(a, low, high):
    return (lambda a, low, high: a[low:high]) if isinstance(a, types.Array) else lambda a, low, high: None


def add_columns(X, weight, first, low, high, out, block):
    """Add the sums over rows low .. high - 1 to out[block]."""


def _by_rows(X, weight, first, low, high, out, block):
    sums, squares = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    soon = AHEAD if X.shape[1] * X.itemsize > LONG else len(X)
    for i in range(low, high - 3, 4):
        for ahead in range(i + soon, min(len(X), i + soon + 4)):
            prefetch_row_soon(X, ahead)
        m0, m1 = entry(weight, i, 1.0), entry(weight, i + 1, 1.0)
        m2, m3 = entry(weight, i + 2, 1.0), entry(weight, i + 3, 1.0)
        for j in range(X.shape[1]):
            x0, x1, x2, x3 = X[i, j] - first[j], X[i + 1, j] - first[j], X[i + 2, j] - first[j], X[i + 3, j] - first[j]
            u0, u1, u2, u3 = m0 * x0, m1 * x1, m2 * x2, m3 * x3
            sums[j] += (u0 + u1) + (u2 + u3)
            squares[j] += (u0 * x0 + u1 * x1) + (u2 * x2 + u3 * x3)
    for i in range(high - (high - low) % 4, high):
        for j in range(X.shape[1]):
            x = X[i, j] - first[j]
            u = entry(weight, i, 1.0) * x
            sums[j] += u
            squares[j] += u * x
    for j in range(X.shape[1]):
        out[block, j, 0] = sums[j]
        out[block, j, 1] = squares[j]


def _by_columns(X, weight, first, low, high, out, block):
    weights = piece(weight, low, high)
    for j in range(X.shape[1]):
        x, f, total, square = X.T[j, low:high], first[j], 0.0, 0.0
        for i in range(len(x)):
            away = x[i] - f
            u = entry(weights, i, 1.0) * away
            total += u
            square += u * away
        out[block, j, 0] = total
        out[block, j, 1] = square


def _sparse(X, weight, first, low, high, out, block):
    for i in range(low, high):
        m = entry(weight, i, 1.0)
        for e in range(X.indptr[i], X.indptr[i + 1]):
            j, x = place(X.indices[place(e)]), X.data[place(e)]
            u = m * x
            out[block, j, 0] += u
            out[block, j, 1] += u * x


@overload(add_columns, strict=False, jit_options=INLINE)
def _add_columns(X, weight, first, low, high, out, block):
    if isinstance(X, types.BaseNamedTuple):
        return _sparse
    return _by_columns if X.layout == "F" else _by_rows
