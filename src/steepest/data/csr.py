"""Compressed sparse rows as three arrays, like SciPy's but without importing SciPy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CSR", "minus"]

BLOCK = 1 << 14  # rows that are copied at a time


class CSR(NamedTuple):
    """Sparse rows: row i is ``data[a:b]`` in the columns ``indices[a:b]``, with ``a, b = indptr[i : i + 2]``."""

    data: NDArray[Any]  # (nnz,) float32 or float64
    indices: NDArray[Any]  # (nnz,) int32 or int64
    indptr: NDArray[Any]  # (n + 1,) int32 or int64
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.indptr) - 1, self.columns

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored values."""
        return self.data.dtype


def minus(X: CSR, shift: NDArray[np.float64]) -> CSR:
    """A copy in double precision of X - 1 shift', where columns of shift 0 stay sparse and the others are full.

    A column whose mean is at least c standard deviations from 0 has at most a share 1 / (1 + c^2) of zeros, so that
    such columns are full anyway, and the copy is as large as X. Each number is rounded once.

    Examples
    --------
    >>> X = CSR(np.array([5.0, 7.0, 2.0]), np.array([0, 0, 1]), np.array([0, 1, 3]), 2)
    >>> minus(X, np.array([6.0, 0.0]))
    CSR(data=array([-1.,  1.,  2.]), indices=array([0, 0, 1]), indptr=array([0, 1, 3]), columns=2)
    """
    full = np.flatnonzero(shift)
    n, few = X.shape[0], len(full)
    place = np.full(X.columns, -1)
    place[full] = np.arange(few)
    stays = place[X.indices] < 0
    ends = np.concatenate(([0], np.cumsum(stays)))[X.indptr] + few * np.arange(n + 1)
    data, indices = np.empty(ends[-1]), np.empty(ends[-1], X.indices.dtype)
    for low in range(0, n, BLOCK):
        high = min(n, low + BLOCK)
        part = slice(X.indptr[low], X.indptr[high])
        of, numbers, kept = X.indices[part], X.data[part], stays[part]
        row = np.repeat(np.arange(high - low), np.diff(X.indptr[low : high + 1]))
        cells = np.bincount(row[~kept] * few + place[of[~kept]], numbers[~kept], minlength=(high - low) * few)
        fulls = ends[low:high, None] + np.arange(few)
        data[fulls], indices[fulls] = cells.reshape(high - low, few) - shift[full], full
        others = ends[low] + few * (row[kept] + 1) + np.arange(kept.sum())
        data[others], indices[others] = numbers[kept], of[kept]
    return CSR(data, indices, ends.astype(X.indptr.dtype if ends[-1] < 1 << 31 else np.int64), X.columns)
