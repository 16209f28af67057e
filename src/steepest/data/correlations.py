"""Correlations: products of every column with numbers by row, in double precision, with a bound of their rounding."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..core.threads import in_ranges, one_blas_thread
from ..core.types import UNIT, Array
from ..objective.data import ColumnStats
from .csr import CSR
from .rows import Rows
from .transposed import Transposed

__all__ = ["Correlations"]

SHORT = 128  # rows of one matrix product, which bounds the rounding
TILE = 2048  # columns of one matrix product, for whatever number of threads
FAR = 1e4  # squared mean of a column, in variances, from which its shift is subtracted before products are taken
FEWER = 0.5  # share of the columns below which those that are left are copied


class Correlations:
    """The products X'r with every column of X in the units of the rows, without a column of ones.

    Parameters
    ----------
    rows : Rows
        In the units of the descent.
    columns : ColumnStats
        Mean and variance of each raw column.
    """

    def __init__(self, rows: Rows, columns: ColumnStats) -> None:
        self.rows, self.d = rows, rows.shape[1]
        shift = 0.0 if rows.units.shift is None else rows.units.shift
        scale = rows.units.scales(self.d)[:-1]
        about_mean = np.sqrt(columns.variance) * scale
        self.about_shift = np.sqrt(columns.variance + (columns.mean - shift) ** 2) * scale
        self.near = not rows.sparse and bool((columns.mean**2 <= FAR * columns.variance).all() or rows.shift is None)
        raw = np.sqrt(columns.variance + columns.mean**2) * scale
        self.sizes = raw if self.near else self.about_shift  # (d,) root mean squares of the numbers that are added
        self.spread = about_mean  # (d,) standard deviations
        self.transposed: Transposed | None = None  # of a sparse table whose passes are compiled
        if rows.sparse and rows.worth_compiling:
            self.transposed = Transposed(cast(CSR, rows.X), rows.threads)
        self.left: NDArray[np.int64] | None = None  # the columns that are looked at, None for all
        self._part: NDArray[Any] | None = None  # copy of these columns, (m, n)

    @property
    def rounding(self) -> float:
        """Bound of the rounding of a product, relative to the sizes and the root mean square of r."""
        n = self.rows.shape[0]
        if self.transposed is not None:
            return (self.transposed.longest + 8) * UNIT
        return (min(n, SHORT) + n / SHORT + 8) * UNIT if self.near else self.rows.fold_rounding

    def leave(self, left: NDArray[np.int64]) -> None:
        """Look at these columns only. They are copied if that makes later products much cheaper."""
        if self.near and len(left) < FEWER * (self.d if self.left is None else len(self.left)):
            X = self.rows.X
            assert not isinstance(X, CSR)
            self._part = np.ascontiguousarray(X.T[left])
            self.left = left

    def __call__(self, r: Array) -> Array:
        """X'r (d, c) for r (n, c), 0 for columns that are not looked at. Cost: one pass over the columns looked at."""
        if self.transposed is not None:
            self.rows.read(self.rows.shape[0])
            scale = self.rows.units.scales(self.d)[:-1]
            return np.column_stack([self.transposed.products(one) * scale for one in r.T])
        if not self.near:
            return self._folded(r)
        rows, out = self.rows, np.zeros((self.d, r.shape[1]))
        if self._part is None:
            rows.read(rows.shape[0])
            out[:] = self._products(np.asarray(rows.X).T, r)
        else:
            out[self.left] = self._products(self._part, r)
        if rows.shift is not None:
            left = slice(None) if self.left is None else self.left
            out[left] -= rows.shift[left, None] * np.ascontiguousarray(r.T).sum(1)
        return out if rows.units.scale is None else out * rows.units.scale[:, None]

    def _products(self, columns: NDArray[Any], r: Array) -> Array:
        """The products of columns (m, n), without shift and scale."""
        (m, n), c = columns.shape, r.shape[1]
        out = np.zeros((m, c))

        def work(first: int, last: int) -> None:
            for j in range(first * TILE, min(m, last * TILE), TILE):
                for low in range(0, n, SHORT):
                    part = np.asarray(columns[j : j + TILE, low : low + SHORT], np.float64)
                    out[j : j + TILE] += part @ r[low : low + SHORT]

        with one_blas_thread(2.0 * m * n * c):
            in_ranges(work, -(-m // TILE), self.rows.threads if m * n * c > 1_000_000 else 1)
        return out

    def _folded(self, r: Array) -> Array:
        """The same for a sparse table, or columns far from 0."""
        across = np.ascontiguousarray(r.T)

        def judge(low: int, high: int, Z: Array) -> tuple[Array, Array | None, tuple[float, ...]]:
            del Z
            return across[:, low:high], None, ()

        return self.rows.fold(np.zeros((self.d + 1, 1)), judge).products[:, :-1].T
