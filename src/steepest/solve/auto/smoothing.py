"""Smoothing: the optimum of a non-smooth loss, by a sequence of smooth approximations.

The smooth approximation of width h of a loss l with conjugate l*, shifted by the multiplier theta' of the row, is

    l_h(z) = max over theta of theta (z + h theta') - l*(theta) - h theta^2 / 2

Each round minimises the objective with l_h by damped Newton, from the end of the last round. The slopes theta of l_h at
its end become the multipliers, and h decreases. This is the method of multipliers (the proximal point method on the
dual): theta converges for any h, so that h need not become so small that Newton's equations are ill-conditioned. The
slopes are a dual point of the objective itself: F(w) - D(theta) bounds the gap for any h.

Rockafellar, R. T. (1976). Augmented Lagrangians and applications of the proximal point algorithm in convex programming.
Math. Oper. Res. 1(2). doi:10.1287/moor.1.2.97. Nesterov, Y. (2005). Smooth minimization of non-smooth functions. Math.
Programming 103. doi:10.1007/s10107-004-0552-5
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...data.rows import Rows
from ...descent.descent import descend, until
from ...descent.states import Checkpoint
from ...descent.stops import StopLike, updates
from ...methods.method import Method
from ...methods.rules import Newton, Secant, Spectral
from ...methods.steps import Backtracking
from ...objective.data import MATRIX_COLUMNS
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...optimality.duality import ROUNDING, Proven, penalty_surplus, provable, rows_gap
from ...optimality.newton import Pointwise

__all__ = ["Smoothing", "staged_start"]

BLOCK = 1 << 13
SHRINK = 0.25  # of the width, from one round to the next
STEPS = 30  # most steps of a round
SHARE = 1e-8  # of the gap of the last round, below which the decrease by a step ends the round
NEAR = 0.01  # share of the cost below which the decrease by a step ends the minimisation of an easier loss
NARROW = 0.01  # smallest width needed, relative to a median residual
NARROWEST = 1e-9  # smallest width, relative to the first


def staged_start(problem: Problem, rows: Rows, start: Array | None) -> Array:
    """A start (d + 1, k) near the optimum, by a sequence of easier losses. Cost: some two steps for each."""
    w = np.zeros((rows.shape[1] + 1, rows.outputs)) if start is None else start
    for easier in problem.loss.easier(float(np.abs(_predictors(rows, w) - rows.y).max())):
        states = descend(replace(problem, loss=easier), _method(problem, rows), rows, start=w)
        for state in until(states, updates(STEPS), lambda s: s.t > 0 and abs(s.change) <= NEAR * s.cost):
            w = state.w
    return w


class Memory(NamedTuple):
    """The state of a round besides the point, stored in the memory of a checkpoint as n + 4 numbers."""

    theta: Array  # (n,) multipliers
    width: float  # of the next loss
    first: float  # width of the first one
    gap: float  # the smallest so far
    steps: float  # of all rounds

    def packed(self) -> Array:
        """The memory as one array."""
        return np.append(self.theta, self[1:])

    @staticmethod
    def of(memory: Array) -> Memory:
        """The memory from that array."""
        return Memory(memory[:-4], *(float(number) for number in memory[-4:]))


class Smoothing:
    """The sequence of smooth problems that converges to the optimum of a non-smooth one; each update is a round.

    Cost: some five Newton steps over all rows for each round; beyond 1,500 columns L-BFGS steps.

    Parameters
    ----------
    problem, rows : Problem, Rows
    target : float
        Target gap.
    """

    def __init__(self, problem: Problem, rows: Rows, target: float) -> None:
        if rows.outputs > 1:
            raise UsageError("a non-smooth loss takes one target at a time: fit each target by itself")
        self.problem, self.rows, self.target, self.method = problem, rows, target, _method(problem, rows)
        self.latest: tuple[int, Proven] = (0, Proven(np.inf, 0.0))

    def open(self, at: Array) -> Array:
        """Multipliers of 0, and a width for which every row is on its parabola."""
        width = _first_width(self.problem, self.rows, at)
        return Memory(np.zeros(self.rows.shape[0]), width, width, np.inf, 0.0).packed()

    def next(self, there: Checkpoint) -> tuple[Checkpoint, float]:
        """The end of the next round, with the cost of the original objective and the norm of its subgradient."""
        problem, rows, now = self.problem, self.rows, Memory.of(there.memory)
        smooth = replace(problem, loss=problem.loss.smoothed(now.width))
        states = descend(smooth, self.method, _shifted(rows, now.width * now.theta), start=there.at)
        w, steps = there.at, now.steps
        for state in until(states, *_stops(SHARE * max(now.gap, self.target))):
            w, steps = state.w, steps + (state.t > 0)
        z = _predictors(rows, w)[:, 0]
        theta = smooth.loss.slope(z + now.width * now.theta, rows.y[:, 0])
        cost, g, proven = _judged(problem, rows, w, z, theta)
        self.latest = (there.t + 1, proven)
        narrow = NARROW * _residual_size(problem, rows, z, cost)
        width = min(now.width, max(SHRINK * now.width, narrow, NARROWEST * now.first))
        memory = Memory(theta, width, now.first, min(now.gap, proven.gap), steps).packed()
        return Checkpoint(there.t + 1, w, memory, cost=cost), float(np.linalg.norm(rows.units.raw_gradient(g)))

    def epochs(self, there: Checkpoint) -> float:
        """Steps taken in all rounds so far."""
        return Memory.of(there.memory).steps

    def proven(self, there: Checkpoint) -> Proven:
        """The duality gap by the multipliers at the end of a round."""
        if self.latest[0] != there.t:
            z = _predictors(self.rows, there.at)[:, 0]
            self.latest = (there.t, _judged(self.problem, self.rows, there.at, z, Memory.of(there.memory).theta)[2])
        return self.latest[1]


def _method(problem: Problem, rows: Rows) -> Method:
    large = Spectral() if problem.proximal else Secant()
    return Method(Newton() if rows.shape[1] <= MATRIX_COLUMNS else large, Backtracking())


def _stops(enough: float) -> tuple[StopLike, ...]:
    small = min(enough, 1e300)
    return updates(STEPS), lambda s: s.t > 0 and abs(s.change) <= max(small, ROUNDING * abs(s.cost))


def _first_width(problem: Problem, rows: Rows, w: Array) -> float:
    """The width for which every row is on its parabola."""
    if problem.loss.labels:
        return 2.0
    low, high = problem.loss.domain(0.0)
    far = float(np.abs(_predictors(rows, w) - rows.y).max())
    return (far if far > 0.0 else 1.0) / float(min(-low, high))


def _residual_size(problem: Problem, rows: Rows, z: Array, cost: float) -> float:
    """A robust size of the residuals: their median, or for classes the cost."""
    return cost if problem.loss.labels else float(np.median(np.abs(z - rows.y[:, 0])))


def _predictors(rows: Rows, w: Array) -> Array:
    lows = range(0, rows.shape[0], BLOCK)
    return np.concatenate([rows.predictor(w, low, min(rows.shape[0], low + BLOCK)) for low in lows])


def _shifted(rows: Rows, by: Array) -> Rows:
    return rows.with_rows(offset=by if rows.offset is None else rows.offset + by)


def _judged(problem: Problem, rows: Rows, w: Array, z: Array, theta: Array) -> tuple[float, Array, Proven]:
    """F at w, its subgradient from the slopes theta, and the gap by theta as a dual point."""
    loss, n, y = problem.loss, rows.shape[0], rows.y[:, 0]
    F = Objective(problem, rows)
    each = loss.value(z, y)
    slopes = rows.transpose_product(theta[:, None])
    weight = np.ones(n) if rows.weight is None else rows.weight
    cost, g = F.complete(w, float(weight @ each / rows.total), F.free * slopes)
    if provable(problem):
        pointwise = Pointwise(z, each, theta, np.zeros(n))
        return cost, g, rows_gap(F, w, np.zeros_like(w), pointwise)
    excess = float(weight @ np.maximum(each + loss.conjugate(theta, y) - theta * z, 0.0) / rows.total)
    factor = F.free * F.factor
    v = np.divide(slopes, factor, out=np.zeros_like(slopes), where=factor > 0)[:-1, 0]
    gap = penalty_surplus(F, (factor * w)[:-1, 0], v, 0.0 * v)[0]
    return cost, g, Proven(excess + gap + abs(g[-1, 0] * w[-1, 0]), ROUNDING * abs(cost))
