"""Newton steps: to the least point of the quadratic model of the objective, an L1 penalty left as it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .data.csr import CSR
from .data.rows import Rows
from .data.sweep import UNIT, scales, shifted
from .problem import Problem

__all__ = ["Seen", "Step", "at_once", "matrix_step", "promise", "small"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
AT_ONCE = 1 << 15  # numbers of a table so small that one look gives everything
ROUNDS = 20  # changes of the active columns at most
LEAST = float(np.finfo(float).tiny)
FEW = 200  # columns up to which they may also change one by one


def matrix_step(H: Array, g: Array, w: Array, strength: Array, free: Mask) -> Array:
    """The delta (m,) that minimises g'delta + delta' H delta / 2 + strength . |w + delta| over the free coordinates.

    With a strength, by rounds: coordinates that are 0 or change their sign leave the linear system, those whose slope
    is above their strength enter it, until none does (a primal-dual active set). Cost: m^3 / 3 flops a round.

    References
    ----------
    Hintermüller, M., Ito, K. and Kunisch, K. (2002). The primal-dual active set strategy as a semismooth Newton method.
    SIAM J. Optim. 13(3). doi:10.1137/S1052623401383558
    """
    size = np.sqrt(np.maximum(H.diagonal(), 0.0))
    live = free & (size > 0)
    inverse = live / np.maximum(size, LEAST)
    S = H * inverse[:, None] * inverse
    S.flat[:: len(S) + 1] = 1.0 + 4 * len(S) * UNIT
    slope, s, at = g * inverse, strength * inverse, w * size
    if not s.any():
        return inverse * np.asarray(_solved(S, -slope, live))
    step = _by_rounds(S, slope, s, at, live)
    if step is None:
        step = _by_corners(S, slope, s, at, live) if len(S) <= FEW else np.zeros(len(g))
    return inverse * step


def _by_rounds(S: Array, slope: Array, s: Array, at: Array, live: Mask) -> Array | None:
    """The step by a primal-dual active set; None where the rounds do not end, as they may."""
    step, pull = np.zeros(len(at)), at - slope
    on, sign = live & ((np.abs(pull) > s) | (s == 0)), np.sign(pull)
    for _ in range(ROUNDS):
        step = np.where(on | ~live, 0.0, -at)
        step += _solved(S, -(slope + s * sign + S @ step), on)
        pull = at + step - slope - S @ step
        before, on = on, live & ((np.abs(pull) > s) | (s == 0))
        same = (np.sign(pull) == sign) | ~on | (s == 0)
        sign = np.sign(pull)
        if same.all() and (on == before).all():
            return step
    return None


def _by_corners(S: Array, slope: Array, s: Array, at: Array, live: Mask) -> Array:
    """The step by single changes, each of which lowers the model: to a sign change on the way, else one more column."""
    u, sign = at.copy(), np.where(live & (s > 0), np.sign(at), 0.0)
    for _ in range(4 * len(u)):
        on = live & ((sign != 0) | (s == 0))
        way = _solved(S, -(slope + S @ (u - at) + s * sign), on)
        turns = on & (way * sign < 0)
        shares = np.where(turns, -u / np.where(turns, way, 1.0), np.inf)
        first = int(shares.argmin())
        u = u + min(1.0, float(shares[first])) * way
        if shares[first] < 1:
            u[first] = sign[first] = 0.0
            continue
        r = slope + S @ (u - at)
        excess = np.where(live & ~on, np.abs(r) - s, 0.0)
        worst = int(excess.argmax())
        if excess[worst] <= 1e-14 * s[worst]:
            break
        sign[worst] = -np.sign(r[worst])
    return u - at


def _solved(S: Array, right: Array, on: Mask) -> Array:
    """Solution of S x = right among the coordinates that are on, 0 in the others; 0 where there is none."""
    try:
        if on.all():
            return np.asarray(np.linalg.solve(S, right), np.float64)
        x = np.zeros(len(right))
        x[on] = np.linalg.solve(S[on][:, on], right[on])
    except np.linalg.LinAlgError:
        return np.zeros(len(right))
    return x


def promise(H: Array, g: Array, w: Array, strength: Array, delta: Array) -> float:
    """By how much the model falls from 0 to delta."""
    paid = strength @ (np.abs(w) - np.abs(w + delta)) if strength.any() else 0.0
    return max(float(paid - (g + 0.5 * (H @ delta)) @ delta), 0.0)


def small(rows: Rows) -> bool:
    """Whether the whole table fits into one block."""
    n, d = rows.shape
    return not isinstance(rows.X, CSR) and n * (d + 1) <= AT_ONCE


class Seen(NamedTuple):
    """What a look at w has found in each row, (n,): predictor, loss and its derivatives, without weights."""

    z: Array
    cost: Array
    slope: Array
    bend: Array


class Step(NamedTuple):
    """A step and what is known of it."""

    delta: Array  # (d + 1, 1)
    cost: float  # of the objective where it begins
    g: Array  # (d + 1, 1): gradient of the smooth part there
    promise: (
        float | None
    )  # estimate of cost less least cost, by second derivatives; None if they know of no least point
    given_up: float = 0.0  # gap that the step leaves so that rounding cannot take the dual point out of its domain
    seen: Seen | None = None
    change: Array | None = (
        None  # (d + 1, 1): of the gradient, by this step, where it is no solution of the whole system
    )


def at_once(problem: Problem, rows: Rows, w: Array) -> tuple[float, Array, Array, Seen]:
    """Objective, gradient of its smooth part (d + 1, 1) and Hessian of a small table at w. Cost: one reading."""
    n, d = rows.shape
    rows.read(n)
    A, loss, y, scale = shifted(rows, 0, n, np.empty((n, d + 1))), problem.loss, rows.y[:, 0], scales(rows)
    z = A @ (w[:, 0] * scale)
    z = z if rows.offset is None else z + rows.offset
    _, cost, slope, bend = seen = Seen(z, loss.value(z, y), loss.slope(z, y), loss.bend(z, y))
    if rows.weight is not None:
        cost, slope, bend = cost * rows.weight, slope * rows.weight, bend * rows.weight
    g = (slope @ A * scale / rows.total)[:, None]
    H = (A * bend[:, None]).T @ A
    H *= scale * (scale / rows.total)[:, None]
    factor = rows.units.factor(d)
    raw, curve = factor * w, problem.l2 * factor
    H.flat[:: d + 2] += (curve * factor)[:, 0]
    g += curve * raw
    if problem.fixed or not problem.intercept:
        g *= problem.free(d)
    return float(cost.sum() / rows.total) + float(problem.penalty.value(raw).sum()), g, H, seen
