"""The proximal map of an L1 penalty and of sign constraints, by a quadratic form.

Penalty weights are one number for each coordinate, the weight of |w_j|, or two of them, (2, ...): the weight where w_j
is negative, then where it is positive. A sign constraint is a huge weight on the forbidden side.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array

Sweeps = Callable[[Array, Array, Array, Array], None]  # coordinate descent on u, B u - target, B and weights, in place

__all__ = ["FORBIDDEN", "Sweeps", "by_signs", "in_metric", "penalty_slope", "penalty_value", "smallest_subgradient"]

FORBIDDEN = 1e200  # penalty weight of a forbidden side; finite, so that 0 times it is 0
FEW = 32  # coordinates up to which a solution is faster than a sweep: it is tried once the signs stay
SWEEPS = 50  # coordinate sweeps at most before the signs are used for a solution
ROUNDING = 16 * float(np.finfo(float).eps)


def smallest_subgradient(w: Array, g: Array, weights: Array) -> Array:
    """The subgradient of least norm of the objective, from the gradient g of its smooth part; 0 exactly at an optimum.

    Examples
    --------
    >>> smallest_subgradient(np.array([[0.0], [2.0]]), np.array([[0.3], [-0.5]]), np.array([[0.5], [0.5]])).ravel()
    array([0., 0.])
    """
    down, up = _sides(weights, w)
    return np.where(w != 0, g + penalty_slope(w, weights), g - np.minimum(np.maximum(g, -up), down))


def penalty_slope(w: Array, weights: Array) -> Array:
    """Derivative of the penalty by each coordinate; 0 at 0."""
    down, up = _sides(weights, w)
    return np.where(w > 0, up, np.where(w < 0, -down, 0.0))


def _sides(weights: Array, w: Array) -> tuple[Array, Array]:
    return (weights[0], weights[1]) if weights.ndim > w.ndim else (weights, weights)


def penalty_value(w: Array, weights: Array) -> Array:
    """Penalty of each coordinate: |w_j| times the weight of its sign.

    Examples
    --------
    >>> penalty_value(np.array([3.0, -2.0]), np.array([[1.0, 1.0], [0.5, 0.5]]))
    array([1.5, 2. ])
    """
    return w * penalty_slope(w, weights)


def in_metric(v: Array, B: Array, weights: Array, start: Array | None = None) -> Array:
    """The u (d, 1) that minimises (u - v)' B (u - v) / 2 + the penalty of u; weights (d, 1) or (2, d, 1).

    Zeros are exact. A few coordinate sweeps guess which coordinates are 0, and the signs of the others. Feature-sign
    search follows: solve for the coordinates that are not 0, go towards the solution up to the best sign change, and
    free a coordinate that violates its optimality condition, until there is none.
    Cost: d^2 flops a sweep, k^3 / 3 for a solution for k coordinates.

    References
    ----------
    Lee, H., Battle, A., Raina, R. and Ng, A. (2007). Efficient sparse coding algorithms. NeurIPS 19.
    Lee, J., Sun, Y. and Saunders, M. (2014). Proximal Newton-type methods for minimizing composite functions. SIAM J.
    Optim. 24(3). doi:10.1137/130921428

    Examples
    --------
    >>> in_metric(np.array([[3.0], [0.1]]), np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([[1.0], [1.0]])).ravel()
    array([2.5, 0. ])
    """
    return by_signs(B, (B @ v)[:, 0], weights[..., 0], (v if start is None else start)[:, 0])[:, None]


def by_signs(B: Array, target: Array, s: Array, start: Array, sweeps: Sweeps | None = None) -> Array:
    """The u (m,) that minimises u'B u / 2 - target . u + the penalty by weights s (2, m) or (m,), as `in_metric`."""
    s, u = s if s.ndim == 2 else np.stack((s, s)), start.copy()
    nonsmooth = (s[0] > 0) | (s[1] > 0)
    with np.errstate(over="ignore"):  # a penalty weight divided by a tiny curvature may overflow
        (sweeps or _sweeps)(u, B @ u - target, B, s)
    sign = np.sign(u)
    for _ in range(10 * len(u) + 10):
        u, whole = _towards_solution(u, sign, target, B, s, nonsmooth)
        if sweeps is not None and not whole:
            sweeps(u, B @ u - target, B, s)
        sign = np.sign(u)
        rest = B @ u - target
        # violation of the condition for staying at 0
        excess = np.where((u == 0) & nonsmooth, np.maximum(rest - s[0], -rest - s[1]), 0.0)
        j = int(excess.argmax())
        if whole and excess[j] <= ROUNDING * (abs(rest[j]) + abs(target[j]) + np.abs(B[j]) @ np.abs(u)):
            break
        if whole:
            sign[j] = -np.sign(rest[j])
    return u


def _solved(B: Array, target: Array) -> Array:
    """The solution of B u = target, of least norm where B is singular to rounding."""
    try:
        return np.asarray(np.linalg.solve(B, target))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(B, target)[0])


def _sweeps(u: Array, rest: Array, B: Array, s: Array) -> None:
    """Coordinate sweeps until the signs can be guessed, in place; ``rest`` is B u - target."""
    for _ in range(SWEEPS):
        before = u.copy()
        _sweep(u, rest, B, s)
        stays = len(u) <= FEW and (np.sign(u) == np.sign(before)).all()
        if stays or np.abs(u - before).max() <= 1e-3 * np.abs(u).max():
            break


def _sweep(u: Array, rest: Array, B: Array, s: Array) -> None:
    """Minimise over one coordinate after the other, in place; ``rest`` is B u - target."""
    (down, up), diagonal = s.tolist(), B.diagonal().tolist()  # numbers of Python, which are faster one by one
    for j, at in enumerate(u.tolist()):
        curvature = diagonal[j]
        to = at - rest.item(j) / curvature
        to = max(to - up[j] / curvature, 0.0) + min(to + down[j] / curvature, 0.0)
        if to != at:
            rest += B[:, j] * (to - at)
            u[j] = to


def _towards_solution(
    u: Array, sign: Array, target: Array, B: Array, s: Array, nonsmooth: NDArray[np.bool_]
) -> tuple[Array, bool]:
    """Go to the minimiser for these signs, or to the best sign change before it; return whether it was reached."""
    live = (sign != 0) | ~nonsmooth
    to = np.zeros(len(u))
    to[live] = _solved(B[np.ix_(live, live)], (target - np.where(sign > 0, s[1], -s[0]))[live])
    crossed = np.flatnonzero(nonsmooth & (to * sign < 0))
    if not len(crossed):
        return to, True
    direction = to - u
    shares = np.append(np.unique(u[crossed] / -direction[crossed]), 1.0)
    points = u + shares[:, None] * direction
    points[nonsmooth & (np.abs(points) <= ROUNDING * (np.abs(u) + np.abs(to)))] = 0.0
    slope, curvature = float((B @ u - target) @ direction), float(direction @ (B @ direction))
    penalty = np.maximum(points, 0.0) @ s[1] - np.minimum(points, 0.0) @ s[0]
    values = shares * (slope + 0.5 * shares * curvature) + penalty
    point: Array = points[int(np.argmin(values))]
    return point, False
