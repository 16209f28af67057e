"""Rows: the table itself. Every reading of all rows goes through one fused pass in fixed blocks."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.threads import in_ranges, one_blas_thread, thread_count
from ..core.types import Array
from ..core.units import RAW, Units
from .csr import CSR

__all__ = ["Rows", "jit_allowed", "make_rows"]

BLOCK = 4096  # rows whose sums are added in one go; the plan depends on row numbers alone, never on threads
NEAR, FAR = 1 << 13, 3 << 18  # bytes of a tile, the rows that stay in the cache between predictor and gradient
COMPILE_AT = 1_000_000  # numbers in the table from which a pass is worth entering Numba for


class Given(NamedTuple):
    """The loss whose slope is the target: its gradient adds up rows with factors that are known."""

    def value(self, z: Any, y: Any) -> Any:
        """No cost."""
        return 0.0 * z

    def slope(self, z: Any, y: Any) -> Any:
        """The target itself."""
        return y + 0.0 * z


class Rows(NamedTuple):
    """n rows of d columns with k targets, and what goes with each row.

    The linear predictor of row i is z_i = ((x_i - shift) * scale) w + b + offset_i; nothing is copied to form it.
    Row means are weighted: sum_i weight_i l_i / total.
    """

    X: Any  # (n, d) array of any order, float32 or float64, or CSR
    y: NDArray[np.float64]  # (n, k), each target contiguous
    weight: NDArray[np.float64] | None = None  # (n,)
    offset: NDArray[np.float64] | None = None  # (n,)
    units: Units = RAW
    total: float = 1.0  # sum of the weights
    threads: int = 1
    tally: tuple[list[int], int] = ([0], 1)  # rows read so far, shared by every view of the table; rows of the table

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, (n, d)."""
        n, d = self.X.shape
        return int(n), int(d)

    @property
    def first(self) -> int:
        """The first row that counts."""
        return 0 if self.weight is None else int(np.argmax(self.weight > 0))

    @property
    def compilable(self) -> bool:
        """Whether the loss looks at each target by itself, as compiled passes do."""
        return True

    @property
    def worth_compiling(self) -> bool:
        """Whether one pass is enough work to enter the compiled layer for."""
        n, d = self.shape
        return jit_allowed() and n * (d + 1) >= COMPILE_AT

    def value(self, loss: Any, w: NDArray[np.float64]) -> float:
        """Mean loss at w (d + 1, k). Cost: one reading of the rows."""
        return self._pass(loss, w, gradient=False)[0]

    def value_and_gradient(self, loss: Any, w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: one reading of the rows, about 4 n d flops."""
        return self._pass(loss, w, gradient=True)

    def transpose_product(self, r: Array) -> Array:
        """Weighted mean of r_i (x_i, 1) over the rows, (d + 1, k), for r (n, k). Cost: one reading of the rows."""
        given = self._replace(y=np.asfortranarray(r), offset=None)
        return given.value_and_gradient(Given(), np.zeros((self.shape[1] + 1, r.shape[1])))[1]

    def rows(self, order: NDArray[np.int64]) -> Rows:
        """Take the named rows as a table of its own, whose mean estimates the mean over all rows."""
        mean_weight = self.total / self.shape[0]
        return self._replace(
            X=_take(self.X, order),
            y=self.y[order],
            weight=None if self.weight is None else self.weight[order],
            offset=None if self.offset is None else self.offset[order],
            total=mean_weight * len(order),
        )

    def predictor(self, w: NDArray[np.float64], low: int = 0, high: int | None = None) -> NDArray[np.float64]:
        """Linear predictors z (high - low, k) of the rows low .. high - 1, offsets included."""
        high = self.shape[0] if high is None else high
        z: NDArray[np.float64] = _dense_or_sparse_dot(self._shifted(low, high), self._slopes(w)) + w[-1]
        return z if self.offset is None else z + self.offset[low:high, None]

    def _slopes(self, w: NDArray[np.float64]) -> NDArray[np.float64]:
        return w[:-1] if self.units.scale is None else w[:-1] * self.units.scale[:, None]

    def _shifted(self, low: int, high: int) -> Any:
        X = _slice(self.X, low, high)
        return X if self.units.shift is None else X - self.units.shift

    def masses(self, low: int, high: int) -> NDArray[np.float64] | None:
        """Weights of the rows low .. high - 1, None where all are 1."""
        return None if self.weight is None else self.weight[low:high]

    def read(self, count: int) -> None:
        """Note that ``count`` rows were read."""
        self.tally[0][0] += count

    @property
    def passes(self) -> float:
        """Readings of the whole table so far, by everything that shares it."""
        return self.tally[0][0] / self.tally[1]

    def _pass(self, loss: Any, w: NDArray[np.float64], gradient: bool) -> tuple[float, NDArray[np.float64]]:
        self.read(len(self.y))
        sums = self._compiled_sums(loss, w, gradient) if self.worth_compiling else self._plain_sums(loss, w)
        g: NDArray[np.float64] = sums[1:].reshape(w.shape[1], -1).T / self.total
        if self.units.scale is not None:
            g[:-1] *= self.units.scale[:, None]
        return float(sums[0] / self.total), g

    def _plain_sums(self, loss: Any, w: NDArray[np.float64]) -> NDArray[np.float64]:
        n, d = self.shape
        sums = np.zeros((w.shape[1], d + 1))
        total = 0.0
        with one_blas_thread(2.0 * n * d):
            for low in range(0, n, BLOCK):
                total += self._plain_block(loss, w, low, min(n, low + BLOCK), sums)
        return np.concatenate(([total], sums.ravel()))

    def _plain_block(self, loss: Any, w: NDArray[np.float64], low: int, high: int, sums: NDArray[np.float64]) -> float:
        z, y = self.predictor(w, low, high), self.y[low:high]
        cost, r = loss.value(z, y), loss.slope(z, y)
        if self.weight is not None:
            cost, r = cost * self.weight[low:high, None], r * self.weight[low:high, None]
        sums[:, :-1] += _transposed_dot(self._shifted(low, high), r)
        sums[:, -1] += r.sum(0)
        return float(cost.sum())

    def _compiled_sums(self, loss: Any, w: NDArray[np.float64], gradient: bool) -> NDArray[np.float64]:
        from ..kernels.compiler import compiled
        from ..kernels.full_pass import block_pass

        n = self.shape[0]
        size, tile = plan(self.X)
        blocks = -(-n // size)
        out = np.empty((blocks, 1 + w.size))
        kernel = compiled(block_pass, loss)
        shift, v, b = self.slopes_in_kernel(w)
        args = (loss, self.X, self.y.T, self.weight, self.offset, shift, v, b, size, tile)
        in_ranges(lambda first, last: kernel(*args, first, last, gradient, out), blocks, self.threads)
        sums: NDArray[np.float64] = out.sum(0)
        return sums

    def slopes_in_kernel(self, w: NDArray[np.float64]) -> tuple[Any, NDArray[Any], NDArray[np.float64]]:
        """Shift, slopes (k, d) and intercepts (k,) as kernels take them: dense ones in the type of the table."""
        kind = np.float64 if isinstance(self.X, CSR) else self.X.dtype
        shift = None if self.units.shift is None else self.units.shift.astype(self.X.dtype)
        return shift, np.ascontiguousarray(self._slopes(w).T, kind), np.ascontiguousarray(w[-1])


def make_rows(X: Any, y: Any, *, weight: Any = None, offset: Any = None, n_jobs: int | None = None) -> Rows:
    """Take a table as it is: no copy of X where its type is float32 or float64 already.

    Parameters
    ----------
    X : (n, d) array of any order, memory map, ``CSR`` or SciPy sparse matrix
    y : (n,) or (n, k) array
    weight, offset : (n,) arrays, optional
        Weight of each row in the mean (>= 0, not all 0); a known part of its linear predictor.
    n_jobs : int, optional
        Threads; None is every core, or STEEPEST_NUM_THREADS.

    Raises
    ------
    DataError
        If lengths differ, a weight is negative, or nothing is left to fit.

    Examples
    --------
    >>> rows = make_rows([[1.0], [3.0]], [2.0, 4.0])
    >>> from steepest.objective.losses import MSE
    >>> rows.value(MSE(), np.zeros((2, 1)))
    10.0
    """
    X = _matrix(X)
    y = np.asarray(y, np.float64)
    y = np.asfortranarray(y if y.ndim == 2 else y.reshape(len(y), 1))
    n = X.shape[0]
    if n == 0:
        raise DataError("the table has no rows: nothing to fit")
    if len(y) != n:
        raise DataError(f"the table has {n} rows but the target has {len(y)}: they must agree")
    weight, offset = _vector(weight, n, "weights"), _vector(offset, n, "offsets")
    if weight is not None and (weight.min() < 0 or weight.sum() <= 0):
        raise DataError("weights must be >= 0 and not all zero")
    total = float(n if weight is None else weight.sum())
    return Rows(X, y, weight, offset, RAW, total, thread_count(n_jobs), ([0], n))


def jit_allowed() -> bool:
    """Whether Numba may be used: not under NUMBA_DISABLE_JIT=1."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}


def plan(X: Any) -> tuple[int, int]:
    """Rows of a block and of a tile in it, from the table's shape and layout alone."""
    (n, d), size = X.shape, BLOCK
    if isinstance(X, CSR):  # the sums of a block take d numbers however few it reads
        return max(size, min(n, 32 * (d + 1) * n // max(1, len(X.data)))), 64
    row = X.dtype.itemsize * max(1, d)
    if X.flags.c_contiguous:
        return size, max(16, min(64, NEAR // row // 8 * 8))
    return size, max(192, min(size, FAR // row))  # long pieces of each column


def _matrix(X: Any) -> Any:
    if isinstance(X, CSR):
        return X
    if hasattr(X, "tocsr"):
        X = X.tocsr()
        return CSR(_real(X.data), X.indices, X.indptr, int(X.shape[1]))
    X = _real(np.asarray(X))
    if X.ndim != 2:
        raise DataError(f"the table must have two dimensions, rows and columns, not {X.ndim}")
    return X if X.flags.f_contiguous or X.flags.c_contiguous else np.ascontiguousarray(X)


def _real(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype in (np.float32, np.float64) and values.dtype.isnative:
        return values
    if values.dtype.kind not in "biuf":
        raise DataError(f"the table must hold real numbers, not {values.dtype}")
    return values.astype(np.float64)


def _vector(values: Any, n: int, what: str) -> NDArray[np.float64] | None:
    if values is None:
        return None
    vector = np.ascontiguousarray(values, np.float64)
    if vector.shape != (n,):
        raise UsageError(f"{what} must be one number a row, {n} in all, not an array of shape {vector.shape}")
    if not np.isfinite(vector).all():
        raise DataError(f"{what} must be finite numbers")
    return vector


def _take(X: Any, order: NDArray[np.int64]) -> Any:
    if not isinstance(X, CSR):
        return X[order]
    counts = np.diff(X.indptr)[order]
    indptr = np.concatenate(([0], np.cumsum(counts)))
    where = np.repeat(X.indptr[:-1][order] - indptr[:-1], counts) + np.arange(indptr[-1])
    return CSR(X.data[where], X.indices[where], indptr, X.columns)


def _slice(X: Any, low: int, high: int) -> Any:
    if not isinstance(X, CSR):
        return X[low:high]
    a, b = X.indptr[low], X.indptr[high]
    return CSR(X.data[a:b], X.indices[a:b], X.indptr[low : high + 1] - a, X.columns)


def _row_numbers(X: CSR) -> NDArray[np.int64]:
    return np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))


def _dense_or_sparse_dot(X: Any, v: NDArray[np.float64]) -> NDArray[np.float64]:
    if not isinstance(X, CSR):
        product: NDArray[np.float64] = X @ v
        return product
    rows, n = _row_numbers(X), X.shape[0]
    return np.stack([np.bincount(rows, X.data * c[X.indices], minlength=n) for c in v.T], axis=1)


def _transposed_dot(X: Any, r: NDArray[np.float64]) -> NDArray[np.float64]:
    if not isinstance(X, CSR):
        product: NDArray[np.float64] = r.T @ X
        return product
    rows, d = _row_numbers(X), X.columns
    return np.stack([np.bincount(X.indices, X.data * c[rows], minlength=d) for c in r.T])
