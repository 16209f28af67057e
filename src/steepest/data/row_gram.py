"""The Gram matrix of the rows: their products with each other, (n, n), for tables with more columns than rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.threads import in_ranges, one_blas_thread
from ..core.types import Array
from .csr import CSR

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["row_gram"]

PARTS = 2  # groups of columns whose products are added in a fixed order
ROOM = 1 << 18  # numbers of a block of columns: 2 MB
SCATTERED = 300  # products in a matrix product for one of two stored numbers of a sparse table


def row_gram(rows: Rows, weights: Array) -> Array:
    """Sum over the columns j of weights_j a_ij a_kj for all rows i and k, (n, n), with a_j in the units of the rows.

    ``weights`` (d,) are >= 0. All sums are in double precision, over blocks that depend on the shape alone. Cost: one
    pass and n^2 d flops, or the products of the stored numbers of a sparse table where these are fewer.
    """
    rows.read(rows.shape[0])
    factors = np.sqrt(weights) if rows.units.scale is None else np.sqrt(weights) * np.abs(rows.units.scale)
    if not isinstance(rows.X, CSR):
        return _by_blocks(rows.X, rows.shift, factors, rows.threads)
    from scipy.sparse import csr_array

    X = csr_array((rows.X.data * factors[rows.X.indices], rows.X.indices, rows.X.indptr), rows.X.shape, np.float64)
    counts = np.bincount(rows.X.indices, minlength=rows.X.columns).astype(float)
    if SCATTERED * (counts @ counts) < float(X.shape[0]) ** 2 * X.shape[1]:
        return np.asarray((X @ X.T).toarray(), np.float64)
    return _by_blocks(X.tocsc(), None, np.ones(len(factors)), rows.threads)


def _by_blocks(X: Any, shift: Array | None, factors: Array, threads: int) -> Array:
    """Products of blocks of columns; X is an array, or sparse columns."""
    n, d = X.shape
    width = max(16, ROOM // n)
    cuts = [-(-d * part // (PARTS * width)) * width for part in range(PARTS)] + [d]
    sums = np.zeros((PARTS, n, n))

    def work(first: int, last: int) -> None:
        room, product = np.empty(n * width), np.empty((n, n))
        for part in range(first, last):
            for low in range(cuts[part], min(d, cuts[part + 1]), width):
                block = _columns(X, shift, factors, slice(low, min(d, cuts[part + 1], low + width)), room)
                sums[part] += np.matmul(block, block.T, out=product)

    with one_blas_thread(2.0 * n * n * d):
        in_ranges(work, PARTS, threads if n * n * d > 1_000_000 else 1)
    gram: Array = sums.sum(0)
    return gram


def _columns(X: Any, shift: Array | None, factors: Array, some: slice, room: Array) -> NDArray[np.float64]:
    """Some columns in double precision, shifted and scaled, (n, m), written to ``room``."""
    block = room[: X.shape[0] * (some.stop - some.start)].reshape(X.shape[0], -1)
    np.subtract(
        X[:, some] if isinstance(X, np.ndarray) else X[:, some].toarray(),
        0.0 if shift is None else shift[some],
        out=block,
    )
    block *= factors[some]
    return block
