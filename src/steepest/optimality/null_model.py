"""The null model: the best constant predictor, whose cost is the unit of ``tol``; and what rounding adds to a cost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..core.record_types import Loss
from ..core.types import UNIT, Array
from ..objective.data import TableData
from ..objective.problem import Problem

__all__ = ["constant_cost", "rounding_cost"]

BLOCK = 1 << 14
HALVINGS, FINE = 30, 1e-6  # halvings for classes; width of the last interval, relative to a median residual
FAR = 10.0  # multiple of the median residual as which a larger one counts in the unit of a robust loss
DIGITS, SAME = 8 * UNIT, 32 * UNIT  # relative rounding of a target with its prediction; of targets that are the same


def constant_cost(problem: Problem, rows: TableData) -> float:
    """Cost of the best constant predictor (0 without an intercept), the unit of ``tol``.

    For a squared loss it is the variance of the target, for log loss the entropy of the class shares. A robust loss has
    bounded slopes; there a residual of more than 10 times the median counts as that, so that no single row determines
    the unit. If all targets are the same up to rounding, it is the cost of the predictor 0, or of one that is off by 1.
    Offsets are ignored. Cost: one pass over the targets; some 30 if the loss does not have ``constant``.
    """
    z = np.zeros(rows.y.shape[1])
    candidates = [z, z + 1.0]
    if problem.intercept and "intercept" not in problem.fixed:
        z = _best_constant(problem.loss, rows)
        candidates = [*([] if _all_the_same(problem.loss, rows) else [z]), *candidates, z + 1.0]
    costs = (_cost(problem.loss, rows, z) for z in candidates)
    return next((cost for cost in costs if cost > 0), 0.0)


def rounding_cost(loss: Loss, rows: TableData) -> float:
    """What the rounding of the targets, and of predictions of them, may add to a cost. Cost: one pass over them."""
    if loss.labels or not loss.identity_link:
        return 0.0
    robust = _robust(loss)
    sizes = _median(np.abs(rows.y), rows.weight) if robust else np.sqrt(_weighted_mean(rows, np.square))
    if loss.nonsmooth and robust:
        return float(DIGITS * sizes.sum() * max(np.abs(loss.domain(0.0))))
    with np.errstate(over="ignore"):
        return float(loss.value(DIGITS * sizes, 0.0 * sizes).sum())


def _robust(loss: Loss) -> bool:
    """Whether the slopes of a loss of numbers are bounded."""
    return loss.dual and not loss.labels and bool(np.isfinite(loss.domain(0.0)).all())


def _all_the_same(loss: Loss, rows: TableData) -> bool:
    """Whether the targets are the same number, up to rounding."""
    y = rows.y if rows.weight is None else rows.y[rows.weight > 0]
    return not loss.labels and bool((np.ptp(y, axis=0) <= SAME * np.abs(y).max(0)).all())


def _cost(loss: Loss, rows: TableData, z: Array) -> float:
    """Cost of the constant predictors z (k,)."""
    if not _robust(loss):
        return float(_weighted_mean(rows, lambda y: loss.value(z, y)).sum())
    far = FAR * _median(np.abs(rows.y - z), rows.weight)
    return float(_weighted_mean(rows, lambda y: loss.value(z, z + np.clip(y - z, -far, far))).sum())


def _median(sizes: Array, weight: Array | None) -> Array:
    """Weighted median of each column (k,) of the sizes (n, k) that are not 0; 0 if all are."""
    found = np.zeros(sizes.shape[1])
    for c, column in enumerate(sizes.T):
        some = column > 0 if weight is None else (column > 0) & (weight > 0)
        if weight is None and some.any():
            found[c] = np.median(column[some])
        elif some.any():
            order = np.argsort(column[some])
            assert weight is not None
            below = np.cumsum(weight[some][order])
            found[c] = column[some][order][np.searchsorted(below, 0.5 * below[-1])]
    return found


def _best_constant(loss: Loss, rows: TableData) -> Array:
    """The best constant predictor (k,); by bisection if the loss does not know it, first among the targets."""
    if loss.constant_known:
        return np.asarray(loss.constant(_weighted_mean(rows, lambda y: y)))
    low, high, halvings = np.full(rows.y.shape[1], -30.0), np.full(rows.y.shape[1], 30.0), HALVINGS
    ends: list[Array] = []
    if not loss.labels:
        ends = [low, high] = list(_neighbours(loss, rows))
        fine = FINE * _median(np.abs(rows.y - low), rows.weight)
        wide = float(np.max((high - low) / np.maximum(fine, np.finfo(float).tiny), initial=1.0))
        halvings = int(np.ceil(np.log2(min(max(wide, 1.0), 1e30))))
    for _ in range(halvings):
        z = 0.5 * (low + high)
        above = _weighted_mean(rows, partial(loss.slope, z)) > 0.0
        low, high = np.where(above, low, z), np.where(above, z, high)
    best = 0.5 * (low + high)
    for end in ends:  # exactly at a target, where the slope jumps there
        costs = [_weighted_mean(rows, partial(loss.value, z)) for z in (end, best)]
        best = np.where(costs[0] <= costs[1], end, best)
    return np.asarray(best)


def _neighbours(loss: Loss, rows: TableData) -> tuple[Array, Array]:
    """Two targets, next to each other in size, between which the best constant is, each (k,)."""
    y = np.sort(rows.y, axis=0)
    n, k = y.shape
    each, low, high = np.arange(k), np.zeros(k, int), np.full(k, n - 1)
    while (high - low > 1).any():
        middle = (low + high) // 2
        above = _weighted_mean(rows, partial(loss.slope, y[middle, each])) > 0.0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return y[low, each], y[high, each]


def _weighted_mean(rows: TableData, f: Callable[[Array], Array]) -> Array:
    """Weighted mean of f(y) over the rows, (k,), block by block."""
    total: Array = np.zeros(rows.y.shape[1])
    for low in range(0, len(rows.y), BLOCK):
        values = f(rows.y[low : low + BLOCK])
        total += values.sum(0) if rows.weight is None else rows.weight[low : low + BLOCK] @ values
    mean: Array = total / rows.total
    return mean
