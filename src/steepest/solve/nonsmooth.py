"""Non-smooth losses in the automatic mode: steps of `interior_point`, or rounds of `smoothing`, each certified."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from ..core.errors import UsageError
from ..core.types import UNIT, Array
from ..data.moments import central_moments, null_directions
from ..data.rows import Rows
from ..descent.continuation import continued
from ..descent.engine import Descent
from ..descent.states import State
from ..descent.stops import Stop
from ..descent.trajectory import Trajectory
from ..objective.problem import Problem
from ..objective.prox import penalty_slope
from ..optimality.certificate import Certificate
from ..optimality.duality import provable
from .auto.interior_point import InteriorPoint
from .auto.plan import Plan
from .auto.smoothing import Smoothing
from .certified_stop import CertifiedStop

__all__ = ["CertifiedRounds", "rounds"]

UNSEEN, SLOPED = 16, 1e-6  # roundings of a predictor, and share of the largest possible slope, that count as none
IDLE, SMALLER = 25, 0.9  # most rounds in which the gap does not become smaller by this factor


class CertifiedRounds(CertifiedStop):
    """The certified stop of a descent by rounds: every round has a gap, and the answer is that of the smallest."""

    def __init__(
        self, problem: Problem, rows: Rows, plan: Plan, target: float, scale: float, sequence: Smoothing | InteriorPoint
    ) -> None:
        super().__init__(problem, rows, plan, target, scale)
        self.sequence = sequence
        self.best: State | None = None
        self.gap = np.inf  # the smallest gap
        self.progress = 0  # the last round in which it became smaller by a factor

    def stops(self, tol: float | None) -> list[Stop]:
        """Stops where the gap is small enough, or has not decreased for many rounds."""
        idle = Stop(self._idle, "no step lowers the cost", check=True)
        return [idle] if tol is None else [Stop(self._enough, "certified", check=True), idle]

    def _enough(self, state: State) -> bool:
        found = self._certificate_of(state)
        return found is not None and found.gap is not None and bool(found.gap <= self.reached(found))

    def _idle(self, state: State) -> bool:
        self._certificate_of(state)
        return self.best is not None and state.t - self.progress >= IDLE

    def _certificate_of(self, state: State) -> Certificate | None:
        """The certificate of a round, taken once; the best round is kept. None at the start."""
        if state.t > 0 and state.t not in self._taken:
            self._taken[state.t] = found = self._certificate(state)
            gap = np.inf if found.gap is None else found.gap
            if gap < self.gap or self.best is None:
                self.progress = state.t if gap < SMALLER * self.gap else self.progress
                self.best, self.gap = state, gap
        return self.taken(state.t)

    def _certificate(self, state: State) -> Certificate:
        """A duality gap if it is a proof, else an estimate by the same slopes."""
        proven = self.sequence.proven(state.origin)
        if not np.isfinite(proven.gap):
            return Certificate(None, "none", state.gradient_norm)
        if provable(self.problem):
            return Certificate(proven.gap, "duality gap", state.gradient_norm, proven.rounding)
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
        if self.best is not None:
            w = self.plan.data.units.raw(self.best.w)
            path = path.insert(self.best._replace(w=w)).upto(self.best.t)
        return replace(path, meta={**path.meta, self.sequence.counted_as: int(path.step[-1])})


def rounds(states: Descent, rows: Rows, plan: Plan, target: float, scale: float) -> tuple[Descent, CertifiedRounds]:
    """The descent with rounds in place of steps, and its certified stop."""
    if rows.outputs > 1:
        raise UsageError("a non-smooth loss takes one target at a time: fit each target by itself")
    if states.problem.loss.piecewise_linear and plan.rows.forms_curvature:
        sequence: Smoothing | InteriorPoint = InteriorPoint(states.problem, plan.rows)
    else:
        sequence = Smoothing(states.problem, plan.rows, target)
    return continued(states, sequence), CertifiedRounds(states.problem, rows, plan, target, scale, sequence)
