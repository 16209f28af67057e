"""Separation over a table in parts: a direction of recession, or the proof that there is none, in a few passes.

Linear programmes run over a working set of rows, whose cone of recession is larger than that of the table. If it holds
no direction and spans the predictors of all rows, the table has none either. A direction is checked on all rows in a
pass, which also picks the rows that decide on it; they join the working set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from ...data.classes import Classes
from ...data.regroup import joined
from ...data.rows import Rows
from ...objective.problem import Problem
from ...optimality.column_directions import directions_of
from ...optimality.multipliers import none_by_multipliers
from ...optimality.recession import INEXACT, Finding, Recession, recession_along
from ...optimality.recession_cone import Cone, every_cone, movable_in
from ...optimality.recession_programme import Face, face_of, first_conditions
from ...optimality.recession_text import Levels, Told, described
from ...parts.parts import Parts
from ...parts.samples import as_rows
from ...parts.survey import Survey
from .recession_works import LevelCounts, Margins, Met, Ranges, met_of

__all__ = ["describe_in_parts", "may_recede", "recession_in_parts"]

ROUNDS = 12  # most passes for programmes
EACH = 250  # rows of each kind that a pass picks at least, or 2 for each unknown
FLAT = 1e-11  # singular values, relative to the largest, below which columns of the working set depend on others


def may_recede(problem: Problem, survey: Survey) -> bool:
    """Whether there may be a direction of recession; the intercept alone cannot be one for two classes."""
    if not problem.may_recede:
        return False
    single = survey.sample.outputs == 1 or survey.sample.supports.joint
    return single and bool(movable_in(problem, len(survey.mean))[:-1].any() or not problem.loss.labels)


def recession_in_parts(parts: Parts, problem: Problem, w: Array, *, settled: bool = False) -> Finding:
    """A direction of recession of the objective over a table in parts, the proof of none, or why neither is known.

    Parameters
    ----------
    parts : Parts
        With the coding of the problem.
    problem : Problem
    w : (d + 1, k) array
        The answer of a descent, raw.
    settled : bool
        Whether w is near an optimum, as far as the descent knows.

    Returns
    -------
    Finding
        As of `recession` in memory.

    Notes
    -----
    Cost: no pass where the sample of the survey proves that there is none and spans the columns; one for complete
    separation by w; else one for each round of programmes, of which there are at most 12.
    """
    if not problem.may_recede:
        return Finding()
    sample = parts.survey.sample
    sample = Classes(*sample) if parts.coding.classes else sample
    unknown = None
    for c in range(1 if sample.supports.joint else sample.outputs):
        own = w if sample.supports.joint else w[:, c : c + 1]
        with np.errstate(over="ignore", invalid="ignore"):
            found = _Search(parts, problem, c, sample, own).find(settled)
        if found.recession is not None:
            return Finding(found.recession._replace(target=c))
        unknown = unknown or found.unknown
    return Finding(None, unknown)


class _Working(NamedTuple):
    """The working set: some rows of the table, and those of their conditions that programmes have."""

    rows: Rows
    numbers: NDArray[np.int64]  # of the rows in the table
    order: NDArray[np.int64] | None = None

    def grown(self, met: Met) -> tuple[_Working, bool]:
        """With the rows that a pass picked, and whether there are new ones."""
        new = np.flatnonzero(~np.isin(met.picked.numbers, self.numbers))
        if not len(new):
            return self, False
        rows, n, k = self.rows, len(self.rows.y), self.rows.outputs
        own = rows._replace(weight=np.ones(n) if rows.weight is None else rows.weight)
        grown = joined([own, as_rows(met.picked.some(new), np.ones(len(new)), rows.shape[1])._replace(offset=None)])
        assert grown.weight is not None
        total, order = float(grown.weight.sum()), self.order
        if order is not None:
            width = k if rows.supports.joint else 1
            order = np.concatenate((order, np.arange(n * width, len(grown.y) * width)))
        numbers = np.concatenate((self.numbers, met.picked.numbers[new].astype(np.int64)))
        return _Working(grown._replace(total=total, tally=([0], len(numbers)), numbers=numbers), numbers, order), True


class _Search:
    """The search for a direction of one target, or of all classes."""

    def __init__(self, parts: Parts, problem: Problem, target: int, sample: Rows, w: Array) -> None:
        self.parts, self.problem, self.target, self.w = parts, problem, target, w
        one = sample if sample.supports.joint or sample.outputs == 1 else sample.one_target(target)
        assert one.numbers is not None
        self.working = _Working(one._replace(offset=None), one.numbers)
        self.most = max(EACH, 2 * w.size)

    @property
    def cone(self) -> Cone:
        """The cone of the working set."""
        return every_cone(self.problem, self.working.rows)[0]

    def find(self, settled: bool) -> Finding:
        """The finding."""
        cone = self.cone
        if not cone.movable.any():
            return Finding()
        if settled and cone.open and self._none(cone, settled) and self._unspanned(cone) is None:
            return Finding()
        v = cone.moved(self.w)
        v = np.where((cone.signs[:, None] * v < 0).any(), 0.0, v)
        met = self._met(v, 0.0 * v)
        if not _is_open(cone, met):
            return Finding()
        if met.complete and not met.wrong:
            return Finding(self._recession(v, met))
        self.working, _ = self.working.grown(met)
        return self._by_rounds(settled)

    def _by_rounds(self, settled: bool) -> Finding:
        """Programmes on the working set, each checked by a pass."""
        for _ in range(ROUNDS):
            cone = self.cone
            face = self._face(cone, settled)
            if face is None:
                return Finding()
            if face.first is None:
                return self._otherwise(cone, face.unknown)
            met = self._met(face.first, face.second)
            if not (met.wrong or met.unsettled):
                return Finding(self._recession(face.first, met) if met.strict else None)
            self.working, new = self.working._replace(order=face.order if len(face.order) else None).grown(met)
            if not new:
                return self._otherwise(cone, INEXACT)
        return self._otherwise(self.cone, f"{ROUNDS} linear programmes did not settle it")

    def _face(self, cone: Cone, settled: bool) -> Face | None:
        """What is known of all directions of the working set; None if it proves that the table has none."""
        if self._none(cone, settled):
            second = self._unspanned(cone)
            return None if second is None else Face(0.0 * second, second, np.empty(0, np.int64))
        margins = np.concatenate([cone.margins(cone.moved(self.w), *ends) for ends in cone.blocks()])
        order = first_conditions(cone, margins)
        if self.working.order is not None:
            order = np.union1d(order, self.working.order[cone.kinds(self.working.order) != 0])
        return face_of(cone, order)

    def _none(self, cone: Cone, settled: bool) -> bool:
        """Whether multipliers prove that the working set has no direction."""
        return none_by_multipliers(cone, self.problem.loss, self.working.rows, self.w, settled)[0]

    def _unspanned(self, cone: Cone) -> Array | None:
        """A random direction that changes no predictor of the working set, if there is one."""
        survey, at = self.parts.survey, cone.columns
        scale, shift = np.sqrt(np.where(survey.variance > 0, survey.variance, 1.0))[at], survey.mean[at]
        free = bool(cone.movable[-1])
        X = (np.asarray(cone.rows.chosen(at), np.float64) - (shift if free else 0.0)) / scale
        A = np.column_stack((X, np.ones((len(X), 1)))) if free else X
        _, sizes, axes = np.linalg.svd(np.linalg.qr(A, mode="r"))
        flat = np.append(sizes, np.zeros(A.shape[1] - len(sizes))) <= FLAT * sizes.max(initial=0.0)
        if not flat.any():
            return None
        rng, v = np.random.default_rng(0), np.zeros((len(cone.movable), cone.outputs))
        u = axes[flat].T @ rng.standard_normal((int(flat.sum()), cone.outputs))
        v[at] = u[: len(at)] / scale[:, None]
        if free:
            v[-1] = u[-1] - shift @ v[at]
        return v

    def _otherwise(self, cone: Cone, unknown: str | None) -> Finding:
        """A direction of single columns, if there is one; or why none is known."""
        (ranges,) = self.parts.sums(Ranges(self.problem, self.target))
        v = directions_of(ranges, cone.movable, cone.signs)
        if v is None:
            return Finding(None, unknown)
        met = self._met(v, 0.0 * v)
        return Finding(self._recession(v, met)) if met.strict and not met.wrong else Finding(None, unknown)

    def _met(self, first: Array, second: Array) -> Met:
        """What a pass tells of two directions."""
        return met_of(self.parts.sums(Margins(self.problem, self.target, first, second, self.most)))

    def _recession(self, v: Array, met: Met) -> Recession:
        shifts = bool(self.cone.movable[-1])
        return recession_along(v, met.strict_rows, met.counted, met.complete, self.parts.survey.columns, shifts)


def _is_open(cone: Cone, met: Met) -> bool:
    """`Cone.open` for the whole table."""
    up, down, pinned = met.kinds
    if cone.outputs == 1 and not cone.movable[:-1].any():
        return bool(cone.movable[-1] and up != down and not pinned)
    return bool(cone.movable.any() and (up or down))


def describe_in_parts(found: Recession, problem: Problem, parts: Parts) -> str:
    """A direction of recession in words, as `describe` in memory. Cost: two passes."""
    largest, (least, most) = parts.sums(LevelCounts(found))
    levels = parts.sums(LevelCounts(found, float(largest[0])))
    sample, joint = parts.survey.sample, bool(parts.coding.classes)
    alike = float(least) if sample.outputs == 1 and least == -most else None
    return described(
        found, problem, Told(sample.outputs, joint, alike, Levels(levels[0].astype(np.bool_), *levels[1:])), parts.names
    )
