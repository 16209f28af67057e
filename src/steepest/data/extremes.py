"""Whether columns vary, by comparing their numbers: unlike a variance this does not depend on their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .csr import CSR
from .layout import BLOCK

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["varying"]


def varying(rows: Rows, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of these columns hold two different numbers, (m,). Cost: one pass over them; of a sparse table over it all.

    Examples
    --------
    >>> from steepest import make_rows
    >>> varying(make_rows([[1e-170, 5.0], [2e-170, 5.0]], [0.0, 1.0]), np.array([0, 1])).tolist()
    [True, False]
    """
    n = rows.shape[0]
    if isinstance(rows.X, CSR):
        return _sparse_varying(rows.X, n, columns)
    found = np.zeros(len(columns), bool)
    first = rows.X[0, columns]
    for low in range(0, n, BLOCK):
        found |= (rows.X[low : low + BLOCK, columns] != first).any(0)
    return found


def _sparse_varying(X: CSR, n: int, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Numbers that are not stored are 0."""
    d = X.shape[1]
    stored = np.bincount(X.indices, minlength=d)[columns]
    low, high = np.full(d, np.inf), np.full(d, -np.inf)
    np.minimum.at(low, X.indices, X.data)
    np.maximum.at(high, X.indices, X.data)
    low, high = (np.where(stored < n, end(side[columns], 0.0), side[columns])
                 for end, side in ((np.minimum, low), (np.maximum, high)))  # fmt: skip
    found: NDArray[np.bool_] = low < high
    return found
