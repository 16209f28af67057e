"""The transpose of a sparse table, for compiled work on single columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.threads import in_ranges
from ..core.types import Array
from .csr import CSR

__all__ = ["Transposed"]

PART = 512  # columns of a thread's share at least


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

    def descended(
        self, numbers: NDArray[np.int64], scale: Array, h: Array, g: Array, u: Array, s: Array, l2: Array,
        most: int, share: float,
    ) -> Array:  # fmt: skip
        """The minimum near u of a quadratic model with an L1 penalty, see `kernels.columns.model_sweeps`."""
        to = u.copy()
        s = np.ascontiguousarray(s)
        self._kernel("model_sweeps")(self.columns, numbers, scale, h, g, to, s, l2, most, share)
        return to
