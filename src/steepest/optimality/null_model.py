"""The null model: the best constant predictor, whose cost is the unit of ``tol``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..core.record_types import Loss
from ..core.types import Array
from ..objective.data import TableData
from ..objective.problem import Problem

__all__ = ["constant_cost"]

BLOCK = 1 << 14
HALVINGS = 30


def constant_cost(problem: Problem, rows: TableData) -> float:
    """Cost of the best constant predictor (0 without an intercept), the unit of ``tol``.

    For a squared loss it is the variance of the target, for log loss the entropy of the class shares. Offsets are
    ignored. Cost: one pass over the targets; some 30 if the loss does not have ``constant``.
    """
    mean = _weighted_mean(rows, lambda y: y)
    z = np.zeros_like(mean)
    if problem.intercept and "intercept" not in problem.fixed:
        z = problem.loss.constant(mean) if problem.loss.constant_known else _best_constant(problem.loss, rows)
    return float(_weighted_mean(rows, lambda y: problem.loss.value(z, y)).sum())


def _best_constant(loss: Loss, rows: TableData) -> Array:
    """The best constant predictor (k,), by bisection."""
    low, high = np.full(rows.y.shape[1], -30.0), np.full(rows.y.shape[1], 30.0)
    if not loss.labels:
        low, high = rows.y.min(0), rows.y.max(0)
    for _ in range(HALVINGS):
        z = 0.5 * (low + high)
        above = _weighted_mean(rows, partial(loss.slope, z)) > 0.0
        low, high = np.where(above, low, z), np.where(above, z, high)
    return np.asarray(0.5 * (low + high))


def _weighted_mean(rows: TableData, f: Callable[[Array], Array]) -> Array:
    """Weighted mean of f(y) over the rows, (k,), block by block."""
    total: Array = np.zeros(rows.y.shape[1])
    for low in range(0, len(rows.y), BLOCK):
        values = f(rows.y[low : low + BLOCK])
        total += values.sum(0) if rows.weight is None else rows.weight[low : low + BLOCK] @ values
    mean: Array = total / rows.total
    return mean
