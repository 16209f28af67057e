"""Works: what a pass does with a block. Each turns the rows of a block into sums for each of its leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol, cast

import numpy as np

from ..core.record_types import LossRecord
from ..core.types import Array
from ..core.units import RAW, Units
from ..data.classes import Classes, ClassesCurvature
from ..data.full_pass import slope_leaves
from ..data.gram import gram_leaves
from ..data.regroup import rows_between
from ..data.rows import Rows
from ..data.tree import Partial, Summation, plus
from ..objective.losses import SquaredError
from .part import Block

__all__ = [
    "ClassCurves",
    "Costs",
    "Curves",
    "Grams",
    "LongestRow",
    "Products",
    "Slopes",
    "Work",
    "curvature_leaves",
    "leaves_of",
]


class Work(Protocol):
    """A record that can be pickled: it takes blocks and gives sums, and joins these from left to right."""

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf of a block."""

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums of the rows of a and of the rows of b, which follow them."""


class Slopes(NamedTuple):
    """Sums of the losses at w (d + 1, k) and of their gradients, in raw sums: see `slope_leaves`."""

    loss: LossRecord
    w: Array
    units: Units = RAW

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf, (1 + (d + 1) k,)."""
        return [(leaf,) for leaf in _slopes(block.rows.in_units(self.units), self.loss, self.w, block.how)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sum."""
        return plus(a, b)


class Curves(NamedTuple):
    """The same with the Gram matrix of the rows by their weighted second derivatives, for one target."""

    loss: LossRecord
    w: Array
    units: Units = RAW

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf, (1 + d + 1,) as of `Slopes` and those of `curvature_leaves`, not scaled."""
        rows = block.rows.in_units(self.units)
        seconds = np.empty(rows.shape[0])
        slopes = slope_leaves(rows, self.loss, self.w, block.how, seconds=seconds)
        return list(zip(slopes, curvature_leaves(block, seconds, self.units), strict=True))

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums."""
        return plus(a, b)


class Grams(NamedTuple):
    """Weighted sums of products a a' with a = [x, y - offset] - first, 1: the moments of a table."""

    first: Array  # (d + k,)

    def __call__(self, block: Block) -> list[Partial]:
        """The matrix of each leaf, (d + k + 1, d + k + 1)."""
        return [(leaf,) for leaf in gram_leaves(block.rows, self.first, block.rows.weight, block.how)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sum."""
        return plus(a, b)


class Costs(NamedTuple):
    """The sums of `Slopes` at several points, an array for each."""

    loss: LossRecord
    points: tuple[Array, ...]  # each (d + 1, k)
    units: Units = RAW

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf, (1 + (d + 1) k,) for each point."""
        rows = block.rows.in_units(self.units)
        found = [_slopes(rows, self.loss, w, block.how) for w in self.points]
        return list(zip(*found, strict=True))

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums."""
        return plus(a, b)


def curvature_leaves(block: Block, seconds: Array, units: Units) -> Array:
    """The Gram matrix of each leaf by weighted second derivatives (n,): of [x - shift, y - offset, 1]."""
    shift = np.zeros(block.rows.shape[1]) if units.shift is None else units.shift
    return gram_leaves(block.rows, np.append(shift, 0.0), seconds, block.how)


def leaves_of(rows: Rows, how: Summation) -> Iterator[Rows]:
    """The rows of each leaf of a block."""
    for low in range(0, rows.shape[0], how.leaf):
        yield rows_between(rows, low, min(rows.shape[0], low + how.leaf))


def _slopes(rows: Rows, loss: LossRecord, w: Array, how: Summation) -> Iterable[Array]:
    """The sums of `slope_leaves`, also of rows with classes."""
    if not rows.supports.joint:
        return slope_leaves(rows, loss, w, how)
    return [cast(Classes, leaf).slope_sums(w, how.leaf) for leaf in leaves_of(rows, how)]


class ClassCurves(NamedTuple):
    """Sums of the losses of rows with classes at w (d + 1, k), of their gradients, and of their joint Hessians."""

    loss: LossRecord
    w: Array
    units: Units = RAW

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf, (1 + (d + 1) k,) as of `Slopes` and ((d + 1) k, (d + 1) k), the latter scaled."""
        leaves = leaves_of(block.rows.in_units(self.units), block.how)
        return [self._of_leaf(cast(Classes, leaf), block.how.leaf) for leaf in leaves]

    def _of_leaf(self, rows: Classes, leaf: int) -> Partial:
        return rows.slope_sums(self.w, leaf), ClassesCurvature(rows, self.w).sums(leaf)

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums."""
        return plus(a, b)


class Products(NamedTuple):
    """Sums over the rows for the product of the Hessian of the loss at w with v, each (d + 1, k)."""

    loss: LossRecord
    w: Array
    v: Array
    units: Units = RAW

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf, (1 + (d + 1) k,): the product begins at the second number, by output, not scaled."""
        rows, how = block.rows.in_units(self.units), block.how
        if rows.supports.joint:
            leaves = (ClassesCurvature(cast(Classes, leaf), self.w) for leaf in leaves_of(rows, how))
            return [(curvature.product_sums(self.v, how.leaf),) for curvature in leaves]
        seconds = np.empty(rows.shape[0])
        slope_leaves(rows, self.loss, self.w, how, gradient=False, seconds=seconds)
        squares = rows._replace(y=np.zeros((len(seconds), 1)), weight=seconds, offset=None)
        return [(leaf,) for leaf in slope_leaves(squares, SquaredError(), self.v, how)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums."""
        return plus(a, b)


class LongestRow(NamedTuple):
    """The largest weighted squared length of a row with its intercept's 1."""

    units: Units = RAW

    def __call__(self, block: Block) -> list[Partial]:
        """That of each leaf, (1,)."""
        rows = block.rows.in_units(self.units)
        return [(np.array([leaf.longest_row()]),) for leaf in leaves_of(rows, block.how)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """The larger one."""
        return (np.maximum(a[0], b[0]),)
