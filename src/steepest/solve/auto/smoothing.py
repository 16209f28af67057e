"""Smoothing: the optimum of a loss with kinks, by losses without that come nearer and nearer to it.

Of a non-smooth loss l with conjugate l*, the smooth one of width h, shifted by a row's own multiplier theta', is

    l_h(z) = max over theta of theta (z + h theta') - l*(theta) - h theta^2 / 2

Each round minimises the objective with l_h by damped Newton from where the last one ended; the slopes theta of l_h
there become the multipliers, and h shrinks. This is the method of multipliers (the proximal point method on the dual):
theta converges for any h, so that h need not become so small that Newton's equations lose their digits. The slopes are
a dual point of the objective itself: F(w) - D(theta) bounds what is left to gain, whatever h is.

Rockafellar, R. T. (1976). Augmented Lagrangians and applications of the proximal point algorithm in convex programming.
Math. Oper. Res. 1(2). doi:10.1287/moor.1.2.97. Nesterov, Y. (2005). Smooth minimization of non-smooth functions. Math.
Programming 103. doi:10.1007/s10107-004-0552-5
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...data.rows import Rows
from ...descent.descent import descend, until
from ...descent.states import Checkpoint
from ...descent.stops import updates
from ...methods.method import Method
from ...methods.rules import Newton, Secant, Spectral
from ...methods.steps import Backtracking
from ...objective.data import MATRIX_COLUMNS
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...optimality.duality import ROUNDING, Proven, penalty_surplus, provable, rows_gap
from ...optimality.newton import Pointwise

__all__ = ["Smoothing", "approach"]

BLOCK = 1 << 13
SHRINK = 0.25  # of the width, from one round to the next
STEPS = 30  # of one round at most
SHARE = 1e-8  # of the gap of the last round, below which a step gains too little to go on
NEAR = 0.01  # share of the cost below which a step to an easier loss gains too little
NARROW = 0.01  # width, as a share of a residual of middling size, that is narrow enough
NARROWEST = 1e-9  # width, as a share of the first


def approach(problem: Problem, rows: Rows, start: Any) -> Array:
    """Where to start (d + 1, k): the optimum of easier losses, one after the other. Cost: some two steps for each."""
    w = np.zeros((rows.shape[1] + 1, rows.outputs)) if start is None else start
    for easier in problem.loss.easier(float(np.abs(_predictors(rows, w) - rows.y).max())):
        states = descend(replace(problem, loss=easier), _method(problem, rows), rows, start=w)
        for state in until(states, updates(STEPS), lambda s: s.t > 0 and abs(s.change) <= NEAR * s.cost):
            w = state.w
    return w


class Memory(NamedTuple):
    """What a round depends on besides the point: it lies in the memory of a checkpoint as n + 4 numbers."""

    theta: Array  # (n,) multipliers
    width: float  # of the next loss
    first: float  # width of the first one
    gap: float  # the least so far
    steps: float  # of all rounds

    def packed(self) -> Array:
        """As one array."""
        return np.append(self.theta, self[1:])

    @staticmethod
    def of(memory: Array) -> Memory:
        """From that array."""
        return Memory(memory[:-4], *(float(number) for number in memory[-4:]))


class Smoothing:
    """The sequence of smooth problems that leads to the optimum of a non-smooth one; each update is a round.

    Cost: a round takes some five Newton steps over all rows, beyond 1,500 columns steps by secants.

    Parameters
    ----------
    problem, rows : Problem, Rows
    target : float
        The gap that is aimed at.
    """

    def __init__(self, problem: Problem, rows: Rows, target: float) -> None:
        if rows.outputs > 1:
            raise UsageError("a non-smooth loss takes one target at a time: fit each target by itself")
        self.problem, self.rows, self.target, self.method = problem, rows, target, _method(problem, rows)
        self.latest: tuple[int, Proven] = (0, Proven(np.inf, 0.0))

    def open(self, at: Array) -> Array:
        """No multipliers, and a width at which every row is on its parabola."""
        width = _first_width(self.problem, self.rows, at)
        return Memory(np.zeros(self.rows.shape[0]), width, width, np.inf, 0.0).packed()

    def next(self, there: Checkpoint) -> tuple[Checkpoint, float]:
        """Where the next round ends, judged by the objective itself."""
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
        narrow = NARROW * _unit(problem, rows, z, cost)
        width = min(now.width, max(SHRINK * now.width, narrow, NARROWEST * now.first))
        memory = Memory(theta, width, now.first, min(now.gap, proven.gap), steps).packed()
        return Checkpoint(there.t + 1, w, memory, cost=cost), float(np.linalg.norm(rows.units.raw_gradient(g)))

    def epochs(self, there: Checkpoint) -> float:
        """Steps of all rounds so far."""
        return Memory.of(there.memory).steps

    def proven(self, there: Checkpoint) -> Proven:
        """The gap that the multipliers prove at the end of a round."""
        if self.latest[0] != there.t:
            z = _predictors(self.rows, there.at)[:, 0]
            self.latest = (there.t, _judged(self.problem, self.rows, there.at, z, Memory.of(there.memory).theta)[2])
        return self.latest[1]


def _method(problem: Problem, rows: Rows) -> Method:
    large = Spectral() if problem.proximal else Secant()
    return Method(Newton() if rows.shape[1] <= MATRIX_COLUMNS else large, Backtracking())


def _stops(enough: float) -> tuple[Any, ...]:
    small = min(enough, 1e300)
    return updates(STEPS), lambda s: s.t > 0 and abs(s.change) <= max(small, ROUNDING * abs(s.cost))


def _first_width(problem: Problem, rows: Rows, w: Array) -> float:
    """So wide that every row begins on its parabola."""
    if problem.loss.labels:
        return 2.0
    low, high = problem.loss.domain(0.0)
    far = float(np.abs(_predictors(rows, w) - rows.y).max())
    return (far if far > 0.0 else 1.0) / float(min(-low, high))


def _unit(problem: Problem, rows: Rows, z: Array, cost: float) -> float:
    """What residuals are in size, whatever few of them are."""
    return cost if problem.loss.labels else float(np.median(np.abs(z - rows.y[:, 0])))


def _predictors(rows: Rows, w: Array) -> Array:
    lows = range(0, rows.shape[0], BLOCK)
    return np.concatenate([rows.predictor(w, low, min(rows.shape[0], low + BLOCK)) for low in lows])


def _shifted(rows: Rows, by: Array) -> Rows:
    return rows.with_rows(offset=by if rows.offset is None else rows.offset + by)


def _judged(problem: Problem, rows: Rows, w: Array, z: Array, theta: Array) -> tuple[float, Array, Proven]:
    """F at w, its subgradient that the slopes theta make, and the gap that theta proves as a dual point."""
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
