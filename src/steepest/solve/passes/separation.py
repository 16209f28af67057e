"""Separation over a table in parts: directions of recession of some rows, checked on all rows in a pass.

Where some of the rows have no direction of recession, all rows have none. So a direction is looked for on the sample,
and a pass checks it and gives the rows that are farthest on its wrong side, with which it is looked for again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.types import Array
from ...data.regroup import joined
from ...data.rows import Rows
from ...data.tree import Partial
from ...objective.problem import Problem
from ...optimality.recession import Finding, Recession, recession
from ...optimality.recession_cone import PINNED, ROUNDING, every_cone, movable_in
from ...parts.part import Block
from ...parts.parts import Parts
from ...parts.samples import Drawn, as_rows, both_of, drawn_at
from ...parts.survey import Survey
from ...parts.works import leaves_of

__all__ = ["WorstRows", "along", "may_recede", "separation"]

WORST = 2000  # rows on the wrong side that a pass gives
ROUNDS = 3  # directions that are checked
UNSETTLED = "directions along which some of the rows recede were not ruled out by the others"


class WorstRows(NamedTuple):
    """The work that checks a direction v (d + 1, k), raw: counts, and the rows farthest on its wrong side.

    Counts are: conditions that are violated, rows and conditions that are strict, conditions, rows that have any.
    """

    problem: Problem
    v: Array
    most: int = WORST

    def __call__(self, block: Block) -> list[Partial]:
        """Those of each leaf."""
        leaves = leaves_of(block.rows, block.how)
        return [self._of_leaf(leaf, block.first + i * block.how.leaf) for i, leaf in enumerate(leaves)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """Those of both."""
        return (a[0] + b[0], *self._least(both_of(Drawn(*a[1:]), Drawn(*b[1:]))))

    def _of_leaf(self, rows: Rows, first: int) -> Partial:
        (cone,) = every_cone(self.problem, rows)
        counts, worst = np.zeros(5), np.zeros(rows.shape[0])
        bound, k = ROUNDING * len(cone.movable), cone.outputs
        for block, share in cone.shares(self.v):
            kind, own = cone.kind.ravel()[block], share[:, 0]
            own = np.where(kind == PINNED, -np.abs(own), own)
            strict = (own > bound) & (np.abs(kind) == 1)
            by_row = strict.reshape(-1, k).any(1).sum()
            counts += (own < -bound).sum(), by_row, strict.sum(), np.count_nonzero(kind), 0
            worst[block.start // k : block.stop // k] = own.reshape(-1, k).min(1)
        counts[4] = cone.kind.any(1).sum()
        return (counts, *self._least(drawn_at(rows, first, np.flatnonzero(worst < -bound), worst)))

    def _least(self, found: Drawn) -> Drawn:
        if len(found.hashes) <= self.most:
            return found
        return found.some(np.sort(np.argsort(found.hashes, kind="stable")[: self.most]))


def may_recede(problem: Problem, survey: Survey) -> bool:
    """Whether there may be a direction of recession; the intercept alone cannot be one for two classes."""
    if not problem.may_recede:
        return False
    single = survey.sample.outputs == 1 or survey.sample.supports.joint
    return single and bool(movable_in(problem, len(survey.mean))[:-1].any() or not problem.loss.labels)


def separation(parts: Parts, survey: Survey, problem: Problem, raw: Array) -> Finding:
    """A direction of recession, the proof that there is none, or why neither is known; ``raw`` is the answer.

    Cost: none where the sample has no direction of recession, else a pass for each direction.
    """
    some = survey.sample._replace(offset=None)
    for _ in range(ROUNDS):
        found = recession(problem, some, raw)
        if found.recession is None:
            return found
        checked, worst = along(parts, survey, problem, found.recession.direction)
        if checked is not None:
            return Finding(checked)
        some = joined([some, worst])
        some = some._replace(total=float(some.weights(0, some.shape[0]).sum()), numbers=None)
    return Finding(None, UNSETTLED)


def along(parts: Parts, survey: Survey, problem: Problem, v: Array) -> tuple[Recession | None, Rows]:
    """The direction v as a recession, if it is one, and the rows farthest on its wrong side. Cost: one pass."""
    v = np.where(movable_in(problem, len(survey.mean))[:, None], v, 0.0)
    counts, *rows = parts.sums(WorstRows(problem, v / (np.abs(v).max() or 1.0)))
    worst = Drawn(*rows)
    signs = np.zeros(len(survey.mean)) if not problem.signs else np.array(problem.signs)
    kept = bool((signs[:, None] * v[:-1] >= 0).all())
    found = _recession(v, counts, survey, problem) if kept and counts[0] == 0 and counts[1] > 0 else None
    return found, as_rows(worst, np.ones(len(worst.numbers)), len(survey.mean))._replace(offset=None)


def _recession(v: Array, counts: Array, survey: Survey, problem: Problem) -> Recession:
    shifts = movable_in(problem, len(survey.mean))[-1]
    size = np.sqrt(survey.variance + (0.0 if shifts else survey.mean**2))
    weight = np.abs(v[:-1]).max(1) * size
    columns = tuple(int(j) for j in np.argsort(-weight, kind="stable") if weight[j] > 1e-6 * weight.max())
    kind = "complete" if counts[2] == counts[3] else "quasi"
    return Recession(kind, v / np.abs(v).max(), int(counts[1]), int(counts[4]), columns)
