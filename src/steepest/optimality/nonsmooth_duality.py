"""Duality gaps for losses whose slope jumps, from a slope theta_i and the point where the loss has it for each row.

With p_i a point such that theta_i is a subgradient of the loss at p_i, and s_i the slope at z_i, the surplus of a row
is

    l(z_i) + l*(theta_i) - theta_i z_i = l(z_i) - l(p_i) - theta_i (z_i - p_i) <= (s_i - theta_i) (z_i - p_i)

by convexity. No term of that bound cancels, and it is exactly 0 for a row on a line of its loss, whatever its residual:
one target of 10^12 leaves the gap of the others its digits. Slopes are feasible, as in `duality`, once their mean is 0
and their products with the columns are within the L1 weights. What rounding leaves of the mean is repaired by the rows
with z_i where the slope jumps, which costs next to nothing there.
"""

from __future__ import annotations

from functools import cached_property
from math import sqrt
from typing import NamedTuple

import numpy as np

from ..core.types import UNIT, Array
from ..objective.objective import Objective
from .duality import Proven, dual_scaling, penalty_of, penalty_surplus
from .rounding import ROUNDING, answer_rounding, mean_rounding, relative_rounding

__all__ = ["Slopes", "Surplus", "nonsmooth_gap"]

ATTEMPTS = 4  # attempts to make the mean 0 within the domain
TINY = float(np.finfo(float).tiny)


class Slopes(NamedTuple):
    """A subgradient of the loss of each row."""

    theta: Array  # (n,)
    at: Array  # (n,) points with these subgradients
    reach: Array  # (n,) bounds of the rounding of these points


class Surplus(NamedTuple):
    """The objective at w, with a subgradient of it, and the gap by its slopes."""

    cost: float
    g: Array  # (d + 1, 1): of the smooth part, by the slopes theta
    proven: Proven
    z: Array  # (n,) predictors
    slack: Array  # (d + 1,): bound of the rounding of the mean of theta_i [x_i, 1]


def nonsmooth_gap(objective: Objective, w: Array, slopes: Slopes) -> Surplus:
    """F(w) - D(theta) for a non-smooth loss, w (d + 1, 1); an estimate where a coefficient is not penalised.

    Cost: one pass over the rows, and some twenty passes over n numbers.
    """
    rows, inner, factor = objective.rows, objective.moves[:-1], objective.factor[:-1, 0]
    dual = _Dual(objective, slopes)
    sums = rows.fold(w, dual.place)
    v, size = sums.products[0], np.sqrt(sums.squares / rows.total)
    slack = relative_rounding(rows) * dual.rms * size
    cost, g = objective.complete(w, dual.cost, objective.free * v[:, None])
    rounded = inner * (slack + dual.repair * size)[:-1] / np.abs(factor)
    raw = inner * factor * w[:-1, 0], inner * v[:-1] / factor, rounded
    shrink = dual_scaling(objective, raw[1], raw[2])
    if shrink < 1.0:
        dual.scale(np.full(len(dual.z), shrink))
    by_penalty, rounding = penalty_surplus(objective, raw[0], shrink * raw[1], raw[2])
    excess, terms = dual.excess(0.0)
    far = 0.0 if rows.offset is None else sqrt(float(dual.share @ rows.offset**2))
    predicted = (rows.longest + 8) * UNIT * (float(np.abs(w[:, 0]) @ size) + far)
    moved = answer_rounding(objective, w)
    value = float(dual.share @ excess) + by_penalty
    rounding += terms + dual.steepest * predicted + dual.rise(moved, excess) + ROUNDING * value
    whole = dual.cost + dual.least + penalty_of(objective, raw[0])
    if not value + rounding < whole:  # theta = 0 proves as much
        value, rounding = whole, ROUNDING * whole + dual.steepest * (predicted + moved)
    return Surplus(cost, g, Proven(value, rounding), dual.z, slack)


class _Dual:
    """The slopes of the rows, of mean 0 if the intercept is free, and the surplus of each row."""

    def __init__(self, objective: Objective, slopes: Slopes) -> None:
        rows, loss, n = objective.rows, objective.loss, objective.rows.shape[0]
        self.rows, self.loss, self.y, self.at, self.reach = rows, loss, rows.y[:, 0], slopes.at, slopes.reach
        self.share = np.full(n, 1.0 / rows.total) if rows.weight is None else rows.weight / rows.total
        self.low, self.high = loss.slope(self.at - self.reach, self.y), loss.slope(self.at + self.reach, self.y)
        self.z, self.theta, self.known, self.repair, self.repairs = np.empty(n), slopes.theta, True, 0.0, np.zeros(n)
        least, most = loss.domain(self.y)
        self.steepest = float((most - least).max())
        if objective.free_intercept:
            self._balance()

    def _balance(self) -> None:
        """Make the mean 0 by the rows at a jump; if these do not suffice, by a factor for each sign."""
        share, low, high = self.share, self.low, self.high
        for _ in range(ATTEMPTS):
            inside = (low < self.theta) & (self.theta < high)
            some, left = float(share @ inside), float(share @ self.theta)
            if some == 0.0 or abs(left) <= UNIT * some:
                break
            self.theta = np.where(inside, np.clip(self.theta - left / some, low, high), self.theta)
        left = abs(float(share @ self.theta)) + mean_rounding(self.rows) * float(share @ np.abs(self.theta))
        room = np.minimum(self.theta - low, high - self.theta)
        room = room > 2 * left / max(float(share @ (room > 0)), TINY)
        some = float(share @ room)
        if some > 0 and 2 * left < some:
            self.repair, self.repairs = left / sqrt(some), share * room * (left / some)
        else:
            signs = [float(share @ np.maximum(side * self.theta, 0.0)) for side in (1, -1)]
            ratio = [min(signs) / sign if sign > 0 else 1.0 for sign in signs]
            self.scale(np.where(self.theta > 0, ratio[0], ratio[1]))

    def scale(self, factors: Array) -> None:
        """Multiply the slopes by factors from 0 to 1; they are then no subgradients at known points."""
        self.theta, self.known = factors * self.theta, False

    def place(self, first: int, last: int, Z: Array) -> tuple[Array, Array | None, tuple[float, ...]]:
        """The judge of the fold: keep the predictors, and give the weighted slopes."""
        offset, weight = self.rows.offset, self.rows.weights(first, last)
        self.z[first:last] = Z[:, 0] if offset is None else Z[:, 0] + offset[first:last]
        return (self.share[first:last] * self.theta[first:last])[None], weight, (0.0,)

    @property
    def rms(self) -> float:
        """Root mean square of the slopes."""
        return sqrt(float(self.share @ self.theta**2))

    @cached_property
    def cost(self) -> float:
        """Mean loss."""
        return float(self.share @ self.loss.value(self.z, self.y))

    @property
    def least(self) -> float:
        """Mean of l*(0), with a minus the mean of the least values of the loss."""
        return float(self.share @ self.loss.conjugate(0.0 * self.theta, self.y))

    def excess(self, moved: float) -> tuple[Array, float]:
        """The surplus of each row with the predictors ``moved``, and a bound of the mean of its rounding."""
        z, y, theta = self.z + moved, self.y, self.theta
        slope = self.loss.slope(z, y)
        away = slope - theta
        if self.known:
            sure, rounded = (self.low <= theta) & (theta <= self.high), np.abs(away) * self.reach
        else:
            sure, rounded = away == 0.0, 0.0 * away
        bound = np.where(away == 0.0, 0.0, np.maximum(away * (z - self.at), 0.0))
        rounding = float(self.share @ np.where(sure, rounded, 0.0)) + float(self.repairs @ np.abs(z - self.at))
        if not sure.all():
            value, conjugate, joint = self.loss.value(z, y), self.loss.conjugate(theta, y), theta * z
            bound = np.where(sure, bound, np.maximum(value + conjugate - joint, 0.0))
            terms = np.where(sure, 0.0, value + np.abs(conjugate) + np.abs(joint))
            rounding += (ROUNDING + mean_rounding(self.rows)) * float(self.share @ terms)
        return bound, rounding

    def rise(self, moved: float, excess: Array) -> float:
        """How much the mean surplus may rise if all predictors change by up to ``moved``."""
        if moved == 0.0:
            return 0.0
        ends = np.maximum(self.excess(moved)[0], self.excess(-moved)[0])
        return float(self.share @ np.maximum(ends - excess, 0.0))
