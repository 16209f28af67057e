"""Data: what a descent asks of a table, whatever it lies in. Rows, classes, moments and functions answer it.

Every access to a table is one of five: a fold (a pass over fixed blocks to small sums, added in a fixed order), a fold
that also leaves one number a row, a gather of chosen rows, batches of an epoch, and facts. A kind that lacks one of
them says so in `Data.supports`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

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

RowVector = Array  # one number a row; it lives where the rows live
Judge = Callable[[int, int, Array], tuple[Array, "Array | None", tuple[float, ...]]]


class Supports(NamedTuple):
    """What a kind of data can do beyond value and gradient."""

    rows: bool = False  # folds, gathers, batches, row vectors
    any_loss: bool = True  # whether the loss may be chosen; moments know squares alone, a function knows none
    joint: bool = False  # whether the outputs of a row meet in one loss, so that second derivatives couple them
    convex: bool = True  # whether second derivatives are never negative
    bounded: bool = False  # whether points have bounds


class Size(NamedTuple):
    """What a table costs to work on."""

    n: int
    d: int
    numbers: int  # stored in the table
    width: int  # bytes for each, its column number included where it is sparse
    speed: float = 4e10  # bytes read a second
    resident: bool = True  # whether it lies in memory

    @property
    def seconds(self) -> float:
        """Seconds of one pass over the table."""
        return self.numbers * self.width / self.speed


class ColumnStats(NamedTuple):
    """Weighted mean and variance of each column, (d,), in raw units."""

    mean: Array
    variance: Array


class TargetStats(NamedTuple):
    """What is known of the targets, by output (k,)."""

    least: Array
    most: Array
    mean: Array  # weighted


class Sums(NamedTuple):
    """What a fold has added up, by the parameters of the data's units, intercept last."""

    products: Array  # (p, d + 1): the sums of r [x, 1]
    squares: Array  # (d + 1,): the sum of weight [x, 1]^2
    totals: Array  # whatever else the judge has added up


class Curvature(Protocol):
    """Second derivatives of the mean loss at a point, without penalty."""

    def matrix(self) -> Array:
        """All of them, (d + 1, d + 1); of joint outputs ((d + 1) k, (d + 1) k), coordinate j of output c at j k + c."""

    def diagonal(self) -> Array:
        """Their diagonal, (d + 1, 1); of joint outputs (d + 1, k)."""

    def product(self, v: Array) -> Array:
        """Their product with v (d + 1, k), without the matrix."""


class Data(Protocol):
    """What every kind answers, in its own units: parameters are (d + 1, k), intercept last."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, (n, d)."""

    @property
    def outputs(self) -> int:
        """Targets, or classes, k."""

    @property
    def units(self) -> Units:
        """The columns that the parameters belong to."""

    @property
    def supports(self) -> Supports:
        """What this kind can do."""

    def value_and_gradient(self, loss: Any, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: one pass."""

    def curvature(self, loss: Any, w: Array) -> Curvature:
        """Second derivatives of the mean loss at w."""


class MomentsData(Data, Protocol):
    """Sufficient statistics of a squared loss."""

    @property
    def hessian(self) -> Array:
        """Second derivatives of half the mean square, (d + 1, d + 1)."""

    @property
    def least(self) -> Array:
        """The minimiser (d + 1, k)."""

    @property
    def cost(self) -> float:
        """Half the mean square there."""

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
        """Lowest and highest points, (2, d)."""

    def inside(self, w: Array) -> Array:
        """The point within the bounds that is nearest to w."""

    def at_bound(self, w: Array, g: Array) -> NDArray[np.bool_]:
        """Which numbers of w are at a bound that the negative gradient points out of."""


class TableData(Data, Protocol):
    """What data with rows answers besides."""

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
        """What a pass costs."""

    @property
    def small(self) -> bool:
        """Whether the whole table fits into one block."""

    @property
    def sparse(self) -> bool:
        """Whether a shift of the columns would fill the table."""

    @property
    def double(self) -> bool:
        """Whether the table holds doubles, so that a fused pass is as exact as they are."""

    @property
    def forms_curvature(self) -> bool:
        """Whether second derivatives are few enough to be formed."""

    @property
    def fold_rounding(self) -> float:
        """Relative rounding of a sum over the rows by `fold`."""

    @property
    def longest(self) -> int:
        """Numbers in the longest row."""

    def value(self, loss: Any, w: Array) -> float:
        """Mean loss at w. Cost: one pass."""

    def in_units(self, units: Units) -> TableData:
        """The same rows, seen in other units. Nothing is copied."""

    def with_rows(self, *, targets: Any = ..., weight: Any = ..., offset: Any = ..., total: Any = ...) -> TableData:
        """The same table with other targets (n, k), weights or offsets (n,)."""

    def one_target(self, c: int) -> TableData:
        """The rows with target c alone, or with class c against the others."""

    def table(self) -> Array:
        """Rows [x - shift, 1], not scaled, of a small table (n, d + 1). Cost: one pass."""

    def weights(self, low: int, high: int) -> RowVector | None:
        """Weights of the rows low .. high - 1, None where all are 1."""

    def weighted_curvature(self, weight: RowVector) -> Curvature:
        """Second derivatives of the mean loss from those by the predictors, times weights."""

    def predictor(self, w: Array, low: int = 0, high: int | None = None) -> Array:
        """Linear predictors z (high - low, k) of the rows low .. high - 1. Cost: a pass over those."""

    def columns(self) -> ColumnStats:
        """Mean and variance of each column. Cost: one pass."""

    def targets(self) -> TargetStats:
        """Facts about the targets. Cost: none of the table."""

    def column_sums(self, first: Array, weight: RowVector | None) -> tuple[Array, Array]:
        """Sums of weight (x - first) and of weight (x - first)^2 over the rows, each (d,). Cost: one pass."""

    def gram(self, first: Array, weight: RowVector | None) -> Array:
        """Sum of weight a a' over the rows a = [x, y - offset] - first, 1. Cost: one pass, n (d + 2)^2 flops."""

    def transpose_product(self, r: Array) -> Array:
        """Weighted mean of r_i (x_i, 1) over the rows, (d + 1, k), for r (n, k). Cost: one pass."""

    def fold(self, w: Array, judge: Judge) -> Sums:
        """Show the predictors of each block to the judge and sum what it makes of them. Cost: one pass."""

    def longest_row(self) -> float:
        """Largest weighted squared length of a row with its intercept's 1. Cost: one pass."""

    def sample(self, m: int, seed: int, by_class: bool) -> TableData:
        """About m rows, weighted so that their mean stands for the mean over all."""

    def take(self, numbers: NDArray[np.int64]) -> TableData:
        """The rows of these numbers as a table of its own, whose mean estimates the mean over all rows."""

    def batches(self, seed: int, epoch: int, size: int, sampling: str) -> Iterator[tuple[NDArray[np.int64], TableData]]:
        """Numbers and rows of each batch of an epoch, in an order that is a function of seed and epoch."""
