"""Finish: of the answers that predict the same, the one to report; fixed coefficients as they were given."""

from __future__ import annotations

import numpy as np

from ..core.types import Array
from ..data.moments import without
from ..descent.trajectory import Trajectory
from ..objective.losses.softmax import centred
from ..objective.objective import Coordinates
from ..objective.problem import Problem
from .auto.plan import Plan

__all__ = ["centre", "least_norm", "with_fixed"]


def least_norm(path: Trajectory, problem: Problem, plan: Plan) -> Trajectory:
    """Where columns depend on each other, give every recorded state its least raw coefficients; predictions stay.

    Only on scaled columns: on the user's own the path is the textbook's, left as it is.
    """
    null, movable = plan.columns.null, Coordinates(problem, len(plan.columns.mean)).free.all()
    if plan.data.units.scale is None or null.shape[1] == 0 or not problem.unpenalised or not movable:
        return path

    def moved(w: Array) -> Array:
        coef = without(w[:, :-1], null)
        intercept = w[:, -1] + np.tensordot(w[:, :-1] - coef, plan.columns.mean, (1, 0))
        return np.concatenate((coef, intercept[:, None]), axis=1)

    return path.mapped(moved)


def centre(path: Trajectory, problem: Problem, plan: Plan) -> Trajectory:
    """Of the answers of softmax that give the same probabilities, the one whose classes have mean 0.

    Only on scaled columns, for the same reason.
    """
    if not plan.data.supports.joint or plan.data.units.scale is None or problem.fixed:
        return path
    return path.mapped(lambda w: centred(w, not problem.unpenalised))


def with_fixed(path: Trajectory, problem: Problem, start: object) -> Trajectory:
    """Give fixed coefficients their very start, which scaling and back may miss by a rounding."""
    d = path.coef.shape[1]
    fixed = np.append(~Coordinates(problem, d).moves[:-1], False)

    def given(w: Array) -> Array:
        w[:, fixed] = 0.0 if start is None else np.asarray(start, np.float64).reshape(d + 1, -1)[fixed]
        return w

    return path.mapped(given) if fixed.any() else path
