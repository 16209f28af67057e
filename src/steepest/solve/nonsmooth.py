"""Non-smooth losses in the automatic mode: steps of `interior_point`, or rounds of `smoothing`, each certified."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Protocol

import numpy as np

from ..core.errors import UsageError
from ..core.types import UNIT, Array
from ..data.moments import central_moments
from ..data.null_directions import null_directions
from ..data.rows import Rows
from ..descent.continuation import continued
from ..descent.engine import Descent
from ..descent.states import Checkpoint, State
from ..descent.trajectory import Trajectory
from ..objective.problem import Problem
from ..objective.prox import penalty_slope
from ..optimality.certificate import Certificate
from ..optimality.duality import provable
from ..optimality.nonsmooth_duality import Slopes
from .auto.interior_point import InteriorPoint
from .auto.plan import Plan
from .auto.smoothing import Smoothing
from .certified_stop import CertifiedRounds, CertifiedStop, ProvenSequence

__all__ = ["CertifiedPieces", "pieces"]

UNSEEN, SLOPED = 16, 1e-6  # roundings of a predictor, and share of the largest possible slope, that count as none


class NonsmoothSequence(ProvenSequence, Protocol):
    """A sequence of problems whose ends have slopes by row."""

    @property
    def counted_as(self) -> str:
        """What its steps are called in the trajectory's meta."""

    def slopes(self, there: Checkpoint) -> Slopes:
        """The slopes of the rows that belong to a state."""


class CertifiedPieces(CertifiedRounds):
    """The certified rounds of a non-smooth loss: without a penalty on every coefficient a gap is an estimate."""

    sequence: NonsmoothSequence

    def _certificate(self, state: State) -> Certificate:
        """A duality gap if it is a proof, else an estimate by the same slopes."""
        proven = self.sequence.proven(state.origin)
        if provable(self.problem) or not np.isfinite(proven.gap):
            return super()._certificate(state)
        if self._misses(self.sequence.slopes(state.origin).theta, self.plan.data.units.raw(state.w)):
            return Certificate(None, "none", state.gradient_norm)
        return Certificate(proven.gap, "dual estimate", state.gradient_norm, proven.rounding)

    def _misses(self, theta: Array, w: Array) -> bool:
        """Whether F falls from raw w, by slopes theta (n,), along a direction that the covariances have lost.

        Where a column is nearly a copy of another, their difference changes predictors beyond rounding.
        """
        V, rows = self._flat, self.rows.with_rows(offset=None)
        if not V.shape[1]:
            return False
        A, size = rows.predictor(V), rows.sizes().predictor(np.abs(V))
        weight = np.ones(len(theta)) if rows.weight is None else rows.weight
        length = np.sqrt(weight @ (A * A) * (weight @ theta**2)) / rows.total
        slope, free = self._penalty_slopes(w, V)
        slope = np.abs(weight * theta @ A / rows.total + slope) - free
        return bool(((np.abs(A) > UNSEEN * UNIT * len(V) * size).any(0) & (slope > SLOPED * length)).any())

    def _penalty_slopes(self, w: Array, V: Array) -> tuple[Array, Array]:
        """Slopes of the penalty along raw directions V (d + 1, r), and by how much they may differ: where w_j is 0."""
        raw = self.objective.raw
        slope = raw.l2 * w + penalty_slope(w, raw.l1)
        return (slope * V).sum(0), (np.where(w == 0, raw.l1.max(0), 0.0) * np.abs(V)).sum(0)

    @cached_property
    def _flat(self) -> Array:
        """Raw directions (d + 1, r) along which the covariances see no predictor change."""
        if not self.rows.forms_curvature:
            return np.zeros((self.rows.shape[1] + 1, 0))
        mean, spread, *_ = central_moments(self.rows)
        if not self.objective.free_intercept:
            null = null_directions(spread + np.outer(mean, mean))
            return np.vstack((null, np.zeros(null.shape[1])))
        null = null_directions(spread)
        return np.vstack((null, -mean @ null))

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory up to its best round."""
        path = super().chosen(path)
        return replace(path, meta={**path.meta, self.sequence.counted_as: int(path.step[-1])})


def pieces(problem: Problem, rows: Rows, plan: Plan, target: float, scale: float) -> tuple[Descent, CertifiedStop]:
    """The descent by interior-point steps or rounds of smoothing, and its certified stop."""
    if rows.outputs > 1:
        raise UsageError("a non-smooth loss takes one target at a time: fit each target by itself")
    if problem.loss.piecewise_linear and plan.rows.forms_curvature:
        sequence: NonsmoothSequence = InteriorPoint(problem, plan.rows)
    else:
        sequence = Smoothing(problem, plan.rows, target)
    states = continued(problem, plan.method, plan.rows, plan.point, sequence)
    return states, CertifiedPieces(problem, rows, plan, target, scale, sequence)
