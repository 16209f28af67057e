"""Passes over rows with classes: predictors, slopes and sums of a block stay in the cache, and blocks run in threads.

Arrays of a block are (k, rows), so that exponentials and sums over classes run along contiguous rows. Blocks are
nodes of the tree of `tree.py` at or below its leaves, so that the bits do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..core.threads import one_blas_thread
from ..core.types import Array
from .csr import CSR
from .layout import Table, dense_rows, dot, leaf_of, slice_rows, transposed_dot
from .tree import Partial, power_below, sum_in_threads

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["block_size", "class_pass", "class_sums", "ones_and_columns", "squares", "summed"]

SMALL = 64  # fewest rows of a block
ROOM = 1 << 17  # numbers of a block, its rows and its predictors: 1 MB, about a core's cache
FEW = 2000  # products of a single block, for which no library starts threads
WORK = 1 << 20  # products from which a pass is shared among threads

ClassJudge = Callable[[int, int, Array], float]  # turns z (k, rows) into slopes, in place; returns a sum over the rows


def block_size(rows: Rows, leaf: int, width: int) -> int:
    """Rows of a block, which take ``width`` numbers each: a power of two, at most a leaf."""
    return leaf if isinstance(rows.X, CSR) else min(leaf, power_below(max(SMALL, min(4096, ROOM // width))))


def summed(rows: Rows, size: int, sums: int, task: Callable[[int, int], Partial]) -> Partial:
    """The sum of ``task(low, high)`` over the blocks, ``sums`` numbers each, in threads if that is worth it."""
    n, d = rows.shape
    if n * sums < FEW:
        return task(0, n)
    with one_blas_thread(2.0 * n * d):
        threads = rows.threads if float(n) * sums >= WORK else 1
        return sum_in_threads(-(-n // size), lambda b: task(b * size, min(n, (b + 1) * size)), threads)


def class_pass(
    rows: Rows, w: Array | None, judge: ClassJudge, gradient: bool = True, of: Callable[[Table], Table] | None = None
) -> tuple[float, Array]:
    """Weighted means over the rows: of the judge's values, and of r_i (x_i, 1) with its slopes r_i, (d + 1, k).

    ``w`` (d + 1, k) is in the units of the rows; without it the judge is given z without values. With ``of`` the second
    mean is that of r_i (of(x_i), 1), not scaled. Cost: one pass over the rows, 2 n d k flops for the predictors and as
    many for the gradient.
    """
    sums = class_sums(rows, w, judge, leaf_of(rows.X), gradient, of)
    cost = float(sums[0] / rows.total)
    if not gradient:
        return cost, sums[1:]
    g: Array = sums[1:].reshape(rows.outputs, -1).T / rows.total
    if of is None and rows.units.scale is not None:
        g[:-1] *= rows.units.scale[:, None]
    return cost, g


def class_sums(
    rows: Rows,
    w: Array | None,
    judge: ClassJudge,
    leaf: int,
    gradient: bool = True,
    of: Callable[[Table], Table] | None = None,
) -> Array:
    """The sums whose means `class_pass` gives, not scaled: the judge's values, then the gradients by class."""
    (n, d), k, scale = rows.shape, rows.outputs, rows.units.scale
    rows.read(n)
    slopes = None if w is None else np.array(w.T, order="C")
    if slopes is not None and scale is not None:
        slopes[:, :-1] *= scale

    def task(low: int, high: int) -> Partial:
        part = _shifted(rows, low, high)
        z = np.empty((k, high - low)) if slopes is None else _predictors(rows, part, slopes, low, high)
        out = np.empty(1 + k * (d + 1) if gradient else 1)
        out[0] = judge(low, high, z)
        if gradient:
            sums = out[1:].reshape(k, d + 1)
            sums[:, :-1] = transposed_dot(part if of is None else of(part), z.T)
            sums[:, -1] = np.add.reduce(z, 1)
        return (out,)

    return summed(rows, block_size(rows, leaf, d + 2 * k), k * (d + 1), task)[0]


def squares(part: Table) -> Table:
    """The squares of a block's numbers, in double precision."""
    if isinstance(part, CSR):
        return part._replace(data=np.square(part.data, dtype=np.float64))
    return np.square(part, dtype=np.float64)


def ones_and_columns(rows: Rows, low: int, high: int) -> Array:
    """Rows low .. high - 1 with a one at the end, shifted and scaled, as columns (d + 1, high - low)."""
    d, scales = rows.shape[1], rows.units.scales(rows.shape[1])
    A = np.ones((d + 1, high - low))
    A[:-1] = dense_rows(_shifted(rows, low, high), 0, high - low).T
    A[:-1] *= scales[:-1, None]
    return A


def _shifted(rows: Rows, low: int, high: int) -> Table:
    X = slice_rows(rows.X, low, high)
    return X if rows.shift is None or isinstance(X, CSR) else X - rows.shift


def _predictors(rows: Rows, part: Table, slopes: Array, low: int, high: int) -> Array:
    z: Array = dot(part, slopes[:, :-1].T).T if isinstance(part, CSR) else slopes[:, :-1] @ part.T
    z = np.ascontiguousarray(z, np.float64)
    z += slopes[:, -1:]
    if rows.offset is not None:
        z += rows.offset[low:high]
    return z
