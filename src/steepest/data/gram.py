"""Gram matrices: weighted sums of products of columns, targets included, leaf by leaf."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import DataError
from ..core.threads import one_blas_thread
from ..core.types import Array
from .csr import CSR
from .layout import dense_rows
from .tree import Partial, Summation, power_below, sum_in_threads, sum_of_leaves

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["LARGEST", "augmented", "gram_leaves", "gram_matrix", "refuse_unless_finite", "refuse_unless_usable"]

LARGEST = 1e145  # size of a number whose square, summed over the rows and multiplied by others, does not overflow
LARGE = 100_000  # numbers of a table from which leaves go in threads
Leaves = tuple[Callable[[int, int], Array], Callable[[Array], Array]]
ROOM = 1 << 18  # numbers of the augmented rows of a thread: 2 MB, about the size of its cache


def refuse_unless_finite(sums: Array) -> None:
    """Refuse a table whose sums of squares are not finite."""
    if not np.isfinite(sums).all():
        raise DataError("a column holds a number that is not finite, or so large that its square overflows: rescale it")


def refuse_unless_usable(mean: Array, variance: Array) -> None:
    """Refuse columns whose root mean square is not below `LARGEST`, so that some number is not either."""
    with np.errstate(over="ignore", invalid="ignore"):
        usable = mean * mean + variance < LARGEST**2
    if not usable.all():
        raise DataError("a column holds a number that is not finite, or so large that its square overflows: rescale it")


def gram_matrix(rows: Rows, first: Array, weights: Array | None) -> Array:
    """Sum of weight a a' over the rows a = [x, y - offset] - first, 1; ``weights`` (n,), None for 1.

    Cost: about n (d + 2)^2 flops; memory 2 MB and a few matrices a thread.
    """
    how, n, m = rows.summation, rows.shape[0], len(first) + 1
    rows.read(n)
    count, (leaves, whole) = -(-n // how.leaf), _leaves(rows, first, weights, how)
    threads = rows.threads if n * m > LARGE else 1
    group = power_below(max(1, min(count // (4 * threads), ROOM // (m * m))))

    def node(i: int) -> Partial:
        return (sum_of_leaves(leaves(i * group, min(count, (i + 1) * group))),)

    with one_blas_thread(2.0 * n * m * m):
        return whole(sum_in_threads(-(-count // group), node, threads)[0])


def gram_leaves(rows: Rows, first: Array, weights: Array | None, how: Summation) -> Array:
    """The same sums of each leaf, (leaves, m, m) for m columns."""
    n, m = rows.shape[0], len(first) + 1
    leaves, whole = _leaves(rows, first, weights, how)
    with one_blas_thread(2.0 * n * m * m):
        return whole(leaves(0, -(-n // how.leaf)))


def _leaves(rows: Rows, first: Array, weights: Array | None, how: Summation) -> Leaves:
    """The sums of the leaves from one number to another, (leaves, ...); and Gram matrices, made of such sums."""
    if how.compiled:
        return _compiled_leaves(rows, first, weights, how.leaf)
    return partial(_plain_leaves, rows, first, weights, how.leaf), np.asarray


def _compiled_leaves(rows: Rows, first: Array, weights: Array | None, leaf: int) -> Leaves:
    from ..kernels.compiler import compiled
    from ..kernels.gram import WIDTH, gram_pass, sparse_gram_pass

    m, by_pairs = len(first) + 1, _worth_pairs(rows, first)
    width = m if by_pairs else -(-m // WIDTH) * WIDTH
    kernel = compiled(sparse_gram_pass if by_pairs else gram_pass)
    args = rows.X, rows.y.T, rows.offset, weights, first, leaf

    def sums(low: int, high: int) -> Array:
        out = np.zeros((high - low, width, width))
        kernel(*args, low, high, out)
        return out

    return sums, _both_halves if by_pairs else partial(_mirrored, m)


def _both_halves(half: Array) -> Array:
    both: Array = half + half.swapaxes(-1, -2)
    return both


def _mirrored(m: int, upper: Array) -> Array:
    half = np.triu(upper[..., :m, :m])
    both: Array = half + np.triu(half, 1).swapaxes(-1, -2)
    return both


def _worth_pairs(rows: Rows, first: Array) -> bool:
    """Whether products of the stored numbers, one at a time, are less work than all products, eight at a time."""
    n, d = rows.shape
    if not isinstance(rows.X, CSR) or first[:d].any():
        return False
    counts = np.diff(rows.X.indptr) + 2.0
    return bool(12.0 * (counts @ counts) < n * float(d + 2) ** 2)


def _plain_leaves(rows: Rows, first: Array, weights: Array | None, leaf: int, low: int, high: int) -> Array:
    n, m = rows.shape[0], len(first) + 1
    out, room = np.zeros((high - low, m, m)), np.empty((max(64, min(leaf, n, ROOM // m)), m))
    for b, sums in enumerate(out, low):
        end = min(n, (b + 1) * leaf)
        for start in range(b * leaf, end, len(room)):
            part = augmented(rows, start, min(end, start + len(room)), first, room)
            if weights is not None:
                part *= np.sqrt(weights[start : start + len(part), None])
            sums += part.T @ part
    return out


def augmented(rows: Rows, low: int, high: int, first: Array, room: Array) -> Array:
    """Rows low .. high - 1 as [x, y - offset, 1], shifted by ``first``, written to ``room``."""
    d, part = rows.shape[1], room[: high - low]
    np.subtract(dense_rows(rows.X, low, high), first[:d], out=part[:, :d])
    np.subtract(rows.y[low:high], first[d:], out=part[:, d:-1])
    if rows.offset is not None:
        part[:, d:-1] -= rows.offset[low:high, None]
    part[:, -1] = 1.0
    return part
