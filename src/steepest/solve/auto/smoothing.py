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

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ...core.types import Array
from ...data.rows import Rows
from ...descent.descent import descend, until
from ...descent.stops import updates
from ...methods.method import Method
from ...methods.rules import Newton, Secant, Spectral
from ...methods.steps import Backtracking
from ...objective.losses import SquaredError
from ...objective.problem import Problem
from ...optimality.curvature import MATRIX_COLUMNS
from ...optimality.duality import ROUNDING, Proven, penalty_surplus, provable, rows_gap
from ...optimality.newton import Seen

__all__ = ["Round", "approach", "rounds"]

BLOCK = 1 << 13
SHRINK = 0.25  # of the width, from one round to the next
STEPS = 30  # of one round at most
SHARE = 1e-8  # of the gap of the last round, below which a step gains too little to go on
NEAR = 0.01  # share of the cost below which a step to an easier loss gains too little
NARROW = 0.01  # width, as a share of a residual of middling size, that is narrow enough
NARROWEST = 1e-9  # width, as a share of the first


class Round(NamedTuple):
    """Where a round ended, judged by the objective itself."""

    w: Array  # (d + 1, 1), in the units of the rows
    cost: float
    g: Array  # (d + 1, 1): the objective's subgradient that the slopes make
    proven: Proven
    steps: int  # of all rounds so far


def approach(problem: Problem, rows: Rows, start: Any) -> Array:
    """Where to start (d + 1, k): the optimum of easier losses, one after the other. Cost: some two steps for each."""
    w = np.zeros((rows.shape[1] + 1, rows.y.shape[1])) if start is None else start
    for easier in problem.loss.easier(float(np.abs(_predictors(rows, w) - rows.y).max())):
        states = descend(replace(problem, loss=easier), _method(problem, rows), rows, start=w)
        for state in until(states, updates(STEPS), lambda s: s.t > 0 and abs(s.change) <= NEAR * s.cost):
            w = state.w
    return w


def rounds(problem: Problem, rows: Rows, start: Any, target: float) -> Iterator[Round]:
    """Rounds without end, each nearer to the optimum; ``target`` is the gap that is aimed at, start in rows' units.

    Cost: a round takes some five Newton steps over all rows, beyond 1,500 columns steps by secants.
    """
    w = np.zeros((rows.shape[1] + 1, 1)) if start is None else start
    theta, steps, gap, method = np.zeros(rows.shape[0]), 0, np.inf, _method(problem, rows)
    first = width = _first_width(problem, rows, w)
    while True:
        smooth = replace(problem, loss=problem.loss.smoothed(width))
        enough = SHARE * max(gap, target)
        for state in until(descend(smooth, method, _shifted(rows, width * theta), start=w), *_stops(enough)):
            w, steps = state.w, steps + (state.t > 0)
        z = _predictors(rows, w)[:, 0]
        theta = smooth.loss.slope(z + width * theta, rows.y[:, 0])
        found = _judged(problem, rows, w, z, theta)
        gap = min(gap, found.proven.gap)
        yield found._replace(steps=steps)
        width = min(width, max(SHRINK * width, NARROW * _unit(problem, rows, z, found.cost), NARROWEST * first))


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
    return rows._replace(offset=by if rows.offset is None else rows.offset + by)


def _judged(problem: Problem, rows: Rows, w: Array, z: Array, theta: Array) -> Round:
    """Cost of the objective itself at w, and the gap that the dual point theta leaves."""
    loss, (n, d), y = problem.loss, rows.shape, rows.y[:, 0]
    complete = problem.penalised(d, rows.units)
    each = loss.value(z, y)
    _, slopes = rows._replace(y=-theta[:, None], offset=None).value_and_gradient(SquaredError(), np.zeros_like(w))
    mass = np.ones(n) if rows.weight is None else rows.weight
    cost, g = complete(w, float(mass @ each / rows.total), problem.free(d) * slopes)
    if provable(problem):
        seen = Seen(z, each, theta, np.zeros(n))
        return Round(w, cost, g, rows_gap(problem, rows, w, np.zeros_like(w), seen), 0)
    excess = float(mass @ np.maximum(each + loss.conjugate(theta, y) - theta * z, 0.0) / rows.total)
    factor = problem.free(d) * rows.units.factor(d)
    v = np.divide(slopes, factor, out=np.zeros_like(slopes), where=factor > 0)[:-1, 0]
    owed = penalty_surplus(problem, (factor * w)[:-1, 0], v, 0.0 * v)[0]
    return Round(w, cost, g, Proven(excess + owed + abs(g[-1, 0] * w[-1, 0]), ROUNDING * abs(cost)), 0)
