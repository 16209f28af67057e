"""Polish: the last digits of an ill-conditioned least-squares answer, which moments cannot give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.types import Array
from ..core.units import RAW
from ..data.refinement import Polished, polished
from ..data.rows import Rows
from ..descent.trajectory import Trajectory
from ..objective.objective import Objective, coordinates_of
from ..objective.problem import Problem
from ..optimality.certificate import ROUNDING, Certificate
from ..optimality.statistical_distance import exact_in_standard_errors
from .auto.plan import Plan

__all__ = ["polish"]

ENDS = ("certified", "no step lowers the cost")
ILL = 1e8  # condition number of the Hessian from which half of the digits are lost


def polish(
    path: Trajectory, rows: Rows, problem: Problem, plan: Plan, asked: bool
) -> tuple[Trajectory, Plan, Certificate | None]:
    """Continue a run on moments with steps over the rows in double-double precision, to the minimiser.

    This is done only if it is ``asked`` for or the Hessian is ill-conditioned. If columns are linearly dependent, the
    answer of least norm from the moments is kept. Cost: a QR factorisation of the rows (2 n d^2 flops), and the time of
    some 40 passes for each of two or three steps.

    Returns
    -------
    Trajectory, Plan, Certificate or None
        The certificate is that of the new end; None if there are no new steps.
    """
    moments = plan.columns.moments
    if moments is None or not plan.method.preconditioned or problem.proximal or path.meta["end"] not in ENDS:
        return path, plan, None
    if not asked and (plan.bounds().condition or np.inf) <= ILL:
        return path, plan, None
    d = rows.shape[1]
    w = np.concatenate((path.coef[-1].reshape(d, rows.outputs), np.atleast_1d(path.intercept[-1])[None]))
    idle = np.flatnonzero(plan.columns.constant & problem.unpenalised & coordinates_of(problem, d).free_intercept)
    without = replace(
        problem, fixed=(*problem.fixed, *map(int, idle))
    )  # constant columns: the intercept takes their part
    steps, rank = polished(rows.in_units(RAW), without, w)
    if moments.null.shape[1]:
        if rank < coordinates_of(without, d).free.sum():
            return path, plan, None
        plan = plan._replace(columns=plan.columns._replace(null=np.eye(d)[:, idle]))
    sizes = np.append(np.sqrt(plan.columns.mean**2 + plan.columns.variance), 1.0)
    return _then(path, steps), plan, _certificate(Objective(problem, rows), steps[-1], sizes)


def _then(path: Trajectory, steps: list[Polished]) -> Trajectory:
    """The trajectory followed by these steps, the first of which is its end."""
    if len(steps) == 1:
        return path
    w, costs, gradients = zip(*((step.w, step.cost, step.gradient) for step in steps[1:]), strict=True)
    path = path.extended(np.stack(w), np.array(costs), np.stack(gradients))
    return replace(path, meta={**path.meta, "polished": len(steps) - 1})


def _certificate(objective: Objective, last: Polished, sizes: Array) -> Certificate:
    kind = "duality gap" if objective.problem.penalised_throughout else "decrement"
    least = ROUNDING * abs(last.cost)
    away = exact_in_standard_errors(objective, last.w, sizes, last.cost, last.excess)
    return Certificate(last.excess + least, kind, float(np.linalg.norm(last.gradient)), least, away)
