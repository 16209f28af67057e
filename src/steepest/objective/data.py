"""Data: the protocols of all kinds of data: rows, classes, moments and functions.

Every access to a table is one of five: a fold (a pass over fixed blocks to small sums, added in a fixed order), a fold
that also produces one number for each row, a gather of chosen rows, the batches of an epoch, and facts.
`Data.supports` says which of these a kind of data offers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import Loss
from ..core.types import Array
from ..core.units import Units

__all__ = [
    "MATRIX_COLUMNS",
    "BoundedData",
    "ColumnStats",
    "Curvature",
    "Data",
    "Judge",
    "MomentsData",
    "Size",
    "Sums",
    "Supports",
    "TableData",
    "TargetStats",
]

MATRIX_COLUMNS = 1500  # up to so many columns a (d + 1)^2 matrix is formed

RowVector = Array  # one number for each row, stored where the rows are stored
Judge = Callable[[int, int, Array], tuple[Array, "Array | None", tuple[float, ...]]]


class Supports(NamedTuple):
    """What a kind of data supports beyond value and gradient."""

    rows: bool = False  # folds, gathers, batches, row vectors
    any_loss: bool = True  # whether any loss is possible; moments allow squared losses only, a function has no loss
    joint: bool = False  # whether the loss couples the outputs of a row, so that the Hessian couples them
    convex: bool = True  # whether the objective is convex
    bounded: bool = False  # whether points have bounds


class Size(NamedTuple):
    """Size of a table, for the cost model."""

    n: int
    d: int
    numbers: int  # stored in the table
    width: int  # bytes of each, with its column number if the table is sparse
    speed: float = 4e10  # bytes read a second

    @property
    def seconds(self) -> float:
        """Seconds of one pass over the table."""
        return self.numbers * self.width / self.speed


class ColumnStats(NamedTuple):
    """Weighted mean and variance of each column, (d,), in raw units."""

    mean: Array
    variance: Array


class TargetStats(NamedTuple):
    """Statistics of the targets, by output (k,)."""

    least: Array
    most: Array
    mean: Array  # weighted


class Sums(NamedTuple):
    """Sums of a fold, by the parameters in the data's units, intercept last."""

    products: Array  # (p, d + 1): the sums of r [x, 1]
    squares: Array  # (d + 1,): the sum of weight [x, 1]^2
    totals: Array  # the sums of the judge's own numbers


class Curvature(Protocol):
    """The Hessian of the mean loss at a point, without penalty."""

    def matrix(self) -> Array:
        """The matrix, (d + 1, d + 1); for joint outputs ((d + 1) k, (d + 1) k), coordinate j of output c at j k + c."""

    def diagonal(self) -> Array:
        """Its diagonal, (d + 1, 1); for joint outputs (d + 1, k)."""

    def product(self, v: Array) -> Array:
        """Its product with v (d + 1, k); the matrix is not formed."""


class TableCurvature(Curvature, Protocol):
    """The Hessian of the mean loss over rows."""

    @property
    def weight(self) -> RowVector:
        """Weight times second derivative of the loss of each row, (n,)."""


class Data(Protocol):
    """What every kind of data has, in its own units: parameters are (d + 1, k), intercept last."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, (n, d)."""

    @property
    def outputs(self) -> int:
        """Targets, or classes, k."""

    @property
    def units(self) -> Units:
        """The units of the columns."""

    @property
    def supports(self) -> Supports:
        """What this kind of data supports."""

    def value_and_gradient(self, loss: Loss, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: one pass."""

    def curvature(self, loss: Loss, w: Array) -> Curvature:
        """The Hessian of the mean loss at w."""


class MomentsData(Data, Protocol):
    """Sufficient statistics of a squared loss."""

    @property
    def hessian(self) -> Array:
        """The Hessian of half the mean square, (d + 1, d + 1)."""

    @property
    def minimiser(self) -> Array:
        """The minimiser (d + 1, k)."""

    @property
    def cost(self) -> float:
        """Half the mean square at the minimiser."""

    @property
    def gradient(self) -> Array:
        """The gradient there, (d + 1, k): rounding."""

    @property
    def mean(self) -> Array:
        """Means of the raw columns, (d,)."""

    @property
    def spread(self) -> Array:
        """Covariances of the raw columns, (d, d)."""


class BoundedData(Data, Protocol):
    """A function whose points have bounds."""

    @property
    def bounds(self) -> Array | None:
        """Lower and upper bounds, (2, d)."""

    def inside(self, w: Array) -> Array:
        """The projection of w onto the bounds."""

    def at_bound(self, w: Array, g: Array) -> NDArray[np.bool_]:
        """The active set: coordinates of w at a bound where the negative gradient points outside."""


class TableData(Data, Protocol):
    """What data with rows has besides."""

    @property
    def y(self) -> Array:
        """Targets (n, k)."""

    @property
    def weight(self) -> RowVector | None:
        """Weight of each row in the mean; None is 1."""

    @property
    def offset(self) -> RowVector | None:
        """A known part of each predictor; None is 0."""

    @property
    def threads(self) -> int:
        """Threads that a pass may use."""

    @property
    def total(self) -> float:
        """Sum of the weights."""

    @property
    def size(self) -> Size:
        """Size of the table, for the cost model."""

    @property
    def small(self) -> bool:
        """Whether the table is small enough for single matrix products."""

    @property
    def sparse(self) -> bool:
        """Whether the table is sparse, so that a shift of the columns would fill it."""

    @property
    def double(self) -> bool:
        """Whether fused passes are in double precision: all but compiled ones over a dense table that is not."""

    @property
    def worth_compiling(self) -> bool:
        """Whether a pass is enough work for compiled code."""

    @property
    def forms_curvature(self) -> bool:
        """Whether the Hessian is small enough to be formed."""

    @property
    def fold_rounding(self) -> float:
        """Bound of the rounding of a sum by `fold`, relative to sum |terms|."""

    @property
    def longest(self) -> int:
        """Numbers in the longest row."""

    def value(self, loss: Loss, w: Array) -> float:
        """Mean loss at w. Cost: one pass."""

    def in_units(self, units: Units) -> TableData:
        """The same rows in other units. A sparse table is copied if columns are shifted; nothing else is."""

    def with_rows(
        self,
        *,
        targets: Array = ...,
        weight: RowVector | None = ...,
        offset: RowVector | None = ...,
        total: float = ...,
    ) -> TableData:
        """The same table with other targets (n, k), weights or offsets (n,)."""

    def one_target(self, c: int) -> TableData:
        """The rows with target c alone, or with class c against the others."""

    def read(self, count: int) -> None:
        """Count ``count`` rows as read."""

    def table(self) -> Array:
        """Rows [x - shift, 1], not scaled, of a small table (n, d + 1). Cost: one pass."""

    def weights(self, low: int, high: int) -> RowVector | None:
        """Weights of the rows low .. high - 1, None where all are 1."""

    def weighted_curvature(self, weight: RowVector) -> Curvature:
        """The Hessian of the mean loss, from second derivatives by row times weights."""

    def predictor(self, w: Array, low: int = 0, high: int | None = None) -> Array:
        """Linear predictors z (high - low, k) of the rows low .. high - 1. Cost: a pass over these rows."""

    def columns(self) -> ColumnStats:
        """Mean and variance of each column. Cost: one pass."""

    def targets(self) -> TargetStats:
        """Statistics of the targets, without a pass over the table."""

    def column_sums(self, first: Array, weight: RowVector | None) -> tuple[Array, Array]:
        """Sums of weight (x - first) and of weight (x - first)^2 over the rows, each (d,). Cost: one pass."""

    def gram(self, first: Array, weight: RowVector | None) -> Array:
        """Sum of weight a a' over the rows a = [x, y - offset] - first, 1. Cost: one pass, n (d + 2)^2 flops."""

    def expansion(self, loss: Loss, w: Array) -> tuple[float, Array, TableCurvature]:
        """Mean loss, its gradient and its Hessian at w (d + 1, 1). Cost: one pass."""

    def transpose_product(self, r: Array) -> Array:
        """Weighted mean of r_i (x_i, 1) over the rows, (d + 1, k), for r (n, k). Cost: one pass."""

    def fold(self, w: Array, judge: Judge) -> Sums:
        """Call the judge with the predictors of each block, and sum its results. Cost: one pass."""

    def longest_row(self) -> float:
        """Largest weighted squared length of a row with its intercept's 1. Cost: one pass."""

    def sample(self, m: int, seed: int, by_class: bool) -> TableData:
        """About m rows, weighted so that their mean estimates the mean over all."""

    def take(self, numbers: NDArray[np.int64]) -> TableData:
        """The rows with these numbers, as a table whose mean estimates the mean over all rows."""

    def batches(self, seed: int, epoch: int, size: int, sampling: str) -> Iterator[tuple[NDArray[np.int64], TableData]]:
        """Row numbers and rows of each batch of an epoch, in an order that is a function of seed and epoch."""
