"""Gram matrices: weighted sums of products of columns, targets included, in fixed blocks of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import DataError
from ..core.threads import in_ranges, one_blas_thread
from ..core.types import Array
from .csr import CSR
from .layout import dense_rows
from .tree import Summation, sum_of_leaves

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["LARGEST", "augmented", "gram_leaves", "gram_matrix", "refuse_unless_finite", "refuse_unless_usable"]

LARGEST = 1e145  # size of a number whose square, summed over the rows and multiplied by others, does not overflow

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

    Cost: about n (d + 2)^2 flops.
    """
    rows.read(rows.shape[0])
    return sum_of_leaves(gram_leaves(rows, first, weights, rows.summation))


def gram_leaves(rows: Rows, first: Array, weights: Array | None, how: Summation) -> Array:
    """The same sums of each leaf, (leaves, m, m) for m columns."""
    return (_compiled_leaves if how.compiled else _plain_leaves)(rows, first, weights, how.leaf)


def _compiled_leaves(rows: Rows, first: Array, weights: Array | None, leaf: int) -> Array:
    from ..kernels.compiler import compiled
    from ..kernels.gram import WIDTH, gram_pass, sparse_gram_pass

    n, m = rows.shape[0], len(first) + 1
    by_pairs = _worth_pairs(rows, first)
    whole = m if by_pairs else -(-m // WIDTH) * WIDTH
    out, kernel = np.zeros((-(-n // leaf), whole, whole)), compiled(sparse_gram_pass if by_pairs else gram_pass)
    args = rows.X, rows.y.T, rows.offset, weights, first, leaf
    in_ranges(lambda low, high: kernel(*args, low, high, out), len(out), rows.threads)
    half = out[:, :m, :m]
    if not by_pairs:
        half = np.triu(half)
        half[:, np.arange(m), np.arange(m)] *= 0.5
    leaves: Array = half + half.swapaxes(1, 2)
    return leaves


def _worth_pairs(rows: Rows, first: Array) -> bool:
    """Whether products of the stored numbers, one at a time, are less work than all products, eight at a time."""
    n, d = rows.shape
    if not isinstance(rows.X, CSR) or first[:d].any():
        return False
    counts = np.diff(rows.X.indptr) + 2.0
    return bool(12.0 * (counts @ counts) < n * float(d + 2) ** 2)


def _plain_leaves(rows: Rows, first: Array, weights: Array | None, leaf: int) -> Array:
    n, m = rows.shape[0], len(first) + 1
    out = np.zeros((-(-n // leaf), m, m))

    def work(low: int, high: int) -> None:
        room = np.empty((max(64, min(leaf, n, ROOM // m)), m))
        for b in range(low, high):
            for start in range(b * leaf, min(n, (b + 1) * leaf), len(room)):
                part = augmented(rows, start, min(n, (b + 1) * leaf, start + len(room)), first, room)
                if weights is not None:
                    part *= np.sqrt(weights[start : start + len(part), None])
                out[b] += part.T @ part

    with one_blas_thread(2.0 * n * m * m):
        in_ranges(work, len(out), rows.threads if n * m > 100_000 else 1)
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
