"""Passes over rows with classes: predictors, slopes and sums of a block stay in the cache, and blocks run in threads.

Arrays of a block are (k, rows), so that exponentials and sums over classes run along contiguous rows. Blocks and the
order of their sums depend on the shape of the table alone, so that the bits do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..core.threads import in_ranges, one_blas_thread
from ..core.types import Array
from .csr import CSR
from .layout import Table, dense_rows, dot, leaf_of, slice_rows, transposed_dot

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["class_pass", "for_groups", "groups_of", "ones_and_columns", "squares"]

SMALL = 64  # rows of a single block
ROOM = 1 << 17  # numbers of a block, its rows and its predictors: 1 MB, about a core's cache
GROUPS, SUMS = 8, 1 << 20  # most groups of blocks, and about the most numbers of their sums together
WORK = 1 << 20  # products from which a pass is shared among threads

Block = tuple[int, int]  # first row, and the one after the last
ClassJudge = Callable[[int, int, Array], float]  # turns z (k, rows) into slopes, in place; returns a sum over the rows


def groups_of(rows: Rows, width: int, sums: int) -> list[list[Block]]:
    """Blocks in groups, whose sums are added in order: a row takes ``width`` numbers, the sums of a group ``sums``."""
    n = rows.shape[0]
    size = leaf_of(rows.X) if isinstance(rows.X, CSR) else max(SMALL, min(4096, ROOM // width))
    blocks = [(low, min(n, low + size)) for low in range(0, n, size)]
    count = min(len(blocks), max(2, min(GROUPS, SUMS // sums)))
    cuts = [len(blocks) * g // count for g in range(count + 1)]
    return [blocks[a:b] for a, b in pairwise(cuts)]


def for_groups(rows: Rows, groups: list[list[Block]], sums: int, task: Callable[[int, int, int], None]) -> None:
    """Call ``task(group, low, high)`` for each block, groups in threads if that is worth it."""

    def work(first: int, last: int) -> None:
        for g in range(first, last):
            for block in groups[g]:
                task(g, *block)

    (n, d), products = rows.shape, float(rows.shape[0]) * sums
    with one_blas_thread(2.0 * n * d):
        in_ranges(work, len(groups), rows.threads if products >= WORK else 1)


def class_pass(
    rows: Rows, w: Array | None, judge: ClassJudge, gradient: bool = True, of: Callable[[Table], Table] | None = None
) -> tuple[float, Array]:
    """Weighted means over the rows: of the judge's values, and of r_i (x_i, 1) with its slopes r_i, (d + 1, k).

    ``w`` (d + 1, k) is in the units of the rows; without it the judge is given z without values. With ``of`` the second
    mean is that of r_i (of(x_i), 1), not scaled. Cost: one pass over the rows, 2 n d k flops for the predictors and as
    many for the gradient.
    """
    (n, d), k, scales = rows.shape, rows.outputs, rows.units.scales(rows.shape[1])[:, None]
    rows.read(n)
    slopes = None if w is None else np.ascontiguousarray((w * scales).T)

    def add(low: int, high: int, sums: Array) -> float:
        part = _shifted(rows, low, high)
        z = np.empty((k, high - low)) if slopes is None else _predictors(rows, part, slopes, low, high)
        total = judge(low, high, z)
        if gradient:
            sums[:, :-1] += transposed_dot(part if of is None else of(part), z.T)
            sums[:, -1] += z.sum(1)
        return total

    total, sums = _added(rows, add, (k, d + 1) if gradient else (0, 0), d + 2 * k)
    g: Array = sums.T / rows.total
    return total / rows.total, g * scales if gradient and of is None else g


def _added(
    rows: Rows, add: Callable[[int, int, Array], float], shape: tuple[int, int], width: int
) -> tuple[float, Array]:
    """What ``add`` returns and adds to sums of this shape, over all blocks."""
    if (n := rows.shape[0]) <= SMALL:
        return add(0, n, sums := np.zeros(shape)), sums
    size = rows.outputs * (rows.shape[1] + 1)
    groups = groups_of(rows, width, size)
    totals, parts = np.zeros(len(groups)), np.zeros((len(groups), *shape))

    def task(g: int, low: int, high: int) -> None:
        totals[g] += add(low, high, parts[g])

    for_groups(rows, groups, size, task)
    return float(totals.sum()), parts.sum(0)


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
