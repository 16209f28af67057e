"""Compressed sparse rows as three arrays, like SciPy's but without importing SciPy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CSR"]


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
