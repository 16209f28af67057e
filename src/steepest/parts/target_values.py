"""Targets as one pass tells of them: their ranges, and how often each value occurs where there are few."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.rows import Rows
from ..data.tree import Partial

__all__ = ["TargetValues", "distinct", "joined_values", "target_values", "values_of"]

VALUES = 1000  # most different values that are counted


class TargetValues(NamedTuple):
    """The targets of the rows of weight > 0."""

    least: Array  # (k,)
    most: Array  # (k,)
    lowest: int  # number of the row with the least target
    highest: int  # number of the row with the largest target
    values: Array | None  # (u,) of a single target, increasing; None where there are more than 1,000
    counts: Array  # (u,) rows of each value; () where values are not known
    weights: Array  # (u,) sums of their weights; the total weight where values are not known

    @property
    def alike(self) -> bool:
        """Whether the targets are the same number, up to rounding."""
        size = np.maximum(np.abs(self.least), np.abs(self.most))
        return bool((self.most - self.least <= 32 * np.finfo(float).eps / 2 * size).all())


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The different numbers, increasing; by a sort, which is faster than a hash table."""
    found = np.sort(values)
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def values_of(rows: Rows, first: int) -> Partial:
    """Least and most targets and their rows (4, k); values, counts and weights (u, 3); whether there are more (1,)."""
    y, weight, numbers = rows.y, rows.weight, np.arange(first, first + rows.shape[0])
    if weight is not None and not weight.all():
        y, weight, numbers = y[weight > 0], weight[weight > 0], numbers[weight > 0]
    if not len(y):
        return np.full((4, rows.y.shape[1]), [[np.inf], [-np.inf], [0.0], [0.0]]), np.empty((0, 3)), np.zeros(1)
    ends = np.stack((y.min(0), y.max(0), numbers[y.argmin(0)], numbers[y.argmax(0)])).astype(np.float64)
    if y.shape[1] > 1 or len(distinct(y[: 2 * VALUES, 0])) > VALUES:
        return ends, np.empty((0, 3)), np.ones(1)
    values = distinct(y[:, 0])
    place = np.searchsorted(values, y[:, 0])
    counts = np.bincount(place)
    return _limited(ends, np.column_stack((values, counts, counts if weight is None else np.bincount(place, weight))))


def joined_values(a: Partial, b: Partial) -> Partial:
    """The same of the rows of a and of b."""
    ends = np.where(b[0][0] < a[0][0], b[0], a[0])
    ends[[1, 3]] = np.where(b[0][1] > a[0][1], b[0][[1, 3]], a[0][[1, 3]])
    if a[2].any() or b[2].any():
        return ends, np.empty((0, 3)), np.ones(1)
    both = np.concatenate((a[1], b[1]))
    values = distinct(both[:, 0])
    place = np.searchsorted(values, both[:, 0])
    sums = [np.bincount(place, both[:, i], minlength=len(values)) for i in (1, 2)]
    return _limited(ends, np.column_stack((values, *sums)))


def target_values(found: Partial, total: float) -> TargetValues:
    """The facts, from those sums over all rows."""
    (least, most, lowest, highest), table, more = found
    rows = int(lowest[least.argmin()]), int(highest[most.argmax()])
    if more.any():
        return TargetValues(least, most, *rows, None, np.empty(0), np.array([total]))
    return TargetValues(least, most, *rows, *(np.ascontiguousarray(column) for column in table.T))


def _limited(ends: Array, table: Array) -> Partial:
    return (ends, np.empty((0, 3)), np.ones(1)) if len(table) > VALUES else (ends, table, np.zeros(1))
