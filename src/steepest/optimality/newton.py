"""Newton steps: to the least point of the quadratic model of the objective, a penalty on sizes left as it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.blockwise import UNIT, scales, shifted
from ..data.csr import CSR
from ..data.rows import Rows
from ..objective.problem import Problem
from ..objective.prox import FORBIDDEN, by_signs, paid

__all__ = ["Seen", "Step", "at_once", "matrix_step", "promise", "small"]

Mask = NDArray[np.bool_]
AT_ONCE = 1 << 15  # numbers of a table so small that one look gives everything
LEAST = float(np.finfo(float).tiny)


def matrix_step(H: Array, g: Array, w: Array, strength: Array, free: Mask) -> Array:
    """The delta (m,) that minimises g'delta + delta' H delta / 2 + what w + delta pays over the free coordinates.

    With a strength (2, m), by the signs of `in_metric`. Cost: m^3 / 3 flops for each change of signs.
    """
    size = np.sqrt(np.maximum(H.diagonal(), 0.0))
    live = free & (size > 0)
    inverse = live / np.maximum(size, LEAST)
    S = H * inverse[:, None] * inverse
    S.flat[:: len(S) + 1] = 1.0 + 4 * len(S) * UNIT
    slope, s, at = g * inverse, strength * inverse, w * size
    if not s.any() or not np.isfinite(S).all():
        return -inverse * np.asarray(np.linalg.solve(S, slope))
    step, on = np.zeros(len(g)), np.flatnonzero(live)
    step[on] = by_signs(S[np.ix_(on, on)], (S @ at - slope)[on], s[..., on], at[on]) - at[on]
    return inverse * step


def promise(H: Array, g: Array, w: Array, strength: Array, delta: Array) -> float:
    """By how much the model falls from 0 to delta."""
    saved = 0.0
    if strength.any():
        allowed = strength * (strength < FORBIDDEN)  # w + delta may be off by a rounding
        saved = float((paid(w, allowed) - paid(w + delta, allowed)).sum())
    return max(float(saved - (g + 0.5 * (H @ delta)) @ delta), 0.0)


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
    _, cost, slope, bend = seen = Seen(z, loss.value(z, y), loss.slope(z, y), loss.second_derivative(z, y))
    if rows.weight is not None:
        cost, slope, bend = cost * rows.weight, slope * rows.weight, bend * rows.weight
    g = (slope @ A * scale / rows.total)[:, None]
    H = (A * bend[:, None]).T @ A
    H *= scale * (scale / rows.total)[:, None]
    total = float(cost.sum() / rows.total)
    if problem.l2 > 0 or problem.l1 > 0:
        curve = problem.squares(d, rows.units)
        H.flat[:: d + 2] += curve[:, 0]
        g += curve * w
        total += float((problem.multiples(d) * problem.penalty.value(rows.units.factor(d) * w)).sum())
    if problem.fixed or not problem.intercept:
        g *= problem.free(d)
    return total, g, H, seen
