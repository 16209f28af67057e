"""Works for a direction of recession: its margins on all rows, the rows that decide on it, and ranges of columns."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np

from ...core.types import Array
from ...data.layout import doubles
from ...data.rows import Rows
from ...data.tree import Partial
from ...objective.problem import Problem
from ...optimality.column_directions import ranges_of
from ...optimality.recession import Recession
from ...optimality.recession_cone import PINNED, ROUNDING, Cone, every_cone
from ...optimality.recession_text import SAME, Levels, levels_of, moved_by
from ...parts.part import Block
from ...parts.samples import Drawn, both_of, drawn_at
from ...parts.works import leaves_of

__all__ = ["LevelCounts", "Margins", "Met", "Ranges", "in_doubles", "met_of"]

FAR = 1e-9  # share of a margin from which a condition need not be 0


def least(rows: Drawn, most: int) -> Drawn:
    """At most so many rows of each group, which stand in place of offsets: of the least keys, then the first."""
    if len(rows.hashes) <= most:
        return rows
    order = np.lexsort((rows.numbers, rows.hashes, rows.own[:, -1]))
    group = rows.own[order, -1]
    rank = np.arange(len(order)) - np.searchsorted(group, group)
    return rows.some(np.sort(order[rank < most]))


class Met(NamedTuple):
    """What a pass tells of a direction."""

    counted: int  # rows of weight > 0 with conditions
    conditions: int
    strict_rows: int
    strict: int  # conditions that are strict
    wrong: int  # rows that violate one
    unsettled: int  # rows whose conditions are 0, but need not be
    kinds: tuple[bool, bool, bool]  # whether some conditions are >= 0, <= 0, or = 0
    picked: Drawn

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
        return (a[0] + b[0], *least(both_of(Drawn(*a[1:]), Drawn(*b[1:])), self.most))

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
        return (counts, *least(_picked(cone, np.concatenate(keys), first), self.most))


def met_of(sums: Partial) -> Met:
    """What the sums of `Margins` tell."""
    counted, conditions, strict_rows, strict, wrong, unsettled, up, down, stay = map(int, sums[0])
    kinds = up > 0, down > 0, stay > 0
    return Met(counted, conditions, strict_rows, strict, wrong, unsettled, kinds, Drawn(*sums[1:]))


def in_doubles(rows: Rows) -> Rows:
    """The same rows in double precision."""
    return rows._replace(X=doubles(rows.X))


def _picked(cone: Cone, key: Array, first: int) -> Drawn:
    """The rows with conditions; their kind or class stands in place of their offset."""
    rows, places = cone.rows, np.flatnonzero(cone.kind.any(1))
    group = rows.y.argmax(1) if cone.outputs > 1 else cone.kind[:, 0]
    return drawn_at(rows._replace(offset=group.astype(np.float64)), first, places, key)


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
