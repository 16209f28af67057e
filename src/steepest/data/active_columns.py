"""Active columns: some columns of a table, copied in the units of the descent, with their products."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..core.threads import one_blas_thread
from ..core.types import Array
from ..core.units import Units
from .csr import CSR
from .curvature import RowsCurvature
from .layout import BLOCK
from .rows import Rows

__all__ = ["ActiveColumns", "active_columns"]


class ActiveColumns:
    """A growing set of m columns of a dense table, and the intercept's column of ones if there is one.

    A vector u (q,) has a number for each of them, the intercept first: q is m or m + 1.

    Parameters
    ----------
    rows : Rows
        In the units of the descent.
    intercept : bool
    """

    def __init__(self, rows: Rows, intercept: bool) -> None:
        self.rows, self.intercept = rows, intercept
        self.numbers = np.zeros(0, np.int64)  # of the columns, in the order in which they were added
        self._table = np.ones((64, rows.shape[0]))
        self._gram = np.zeros((0, 0))

    @property
    def coordinates(self) -> NDArray[np.int64]:
        """The coordinates of the parameters (d + 1,) that u stands for, (q,)."""
        ends = [self.rows.shape[1]] if self.intercept else []
        return np.concatenate((np.array(ends, np.int64), self.numbers))

    @property
    def table(self) -> Array:
        """The columns (q, n), shifted and scaled."""
        return self._table[: self.intercept + len(self.numbers)]

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add these columns. Cost: reading them."""
        low = self.intercept + len(self.numbers)
        high = low + len(numbers)
        if high > len(self._table):
            larger = np.empty((2 * high, self._table.shape[1]))
            larger[:low] = self._table[:low]
            self._table = larger
        self._copy(numbers, self._table[low:high])
        self.numbers = np.concatenate((self.numbers, numbers))

    def _copy(self, numbers: NDArray[np.int64], out: Array) -> None:
        X, units = np.asarray(self.rows.X), self.rows.units
        for low in range(0, X.shape[0], BLOCK):
            out[:, low : low + BLOCK] = X[low : low + BLOCK, numbers].T
        if units.shift is not None:
            out -= units.shift[numbers, None]
        if units.scale is not None:
            out *= units.scale[numbers, None]

    def times(self, u: Array) -> Array:
        """The sum of the columns times u, (n,)."""
        on = np.flatnonzero(u)
        z: Array = u @ self.table if 2 * len(on) > len(u) else u[on] @ self.table[on]
        return z

    def products(self, r: Array) -> Array:
        """The product of each column with r (n,), (q,)."""
        v: Array = self.table @ r
        return v

    def gram(self, weight: Array) -> Array:
        """Products of each column with each other, weighted by row, (q, q). Cost: n q^2 flops."""
        A = self.table
        with one_blas_thread(2.0 * A.size * len(A)):
            H: Array = (A * weight) @ A.T
        return H

    def constant_gram(self, weight: Array) -> Array:
        """The same for a weight that never changes: only products with new columns are computed."""
        A, old = self.table, len(self._gram)
        if len(A) > old:
            G = np.empty((len(A), len(A)))
            with one_blas_thread(2.0 * A.size * len(A)):
                new = (A[old:] * weight) @ A.T
            G[:old, :old], G[old:], G[:old, old:] = self._gram, new, new[:, :old].T
            self._gram = G
        return self._gram


class SparseColumns(ActiveColumns):
    """The same of a sparse table: the columns are compressed rows themselves."""

    def __init__(self, rows: Rows, intercept: bool) -> None:
        super().__init__(rows._replace(tally=([0], rows.shape[0])), intercept)
        self._part = self.rows
        self._table = np.ones((0, 0))

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add these columns. Cost: one pass over the table."""
        self.numbers = np.concatenate((self.numbers, numbers))
        X, m = cast(CSR, self.rows.X), len(self.numbers)
        place = np.full(X.columns, -1, X.indices.dtype)
        place[self.numbers] = np.arange(m)
        to = place[X.indices]
        kept = to >= 0
        indptr = np.concatenate(([0], np.cumsum(kept)))[X.indptr]
        scale = self.rows.units.scales(X.columns)[self.numbers]
        part = CSR(X.data[kept], to[kept], indptr, m)
        self._part = self.rows._replace(X=part, given=None, offset=None, units=Units(None, scale))

    def _whole(self, u: Array) -> Array:
        """Parameters (m + 1, 1), intercept last."""
        return (np.append(u[1:], u[0]) if self.intercept else np.append(u, 0.0))[:, None]

    def _own(self, w: Array) -> Array:
        """Numbers for u, from those for (m + 1,) parameters, intercept last."""
        return np.concatenate((w[-1:], w[:-1])) if self.intercept else w[:-1]

    def times(self, u: Array) -> Array:
        """The sum of the columns times u, (n,)."""
        return self._part.predictor(self._whole(u))[:, 0]

    def products(self, r: Array) -> Array:
        """The product of each column with r (n,), (q,)."""
        part = self._part.with_rows(weight=None)
        return self._own(part.transpose_product(r[:, None])[:, 0]) * part.total

    def gram(self, weight: Array) -> Array:
        """Products of each column with each other, weighted by row, (q, q)."""
        H = RowsCurvature(self._part, weight * self._part.total).matrix()
        order = self._own(np.arange(len(H)))
        return H[np.ix_(order, order)]

    def constant_gram(self, weight: Array) -> Array:
        """The same for a weight that never changes."""
        if len(self._gram) != self.intercept + len(self.numbers):
            self._gram = self.gram(weight)
        return self._gram


def active_columns(rows: Rows, intercept: bool) -> ActiveColumns:
    """No columns yet, of a dense or of a sparse table."""
    return (SparseColumns if rows.sparse else ActiveColumns)(rows, intercept)
