"""Ask the memory for a row some time before it is used: rows in random order would else be waited for."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, register_jitable

__all__ = ["ask"]

LINE = 64  # bytes the memory delivers at once


@intrinsic
def ask_line(typing, a, place):
    """Have the line with a.flat[place] brought to the second cache (llvm.prefetch); changes nothing else."""

    def emit(context, builder, signature, args):
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        array = context.make_array(signature.args[0])(context, builder, args[0])
        address = builder.bitcast(builder.gep(array.data, [args[1]]), pointer)
        kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
        builder.call(prefetch, [address, number(0), number(2), number(1)])  # to read, second level, data
        return context.get_dummy_value()

    return types.void(a, types.intp), emit


@register_jitable(forceinline=True)
def ask(X, i):
    """Ask for row i of a table in C order."""
    for place in range(i * X.shape[1], (i + 1) * X.shape[1], LINE // X.itemsize):
        ask_line(X, place)
