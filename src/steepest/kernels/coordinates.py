"""Coordinate descent on a quadratic with an L1 penalty."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

__all__ = ["coordinate_sweeps"]


def coordinate_sweeps(u, rest, B, s, most, share):
    """Minimise u'B u / 2 - target . u + the penalty over one coordinate after the other, in place.

    u (m,), rest = B u - target (m,), B (m, m) with a diagonal > 0, s (2, m). After each sweep over all coordinates,
    more over those that are not 0. It ends where no step is longer than the share of the longest u, or after ``most``
    sweeps.
    """
    sweeps = 0
    while sweeps < most:
        moved, longest = sweep(u, rest, B, s)
        sweeps += 1
        if moved <= share * longest:
            return
        sweeps += settle(u, rest, B, s, most - sweeps, share, 0.05 * moved)


@register_jitable
def settle(u, rest, B, s, most, share, moved):
    """Sweep over the coordinates that are not 0 until no step is longer than ``moved``; return how often."""
    on = np.flatnonzero(u)
    m = len(on)
    part, own, weights, v = np.empty((m, m)), np.empty(m), np.empty((2, m)), np.empty(m)
    for a in range(m):
        row = B[on[a]]
        for b in range(m):
            part[a, b] = row[on[b]]
        own[a], v[a] = rest[on[a]], u[on[a]]
        weights[0, a], weights[1, a] = s[0, on[a]], s[1, on[a]]
    sweeps = 0
    inner, longest = np.inf, 0.0
    while sweeps < most and inner > max(share * longest, moved):
        inner, longest = sweep(v, own, part, weights)
        sweeps += 1
    for a in range(m):
        change = v[a] - u[on[a]]
        if change != 0.0:
            row = B[on[a]]
            for i in range(len(u)):
                rest[i] += row[i] * change
            u[on[a]] = v[a]
    return sweeps


@register_jitable
def sweep(u, rest, B, s):
    """One sweep over all coordinates; the longest step, and the longest u."""
    moved = 0.0
    longest = 0.0
    for j in range(len(u)):
        at = u[j]
        curvature = B[j, j]
        to = at - rest[j] / curvature
        to = max(to - s[1, j] / curvature, 0.0) + min(to + s[0, j] / curvature, 0.0)
        change = to - at
        if change != 0.0:
            row = B[j]
            for i in range(len(u)):
                rest[i] += row[i] * change
            u[j] = to
            moved = max(moved, abs(change))
        longest = max(longest, abs(to))
    return moved, longest
