"""The certificates of a fit in passes: they come from the sums of the pass that gave value and gradient."""

from __future__ import annotations

from typing import cast

import numpy as np

from ...core.types import Array
from ...descent.states import State
from ...objective.data import MATRIX_COLUMNS
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...optimality.certificate import ROUNDING, Certificate
from ...optimality.curvature import hessian
from ...optimality.duality import provable
from ...optimality.newton_decrement import decrement_of
from ...optimality.preconditioner import Preconditioner
from ...optimality.recession import Finding
from ...optimality.recession_step import none_by_step
from ...parts.parts import Parts
from ...parts.survey import Survey
from ..certified_stop import CertifiedStop
from .classes import CurvedClasses, confirmed_decrement, forms_joint_hessian, has_decrement
from .plan import PassPlan
from .recession import may_recede, recession_in_parts

__all__ = ["CertifiedPasses"]

EARLY = 2  # steps after which a direction is looked for, where predictions still move
FAR = 0.5  # change of a linear predictor by a step that is far
SAME = 1e-12  # relative change of parameters that is rounding of their units
CLEAR = 1e-6  # curvature in columns of size 1 from which that of no direction is rounding
LOWER = 0.1  # costs at which a direction is looked for again, relative to the last one


class CertifiedPasses(CertifiedStop):
    """The certified stop of a fit of a table in parts.

    Parameters
    ----------
    parts : Parts
    problem : Problem
    survey : Survey
    found : PassPlan
    target, scale : float
        The gap to reach, and the cost of the constant model.
    preconditioner : Preconditioner
        That of the descent.
    """

    def __init__(
        self,
        parts: Parts,
        problem: Problem,
        survey: Survey,
        found: PassPlan,
        target: float,
        scale: float,
        preconditioner: Preconditioner,
    ) -> None:
        super().__init__(problem, survey.sample, found.plan, target, scale, preconditioner)
        self.parts, self.survey, self.rounding = parts, survey, found.rounding
        self._last: Array | None = None
        self.finding: Finding | None = None  # once it was looked for
        self._tested = np.inf  # the cost at which it was

    def certificate(self, w: Array) -> Certificate:
        """A certificate of w (d + 1, k), in the units of the descent, with the rounding of a cost by moments."""
        if self._unknown(w):
            g = self.objective.raw_gradient(self.objective(w)[1])
            return Certificate(None, "none", float((g * g).sum() ** 0.5))
        found = super().certificate(w)
        found = self._confirmed(w, found) if self._sampled and found.gap is not None else found
        return _rounded(found, self.rounding)

    def sharpened(self, w: Array, found: Certificate) -> Certificate:
        """The certificate of w, or a sharper one from Newton's step of the coefficients that are not 0.

        Under an L1 penalty a proof is as loose as the gradient is long, while costs no longer tell points apart. With v
        the end of the step, F(w) - F(v) plus the gap of v bounds the gap of w. Cost: one pass, where the gap is above
        its target.
        """
        if found.gap is None or found.gap <= self.reached(found) or not (self.problem.proximal and self._has_matrix(w)):
            return found
        cost, g = self.objective(w)
        v = _newton_on_support(self.objective, w, g)
        fall, after = cost - self.objective(v)[0], self.certificate(v)
        rounding = after.rounding + 2 * ROUNDING * abs(cost)
        gap = np.inf if after.gap is None else max(fall, 0.0) + after.gap + 2 * ROUNDING * abs(cost)
        return found._replace(gap=float(gap), rounding=rounding) if gap < found.gap else found

    def _has_matrix(self, w: Array) -> bool:
        return not self._unknown(w) and w.shape[1] == 1 and self.objective.d <= MATRIX_COLUMNS

    def _unknown(self, w: Array) -> bool:
        """Whether there is no certificate: no matrix of second derivatives, and no proof."""
        if not self.plan.data.supports.any_loss:
            return False
        if self.plan.data.supports.joint:
            return not has_decrement(self.parts)
        if self.problem.nonsmooth or w.shape[1] > 1:
            return True
        return self.objective.d > MATRIX_COLUMNS and not provable(self.problem)

    def recedes(self, cost: float, raw: Array) -> bool:
        """Whether there is a direction of recession, from a raw point of low cost. Cost: some passes, now and then."""
        if not (may_recede(self.problem, self.survey) and self._low(cost) and cost < LOWER * self._tested):
            return False
        self._tested = cost
        return self._recedes_at(raw)

    def _enough(self, state: State) -> bool:
        self._last = state.w
        found = state.t == EARLY and self._moves(state.w) and self._recedes_at(self.plan.data.units.raw(state.w))
        if not (found or super()._enough(state)):
            return False
        if found or not self._sampled:
            return True
        self._taken[state.t] = self._confirmed(state.w, self._taken[state.t])
        return self._small(self._taken[state.t])

    @property
    def _sampled(self) -> bool:
        """Whether second derivatives are those of the sample."""
        return self.plan.data.supports.joint and not forms_joint_hessian(self.parts) and not self.problem.proximal

    def _confirmed(self, w: Array, known: Certificate) -> Certificate:
        """A certificate by second derivatives of the sample, confirmed by those of all rows. Cost: one pass."""
        fall = confirmed_decrement(self.objective, cast(CurvedClasses, self.plan.data), w)
        if fall is None or not np.isfinite(fall):
            return known._replace(gap=None, kind="none")
        return known._replace(gap=max(fall, 0.0) + known.rounding)

    def _recedes_at(self, raw: Array) -> bool:
        """Whether there is a direction of recession. It is looked for from a raw point, unless the answer is known."""
        if self.finding is None or self.finding.unknown:
            self.finding = recession_in_parts(self.parts, self.problem, raw)
        return self.finding.recession is not None

    def _moves(self, w: Array) -> bool:
        """Whether Newton's step still moves a prediction so far that the losses of some rows may recede."""
        delta = self._newton(w) if may_recede(self.problem, self.survey) else None
        return delta is not None and float((self._reach * np.abs(delta[:, 0])).max()) > FAR

    def point(self, raw: Array) -> Array:
        """Raw parameters in the units of the descent: the latest state itself where they are its own."""
        w: Array = self.plan.data.units.scaled(raw)
        same = self._last is not None and np.abs(w - self._last).max() <= SAME * np.abs(w).max()
        return cast(Array, self._last) if same else w

    def recession(self, w: Array, settled: bool) -> Finding:
        """A direction of recession at the end of a run at w (d + 1, k), or why none is ruled out.

        Of a run that is not ``settled`` nothing is claimed, so that none is looked for.

        Cost: none where Newton's step or a sample proves that there is none; else some passes.
        """
        if self.finding is not None and not self.finding.unknown:
            return self.finding
        if not settled or not may_recede(self.problem, self.survey):
            return Finding()
        delta = self._newton(w)
        offset = self.survey.sample.offset
        far = 0.0 if offset is None else float(np.abs(self.survey.offsets).max())
        clear = delta is not None and decrement_of(self.objective, w).least_curvature > CLEAR  # else it is rounding
        if clear and delta is not None and none_by_step(self.problem.loss, w, delta, self._reach, far):
            return Finding()
        return recession_in_parts(self.parts, self.problem, self.plan.data.units.raw(w), settled=True)

    def _newton(self, w: Array) -> Array | None:
        """Newton's step from w, from what its pass gave."""
        if self._unknown(w) or self.objective.d > MATRIX_COLUMNS or w.shape[1] > 1:
            return None
        return decrement_of(self.objective, w).step(self.objective(w)[1])

    @property
    def _reach(self) -> Array:
        """Largest sizes of the columns and of the intercept's 1, (d + 1,), in the units of the descent."""
        units, survey = self.plan.data.units, self.survey
        shift = 0.0 if units.shift is None else units.shift
        size = np.maximum(np.abs(survey.least - shift), np.abs(survey.most - shift))
        return np.append(size, 1.0) * units.scales(len(size))


def _rounded(found: Certificate, rounding: float) -> Certificate:
    if found.gap is None or rounding == 0.0:
        return found
    return found._replace(gap=found.gap + rounding, rounding=found.rounding + rounding)


def _newton_on_support(objective: Objective, w: Array, g: Array) -> Array:
    """The end of Newton's step from w (d + 1, 1), for the coordinates that are free and not at a kink."""
    on = np.flatnonzero(objective.moves & ((w != 0.0) | (objective.l1.max(0) == 0.0))[:, 0])
    v, slope = w.copy(), objective.subgradient(w, g)
    v[on] -= np.linalg.lstsq(hessian(objective, w)[np.ix_(on, on)], slope[on], rcond=None)[0]
    return np.where(v * w < 0.0, w, v)
