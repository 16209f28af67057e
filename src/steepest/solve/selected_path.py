"""Paths over working sets: the optima for decreasing penalty weights, several of them for each pass over the table.

For some penalty weights at a time the objective is minimised over the working set, each from the last optimum. One
pass gives the slopes of all columns at all of these optima, and so the duality gap of each: it proves those that it
can. The columns that are beyond the bound at the first of the others join, and it goes on from there. Which columns are
likely to be needed is guessed beforehand, as by the strong rules; the gaps find what was missed.

Tibshirani, R. et al. (2012). Strong rules for discarding predictors in lasso-type problems. J. R. Statist. Soc. B 74.
doi:10.1111/j.1467-9868.2011.01004.x
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..core.records import to_spec
from ..core.types import Array
from ..core.units import coef_and_intercept
from ..descent.descent import descend
from ..descent.recording import settings_of
from ..descent.states import Checkpoint
from ..descent.trajectory import Trajectory
from ..objective.data import ColumnStats
from ..objective.penalties import elastic
from ..objective.problem import Problem
from ..optimality.duality import PointGap
from ..optimality.restricted_newton import RestrictedPoint
from .auto.plan import Plan
from .auto.working_sets import INNER, WorkingSets
from .certified_stop import SMALL_ROUNDING, SMALLER
from .path_point import FEW, PathPoint
from .settings import Limits

__all__ = ["selected_path"]

MANY = 8  # most penalty weights for one pass
STRONG = 0.3  # share of the fall of the penalty weight by which slopes are expected to grow at most
NEAR = 0.05  # columns that join with those beyond the bound: so near to it, relative to the penalty weight


class _Answer(NamedTuple):
    """A point in the units of the descent, with what the next one is compared to."""

    w: Array  # (d + 1, 1)
    slopes: Array  # (d + 1, 1) gradient of the mean loss
    loss: float  # mean loss


class _Path:
    """A path up to its last ``answer``."""

    def __init__(self, problem: Problem, plan: Plan, limits: Limits, scale: float) -> None:
        self.problem, self.plan, self.scale, self.max_iter = problem, plan, scale, limits.max_iter
        self.target = target = (limits.tol or 0.0) * scale
        stats = ColumnStats(plan.columns.mean, plan.columns.variance)
        self.sets = WorkingSets(problem, plan.rows, stats, target)
        self.enough, self.tries, self.gap = INNER * target, 0, np.inf  # of the penalty weight to come
        at = np.zeros((plan.rows.shape[1] + 1, 1)) if plan.point is None else plan.point
        F = self.sets.objective
        cost, g = self.sets.look(at)
        self.answer = _Answer(at, g - F.free * F.l2 * at, cost - _penalty(self.sets, at))
        states = descend(problem, plan.method, plan.data, start=Checkpoint(0, at, np.zeros(0)))
        self.meta = {**settings_of(states), "interrupted": False}

    def on(self, alpha: float, l1_ratio: float) -> WorkingSets:
        """The working sets for one penalty weight."""
        return self.sets.on(replace(self.problem, penalty=elastic(alpha, l1_ratio)))

    def expect(self, last: WorkingSets, before: float, after: float) -> None:
        """Add the columns that are likely to be needed up to the penalty weight ``after``."""
        away, weights = last.away(self.answer.slopes[:, 0]), last.objective.l1[:, :-1, 0].min(0)
        grows = STRONG * (before / after - 1.0) * weights / np.maximum(last.correlations.about_shift, 1e-300)
        last.active.add(np.flatnonzero(last.others & (away < grows)))

    def minimised(self, sets: WorkingSets, w: Array) -> tuple[Array, RestrictedPoint]:
        """The optimum over the working set, from w (d + 1, 1)."""
        at = sets.active.coordinates
        here = sets.restricted(w).minimised(w[at, 0], self.enough)
        w = w.copy()
        w[at, 0] = here.u
        return w, here

    def reached(self, found: PointGap) -> bool:
        """Whether a gap is small enough, or no smaller one can be proven."""
        gap, rounding = found.proven.gap, found.proven.rounding
        return bool(gap <= max(self.target, min(2 * rounding, SMALL_ROUNDING * self.scale)))

    def goes_on(self, sets: WorkingSets, found: PointGap, g: Array) -> bool:
        """Whether another round can lower the gap: columns beyond the bound join, or the optimum is to be finer."""
        away, weights = sets.away(g[:, 0]), sets.objective.l1[:, :-1, 0].min(0)
        if (sets.others & (away < 0)).any():
            size = np.maximum(sets.correlations.about_shift, 1e-300)
            sets.active.add(np.flatnonzero(sets.others & (away < NEAR * weights / size)))
        elif found.proven.gap > SMALLER * self.gap:
            return False
        else:
            self.enough *= 0.1
        self.tries, self.gap = self.tries + 1, found.proven.gap
        return self.tries < self.max_iter

    def point(self, sets: WorkingSets, w: Array, here: RestrictedPoint, found: PointGap, g: Array) -> PathPoint:
        """The answer for one penalty weight, with its trajectory from the last one."""
        F, last, units = sets.objective, self.answer, self.plan.data.units
        start = F.subgradient(last.w, last.slopes + F.free * F.l2 * last.w)
        norms = [float(np.linalg.norm(F.raw_gradient(slope))) for slope in (start, F.subgradient(w, g))]
        costs = np.array([last.loss + _penalty(sets, last.w), here.cost])
        rounds = self.tries + 1
        step = np.array([0, rounds])
        raw = units.raw(np.stack((last.w, w)))
        good = self.reached(found)
        end = "certified" if good else "epochs"
        meta: dict[str, Any] = {**self.meta, "penalty": to_spec(F.problem.penalty), "end": end}
        meta["working_set"] = len(sets.active.numbers)
        rate, time = np.array([0.0, 1.0]), np.zeros(2)
        path = Trajectory(
            *coef_and_intercept(raw), step, step * 1.0, rate, time, costs, np.array(norms), step, (), meta
        )
        path = path.upto(0) if np.array_equal(w, last.w) else path
        self.answer = _Answer(w, g - F.free * F.l2 * w, here.cost - _penalty(sets, w))
        self.enough, self.tries, self.gap = INNER * self.target, 0, np.inf
        return PathPoint(raw[1], float(found.proven.gap), not good, path)


def selected_path(
    problem: Problem, plan: Plan, alphas: Array, l1_ratio: float, limits: Limits, scale: float
) -> Iterator[PathPoint]:
    """The optimum for each penalty weight, in decreasing order. Cost: some passes for every ten penalty weights.

    ``scale`` is the cost of the constant model.
    """
    path = _Path(problem, plan, limits, scale)
    done, count, before = 0, FEW, float(alphas[0])
    while done < len(alphas):
        some = [path.on(float(alpha), l1_ratio) for alpha in alphas[done : done + count]]
        path.expect(some[-1], before, float(alphas[done + len(some) - 1]))
        w, points = path.answer.w, []
        for sets in some:
            w, here = path.minimised(sets, w)
            points.append((sets, w, here, sets.dual(here)))
        slopes = path.sets.correlations(np.column_stack([dual.r for *_, dual in points]))
        accepted = 0
        for (sets, w, here, dual), v in zip(points, slopes.T, strict=True):
            found, g = sets.judged_by(w, here, dual, v)
            if not path.reached(found) and path.goes_on(sets, found, g):
                break
            yield path.point(sets, w, here, found, g)
            accepted += 1
        before = float(alphas[max(0, done + accepted - 1)])
        done += accepted
        count = min(2 * count, MANY) if accepted == len(some) else max(2, accepted)


def _penalty(sets: WorkingSets, w: Array) -> float:
    """Penalty at w (d + 1, 1)."""
    F, zeros = sets.objective, np.zeros_like(w)
    return float(F.complete(w, 0.0, zeros)[0])
