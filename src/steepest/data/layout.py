"""How a table lies in memory: dense in either order, or compressed sparse rows. Only this room and kernels ask."""

from __future__ import annotations

import os
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.types import Array
from .csr import CSR

__all__ = [
    "BLOCK",
    "absolute",
    "column",
    "column_variances",
    "dense_rows",
    "dot",
    "jit_allowed",
    "matrix",
    "means_and_deviations",
    "plan",
    "slice_rows",
    "take",
    "transposed_dot",
]

Matrix: TypeAlias = CSR | NDArray[Any]  # a table: dense, float32 or float64, or sparse
BLOCK = 4096  # rows whose sums are added in one go; the plan depends on row numbers alone, never on threads
NEAR, FAR = 1 << 13, 3 << 18  # bytes of a tile, the rows that stay in the cache between predictor and gradient


def jit_allowed() -> bool:
    """Whether Numba may be used: not under NUMBA_DISABLE_JIT=1."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}


def plan(X: Any) -> tuple[int, int]:
    """Rows of a block and of a tile in it, from the table's shape and layout alone."""
    (n, d), size = X.shape, BLOCK
    if isinstance(X, CSR):  # the sums of a block take d numbers however few it reads
        return max(size, min(n, 32 * (d + 1) * n // max(1, len(X.data)))), 64
    row = X.dtype.itemsize * max(1, d)
    if X.flags.c_contiguous:
        return size, max(16, min(64, NEAR // row // 8 * 8))
    return size, max(192, min(size, FAR // row))  # long pieces of each column


def matrix(X: Any) -> Any:
    """A table as it is, where its type is float32 or float64 already: no copy.

    Raises
    ------
    DataError
        If it does not have two dimensions, or holds no real numbers.
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


def take(X: Any, order: NDArray[np.int64]) -> Any:
    """The rows of these numbers."""
    if not isinstance(X, CSR):
        return X[order]
    counts = np.diff(X.indptr)[order]
    indptr = np.concatenate(([0], np.cumsum(counts)))
    where = np.repeat(X.indptr[:-1][order] - indptr[:-1], counts) + np.arange(indptr[-1])
    return CSR(X.data[where], X.indices[where], indptr, X.columns)


def slice_rows(X: Any, low: int, high: int) -> Any:
    """Rows low .. high - 1, in the layout of the table."""
    if not isinstance(X, CSR):
        return X[low:high]
    a, b = X.indptr[low], X.indptr[high]
    return CSR(X.data[a:b], X.indices[a:b], X.indptr[low : high + 1] - a, X.columns)


def dense_rows(X: Any, low: int, high: int) -> Any:
    """Rows low .. high - 1 as a dense array."""
    if not isinstance(X, CSR):
        return X[low:high]
    places = slice(X.indptr[low], X.indptr[high])
    starts = np.repeat(np.arange(high - low) * X.columns, np.diff(X.indptr[low : high + 1]))
    cells = np.bincount(starts + X.indices[places], X.data[places], minlength=(high - low) * X.columns)
    return cells.reshape(high - low, X.columns)


def absolute(X: Any) -> Any:
    """|X|, in the layout of the table."""
    return X._replace(data=np.abs(X.data)) if isinstance(X, CSR) else np.abs(X)


def dot(X: Any, v: Array) -> Array:
    """X v for v (d, k)."""
    if not isinstance(X, CSR):
        product: Array = X @ v
        return product
    rows, n = _row_numbers(X), X.shape[0]
    return np.stack([np.bincount(rows, X.data * c[X.indices], minlength=n) for c in v.T], axis=1)


def transposed_dot(X: Any, r: Array) -> Array:
    """r'X (k, d) for r (n, k)."""
    if not isinstance(X, CSR):
        product: Array = r.T @ X
        return product
    rows, d = _row_numbers(X), X.columns
    return np.stack([np.bincount(X.indices, X.data * c[rows], minlength=d) for c in r.T])


def column(X: Matrix, j: int) -> Array:
    """Column j, (n,)."""
    if not isinstance(X, CSR):
        return np.asarray(X[:, j], np.float64)
    where = X.indices == j
    return np.asarray(np.bincount(_row_numbers(X)[where], X.data[where], minlength=X.shape[0]), np.float64)


def means_and_deviations(X: Matrix) -> tuple[Array, Array]:
    """Mean and standard deviation of each column, (d,) each."""
    if not isinstance(X, CSR):
        return X.mean(0, dtype=np.float64), X.std(0, dtype=np.float64)
    n, d = X.shape
    mean = np.bincount(X.indices, X.data, minlength=d) / n
    away = np.bincount(X.indices, (X.data - mean[X.indices]) ** 2, minlength=d)
    absent = n - np.bincount(X.indices, minlength=d)
    return mean, np.sqrt((away + absent * mean**2) / n)


def column_variances(X: Matrix, share: Array) -> Array:
    """Variance of each column, (d,), where row i has the share of weight ``share[i]``."""
    variance: Array
    if isinstance(X, CSR):
        each = share[_row_numbers(X)]
        first, second = (np.asarray(np.bincount(X.indices, each * X.data**k, X.shape[1]), float) for k in (1, 2))
        variance = second - first**2
    else:
        variance = share @ (X - share @ X) ** 2
    return variance


def _row_numbers(X: CSR) -> NDArray[np.int64]:
    return np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
