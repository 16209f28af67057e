"""A duality gap without a number for each row: from sums of the slopes by sign, which a pass over the data gives.

The dual point is theta_i = l'(z_i), scaled on the side of the heavier sign so that sum m theta = 0, and further into
the feasible set under an L1 penalty alone. Fenchel's surplus l(z) + l*(s theta) - s theta z is 0 at s = 1 with slope 0.
Where (l*)'' at t theta is at most 1 / s times that at theta for t in [s, 1], the surplus is at most

    (1 - s)^2 / (2 s) theta^2 / l''(z),

as (l*)''(theta) = 1 / l''(z). That holds for log loss, as t p (1 - t p) >= s p (1 - p) for t >= s, and for the other
losses that have a conjugate. So the sums of m theta^2 / l'' by sign are enough. As they are multiplied by (1 - s)^2,
the gap is of second order, like the rest.

Notation as in `duality`. Boyd, S. and Vandenberghe, L. (2004). Convex Optimization, 5.5. doi:10.1017/CBO9780511804441
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from ..core.types import UNIT, Array
from ..objective.objective import Objective
from ..objective.slope_sums import SlopeSums
from .duality import Proven, dual_scaling, penalty_surplus
from .rounding import FEW, ROUNDING, answer_rounding

__all__ = ["slopes_gap"]


def slopes_gap(objective: Objective, w: Array, cost: float) -> Proven:
    """F(w) - D(theta) for theta the slopes at w (d + 1, 1), scaled; infinite where that proves nothing.

    ``cost`` is F(w). Cost: one pass, or none if second derivatives at w are known.
    """
    sums = objective.passes.slope_sums(objective.loss, w)
    share = _balanced(objective, sums)
    v, inner = (share[0] * sums.up + share[1] * sums.down)[:-1], objective.moves[:-1]
    factor, rms = objective.factor[:-1, 0], sqrt(sums.square)
    raw, slope = inner * factor * w[:-1, 0], inner * v / factor
    slack = inner * (2 * sums.rounding + FEW) * rms * sums.sizes[:-1] / np.abs(factor)

    def bound(shrink: float) -> Proven:
        surplus = _surplus(shrink * share, sums)
        penalty_gap, rounding = penalty_surplus(objective, raw, shrink * slope, slack)
        rounding += (ROUNDING + sums.rounding) * (cost + surplus) * float((1.0 - shrink * share).max() > 0)
        return Proven(surplus + penalty_gap, rounding + _predicted(objective, w, sums, surplus))

    proven, exact = (bound(dual_scaling(objective, slope, each)) for each in (slack, 0.0 * slack))
    if not exact.value < proven.value < np.inf:
        return proven
    return Proven(exact.value, proven.gap - exact.value)  # what is lost as slopes are rounded is rounding


def _surplus(share: Array, sums: SlopeSums) -> float:
    """Fenchel's surplus of the losses for slopes of each sign times a share."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        return float(np.where(share < 1.0, (1.0 - share) ** 2 / (2.0 * share) * sums.strain, 0.0).sum())


def _balanced(objective: Objective, sums: SlopeSums) -> Array:
    """Factors of the slopes of each sign for which sum m theta = 0; not above 1."""
    if not objective.free_intercept:
        return np.ones(2)
    first, second = float(sums.up[-1]), float(-sums.down[-1])
    least = min(first, second)
    return np.array([least / first if first > 0 else 1.0, least / second if second > 0 else 1.0])


def _predicted(objective: Objective, w: Array, sums: SlopeSums, surplus: float) -> float:
    """What the rounding of predictors may add."""
    size = float(np.abs(w[:, 0]) @ sums.sizes)
    moved = (objective.d + 8) * UNIT * (size + sqrt(sums.far)) + answer_rounding(objective, w)
    curvature = objective.loss.curvature
    return moved * (sqrt(2 * curvature * surplus) + 0.5 * curvature * moved) if np.isfinite(curvature) else np.inf
