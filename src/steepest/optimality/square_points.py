"""Points of a squared loss for several penalty weights, and their duality gaps, all at once.

The gap is that of `optimality.duality`. With r the slopes of the rows, of mean a, the dual point is theta = s (r - a)
with the factor s that makes it feasible. The loss's part of the gap is ((1 - s)^2 (mean r^2 - a^2) + a^2) / (2 c), for
the curvature c.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.types import UNIT, Array
from ..core.units import Units
from ..objective.objective import Objective
from ..objective.prox import FORBIDDEN, penalty_value
from .duality import penalty_surpluses, scalings

__all__ = ["Gaps", "SquarePoints", "Weights", "gaps"]


class Weights(NamedTuple):
    """Penalty weights of the d columns and the intercept for each of k points, in some units."""

    l1: Array  # (2, d + 1, k), of negative and of positive coefficients
    l2: Array  # (d + 1, k)

    @staticmethod
    def of(l1: Array, l2: Array, alphas: Array) -> Weights:
        """Those for the penalty weights ``alphas`` (k,), from those for 1: l1 (2, d + 1, 1) and l2 (d + 1, 1)."""
        return Weights(np.where(l1 < FORBIDDEN, l1 * alphas, FORBIDDEN), l2 * alphas)

    def first(self, k: int) -> Weights:
        """Those of the first k points."""
        return Weights(self.l1[:, :, :k], self.l2[:, :k])

    def penalty(self, w: Array) -> Array:
        """The penalty of each point w (d + 1, k), (k,)."""
        value: Array = (penalty_value(w, self.l1) + 0.5 * self.l2 * w * w).sum(0)
        return value


class SquarePoints(NamedTuple):
    """Points w with cost and gradient of the mean loss, and bounds of the rounding."""

    w: Array  # (d + 1, k), in the units of the descent
    cost: Array  # (k,)
    g: Array  # (d + 1, k)
    middle: Array  # (d, k) gradient that the mean slope gives, 0 without an intercept
    slack: Array  # (d, k) of the gradient
    predicted: Array  # (k,) of the predictors, by which the loss is rounded
    fixed: Array  # (k,) of the cost
    scaled: Array  # (k,) of the cost, for a dual point that is scaled to 0

    def first(self, k: int) -> SquarePoints:
        """The first k points."""
        return SquarePoints(*(of[..., :k] for of in self))


class Gaps(NamedTuple):
    """What is proven of some points."""

    value: Array  # (k,) duality gaps as computed
    rounding: Array  # (k,) bounds of their rounding
    whole: Array  # (k,) objective

    def first(self, k: int) -> Gaps:
        """Those of the first k points."""
        return Gaps(*(of[:k] for of in self))

    @property
    def gap(self) -> Array:
        """Proven bounds of the objective minus the minimum, (k,)."""
        return self.value + self.rounding


def gaps(objective: Objective, points: SquarePoints, alphas: Array) -> Gaps:
    """The duality gaps of the points for the penalty weights ``alphas`` (k,); the objective is that for 1.

    Cost: O(d k).
    """
    raw, c = objective.raw, objective.loss.curvature
    weights = Weights.of(raw.l1, raw.l2, alphas)
    factor, inner = objective.factor[:-1], objective.moves[:-1, None]
    w, slack = inner * factor * points.w[:-1], inner * points.slack / np.abs(factor)
    v = inner * (points.g[:-1] - points.middle) / factor
    mean = points.g[-1] if objective.free_intercept else np.zeros(len(alphas))
    l1, l2, curved = weights.l1[:, :-1], weights.l2[:-1], objective.problem.l2 > 0
    s = np.ones(len(alphas)) if curved else scalings(l1, v, slack)
    squares = np.maximum(2 * c * points.cost - mean**2, 0.0)
    surplus = ((1 - s) ** 2 * squares + mean**2) / (2 * c)
    smooth, excess, rounding = penalty_surpluses(l1, l2, w, s * v, slack)
    value, whole = surplus + smooth + np.maximum(excess, 0.0), points.cost + _penalty(weights, w)
    none = ~(value < whole)  # theta = 0 proves that the minimum is >= 0
    value, rounding, s = np.where(none, whole, value), np.where(none, 0.0, rounding), np.where(none, 0.0, s)
    rounding = rounding + points.fixed + UNIT * points.cost + (1 - s) * points.scaled
    for predicted in (points.predicted, _reported(objective.units, points.w, factor)):
        rounding = rounding + predicted * (np.sqrt(2 * c * value) + 0.5 * c * predicted)
    if not curved:  # what keeps the dual point feasible in spite of rounding counts as rounding
        least = np.where(l1.min(0) > 0, l1.min(0), np.inf)
        margin = np.minimum(value, (slack / least).max(0, initial=0.0) * whole)
        value, rounding = value - margin, rounding + margin
    return Gaps(value, rounding, whole)


def _penalty(weights: Weights, w: Array) -> Array:
    return weights.penalty(np.vstack((w, np.zeros((1, w.shape[1])))))


def _reported(units: Units, w: Array, factor: Array) -> Array:
    """Bound of how far predictors move where each w is rounded to raw parameters, (k,): see `answer_rounding`."""
    if units.shift is None:
        return np.zeros(w.shape[1])
    terms: Array = np.abs(units.shift[:, None] * factor * w[:-1]).sum(0) + np.abs(w[-1])
    return (len(w) + 4) * UNIT * terms
