"""Prospects of an unfinished run: how many steps are left, and how much of its noise is bias."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.types import Array
from ..descent.trajectory import Trajectory
from ..methods import estimates, steps
from ..objective.data import MATRIX_COLUMNS
from ..optimality.evidence import Sense, steady
from ..optimality.forecast import Course, course_of
from .auto.plan import Plan
from .certified_stop import CertifiedStop

__all__ = ["Prospects", "prospects_of"]

ENOUGH = 10  # recorded late points of which a mean is taken


class Prospects(NamedTuple):
    """What an unfinished run has ahead."""

    left: float | None = None  # steps until the gap is at most the target; None where that is not computed
    bias: float | None = None  # share of the late gap of sampled steps that is not noise; None where not known


def prospects_of(
    plan: Plan, path: Trajectory, certified: CertifiedStop, place: int, least: float, target: float
) -> Prospects:
    """The prospects of a run that reports the state at ``place``, where ``least`` is the minimum by its certificate.

    Cost: 10 d^3 flops and one pass, for squared losses at a constant rate; for other losses and sampled steps three.
    """
    method, made = plan.method, int(path.step[-1])
    own, sampled = isinstance(method.estimate, estimates.OwnRows), method.batch_size is not None
    if not own or method.answers or path.step[0] or made < 1 or not (sampled or place == len(path) - 1):
        return Prospects()
    course = _course(plan, path, certified)
    left = None if course is None else course.left(made, target, mean=sampled)
    costs = path.cost[path.cost_step > made / 2]
    if not sampled or not steady(method.learning_rate, made) or not len(costs):
        return Prospects(left)
    if course is None:
        return Prospects(left, _bias(path, certified, float(costs.mean())))
    height = float(costs.mean()) - least
    return Prospects(left, course.gap(course.after(made)) / height if height > 0 else None)


def _course(plan: Plan, path: Trajectory, certified: CertifiedStop) -> Course | None:
    """The course of a linear rule at a constant rate below its limit, for a squared loss."""
    rule, rate, decrement = plan.method.rule, plan.method.learning_rate, certified.decrement
    if rule.stability is None or not isinstance(rate, steps.Constant) or certified.problem.proximal:
        return None
    if decrement is None or not certified.problem.loss.quadratic or plan.method.preconditioned:
        return None
    objective, scaled = certified.objective, plan.data.units.scaled
    free, first, last = objective.moves, scaled(_raw(path, 0)), scaled(_raw(path, -1))
    H, g = decrement.matrix[np.ix_(free, free)], objective(last)[1]
    found = course_of(H, g[free], (last - first)[free], rule, rate.eta)
    stable = rate.eta * found.curvature.max(initial=0.0) < rule.stability
    return found if stable else None


def _raw(path: Trajectory, place: int) -> Array:
    """A recorded state as (d + 1, k), raw."""
    intercept = np.atleast_1d(path.intercept[place])
    return np.concatenate((path.coef[place].reshape(-1, len(intercept)), intercept[None]))


def _bias(path: Trajectory, certified: CertifiedStop, cost: float) -> float | None:
    """Share of the late gap, at a mean ``cost``, that the mean of the late points has too.

    Noise is lost in the mean of points that are independent; slow progress, and noise as slow as the run is long, stay.
    """
    late = np.flatnonzero(path.step > path.step[-1] / 2).tolist()
    if certified.objective.d > MATRIX_COLUMNS or len(late) < ENOUGH:
        return None
    mean = certified.plan.data.units.scaled(np.mean([_raw(path, i) for i in late], axis=0))
    found = certified.certificate(mean)
    if found.gap is None:
        return None
    predicted = Sense.of(found.kind, certified.problem.loss.quadratic) is Sense.PREDICTED
    gap = 0.5 * found.gap if predicted else found.gap
    height = gap + cost - certified.objective(mean)[0]
    return gap / height if height > 0 else None
