"""Operations on rows for each layout of the table: dense in either order, or compressed sparse.

Dispatch is on the type of X, so each layout is written once and no table is copied as a whole. Places low .. high - 1
are row numbers or, if ``order`` is given, places in it. A row is used as (x - shift) * scale, each of which may be
None; sparse rows are never shifted. Parameters v are (k, d) or wider. For a table stored by columns, a ``window``
(rows, d) contains copies of the rows at the places from ``start`` on; other layouts do not use it.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from .prefetch import prefetch_line, prefetch_row, prefetch_row_soon

__all__ = ["accumulate", "entry", "fetch", "place", "predict", "prefetch"]

INLINE = {"forceinline": True}
AHEAD, SOON = 16, 2  # places of the order between the prefetch of a row and its use


def entry(a, i, default):
    """a[i], or the default where a is None."""


def zero(a):
    """0 in the type of the array's numbers."""


def scaled(x, j, shift, scale):
    """(x[j] - shift[j]) * scale[j]; None is no shift, or no scale."""


def predict(X, order, window, start, shift, scale, v, low, high, z):
    """z[c, p - low] = x . v_c for the rows at the places p."""


def accumulate(X, order, window, start, shift, scale, r, low, high, g):
    """g[c] += sum_p r[c, p - low] x over the rows at the places p."""


def prefetch(X, y, order, low, high):
    """Load rows that will be used soon after these places into the cache."""


def fetch(X, order, shift, scale, low, high, window):
    """Copy the shifted and scaled rows at the places into the window if X is stored by columns; else do nothing."""


def _is_none(a):
    return a is None or isinstance(a, (types.NoneType, types.Omitted))


@overload(entry, jit_options=INLINE)
def _entry(a, i, default):
    if _is_none(a):
        return lambda a, i, default: default
    return lambda a, i, default: a[i]


@overload(zero, jit_options=INLINE)
def _zero(a):
    kind = a.dtype
    return lambda a: kind(0)


@overload(scaled, jit_options=INLINE)
def _scaled(x, j, shift, scale):
    if _is_none(shift):
        return (lambda x, j, shift, scale: x[j]) if _is_none(scale) else lambda x, j, shift, scale: x[j] * scale[j]
    if _is_none(scale):
        return lambda x, j, shift, scale: x[j] - shift[j]
    return lambda x, j, shift, scale: (x[j] - shift[j]) * scale[j]


def predict_rows(X, order, window, start, shift, scale, v, low, high, z):
    """``predict`` where rows are contiguous: one row after the other, in the order of the memory."""
    for c in range(v.shape[0]):
        u = v[c]
        for p in range(low, high):
            x, total = X[entry(order, p, p)], zero(u)
            for j in range(len(x)):
                total += scaled(x, j, shift, scale) * u[j]
            z[c, p - low] = total


def accumulate_rows(X, order, window, start, shift, scale, r, low, high, g):
    """``accumulate`` where rows are contiguous: four at a time, so that g is read and written once for each four."""
    for c in range(g.shape[0]):
        out = g[c]
        for p in range(low, high - 3, 4):
            x0, x1 = X[entry(order, p, p)], X[entry(order, p + 1, p + 1)]
            x2, x3 = X[entry(order, p + 2, p + 2)], X[entry(order, p + 3, p + 3)]
            r0, r1, r2, r3 = r[c, p - low], r[c, p - low + 1], r[c, p - low + 2], r[c, p - low + 3]
            for j in range(len(x0)):
                left = r0 * scaled(x0, j, shift, scale) + r1 * scaled(x1, j, shift, scale)
                out[j] += left + r2 * scaled(x2, j, shift, scale) + r3 * scaled(x3, j, shift, scale)
        for p in range(high - (high - low) % 4, high):
            x, u = X[entry(order, p, p)], r[c, p - low]
            for j in range(len(x)):
                out[j] += u * scaled(x, j, shift, scale)


def predict_columns(X, order, window, start, shift, scale, v, low, high, z):
    """``predict`` where columns are contiguous, rows in the table's order: four columns for each pass over z."""
    columns, d = X.T, v.shape[1]
    for c in range(v.shape[0]):
        out = z[c, : high - low]
        out.fill(0.0)
        for j in range(0, d - 3, 4):
            x0, x1 = columns[j, low:high], columns[j + 1, low:high]
            x2, x3 = columns[j + 2, low:high], columns[j + 3, low:high]
            s0, s1 = entry(shift, j, zero(out)), entry(shift, j + 1, zero(out))
            s2, s3 = entry(shift, j + 2, zero(out)), entry(shift, j + 3, zero(out))
            v0, v1, v2, v3 = v[c, j], v[c, j + 1], v[c, j + 2], v[c, j + 3]
            for i in range(len(out)):
                out[i] += (x0[i] - s0) * v0 + (x1[i] - s1) * v1 + (x2[i] - s2) * v2 + (x3[i] - s3) * v3
        for j in range(d - d % 4, d):
            x, s0 = columns[j, low:high], entry(shift, j, zero(out))
            for i in range(len(out)):
                out[i] += (x[i] - s0) * v[c, j]


def accumulate_columns(X, order, window, start, shift, scale, r, low, high, g):
    """``accumulate`` where columns are contiguous, rows in the table's order."""
    columns = X.T
    for c in range(g.shape[0]):
        u = r[c, : high - low]
        for j in range(g.shape[1]):
            x, s, total = columns[j, low:high], entry(shift, j, zero(g)), zero(g)
            for i in range(len(u)):
                total += u[i] * (x[i] - s)
            g[c, j] += total


@register_jitable(**INLINE)
def place(i):
    """The index as an unsigned number: Numba checks a signed one for a negative value at every use."""
    return np.uint64(i)


def predict_sparse(X, order, window, start, shift, scale, v, low, high, z):
    """``predict`` from compressed rows."""
    for p in range(low, high):
        i = entry(order, p, p)
        for c in range(v.shape[0]):
            total = 0.0
            for e in range(X.indptr[i], X.indptr[i + 1]):
                j = place(X.indices[place(e)])
                total += X.data[place(e)] * entry(scale, j, 1.0) * v[c, j]
            z[c, p - low] = total


def accumulate_sparse(X, order, window, start, shift, scale, r, low, high, g):
    """``accumulate`` from compressed rows."""
    for p in range(low, high):
        i = entry(order, p, p)
        for c in range(g.shape[0]):
            u = r[c, p - low]
            for e in range(X.indptr[i], X.indptr[i + 1]):
                j = place(X.indices[place(e)])
                g[c, j] += u * X.data[place(e)] * entry(scale, j, 1.0)


def prefetch_rows(X, y, order, low, high):
    """``prefetch`` where rows are contiguous: at two distances if a step uses a single row."""
    last = len(order) - 1
    for p in range(low, high):
        i = order[min(p + AHEAD, last)]
        prefetch_row(X, i)
        prefetch_line(y, i)
    if high - low == 1:
        prefetch_row_soon(X, order[min(low + SOON, last)])


def fetch_columns(X, order, shift, scale, low, high, window):
    """``fetch`` where columns are contiguous: eight columns at a time fill whole cache lines of the window."""
    d = window.shape[1]
    for first in range(0, d - 7, 8):
        _fetch_some(X.T, order, shift, scale, low, high, window, first, 8)
    _fetch_some(X.T, order, shift, scale, low, high, window, d - d % 8, d % 8)


@register_jitable(**INLINE)
def _fetch_some(columns, order, shift, scale, low, high, window, first, count):
    for p in range(low, high):
        i, row = order[p], window[p - low]
        for j in range(first, first + count):
            row[j] = (columns[j, i] - entry(shift, j, 0.0)) * entry(scale, j, 1.0)


def predict_window(X, order, window, start, shift, scale, v, low, high, z):
    """``predict`` from rows that ``fetch`` has put into the window, from place ``start`` on."""
    predict_rows(window, None, None, 0, None, None, v, low - start, high - start, z)


def accumulate_window(X, order, window, start, shift, scale, r, low, high, g):
    """``accumulate`` from the window."""
    accumulate_rows(window, None, None, 0, None, None, r, low - start, high - start, g)


def _no_prefetch(X, y, order, low, high):
    pass


def _no_fetch(X, order, shift, scale, low, high, window):
    pass


for _function in (predict_rows, accumulate_rows):
    register_jitable(_function)


def _by_layout(by_rows, by_columns, sparse, by_window=None):
    def choose(X, order, window, *others):
        if isinstance(X, types.BaseNamedTuple):
            return sparse
        if X.layout != "F":
            return by_rows
        return by_columns if by_window is None or _is_none(window) else by_window

    return choose


def _register(function, *choices):
    overload(function, strict=False, jit_options=INLINE)(_by_layout(*choices))


_register(predict, predict_rows, predict_columns, predict_sparse, predict_window)
_register(accumulate, accumulate_rows, accumulate_columns, accumulate_sparse, accumulate_window)
_register(prefetch, prefetch_rows, _no_prefetch, _no_prefetch)
_register(fetch, _no_fetch, fetch_columns, _no_fetch)
