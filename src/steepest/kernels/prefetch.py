"""Ask the memory for a row some time before it is used: rows in random order would else be waited for."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, register_jitable

__all__ = ["ask", "ask_line", "ask_soon"]

LINE = 64  # bytes the memory delivers at once


def _asking(level):
    """Make ``ask_line(a, place)``: llvm.prefetch of a.flat[place] into a cache, 3 the first, 2 the second."""

    @intrinsic
    def ask_line(typing, a, place):
        def emit(context, builder, signature, args):
            pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
            array = context.make_array(signature.args[0])(context, builder, args[0])
            address = builder.bitcast(builder.gep(array.data, [args[1]]), pointer)
            kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
            prefetch = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
            builder.call(prefetch, [address, number(0), number(level), number(1)])  # to read, data
            return context.get_dummy_value()

        return types.void(a, types.intp), emit

    return ask_line


ask_line, ask_line_soon = _asking(2), _asking(3)


@register_jitable(forceinline=True)
def ask(X, i):
    """Ask for row i of a table in C order, to be used in a while."""
    for place in range(i * X.shape[1], (i + 1) * X.shape[1], LINE // X.itemsize):
        ask_line(X, place)


@register_jitable(forceinline=True)
def ask_soon(X, i):
    """Ask for row i of a table in C order, to be used soon: the first cache holds few."""
    for place in range(i * X.shape[1], (i + 1) * X.shape[1], LINE // X.itemsize):
        ask_line_soon(X, place)
