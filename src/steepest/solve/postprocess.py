"""Finish: of the answers that predict the same, the one to report; held coefficients as they were given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..data.moments import without
from ..descent.trajectory import Trajectory
from ..objective.losses.softmax import centred
from ..objective.objective import Coordinates
from ..objective.problem import Problem
from .auto.plan import Plan

__all__ = ["centre", "least_norm", "with_held"]


def least_norm(path: Trajectory, problem: Problem, plan: Plan) -> Trajectory:
    """Where columns depend on each other, give every recorded state its least raw coefficients; predictions stay.

    Only on scaled columns: on the user's own the path is the textbook's, left as it is.
    """
    null, movable = plan.columns.null, Coordinates(problem, len(plan.columns.mean)).free.all()
    if plan.data.units.scale is None or null.shape[1] == 0 or not problem.unpenalised or not movable:
        return path
    coef = without(path.coef.reshape(len(path), null.shape[0], -1), null).reshape(path.coef.shape)
    return replace(
        path, coef=coef, intercept=path.intercept + np.tensordot(path.coef - coef, plan.columns.mean, (1, 0))
    )


def centre(path: Trajectory, problem: Problem, plan: Plan) -> Trajectory:
    """Of the answers of softmax that give the same probabilities, the one whose classes have mean 0.

    Only on scaled columns, for the same reason.
    """
    if not plan.data.supports.joint or plan.data.units.scale is None or problem.fixed:
        return path
    w = centred(np.concatenate((path.coef, path.intercept[:, None]), axis=1), not problem.unpenalised)
    return replace(path, coef=w[:, :-1], intercept=w[:, -1])


def with_held(path: Trajectory, problem: Problem, start: Any) -> Trajectory:
    """Give held coefficients their very start, which scaling and back may miss by a rounding."""
    m, d = path.coef.shape[:2]
    held = ~Coordinates(problem, d).moves[:-1]
    if held.any():
        coef = path.coef.reshape(m, d, -1).copy()
        first = 0.0 if start is None else np.asarray(start, np.float64).reshape(d + 1, -1)[:-1][held]
        coef[:, held] = first
        path = replace(path, coef=coef.reshape(path.coef.shape))
    return path
