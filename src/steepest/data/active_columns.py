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
from .transposed import Model, Transposed

__all__ = ["ActiveColumns", "CompiledColumns", "Gram", "Metric", "active_columns"]

Places = NDArray[np.int64]  # of columns in u


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

    @property
    def coordinates(self) -> NDArray[np.int64]:
        """The coordinates of the parameters (d + 1,) that u stands for, (q,)."""
        ends = [self.rows.shape[1]] if self.intercept else []
        return np.concatenate((np.array(ends, np.int64), self.numbers))

    @property
    def length(self) -> int:
        """Numbers of u, q."""
        return self.intercept + len(self.numbers)

    @property
    def table(self) -> Array:
        """The columns (q, n), shifted and scaled."""
        return self._table[: self.length]

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add these columns. Cost: reading them."""
        low = self.length
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

    def sums(self, u: Array) -> Array:
        """The sums of the columns times each column of u (q, k), (n, k)."""
        on = np.flatnonzero(u.any(1))
        with one_blas_thread(2.0 * self.table.shape[1] * len(on) * u.shape[1]):
            z: Array = self.table[on].T @ u[on]
        return z

    def products(self, r: Array) -> Array:
        """The product of each column with r (n,), (q,)."""
        v: Array = self.table @ r
        return v

    def gram(self, weight: Array, left: Places | slice, right: Places | slice) -> Array:
        """Products of the columns at some places of u with others, weighted by row. Cost: 2 n flops each."""
        A = self.table[left], self.table[right]
        with one_blas_thread(2.0 * len(weight) * len(A[0]) * len(A[1])):
            H: Array = (A[0] * weight) @ A[1].T
        return H


class SparseColumns(ActiveColumns):
    """The same of a sparse table: the columns are compressed rows themselves."""

    def __init__(self, rows: Rows, intercept: bool) -> None:
        super().__init__(rows._replace(tally=([0], rows.shape[0])), intercept)
        self._part = self.rows
        self._table = np.ones((0, 0))

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add these columns. Cost: one pass over the table."""
        self.numbers = np.concatenate((self.numbers, numbers))
        X, scale = cast(CSR, self.rows.X), self.rows.units.scale
        part = _selected(X, self.numbers)
        units = Units(None, None if scale is None else scale[self.numbers])
        self._part = self.rows._replace(X=part, given=None, offset=None, units=units)

    def _whole(self, u: Array) -> Array:
        """Parameters (m + 1, 1), intercept last."""
        return (np.append(u[1:], u[0]) if self.intercept else np.append(u, 0.0))[:, None]

    def _own(self, w: Array) -> Array:
        """Numbers for u, from those for (m + 1,) parameters, intercept last."""
        return np.concatenate((w[-1:], w[:-1])) if self.intercept else w[:-1]

    def times(self, u: Array) -> Array:
        """The sum of the columns times u, (n,)."""
        if not len(self.numbers):
            return np.full(len(self.rows.y), u[0] if self.intercept else 0.0)
        return self._part.predictor(self._whole(u))[:, 0]

    def sums(self, u: Array) -> Array:
        """The sums of the columns times each column of u (q, k), (n, k)."""
        return np.column_stack([self.times(one) for one in u.T])

    def products(self, r: Array) -> Array:
        """The product of each column with r (n,), (q,)."""
        part = self._part.with_rows(weight=None)
        return self._own(part.transpose_product(r[:, None])[:, 0]) * part.total

    def gram(self, weight: Array, left: Places | slice, right: Places | slice) -> Array:
        """Products of the columns at some places of u with others, weighted by row."""
        left, right = (np.arange(self.length)[places] for places in (left, right))
        both = np.union1d(left, right)
        columns = both[both >= self.intercept] - self.intercept
        part = self._part._replace(X=_selected(cast(CSR, self._part.X), columns))
        if self._part.units.scale is not None:
            part = part._replace(units=Units(None, self._part.units.scale[columns]))
        H = self._own_matrix(RowsCurvature(part, weight * part.total).matrix())
        return H[np.ix_(np.searchsorted(both, left), np.searchsorted(both, right))]

    def _own_matrix(self, H: Array) -> Array:
        order = np.roll(np.arange(len(H)), 1) if self.intercept else np.arange(len(H) - 1)
        own: Array = H[np.ix_(order, order)]
        return own


class CompiledColumns(SparseColumns):
    """The same, by compiled work on the columns of its transpose."""

    def __init__(self, rows: Rows, intercept: bool, transposed: Transposed) -> None:
        super().__init__(rows, intercept)
        self.transposed, self.scale = transposed, np.zeros(0)

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add these columns. Cost: none."""
        self.numbers = np.concatenate((self.numbers, numbers))
        self.scale = self.rows.units.scales(self.rows.shape[1])[self.numbers]

    def times(self, u: Array) -> Array:
        """The sum of the columns times u, (n,)."""
        z = self.transposed.times(u[self.intercept :] * self.scale, self.numbers)
        return z + u[0] if self.intercept else z

    def products(self, r: Array) -> Array:
        """The product of each column with r (n,), (q,)."""
        v = self.scale * self.transposed.products(r, self.numbers)
        return np.append(r.sum(), v) if self.intercept else v

    def gram(self, weight: Array, left: Places | slice, right: Places | slice) -> Array:
        """Products of the columns at some places of u with others, weighted by row."""
        super().add(np.zeros(0, np.int64))
        return super().gram(weight, left, right)

    def descended(self, model: Model, u: Array, most: int, share: float) -> Array:
        """The minimum of a model near u, by coordinate descent."""
        return self.transposed.descended(self.numbers, model, u, most, share)


class Metric:
    """The Gram matrix of some active columns, weighted by row, which grows with them.

    It is the Hessian of a squared loss. For another loss it is that at an earlier point, until it is renewed.
    """

    def __init__(self, active: ActiveColumns) -> None:
        self.active, self.weight = active, np.zeros(0)
        self.places = np.zeros(0, np.int64)  # in u
        self.matrix = np.zeros((0, 0))  # by these places

    def renew(self, weight: Array) -> None:
        """Begin anew with these weights (n,)."""
        self.weight, self.places, self.matrix = weight, self.places[:0], self.matrix[:0, :0]

    def among(self, places: Places) -> Array:
        """A copy of the matrix for some places of u. Cost: 2 n flops for each product that is not known."""
        known = np.full(self.active.length, -1)
        known[self.places] = np.arange(len(self.places))
        new = places[known[places] < 0]
        if len(new):
            old, both = len(self.places), np.concatenate((self.places, new))
            products = self.active.gram(self.weight, new, both)
            matrix = np.empty((len(both), len(both)))
            matrix[:old, :old], matrix[old:], matrix[:old, old:] = self.matrix, products, products[:, :old].T
            self.places, self.matrix = both, matrix
            known[new] = old + np.arange(len(new))
        part: Array = self.matrix[np.ix_(known[places], known[places])]
        return part


class Gram:
    """The Gram matrix of all active columns, weighted by row: it grows with them. Cost: 2 n flops for each product."""

    def __init__(self, active: ActiveColumns, weight: Array) -> None:
        self.active, self.weight, self.length = active, weight, 0
        self._room = np.zeros((64, 64))
        self.grow()

    @property
    def matrix(self) -> Array:
        """The products (q, q), not to be changed."""
        return self._room[: self.length, : self.length]

    def grow(self) -> None:
        """Add the products of the columns that were added."""
        old, now = self.length, self.active.length
        if now > len(self._room):
            larger = np.zeros((3 * now // 2, 3 * now // 2))
            larger[:old, :old] = self.matrix
            self._room = larger
        products = self.active.gram(self.weight, slice(old, now), slice(now))
        self._room[old:now, :now], self._room[:old, old:now] = products, products[:, :old].T
        self.length = now


def _selected(X: CSR, numbers: NDArray[np.int64]) -> CSR:
    """These columns of X, renumbered in this order. Cost: one pass."""
    place = np.full(X.columns, -1, X.indices.dtype)
    place[numbers] = np.arange(len(numbers))
    to = place[X.indices]
    kept = to >= 0
    indptr = np.concatenate(([0], np.cumsum(kept)))[X.indptr]
    return CSR(X.data[kept], to[kept], indptr, len(numbers))


def active_columns(rows: Rows, intercept: bool, transposed: Transposed | None) -> ActiveColumns:
    """No columns yet, of a dense or of a sparse table, which may be ``transposed``."""
    if transposed is not None:
        return CompiledColumns(rows, intercept, transposed)
    return (SparseColumns if rows.sparse else ActiveColumns)(rows, intercept)
