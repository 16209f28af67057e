"""The certified stop: when a descent may end, because a certificate says that its answer is good enough."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.progress import Progress, Told
from ..core.types import Array
from ..data.rows import Rows
from ..descent.engine import Descent
from ..descent.states import Checkpoint, State
from ..descent.stops import Stop
from ..descent.trajectory import Trajectory
from ..methods.rules import Secant
from ..objective.data import MATRIX_COLUMNS
from ..objective.objective import Objective
from ..objective.problem import Problem
from ..optimality.certificate import ROUNDING, Certificate, certify, separating
from ..optimality.newton_decrement import NewtonDecrement, decrement_of
from ..optimality.preconditioner import preconditioner_of
from .auto.cost_model import expensive
from .auto.plan import Plan

__all__ = ["CertifiedStop"]

SMALL_ROUNDING = 1e-6  # share of the constant model's cost up to which a bound of rounding counts as near enough
SHARE, LESSON = 0.3, 30.0  # predicted decrease, in target gaps, that is worth a certificate; where it teaches
NEAR_ZERO = 0.1  # share of the constant model's cost below which the classes may be separated


def stalled() -> Stop:
    """When a preconditioned step does not lower the cost: what is left is rounding."""
    return Stop(lambda s: s.change <= 0.0, "no step lowers the cost")


class CertifiedStop:
    """Certificates of one fit: taken when the descent's own estimate says that they are worth their cost, and kept."""

    def __init__(self, problem: Problem, rows: Rows, plan: Plan, target: float, scale: float) -> None:
        self.problem, self.rows, self.plan, self.target, self.scale = problem, rows, plan, target, scale
        self._taken: dict[int, Certificate] = {}  # by step
        self._wanted = np.inf  # predicted decrease at which a certificate is worth its cost
        self.objective = Objective(problem, plan.data)
        self.preconditioner = preconditioner_of(self.objective, plan.method)
        self.decrement: NewtonDecrement | None = None
        known = problem.loss.quadratic and not plan.method.preconditioned and self.objective.d <= MATRIX_COLUMNS
        if known or not plan.data.supports.rows:
            self.decrement = decrement_of(self.objective, None)

    @property
    def _teaches(self) -> bool:
        """Whether a proof by conjugate gradients has a step to teach, and a rule that remembers it."""
        return isinstance(self.plan.method.rule, Secant) and self.problem.l2 > 0

    def continued(self, states: Descent) -> Descent:
        """The descent as it is."""
        return states

    def stops(self, tol: float | None) -> list[Stop]:
        """When the certified gap is small enough, or below its rounding, or the classes are separated."""
        if tol is None:
            return []
        found = [Stop(self._enough, "certified", check=True)]
        return [*found, stalled()] if self.plan.method.preconditioned else found

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory as it is: its last state is the best."""
        return path

    def told(self, progress: Told | None, early: bool) -> Told | None:
        """Progress that is told the gap of the last certificate too; ``early``: the run may end before its limit."""
        if progress is None:
            return None

        def tell(now: Progress) -> None:
            last = self.latest
            target = self.target if last is None else self.reached(last)
            progress(now._replace(gap=last and last.gap, target=float(target) if early else None))

        return tell

    @property
    def latest(self) -> Certificate | None:
        """The certificate that was taken last."""
        return next(reversed(self._taken.values()), None)

    def taken(self, step: int) -> Certificate | None:
        """The certificate of the state after that step, if one was taken."""
        return self._taken.get(step)

    def certificate(self, w: Array) -> Certificate:
        """A certificate of w (d + 1, k), in the units of the descent."""
        return certify(self.objective, w, self.decrement)

    def _enough(self, state: State) -> bool:
        if self.separates(state.cost, self.plan.data.units.raw(state.w)):
            return True
        if not (self._near_by_step(state) if self.plan.method.preconditioned else self._near_by_change(state)):
            return False
        metric = self._metric(state)
        at = state.origin
        known = (at.cost, at.g) if at.t == state.t and at.g is not None else None
        found = certify(self.objective, state.w, self.decrement, metric, known, self.target, self._learn(at))
        if found.gap is not None:
            self._taken[state.t] = found
        return found.gap is not None and bool(found.gap <= self.reached(found))

    def reached(self, found: Certificate) -> float:
        """The gap that is small enough: what was asked for, or rounding as long as that is small itself."""
        return max(self.target, min(2 * found.rounding, SMALL_ROUNDING * self.scale))

    def _near_by_change(self, state: State) -> bool:
        """Whether the last step gained so little that the optimum may be near."""
        return not abs(state.change) > 10 * max(self.target, ROUNDING * state.cost)

    def _near_by_step(self, state: State) -> bool:
        """Whether the next step predicts so small a decrease; after a certificate that failed, a tenth of that."""
        at, preconditioner = state.origin, self.preconditioner
        if (state.t == 0 and not preconditioner.known_at_start) or at.g is None:
            return False
        fall = preconditioner.predicted_decrease(at.memory, at.at, at.g, at.t)
        share = 1.0 if preconditioner.complete else LESSON if self._teaches else SHARE
        if fall > min(self._wanted, share * max(self.target, ROUNDING * state.cost)) and not state.change <= 0.0:
            return False
        self._wanted = 0.1 * fall
        return True

    def _metric(self, state: State) -> Any:
        """The preconditioner of the descent, where the curvature of all rows would be expensive."""
        found = self.preconditioner.curvature(state.origin.memory)
        if found is None or found.ndim == 1:
            return found
        return found if self.decrement is None and expensive(self.rows.size) else None

    def _learn(self, at: Checkpoint) -> Any:
        """Let a rule that remembers steps learn Newton's step from a proof that fails: it is then the next one."""
        if not self._teaches:
            return None
        return lambda step, change: self.plan.method.rule.learn(step, change, at.memory)

    def separates(self, cost: float, raw: Array) -> bool:
        """Whether a point, raw, with this cost separates the classes: a run ends there."""
        near = self.problem.separable and cost < NEAR_ZERO * self.scale
        return near and separating(self.problem, self.rows, raw)
