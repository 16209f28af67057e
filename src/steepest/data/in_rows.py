"""Columns into rows: the numbers of separate columns as one table in C order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["fill_rows"]

SCRATCH = 1 << 19  # bytes of the scratch, which stays in the cache
PAD = 16  # numbers between its columns, so that they do not fall on the same lines of the cache


def fill_rows(X: NDArray[Any], columns: Sequence[NDArray[Any]]) -> None:
    """Copy columns (m,) of any type into the rows of X (m, d), through a scratch whose columns are contiguous.

    A column that is written into rows directly touches a cache line for each number.

    Examples
    --------
    >>> X = np.empty((2, 2))
    >>> fill_rows(X, [np.array([1, 2]), np.array([3.5, 4.5], np.float32)])
    >>> X.tolist()
    [[1.0, 3.5], [2.0, 4.5]]
    """
    m, d = X.shape
    step = max(16, min(4096, SCRATCH // (X.itemsize * max(1, d))))
    scratch = np.empty((d, step + PAD), X.dtype)[:, :step]
    for low in range(0, m, step):
        high = min(m, low + step)
        for row, column in zip(scratch, columns, strict=True):
            row[: high - low] = column[low:high]
        X[low:high] = scratch[:, : high - low].T
