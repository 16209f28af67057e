"""The certified stop: it ends a descent when a certificate shows that the gap is small enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..core.progress import Progress, Told
from ..core.types import Array
from ..data.rows import Rows
from ..descent.continuation import ProblemSequence
from ..descent.states import Checkpoint, State
from ..descent.stops import Stop
from ..descent.trajectory import Trajectory
from ..methods.rules import Secant
from ..objective.data import MATRIX_COLUMNS
from ..objective.objective import Objective
from ..objective.problem import Problem
from ..optimality.certificate import ROUNDING, Certificate, Learn, certified
from ..optimality.duality import Proven
from ..optimality.last_step import LastStep, last_step
from ..optimality.newton_decrement import NewtonDecrement, decrement_of
from ..optimality.preconditioner import Preconditioner, Shared, preconditioner_of
from .auto.cost_model import expensive
from .auto.plan import Plan

if TYPE_CHECKING:
    from ..optimality.recession_cone import Cone

__all__ = ["CertifiedRounds", "CertifiedStop", "ProvenSequence"]

SMALL_ROUNDING = 1e-6  # share of the constant model's cost up to which a rounding bound is accepted as the gap
LEAP = 300.0  # target gaps from which Newton's step may lead to the end
FINE = 1e-6  # standard errors from the optimum from which no step is worth its pass
SHARE, LEARNING = 0.3, 30.0  # predicted decrease, in target gaps, at which to certify; if the rule learns from it
FEW_DIGITS = 1e-4  # predicted decrease, in target gaps, at which to certify where a step is cheap
IDLE, SMALLER = 25, 0.9  # most rounds in which the gap does not become smaller by this factor
SHARED = 5.0  # the same where classes share a metric, and conjugate gradients find Newton's step
SUDDEN = 1e3  # predicted decreases of a step are not so much smaller than the decrease by the step before
NEAR_ZERO = 0.1  # share of the constant model's cost below which the loss of every row may recede


def stalled() -> Stop:
    """A stop where a preconditioned step does not lower the cost: the rest is rounding."""
    return Stop(lambda s: s.change <= 0.0, "no step lowers the cost")


class CertifiedStop:
    """The certificates of a fit: computed when the predicted decrease is small, and stored by step."""

    def __init__(
        self,
        problem: Problem,
        rows: Rows,
        plan: Plan,
        target: float,
        scale: float,
        preconditioner: Preconditioner | None = None,
        leaps: bool = False,
    ) -> None:
        self.problem, self.rows, self.plan, self.target, self.scale = problem, rows, plan, target, scale
        self.last_digits = False  # whether all digits are asked for
        self.weights_given = 1.0  # sum of the weights as they were given, relative to that of the rows
        self._cones: dict[int, Cone] | None = None
        self._taken: dict[int, Certificate] = {}  # by step
        smooth = plan.method.preconditioned and plan.data.supports.rows and not problem.proximal
        self.leaps = leaps and smooth  # whether the run may end by Newton's step in place of its rule's own
        self.end: tuple[State, LastStep] | None = None  # the last state, and the end of Newton's step from there
        self._wanted = np.inf  # predicted decrease at which to certify next
        self.preconditioner = preconditioner or preconditioner_of(Objective(problem, plan.data), plan.method)
        self.objective = self.preconditioner.objective
        self.decrement: NewtonDecrement | None = None
        known = problem.loss.quadratic and not plan.method.preconditioned and self.objective.d <= MATRIX_COLUMNS
        if known or not plan.data.supports.any_loss:
            self.decrement = decrement_of(self.objective, None)

    @property
    def _learns(self) -> bool:
        """Whether the rule learns the step that conjugate gradients find for a proof."""
        learns = isinstance(self.plan.method.rule, Secant) or isinstance(self.preconditioner, Shared)
        return learns and self.problem.l2 > 0

    def stops(self, tol: float | None) -> list[Stop]:
        """Stops where the certified gap is small enough or below its rounding, or the loss of every row recedes."""
        if tol is None:
            return []
        self.last_digits = tol == 0
        found = [Stop(self._enough, "certified", check=True)]
        return [*found, stalled()] if self.plan.method.preconditioned else found

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory, unchanged: its last state is the best."""
        return path

    def told(self, progress: Told | None, early: bool) -> Told | None:
        """Progress with the gap of the last certificate added; ``early``: the run may end before its limit."""
        if progress is None:
            return None

        def tell(now: Progress) -> None:
            last = self.latest
            target = self.target if last is None else self.reached(last)
            progress(now._replace(gap=last and last.gap, target=float(target) if early else None))

        return tell

    @property
    def latest(self) -> Certificate | None:
        """The latest certificate."""
        return next(reversed(self._taken.values()), None)

    def taken(self, step: int) -> Certificate | None:
        """The certificate of the state after a step, if there is one."""
        return self._taken.get(step)

    def certificate(self, w: Array) -> Certificate:
        """A certificate of w (d + 1, k), in the units of the descent."""
        near = self.preconditioner.expansion(w) if self.decrement is None else None
        return certified(self.objective, w, self.decrement, known=near).certificate

    def _enough(self, state: State) -> bool:
        if self._low(state.cost) and self.recedes(state.cost, self.plan.data.units.raw(state.w)):
            return True
        if not (self._near_by_step(state) if self.plan.method.preconditioned else self._near_by_change(state)):
            return False
        metric = self._metric(state)
        at = state.origin
        moves = at.t == state.t and not self.plan.method.answers  # the gradient kept is that at the point that moves
        known = (at.cost, at.g) if moves and at.g is not None else None
        near = self.preconditioner.expansion(state.w) if self.decrement is None else None
        whole = certified(self.objective, state.w, self.decrement, metric, near or known, self.target, self._learn(at))
        found = whole.certificate
        if found.gap is None:
            return False
        self._taken[state.t] = found
        enough = self._small(found)
        if enough and self._fine(found):
            return True
        if self.leaps and found.kind != "prediction" and found.gap <= LEAP * self.reached(found):
            end = last_step(self.objective, whole)
            enough = enough or (end is not None and self._small(end.certificate))
            self.end = None if end is None else (state, end)
        return enough

    def _fine(self, found: Certificate) -> bool:
        """Whether a certified answer has the digits that are worth a step, so that none is taken from it."""
        errors = found.standard_errors
        return not self.last_digits and (errors is None or errors <= FINE)

    def _small(self, found: Certificate) -> bool:
        return found.gap is not None and found.kind != "prediction" and bool(found.gap <= self.reached(found))

    def reached(self, found: Certificate) -> float:
        """The gap that is small enough: the target, or the rounding bound if that is small itself."""
        return max(self.target, min(2 * found.rounding, SMALL_ROUNDING * self.scale))

    def _near_by_change(self, state: State) -> bool:
        """Whether the last step lowered the cost so little that the optimum may be near."""
        return not abs(state.change) > 10 * max(self.target, ROUNDING * state.cost)

    def _near_by_step(self, state: State) -> bool:
        """Whether the predicted decrease of the next step is small; after a failed certificate, a tenth of that."""
        at, preconditioner = state.origin, self.preconditioner
        if (state.t == 0 and not preconditioner.known_at_start) or at.g is None:
            return False
        if state.t > 0 and not self.plan.data.supports.rows:
            return True  # a step on moments ends near the optimum
        near = min(self._wanted, self._share * max(self.target, ROUNDING * state.cost))
        if not preconditioner.complete and state.change > SUDDEN * near:
            return False
        fall = preconditioner.predicted_decrease(at.memory, at.at, at.g, at.t)
        if fall > near and not state.change <= 0.0:
            return False
        self._wanted = 0.1 * fall
        return True

    @property
    def _share(self) -> float:
        """Predicted decrease, in target gaps, at which to certify."""
        if isinstance(self.preconditioner, Shared):
            return SHARED if self.leaps else SHARE
        if self.preconditioner.cheap:
            return FEW_DIGITS
        if self.preconditioner.complete:
            return LEAP if self.leaps and not self.plan.data.supports.joint else 1.0
        return LEARNING if self._learns else SHARE

    def _metric(self, state: State) -> Array | None:
        """The preconditioner of the descent, if the Hessian over all rows is expensive."""
        found = self.preconditioner.curvature(state.origin.memory)
        if found is None or found.ndim == 1 or isinstance(self.preconditioner, Shared):
            return found
        return found if self.decrement is None and expensive(self.rows.size) else None

    def _learn(self, at: Checkpoint) -> Learn | None:
        """Let the rule learn Newton's step from a failed proof, so that its next step is that one."""
        if not self._learns:
            return None
        return lambda step, change: self.plan.method.rule.learn(step, change, at.memory)

    def _low(self, cost: float) -> bool:
        """Whether a cost is so low that the loss of every row may recede."""
        scale = self.scale if self.scale > ROUNDING else 1.0  # all rows alike: the constant model costs nothing
        return self.problem.may_recede and cost < NEAR_ZERO * scale

    def recedes(self, cost: float, raw: Array) -> bool:
        """Whether the loss of every row falls without end along a raw point with this cost, which ends a run."""
        if not self._low(cost):
            return False
        from ..optimality.recession import recedes_completely  # few fits come so far
        from ..optimality.recession_cone import cones

        if self._cones is None:
            self._cones = cones(self.problem, self.rows)
        parts = ((cone, raw if cone.outputs > 1 else raw[:, c : c + 1]) for c, cone in self._cones.items())
        return any(recedes_completely(cone, w) for cone, w in parts)


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
