"""Rounds: descents whose updates each solve a problem of their own, with a certificate for each of them."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ..data.rows import Rows
from ..descent.continuation import ProblemSequence, continued
from ..descent.descent import descend
from ..descent.engine import Descent
from ..descent.states import Checkpoint, State
from ..descent.stops import Stop
from ..descent.trajectory import Trajectory
from ..objective.data import ColumnStats
from ..objective.problem import Problem, check_start
from ..optimality.certificate import Certificate
from ..optimality.duality import Proven
from .auto.plan import Plan
from .certified_stop import CertifiedStop

__all__ = ["CertifiedRounds", "ProvenSequence", "rounds"]

IDLE, SMALLER = 25, 0.9  # most rounds in which the gap does not become smaller by this factor


class ProvenSequence(ProblemSequence, Protocol):
    """A sequence of problems whose ends have a duality gap."""

    def proven(self, there: Checkpoint) -> Proven:
        """The duality gap at the end of a round."""


class CertifiedRounds(CertifiedStop):
    """The certified stop of a descent by rounds: every round has a gap, and the answer is that of the smallest."""

    def __init__(
        self, problem: Problem, rows: Rows, plan: Plan, target: float, scale: float, sequence: ProvenSequence
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
        if self.recedes(state.cost, self.plan.data.units.raw(state.w)):
            return True
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
        """The duality gap of a round."""
        proven = self.sequence.proven(state.origin)
        if not np.isfinite(proven.gap):
            return Certificate(None, "none", state.gradient_norm)
        return Certificate(proven.gap, "duality gap", state.gradient_norm, proven.rounding)

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory up to its best round."""
        if self.best is None:
            return path
        w = self.plan.data.units.raw(self.best.w)
        return path.insert(self.best._replace(w=w)).upto(self.best.t)


def rounds(problem: Problem, rows: Rows, plan: Plan, target: float, scale: float) -> tuple[Descent, CertifiedRounds]:
    """The descent with rounds in place of steps, and its certified stop."""
    d, k = rows.shape[1], rows.outputs
    at = np.zeros((d + 1, k)) if plan.start is None else plan.start
    assert not isinstance(at, Checkpoint)
    check_start(problem, at)
    certified = _certified(problem, rows, plan, target, scale)
    start = Checkpoint(0, np.array(at, np.float64), np.zeros(0))
    return continued(descend(problem, plan.method, plan.data, start=start), certified.sequence), certified


def _certified(problem: Problem, rows: Rows, plan: Plan, target: float, scale: float) -> CertifiedRounds:
    if plan.selects:
        from .selection import CertifiedSelection, WorkingSets

        stats = ColumnStats(plan.columns.mean, plan.columns.variance)
        sets = WorkingSets(problem, plan.rows, stats, target)
        return CertifiedSelection(problem, rows, plan, target, scale, sets)
    from .nonsmooth import CertifiedSmoothing, Smoothing

    return CertifiedSmoothing(problem, rows, plan, target, scale, Smoothing(problem, plan.rows, target))
