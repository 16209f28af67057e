"""Sums over all rows: of the columns and their squares; and second derivatives of the loss by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from ..core.record_types import LossRecord
from ..core.threads import in_ranges
from ..core.types import Array
from ..core.units import RAW, Units
from ..objective.data import ColumnStats
from .centre import near_shift
from .csr import CSR
from .full_pass import block_rows, predictors, slopes_in_kernel
from .gram import refuse_unless_usable
from .layout import BLOCK, copy_order, leaf_of, slice_rows, tile_of
from .tree import Partial, sum_in_threads, sum_of_leaves

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["column_sums", "mean_and_variance", "second_derivatives"]


def mean_and_variance(rows: Rows) -> ColumnStats:
    """Weighted mean and variance of each column (d,), without a d x d matrix. Cost: one pass over the rows.

    Raises
    ------
    DataError
        If one of them is not finite.

    Examples
    --------
    >>> from steepest import make_rows
    >>> mean_and_variance(make_rows([[1.0], [2.0], [3.0]], [0.0, 0.0, 0.0]))
    ColumnStats(mean=array([2.]), variance=array([0.66666667]))
    """
    rows = rows.in_units(RAW)
    if not isinstance(rows.X, CSR):
        return _about(rows, rows.X[rows.first].astype(np.float64))
    found = _about(rows, np.zeros(rows.shape[1]))
    shift = near_shift(rows, found)
    if shift is None:
        return found
    mean, variance = _about(rows.in_units(Units(shift)), np.zeros(rows.shape[1]))
    return ColumnStats(shift + mean, variance)


def _about(rows: Rows, first: Array) -> ColumnStats:
    with np.errstate(invalid="ignore", over="ignore"):
        sums, squares = column_sums(rows, first, rows.weight)
        shifted = sums / rows.total
        variance = np.maximum(squares / rows.total - shifted**2, 0.0)
    mean = first + shifted
    refuse_unless_usable(mean, variance)
    return ColumnStats(mean, variance)


def column_sums(rows: Rows, first: Array, weights: Array | None) -> tuple[Array, Array]:
    """Sums of weight (x - first) and of weight (x - first)^2 over the rows, each (d,); for sparse rows first is 0."""
    rows.read(rows.shape[0])
    return (_compiled_sums if rows.worth_compiling else _plain_sums)(rows, first, weights)


def _compiled_sums(rows: Rows, first: Array, weights: Array | None) -> tuple[Array, Array]:
    from ..kernels.column_sums import column_pass
    from ..kernels.compiler import compiled

    n, d = rows.shape
    size = leaf_of(rows.X)
    out = np.zeros((-(-n // size), d, 2))
    kernel, args = compiled(column_pass), (rows.X, n, weights, first, size)
    in_ranges(lambda low, high: kernel(*args, low, high, out), len(out), rows.threads)
    sums, squares = sum_of_leaves(out).T
    return sums, squares


def _plain_sums(rows: Rows, first: Array, weights: Array | None) -> tuple[Array, Array]:
    (n, d), X = rows.shape, rows.X
    size = leaf_of(X) if isinstance(X, CSR) else block_rows(rows)
    room = None if isinstance(X, CSR) else np.empty((min(n, size), d), order=copy_order(X))

    def sums(b: int) -> Partial:
        low, high = b * size, min(n, (b + 1) * size)
        weight = np.ones(high - low) if weights is None else weights[low:high]
        part = slice_rows(X, low, high)
        if room is None or isinstance(part, CSR):
            return _sparse_sums(cast(CSR, part), weight)
        block = np.subtract(part, first, out=room[: high - low])
        return weight @ block, weight @ np.multiply(block, block, out=block)

    return cast("tuple[Array, Array]", sum_in_threads(-(-n // size), sums, 1))


def _sparse_sums(X: CSR, weight: Array) -> Partial:
    share = np.repeat(weight, np.diff(X.indptr)) * X.data
    both = share, share * X.data
    return tuple(np.bincount(X.indices, part, minlength=X.columns).astype(np.float64) for part in both)


def second_derivatives(rows: Rows, loss: LossRecord, w: Array) -> Array:
    """Weight times second derivative of each row's loss (n,) by its predictor, at w (d + 1, 1). Cost: one pass."""
    rows.read(rows.shape[0])
    found: Array = (_compiled_seconds if rows.worth_compiling else _plain_seconds)(rows, loss, w)
    return found if rows.weight is None else np.multiply(found, rows.weight, out=found)


def _compiled_seconds(rows: Rows, loss: LossRecord, w: Array) -> Array:
    from ..kernels.compiler import compiled
    from ..kernels.full_pass import second_derivative_pass

    n, tile = rows.shape[0], tile_of(rows.X)
    out, kernel = np.empty(n), compiled(second_derivative_pass, loss)
    shift, v, b = slopes_in_kernel(rows, w[:, :1])
    args = loss, rows.X, rows.y.T, rows.offset, shift, v, b, tile
    in_ranges(lambda low, high: kernel(*args, low, high, out), -(-n // tile), rows.threads)
    return out


def _plain_seconds(rows: Rows, loss: LossRecord, w: Array) -> Array:
    n, found = rows.shape[0], np.empty(rows.shape[0])
    for low in range(0, n, BLOCK):
        high = min(n, low + BLOCK)
        found[low:high] = loss.second_derivative(predictors(rows, w, low, high), rows.y[low:high])[:, 0]
    return found
