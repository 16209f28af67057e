"""Dual points: lower bounds of the objective, and with them proven bounds of the gap.

With the conjugate l* of the loss and the columns X in the units of the descent, without a column of ones,

    F(w)     = sum_i m_i l(z_i, y_i) / total + sum_j r(w_j),      z = X w + b + offset
    D(theta) = sum_i m_i (theta_i offset_i - l*(theta_i, y_i)) / total - sum_j r*(-v_j),      v = X' M theta / total

F(w) >= F* >= D(theta) for every feasible theta: one in the domain of l*, with sum_i m_i theta_i = 0 if the intercept is
free, and with -up <= v_j <= down where l2 = 0. Here up and down are the penalty weights of a positive and of a negative
w_j: both are l1, but one is infinite under a sign constraint. The difference is computed as a sum of non-negative
terms, so that it does not cancel:

    F(w) - D(theta) = sum_i m_i (l(z_i) + l*(theta_i) - theta_i z_i) / total + sum_j (r(w_j) + r*(-v_j) + w_j v_j)

Fixed coordinates and offsets are part of z and have no terms of their own. The dual point is theta_i = l'(z_i) +
l''(z_i) x_i . delta for a Newton step delta, clipped to the domain. Its gap is of second order in the distance from the
optimum.

Boyd, S. and Vandenberghe, L. (2004). Convex Optimization, 5.5. doi:10.1017/CBO9780511804441. Ndiaye, E., Fercoq, O.,
Gramfort, A. and Salmon, J. (2017). Gap safe screening rules for sparsity enforcing penalties. J. Mach. Learn. Res. 18.
Bounds of rounding as in Higham, N. J. (2002). Accuracy and Stability of Numerical Algorithms, chapters 3 and 4.
doi:10.1137/1.9780898718027
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import UNIT, Array
from ..objective.objective import Coordinates, Objective
from ..objective.penalties import soften
from ..objective.problem import Problem
from ..objective.prox import penalty_value
from .dual_point import DualPoint
from .newton import Pointwise
from .rounding import FEW, ROUNDING, answer_rounding, relative_rounding

__all__ = [
    "ROUNDING",
    "PointGap",
    "Proven",
    "Slopes",
    "dual_scaling",
    "moments_gap",
    "penalty_of",
    "penalty_surplus",
    "penalty_surpluses",
    "point_gap",
    "provable",
    "rows_gap",
    "scalings",
    "slope_rounding",
]

Mask = NDArray[np.bool_]
SMALL = 1 << 15


class Proven(NamedTuple):
    """F(w) - D(theta) as computed, and a bound of its rounding."""

    value: float
    rounding: float

    @property
    def gap(self) -> float:
        """Proven bound of the cost minus the minimum."""
        return self.value + self.rounding


def provable(problem: Problem) -> bool:
    """Whether a dual point gives a proof: every coefficient is penalised and the loss has a conjugate."""
    return problem.penalised_throughout and problem.loss.dual


def slope_rounding(objective: Objective, w: Array, cost: float, H: Array) -> Array:
    """An estimate of the rounding of the slopes v of a dual point near w, (d + 1, k). No proof depends on it."""
    if objective.data.supports.any_loss and not objective.data.supports.rows:
        sums = objective.passes.slope_sums(objective.loss, w)
        found: Array = (2.5 * sums.rounding + 2 * FEW) * sqrt(sums.square) * sums.sizes[:, None]
        return found
    if not objective.data.supports.rows:
        size, share = _moments_rounding(objective, w, np.zeros_like(w))
        return 2.5 * size[:, None] * share
    size, rms = _sizes(objective, w, cost, H)
    predicted = H[-1, -1] * (objective.rows.longest + 8) * UNIT * (np.abs(w).T @ size)
    rounding: Array = 1.25 * size[:, None] * (relative_rounding(objective.rows) * rms + predicted)
    return rounding


def _sizes(objective: Objective, w: Array, cost: float, H: Array) -> tuple[Array, float]:
    """Root mean squares of the columns and of the slopes at w; for a large table from the Hessian and the cost."""
    rows, loss = objective.rows, objective.loss
    n, d = rows.shape
    if n * d < SMALL and not rows.sparse:
        squares = np.square(rows.table())
        slopes = np.square(loss.slope(rows.predictor(w), rows.y))[:, 0]
        weight = np.full(n, 1 / n) if rows.weight is None else rows.weight / rows.total
        return np.sqrt(weight @ squares) * rows.units.scales(objective.d), float(np.sqrt(weight @ slopes))
    size = np.sqrt(np.maximum(np.diag(H), 0.0) / max(H[-1, -1], np.finfo(float).tiny))
    rms = np.sqrt(2 * loss.curvature * cost)
    if not np.isfinite(rms):
        rms = np.sqrt(np.average(loss.slope(rows.predictor(w), rows.y)[:, 0] ** 2, weights=rows.weight))
    return size if rows.units.scale is None else np.maximum(size, 1.0), float(rms)


def rows_gap(objective: Objective, w: Array, delta: Array, pointwise: Pointwise | None = None) -> Proven:
    """F(w) - D(theta) for the dual point near w + delta, both (d + 1, 1).

    ``pointwise`` are the values of the rows at w, if they are known. Cost: one pass over the rows, and 2 n numbers.
    """
    rows, quadratic = objective.rows, objective.loss.quadratic
    point = DualPoint(objective, pointwise)
    sums = rows.fold(np.concatenate((w, delta), axis=1), point.place)
    share, balance = point.balanced(sums.totals)
    v = (share @ sums.products / rows.total)[:-1]
    size, rms = np.sqrt(sums.squares / rows.total), sqrt(abs(sums.totals[2]) / rows.total)
    rounding = relative_rounding(rows) * rms + (rows.fold_rounding * abs(share[1]) if quadratic else 0.0)
    return point_gap(objective, w, point, Slopes(v, size, rounding, share, balance, sums.totals)).proven


class Slopes(NamedTuple):
    """The slopes v of a dual point by every column, and what their rounding depends on."""

    v: Array  # (d,), in the units of the data
    size: Array  # (d + 1,), root mean squares of the columns and of the intercept's 1
    rounding: float  # of v_j, relative to size_j
    share: Array  # (2,), of `DualPoint.balanced`
    balance: float
    totals: Array  # of `DualPoint.place`


class PointGap(NamedTuple):
    """The gap by a dual point, and the feasible slopes that it stands for."""

    proven: Proven
    v: Array  # (d,), raw
    slack: Array  # (d,), bound of their rounding


def point_gap(objective: Objective, w: Array, point: DualPoint, slopes: Slopes) -> PointGap:
    """F(w) - D(theta) for a dual point whose slopes are known. Cost: O(n + d)."""
    rows, loss, inner = objective.rows, objective.loss, objective.moves[:-1]
    share, balance, size = slopes.share, slopes.balance, slopes.size
    rms, far = (sqrt(abs(t) / rows.total) for t in slopes.totals[2:])
    factor, slack = objective.factor[:-1, 0], slopes.rounding * size[:-1]
    raw = inner * factor * w[:-1, 0], inner * slopes.v / factor, inner * slack / np.abs(factor)
    shrink = dual_scaling(objective, raw[1], raw[2])
    surplus, terms, cost = point.surplus(shrink * share)
    penalty_gap, penalty_rounding = penalty_surplus(objective, raw[0], shrink * raw[1], raw[2])
    predicted = (rows.longest + 8) * UNIT * (float(np.abs(w[:, 0]) @ size) + far) + answer_rounding(objective, w)
    if loss.quadratic:  # slopes are rounded, and shifted by a rounded mean
        predicted, terms = predicted + (balance + FEW) * rms / loss.curvature, 0.0
    whole = float(cost + penalty_of(objective, raw[0]))
    if not surplus + penalty_gap < whole:  # theta = 0 proves as much, in part by the least values of the loss
        shrink = 0.0
        surplus, terms, cost = point.surplus(0.0 * share)
        penalty_gap, penalty_rounding = whole - cost, 0.0
    rounding = ROUNDING * terms + (balance + UNIT) * cost + penalty_rounding
    if np.isfinite(loss.curvature):
        rounding += predicted * (sqrt(2 * loss.curvature * surplus) + 0.5 * loss.curvature * predicted)
    else:
        rounding += predicted * point.steepness(shrink * share, predicted)
    return PointGap(Proven(float(surplus + penalty_gap), float(rounding)), shrink * raw[1], raw[2])


def dual_scaling(coordinates: Coordinates, v: Array, slack: Array) -> float:
    """Factor that makes theta feasible, -up <= v_j <= down for v (d,) rounded by ``slack``; 1 if l2 > 0."""
    if coordinates.problem.l2 > 0:
        return 1.0
    return float(scalings(coordinates.raw.l1[:, :-1], by_output(v), by_output(slack)).min())


def scalings(l1: Array, v: Array, slack: Array) -> Array:
    """Such factors (k,) for slopes v (d, k) and penalty weights (2, d, k), where l2 = 0."""
    over = np.zeros(v.shape[1])
    for bound, side in zip(l1, (1.0, -1.0), strict=True):
        most = side * v + slack
        over = np.maximum(over, (most / np.where(bound > 0, bound, np.inf)).max(axis=0, initial=0.0))
    return np.where(over <= 1.0, 1.0, (1 - 4 * UNIT) / np.maximum(over, 1.0))


def penalty_surplus(coordinates: Coordinates, w: Array, v: Array, slack: Array) -> tuple[float, float]:
    """Sum of r(w_j) + r*(-v_j) + w_j v_j over raw coefficients, and a bound of its rounding for v_j +- slack_j.

    All arrays are (d,) or (d, k), and 0 where a coefficient is fixed.
    """
    w, v, slack = map(by_output, (w, v, slack))
    curved, excess, rounding = penalty_surpluses(coordinates.raw.l1[:, :-1], coordinates.raw.l2[:-1], w, v, slack)
    return float(curved.sum()) + max(float(excess.sum()), 0.0), float(rounding.sum())


def penalty_surpluses(l1: Array, l2: Array, w: Array, v: Array, slack: Array) -> tuple[Array, Array, Array]:
    """The same for each of k columns w (d, k), by weights l1 (2, d, k) and l2 (d, k): L2 part, L1 part, rounding.

    The L2 part is l2/2 (w - t)^2 and the L1 part r1(w) + w clip(v, -up, down), with t = (r*)'(-v) and r1 the L1 part of
    r. Where l2 = 0, a v beyond the bounds is not feasible. The excess is taken as rounding, and its product with w is
    added.
    """
    slack = slack + FEW * (np.abs(v) + l2 * np.abs(w))
    beyond, sizes = soften(v, l1[::-1]), penalty_value(w, l1)
    curve = np.where(l2 > 0, l2, np.inf)
    excess = sizes + w * (v - beyond) + np.abs(w * beyond) * (l2 == 0)
    away = np.abs(w + beyond / curve)
    rounding = (slack * (away + slack / (2 * curve))).sum(0) + 2 * ROUNDING * (sizes * (l2 > 0)).sum(0)
    return 0.5 * (l2 * away**2).sum(0), excess.sum(0), rounding


def penalty_of(objective: Objective, w: Array) -> float:
    """Penalty of raw coefficients, (d,) or (d, k)."""
    w = by_output(w)
    l2, l1 = objective.raw.l2[:-1], objective.raw.l1[:, :-1]
    return float((penalty_value(w, l1) + 0.5 * l2 * w * w).sum())


def moments_gap(objective: Objective, w: Array, delta: Array) -> Proven:
    """F(w) - D(theta) for theta the slopes at w + delta, both (d + 1, k), of a squared loss. Cost: 4 d^2 k flops."""
    moments, c = objective.moments, objective.loss.curvature
    free, factor = objective.moves, objective.factor[:-1]
    H = c * moments.hessian
    cost, g = moments.value_and_gradient(objective.loss, w)
    if free[-1]:  # at the dual point the slope of the intercept is 0
        delta = delta.copy()
        delta[-1] -= (g[-1] + H[-1] @ delta) / H[-1, -1]
    H_delta = H @ delta
    inner, (size, rounded) = free[:-1, None], _moments_rounding(objective, w, delta)
    moved, slopes = c * (size @ np.abs(delta)), np.sqrt(2 * c * max(cost, 0.0))
    v, slack = inner * (g[:-1] + H_delta[:-1]) / factor, inner * 2 * size[:-1, None] * rounded / np.abs(factor)
    raw, s = inner * factor * w[:-1], dual_scaling(objective, v, slack)
    surplus = (1 - s) ** 2 * cost - s * (1 - s) * np.vdot(g, delta) + 0.5 * s * s * np.vdot(delta, H_delta)
    penalty_gap, rounding = penalty_surplus(objective, raw, s * v, slack)
    value, whole = max(float(surplus), 0.0) + penalty_gap, cost + penalty_of(objective, raw)
    if not value < whole:  # theta = 0 proves that the minimum is >= 0
        value, rounding, s = whole, 0.0, 0.0
    rounding += 2 / c * rounded @ (rounded + moved + (1 - s) * (c * (size @ np.abs(w - moments.minimiser)) + slopes))
    reported = answer_rounding(objective, w)
    rounding += reported * (sqrt(2 * c * w.shape[1] * value) + 0.5 * c * w.shape[1] * reported)
    return Proven(float(value), float(rounding))


def _moments_rounding(objective: Objective, w: Array, delta: Array) -> tuple[Array, Array]:
    """Sizes of the columns (d + 1,), and the rounding of the slopes at w + delta (k,) relative to these."""
    moments, c = objective.moments, objective.loss.curvature
    n, d = moments.shape
    size = np.sqrt(np.maximum(np.diag(moments.hessian), 0.0))
    sums = (min(n, 1 << 13) + n / (1 << 13) + d + 32) * UNIT  # relative rounding of the moments
    reach = size @ (np.abs(w - moments.minimiser) + np.abs(delta)) + np.sqrt(2 * max(moments.cost, 0.0))
    return size, c * (sums * reach + FEW * (size @ (np.abs(w) + np.abs(moments.minimiser))))


def by_output(a: Array) -> Array:
    """Numbers of each coefficient, (d,) or (d, k), with their outputs as a second axis."""
    return a[:, None] if a.ndim == 1 else a
