"""Searches along the line of a step: which share of it to take."""

from __future__ import annotations

import math
from typing import NamedTuple

from ...core.record_kinds import step
from ...core.types import Memory, Probe
from .checks import number, positive

__all__ = ["Backtracking", "ExactLine"]

NOISE = 1e-13  # relative rounding of a cost, which is a sum over many rows
SHORTEST = 1e-10  # share of a step below which there is no better one, unless it promises more than rounding
LONGEST = 1e10
TRIALS = 30


@step()
class Backtracking(NamedTuple):
    """Armijo's rule: the whole step, made shorter until the cost falls by a fair part of what the slope promises.

    With p the direction, ``fall`` = g . p eta and s the share of the step: F(at - s eta p) <= F(at) - slope s fall. The
    next share is the least point of the parabola through what is known, between a tenth and ``shrink`` of the last one.
    Where the cost changes by its own rounding alone, the slope at the new point decides (approximate Wolfe condition).

    Parameters
    ----------
    eta : float > 0
        Learning rate that is tried first; 1 fits Newton's direction and its kin.
    shrink : float, 0.1 <= shrink < 1
        Largest factor from one trial to the next.
    slope : float, 0 < slope < 0.5
        Part of the promised fall that is enough.

    References
    ----------
    Armijo, L. (1966). Minimization of functions having Lipschitz continuous first partial derivatives. Pacific J. Math.
    16(1). doi:10.2140/pjm.1966.16.1. Hager, W. and Zhang, H. (2005). A new conjugate gradient method with guaranteed
    descent and an efficient line search. SIAM J. Optim. 16(1). doi:10.1137/030601880

    Examples
    --------
    >>> parabola = lambda share: ((4.0 * share - 1.0) ** 2, 8.0 * (4.0 * share - 1.0))
    >>> Backtracking().seek(parabola, 1.0, 8.0)
    0.25
    """

    eta: float = 1.0
    shrink: float = 0.5
    slope: float = 1e-4

    def rate(self, t: int) -> float:
        """Learning rate that is tried first."""
        return self.eta

    def seek(self, probe: Probe, cost: float, fall: float, memory: Memory = ()) -> float:
        """Share of the step that is taken; 0 where no share of it is any better."""
        return backtrack(probe, cost, fall, cost, self.shrink, self.slope)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        right = number(self.shrink) and number(self.slope) and 0.1 <= self.shrink < 1 and 0 < self.slope < 0.5
        return positive(self.eta) or (None if right else "backtracking needs 0.1 <= shrink < 1 and 0 < slope < 0.5")


def backtrack(probe: Probe, cost: float, fall: float, above: float, shrink: float = 0.5, part: float = 1e-4) -> float:
    """Armijo's rule below ``above``, which is the cost itself, or more where the cost may rise for a while."""
    share, noise = 1.0, NOISE * abs(above)
    while share > SHORTEST or share * fall > noise > 0.0:
        reached, slope = probe(share)
        if reached <= above - part * share * fall and reached < above - noise:
            return share
        if reached <= above + noise and slope <= (1.0 - 2.0 * part) * fall:
            return share
        bend = 2.0 * (reached - cost + share * fall) / share
        best = fall / bend if 0.0 < bend < math.inf else 0.0
        share = min(max(best, 0.1 * share), shrink * share)
    return 0.0


@step()
class ExactLine(NamedTuple):
    """Exact line search: to the least point on the line of the step, where the slope is 0.

    With phi(s) the cost at the share s of the step, the next share is where the line through phi' at two points is 0:
    from phi'(0) = -fall and phi'(1) that is fall / (fall + phi'(1)), exact where the cost is a quadratic. Elsewhere the
    search goes on between a share with phi' < 0 and one beyond, every third time by their geometric mean, until
    |phi'(s)| <= slope fall. The cost never rises by more than its rounding.

    With the plain rule on a quadratic of condition kappa the gap falls by ((kappa - 1) / (kappa + 1))^2 a step or more:
    Cauchy's method, no faster than a constant rate of 2 / (L + mu), which it need not know. Cost: two looks a step on a
    quadratic, usually two to five elsewhere.

    Parameters
    ----------
    eta : float > 0
        Learning rate that is tried first.
    slope : float, 0 < slope < 1
        Slope, as a part of that at the foot of the step, that passes for 0.

    References
    ----------
    Nocedal, J. and Wright, S. (2006). Numerical Optimization, 3.3 and 3.5. doi:10.1007/978-0-387-40065-5

    Examples
    --------
    >>> parabola = lambda share: ((4.0 * share - 1.0) ** 2, 8.0 * (4.0 * share - 1.0))
    >>> ExactLine().seek(parabola, 1.0, 8.0)
    0.25
    """

    eta: float = 1.0
    slope: float = 0.01

    def rate(self, t: int) -> float:
        """Learning rate that is tried first."""
        return self.eta

    def seek(self, probe: Probe, cost: float, fall: float, memory: Memory = ()) -> float:
        """Share of the step that is taken; 0 where no share of it is any better."""
        low, high = (0.0, -fall), (math.inf, math.nan)
        share, noise = 1.0, NOISE * abs(cost)
        for trial in range(1, TRIALS):
            reached, slope = probe(share)
            enough = self.slope if share * fall > noise else 0.9  # below the cost's rounding nothing is exact
            if reached <= cost + noise and abs(slope) <= enough * fall:
                return share
            if reached <= cost + noise and slope < 0.0:
                low = share, slope
            else:
                high = share, slope
            share = _between(low, high, fall, trial % 3 == 0)
        return low[0]

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        right = number(self.slope) and 0 < self.slope < 1
        return positive(self.eta) or (None if right else f"exact_line needs 0 < slope < 1, not {self.slope!r}")


def _between(low: tuple[float, float], high: tuple[float, float], fall: float, halve: bool) -> float:
    """Share at which to look next: the root of the line through two slopes, or a safe one."""
    (a, left), (b, right) = low, high
    if b == math.inf:
        root = a * fall / (fall + left) if fall + left > 0.0 else LONGEST
        return min(2.0 * a if halve else root, LONGEST * a)
    if right > 0.0 and not halve:
        return a + (b - a) * left / (left - right)
    return math.sqrt(a * b) if a > 0.0 else 0.1 * b
