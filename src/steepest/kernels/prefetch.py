"""Prefetching: rows in random order are loaded into the cache before they are used."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, register_jitable

__all__ = ["prefetch_line", "prefetch_row", "prefetch_row_soon"]

LINE = 64  # bytes of a cache line


def _line_prefetcher(level):
    """Make ``prefetch_line(a, place)``: llvm.prefetch of a.flat[place] into the first (3) or second (2) level cache."""

    @intrinsic
    def prefetch_line(typing, a, place):
        def emit(context, builder, signature, args):
            pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
            array = context.make_array(signature.args[0])(context, builder, args[0])
            address = builder.bitcast(builder.gep(array.data, [args[1]]), pointer)
            kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
            prefetch = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
            builder.call(prefetch, [address, number(0), number(level), number(1)])  # to read, data
            return context.get_dummy_value()

        return types.void(a, types.intp), emit

    return prefetch_line


prefetch_line, prefetch_line_soon = _line_prefetcher(2), _line_prefetcher(3)


@register_jitable(forceinline=True)
def prefetch_row(X, i):
    """Prefetch row i of a table in C order into the second-level cache."""
    for place in range(i * X.shape[1], (i + 1) * X.shape[1], LINE // X.itemsize):
        prefetch_line(X, place)


@register_jitable(forceinline=True)
def prefetch_row_soon(X, i):
    """Prefetch row i of a table in C order into the first-level cache, which is small: it must be used soon."""
    for place in range(i * X.shape[1], (i + 1) * X.shape[1], LINE // X.itemsize):
        prefetch_line_soon(X, place)
