"""Labels: the classes of a table in parts, their total weights, and the coding of a problem of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..core.errors import DataError
from ..core.types import Array
from ..data.tree import Partial
from .coding import Coding
from .part import Block
from .parts import Parts

__all__ = ["ClassTotals", "Labels", "labels_of"]

MOST = 1000  # labels

Label = str | float


class Labels(NamedTuple):
    """The labels of a target in the order of the classes, and how the table spells them."""

    labels: tuple[Label, ...]
    values: tuple[float, ...]  # in the target: numbers, or places of texts
    totals: tuple[float, ...]  # total weight of each

    @property
    def balanced(self) -> tuple[float, ...]:
        """Weights that make the totals of all classes equal."""
        mean = sum(self.totals) / len(self.totals)
        return tuple(mean / total for total in self.totals)

    def ordered(self, labels: Sequence[Label]) -> Labels:
        """The same in another order."""
        places = [self.labels.index(label) for label in labels]
        values, totals = (tuple(each[i] for i in places) for each in (self.values, self.totals))
        return Labels(tuple(labels), values, totals)

    def coding(self, weights: tuple[float, ...] = (), one: int | None = None) -> Coding:
        """The coding of a problem: of one class against the others, of two classes, or of all together."""
        one = 1 if one is None and len(self.labels) == 2 else one
        return Coding(0 if one is not None else len(self.labels), one, weights, self.values)


class ClassTotals(NamedTuple):
    """A work: the numbers that the target holds, sorted, and the total weight of each."""

    def __call__(self, block: Block) -> list[Partial]:
        """The numbers and weights of each leaf."""
        rows, leaf = block.rows, block.how.leaf
        weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
        return [_totals(rows.y[i : i + leaf, 0], weight[i : i + leaf]) for i in range(0, len(rows.y), leaf)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """Those of both."""
        return _totals(np.concatenate((a[0], b[0])), np.concatenate((a[1], b[1])))


def _totals(values: Array, weight: Array) -> Partial:
    found, places = np.unique(values, return_inverse=True)
    totals = np.bincount(places, weight).astype(np.float64)
    return found[: MOST + 1], totals[: MOST + 1]


def labels_of(table: Parts) -> Labels:
    """The labels of the target of a table, and their weights. Cost: a pass over the data.

    Raises
    ------
    DataError
        If they are so many that they are no classes, or all rows of one have weight 0.
    """
    values, totals = table.sums(ClassTotals())
    levels, what = table.source.levels, table.source.targets[0]
    if len(values) > MOST:
        raise DataError(f"more than {MOST:,} different numbers are too many for classes: fit a regression", column=what)
    labels = tuple(values.tolist()) if levels is None else tuple(levels[int(i)] for i in values)
    empty = [label for label, total in zip(labels, totals, strict=True) if not total > 0]
    if empty:
        raise DataError(f"every row of class {empty[0]!r} has weight 0: leave the class out", column=what)
    return Labels(labels, tuple(values.tolist()), tuple(totals.tolist()))
