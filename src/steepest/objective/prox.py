"""The proximal step of a penalty on sizes: the point nearest to where a step has led, the sizes being paid for.

A strength is one number for each coordinate, the price of |w|, or two of them, (2, ...): that of being negative and
that of being positive. A sign constraint is a price on one side that nothing is worth.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array

__all__ = ["FORBIDDEN", "by_signs", "in_metric", "least_slope", "paid", "pull"]

FORBIDDEN = 1e200  # the price of a side that no coefficient may enter; 0 times it is still 0
SWEEPS = 50  # coordinate sweeps at most before signs are taken for right
ROUNDING = 16 * float(np.finfo(float).eps)


def least_slope(w: Array, g: Array, strength: Array) -> Array:
    """The smallest subgradient of the objective, from the gradient g of its smooth part: 0 exactly at an optimum.

    Examples
    --------
    >>> least_slope(np.array([[0.0], [2.0]]), np.array([[0.3], [-0.5]]), np.array([[0.5], [0.5]])).ravel()
    array([0., 0.])
    """
    down, up = _sides(strength, w)
    return np.where(w != 0, g + pull(w, strength), g - np.minimum(np.maximum(g, -up), down))


def pull(w: Array, strength: Array) -> Array:
    """Derivative of what is paid by each coordinate, 0 at 0."""
    down, up = _sides(strength, w)
    return np.where(w > 0, up, np.where(w < 0, -down, 0.0))


def _sides(strength: Array, w: Array) -> Any:
    return strength if strength.ndim > w.ndim else (strength, strength)


def paid(w: Array, strength: Array) -> Array:
    """What each coordinate pays: its size times the price of its side.

    Examples
    --------
    >>> paid(np.array([3.0, -2.0]), np.array([[1.0, 1.0], [0.5, 0.5]]))
    array([1.5, 2. ])
    """
    return w * pull(w, strength)


def in_metric(v: Array, B: Array, strength: Array, start: Array | None = None) -> Array:
    """The u (d, 1) that minimises (u - v)' B (u - v) / 2 + what u pays, with exact zeros; strength (d, 1) or (2, d, 1).

    A few coordinate sweeps guess which coordinates are 0 and the signs of the others. These are then solved for at
    once; the way there is left where the objective is least, at a sign change, and one coordinate that ought not to be
    0 is set free, until none is (feature-sign search). Cost: d^2 flops a sweep, k^3 / 3 a solution for k coordinates.

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
    return by_signs(B, (B @ v)[:, 0], strength[..., 0], (v if start is None else start)[:, 0])[:, None]


def by_signs(B: Array, target: Array, s: Array, start: Array) -> Array:
    """The u (m,) that minimises u'B u / 2 - target . u + what u pays by s (2, m) or (m,), as `in_metric` does."""
    s, u = s if s.ndim == 2 else np.stack((s, s)), start.copy()
    kinked = (s[0] > 0) | (s[1] > 0)
    rest = B @ u - target
    for _ in range(SWEEPS):
        before = u.copy()
        with np.errstate(over="ignore"):  # a price by next to no curvature is without end
            _sweep(u, rest, B, s)
        if np.abs(u - before).max() <= 1e-3 * np.abs(u).max():
            break
    sign = np.sign(u)
    for _ in range(10 * len(u) + 10):
        u, whole = _towards_solution(u, sign, target, B, s, kinked)
        sign = np.sign(u)
        rest = B @ u - target
        excess = np.where((u == 0) & kinked, np.maximum(rest - s[0], -rest - s[1]), 0.0)  # of what holds them at 0
        j = int(excess.argmax())
        if whole and excess[j] <= ROUNDING * (abs(rest[j]) + abs(target[j]) + np.abs(B[j]) @ np.abs(u)):
            break
        if whole:
            sign[j] = -np.sign(rest[j])
    return u


def _sweep(u: Array, rest: Array, B: Array, s: Array) -> None:
    """Minimise over one coordinate after the other, in place; ``rest`` is B u - target."""
    down, up = s
    for j in range(len(u)):
        bend, at = B[j, j], u[j]
        to = at - rest[j] / bend
        to = max(to - up[j] / bend, 0.0) + min(to + down[j] / bend, 0.0)
        if to != at:
            rest += B[:, j] * (to - at)
            u[j] = to


def _towards_solution(
    u: Array, sign: Array, target: Array, B: Array, s: Array, kinked: NDArray[np.bool_]
) -> tuple[Array, bool]:
    """Go to the least point for these signs, or to the best sign change on the way; say whether it was reached."""
    live = (sign != 0) | ~kinked
    to = np.zeros(len(u))
    to[live] = np.linalg.solve(B[np.ix_(live, live)], (target - np.where(sign > 0, s[1], -s[0]))[live])
    crossed = np.flatnonzero(kinked & (to * sign < 0))
    if not len(crossed):
        return to, True
    way = to - u
    shares = np.append(np.unique(u[crossed] / -way[crossed]), 1.0)
    points = u + shares[:, None] * way
    points[kinked & (np.abs(points) <= ROUNDING * (np.abs(u) + np.abs(to)))] = 0.0
    slope, bend = float((B @ u - target) @ way), float(way @ (B @ way))
    values = shares * (slope + 0.5 * shares * bend) + np.maximum(points, 0.0) @ s[1] - np.minimum(points, 0.0) @ s[0]
    point: Array = points[int(np.argmin(values))]
    return point, False
