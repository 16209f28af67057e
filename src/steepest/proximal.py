"""The proximal step of an L1 penalty: the point nearest to where a step has led, its absolute values being paid for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .penalties import soften

__all__ = ["by_signs", "in_metric", "least_slope"]

Array = NDArray[np.float64]
SWEEPS = 50  # coordinate sweeps at most before signs are taken for right
ROUNDING = 16 * float(np.finfo(float).eps)


def least_slope(w: Array, g: Array, strength: Array) -> Array:
    """The smallest subgradient of the objective, from the gradient g of its smooth part: 0 exactly at an optimum.

    Examples
    --------
    >>> least_slope(np.array([[0.0], [2.0]]), np.array([[0.3], [-0.5]]), np.array([[0.5], [0.5]])).ravel()
    array([0., 0.])
    """
    return np.where(w != 0, g + strength * np.sign(w), soften(g, strength))


def in_metric(v: Array, B: Array, strength: Array, start: Array | None = None) -> Array:
    """The u (d, 1) that minimises (u - v)' B (u - v) / 2 + strength . |u|, with exact zeros.

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
    return by_signs(B, (B @ v)[:, 0], strength[:, 0], (v if start is None else start)[:, 0])[:, None]


def by_signs(B: Array, target: Array, s: Array, start: Array) -> Array:
    """The u (m,) that minimises u'B u / 2 - target . u + s . |u|, as `in_metric` does."""
    u = start.copy()
    rest = B @ u - target
    for _ in range(SWEEPS):
        before = u.copy()
        _sweep(u, rest, B, s)
        if np.abs(u - before).max() <= 1e-3 * np.abs(u).max():
            break
    sign = np.sign(u)
    for _ in range(10 * len(u) + 10):
        u, whole = _towards_solution(u, sign, target, B, s)
        sign = np.sign(u)
        excess = np.where((u == 0) & (s > 0), np.abs(B @ u - target) - s, 0.0)
        j = int(excess.argmax())
        if whole and excess[j] <= ROUNDING * (s[j] + abs(target[j])):
            break
        if whole:
            sign[j] = -np.sign(B[j] @ u - target[j])
    return u


def _sweep(u: Array, rest: Array, B: Array, s: Array) -> None:
    """Minimise over one coordinate after the other, in place; ``rest`` is B u - target."""
    for j in range(len(u)):
        bend, at = B[j, j], u[j]
        to = at - rest[j] / bend
        to = max(to - s[j] / bend, 0.0) + min(to + s[j] / bend, 0.0)
        if to != at:
            rest += B[:, j] * (to - at)
            u[j] = to


def _towards_solution(u: Array, sign: Array, target: Array, B: Array, s: Array) -> tuple[Array, bool]:
    """Go to the least point for these signs, or to the best sign change on the way; say whether it was reached."""
    live = (sign != 0) | (s == 0)
    to = np.zeros(len(u))
    to[live] = np.linalg.solve(B[np.ix_(live, live)], (target - s * sign)[live])
    crossed = np.flatnonzero((s > 0) & (to * sign < 0))
    if not len(crossed):
        return to, True
    way = to - u
    shares = np.append(np.unique(u[crossed] / -way[crossed]), 1.0)
    slope, bend = float((B @ u - target) @ way), float(way @ (B @ way))
    values = [share * (slope + 0.5 * share * bend) + s @ np.abs(u + share * way) for share in shares]
    best = float(shares[int(np.argmin(values))])
    point = u + best * way
    point[(s > 0) & (np.abs(point) <= ROUNDING * (np.abs(u) + np.abs(to)))] = 0.0
    return point, False
