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

from ...core.types import UNIT, Array
from ...data.rows import Rows
from ...descent.descent import descend, until
from ...descent.states import Checkpoint
from ...descent.stops import StopLike, updates
from ...methods.method import Method
from ...methods.rules import Newton, Secant, Spectral
from ...methods.steps import Backtracking, ExactLine
from ...objective.data import MATRIX_COLUMNS
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...optimality.duality import ROUNDING, Proven
from ...optimality.nonsmooth_duality import Slopes, nonsmooth_gap
from .vertex import Mask, Point, vertex

__all__ = ["Memory", "Smoothing", "staged_start"]

BLOCK = 1 << 13
SHRINK = 0.25  # of the width, from one round to the next
STEPS = 30  # most steps of a round
SHARE = 1e-8  # of the gap of the last round, below which the decrease by a step ends the round
NEAR = 0.01  # share of the cost below which the decrease by a step ends the minimisation of an easier loss
FAR = 1e3  # residuals beyond this multiple of the median residual do not set the first width
NARROW = 0.01  # smallest width needed, relative to a median residual
MANY = 300  # rows from which it is smaller, as 1 / n
SLOW = 0.5  # of the smallest gap, above which the next width is smaller than needed
NARROWEST = 1e-9  # smallest width, relative to the first


def staged_start(problem: Problem, rows: Rows, start: Array | None) -> Array:
    """A start (d + 1, k) near the optimum, by a sequence of easier losses. Cost: some two steps for each."""
    w = np.zeros((rows.shape[1] + 1, rows.outputs)) if start is None else start
    method = replace(_method(problem, rows), learning_rate=Backtracking())
    for easier in problem.loss.easier(float(np.abs(_predictors(rows, w) - rows.y).max())):
        states = descend(replace(problem, loss=easier), method, rows, start=w)
        for state in until(states, updates(STEPS), lambda s: s.t > 0 and abs(s.change) <= NEAR * s.cost):
            w = state.w
    return w


class Memory(NamedTuple):
    """The state of a round besides the point, stored in the memory of a checkpoint as 3 n + 4 numbers."""

    slopes: Slopes
    width: float  # of the next loss
    first: float  # width of the first one
    gap: float  # the smallest so far
    steps: float  # of all rounds

    def packed(self) -> Array:
        """The memory as one array."""
        return np.concatenate((*self.slopes, self[1:]))

    @staticmethod
    def of(memory: Array) -> Memory:
        """The memory from that array."""
        return Memory(Slopes(*memory[:-4].reshape(3, -1)), *(float(number) for number in memory[-4:]))


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
        self.problem, self.rows, self.target, self.method = problem, rows, target, _method(problem, rows)
        self.latest: tuple[int, Proven] = (0, Proven(np.inf, 0.0))

    counted_as = "smoothed"  # rounds, in the trajectory's meta

    def open(self, at: Array) -> Array:
        """Multipliers of 0, and a width for which every row is on its parabola."""
        width = _first_width(self.problem, self.rows, at)
        return Memory(Slopes(*np.zeros((3, self.rows.shape[0]))), width, width, np.inf, 0.0).packed()

    def look(self, at: Array) -> tuple[float, Array]:
        """The original objective at ``at``, and the gradient of its smooth part."""
        return Objective(self.problem, self.rows)(at)

    def next(self, there: Checkpoint) -> tuple[Checkpoint, Array]:
        """The end of the next round, with the cost of the original objective and its raw subgradient."""
        problem, rows, now = self.problem, self.rows, Memory.of(there.memory)
        near = _near(problem, rows, there.at, now.width)
        w, slopes, inside, steps = self._round(near, there.at, now)
        if near is not rows and (self._slopes_at(near, w, now)[0].theta != slopes.theta).any():
            wide = _first_width(problem, rows, there.at, np.inf)  # a row has left its line: all count as they are
            now = now._replace(width=max(wide, now.width), steps=steps)
            w, slopes, inside, steps = self._round(rows, there.at, now)
        point = self._best(w, slopes, inside)
        self.latest = (there.t + 1, point.found.proven)
        narrow = (
            NARROW * min(1.0, MANY / rows.shape[0]) * _residual_size(problem, rows, point.found.z, point.found.cost)
        )
        narrow = narrow if point.found.proven.gap <= SLOW * now.gap else 0.0
        width = min(now.width, max(SHRINK * now.width, narrow, NARROWEST * now.first))
        memory = Memory(point.slopes, width, now.first, min(now.gap, point.found.proven.gap), steps).packed()
        slope = Objective(problem, rows).raw_gradient(point.found.g)
        return Checkpoint(there.t + 1, point.w, memory, cost=point.found.cost), slope

    def _round(self, near: Rows, start: Array, now: Memory) -> tuple[Array, Slopes, Mask, float]:
        """The minimiser for rows that may be ``near``, the slopes and jumps of the rows there, and the steps so far."""
        w, steps, shift = start, now.steps, now.width * now.slopes.theta
        states = descend(self._smooth(now), self.method, _shifted(near, shift), start=start)
        for state in until(states, *_stops(SHARE * max(now.gap, self.target))):
            w, steps = state.w, steps + (state.t > 0)
        return w, *self._slopes_at(self.rows, w, now), steps

    def _smooth(self, now: Memory) -> Problem:
        return replace(self.problem, loss=self.problem.loss.smoothed(now.width))

    def _slopes_at(self, rows: Rows, w: Array, now: Memory) -> tuple[Slopes, Mask]:
        """Slopes of the smooth loss at w, points where the loss has them, and which rows are on their parabolas."""
        loss, y, width = self._smooth(now).loss, rows.y[:, 0], now.width
        z = _predictors(rows, w)[:, 0] + width * now.slopes.theta
        theta = loss.slope(z, y)
        at, reach = z - width * theta, 4 * UNIT * (np.abs(z) + np.abs(y) + width * np.abs(theta))
        return Slopes(theta, at, reach), loss.second_derivative(z, y) == loss.curvature

    def _best(self, w: Array, slopes: Slopes, inside: Mask) -> Point:
        """The end of a round, or the vertex near it if its gap is smaller, or the end of an edge if its cost is."""
        F = Objective(self.problem, self.rows)
        point = Point(w, slopes, nonsmooth_gap(F, w, slopes))
        for near in vertex(F, point, inside):
            other = Point(*near, nonsmooth_gap(F, *near))
            lower = other.found.cost < point.found.cost - UNIT**0.75 * abs(point.found.cost)
            if other.found.proven.gap < point.found.proven.gap or (near[1] is slopes and lower):
                point = other
        return point

    def epochs(self, there: Checkpoint) -> float:
        """Steps taken in all rounds so far."""
        return Memory.of(there.memory).steps

    def slopes(self, there: Checkpoint) -> Slopes:
        """The slopes of the rows that belong to a state."""
        return Memory.of(there.memory).slopes

    def proven(self, there: Checkpoint) -> Proven:
        """The duality gap by the multipliers at the end of a round."""
        if self.latest[0] != there.t:
            F = Objective(self.problem, self.rows)
            self.latest = (there.t, nonsmooth_gap(F, there.at, Memory.of(there.memory).slopes).proven)
        return self.latest[1]


def _method(problem: Problem, rows: Rows) -> Method:
    large = Spectral() if problem.proximal else Secant()
    return Method(Newton() if rows.shape[1] <= MATRIX_COLUMNS else large, ExactLine(slope=0.5))


def _stops(enough: float) -> tuple[StopLike, ...]:
    small = min(enough, 1e300)
    return updates(STEPS), lambda s: s.t > 0 and abs(s.change) <= max(small, ROUNDING * abs(s.cost))


def _first_width(problem: Problem, rows: Rows, w: Array, most: float = FAR) -> float:
    """The width for which every row is on its parabola, if its residual is at most ``most`` times the median."""
    if problem.loss.labels:
        return 2.0
    low, high = problem.loss.domain(0.0)
    away = np.abs(_predictors(rows, w) - rows.y)
    far = min(float(away.max()), most * _median(away)) if most < np.inf else float(away.max())
    return (far if far > 0.0 else 1.0) / float(min(-low, high))


def _median(sizes: Array) -> float:
    """Median of the sizes that are not 0; 0 if all are."""
    return float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 0.0


def _near(problem: Problem, rows: Rows, w: Array, width: float) -> Rows:
    """The rows with targets moved nearer to the predictors where a row stays on its line of the loss.

    The cost changes by a constant, and without the far targets it keeps the digits of the others.
    """
    if problem.loss.labels:
        return rows
    z = _predictors(rows, w)
    away = rows.y - z
    far = FAR * max(_median(np.abs(away)), width)
    return (
        rows
        if np.abs(away).max() <= far
        else rows.with_rows(targets=np.where(np.abs(away) <= far, rows.y, z + np.clip(away, -far, far)))
    )


def _residual_size(problem: Problem, rows: Rows, z: Array, cost: float) -> float:
    """A robust size of the residuals: their median, or for classes the cost."""
    return cost if problem.loss.labels else float(np.median(np.abs(z - rows.y[:, 0])))


def _predictors(rows: Rows, w: Array) -> Array:
    lows = range(0, rows.shape[0], BLOCK)
    return np.concatenate([rows.predictor(w, low, min(rows.shape[0], low + BLOCK)) for low in lows])


def _shifted(rows: Rows, by: Array) -> Rows:
    return rows.with_rows(offset=by if rows.offset is None else rows.offset + by)
