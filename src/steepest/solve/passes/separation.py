"""Separation over a table in parts: directions of recession, looked for and checked in passes over the data."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np

from ...core.types import Array
from ...data.rows import Rows
from ...data.tree import Partial, plus
from ...objective.problem import Problem
from ...optimality.column_directions import directions_of, ranges_of
from ...optimality.recession import Finding, Recession
from ...optimality.recession_cone import PINNED, ROUNDING, Cone, every_cone, movable_in
from ...parts.part import Block
from ...parts.parts import Parts
from ...parts.survey import Survey
from ...parts.works import leaves_of

__all__ = ["ConeMargins", "ConeRanges", "found_along", "may_recede", "separation"]

SMALL = 1e-6  # part of a direction that is rounding
UNSETTLED = "the last step still moved predictions by 1 or more, and no direction was found"


class ConeRanges(NamedTuple):
    """The work for the ranges of the columns over rows whose loss falls with the predictor, against it, or never."""

    problem: Problem

    def __call__(self, block: Block) -> list[Partial]:
        """Those of each leaf, (2, 3 k, d)."""
        return [(ranges_of(_cone(self.problem, leaf)),) for leaf in leaves_of(block.rows, block.how)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """Those of both."""
        return (np.stack((np.minimum(a[0][0], b[0][0]), np.maximum(a[0][1], b[0][1]))),)


class ConeMargins(NamedTuple):
    """The work that checks directions v (d + 1, k): counts of violated conditions, strict rows, strict conditions."""

    problem: Problem
    directions: tuple[Array, ...]

    def __call__(self, block: Block) -> list[Partial]:
        """Those of each leaf for each direction, then the counts of conditions and of rows that have any."""
        return [(self._counts(_cone(self.problem, leaf)),) for leaf in leaves_of(block.rows, block.how)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums."""
        return plus(a, b)

    def _counts(self, cone: Cone) -> Array:
        found, k = np.zeros((len(self.directions) + 1, 3)), cone.outputs
        found[-1] = np.count_nonzero(cone.kind), int(cone.kind.any(1).sum()), 0
        bound = ROUNDING * len(cone.movable)
        for block, share in cone.shares(*self.directions):
            kind = cone.kind.ravel()[block, None]
            wrong = np.where(kind == PINNED, np.abs(share) > bound, share < -bound)
            strict = (share > bound) & (np.abs(kind) == 1)
            by_row = strict.reshape(-1, k, strict.shape[1]).any(1)
            found[:-1] += np.column_stack((wrong.sum(0), by_row.sum(0), strict.sum(0)))
        return found


def may_recede(problem: Problem, survey: Survey) -> bool:
    """Whether there may be a direction of recession; the intercept alone cannot be one for two classes."""
    if not problem.may_recede:
        return False
    single = survey.sample.outputs == 1 or survey.sample.supports.joint
    return single and bool(movable_in(problem, len(survey.mean))[:-1].any() or not problem.loss.labels)


def separation(parts: Parts, survey: Survey, problem: Problem, candidates: list[Array]) -> Finding:
    """A direction of recession among candidates (d + 1, k), raw, and those of single columns. Cost: two passes."""
    (ranges,) = parts.sums(ConeRanges(problem))
    signs = np.append(np.asarray(problem.signs or np.zeros(len(survey.mean)), np.int8), np.int8(0))
    simple = directions_of(ranges, movable_in(problem, len(survey.mean)), signs)
    return found_along(parts, survey, problem, candidates + ([] if simple is None else [simple]))


def found_along(parts: Parts, survey: Survey, problem: Problem, candidates: list[Array]) -> Finding:
    """The candidate with the most strict rows that is a direction of recession. Cost: one pass."""
    movable = movable_in(problem, len(survey.mean))
    directions = [v for v in (_cleaned(v, movable) for v in candidates) if v.any()]
    if problem.signs:
        directions = [v for v in directions if (np.array(problem.signs)[:, None] * v[:-1] >= 0).all()]
    if not directions:
        return Finding(None, UNSETTLED)
    (counts,) = parts.sums(ConeMargins(problem, tuple(directions)))
    good = [i for i in range(len(directions)) if counts[i, 0] == 0 and counts[i, 1] > 0]
    if not good:
        return Finding(None, UNSETTLED)
    best = max(good, key=lambda i: counts[i, 1])
    return Finding(_recession(directions[best], counts[best], counts[-1], survey, movable[-1]))


def _recession(v: Array, own: Array, all_rows: Array, survey: Survey, shifts: bool) -> Recession:
    size = np.sqrt(survey.variance + (0.0 if shifts else survey.mean**2))
    weight = np.abs(v[:-1]).max(1) * size
    columns = tuple(int(j) for j in np.argsort(-weight, kind="stable") if weight[j] > SMALL * weight.max())
    kind = "complete" if own[2] == all_rows[0] else "quasi"
    return Recession(kind, v / np.abs(v).max(), int(own[1]), int(all_rows[1]), columns)


def _cleaned(v: Array, movable: Array) -> Array:
    """The part that may recede, of size 1, without what is rounding; 0 where it is not finite."""
    v = np.where(movable[:, None], v, 0.0) if np.isfinite(v).all() else np.zeros_like(v)
    return v / (np.abs(v).max() or 1.0)


def _cone(problem: Problem, rows: Rows) -> Cone:
    return every_cone(problem, cast(Rows, rows))[0]
