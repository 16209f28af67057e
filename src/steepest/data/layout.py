"""Memory layout of a table: dense in either order, or compressed sparse rows. Only data/ and kernels/ depend on it."""

from __future__ import annotations

import os
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.types import Array
from ..objective.data import Size
from .csr import CSR
from .tree import leaf_rows, sparse_leaf_rows

__all__ = [
    "BLOCK",
    "Table",
    "absolute",
    "arrays",
    "as_scipy",
    "chosen",
    "column",
    "column_variances",
    "copy_order",
    "dense_rows",
    "dot",
    "doubles",
    "floats",
    "in_row_order",
    "jit_allowed",
    "leaf_of",
    "matrix",
    "means_and_deviations",
    "size",
    "slice_rows",
    "spread",
    "stored",
    "table_of",
    "take",
    "three_arrays",
    "tile_of",
    "transposed_dot",
    "two_valued",
    "with_columns",
]

Table: TypeAlias = CSR | NDArray[Any]  # (n, d), float32 or float64

BLOCK = 4096  # rows of a block of sums; it depends on the shape of the table alone, never on threads
MANY = 100_000  # products of a sparse table with several columns from which SciPy is worth its import
NEAR, FAR = 1 << 13, 3 << 18  # bytes of a tile: rows that stay in the cache between predictor and gradient


def jit_allowed() -> bool:
    """Whether Numba may be used: not under NUMBA_DISABLE_JIT=1."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}


def leaf_of(X: Table) -> int:
    """Rows of a leaf of sums, a power of two, from the table's shape and layout alone."""
    n, d = X.shape
    return sparse_leaf_rows(n, d, len(X.data)) if isinstance(X, CSR) else leaf_rows(int(d))


def tile_of(X: Table) -> int:
    """Rows of a tile: those that stay in the cache between predictor and gradient."""
    if isinstance(X, CSR):
        return 64
    row = int(X.dtype.itemsize) * max(1, int(X.shape[1]))
    if X.flags.c_contiguous:
        return max(16, min(64, NEAR // row // 8 * 8))
    return max(192, min(BLOCK, FAR // row))  # long contiguous parts of each column


def in_row_order(X: Table) -> Table:
    """The table with its rows one after the other in memory; copied where it is not so."""
    return X if isinstance(X, CSR) else np.ascontiguousarray(X)


def floats(X: object) -> bool:
    """Whether X is an array of floats that is not copied, with rows and columns."""
    if type(X) is not np.ndarray or X.ndim != 2 or X.size == 0:
        return False
    return X.dtype in (np.float32, np.float64) and X.dtype.isnative


def matrix(X: Any) -> Table:
    """The table of any array or sparse matrix. Float32 and float64 are not copied.

    Raises
    ------
    DataError
        If it does not have two dimensions, or its numbers are not real.
    """
    if isinstance(X, CSR):
        return X
    if hasattr(X, "tocsr"):
        X = X.tocsr()
        return CSR(_real(X.data), X.indices, X.indptr, int(X.shape[1]))
    X = _real(np.asarray(X))
    if X.ndim != 2:
        raise DataError(f"the table must have two dimensions, rows and columns, not {X.ndim}")
    return X if X.flags.f_contiguous or X.flags.c_contiguous else np.ascontiguousarray(X)


def _real(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype in (np.float32, np.float64) and values.dtype.isnative:
        return values
    if values.dtype.kind not in "biuf":
        raise DataError(f"the table must hold real numbers, not {values.dtype}")
    return values.astype(np.float64)


def size(X: Table) -> Size:
    """Size of the table, for the cost model."""
    n, d = X.shape
    if isinstance(X, CSR):
        return Size(n, d, len(X.data), X.data.itemsize + X.indices.itemsize)
    return Size(n, d, n * d, X.dtype.itemsize)


def arrays(X: Table) -> tuple[NDArray[Any], ...]:
    """The arrays that hold the numbers of a table."""
    return tuple(X[:3]) if isinstance(X, CSR) else (X,)


def three_arrays(X: Table) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The arrays of a table, of which two are empty if it is dense; `table_of` makes the table of them again."""
    if isinstance(X, CSR):
        return X.data, X.indices, X.indptr
    return X, np.empty(0), np.empty(0)


def table_of(three: tuple[NDArray[Any], ...], columns: int) -> Table:
    """The table of three arrays; ``columns`` is the number of a sparse one."""
    return three[0] if three[0].ndim == 2 else CSR(three[0], three[1], three[2], columns)


def take(X: Table, order: NDArray[np.int64]) -> Table:
    """The rows of these numbers."""
    if not isinstance(X, CSR):
        return X[order]
    counts = np.diff(X.indptr)[order]
    indptr = np.concatenate(([0], np.cumsum(counts)))
    where = np.repeat(X.indptr[:-1][order] - indptr[:-1], counts) + np.arange(indptr[-1])
    return CSR(X.data[where], X.indices[where], indptr, X.columns)


def slice_rows(X: Table, low: int, high: int) -> Table:
    """Rows low .. high - 1, in the layout of the table."""
    if not isinstance(X, CSR):
        return X[low:high]
    a, b = X.indptr[low], X.indptr[high]
    return CSR(X.data[a:b], X.indices[a:b], X.indptr[low : high + 1] - a, X.columns)


def dense_rows(X: Table, low: int, high: int) -> NDArray[Any]:
    """Rows low .. high - 1 as a dense array."""
    if not isinstance(X, CSR):
        return X[low:high]
    places = slice(X.indptr[low], X.indptr[high])
    starts = np.repeat(np.arange(high - low) * X.columns, np.diff(X.indptr[low : high + 1]))
    cells = np.bincount(starts + X.indices[places], X.data[places], minlength=(high - low) * X.columns)
    return cells.reshape(high - low, X.columns)


def absolute(X: Table) -> Table:
    """|X|, in the layout of the table."""
    return X._replace(data=np.abs(X.data)) if isinstance(X, CSR) else np.abs(X)


def copy_order(X: NDArray[Any]) -> Literal["C", "F"]:
    """The order in which a dense table is copied fastest."""
    return "C" if X.flags.c_contiguous else "F"


def dot(X: Table, v: Array) -> Array:
    """X v for v (d, k)."""
    if not isinstance(X, CSR):
        product: Array = X @ v
        return product
    if len(X.data) * v.shape[1] > MANY and v.shape[1] > 1:
        return np.asarray(as_scipy(X) @ v)
    rows, n = _row_numbers(X), X.shape[0]
    return np.stack([np.bincount(rows, X.data * c[X.indices], minlength=n) for c in v.T], axis=1)


def transposed_dot(X: Table, r: Array) -> Array:
    """r'X (k, d) for r (n, k)."""
    if not isinstance(X, CSR):
        product: Array = r.T @ X
        return product
    if len(X.data) * r.shape[1] > MANY and r.shape[1] > 1:
        return np.asarray(as_scipy(X).T @ np.ascontiguousarray(r)).T
    rows, d = _row_numbers(X), X.columns
    return np.stack([np.bincount(X.indices, X.data * c[rows], minlength=d) for c in r.T])


def as_scipy(X: Table) -> Any:
    """The table as SciPy has it, CSR as ``csr_array``; a dense one as it is. No number is copied."""
    if not isinstance(X, CSR):
        return X
    from scipy.sparse import csr_array

    return csr_array((X.data, X.indices, X.indptr), shape=X.shape)


def column(X: Table, j: int) -> Array:
    """Column j, (n,)."""
    if not isinstance(X, CSR):
        return np.asarray(X[:, j], np.float64)
    where = X.indices == j
    return np.asarray(np.bincount(_row_numbers(X)[where], X.data[where], minlength=X.shape[0]), np.float64)


def chosen(X: Table, columns: NDArray[np.int64]) -> NDArray[Any]:
    """These columns as a dense array (n, m), in rising order."""
    (n, d), m = X.shape, len(columns)
    if not isinstance(X, CSR):
        return X if m == d else X[:, columns]
    place = np.full(d, -1)
    place[columns] = np.arange(m)
    at = place[X.indices]
    cells = np.bincount((_row_numbers(X) * m + at)[at >= 0], X.data[at >= 0], minlength=n * m)
    return cells.reshape(n, m)


def means_and_deviations(X: Table) -> tuple[Array, Array]:
    """Mean and standard deviation of each column, (d,) each."""
    if not isinstance(X, CSR):
        return X.mean(0, dtype=np.float64), X.std(0, dtype=np.float64)
    n, d = X.shape
    mean = np.bincount(X.indices, X.data, minlength=d) / n
    away = np.bincount(X.indices, (X.data - mean[X.indices]) ** 2, minlength=d)
    absent = n - np.bincount(X.indices, minlength=d)
    return mean, np.sqrt((away + absent * mean**2) / n)


def two_valued(X: Table) -> NDArray[np.bool_]:
    """Which columns (d,) have two values at most, as those of 0 and 1 have; of a sparse table 0 is one of them.

    Examples
    --------
    >>> two_valued(np.array([[0.0, 1.0, 5.0], [1.0, 2.0, 5.0], [0.0, 3.0, 5.0]])).tolist()
    [True, False, True]
    """
    if not isinstance(X, CSR):
        low, high = X.min(axis=0), X.max(axis=0)
        return np.asarray(((low == X) | (high == X)).all(axis=0))
    low, high = np.full(X.shape[1], np.inf), np.full(X.shape[1], -np.inf)
    np.minimum.at(low, X.indices, X.data)
    np.maximum.at(high, X.indices, X.data)
    return low >= high


def column_variances(X: Table, share: Array) -> Array:
    """Variance of each column, (d,), where row i has the share of weight ``share[i]``."""
    variance: Array
    if isinstance(X, CSR):
        each = share[_row_numbers(X)]
        first, second = (np.bincount(X.indices, each * X.data**k, X.shape[1]) for k in (1, 2))
        variance = np.asarray(second - first**2, np.float64)
    else:
        variance = share @ (X - share @ X) ** 2
    return variance


def _row_numbers(X: CSR) -> NDArray[np.int64]:
    return np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))


def spread(X: Table, kept: NDArray[np.bool_]) -> Table:
    """A table whose rows are those of X where ``kept`` (n,) is true, and zeros elsewhere."""
    if not isinstance(X, CSR):
        found = np.zeros((len(kept), X.shape[1]), X.dtype)
        found[kept] = X
        return found
    counts = np.zeros(len(kept) + 1, X.indptr.dtype)
    counts[1:][kept] = np.diff(X.indptr)
    return X._replace(indptr=np.cumsum(counts, dtype=X.indptr.dtype))


def stored(X: Table) -> int | None:
    """Numbers stored in a sparse table; None of a dense one."""
    return len(X.data) if isinstance(X, CSR) else None


def with_columns(X: Table, columns: int) -> Table:
    """A sparse table with more columns, of zeros; a dense one as it is."""
    return X._replace(columns=columns) if isinstance(X, CSR) else X


def doubles(X: Table) -> Table:
    """A dense table in double precision; a sparse one as it is."""
    return X if isinstance(X, CSR) or X.dtype == np.float64 else X.astype(np.float64)
