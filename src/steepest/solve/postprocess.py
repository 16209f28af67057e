"""Postprocessing: the answer to report among those with equal predictions, and exact fixed coefficients."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..core.types import Array
from ..data.null_directions import without
from ..descent.trajectory import Trajectory
from ..objective.losses.softmax import centred
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from .auto.plan import Plan

__all__ = ["centre", "least_norm", "with_fixed"]


def least_norm(path: Trajectory, problem: Problem, plan: Plan) -> Trajectory:
    """If columns are linearly dependent, change every state to raw coefficients of least norm; predictions stay.

    Only for scaled columns: on raw columns the path is that of the textbook, and is not changed.
    """
    null, movable = plan.columns.null, coordinates_of(problem, len(plan.columns.mean)).free.all()
    if plan.data.units.scale is None or null.shape[1] == 0 or not problem.unpenalised or not movable:
        return path

    def moved(w: Array) -> Array:
        coef = without(w[:, :-1], null)
        intercept = w[:, -1] + np.tensordot(w[:, :-1] - coef, plan.columns.mean, (1, 0))
        return np.concatenate((coef, intercept[:, None]), axis=1)

    return path.mapped(moved)


def centre(path: Trajectory, problem: Problem, plan: Plan) -> Trajectory:
    """Change softmax parameters to mean 0 over the classes, for equal probabilities.

    Only for scaled columns, for the same reason.
    """
    if not plan.data.supports.joint or plan.data.units.scale is None or problem.fixed:
        return path
    return path.mapped(lambda w: centred(w, not problem.unpenalised))


def with_fixed(path: Trajectory, problem: Problem, start: ArrayLike | None) -> Trajectory:
    """Set fixed coefficients to their exact start, which scaling may have rounded."""
    if not problem.fixed:
        return path
    d = path.coef.shape[1]
    fixed = np.append(~coordinates_of(problem, d).moves[:-1], False)

    def given(w: Array) -> Array:
        w[:, fixed] = 0.0 if start is None else np.asarray(start, np.float64).reshape(d + 1, -1)[fixed]
        return w

    return path.mapped(given) if fixed.any() else path
