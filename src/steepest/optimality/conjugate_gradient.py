"""Newton steps by conjugate gradients: a product with the Hessian costs one pass over the rows; no matrix is formed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..objective.objective import Objective
from ..objective.prox import smallest_subgradient
from .local_model import largest_move
from .newton import Expansion, Step

__all__ = ["Evaluation", "by_metric", "by_products", "evaluate"]

Mask = NDArray[np.bool_]
PRODUCTS, DIAGONAL_PRODUCTS = 8, 30  # passes over the rows for one step, with a matrix or a diagonal
ENOUGH, CLOSE = 1e-2, 0.02  # relative residual at the end: of g' M^-1 g for a decrement, of the gap for a proof
NEAR = 1e-4  # the same, where the step is taken afterwards
SHARE = 0.4  # of the target gap, up to which the residual may add
TINY = float(np.finfo(float).tiny)


class Evaluation(NamedTuple):
    """Values at w from one pass over the rows."""

    cost: float
    g: Array  # (d + 1,)
    second: Array  # (n,) second derivatives of the loss by row, times weights
    column: Array  # (d + 1,), the intercept's column of the Hessian
    diagonal: Array  # (d + 1,), the diagonal of the Hessian


def evaluate(objective: Objective, w: Array) -> Evaluation:
    """Objective, gradient and part of the Hessian at w (d + 1, 1), in double precision. Cost: one pass."""
    loss, rows = objective.loss, objective.rows
    seconds, total = np.empty(rows.shape[0]), rows.total

    def judge(low: int, high: int, Z: Array) -> tuple[Array, Array, tuple[float, ...]]:
        z, y, weight = Z[:, 0], rows.y[low:high, 0], rows.weights(low, high)
        z = z if rows.offset is None else z + rows.offset[low:high]
        r, cost = np.stack((loss.slope(z, y), loss.second_derivative(z, y))), loss.value(z, y)
        if weight is not None:
            r, cost = r * weight, cost * weight
        seconds[low:high] = r[1]
        return r, r[1], (cost.sum(),)

    sums = rows.fold(w, judge)
    slopes, column = sums.products / total
    cost, g = objective.complete(w, float(sums.totals[0] / total), slopes[:, None])
    return Evaluation(cost, g[:, 0], seconds, column, sums.squares / total + objective.l2[:, 0])


def by_products(objective: Objective, w: Array, metric: Array | None, proof: bool, target: float = 0.0) -> Step:
    """Newton's step from w (d + 1, 1) by conjugate gradients, each product with the Hessian one pass over the rows.

    The intercept is eliminated. Under an L1 penalty only coefficients that are not 0 move. ``metric`` (d + 1, d + 1),
    or its diagonal (d + 1,), is the preconditioner M. For a proof, the iteration ends once the residual adds little to
    the gap, or the gap is below ``target``.

    The predicted decrease is a + 2 r'M^-1 r / theta, half of that for squared losses. Here a is the decrease by the
    steps, r the residual, and theta the smallest Ritz value, which approaches the smallest eigenvalue of M^-1 H from
    above.

    Cost: one pass over the rows and at most 8 more, or 30 with a diagonal.

    References
    ----------
    Hestenes, M. R. and Stiefel, E. (1952). Methods of conjugate gradients for solving linear systems. J. Res. Nat. Bur.
    Standards 49(6). doi:10.6028/jres.049.044
    """
    d, first = objective.d, evaluate(objective, w)
    squares, weights, at = objective.l2[:, 0], objective.l1[..., 0], w[:, 0]
    least = smallest_subgradient(at, first.g, weights)
    moves = (at != 0) | ~weights.any(0) | ((least != 0) & (not proof))
    on = objective.moves & moves
    slope = np.where(on, least, 0.0)
    column, second = first.column, first.diagonal[-1]
    balanced = bool(on[-1] and second > 0)
    share = np.where(on, column, 0.0) / second if balanced else np.zeros(d + 1)
    share[-1] = 0.0
    inner = on.copy()
    inner[-1] = False
    curvature = objective.rows.weighted_curvature(first.second)

    def product(v: Array) -> Array:
        full = v.copy()
        full[-1] = -share @ v
        Hv = curvature.product(full[:, None])[:, 0] + squares * full
        return np.where(inner, Hv, 0.0)

    most = DIAGONAL_PRODUCTS if metric is None or metric.ndim == 1 else PRODUCTS
    inverse = _preconditioner(first.diagonal if metric is None else metric, inner, balanced)
    begin = np.where(inner, slope - share * slope[-1], 0.0)
    gap_of = _gap_of(squares[:-1], weights[:, :-1], first.cost)

    def enough(r: Array, gain: float, left: float) -> bool:
        if not proof or 0.0 < target < 0.5 * gain:
            return left <= ENOUGH
        return gap_of(r[:-1]) <= max(CLOSE * gain, SHARE * target)

    found, r, gain, rest = _conjugate_gradients(product, inverse, begin, most, enough)
    delta, change = found, np.where(on, r - slope, 0.0)
    if balanced:
        delta[-1] = -slope[-1] / second - share @ found
        gain += slope[-1] ** 2 / second
    flat = on[-1] and not balanced and abs(slope[-1]) > 1e-13
    predicted = None if flat else (0.5 if objective.loss.quadratic else 1.0) * (gain + 2 * rest)
    return Step(delta[:, None], first.cost, first.g[:, None], predicted, change=change[:, None])


def by_metric(near: Expansion, metric: Array) -> Step:
    """Newton's step from an expansion by conjugate gradients, as `by_products`, where no proof is possible.

    Cost: at most 8 passes.
    """
    objective, on = near.objective, near.objective.moves
    slope = np.where(on, near.g[:, 0], 0.0)
    inverse = _preconditioner(metric, on, False)

    def product(v: Array) -> Array:
        return np.where(on, near.product(v[:, None])[:, 0], 0.0)

    share = 0.5 if objective.loss.quadratic else 1.0
    found, r, gain, rest = _conjugate_gradients(product, inverse, slope, PRODUCTS, lambda r, gain, left: left <= NEAR)
    least = rest / max(float(r @ inverse(r)), TINY)

    def again(g: Array) -> float:
        return 2 * share * least * float(g[:, 0] @ inverse(np.where(on, g[:, 0], 0.0)))

    def lengths(A: Array) -> Array:
        return least * np.array([a @ inverse(np.where(on, a, 0.0)) for a in A])

    sizes = np.sqrt(np.maximum(np.diag(metric), 0.0))
    inflation = float(sizes**2 @ np.abs([inverse(e)[j] for j, e in enumerate(np.diag(on.astype(float)))]))
    change = np.where(on, r - slope, 0.0)[:, None]
    predicted = share * (gain + 2 * rest)
    move = largest_move(near, predicted, lengths) if objective.loss.third_known else 0.0
    step = Step(found[:, None], near.cost, near.g, predicted, change=change, again=again, move=move)
    return step._replace(sizes=sizes, inflation=inflation)


def _gap_of(squares: Array, weights: Array, cost: float) -> Callable[[Array], float]:
    """The gap that a residual of the slopes adds to that of the dual point."""
    if squares.any():
        return lambda r: float((r**2 / (2 * np.maximum(squares, TINY))).sum())
    return lambda r: float((np.abs(r) / np.maximum(weights.min(0), TINY)).max(initial=0.0) * cost)


def _preconditioner(metric: Array, on: Mask, balanced: bool) -> Callable[[Array], Array]:
    """The map r -> M^-1 r for the coordinates ``on``, with the intercept eliminated from M."""
    if metric.ndim == 1:
        scale = np.where(on & (metric > 0), 1.0 / np.where(metric > 0, metric, 1.0), 0.0)
        return lambda r: scale * r
    M = metric[np.ix_(on, on)]
    if balanced and metric[-1, -1] > 0:
        M = M - np.outer(metric[on, -1], metric[on, -1]) / metric[-1, -1]
    size = np.sqrt(np.maximum(np.diag(M), TINY))
    try:
        inverse = np.linalg.inv(M / size[:, None] / size + 1e-12 * np.eye(len(M))) / size[:, None] / size
    except np.linalg.LinAlgError:
        inverse = np.diag(1.0 / size**2)

    def apply(r: Array) -> Array:
        out = np.zeros(len(r))
        out[on] = inverse @ r[on]
        return out

    return apply


def _conjugate_gradients(
    product: Callable[[Array], Array],
    inverse: Callable[[Array], Array],
    g: Array,
    most: int,
    enough: Callable[[Array, float, float], bool],
) -> tuple[Array, Array, float, float]:
    """An approximation delta of -H^-1 g, the residual g + H delta, the decrease -g'delta, and a bound of its rest."""
    delta, r = np.zeros(len(g)), g.copy()
    q = inverse(r)
    p, size = -q, float(r @ q)
    first, gain, diagonal, beside = size, 0.0, [0.0], [0.0]
    for _ in range(0 if enough(r, 0.0, 1.0) else most):
        Hp = product(p)
        second = float(p @ Hp)
        if not second > 0:
            break
        length = size / second
        delta += length * p
        r = r + length * Hp
        gain += length * size
        q = inverse(r)
        before, size = size, max(float(r @ q), 0.0)
        diagonal[-1] += 1 / length
        if size == 0 or enough(r, gain, size / first):
            diagonal.append(0.0)
            break
        again = size / before
        p = again * p - q
        diagonal.append(again / length)
        beside.append(np.sqrt(again) / length)
    return delta, r, gain, size / _smallest_ritz_value(diagonal[:-1], beside[1:])


def _smallest_ritz_value(diagonal: list[float], beside: list[float]) -> float:
    if not diagonal:
        return TINY
    beside = beside[: len(diagonal) - 1]
    T = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    return max(float(np.linalg.eigvalsh(T)[0]), TINY)
