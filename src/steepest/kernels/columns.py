"""Columns of a sparse table, stored as the compressed rows of its transpose: products, sums, and coordinate descent.

T is the transpose, a ``CSR`` of d rows; ``numbers`` (m,) are columns of the table, ``scale`` (m,) their scales.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from .row_access import place

__all__ = ["column_products", "column_sum", "model_sweeps", "transpose"]


def transpose(X, indptr, indices, data):
    """Write the transpose of X: indptr (d + 1,) starts as zeros, indices and data (nnz,)."""
    n = len(X.indptr) - 1
    for e in range(len(X.indices)):
        indptr[X.indices[e] + 1] += 1
    for j in range(len(indptr) - 1):
        indptr[j + 1] += indptr[j]
    at = indptr.copy()
    for i in range(n):
        for e in range(X.indptr[i], X.indptr[i + 1]):
            j = X.indices[e]
            indices[at[j]] = i
            data[at[j]] = X.data[e]
            at[j] += 1


def column_products(T, numbers, r, low, high, out):
    """out[k] = x . r for the columns numbers[low .. high - 1], not scaled; r (n,), out (m,)."""
    for k in range(low, high):
        out[k] = dot(T, numbers[k], r)


@register_jitable
def dot(T, j, r):
    """x . r for column j."""
    total = 0.0
    for e in range(T.indptr[j], T.indptr[j + 1]):
        total += T.data[place(e)] * r[place(T.indices[place(e)])]
    return total


@register_jitable
def add(T, j, change, z):
    """z += change x for column j."""
    for e in range(T.indptr[j], T.indptr[j + 1]):
        z[place(T.indices[place(e)])] += change * T.data[place(e)]


def column_sum(T, numbers, u, z):
    """z (n,) += sum of u[k] x for the columns, not scaled."""
    for k in range(len(numbers)):
        if u[k] != 0.0:
            add(T, numbers[k], u[k], z)


def model_sweeps(T, numbers, scale, h, g, u, s, l2, most, share):
    """Minimise g . (v - u) + (v - u)' H (v - u) / 2 + the L1 penalty of v, over one coordinate after the other.

    H is the sum of h a a' over the rows a of these columns, plus the diagonal l2. If u is longer than ``numbers``, its
    first coordinate is an intercept. u (q,) becomes v; g (q,), h (n,), s (2, q). It ends as `coordinate_sweeps`.
    """
    first, n = len(u) - len(numbers), len(h)
    start, curvature, moved_to = u.copy(), np.empty(len(u)), np.zeros(n)
    for k in range(len(u)):
        curvature[k] = l2[k]
        if k < first:
            for i in range(n):
                curvature[k] += h[i]
        else:
            j, square = numbers[k - first], scale[k - first] * scale[k - first]
            for e in range(T.indptr[j], T.indptr[j + 1]):
                curvature[k] += square * h[T.indices[e]] * T.data[e] * T.data[e]
    sweeps, whole, largest = 0, True, 0.0
    while sweeps < most:
        moved, longest = 0.0, 0.0
        for k in range(len(u)):
            if curvature[k] > 0.0 and (whole or u[k] != 0.0):
                before = u[k]
                slope = g[k] + l2[k] * (before - start[k]) + product(T, numbers, scale, moved_to, k - first)
                to = before - slope / curvature[k]
                to = max(to - s[1, k] / curvature[k], 0.0) + min(to + s[0, k] / curvature[k], 0.0)
                if to != before:
                    u[k] = to
                    shift(T, numbers, scale, h, moved_to, k - first, to - before)
                    moved = max(moved, abs(to - before))
                longest = max(longest, abs(to))
        sweeps += 1
        if whole and moved <= share * longest:
            return
        if whole:
            largest = moved
        whole = moved <= max(share * longest, 0.05 * largest) if not whole else False


@register_jitable
def product(T, numbers, scale, r, k):
    """x . r for column k, scaled; -1 is the intercept."""
    if k < 0:
        total = 0.0
        for i in range(len(r)):
            total += r[i]
        return total
    return scale[k] * dot(T, numbers[k], r)


@register_jitable
def shift(T, numbers, scale, h, r, k, change):
    """r += change h x for column k, scaled; -1 is the intercept."""
    if k < 0:
        for i in range(len(r)):
            r[i] += change * h[i]
        return
    j, step = numbers[k], change * scale[k]
    for e in range(T.indptr[j], T.indptr[j + 1]):
        i = place(T.indices[place(e)])
        r[i] += step * h[i] * T.data[place(e)]
