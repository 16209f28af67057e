"""Ranges of columns: their smallest and largest values over groups of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from .csr import CSR
from .rows import Rows

__all__ = ["column_ends", "column_ranges"]

BLOCK = 1 << 18  # numbers of a block
TOGETHER = 32  # rows that are compared with the next ones as one long row


def column_ranges(rows: Rows, group: NDArray[np.int64], groups: int) -> tuple[Array, Array]:
    """Smallest and largest raw value of each column in each group of rows, (groups, d) each; +inf and -inf if empty.

    ``group`` (n,) numbers the groups; rows of a negative number are left out. Cost: one pass.
    """
    n, d = rows.shape
    rows.read(n)
    low, high = np.full((groups, d), np.inf), np.full((groups, d), -np.inf)
    if isinstance(rows.X, CSR):
        _sparse(rows.X, group, low, high)
        return low, high
    for first in range(0, n, step := max(64, BLOCK // (d + 1))):
        X, own = rows.X[first : first + step], group[first : first + step]
        for g in np.unique(own[own >= 0]):
            low[g] = np.minimum(low[g], X[own == g].min(0))
            high[g] = np.maximum(high[g], X[own == g].max(0))
    return low, high


def column_ends(X: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Smallest and largest value of each column of a dense table, (d,) each.

    Examples
    --------
    >>> column_ends(np.array([[1.0, 5.0], [3.0, 2.0]]))
    (array([1., 2.]), array([3., 5.]))
    """
    d, whole = X.shape[1], len(X) // TOGETHER * TOGETHER
    if not whole or not X.flags.c_contiguous:
        return X.min(0), X.max(0)
    long = X[:whole].reshape(-1, TOGETHER * d)
    low, high = (end(long, 0).reshape(TOGETHER, d) for end in (np.min, np.max))
    return np.concatenate((low, X[whole:])).min(0), np.concatenate((high, X[whole:])).max(0)


def _sparse(X: CSR, group: NDArray[np.int64], low: Array, high: Array) -> None:
    groups, d = low.shape
    own = np.repeat(group, np.diff(X.indptr))
    stored = own >= 0
    cell = own[stored] * d + X.indices[stored]
    np.minimum.at(low.reshape(-1), cell, X.data[stored])
    np.maximum.at(high.reshape(-1), cell, X.data[stored])
    absent = np.bincount(group[group >= 0], minlength=groups)[:, None] > np.bincount(cell, minlength=low.size).reshape(
        groups, d
    )
    np.minimum(low, 0.0, out=low, where=absent)
    np.maximum(high, 0.0, out=high, where=absent)
