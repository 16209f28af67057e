"""Newton steps by conjugate gradients: a product with the Hessian is one reading of the rows; no matrix is formed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.blockwise import sweep
from ..data.rows import Rows
from ..objective.losses import SquaredError
from ..objective.problem import Problem
from ..objective.prox import least_slope
from .newton import Step

__all__ = ["Opening", "by_products", "opening"]

Mask = NDArray[np.bool_]
PRODUCTS, DIAGONAL_PRODUCTS = 8, 30  # readings of the rows for one step, in a metric or in its diagonal
ENOUGH, CLOSE = 1e-2, 0.02  # what may be left: of g' M^-1 g for a decrement, of the gap for a proof
SHARE = 0.4  # of the gap that was asked for, which the rest may cost
TINY = float(np.finfo(float).tiny)


class Opening(NamedTuple):
    """One reading of the rows at w."""

    cost: float
    g: Array  # (d + 1,)
    bend: Array  # (n,) second derivatives times weights
    column: Array  # (d + 1,) of the Hessian, that of the intercept
    diagonal: Array  # (d + 1,) of the Hessian


def opening(problem: Problem, rows: Rows, w: Array) -> Opening:
    """Objective, gradient and part of the Hessian at w (d + 1, 1), in double precision. Cost: one reading."""
    loss, bends, total = problem.loss, np.empty(rows.shape[0]), rows.total

    def judge(low: int, high: int, Z: Array) -> tuple[Array, Array, tuple[float, ...]]:
        z, y, mass = Z[:, 0], rows.y[low:high, 0], rows.masses(low, high)
        z = z if rows.offset is None else z + rows.offset[low:high]
        r, cost = np.stack((loss.slope(z, y), loss.second_derivative(z, y))), loss.value(z, y)
        if mass is not None:
            r, cost = r * mass, cost * mass
        bends[low:high] = r[1]
        return r, r[1], (cost.sum(),)

    sums = sweep(rows, w, judge)
    slopes, column = sums.products / total
    cost, g = problem.penalised(rows.shape[1], rows.units)(w, float(sums.totals[0] / total), slopes[:, None])
    squares = problem.squares(rows.shape[1], rows.units)[:, 0]
    return Opening(cost, g[:, 0], bends, column, sums.squares / total + squares)


def by_products(problem: Problem, rows: Rows, w: Array, metric: Any, proof: bool, target: float = 0.0) -> Step:
    """Newton's step from w (d + 1, 1) by conjugate gradients, each product with the Hessian one reading of the rows.

    The intercept is eliminated; of the coefficients under an L1 penalty only those move that are not 0. ``metric``
    (d + 1, d + 1) or its diagonal (d + 1,) preconditions. For a proof the steps go on until the rest costs little, or
    less than ``target``.

    The promise is the estimate a + 2 r'M^-1 r / theta, half of that for squared losses: a what the steps have gained, r
    the rest, theta the least Ritz value, which approaches the least eigenvalue of M^-1 H from above.

    Cost: one reading of the rows, and at most 8 more, or 30 by a diagonal.

    References
    ----------
    Hestenes, M. R. and Stiefel, E. (1952). Methods of conjugate gradients for solving linear systems. J. Res. Nat. Bur.
    Standards 49(6). doi:10.6028/jres.049.044
    """
    d, look = rows.shape[1], opening(problem, rows, w)
    squares, strength, at = problem.squares(d, rows.units)[:, 0], problem.strength(d, rows.units)[..., 0], w[:, 0]
    least = least_slope(at, look.g, strength)
    moves = (at != 0) | ~strength.any(0) | ((least != 0) & (not proof))
    on = (problem.free(d)[:, 0] > 0) & moves
    slope = np.where(on, least, 0.0)
    column, bend = look.column, look.diagonal[-1]
    balanced = bool(on[-1] and bend > 0)
    share = np.where(on, column, 0.0) / bend if balanced else np.zeros(d + 1)
    share[-1] = 0.0
    inner = on.copy()
    inner[-1] = False
    view = rows._replace(y=np.zeros((rows.shape[0], 1)), weight=look.bend, offset=None)

    def product(v: Array) -> Array:
        full = v.copy()
        full[-1] = -share @ v
        Hv = view.value_and_gradient(SquaredError(), full[:, None])[1][:, 0] + squares * full
        return np.where(inner, Hv, 0.0)

    most = DIAGONAL_PRODUCTS if metric is None or metric.ndim == 1 else PRODUCTS
    inverse = _preconditioner(look.diagonal if metric is None else metric, inner, balanced)
    begin = np.where(inner, slope - share * slope[-1], 0.0)
    price = _price(squares[:-1], strength[:, :-1], look.cost)

    def enough(r: Array, gain: float, left: float) -> bool:
        if not proof or 0.0 < target < 0.5 * gain:
            return left <= ENOUGH
        return price(r[:-1]) <= max(CLOSE * gain, SHARE * target)

    found, r, gain, rest = _conjugate_gradients(product, inverse, begin, most, enough)
    delta, change = found, np.where(on, r - slope, 0.0)
    if balanced:
        delta[-1] = -slope[-1] / bend - share @ found
        gain += slope[-1] ** 2 / bend
    flat = on[-1] and not balanced and abs(slope[-1]) > 1e-13
    lost = None if flat else (0.5 if problem.loss.quadratic else 1.0) * (gain + 2 * rest)
    return Step(delta[:, None], look.cost, look.g[:, None], lost, change=change[:, None])


def _price(squares: Array, strength: Array, cost: float) -> Callable[[Array], float]:
    """What a rest of the slopes costs a dual point, in gap."""
    if squares.any():
        return lambda r: float((r**2 / (2 * np.maximum(squares, TINY))).sum())
    return lambda r: float((np.abs(r) / np.maximum(strength.min(0), TINY)).max(initial=0.0) * cost)


def _preconditioner(metric: Array, on: Mask, balanced: bool) -> Callable[[Array], Array]:
    """The map r -> M^-1 r among the coordinates that are on, the intercept eliminated from M."""
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
    product: Callable[[Array], Array], inverse: Callable[[Array], Array], g: Array, most: int, enough: Any
) -> tuple[Array, Array, float, float]:
    """delta near -H^-1 g, the rest g + H delta, its gain -g'delta, and what the rest may add to it."""
    delta, r = np.zeros(len(g)), g.copy()
    q = inverse(r)
    p, size = -q, float(r @ q)
    first, gain, diagonal, beside = size, 0.0, [0.0], [0.0]
    for _ in range(0 if enough(r, 0.0, 1.0) else most):
        Hp = product(p)
        bend = float(p @ Hp)
        if not bend > 0:
            break
        length = size / bend
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
    return delta, r, gain, size / _least_ritz(diagonal[:-1], beside[1:])


def _least_ritz(diagonal: list[float], beside: list[float]) -> float:
    if not diagonal:
        return TINY
    beside = beside[: len(diagonal) - 1]
    T = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    return max(float(np.linalg.eigvalsh(T)[0]), TINY)
