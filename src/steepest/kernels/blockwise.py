"""The compiled fold: predictors of a block, then its products and squares by column, in double precision."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import overload

from .row_access import accumulate, entry, predict

__all__ = ["dense_sums", "dense_times", "sparse_sums", "sparse_times"]

SHORT = 128  # rows that are added one after the other


def dense_times(X, shift, v, b, low, high, z):
    """z (c, rows) = (x - shift) . v_c + b_c for the rows low .. high - 1 of X, v (c, d)."""
    predict(X, None, None, 0, shift, None, v, low, high, z)
    for c in range(len(b)):
        for i in range(high - low):
            z[c, i] += b[c]


def dense_sums(X, shift, r, weight, low, high, out):
    """Add to out (p + 1, d) the products of r (p, rows) and x - shift, and last weight (x - shift)^2.

    Rows are added SHORT at a time, which bounds the rounding.
    """
    p, d = len(r), X.shape[1]
    some = np.empty((p, d))
    squares = np.empty(d)
    for first in range(low, high, SHORT):
        last = min(high, first + SHORT)
        some.fill(0.0)
        squares.fill(0.0)
        accumulate(X, None, None, 0, shift, None, r[:, first - low : last - low], first, last, some)
        square(X, shift, weight, low, first, last, squares)
        for j in range(d):
            for c in range(p):
                out[c, j] += some[c, j]
            out[p, j] += squares[j]


def square(X, shift, weight, low, first, last, squares):
    """squares[j] += weight (x_j - shift_j)^2 over rows first .. last - 1; weight[0] belongs to row ``low``."""


def _square_rows(X, shift, weight, low, first, last, squares):
    for i in range(first, last):
        x, m = X[i], entry(weight, i - low, 1.0)
        for j in range(len(x)):
            away = x[j] - entry(shift, j, 0.0)
            squares[j] += m * (away * away)


def _square_columns(X, shift, weight, low, first, last, squares):
    columns = X.T
    for j in range(len(squares)):
        x, s, total = columns[j], entry(shift, j, 0.0), 0.0
        for i in range(first, last):
            away = x[i] - s
            total += entry(weight, i - low, 1.0) * (away * away)
        squares[j] += total


@overload(square, jit_options={"forceinline": True})
def _square(X, shift, weight, low, first, last, squares):
    return _square_columns if isinstance(X, types.Array) and X.layout == "F" else _square_rows


def sparse_times(X, W, Z):
    """Z (rows, c) = [x, 1] W for the rows of X, W (d + 1, c), two columns of W at a time."""
    last = W.shape[1] - 1
    for c in range(0, last + 1, 2):
        b = min(c + 1, last)
        for i in range(len(Z)):
            first, second = W[-1, c], W[-1, b]
            for e in range(X.indptr[i], X.indptr[i + 1]):
                x, j = X.data[e], X.indices[e]
                first += x * W[j, c]
                second += x * W[j, b]
            Z[i, c], Z[i, b] = first, second


def sparse_sums(X, r, weight, out):
    """Add r X, r (p, rows), and weight'X^2 to the columns of out (d + 1, p + 1). Most of r[1:] is 0."""
    p = len(r)
    for i in range(len(weight)):
        u, m, rest = r[0, i], weight[i], 0
        for c in range(1, p):
            rest += r[c, i] != 0.0
        for e in range(X.indptr[i], X.indptr[i + 1]):
            x, j = X.data[e], X.indices[e]
            out[j, 0] += u * x
            out[j, p] += m * (x * x)
            if rest:
                for c in range(1, p):
                    out[j, c] += r[c, i] * x
