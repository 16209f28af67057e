"""The Gram matrix of a table in one pass: products of eight columns with eight, accumulated in registers."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic, overload, register_jitable

from .prefetch import LINE, prefetch_line, prefetch_row
from .row_access import INLINE, entry, place

__all__ = ["TILE", "WIDTH", "gram_pass", "sparse_gram_pass"]

WIDTH = 8  # columns of a panel, whose rows are vectors of the processor
TILE = 64  # rows of a panel: two panels fit in the first-level cache, all of them in the second
HEIGHT = 8 if "+avx512f" in get_host_cpu_features() else 4  # vectors of sums that fit into the registers


@intrinsic
def add_products(typing, panels, left, right, rows, out, place, stride):
    """Add to out[place + stride h + q], h < HEIGHT, q < WIDTH, the sum over rows i of a[i, h] b[i, q].

    a and b are the panels at the places ``left`` and ``right``; a row of out has ``stride`` numbers.
    """
    number, lane, word = ir.DoubleType(), ir.IntType(32), ir.IntType(64)
    vector, zeros = ir.VectorType(number, WIDTH), ir.Constant(ir.VectorType(lane, WIDTH), [0] * WIDTH)
    undefined = ir.Constant(vector, ir.Undefined)

    def emit(context, builder, signature, args):
        a, out = (context.make_array(signature.args[i])(context, builder, args[i]).data for i in (0, 4))
        _, left, right, rows, _, place, stride = args

        def wide(base, i):
            return builder.bitcast(builder.gep(base, [i]), vector.as_pointer())

        def many(x):
            first = builder.insert_element(undefined, x, ir.Constant(lane, 0))
            return builder.shuffle_vector(first, undefined, zeros)

        sums = [cgutils.alloca_once_value(builder, ir.Constant(vector, [0.0] * WIDTH)) for _ in range(HEIGHT)]
        with cgutils.for_range(builder, rows) as loop:
            row = builder.mul(loop.index, ir.Constant(word, WIDTH))
            b = builder.load(wide(a, builder.add(right, row)), align=8)
            for h, partial in enumerate(sums):
                x = builder.load(builder.gep(a, [builder.add(builder.add(left, row), ir.Constant(word, h))]))
                product = builder.fmul(many(x), b, flags=("contract",))
                builder.store(builder.fadd(builder.load(partial), product, flags=("contract",)), partial)
        for h, partial in enumerate(sums):
            target = wide(out, builder.add(place, builder.mul(stride, ir.Constant(word, h))))
            builder.store(builder.fadd(builder.load(target, align=8), builder.load(partial)), target, align=8)
        return context.get_dummy_value()

    whole = types.intp
    return types.void(panels, whole, whole, whole, out, whole, whole), emit


def gram_pass(X, y, offset, weight, first, size, begin, end, out):
    """Sum weight a a' over each of the blocks begin .. end - 1 of ``size`` rows; a = [x, y - offset] - first, 1, zeros.

    y (k, n), first (d + k,); out (end - begin, m, m), m a multiple of WIDTH, filled on and right of the diagonal.
    Tiles of rows are packed into panels of WIDTH columns. Meanwhile the rows of the next tile are prefetched.
    """
    n, m = y.shape[1], out.shape[1]
    panels = np.zeros((m // WIDTH, TILE + 1, WIDTH))  # one row more, so that panels do not map to the same cache lines
    for block in range(begin, end):
        stop = min(n, (block + 1) * size)
        for low in range(block * size, stop, TILE):
            high = min(stop, low + TILE)
            pack(X, first, low, high, panels)
            pack_targets(X, y, offset, first, low, high, panels)
            weigh(weight, low, high, panels)
            multiply(X, panels, high, high - low, min(n, high + TILE), out, block - begin)


def sparse_gram_pass(X, y, offset, weight, first, size, begin, end, out):
    """``gram_pass`` by pairs of stored numbers, for rows with few of them. ``first`` is 0 in the columns of X.

    Each pair is added once: the Gram matrix is out (end - begin, m, m) plus its transpose.
    """
    k, n, d = y.shape[0], y.shape[1], X.columns
    tail = np.ones(k + 1)  # the targets and the 1 of the intercept
    for block in range(begin, end):
        own = out[block - begin]
        for i in range(block * size, min(n, (block + 1) * size)):
            m = entry(weight, i, 1.0)
            for c in range(k):
                tail[c] = y[c, i] - entry(offset, i, 0.0) - first[d + c]
            for e in range(X.indptr[i], X.indptr[i + 1]):
                j, u = place(X.indices[place(e)]), m * X.data[place(e)]
                own[j, j] += 0.5 * u * X.data[place(e)]
                for f in range(e + 1, X.indptr[i + 1]):
                    own[j, place(X.indices[place(f)])] += u * X.data[place(f)]
                for c in range(k + 1):
                    own[j, d + c] += u * tail[c]
            for c in range(k + 1):
                for b in range(c + 1):
                    own[d + b, d + c] += (0.5 if b == c else 1.0) * m * tail[b] * tail[c]


@register_jitable(**INLINE)
def multiply(X, panels, high, rows, stop, out, block):
    """Add the products of all pairs of panels to out[block], and prefetch rows high .. stop - 1 meanwhile."""
    count, m = len(panels), out.shape[1]
    length, pair = (TILE + 1) * WIDTH, 0
    for j in range(count):
        for k in range(j, count):
            for h in range(0, WIDTH, HEIGHT):
                place = (block * m + j * WIDTH + h) * m + k * WIDTH
                add_products(panels, j * length + h, k * length, rows, out, place, m)
            prefetch(X, high, stop, pair, count * (count + 1) // 2)
            pair += 1


@register_jitable(**INLINE)
def pack_targets(X, y, offset, first, low, high, panels):
    """Append the targets to the columns, then the 1 of the intercept."""
    k, d = y.shape[0], len(first) - y.shape[0]
    for c in range(k):
        panel, q = (d + c) // WIDTH, (d + c) % WIDTH
        for i in range(low, high):
            panels[panel, i - low, q] = y[c, i] - entry(offset, i, 0.0) - first[d + c]
    for i in range(high - low):
        panels[(d + k) // WIDTH, i, (d + k) % WIDTH] = 1.0


def weigh(weight, low, high, panels):
    """Multiply the packed rows by the square roots of their weights, if rows have weights."""


def pack(X, first, low, high, panels):
    """Pack rows low .. high - 1, minus ``first``, into the panels."""


def prefetch(X, low, high, part, parts):
    """Prefetch one of ``parts`` parts of rows low .. high - 1."""


@overload(weigh, jit_options=INLINE)
def _weigh(weight, low, high, panels):
    def roots(weight, low, high, panels):
        for i in range(high - low):
            root = math.sqrt(weight[low + i])
            for c in range(len(panels)):
                for q in range(WIDTH):
                    panels[c, i, q] *= root

    return roots if isinstance(weight, types.Array) else lambda weight, low, high, panels: None


def pack_rows(X, first, low, high, panels):
    """``pack`` where rows are contiguous: a row of a panel is a piece of a row."""
    d = X.shape[1]
    for i in range(low, high):
        for c in range(d // WIDTH):
            for q in range(WIDTH):
                panels[c, i - low, q] = X[i, c * WIDTH + q] - first[c * WIDTH + q]
        for j in range(d - d % WIDTH, d):
            panels[d // WIDTH, i - low, j % WIDTH] = X[i, j] - first[j]


def pack_columns(X, first, low, high, panels):
    """``pack`` where columns are contiguous: WIDTH columns at a time fill a panel row by row."""
    columns, d = X.T, X.shape[1]
    for c in range(d // WIDTH):
        for i in range(low, high):
            for q in range(WIDTH):
                panels[c, i - low, q] = columns[c * WIDTH + q, i] - first[c * WIDTH + q]
    for j in range(d - d % WIDTH, d):
        for i in range(low, high):
            panels[d // WIDTH, i - low, j % WIDTH] = columns[j, i] - first[j]


def pack_sparse(X, first, low, high, panels):
    """``pack`` from compressed rows."""
    for c in range(len(panels)):
        for i in range(high - low):
            for q in range(WIDTH):
                j = c * WIDTH + q
                panels[c, i, q] = -first[j] if j < X.columns else 0.0
    for i in range(low, high):
        for e in range(X.indptr[i], X.indptr[i + 1]):
            j = place(X.indices[place(e)])
            panels[j // WIDTH, i - low, j % WIDTH] += X.data[place(e)]


@overload(pack, strict=False, jit_options=INLINE)
def _pack(X, first, low, high, panels):
    if isinstance(X, types.BaseNamedTuple):
        return pack_sparse
    return pack_columns if X.layout == "F" else pack_rows


def prefetch_rows(X, low, high, part, parts):
    """``prefetch`` where rows are contiguous."""
    for i in range(low + (high - low) * part // parts, low + (high - low) * (part + 1) // parts):
        prefetch_row(X, i)


def prefetch_columns(X, low, high, part, parts):
    """``prefetch`` where columns are contiguous."""
    n, d = X.shape
    for j in range(d * part // parts, d * (part + 1) // parts):
        for start in range(j * n + low, j * n + high, LINE // X.itemsize):
            prefetch_line(X, start)


@overload(prefetch, strict=False, jit_options=INLINE)
def _prefetch(X, low, high, part, parts):
    if isinstance(X, types.BaseNamedTuple):
        return lambda X, low, high, part, parts: None
    return prefetch_columns if X.layout == "F" else prefetch_rows
