"""Line searches: the share of a step that is taken."""

from __future__ import annotations

import math
from typing import NamedTuple

from ...core.record_kinds import step
from ...core.types import Memory, Probe
from .checks import number, positive

__all__ = ["Backtracking", "ExactLine"]

NOISE = 1e-13  # relative rounding of a cost, which is a sum over many rows
SHORTEST = 1e-10  # share of a step below which the search ends, unless its predicted decrease is above rounding
LONGEST = 1e10
TRIALS = 30


@step()
class Backtracking(NamedTuple):
    """Armijo's rule: the step is shortened until the cost falls by a given share of the predicted decrease.

    With p the direction, ``fall`` = g . p eta and s the share of the step: F(at - s eta p) <= F(at) - slope s fall. The
    next share is the minimum of the parabola through the known values, between a tenth and ``shrink`` of the last one.
    Where the change of the cost is below rounding, the slope at the new point decides (approximate Wolfe condition).
    Cost: one evaluation of cost and slope for each trial, most often one.

    Parameters
    ----------
    eta : float > 0, default 1.0
        Learning rate that is tried first; 1 is right for Newton's method and its variants.
    shrink : float, 0.1 <= shrink < 1, default 0.5
        Largest factor from one trial to the next.
    slope : float, 0 < slope < 0.5, default 0.0001
        Share of the predicted decrease that suffices.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

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
        """Accepted share of the step; 0 if no share lowers the cost."""
        return backtrack(probe, cost, fall, cost, self.shrink, self.slope)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        right = number(self.shrink) and number(self.slope) and 0.1 <= self.shrink < 1 and 0 < self.slope < 0.5
        return positive(self.eta) or (None if right else "backtracking needs 0.1 <= shrink < 1 and 0 < slope < 0.5")


def backtrack(probe: Probe, cost: float, fall: float, above: float, shrink: float = 0.5, part: float = 1e-4) -> float:
    """Armijo's rule relative to ``above``: the cost, or a higher bound for a non-monotone search."""
    share, noise = 1.0, NOISE * abs(above)
    while share > SHORTEST or share * fall > noise > 0.0:
        reached, slope = probe(share)
        if reached <= above - part * share * fall and reached < above - noise:
            return share
        if reached <= above + noise and slope <= (1.0 - 2.0 * part) * fall:
            return share
        curvature = 2.0 * (reached - cost + share * fall) / share
        best = fall / curvature if 0.0 < curvature < math.inf else 0.0
        share = min(max(best, 0.1 * share), shrink * share)
    return 0.0


@step()
class ExactLine(NamedTuple):
    """Exact line search: to the minimum along the step, where the slope is 0.

    With phi(s) the cost at the share s of the step, the next share is where the line through phi' at two points is 0:
    from phi'(0) = -fall and phi'(1) that is fall / (fall + phi'(1)), exact where the cost is a quadratic. Elsewhere the
    search goes on between a share with phi' < 0 and one beyond, every third time by their geometric mean, until
    ``|phi'(s)| <= slope fall``. The cost never rises by more than its rounding.

    With the plain rule on a quadratic of condition kappa the gap falls by ((kappa - 1) / (kappa + 1))^2 a step or more:
    Cauchy's method, no faster than the constant rate 2 / (L + mu), but without L and mu. Cost: two evaluations a step
    on a quadratic, usually two to five elsewhere.

    Parameters
    ----------
    eta : float > 0, default 1.0
        Learning rate that is tried first.
    slope : float, 0 < slope < 1, default 0.01
        Slope, relative to that at the start of the step, that counts as 0.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

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
        """Accepted share of the step; 0 if no share lowers the cost."""
        low, high = (0.0, -fall), (math.inf, math.nan)
        share, noise = 1.0, NOISE * abs(cost)
        for trial in range(1, TRIALS):
            reached, slope = probe(share)
            enough = self.slope if share * fall > noise else 0.9  # below the cost's rounding no slope is exact
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
    """The next share to evaluate: the root of the line through two slopes, or a safeguarded one."""
    (a, left), (b, right) = low, high
    if b == math.inf:
        root = a * fall / (fall + left) if fall + left > 0.0 else LONGEST
        return min(2.0 * a if halve else root, LONGEST * a)
    if right > 0.0 and not halve:
        return a + (b - a) * left / (left - right)
    return math.sqrt(a * b) if a > 0.0 else 0.1 * b
