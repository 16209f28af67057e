"""Works for a direction of recession: its margins on all rows, the rows that decide on it, and ranges of columns."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from ...data.csr import CSR
from ...data.layout import Table, arrays, take
from ...data.regroup import stacked
from ...data.rows import Rows
from ...data.tree import Partial
from ...objective.problem import Problem
from ...optimality.column_directions import ranges_of
from ...optimality.recession import Recession
from ...optimality.recession_cone import PINNED, ROUNDING, Cone, every_cone
from ...optimality.recession_text import SAME, Levels, levels_of, moved_by
from ...parts.part import Block
from ...parts.works import leaves_of

__all__ = ["LevelCounts", "Margins", "Met", "Picked", "Ranges", "in_doubles", "met_of"]

FAR = 1e-9  # share of a margin from which a condition need not be 0


class Picked(NamedTuple):
    """Rows with the least keys of each group, in the order of the table."""

    key: Array  # (s,)
    number: Array  # (s,) of the rows in the table
    own: Array  # (s, k + 2): targets, weight, group
    values: Array  # (s, d), or the three arrays of a sparse table
    indices: Array
    indptr: Array

    @property
    def table(self) -> Table:
        """The columns of a dense table; of a sparse one with the columns that occur."""
        return cast(Table, self.values) if self.values.ndim == 2 else CSR(self.values, self.indices, self.indptr, 0)

    def some(self, places: NDArray[np.int64]) -> Picked:
        """The rows at these places."""
        return Picked(self.key[places], self.number[places], self.own[places], *_arrays(take(self.table, places)))

    def least(self, most: int) -> Picked:
        """At most so many of each group, those of the least keys, of equal ones the first."""
        if len(self.key) <= most:
            return self
        order = np.lexsort((self.number, self.key, self.own[:, -1]))
        group = self.own[order, -1]
        rank = np.arange(len(order)) - np.searchsorted(group, group)
        return self.some(np.sort(order[rank < most]))

    def joined(self, other: Picked, most: int) -> Picked:
        """Those of both."""
        key, number, own = (np.concatenate(pair) for pair in zip(self[:3], other[:3], strict=True))
        return Picked(key, number, own, *_arrays(stacked([self.table, other.table]))).least(most)

    def rows(self, like: Rows) -> Rows:
        """The rows, of the kind and with the columns of others."""
        X = self.table._replace(columns=like.shape[1]) if isinstance(self.table, CSR) else self.table
        y, weight = np.asfortranarray(self.own[:, :-2]), np.ascontiguousarray(self.own[:, -2])
        found = like._replace(X=X, y=y, weight=weight, offset=None, total=float(weight.sum()), given=None)
        return found._replace(tally=([0], len(y)), numbers=self.number.astype(np.int64))


class Met(NamedTuple):
    """What a pass tells of a direction."""

    counted: int  # rows of weight > 0 with conditions
    conditions: int
    strict_rows: int
    strict: int  # conditions that are strict
    wrong: int  # rows that violate one
    unsettled: int  # rows whose conditions are 0, but need not be
    kinds: tuple[bool, bool, bool]  # whether some conditions are >= 0, <= 0, or = 0
    picked: Picked

    @property
    def complete(self) -> bool:
        """Whether all conditions are strict."""
        return self.strict == self.conditions > 0


class Margins(NamedTuple):
    """A work: margins of the first of two directions; where they are 0, those of the second; and the rows that decide.

    These are the rows that violate a condition the most, those whose conditions are 0 but are far from it along the
    second direction, and those of the least margins, of each kind or class.
    """

    problem: Problem
    target: int
    first: Array  # (d + 1, k)
    second: Array
    most: int  # rows of each kind

    def __call__(self, block: Block) -> list[Partial]:
        """Counts and rows of each leaf."""
        return [
            self._of(rows, block.first + i * block.how.leaf) for i, rows in enumerate(leaves_of(block.rows, block.how))
        ]

    def join(self, a: Partial, b: Partial) -> Partial:
        """Those of both."""
        return (a[0] + b[0], *Picked(*a[1:]).joined(Picked(*b[1:]), self.most))

    def _of(self, rows: Rows, first: int) -> Partial:
        cone = every_cone(self.problem, in_doubles(rows))[self.target]
        bound, counts, keys = ROUNDING * len(self.first), np.zeros(9), list[Array]()
        for block, share in cone.shares(self.first, self.second):
            kind = cone.kind.ravel()[block].reshape(-1, cone.outputs)
            margin, far = share[:, 0].reshape(kind.shape), np.abs(share[:, 1]).reshape(kind.shape)
            wrong = (kind != 0) & np.where(kind == PINNED, np.abs(margin) > bound, margin < -bound)
            open_ = (kind != 0) & ~wrong & (margin <= bound) & (far > FAR)
            strict = (np.abs(kind) == 1) & (margin > bound)
            sums = [kind.any(1), kind != 0, strict.any(1), strict, wrong.any(1), open_.any(1)]
            counts += [float(each.sum()) for each in (*sums, kind == 1, kind == -1, kind == PINNED)]
            key = np.where(wrong, -1.0 - np.abs(margin), np.where(open_, -far, np.abs(margin)))
            keys.append(np.where(kind != 0, key, np.inf).min(1))
        return (counts, *_picked(cone, np.concatenate(keys), first).least(self.most))


def met_of(sums: Partial) -> Met:
    """What the sums of `Margins` tell."""
    counted, conditions, strict_rows, strict, wrong, unsettled, up, down, stay = map(int, sums[0])
    kinds = up > 0, down > 0, stay > 0
    return Met(counted, conditions, strict_rows, strict, wrong, unsettled, kinds, Picked(*sums[1:]))


def in_doubles(rows: Rows) -> Rows:
    """The same rows in double precision."""
    return rows if isinstance(rows.X, CSR) or rows.X.dtype == np.float64 else rows._replace(X=rows.X.astype(np.float64))


def _picked(cone: Cone, key: Array, first: int) -> Picked:
    """The rows with conditions, by kind or class."""
    rows, places = cone.rows, np.flatnonzero(cone.kind.any(1))
    group = rows.y.argmax(1) if cone.outputs > 1 else cone.kind[:, 0]
    weight = np.ones(len(key)) if rows.weight is None else rows.weight
    own = np.column_stack((rows.y, weight, group))[places].astype(np.float64)
    number = (first + places).astype(np.float64)
    return Picked(key[places], number, own, *_arrays(take(rows.X, places)))


def _arrays(X: Table) -> tuple[Array, Array, Array]:
    found, none = arrays(X), np.empty(0)
    return cast("tuple[Array, Array, Array]", found if len(found) == 3 else (found[0], none, none))


class Ranges(NamedTuple):
    """A work: ranges of the columns over the rows that rise, fall and stay, as of `ranges_of`."""

    problem: Problem
    target: int

    def __call__(self, block: Block) -> list[Partial]:
        """Those of each leaf, (2, 3 k, d)."""
        leaves = leaves_of(block.rows, block.how)
        return [(ranges_of(every_cone(self.problem, in_doubles(rows))[self.target]),) for rows in leaves]

    def join(self, a: Partial, b: Partial) -> Partial:
        """Those of both."""
        return (np.stack((np.minimum(a[0][0], b[0][0]), np.maximum(a[0][1], b[0][1]))),)


class LevelCounts(NamedTuple):
    """A work: largest change of a predictor along a direction; or, with it, what rows with 1 in a column share."""

    found: Recession
    largest: float | None = None

    def __call__(self, block: Block) -> list[Partial]:
        """Those of each leaf."""
        return [self._of(in_doubles(rows)) for rows in leaves_of(block.rows, block.how)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """Those of both."""
        if self.largest is None:
            return (np.maximum(a[0], b[0]), np.minimum(a[1], b[1]))
        return cast(Partial, tuple(Levels(*a).joined(Levels(*b))))  # type: ignore[arg-type]

    def _of(self, rows: Rows) -> Partial:
        change = moved_by(self.found, rows)
        if self.largest is not None:
            return cast(Partial, tuple(levels_of(self.found, rows, change > SAME * self.largest)))
        y = rows.y[:, 0] if rows.weight is None else rows.y[rows.weight > 0, 0]
        ends = np.array([y.min(initial=np.inf), -y.max(initial=-np.inf)])
        return (np.array([change.max(initial=0.0)]), ends)
