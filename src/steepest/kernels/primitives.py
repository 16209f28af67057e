"""What a kernel may do with rows, whatever their layout: dense in either order, or compressed sparse.

Dispatch is on the type of X, so each layout is written once and none is copied as a whole. ``v`` is (k, d) and
contiguous; ``shift`` is None or (d,); sparse rows are never shifted.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from numba import types
from numba.extending import overload

__all__ = ["accumulate", "entry", "fetch", "predict", "row_add", "row_dot"]


def entry(a, i, default):
    """a[i], or the default where a is None."""


def centred(x, shift, j):
    """x - shift[j], or x where shift is None."""


def predict(X, shift, v, low, high, z):
    """z[c, i - low] = (x_i - shift) . v_c for the rows low .. high - 1."""


def accumulate(X, shift, r, low, high, g):
    """g[c] += sum_i r[c, i - low] (x_i - shift) over the rows low .. high - 1."""


def fetch(X, rows, shift, scale, window):
    """Copy the named rows, shifted and scaled, into window; sparse rows stay where they are."""


def row_dot(X, window, i, row, scale, v):
    """Linear predictor of one row: fetched place i, table row number ``row``."""


def row_add(X, window, i, row, scale, r, g):
    """g += r x for that row."""


def _is_none(a):
    return a is None or isinstance(a, (types.NoneType, types.Omitted))


@overload(entry)
def _entry(a, i, default):
    if _is_none(a):
        return lambda a, i, default: default
    return lambda a, i, default: a[i]


@overload(centred)
def _centred(x, shift, j):
    if _is_none(shift):
        return lambda x, shift, j: x
    return lambda x, shift, j: x - shift[j]


def _predict_c(X, shift, v, low, high, z):
    for c in range(v.shape[0]):
        u = v[c]
        for i in range(low, high):
            x, total = X[i], u[0] * 0
            for j in range(len(u)):
                total += centred(x[j], shift, j) * u[j]
            z[c, i - low] = total


def _predict_f(X, shift, v, low, high, z):
    columns, d = X.T, v.shape[1]
    for c in range(v.shape[0]):
        out = z[c, : high - low]
        out[:] = 0
        for j in range(0, d - 3, 4):  # four columns at once: z is read and written once for all of them
            x0, x1, x2, x3 = columns[j, low:high], columns[j + 1, low:high], columns[j + 2, low:high], columns[j + 3, low:high]
            v0, v1, v2, v3 = v[c, j], v[c, j + 1], v[c, j + 2], v[c, j + 3]
            for i in range(len(out)):
                left = centred(x0[i], shift, j) * v0 + centred(x1[i], shift, j + 1) * v1
                out[i] += left + centred(x2[i], shift, j + 2) * v2 + centred(x3[i], shift, j + 3) * v3
        for j in range(d - d % 4, d):
            x = columns[j, low:high]
            for i in range(len(out)):
                out[i] += centred(x[i], shift, j) * v[c, j]


def _predict_csr(X, shift, v, low, high, z):
    for i in range(low, high):
        for c in range(v.shape[0]):
            total = 0.0
            for e in range(X.indptr[i], X.indptr[i + 1]):
                total += X.data[e] * v[c, X.indices[e]]
            z[c, i - low] = total


def _accumulate_c(X, shift, r, low, high, g):
    for c in range(g.shape[0]):
        out = g[c]
        for i in range(low, high - 3, 4):  # four rows at once: g is read and written once for all of them
            x0, x1, x2, x3 = X[i], X[i + 1], X[i + 2], X[i + 3]
            r0, r1, r2, r3 = r[c, i - low], r[c, i - low + 1], r[c, i - low + 2], r[c, i - low + 3]
            for j in range(len(out)):
                left = r0 * centred(x0[j], shift, j) + r1 * centred(x1[j], shift, j)
                out[j] += left + r2 * centred(x2[j], shift, j) + r3 * centred(x3[j], shift, j)
        for i in range(high - (high - low) % 4, high):
            x, r0 = X[i], r[c, i - low]
            for j in range(len(out)):
                out[j] += r0 * centred(x[j], shift, j)


def _accumulate_f(X, shift, r, low, high, g):
    columns = X.T
    for c in range(g.shape[0]):
        u = r[c, : high - low]
        for j in range(g.shape[1]):
            x = columns[j, low:high]
            total = g[c, 0] * 0
            for i in range(len(u)):
                total += u[i] * centred(x[i], shift, j)
            g[c, j] += total


def _accumulate_csr(X, shift, r, low, high, g):
    for i in range(low, high):
        for c in range(g.shape[0]):
            u = r[c, i - low]
            for e in range(X.indptr[i], X.indptr[i + 1]):
                g[c, X.indices[e]] += u * X.data[e]


def _layout(X):
    if isinstance(X, types.BaseNamedTuple):
        return 2
    return 1 if X.layout == "F" else 0


@overload(predict)
def _predict(X, shift, v, low, high, z):
    return (_predict_c, _predict_f, _predict_csr)[_layout(X)]


@overload(accumulate)
def _accumulate(X, shift, r, low, high, g):
    return (_accumulate_c, _accumulate_f, _accumulate_csr)[_layout(X)]


def _fetch_c(X, rows, shift, scale, window):
    for i in range(len(rows)):
        for j in range(window.shape[1]):
            window[i, j] = centred(X[rows[i], j], shift, j) * entry(scale, j, 1.0)


def _fetch_f(X, rows, shift, scale, window):
    for j in range(window.shape[1]):
        for i in range(len(rows)):
            window[i, j] = centred(X[rows[i], j], shift, j) * entry(scale, j, 1.0)


@overload(fetch)
def _fetch(X, rows, shift, scale, window):
    return (_fetch_c, _fetch_f, lambda X, rows, shift, scale, window: None)[_layout(X)]


def _dot_dense(X, window, i, row, scale, v):
    total = 0.0
    for j in range(window.shape[1]):
        total += window[i, j] * v[j]
    return total


def _dot_csr(X, window, i, row, scale, v):
    total = 0.0
    for e in range(X.indptr[row], X.indptr[row + 1]):
        j = X.indices[e]
        total += X.data[e] * entry(scale, j, 1.0) * v[j]
    return total


def _add_dense(X, window, i, row, scale, r, g):
    for j in range(window.shape[1]):
        g[j] += r * window[i, j]


def _add_csr(X, window, i, row, scale, r, g):
    for e in range(X.indptr[row], X.indptr[row + 1]):
        j = X.indices[e]
        g[j] += r * X.data[e] * entry(scale, j, 1.0)


@overload(row_dot)
def _row_dot(X, window, i, row, scale, v):
    return _dot_csr if _layout(X) == 2 else _dot_dense


@overload(row_add)
def _row_add(X, window, i, row, scale, r, g):
    return _add_csr if _layout(X) == 2 else _add_dense
