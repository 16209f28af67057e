"""The cost that is reported: that of the reported coefficients, where the descent's own would be rounded too much."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from ..core.types import UNIT, Array
from ..data.blockwise import in_double
from ..data.moments import Moments
from ..data.rows import Rows
from ..descent.trajectory import Trajectory
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from .auto.plan import Plan

__all__ = ["with_reported_cost"]

SMALL = 1e-10  # rounding that is left: of the cost, relative to it, or of predictions, relative to their deviation


def with_reported_cost(path: Trajectory, i: int, rows: Rows, problem: Problem, plan: Plan, raw: Array) -> Trajectory:
    """The trajectory, whose state i has the raw parameters ``raw`` (d + 1, k), with its cost computed anew if needed.

    Cost: nothing for an ordinary table; one pass for a large one in single precision; the time of some 20 passes if
    columns far from 0 cancel in sums of moments, in predictions, or with the intercept.
    """
    at = int(np.searchsorted(path.cost_step, path.step[i]))
    if _cancels(problem, plan, raw, float(path.cost[at])):
        from ..data.exact_value import exact_value

        mean = exact_value(rows, problem.loss, raw)
    elif plan.data.supports.rows and not plan.rows.double:
        mean = in_double(plan.rows, problem.loss, plan.data.units.scaled(raw))[0]
    else:
        return path
    coordinates = coordinates_of(problem, rows.shape[1])
    cost = path.cost.copy()
    cost[at] = coordinates.complete(raw, mean, np.zeros_like(raw))[0]
    return replace(path, cost=cost)


def _cancels(problem: Problem, plan: Plan, raw: Array, cost: float) -> bool:
    """Whether the cost of the descent is rounded by more than is left: in moments, or in predictions."""
    columns = plan.columns
    if columns.moments is not None:
        moments = cast(Moments, plan.data)
        if problem.loss.curvature * moments.rounding(moments.units.scaled(raw)) > SMALL * cost:
            return True
    rounding = UNIT * (np.abs(columns.mean) @ np.abs(raw[:-1]))
    deviation = np.sqrt(np.maximum(columns.variance, 0.0) @ raw[:-1] ** 2)
    return bool((rounding > SMALL * deviation).any())
