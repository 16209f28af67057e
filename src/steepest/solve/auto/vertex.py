"""The vertex near the end of a round: coefficients and slopes that solve the equations of the active set.

At the optimum of a non-smooth loss some rows E are where their slope jumps, z_i = p_i, and some coefficients L are not
0. Given these sets and the sides of all others, the optimality conditions are linear,

    l2 w_L + A_EL' m_E theta_E = -(the slopes of all other rows) -+ l1,      A_EL w_L = p_E - offset_E,

with A the columns and a column of ones. Without an L2 penalty their solution is a vertex of the linear programme, as in
the simplex method. A round ends near it, to the accuracy of its last Newton step; the equations give all digits.

Koenker, R. (2005). Quantile Regression, 6.2. Cambridge University Press. doi:10.1017/CBO9780511754098
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from ...data.rows import Rows
from ...objective.objective import Objective
from ...objective.prox import penalty_slope
from ...optimality.nonsmooth_duality import Slopes, Surplus

__all__ = ["Mask", "Point", "row_table", "vertex"]

Mask: TypeAlias = NDArray[np.bool_]
MORE = 8  # rows at a jump beyond twice the coefficients, up to which the equations are solved
REFINEMENTS = 2
LEFT = 1e-6  # share of the slopes that the equations leave, from which there is an edge to go along
DOUBLINGS, HALVINGS, SNAP = 60, 60, 1e-12


class Point(NamedTuple):
    """Parameters, slopes of the rows, and what they prove."""

    w: Array  # (d + 1, 1)
    slopes: Slopes
    found: Surplus


def vertex(objective: Objective, point: Point, inside: Mask) -> list[tuple[Array, Slopes]]:
    """The solution for the active set of a point; and where the equations of the slopes have none, the end of an edge.

    An edge is a direction that keeps the rows E where they are, along which the objective falls. Nothing if the set is
    too large. ``inside`` (n,) are the rows at a jump of their slopes. Cost: (|E| + |L|)^3 flops.
    """
    rows, (w, slopes, found) = cast(Rows, objective.rows), point
    weights = np.broadcast_to(objective.l1, (2, *w.shape))[..., 0]
    live = np.flatnonzero(objective.moves & ((w[:, 0] != 0) | ~weights.any(0)))
    at_jump = np.flatnonzero(inside if rows.weight is None else inside & (rows.weight > 0))
    if not len(live) or len(at_jump) > 2 * len(live) + MORE:
        return []
    if not len(at_jump):  # the only jumps nearby are those of the penalty at 0
        along = np.zeros_like(w)
        along[live, 0] = -(found.g[:, 0] + penalty_slope(w[:, 0], weights))[live]
        return [(w + _length(objective, w, along) * along, slopes)] if along.any() else []
    share = (np.ones(len(at_jump)) if rows.weight is None else rows.weight[at_jump]) / rows.total
    A, curve = row_table(rows, at_jump)[:, live], objective.l2[live, 0]
    slack = found.slack * (2 + 2 / np.sqrt(share.sum()))  # what may be lost to rounding stays within the L1 weights
    margin = np.maximum(weights - slack, 0.5 * weights) if objective.problem.l2 == 0 else weights
    downhill = -(found.g[:, 0] + penalty_slope(w[:, 0], margin))[live]
    step, change = _solution(A, curve, downhill, slopes.at[at_jump] - found.z[at_jump])
    low, high = objective.loss.domain(rows.y[at_jump, 0])
    w, theta = w.copy(), slopes.theta.copy()
    w[live, 0] += step
    theta[at_jump] = np.clip(theta[at_jump] + change / share, low, high)
    ends, left = [(w, slopes._replace(theta=theta))], downhill - A.T @ change - curve * step
    if np.abs(left).max() > LEFT * np.abs(downhill).max():
        along = np.zeros_like(w)
        along[live, 0] = left
        ends.append((w + _length(objective, w, along) * along, slopes))
    return ends


def _length(objective: Objective, w: Array, along: Array) -> float:
    """The t >= 0 of least F(w + t along), by bisection of its slope. Cost: one pass over the rows, and 100 n flops."""
    rows, loss, y, weights = objective.rows, objective.loss, objective.rows.y, objective.l1
    z, dz = rows.predictor(w), rows.with_rows(offset=None).predictor(along)
    share = dz / rows.total if rows.weight is None else dz * rows.weight[:, None] / rows.total

    def falls(t: float) -> bool:
        at = w + t * along
        by_penalty = objective.l2 * at + penalty_slope(at, np.broadcast_to(weights, (2, *at.shape)))
        return bool((loss.slope(z + t * dz, y) * share).sum() + (by_penalty * along).sum() < 0)

    zeros = -w[along * w < 0] / along[along * w < 0]
    low, high = 0.0, float(zeros.max(initial=np.abs(w).max() / np.abs(along).max()))
    for _ in range(DOUBLINGS):
        if not falls(high):
            break
        low, high = high, 2 * high
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if falls(middle) else (low, middle)
    near = zeros[(zeros >= low * (1 - SNAP)) & (zeros <= high * (1 + SNAP))]
    return float(near[0]) if len(near) else low


def row_table(rows: Rows, numbers: NDArray[np.int64]) -> Array:
    """Rows [x, 1] in the units of the rows."""
    return rows.take(numbers).table() * rows.units.scales(rows.shape[1])


def _solution(A: Array, curve: Array, downhill: Array, to: Array) -> tuple[Array, Array]:
    """The u and lambda of least norm with curve u + A' lambda = downhill and A u = to."""
    e, m = A.shape
    scale = float(curve.max(initial=0.0)) or 1.0
    K = np.block([[np.diag(curve / scale), A.T], [A, np.zeros((e, e))]])
    right: Array = np.concatenate((downhill / scale, to))
    found: Array = np.zeros(m + e)
    for _ in range(REFINEMENTS):
        found += _solved(K, right - K @ found)
    return found[:m], scale * found[m:]


def _solved(K: Array, right: Array) -> Array:
    """The solution; of least norm where K is singular."""
    try:
        found: Array = np.asarray(np.linalg.solve(K, right), np.float64)
    except np.linalg.LinAlgError:
        found = np.full(len(right), np.nan)
    if not np.abs(K @ found - right).max() <= 1e-6 * np.abs(right).max():
        found = np.asarray(np.linalg.lstsq(K, right, rcond=1e-11)[0], np.float64)
    return found
