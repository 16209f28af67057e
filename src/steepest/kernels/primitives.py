"""What a kernel may do with rows, whatever their layout: dense in either order, or compressed sparse.

Dispatch is on the type of X, so each layout is written once and none is copied as a whole. ``v`` is (k, d) and
contiguous; ``shift`` is None or (d,); sparse rows are never shifted.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload, register_jitable

__all__ = ["accumulate", "entry", "fetch", "predict", "window_accumulate", "window_predict"]

AHEAD = 16  # places of the order between asking for a row and copying it


def entry(a, i, default):
    """a[i], or the default where a is None."""


def centred(x, shift, j):
    """x - shift[j], or x where shift is None."""


def predict(X, shift, v, low, high, z):
    """z[c, i - low] = (x_i - shift) . v_c for the rows low .. high - 1."""


def accumulate(X, shift, r, low, high, g):
    """g[c] += sum_i r[c, i - low] (x_i - shift) over the rows low .. high - 1."""


def fetch(X, order, low, high, shift, scale, window):
    """Copy the rows order[low:high], shifted and scaled, into window; sparse rows stay where they are."""


def window_predict(X, order, low, high, held, scale, v, window, z):
    """z[c, p - low] = x . v_c for the rows at the places low .. high - 1 of the order; window begins at place held."""


def window_accumulate(X, order, low, high, held, scale, r, window, g):
    """g[c] += sum_p r[c, p - low] x over the same rows."""


def zero(a):
    """0 in the type of the array's numbers."""


def _is_none(a):
    return a is None or isinstance(a, (types.NoneType, types.Omitted))


@overload(entry)
def _entry(a, i, default):
    if _is_none(a):
        return lambda a, i, default: default
    return lambda a, i, default: a[i]


@overload(zero)
def _zero(a):
    kind = a.dtype
    return lambda a: kind(0)


@overload(centred)
def _centred(x, shift, j):
    if _is_none(shift):
        return lambda x, shift, j: x
    return lambda x, shift, j: x - shift[j]


@intrinsic
def ask(typing, a, place):
    """Have the cache line of a.flat[place] brought near (llvm.prefetch: to read, second level)."""

    def emit(context, builder, signature, args):
        kind, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.gep(context.make_array(signature.args[0])(context, builder, args[0]).data, [args[1]])
        function = builder.module.declare_intrinsic("llvm.prefetch", [kind], ir.FunctionType(ir.VoidType(), [kind, number, number, number]))
        builder.call(function, [builder.bitcast(address, kind), number(0), number(2), number(1)])
        return context.get_dummy_value()

    return types.void(a, types.intp), emit


@register_jitable
def prefetch(X, i):
    """Ask for row i of a table in C order."""
    for place in range(i * X.shape[1], (i + 1) * X.shape[1], 64 // X.itemsize):
        ask(X, place)


@register_jitable(forceinline=True)
def _predict_c(X, shift, v, low, high, z):
    for c in range(v.shape[0]):
        u = v[c]
        for i in range(low, high):
            x, total = X[i], zero(u)
            for j in range(len(x)):
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


@register_jitable(forceinline=True)
def _accumulate_c(X, shift, r, low, high, g):
    for c in range(g.shape[0]):
        out = g[c]
        for i in range(low, high - 3, 4):  # four rows at once: g is read and written once for all of them
            x0, x1, x2, x3 = X[i], X[i + 1], X[i + 2], X[i + 3]
            r0, r1, r2, r3 = r[c, i - low], r[c, i - low + 1], r[c, i - low + 2], r[c, i - low + 3]
            for j in range(len(x0)):
                left = r0 * centred(x0[j], shift, j) + r1 * centred(x1[j], shift, j)
                out[j] += left + r2 * centred(x2[j], shift, j) + r3 * centred(x3[j], shift, j)
        for i in range(high - (high - low) % 4, high):
            x, r0 = X[i], r[c, i - low]
            for j in range(len(x)):
                out[j] += r0 * centred(x[j], shift, j)


def _accumulate_f(X, shift, r, low, high, g):
    columns = X.T
    for c in range(g.shape[0]):
        u = r[c, : high - low]
        for j in range(g.shape[1]):
            x = columns[j, low:high]
            total = zero(g)
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
    return (lambda X, shift, v, low, high, z: _predict_c(X, shift, v, low, high, z), _predict_f, _predict_csr)[_layout(X)]


@overload(accumulate)
def _accumulate(X, shift, r, low, high, g):
    return (lambda X, shift, r, low, high, g: _accumulate_c(X, shift, r, low, high, g), _accumulate_f, _accumulate_csr)[_layout(X)]


def _fetch_c(X, order, low, high, shift, scale, window):
    last = len(order) - 1
    for p in range(low, high):
        x, out = X[order[p]], window[p - low]
        prefetch(X, order[min(p + AHEAD, last)])
        for j in range(len(out)):
            out[j] = centred(x[j], shift, j) * entry(scale, j, 1.0)


def _fetch_f(X, order, low, high, shift, scale, window):
    columns = X.T
    for j in range(window.shape[1]):
        x = columns[j]
        for p in range(low, high):
            window[p - low, j] = centred(x[order[p]], shift, j) * entry(scale, j, 1.0)


@overload(fetch)
def _fetch(X, order, low, high, shift, scale, window):
    return (_fetch_c, _fetch_f, lambda X, order, low, high, shift, scale, window: None)[_layout(X)]


def _window_predict_dense(X, order, low, high, held, scale, v, window, z):
    _predict_c(window, None, v, low - held, high - held, z)


def _window_predict_csr(X, order, low, high, held, scale, v, window, z):
    for p in range(low, high):
        i = order[p]
        for c in range(v.shape[0]):
            total = 0.0
            for e in range(X.indptr[i], X.indptr[i + 1]):
                j = X.indices[e]
                total += X.data[e] * entry(scale, j, 1.0) * v[c, j]
            z[c, p - low] = total


def _window_accumulate_dense(X, order, low, high, held, scale, r, window, g):
    _accumulate_c(window, None, r, low - held, high - held, g)


def _window_accumulate_csr(X, order, low, high, held, scale, r, window, g):
    for p in range(low, high):
        i = order[p]
        for c in range(g.shape[0]):
            for e in range(X.indptr[i], X.indptr[i + 1]):
                j = X.indices[e]
                g[c, j] += r[c, p - low] * X.data[e] * entry(scale, j, 1.0)


@overload(window_predict)
def _window_predict(X, order, low, high, held, scale, v, window, z):
    return _window_predict_csr if _layout(X) == 2 else _window_predict_dense


@overload(window_accumulate)
def _window_accumulate(X, order, low, high, held, scale, r, window, g):
    return _window_accumulate_csr if _layout(X) == 2 else _window_accumulate_dense
