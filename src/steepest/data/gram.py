"""Gram matrices: weighted sums of products of columns, targets included, in fixed blocks of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import DataError
from ..core.threads import in_ranges, one_blas_thread
from ..core.types import Array
from .csr import CSR
from .layout import dense_rows

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["LARGEST", "augmented", "gram_matrix", "refuse_unless_finite", "refuse_unless_usable"]

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

    It is formed in fixed blocks, whose matrices together are far smaller than the table. Cost: about n (d + 2)^2 flops.
    """
    rows.read(rows.shape[0])
    return (_compiled_gram if rows.worth_compiling else _plain_gram)(rows, first, weights)


def _compiled_gram(rows: Rows, first: Array, weights: Array | None) -> Array:
    from ..kernels.compiler import compiled
    from ..kernels.gram import WIDTH, gram_pass, sparse_gram_pass

    n, m = rows.shape[0], len(first) + 1
    by_pairs = _worth_pairs(rows, first)
    whole = m if by_pairs else -(-m // WIDTH) * WIDTH
    size = _rows_of_pairs(n, m, len(rows.X.data)) if by_pairs else _rows_of_a_block(n, m)
    out, kernel = np.zeros((-(-n // size), whole, whole)), compiled(sparse_gram_pass if by_pairs else gram_pass)
    args = rows.X, rows.y.T, rows.offset, weights, first, size
    in_ranges(lambda low, high: kernel(*args, low, high, out), len(out), rows.threads)
    half = out.sum(0)[:m, :m]
    if not by_pairs:
        half = np.triu(half)
        half[np.diag_indices(m)] *= 0.5
    gram: Array = half + half.T
    return gram


def _worth_pairs(rows: Rows, first: Array) -> bool:
    """Whether products of the stored numbers, one at a time, are less work than all products, eight at a time."""
    n, d = rows.shape
    if not isinstance(rows.X, CSR) or first[:d].any():
        return False
    counts = np.diff(rows.X.indptr) + 2.0
    return bool(12.0 * (counts @ counts) < n * float(d + 2) ** 2)


def _plain_gram(rows: Rows, first: Array, weights: Array | None) -> Array:
    n, m = rows.shape[0], len(first) + 1
    size = _rows_of_a_block(n, m)
    out = np.zeros((-(-n // size), m, m))

    def work(low: int, high: int) -> None:
        room = np.empty((max(64, min(size, n, ROOM // m)), m))
        for b in range(low, high):
            for start in range(b * size, min(n, (b + 1) * size), len(room)):
                part = augmented(rows, start, min(n, (b + 1) * size, start + len(room)), first, room)
                if weights is not None:
                    part *= np.sqrt(weights[start : start + len(part), None])
                out[b] += part.T @ part

    with one_blas_thread(2.0 * n * m * m):
        in_ranges(work, len(out), rows.threads if n * m > 100_000 else 1)
    gram: Array = out.sum(0)
    return gram


def _rows_of_a_block(n: int, m: int) -> int:
    return max(8192, 32 * m, n // 256)


def _rows_of_pairs(n: int, m: int, stored: int) -> int:
    """Rows of a block, such that the matrices of all blocks are smaller than the table."""
    return -(-n // max(2, min(16, stored // (4 * m * m))))


def augmented(rows: Rows, low: int, high: int, first: Array, room: Array) -> Array:
    """Rows low .. high - 1 as [x, y - offset, 1], shifted by ``first``, written to ``room``."""
    d, part = rows.shape[1], room[: high - low]
    np.subtract(dense_rows(rows.X, low, high), first[:d], out=part[:, :d])
    np.subtract(rows.y[low:high], first[d:], out=part[:, d:-1])
    if rows.offset is not None:
        part[:, d:-1] -= rows.offset[low:high, None]
    part[:, -1] = 1.0
    return part
