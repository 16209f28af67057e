"""Sparse rows in a sweep: predictors of a block, then its products and squares by column, in double precision."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

__all__ = ["sparse_sums", "sparse_times"]


def sparse_times(X, W, Z):
    """Z (rows, c) = [x, 1] W for the rows of X, W (d + 1, c): two columns at once."""
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


def sparse_sums(X, r, mass, out):
    """Add to the columns of out (d + 1, p + 1) the products of r (p, rows) and X, and mass'X^2; most of r[1:] is 0."""
    p = len(r)
    for i in range(len(mass)):
        u, m, rest = r[0, i], mass[i], 0
        for c in range(1, p):
            rest += r[c, i] != 0.0
        for e in range(X.indptr[i], X.indptr[i + 1]):
            x, j = X.data[e], X.indices[e]
            out[j, 0] += u * x
            out[j, p] += m * (x * x)
            if rest:
                for c in range(1, p):
                    out[j, c] += r[c, i] * x
