"""Coordinate descent on a quadratic with an L1 penalty."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from numba.extending import register_jitable

__all__ = ["coordinate_sweeps"]


def coordinate_sweeps(u, rest, B, s, most, share):
    """Minimise u'B u / 2 - target . u + the penalty over one coordinate after the other, in place.

    u (m,), rest = B u - target (m,), B (m, m) with a diagonal > 0, s (2, m). After each sweep over all coordinates, more
    over those that are not 0. It ends where no step is longer than the share of the longest u, or after ``most`` sweeps.
    """
    sweeps = 0
    while sweeps < most:
        moved, longest = sweep(u, rest, B, s, True)
        sweeps += 1
        if moved <= share * longest:
            return
        inner = moved
        while inner > max(share * longest, 0.05 * moved) and sweeps < most:
            inner, longest = sweep(u, rest, B, s, False)
            sweeps += 1


@register_jitable
def sweep(u, rest, B, s, whole):
    """One sweep over all coordinates, or over those that are not 0; the longest step, and the longest u."""
    moved = 0.0
    longest = 0.0
    for j in range(len(u)):
        at = u[j]
        if not whole and at == 0.0:
            continue
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
