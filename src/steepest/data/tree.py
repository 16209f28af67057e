"""Sums over rows as an aligned binary tree over leaves of consecutive rows: any cut, any order, the same bits.

Leaf i holds the sums of rows i L .. (i + 1) L - 1. The node (level, index) is the join of the nodes (level - 1, 2
index) and (level - 1, 2 index + 1), in this order. Which node is joined with which depends on row numbers alone, so a
pass may be cut at any leaf, run in any order on any number of workers, and be continued from half of its nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ..core.threads import in_ranges
from ..core.types import Array

__all__ = [
    "Forest",
    "Join",
    "Partial",
    "Summation",
    "leaf_rows",
    "merge",
    "plus",
    "power_below",
    "put",
    "sparse_leaf_rows",
    "sum_by_leaves",
    "sum_in_order",
    "sum_in_threads",
    "sum_of_leaves",
    "total",
]

Partial = tuple[Array, ...]  # sums over consecutive rows
Join = Callable[[Partial, Partial], Partial]  # of the sums of some rows and of the rows that follow them
Forest = dict[tuple[int, int], Partial]  # complete subtrees, by level and index

LEAF = 4096  # fewest rows of a leaf
COLUMNS = 32  # rows of a leaf for each column, so that the Gram matrices of all leaves are smaller than the table


class Summation(NamedTuple):
    """How sums over a table are formed: by the size of the whole table, so that its parts are summed alike."""

    leaf: int  # rows of a leaf
    compiled: bool  # whether passes are compiled
    large: bool  # whether a shift of columns near 0 goes into the intercept, which saves a copy of each block
    double: bool = False  # whether rows in single precision are summed in double precision by compiled passes too


def leaf_rows(d: int) -> int:
    """Rows of a leaf for d columns: a power of two.

    Examples
    --------
    >>> leaf_rows(3), leaf_rows(1000)
    (4096, 32768)
    """
    return 1 << (max(LEAF, COLUMNS * (d + 2)) - 1).bit_length()


def sparse_leaf_rows(n: int, d: int, stored: int) -> int:
    """The same for n sparse rows with so many stored numbers: a leaf has d sums, even if it reads few numbers.

    Examples
    --------
    >>> sparse_leaf_rows(1_000_000, 100_000, 10_000_000)
    524288
    """
    return 1 << (max(LEAF, min(n, COLUMNS * (d + 1) * n // max(1, stored))) - 1).bit_length()


def power_below(rows: int) -> int:
    """The largest power of two that is not above ``rows``: a size of blocks that are whole subtrees of a leaf.

    Examples
    --------
    >>> power_below(100)
    64
    """
    return 1 << (rows.bit_length() - 1)


def plus(a: Partial, b: Partial) -> Partial:
    """The join of sums that add."""
    return tuple(x + y for x, y in zip(a, b, strict=True))


def put(forest: Forest, join: Join, level: int, index: int, sums: Partial) -> None:
    """Add a node to a forest, and join it with its sibling as long as that is there."""
    while (sibling := (level, index ^ 1)) in forest:
        other = forest.pop(sibling)
        sums = join(other, sums) if index % 2 else join(sums, other)
        level, index = level + 1, index // 2
    forest[level, index] = sums


def merge(join: Join, forests: Iterable[Forest]) -> Forest:
    """One forest of the nodes of several, which have no row in common."""
    whole: Forest = {}
    for forest in forests:
        for (level, index), sums in forest.items():
            put(whole, join, level, index, sums)
    return whole


def total(join: Join, forest: Forest, leaves: int) -> Partial:
    """The sums over all leaves 0 .. leaves - 1, whose nodes are all in the forest."""

    def node(level: int, index: int) -> Partial:
        if (level, index) in forest:
            return forest[level, index]
        left = node(level - 1, 2 * index)
        return join(left, node(level - 1, 2 * index + 1)) if (2 * index + 1) << (level - 1) < leaves else left

    return node(max(0, (leaves - 1).bit_length()), 0)


def sum_in_threads(count: int, sums: Callable[[int], Partial], threads: int) -> Partial:
    """The sum of ``sums(0)`` .. ``sums(count - 1)``, new arrays each: `total` with `plus`, whatever the threads.

    A thread keeps the sums of a few nodes, about as many as the tree has levels.

    Examples
    --------
    >>> sum_in_threads(3, lambda i: (np.array([float(i)]),), threads=2)
    (array([3.]),)
    """
    if count == 1:
        return sums(0)
    forests: list[Forest] = []

    def work(first: int, last: int) -> None:
        forest: Forest = {}
        for i in range(first, last):
            put(forest, _into, 0, i, sums(i))
        forests.append(forest)

    in_ranges(work, count, threads)
    return total(_into, merge(_into, forests), count)


def sum_in_order(sums: Sequence[Partial]) -> Partial:
    """The sum of new arrays that are all in memory, in the order of the tree; they are overwritten."""
    return sum_in_threads(len(sums), sums.__getitem__, 1)


def _into(a: Partial, b: Partial) -> Partial:
    for x, y in zip(a, b, strict=True):
        x += y
    return a


def sum_by_leaves(values: Array, leaf: int) -> float:
    """The sum of values (n,), one for each row, as of a pass over leaves of so many rows.

    Examples
    --------
    >>> sum_by_leaves(np.array([1.0, 2.0, 3.0]), leaf=2)
    6.0
    """
    return float(sum_of_leaves(np.array([values[low : low + leaf].sum() for low in range(0, len(values), leaf)])))


def sum_of_leaves(leaves: Array) -> Array:
    """The sum of the leaves (m, ...) in the order of the tree: `total` with `plus`, for leaves that are all in memory.

    Examples
    --------
    >>> float(sum_of_leaves(np.array([1.0, 2.0, 3.0])))
    6.0
    """
    while len(leaves) > 1:
        even = len(leaves) // 2 * 2
        pairs = leaves[0:even:2] + leaves[1:even:2]
        leaves = pairs if even == len(leaves) else np.concatenate((pairs, leaves[even:]))
    return np.asarray(leaves[0])
