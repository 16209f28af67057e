"""Rows: a table in memory, dense or sparse, with its targets, weights and offsets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import LossRecord
from ..core.types import Array
from ..core.units import RAW, Units
from ..objective.data import MATRIX_COLUMNS, ColumnStats, Curvature, Judge, Size, Sums, Supports, TargetStats
from . import layout
from .batches import Batch, batches_of
from .blockwise import fold, fold_rounding, longest, longest_row, table
from .column_sums import column_sums, mean_and_variance, second_derivatives
from .csr import CSR, minus
from .curvature import RowsCurvature
from .full_pass import LARGE, GivenSlopes, batch_gradient, expanded_pass, full_pass, predictors
from .gram import gram_matrix
from .layout import jit_allowed
from .subsample import sample_rows
from .tree import Summation, sum_by_leaves

__all__ = ["Rows"]

DENSE, SPARSE = 20_000_000, 1_000_000  # numbers of a table from which compiled passes save more than they cost once
AT_ONCE = 1 << 15  # numbers of a small table, whose passes are single matrix products
ROWS = Supports(rows=True)
KEEP: Any = object()  # the default of `Rows.with_rows`: no change


class Rows(NamedTuple):
    """n rows of d columns with k targets, and a weight and an offset of each row.

    The linear predictor of row i is z_i = ((x_i - shift) * scale) w + b + offset_i. Means over rows are weighted:
    sum_i weight_i l_i / total. X is not copied, except that shifted sparse columns are a copy of the table ``given``.

    Attributes
    ----------
    X, y : (n, d) array of any order or CSR, (n, k) array
        The columns, float32 or float64; the targets, each of them contiguous.
    weight, offset : (n,) arrays or None
        Weight of each row, None is 1; known part of its predictor, None is 0.
    units, total, threads : Units, float, int
        Shift and scale of the columns; sum of the weights; threads of a pass.
    tally : (list of one int, int)
        Rows read so far, shared by all views of the table; rows of the table.
    numbers, given : (n,) array of int or None, CSR or None
        Numbers of the rows in the table they were taken from; the table before a shift.

    Notes
    -----
    Parameters of the methods:

    loss, w : record of `steepest.losses`, (d + 1, k) array
        The parameters are in the rows' units, intercept last; for second derivatives k = 1.
    r, targets : (n, k) arrays
        Numbers for each row.
    first : (d,) array, or (d + k,) with the targets
        What is subtracted first, so that sums do not cancel.
    low, high : int, defaults 0 and None
        The rows from low to high - 1.
    columns, numbers : (m,) arrays of int
        Columns; rows, from 0.
    c, m, count, size, by_class : int, bool
        A target; numbers of rows; whether rows are drawn by class.
    seed, epoch, sampling : int, int, str, default "shuffle"
        Order of the rows, as of `Method`.
    judge : callable
        From low, high and predictors to slopes, second derivatives and sums.

    Examples
    --------
    >>> import numpy as np
    >>> from steepest import losses, make_rows
    >>> rows = make_rows([[1.0], [3.0]], [2.0, 4.0])
    >>> cost, gradient, curvature = rows.expansion(losses.MSE(), np.zeros((2, 1)))
    >>> cost, gradient.ravel().tolist(), curvature.matrix().round(6).tolist()
    (10.0, [-14.0, -6.0], [[10.0, 4.0], [4.0, 2.0]])
    >>> rows.weighted_curvature(np.ones(2)).diagonal().ravel().tolist(), rows.column_sums(np.ones(1), None)[0].tolist()
    ([5.0, 1.0], [2.0])
    >>> rows.sizes().shape, rows.one_target(0).shape
    ((2, 1), (2, 1))
    """

    X: layout.Table
    y: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None
    offset: NDArray[np.float64] | None = None
    units: Units = RAW
    total: float = 1.0
    threads: int = 1
    tally: tuple[list[int], int] = ([0], 1)
    numbers: NDArray[np.int64] | None = None
    given: CSR | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, (n, d)."""
        shape: tuple[int, int] = self.X.shape
        return shape

    @property
    def supports(self) -> Supports:
        """Everything that rows support."""
        return ROWS

    @property
    def outputs(self) -> int:
        """Targets, k."""
        return int(self.y.shape[1])

    @property
    def first(self) -> int:
        """The first row of weight > 0."""
        return 0 if self.weight is None else int(np.argmax(self.weight > 0))

    @property
    def small(self) -> bool:
        """Whether the table is small enough for single matrix products."""
        return not self.sparse and len(self.y) * (self.X.shape[1] + 1) <= AT_ONCE

    @property
    def sparse(self) -> bool:
        """Whether the table is sparse, so that a shift of its columns would fill them."""
        return isinstance(self.X, CSR)

    @property
    def shift(self) -> NDArray[np.float64] | None:
        """The shift that a pass subtracts from X, (d,); None where there is none, or X is shifted already."""
        return None if self.sparse else self.units.shift

    @property
    def double(self) -> bool:
        """Whether fused passes are in double precision: all but compiled ones over a dense table that is not."""
        return self.sparse or self.X.dtype != np.float32 or not self.worth_compiling

    @property
    def forms_curvature(self) -> bool:
        """Whether the Hessian is small enough to be formed."""
        return self.shape[1] <= MATRIX_COLUMNS

    @property
    def fold_rounding(self) -> float:
        """Bound of the rounding of a sum by `fold`, relative to the sum of the sizes of its terms."""
        return fold_rounding(self)

    @property
    def longest(self) -> int:
        """Numbers in the longest row."""
        return longest(self)

    @property
    def size(self) -> Size:
        """Size of the table, for the cost model."""
        return layout.size(self.X)

    @property
    def worth_compiling(self) -> bool:
        """Whether a pass is enough work for compiled code."""
        return len(self.y) * (self.X.shape[1] + 1) >= (SPARSE if self.sparse else DENSE) and jit_allowed()

    @property
    def summation(self) -> Summation:
        """How sums over the rows are formed."""
        n, d = self.shape
        return Summation(layout.leaf_of(self.X), self.worth_compiling, n * d > LARGE)

    def in_units(self, units: Units) -> Rows:
        """The same rows in other units. A sparse table is copied if columns are shifted; nothing else is."""
        X = self.given or self.X
        if isinstance(X, CSR) and units.shift is not None and units.shift.any():
            return self._replace(X=minus(X, units.shift), units=units, given=X)
        return self._replace(X=X, units=units, given=None)

    def with_rows(
        self, *, targets: Array = KEEP, weight: Array | None = KEEP, offset: Array | None = KEEP, total: float = KEEP
    ) -> Rows:
        """The same table with other targets (n, k), weights or offsets (n,).

        Means are divided by the sum of the weights, or by ``total`` if it is given.
        """
        if weight is not KEEP and total is KEEP:
            total = float(self.shape[0]) if weight is None else sum_by_leaves(weight, layout.leaf_of(self.X))
        new: dict[str, Any] = {"y": targets, "weight": weight, "offset": offset, "total": total}
        return self._replace(**{name: value for name, value in new.items() if value is not KEEP})

    def one_target(self, c: int) -> Rows:
        """The rows with target c alone, or with class c against the others."""
        return Rows(*self._replace(y=self.y[:, c : c + 1]))

    def value(self, loss: LossRecord, w: Array) -> float:
        """Mean loss at w (d + 1, k). Cost: one pass over the rows."""
        return full_pass(self, loss, w, gradient=False)[0]

    def value_and_gradient(self, loss: LossRecord, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: one pass over the rows, about 4 n d flops."""
        return full_pass(self, loss, w, gradient=True)

    def gradient(self, loss: LossRecord, w: Array) -> Array:
        """Gradient of the mean loss alone, (d + 1, k), for the rows of a batch. Cost: one pass."""
        return batch_gradient(self, loss, w)

    def expansion(self, loss: LossRecord, w: Array) -> tuple[float, Array, RowsCurvature]:
        """Mean loss, its gradient and its Hessian at w (d + 1, 1). Cost: one pass."""
        cost, g, weight = expanded_pass(self, loss, w)
        return cost, g, RowsCurvature(self, weight)

    def transpose_product(self, r: Array) -> Array:
        """Weighted mean of r_i (x_i, 1) over the rows, (d + 1, k), for r (n, k). Cost: one pass over the rows."""
        rows = self._replace(y=np.asfortranarray(r), offset=None)
        return full_pass(rows, GivenSlopes(), np.zeros((self.shape[1] + 1, r.shape[1])), gradient=True)[1]

    def predictor(self, w: Array, low: int = 0, high: int | None = None) -> Array:
        """Linear predictors z (high - low, k) of rows low .. high - 1, with offsets. Cost: a pass over these rows."""
        high = self.shape[0] if high is None else high
        self.read(high - low)
        return predictors(self, w, low, high)

    def weights(self, low: int, high: int) -> Array | None:
        """Weights of the rows low .. high - 1, (high - low,), None where all are 1."""
        return None if self.weight is None else self.weight[low:high]

    def chosen(self, columns: NDArray[np.int64]) -> Array:
        """These columns of X as a dense array (n, m), in raw units."""
        return np.asarray(layout.chosen(self.given or self.X, columns))

    def sizes(self) -> Rows:
        """The rows with ``|x|`` in place of x, (n, d)."""
        return self._replace(X=layout.absolute(self.X))

    def table(self) -> Array:
        """Rows [x - shift, 1], not scaled, of a small table (n, d + 1). Cost: one pass."""
        return table(self)

    def columns(self) -> ColumnStats:
        """Weighted mean and variance of each column, in raw units. Cost: one pass."""
        return mean_and_variance(self)

    def targets(self) -> TargetStats:
        """Minimum, maximum and weighted mean of the targets, each (k,)."""
        mean = self.y.mean(0) if self.weight is None else self.weight @ self.y / self.total
        return TargetStats(self.y.min(0), self.y.max(0), mean)

    def column_sums(self, first: Array, weight: Array | None) -> tuple[Array, Array]:
        """Sums of weight (x - first) and of weight (x - first)^2 over the rows, each (d,). Cost: one pass."""
        return column_sums(self, first, weight)

    def gram(self, first: Array, weight: Array | None) -> Array:
        """Sum of weight a a' over the rows a = [x, y - offset] - first, 1. Cost: one pass, n (d + 2)^2 flops."""
        return gram_matrix(self.in_units(RAW), first, weight)

    def curvature(self, loss: LossRecord, w: Array) -> Curvature:
        """The Hessian of the mean loss at w (d + 1, 1). Cost: one pass, for second derivatives by row."""
        return RowsCurvature(self, second_derivatives(self, loss, w))

    def weighted_curvature(self, weight: Array) -> RowsCurvature:
        """The Hessian, from second derivatives by row times weights, (n,)."""
        return RowsCurvature(self, weight)

    def fold(self, w: Array, judge: Judge) -> Sums:
        """Call the judge with the predictors of each block, and sum its results. Cost: one pass."""
        return fold(self, w, judge)

    def longest_row(self) -> float:
        """Largest weighted squared length of a row with its intercept's 1, in the rows' units. Cost: one pass."""
        return longest_row(self)

    def take(self, numbers: NDArray[np.int64]) -> Rows:
        """The rows with these numbers, as a table whose mean estimates the mean over all rows."""
        return self._replace(
            X=layout.take(self.X, numbers),
            given=None if self.given is None else cast(CSR, layout.take(self.given, numbers)),
            y=self.y[numbers],
            weight=None if self.weight is None else self.weight[numbers],
            offset=None if self.offset is None else self.offset[numbers],
            total=self.total / self.shape[0] * len(numbers),
            numbers=numbers if self.numbers is None else self.numbers[numbers],
        )

    def sample(self, m: int, seed: int, by_class: bool) -> Rows:
        """About m rows, weighted so that their mean estimates the mean over all; see `sample_numbers`."""
        return sample_rows(self, m, seed, by_class)

    def batches(self, seed: int, epoch: int, size: int, sampling: str = "shuffle") -> Iterator[Batch]:
        """Row numbers and rows of each batch of an epoch, in an order that is a function of seed and epoch."""
        return batches_of(self, seed, epoch, size, sampling)

    def read(self, count: int) -> None:
        """Count ``count`` rows as read."""
        self.tally[0][0] += count

    @property
    def passes(self) -> float:
        """Passes over the whole table so far, by all views of it."""
        return self.tally[0][0] / self.tally[1]
