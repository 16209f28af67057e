"""Projection onto bounds in the metric of a quadratic form."""

from __future__ import annotations

import numpy as np

from ..core.types import Array
from ..objective.prox import ROUNDING

__all__ = ["nearest_inside"]

SWEEPS = 100


def nearest_inside(v: Array, B: Array, low: Array, high: Array, start: Array) -> Array:
    """The u (d,) with low <= u <= high that minimises (u - v)' B (u - v).

    Coordinate sweeps from ``start``, which lies within the bounds, guess the active set. The other coordinates are then
    solved for together. Cost: d^2 flops a sweep, d^3 / 3 a solution.

    Examples
    --------
    >>> nearest_inside(np.array([3.0, 0.0]), np.array([[2.0, 1.0], [1.0, 2.0]]), np.zeros(2), np.ones(2), np.zeros(2))
    array([1., 1.])
    """
    u, target = start.copy(), B @ v
    for _ in range(SWEEPS):
        before = u.copy()
        for j in range(len(u)):
            u[j] = min(max(u[j] - (B[j] @ u - target[j]) / B[j, j], low[j]), high[j])
        solved = _solved(u, B, target, low, high)
        if solved is not None:
            return solved
        if np.abs(u - before).max() <= ROUNDING * np.abs(u).max():
            break
    return u


def _solved(u: Array, B: Array, target: Array, low: Array, high: Array) -> Array | None:
    """The solution if the bounds that u touches are the active set, else None."""
    free = (u > low) & (u < high)
    to = u.copy()
    to[free] = np.linalg.solve(B[np.ix_(free, free)], target[free] - B[np.ix_(free, ~free)] @ u[~free])
    rest = B @ to - target
    inside = bool(((to >= low) & (to <= high)).all())
    right = np.where(to <= low, rest >= 0, rest <= 0)[~free].all()
    return to if inside and right else None
