"""Targets as one pass tells of them: their ranges, and how often each value occurs where there are few."""

from __future__ import annotations

from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.regroup import rows_between
from ..data.rows import Rows
from ..data.tree import Partial
from .coding import Coding

__all__ = ["TargetValues", "coded_values", "distinct", "joined_values", "target_values", "values_of"]

VALUES = 1000  # most different values that are counted
MORE = np.empty((0, 3)), np.ones(1)  # of more values


class TargetValues(NamedTuple):
    """The targets, those of rows of weight > 0 but where another thing is said."""

    least: Array  # (k,)
    most: Array  # (k,)
    lowest: int  # number of the row with the least target
    highest: int  # number of the row with the largest target
    values: Array | None  # (u,) of all rows and a single target, increasing; None where there are more than 1,000
    counts: Array  # (u,) rows of weight > 0 of each value; () where values are not known
    weights: Array  # (u,) sums of their weights; the total weight where values are not known

    @property
    def alike(self) -> bool:
        """Whether the targets are the same number, up to rounding."""
        size = np.maximum(np.abs(self.least), np.abs(self.most))
        return bool((self.most - self.least <= 32 * np.finfo(float).eps / 2 * size).all())


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The different numbers, increasing: without a sort if they are two, else by one, faster than a hash table."""
    if not len(values):
        return values
    ends = np.array([values.min(), values.max()])
    if ((values == ends[0]) | (values == ends[1])).all():
        return ends if ends[0] < ends[1] else ends[:1]
    found = np.sort(values)
    new: NDArray[np.bool_] = np.append(True, found[1:] != found[:-1])
    return found[new]


def values_of(rows: Rows, first: int, leaf: int) -> list[Partial]:
    """Of each leaf: least and most targets and their rows (4, k); values, counts and weights (u, 3); 1 for more."""
    n, tables = rows.shape[0], _tables(rows, leaf)
    leaves = (rows_between(rows, low, min(n, low + leaf)) for low in range(0, n, leaf))
    ends = [_ends_of(part, first + i * leaf) for i, part in enumerate(leaves)]
    return [(own, *MORE) for own in ends] if tables is None else list(zip(ends, tables, repeat(np.zeros(1))))


def _tables(rows: Rows, leaf: int) -> list[Array] | None:
    """Values, counts and weights of each leaf (u, 3); None of values that are too many."""
    (n, k), weight = rows.y.shape, rows.weight
    y = rows.y[:, 0]
    if k > 1 or len(distinct(y[: 2 * VALUES])) > VALUES or len(values := distinct(y)) > VALUES:
        return None
    leaves, u = -(-n // leaf), len(values)
    cell = np.searchsorted(values, y) + u * (np.arange(n) // leaf)
    parts = (None,) if weight is None else (None, weight > 0, weight)
    each, *sums = (np.bincount(cell, part, leaves * u).reshape(leaves, u) for part in parts)
    whole = np.stack((np.broadcast_to(values, each.shape), *(sums or (each, each))), 2)
    return [table[there] for table, there in zip(whole, each > 0, strict=True)]


def _ends_of(rows: Rows, first: int) -> Array:
    """Least and most targets of the rows of weight > 0, and their numbers, (4, k)."""
    counted = None if rows.weight is None else np.flatnonzero(rows.weight > 0)
    own = rows.y if counted is None else rows.y[counted]
    if not len(own):
        return np.full((4, own.shape[1]), [[np.inf], [-np.inf], [0.0], [0.0]])
    low, high = (places if counted is None else counted[places] for places in (own.argmin(0), own.argmax(0)))
    return np.stack((own.min(0), own.max(0), first + low, first + high))


def joined_values(a: Partial, b: Partial) -> Partial:
    """The same of the rows of a and of b."""
    ends = np.where(b[0][0] < a[0][0], b[0], a[0])
    ends[[1, 3]] = np.where(b[0][1] > a[0][1], b[0][[1, 3]], a[0][[1, 3]])
    if a[2].any() or b[2].any():
        return ends, *MORE
    if np.array_equal(a[1][:, 0], b[1][:, 0]):  # the sums of two classes, as a rule
        return ends, np.column_stack((a[1][:, 0], a[1][:, 1:] + b[1][:, 1:])), a[2]
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


def coded_values(found: TargetValues, some: Rows, coding: Coding) -> TargetValues:
    """The facts of the targets of a coding; ``some`` are any rows of the table."""
    assert found.values is not None  # classes are few
    u, total = len(found.values), float(found.weights.sum())
    plain = some._replace(X=np.zeros((u, 1)), y=found.values[:, None], weight=None, offset=None)
    y = coding(plain).y
    if y.shape[1] > 1:
        ends = np.zeros(y.shape[1]), np.ones(y.shape[1])
        return TargetValues(*ends, 0, 0, None, np.empty(0), np.array([total]))
    values = distinct(y[:, 0])
    place = np.searchsorted(values, y[:, 0])
    counts, weights = (np.bincount(place, own).astype(np.float64) for own in (found.counts, found.weights))
    counted = values[counts > 0]
    return TargetValues(counted[:1], counted[-1:], 0, 0, values, counts, weights)


def _limited(ends: Array, table: Array) -> Partial:
    return (ends, *MORE) if len(table) > VALUES else (ends, table, np.zeros(1))
