"""Duality gaps for softmax, from a point q_i of the simplex for each row.

With p_i the probabilities at w, q_i any other probabilities, theta_i = q_i - y_i and v = mean of theta_i x_i over the
rows,

    F(w) - D(theta) = mean of KL(q_i || p_i) + sum_jc (r(w_jc) + r*(-v_jc) + w_jc v_jc)

is an upper bound of F(w) - F* if theta has mean 0 (with free intercepts) and |v_jc| <= l1 (where l2 = 0). No term is
negative. The point is q_i = p_i + (diag(p_i) - p_i p_i') x_i . delta for a Newton step delta, whose intercepts are
moved so that theta has mean 0. A constant point u removes what is left of the mean: q <- (1 - s) q + s u, with the
smallest s for which u >= 0. At the optimum s and delta are 0; the gap is of second order in the distance from it.

Boyd, S. and Vandenberghe, L. (2004). Convex Optimization, 5.5. doi:10.1017/CBO9780511804441
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from ..core.types import UNIT, Array
from ..objective.data import TableData
from ..objective.losses.softmax import log_softmax
from ..objective.objective import Objective
from .curvature import hessian
from .definite import definite
from .duality import ROUNDING, dual_scaling, penalty_surplus
from .newton import Step, matrix_step, predicted_decrease
from .rounding import answer_rounding

__all__ = ["Proof", "newton_by_matrix", "prove", "slope_gap"]

PRODUCTS, RESIDUAL = 60, 0.03  # most steps of conjugate gradients, and their relative residual
FAR = 12.0  # times the target: a predicted decrease above it is not worth a gap as small
CLOSE, SHARE = 0.05, 0.2  # of the predicted decrease, or of the target, up to which the residual may add to the gap
GOOD = 1.5  # times the decrease that second derivatives predict: a gap below it can hardly be improved
CHUNK = 1 << 16  # numbers of a chunk of rows, which stays in the cache
INSIDE = 0.99  # largest share of the distance to the border of the simplex in a step
SUM = 64 * UNIT  # relative rounding of a mean over rows


class Proof(NamedTuple):
    """The gap at w, proven or estimated by second derivatives, and the Newton step that gave it."""

    gap: float | None
    kind: str
    rounding: float
    step: Step


def prove(objective: Objective, w: Array, metric: Array | None = None, target: float = 0.0) -> Proof:
    """The gap at w (d + 1, k), in the units of the rows: a duality gap if all are penalised, else a decrement.

    ``metric`` (d + 1, d + 1), the same for each class, preconditions conjugate gradients in place of the diagonal.
    They end once their residual adds little to the gap, or to the ``target``. Of data without rows the gap is a
    decrement, by their Hessian.
    Cost: for a small table one Hessian and some four passes over the rows, else a pass for each of at most 60 products.
    """
    cost, g = objective(w)
    if not objective.data.supports.rows or objective.rows.forms_curvature:
        delta, change, fall = newton_by_matrix(objective, w, g)
    else:
        delta, change, fall = _by_products(objective, w, g, metric, target)
    step = Step(delta, cost, g, None, change=change)
    least = ROUNDING * abs(cost) + 0.5 * answer_rounding(objective, w) ** 2
    if not (objective.problem.penalised_throughout and objective.data.supports.rows):
        gap = None if fall is None else fall + least
        return Proof(gap, "decrement", least, step)
    logs = _by_chunks(log_softmax, objective.rows.predictor(w))
    found = [_gap(objective, w, logs, delta)]
    if not (found[0][0] <= max(slope_gap(objective, g), GOOD * 0.5 * (fall or 0.0))):
        found.append(_gap(objective, w, logs, 0.0 * delta))
    value, rounding = min(found, key=lambda f: f[0] + f[1] if np.isfinite(f[0] + f[1]) else np.inf)
    if not objective.problem.proximal:
        step = step._replace(predicted=slope_gap(objective, g), again=partial(slope_gap, objective))
    return Proof(value + rounding + 2 * least, "duality gap", rounding + 2 * least, step)


def newton_by_matrix(objective: Objective, w: Array, g: Array) -> tuple[Array, Array, float | None]:
    """Newton's step, the change of the gradient along it, and g' H^-1 g; None if g has a component where H is flat.

    Under an L1 penalty or signs, twice the predicted decrease of the step replaces g' H^-1 g.
    """
    free = np.broadcast_to(objective.free > 0, w.shape).ravel()
    H, slope = hessian(objective, w), g.ravel()
    if not np.isfinite(H).all():
        return 0.0 * w, 0.0 * w, None
    weights = np.broadcast_to(objective.l1, (2, *w.shape)).reshape(2, -1)
    step = free * matrix_step(definite(H, free), slope, w.ravel(), weights, free)
    if objective.problem.proximal:
        twice = 2 * predicted_decrease(H, slope, w.ravel(), weights, step)
        return step.reshape(w.shape), (H @ step).reshape(w.shape), twice
    size = np.sqrt(np.maximum(H.diagonal()[free], np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(H[np.ix_(free, free)] / size[:, None] / size)
    along, flat = vectors.T @ (slope[free] / size), values <= len(values) * ROUNDING * max(values.max(initial=0.0), 1.0)
    unbounded = np.abs(along[flat]).max(initial=0.0) > 1e-7 * np.abs(along).max(initial=0.0) + 1e-13
    fall = None if unbounded else float((along[~flat] ** 2 / values[~flat]).sum())
    return step.reshape(w.shape), (H @ step).reshape(w.shape), fall


def _by_products(
    objective: Objective, w: Array, g: Array, metric: Array | None, target: float
) -> tuple[Array, Array, float | None]:
    """The same by conjugate gradients, preconditioned by the metric or the diagonal; None if the residual is too large.

    Under an L1 penalty signs are kept, and coefficients that are 0 stay 0.
    """
    rows, curve, weights = objective.rows, objective.l2, objective.l1
    least, partly = objective.subgradient(w, g), not objective.problem.penalised_throughout
    live = objective.free * ((w != 0) | ~weights.any(0) | ((least != 0) & partly))
    H = rows.curvature(objective.loss, w)
    solve = _by_diagonal(H.diagonal() + curve) if metric is None else _by_shared_matrix(metric)
    delta, rest = 0.0 * w, -live * least
    v = solve(rest)
    left = float(np.vdot(rest, v))
    first, slope = left, rest.copy()
    for _ in range(PRODUCTS):
        gain = float(np.vdot(slope, delta))
        rest_gap = slope_gap(objective, rest) if target == 0.0 or gain <= FAR * target else 0.0
        if left <= RESIDUAL**2 * first and rest_gap <= max(CLOSE * gain, SHARE * target):
            break
        Hv = live * (H.product(v) + curve * v)
        second = float(np.vdot(v, Hv))
        if not second > 0:
            break
        delta, rest = delta + left / second * v, rest - left / second * Hv
        near = solve(rest)
        before, left = left, float(np.vdot(rest, near))
        v = near + left / before * v
    fall = float(np.vdot(slope, delta)) if left <= RESIDUAL**2 * first else None
    return delta, slope - rest, fall


def slope_gap(objective: Objective, g: Array) -> float:
    """What slopes g add to the gap under an L2 penalty: sum g^2 / (2 l2); 0 without one, or with an L1 penalty."""
    squares = np.broadcast_to(objective.l2, g.shape)
    if objective.problem.proximal:
        return 0.0
    return float((g[squares > 0] ** 2 / (2.0 * squares[squares > 0])).sum())


def _by_shared_matrix(metric: Array) -> Callable[[Array], Array]:
    inverse = np.linalg.inv(metric)
    return lambda r: np.asarray(inverse @ r)


def _by_diagonal(diagonal: Array) -> Callable[[Array], Array]:
    D = np.where(diagonal > 0, diagonal, 1.0)
    return lambda r: np.asarray(r / D)


def _gap(objective: Objective, w: Array, logs: Array, delta: Array) -> tuple[float, float]:
    """F(w) - D(theta) for the dual point of delta, and a bound of its rounding; ``logs`` are those of p (n, k)."""
    rows, free = objective.rows, np.broadcast_to(objective.free > 0, w.shape)
    weight = (np.ones(rows.shape[0]) if rows.weight is None else rows.weight) / rows.total
    z = rows.with_rows(offset=None).predictor(delta)
    if free[-1, 0]:
        z += _levels(logs, z, rows.y, weight)
    q = _by_chunks(_moved, logs, z)
    if free[-1, 0]:
        q = _balanced(q, rows.y, weight)
    theta = q - rows.y
    v, factor, inner = rows.transpose_product(theta), objective.factor[:-1], free[:-1]
    raw, slack = factor * w[:-1], _slope_rounding(rows, np.sqrt(weight @ theta**2)) / np.abs(factor)
    residual = float(np.abs(w[-1]) @ np.abs(v[-1])) if free[-1, 0] else 0.0
    of_mean = min(residual, SUM * float(np.abs(w[-1]) @ (weight @ rows.y)))  # its rounding
    v = inner * v[:-1] / factor  # the columns are shifted, as theta has mean 0
    share = dual_scaling(objective, v, inner * slack)
    penalty_gap, rounding = penalty_surplus(objective, inner * raw, share * v, inner * slack)
    theta *= share
    theta += rows.y
    divergence = float(weight @ _by_chunks(_divergence, theta, logs))
    reported = answer_rounding(objective, w)
    rounding += reported * (np.sqrt(2 * divergence) + 0.5 * reported)
    return divergence + penalty_gap + residual - of_mean, rounding + of_mean


def _by_chunks(function: Callable[..., Array], *arrays: Array) -> Array:
    """The function of arrays (n, k), computed by chunks of rows that stay in the cache."""
    n, k = arrays[0].shape
    size = max(1, CHUNK // k)
    first = function(*(a[:size] for a in arrays))
    out = np.empty((n, *first.shape[1:]), order="F")
    out[:size] = first
    for low in range(size, n, size):
        out[low : low + size] = function(*(a[low : low + size] for a in arrays))
    return out


def _moved(logs: Array, z: Array) -> Array:
    """Probabilities p (n, k) after a small change z of the predictors, limited to the interior of the simplex."""
    p = np.exp(logs)
    share = z - (p * z).sum(1, keepdims=True)
    q: Array = p * (1.0 + share * np.minimum(1.0, INSIDE / np.maximum(-share.min(1, keepdims=True), INSIDE)))
    q /= q.sum(1, keepdims=True)
    return q


def _levels(logs: Array, z: Array, y: Array, weight: Array) -> Array:
    """The numbers (k,) that give q the mean of y if they are added to z: a Newton step in the intercepts alone."""
    p = _by_chunks(np.exp, logs)
    part = p * weight[:, None]
    mean, M = weight @ p, -(p.T @ part)
    M.flat[:: len(M) + 1] += mean
    moved = np.einsum("ic,ic->c", part, z) - np.einsum("ic,ic->i", p, z) @ part
    levels: Array = np.linalg.lstsq(M, weight @ y - mean - moved, rcond=1e-12)[0]
    return levels


def _balanced(q: Array, y: Array, weight: Array) -> Array:
    """q mixed with a constant point so that its mean is that of y, with the smallest share of the constant."""
    mean, wanted = weight @ q, weight @ y
    share = float(np.max((mean - wanted) / np.maximum(mean, 1e-300), initial=0.0))
    if share <= 0.0:
        return q
    constant = np.maximum(wanted - (1.0 - share) * mean, 0.0)
    return (1.0 - share) * q + constant


def _divergence(q: Array, logs: Array) -> Array:
    """KL(q || p) of each row, from log p, as a sum of non-negative terms."""
    p = np.exp(logs)
    more = np.where(p > 1e-300, (q - p) / np.maximum(p, 1e-300), np.inf)
    near = np.abs(more) < 0.5
    some = more if near.all() else np.where(near, more, 0.0)
    terms: Array = p * ((1.0 + some) * np.log1p(some) - some)
    if some is not more:
        terms = np.where(near, terms, q * (np.log(np.maximum(q, 1e-300)) - logs) - q + p)
    rows: Array = np.maximum(terms, 0.0).sum(1)
    return rows


def _slope_rounding(rows: TableData, sizes: Array) -> Array:
    """Bound of the rounding of v (d, k) in the units of the rows, from the root mean squares of theta (k,)."""
    first = np.zeros(rows.shape[1]) if rows.units.shift is None else rows.units.shift
    squares = rows.column_sums(first, rows.weight)[1] / rows.total
    bound: Array = SUM * (np.sqrt(squares) * rows.units.scales(rows.shape[1])[:-1])[:, None] * sizes
    return bound
