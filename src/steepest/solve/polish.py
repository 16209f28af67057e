"""Polish: the last digits of an ill-conditioned least-squares answer, which no sufficient statistics hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.units import RAW
from ..data.refinement import Polished, polished
from ..data.rows import Rows
from ..descent.trajectory import Trajectory
from ..objective.objective import Coordinates
from ..objective.problem import Problem
from ..optimality.certificate import ROUNDING, Certificate
from .auto.plan import Plan

__all__ = ["polish"]

ENDS = ("certified", "no step lowers the cost")
ILL = 1e8  # condition number of the curvature from which half of the digits would be lost


def polish(
    path: Trajectory, rows: Rows, problem: Problem, plan: Plan, asked: bool
) -> tuple[Trajectory, Plan, Certificate | None]:
    """Go on from the end of a run on moments with steps over the rows, in double-double precision, to the minimiser.

    Only where it is ``asked`` for or the curvature is ill-conditioned. Where columns depend on each other the answer of
    the moments stays, the one of least norm. Cost: a factor of the rows (2 n d^2 flops), some 40 full passes' time for
    each of two or three steps.

    Returns
    -------
    Trajectory, Plan, Certificate or None
        The certificate of its end, where it went on.
    """
    moments = plan.columns.moments
    if moments is None or not plan.method.preconditioned or problem.proximal or path.meta["end"] not in ENDS:
        return path, plan, None
    if not asked and (plan.bounds().condition or np.inf) <= ILL:
        return path, plan, None
    d = rows.shape[1]
    w = np.concatenate((path.coef[-1].reshape(d, -1), np.atleast_1d(path.intercept[-1])[None]))
    idle = np.flatnonzero(plan.columns.constant & problem.unpenalised & Coordinates(problem, d).shifts)
    without = replace(problem, fixed=(*problem.fixed, *map(int, idle)))  # the intercept does what they could
    steps, rank = polished(rows.in_units(RAW), without, w)
    if moments.null.shape[1]:
        if rank < Coordinates(without, d).free.sum():
            return path, plan, None
        plan = plan._replace(columns=plan.columns._replace(null=np.eye(d)[:, idle]))
    return _then(path, steps), plan, _certificate(problem, steps[-1])


def _then(path: Trajectory, steps: list[Polished]) -> Trajectory:
    """The trajectory and these steps, the first of which is its end."""
    if len(steps) == 1:
        return path
    norms = np.array([np.linalg.norm(step.gradient) for step in steps])
    later = Trajectory.of(np.stack([step.w for step in steps]), np.array([step.cost for step in steps]), norms)
    later = later.shifted(int(path.step[-1]), float(path.epoch[-1]), float(path.seconds[-1]))
    return replace(path.then(later), meta={**path.meta, "polished": len(steps) - 1})


def _certificate(problem: Problem, last: Polished) -> Certificate:
    kind = "duality gap" if problem.penalised_throughout else "decrement"
    least = ROUNDING * abs(last.cost)
    return Certificate(last.excess + least, kind, float(np.linalg.norm(last.gradient)), least)
