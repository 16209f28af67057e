"""The end of a fit by batches of a table in parts: which state is reported, its certificate and its verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...core.types import Array
from ...descent.states import State
from ...descent.stops import Stop
from ...descent.trajectory import Trajectory
from ...objective.data import MATRIX_COLUMNS
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...optimality.certificate import ROUNDING, Certificate
from ...optimality.curvature import hessian
from ...optimality.newton_decrement import NewtonDecrement
from ...optimality.verdict import judge
from ...parts.parts import Parts
from ..auto.plan import Plan
from ..evidence import evidence_of
from ..run import Run
from .curved import Curved

__all__ = ["CertifiedEpochs", "judged"]

NEAR = 10.0  # target gaps by which the cost may change in an epoch at the end of which a certificate is worth a pass


class CertifiedEpochs:
    """The certificates of a fit by batches: each is a pass for value, gradient and, if it is affordable, Hessian."""

    def __init__(self, parts: Parts, problem: Problem, plan: Plan, target: float, scale: float) -> None:
        self.parts, self.problem, self.plan, self.target, self.scale = parts, problem, plan, target, scale
        self.curved = parts.shape[1] <= MATRIX_COLUMNS and plan.data.outputs == 1 and not problem.loss.nonsmooth
        self.objective = Objective(problem, Curved(parts, parts.survey, plan.data.units, self.curved))

    def stop(self) -> Stop:
        """A stop at the end of an epoch where the gap is small enough."""
        return Stop(self._enough, "certified", check=True)

    def _enough(self, state: State) -> bool:
        if not abs(state.change) <= NEAR * max(self.target, ROUNDING * state.cost):
            return False
        found = self.certificate(state.w)
        return found.gap is not None and found.gap <= self.target

    def certificate(self, w: Array) -> Certificate:
        """A certificate of w (d + 1, k) in the units of the descent, by the Newton decrement if that is affordable."""
        cost, g = self.objective(w)
        norm = float(np.linalg.norm(self.objective.raw_gradient(g)))
        fall = NewtonDecrement(self.objective, hessian(self.objective, w))(g) if self.curved else None
        if fall is None or not np.isfinite(fall):
            return Certificate(None, "none", norm)
        rounding = ROUNDING * abs(cost)
        kind = "decrement" if self.problem.loss.quadratic else "prediction"
        return Certificate(fall + rounding, kind, norm, rounding)


def judged(certified: CertifiedEpochs, path: Trajectory) -> Run:
    """The run: its reported state, certificate and verdict."""
    i = _reported(path)
    coef, intercept = path.coef[i].reshape(certified.objective.d, -1), np.atleast_1d(path.intercept[i])
    raw = np.concatenate((coef, intercept[None]))
    certificate = certified.certificate(certified.plan.data.units.scaled(raw))
    reached = float(path.cost[np.searchsorted(path.cost_step, path.step[i])])
    target = max(certified.target, 2 * ROUNDING * min(abs(reached), certified.scale))
    facts = {"reached": reached, "target": target, "scale": certified.scale, "separated": None}
    verdict = judge(evidence_of(certified.problem, certified.plan, path, certificate, facts), ())
    found = {"reported_step": int(path.step[i]), "exact": None, "passes": certified.parts.passes}
    path = replace(path, verdict=verdict, meta={**path.meta, **found})
    return Run(coef, intercept, path, certificate, verdict)


def _reported(path: Trajectory) -> int:
    """The last state, or the one of lowest cost if the cost rose; with held-out rows the best."""
    if "validation" in path.meta:
        return int(np.searchsorted(path.step, path.meta["validation"]["step"]))
    risen = path.cost[-1] > path.cost[0] + ROUNDING * abs(path.cost[0]) and path.cost[0] != 0.0
    if path.meta["end"] != "overflow" and path.cost_step[-1] == path.step[-1] and not risen:
        return len(path) - 1
    return int(np.searchsorted(path.step, path.cost_step[np.argmin(path.cost)]))
