"""The transpose of a sparse table, for compiled work on single columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.threads import in_ranges
from ..core.types import Array
from .csr import CSR

__all__ = ["Model", "Transposed"]

PART = 512  # columns of a thread's share at least


class Model(NamedTuple):
    """A quadratic model of an objective over some columns, with an L1 penalty: its derivatives at u."""

    scale: Array  # (m,) of the columns
    weight: Array  # (n,) second derivatives by row
    g: Array  # (q,) gradient
    l1: Array  # (2, q) penalty weights
    l2: Array  # (q,)


class Transposed:
    """The columns of a sparse table X (n, d), without scale: compressed rows of its transpose. Cost: one copy of X."""

    def __init__(self, X: CSR, threads: int) -> None:
        self.threads, stored = threads, len(X.data)
        indptr = np.zeros(X.columns + 1, np.int64)
        indices, data = np.empty(stored, np.int32 if X.shape[0] < 1 << 31 else np.int64), np.empty(stored)
        self._kernel("transpose")(X, indptr, indices, data)
        self.columns = CSR(data, indices, indptr, X.shape[0])

    @staticmethod
    def _kernel(name: str) -> Any:
        from ..kernels import columns
        from ..kernels.compiler import compiled

        return compiled(getattr(columns, name))

    @property
    def longest(self) -> int:
        """Numbers in the longest column."""
        return int(np.diff(self.columns.indptr).max(initial=0))

    def products(self, r: Array, numbers: NDArray[np.int64] | None = None) -> Array:
        """x . r (m,) for these columns, or all; r (n,). Cost: their stored numbers."""
        numbers = np.arange(self.columns.shape[0]) if numbers is None else numbers
        out, r, kernel = np.empty(len(numbers)), np.ascontiguousarray(r), self._kernel("column_products")
        threads = max(1, min(self.threads, len(numbers) // PART))
        in_ranges(lambda low, high: kernel(self.columns, numbers, r, low, high, out), len(numbers), threads)
        return out

    def times(self, u: Array, numbers: NDArray[np.int64]) -> Array:
        """The sum of these columns times u (m,), (n,)."""
        z = np.zeros(self.columns.columns)
        self._kernel("column_sum")(self.columns, numbers, u, z)
        return z

    def descended(self, numbers: NDArray[np.int64], model: Model, u: Array, most: int, share: float) -> Array:
        """The minimum of the model near u, see `kernels.columns.model_sweeps`."""
        to, (scale, h, g, s, l2) = u.copy(), model
        args = self.columns, numbers, scale, h, g, to, np.ascontiguousarray(s), l2, most, share
        self._kernel("model_sweeps")(*args)
        return to
