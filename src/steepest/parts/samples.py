"""Samples drawn in a pass: the rows whose hash of their number is small, and of each of a few classes some at least.

The bound of the hashes follows from the rows of the table, so that a task has its share of the sample. Of a class with
few rows below the bound those with the q least hashes are in the sample. Which rows these are depends on numbers and
targets alone. A worker that has seen q rows of a class leaves out those whose hash is above the bound and all of these.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..core.units import RAW
from ..data.layout import Table, slice_rows, table_of, take, three_arrays
from ..data.regroup import joined_arrays, stacked
from ..data.rows import Rows
from .target_values import TargetValues, distinct

__all__ = ["Drawn", "Picks", "as_rows", "both_of", "drawn", "drawn_at", "joined_samples", "rows_of"]

CLASSES = 10  # most values of a target up to which each of them has its part of the sample
GLANCE = 64  # rows that show whether a target has more values
FULL = 2  # times the rows of a sample and of its classes in a node, beyond which it is cut to the least hashes
SLACK = 1.25  # hashes that are kept between two cuts
SPREAD = 4.0  # standard deviations of the number of rows below the bound, by which it is above that of the sample
LARGEST = np.uint64(0xFFFFFFFFFFFFFFFF)
Hashes = NDArray[np.uint64]


class Known(NamedTuple):
    """The hashes of a class that a worker knows: those among which the least are, and up to which they are."""

    hashes: tuple[Hashes, ...] = ()
    total: int = 0
    bound: np.uint64 = LARGEST

    def with_more(self, h: Hashes, most: int) -> Known:
        """With more hashes, none above the bound, cut to the ``most`` least ones now and then."""
        found = Known((*self.hashes, h), self.total + len(h), self.bound)
        if found.total <= SLACK * most:
            return found
        least = distinct(np.concatenate(found.hashes))[:most]
        return Known((least,), len(least), least[-1] if len(least) == most else self.bound)


class Picks(NamedTuple):
    """How many rows are drawn, and what a worker has seen of their hashes. No result depends on what it has seen."""

    most: int
    each: int  # of each class at least, if it has so many
    rows: int  # of the table
    seed: int
    known: dict[float, Known]  # by class

    def fresh(self) -> Picks:
        """The same, without anything seen."""
        return self._replace(known={})

    def kept(self, h: Hashes, y: Array) -> NDArray[np.bool_]:
        """Which rows may be in the sample, from their hashes and targets (n,)."""
        keep = h <= self.share
        few = _few_values(y)
        if few is None or len({*self.known, *few.tolist()}) > CLASSES:
            return keep
        near = np.flatnonzero(h <= max(self._known(value).bound for value in few))
        for value in few:
            own = near[y[near] == value]
            known = self._known(value)
            self.known[float(value)] = known = known.with_more(h[own][h[own] <= known.bound], self.each)
            keep[own[h[own] <= known.bound]] = True
        return keep

    def _known(self, value: float) -> Known:
        return self.known.get(float(value), Known())

    @property
    def share(self) -> np.uint64:
        """The hash up to which there are as many rows as are drawn, and hardly more."""
        share = (self.most + SPREAD * self.most**0.5) / max(self.rows, 1)
        return LARGEST if share >= 1.0 else np.uint64(int(share * 2.0**64))


class Drawn(NamedTuple):
    """Rows that may be in the sample."""

    hashes: Array  # (s,)
    numbers: Array  # (s,) of the rows in the table
    own: Array  # (s, k + 2), targets, weight and offset
    values: Array  # (s, d), or the three arrays of a sparse table
    columns: Array
    ends: Array

    @property
    def table(self) -> Table:
        """The columns of a dense table; of a sparse one with the columns that occur."""
        return table_of(self[3:], 0)

    def some(self, places: NDArray[Any]) -> Drawn:
        """The rows at these places."""
        hashes, numbers, own = (a[places] for a in self[:3])
        return Drawn(hashes, numbers, own, *three_arrays(take(self.table, places)))

    def between(self, low: int, high: int) -> Drawn:
        """The rows at places low .. high - 1, which are not copied."""
        hashes, numbers, own = (a[low:high] for a in self[:3])
        return Drawn(hashes, numbers, own, *three_arrays(slice_rows(self.table, low, high)))


def drawn(rows: Rows, first: int, leaf: int, picks: Picks) -> list[Drawn]:
    """The rows of each leaf that may be in the sample, by the number of the first row."""
    n, y = rows.shape[0], rows.y[:, 0]
    h = hashes(np.arange(first, first + n), picks.seed)
    if rows.weight is None:
        places = np.flatnonzero(picks.kept(h, y))
    else:
        counted = np.flatnonzero(rows.weight > 0)
        places = counted[picks.kept(h[counted], y[counted])]
    whole, ends = drawn_at(rows, first, places, h), np.searchsorted(places, np.arange(0, n + leaf, leaf))
    return [whole.between(low, high) for low, high in pairwise(ends.tolist())]


def drawn_at(rows: Rows, first: int, places: NDArray[np.int64], keys: NDArray[Any]) -> Drawn:
    """The rows of a leaf at these places, with a key of each row (n,)."""
    ones, zeros = np.ones(len(places)), np.zeros(len(places))
    weight = ones if rows.weight is None else rows.weight[places]
    offset = zeros if rows.offset is None else rows.offset[places]
    own = np.column_stack((rows.y[places], weight, offset))
    return Drawn(cast(Array, keys[places]), cast(Array, first + places), own, *three_arrays(take(rows.X, places)))


def both_of(a: Drawn, b: Drawn) -> Drawn:
    """The rows of both."""
    hashes, numbers, own = (joined_arrays(list(pair)) for pair in zip(a[:3], b[:3], strict=True))
    return Drawn(hashes, numbers, own, *three_arrays(stacked([a.table, b.table])))


def joined_samples(a: Drawn, b: Drawn, picks: Picks) -> Drawn:
    """The rows of both, or those that may still be in the sample where they are many."""
    whole = both_of(a, b)
    if len(whole.hashes) <= FULL * (picks.most + picks.each):
        return whole
    kept = picks.fresh().kept(cast(Hashes, whole.hashes), whole.own[:, 0])
    return whole.some(np.flatnonzero(kept))


def rows_of(found: Drawn, values: TargetValues, picks: Picks, d: int, total: float) -> Rows:
    """The sample as rows: of a class with few rows more than its share, weighted by the table's classes."""
    order = np.argsort(found.hashes, kind="stable")
    places, share = _by_class(found, values, order, picks)
    places, share = places[rank := np.argsort(found.numbers[places], kind="stable")], share[rank]
    return as_rows(found.some(places), share, d)._replace(total=total)


def as_rows(some: Drawn, share: Array, d: int) -> Rows:
    """The rows, with weights times a share (s,)."""
    X = table_of(some[3:], d)
    offset = np.ascontiguousarray(some.own[:, -1]) if some.own[:, -1].any() else None
    y, weight = np.asfortranarray(some.own[:, :-2]), share * some.own[:, -2]
    numbers = some.numbers.astype(np.int64)
    return Rows(X, y, weight, offset, RAW, float(weight.sum()), 1, ([0], len(y)), numbers)


def hashes(numbers: NDArray[np.int64], seed: int) -> Hashes:
    """A hash of each number; different numbers have different ones."""
    z = numbers.astype(np.uint64)
    z += np.array([seed & (1 << 63) - 1], np.uint64) * np.uint64(0xD1342543DE82EF95)
    room = np.empty_like(z)  # new arrays of this size are new pages each time
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z ^= np.right_shift(z, np.uint64(shift), out=room)
        z *= np.uint64(factor)
        z += np.uint64(0x9E3779B97F4A7C15)
    z ^= np.right_shift(z, np.uint64(31), out=room)
    return z


def _by_class(
    found: Drawn, values: TargetValues, order: NDArray[np.int64], picks: Picks
) -> tuple[NDArray[np.int64], Array]:
    """Places of the rows of the sample, and how much of the table's weight each stands for by its own."""
    known, weights = values.values, values.weights
    low = cast(Hashes, found.hashes)[order] <= picks.share
    if known is not None:
        known, weights = known[values.counts > 0], weights[values.counts > 0]
    if known is None or not 2 <= len(known) <= CLASSES:
        places = order[low][: picks.most]
        return places, np.full(len(places), values.weights.sum() / found.own[places, -2].sum())
    groups = []
    for value in known:
        own = found.own[order, 0] == value
        groups.append(order[own & (low | (np.cumsum(own) <= picks.each))])
    left, parts = picks.most, dict[int, NDArray[np.int64]]()
    for i in np.argsort([len(g) for g in groups], kind="stable"):
        parts[int(i)] = groups[i][: left // (len(groups) - len(parts))]
        left -= len(parts[int(i)])
    shares = [np.full(len(g), weights[i] / found.own[g, -2].sum()) for i, g in parts.items()]
    return np.concatenate(list(parts.values())), np.concatenate(shares)


def _few_values(y: Array) -> Array | None:
    """The values of a target, if they are few."""
    if len(y) == 0 or len(distinct(y[:GLANCE])) > CLASSES:
        return None
    found: Array = distinct(y)
    return found if len(found) <= CLASSES else None
