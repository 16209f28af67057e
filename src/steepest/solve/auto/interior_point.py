"""Interior-point steps for piecewise linear losses, with L1 and L2 penalties and signs of coefficients.

A jump by c at the corner a has slacks u - s = x - a, with u, s >= 0, and a multiplier 0 <= lambda <= c, its part of the
slope. At the optimum s lambda = 0 and u (c - lambda) = 0, and the slopes of all rows solve

    mean of slope_i [x_i, 1] + l2 w + the slopes of the L1 penalty = 0.

On the central path both products are tau > 0 for every jump. A step is Newton's for these equations: a predictor with
tau = 0 says how much smaller tau may become, a corrector goes there. The slopes are a dual point at every step. Once
the active set is known, its equations give all digits (`vertex`).

Mehrotra, S. (1992). On the implementation of a primal-dual interior point method. SIAM J. Optim. 2(4).
doi:10.1137/0802028. Portnoy, S. and Koenker, R. (1997). The Gaussian hare and the Laplacian tortoise. Statist. Sci.
12(4). doi:10.1214/ss/1030037960
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ...core.types import UNIT, Array
from ...data.rows import Rows
from ...descent.states import Checkpoint
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...objective.prox import FORBIDDEN
from ...optimality.duality import Proven
from ...optimality.nonsmooth_duality import Slopes, nonsmooth_gap
from .jumps import Jumps, jumps_of
from .vertex import Mask, Point, row_table, vertex

__all__ = ["InteriorPoint"]

INSIDE = 0.995  # share of the way to the boundary that a step goes
NEAR = 1e-2  # gap, as a share of the cost, from which the vertex nearby is looked at
RIDGE = 1e-13  # added to the scaled matrix, for directions that it does not see
STIFF = 1e4  # stiffness, relative to that of a row at the mean distance, of a row at its corner
SMALL = 1e-3  # of the spread of predictors: what is no slack of a row at its corner
LEAST = 1e-12  # share of the curvature of stiff rows that counts as curvature of the others
SMALLEST = 1e-100  # residual below which the size of residuals is not known
TINY = float(np.finfo(float).tiny)


class Interior(NamedTuple):
    """A point with all slacks and multipliers > 0, or a step from one."""

    w: Array  # (d + 1,)
    z: Array  # (n,) predictors
    s: Array  # (m,) slack below the corner
    u: Array  # (m,) slack above it
    up: Array  # (m,) multiplier
    down: Array  # (m,) size of the jump less the multiplier

    def moved(self, by: Interior, primal: float, dual: float) -> Interior:
        """The point after a step of these lengths."""
        lengths = (primal, primal, primal, primal, dual, dual)
        return Interior(*(at + length * step for at, length, step in zip(self, lengths, by, strict=True)))

    def room(self, by: Interior) -> tuple[float, float]:
        """Lengths of the step at which a slack, and a multiplier, becomes 0."""
        return min(_room(self.s, by.s), _room(self.u, by.u)), min(_room(self.up, by.up), _room(self.down, by.down))

    @property
    def tau(self) -> float:
        """Mean product of a slack and its multiplier."""
        return float(self.s @ self.up + self.u @ self.down) / (2 * len(self.s))


class InteriorPoint:
    """The sequence of interior points that converges to the optimum of a piecewise linear loss; each update is a step.

    Cost of a step: n d^2 flops for a matrix, d^3 for its inverse, and some four passes over the rows. A table with
    more than 1,500 columns takes `Smoothing`.

    Parameters
    ----------
    problem, rows : Problem, Rows
    """

    def __init__(self, problem: Problem, rows: Rows) -> None:
        self.objective, self.rows = Objective(problem, rows), rows
        self.latest: tuple[int, Proven] = (0, Proven(np.inf, 0.0))

    counted_as = "interior"  # steps, in the trajectory's meta

    @cached_property
    def jumps(self) -> Jumps:
        """The jumps of the objective."""
        return jumps_of(self.objective)

    def open(self, at: Array) -> Array:
        """The interior point with the predictors of ``at`` whose products are all the same."""
        jumps, w, z = self.jumps, at[:, 0], self.rows.predictor(at)[:, 0]
        r = jumps.sign * (jumps.arguments(z, w) - jumps.corner)
        sizes = np.abs(r[jumps.of_rows])
        typical = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 0.0
        tau = (typical if typical > SMALLEST else 1.0) * float(np.median(jumps.size[jumps.of_rows]))
        return np.concatenate((w, z, *_central(r, jumps.size, tau), np.zeros(3 * len(z))))

    def look(self, at: Array) -> tuple[float, Array]:
        """The objective at ``at``, and the gradient of its smooth part."""
        return self.objective(at)

    def next(self, there: Checkpoint) -> tuple[Checkpoint, Array]:
        """The next interior point, or the vertex near it; with the cost and the raw subgradient there."""
        inner, point = self._nearest(self._step(self._inner(there)))
        self.latest = (there.t + 1, point.found.proven)
        slope = self.objective.raw_gradient(point.found.g)
        memory = np.concatenate((*inner, *point.slopes))
        return Checkpoint(there.t + 1, point.w, memory, cost=point.found.cost), slope

    def epochs(self, there: Checkpoint) -> float:
        """Steps so far."""
        return float(there.t)

    def proven(self, there: Checkpoint) -> Proven:
        """The duality gap by the slopes of a state."""
        if self.latest[0] != there.t:
            self.latest = (there.t, nonsmooth_gap(self.objective, there.at, self.slopes(there)).proven)
        return self.latest[1]

    def slopes(self, there: Checkpoint) -> Slopes:
        """The slopes of the rows that belong to a state."""
        return Slopes(*there.memory[-3 * self.rows.shape[0] :].reshape(3, -1))

    def _inner(self, there: Checkpoint) -> Interior:
        d, n, m = self.objective.d + 1, self.rows.shape[0], len(self.jumps.size)
        ends = np.cumsum((d, n, m, m, m, m))
        return Interior(*np.split(there.memory[: ends[-1]], ends[:-1]))

    def _step(self, at: Interior) -> Interior:
        """The point after a predictor and a corrector; the same point once rounding is all that is left."""
        equations, tau = Equations(self.objective, self.jumps, at), at.tau
        ahead = equations.step(-at.s * at.up, -at.u * at.down)
        primal, dual = (min(1.0, length) for length in at.room(ahead))
        left = max(at.moved(ahead, primal, dual).tau, 0.0)
        wanted = min((left / max(tau, TINY)) ** 3, 1.0) * tau
        step = equations.step(
            wanted - at.s * at.up - ahead.s * ahead.up, wanted - at.u * at.down - ahead.u * ahead.down
        )
        primal, dual = (min(1.0, INSIDE * length) for length in at.room(step))
        if self.objective.l2.any():
            primal = dual = min(primal, dual)
        moved = at.moved(step, primal, dual)
        return moved if all(np.isfinite(part).all() for part in moved) else at

    def _nearest(self, inner: Interior) -> tuple[Interior, Point]:
        """The interior point with its predictors renewed, and what is reported: it, or the vertex near it."""
        jumps, w = self.jumps, self._allowed(inner.w)[:, None]
        multipliers = np.where(inner.up < inner.down, inner.up, jumps.size - inner.down)
        point = self._point(w, inner.z, jumps.slopes(multipliers))
        inner = inner._replace(z=point.found.z) if (w[:, 0] == inner.w).all() else inner
        if point.found.proven.gap > NEAR * abs(point.found.cost):
            return inner, point
        active = self._active(inner)
        multipliers = np.where(active, multipliers, np.where(inner.up > inner.down, jumps.size, 0.0))
        exact = w.copy()
        exact[jumps.penalised[active[jumps.of_rows.stop :]]] = 0.0
        best = self._point(exact, inner.z, jumps.slopes(multipliers))
        at_jump = np.asarray(jumps.by_row(active) > 0)
        ends = [Point(*end, nonsmooth_gap(self.objective, *end)) for end in vertex(self.objective, best, at_jump)]
        return inner, min((point, best, *ends), key=lambda end: end.found.proven.gap)

    def _allowed(self, w: Array) -> Array:
        """The parameters (d + 1,) with 0 in place of values of a forbidden sign."""
        down, up = self.objective.l1[..., 0] >= FORBIDDEN
        return np.where((down & (w < 0)) | (up & (w > 0)), 0.0, w)

    def _active(self, inner: Interior) -> Mask:
        """Which corners the optimum is at, (m,): those whose slack is small relative to their multiplier."""
        slack, multiplier = np.maximum(inner.s, inner.u), np.minimum(inner.up, inner.down)
        return np.asarray(multiplier * _usual_slack(self.jumps, inner) > self.jumps.size * slack)

    def _point(self, w: Array, z: Array, theta: Array) -> Point:
        at = self.jumps.points(z, theta)
        slopes = Slopes(theta, at, 4 * UNIT * (np.abs(z) + np.abs(self.rows.y[:, 0]) + np.abs(at)) + TINY)
        return Point(w, slopes, nonsmooth_gap(self.objective, w, slopes))


class Equations:
    """Newton's equations of the central path at an interior point, reduced to the parameters.

    The stiffness of a jump is the derivative of its multiplier by its argument. Where the optimum is at a corner it
    grows without bound. Such rows E are kept as equations of their own, so that the curvature H of the others keeps its
    digits: with k_i the stiffness of row a_i of A,

        H w + A' v = right,      A w - v / k = 0.
    """

    def __init__(self, objective: Objective, jumps: Jumps, at: Interior) -> None:
        self.objective, self.jumps, self.at, rows = objective, jumps, at, objective.rows
        self.stiffness = 1.0 / np.maximum(at.u / at.down + at.s / at.up, TINY)
        self.missing = jumps.sign * (jumps.arguments(at.z, at.w) - jumps.corner) - at.u + at.s
        self.on = np.flatnonzero(objective.moves)
        by_row = jumps.by_row(self.stiffness)
        self.weights = by_row if rows.weight is None else by_row * rows.weight
        usual = float(np.median(jumps.size[jumps.of_rows])) / _usual_slack(jumps, at)
        H, A, k = self._separated(np.flatnonzero(by_row > STIFF * usual))
        scale = 1.0 / np.sqrt(np.maximum(np.maximum(H.diagonal(), LEAST * (k @ A**2)), TINY))
        H, A = H * scale[:, None] * scale, A * scale
        H.flat[:: len(H) + 1] += RIDGE
        length = np.sqrt((A * A).sum(1))
        A = A / length[:, None]
        self.scale, self.stretch = scale, 1.0 / (k * length)
        self.K = np.block([[H, A.T], [A, -np.diag(self.stretch / length)]])
        self.inverse = _inverse(self.K)

    def step(self, by_s: Array, by_u: Array) -> Interior:
        """The step that changes s lambda by ``by_s`` and u (c - lambda) by ``by_u``, to first order."""
        at, jumps = self.at, self.jumps
        own = self.stiffness * (self.missing - by_u / at.down + by_s / at.up)
        w, along = self._solution(-self._gradient(at.up + own))
        z = self.objective.rows.with_rows(offset=None).predictor(w[:, None])[:, 0]
        z[self.stiff] = along  # by the equations of their own, since their multipliers are k z
        up = self.stiffness * jumps.sign * jumps.arguments(z, w) + own
        return Interior(w, z, (by_s - at.s * up) / at.up, (by_u + at.u * up) / at.down, up, -up)

    def _separated(self, stiff: NDArray[np.intp]) -> tuple[Array, Array, Array]:
        """H of the rows that are not stiff, and the stiff ones A with k; all in H where there are too many."""
        rows, weights = self.objective.rows, self.weights.copy()
        A = row_table(cast(Rows, rows), stiff if len(stiff) <= 2 * len(self.on) else stiff[:0])[:, self.on]
        nonzero = A.any(1)
        self.stiff = stiff = stiff[: len(A)][nonzero]
        k = weights[stiff] / rows.total
        weights[stiff] = 0.0
        H = rows.weighted_curvature(weights).matrix()
        H.flat[:: len(H) + 1] += self.objective.l2[:, 0] + self.jumps.by_coefficient(self.stiffness, len(H))
        return H[np.ix_(self.on, self.on)], A[nonzero], k

    def _gradient(self, multipliers: Array) -> Array:
        """The gradient (d + 1,) of the Lagrangian with these multipliers."""
        jumps, at = self.jumps, self.at
        theta = jumps.low + jumps.by_row(multipliers)
        of_penalty = jumps.sign * multipliers
        of_penalty[jumps.of_rows.stop :] += jumps.base
        loss = self.objective.rows.transpose_product(theta[:, None])[:, 0]
        whole: Array = loss + self.objective.l2[:, 0] * at.w + jumps.by_coefficient(of_penalty, len(at.w))
        return whole

    def _solution(self, right: Array) -> tuple[Array, Array]:
        """The parameters (d + 1,) that solve the reduced equations, and the predictors of the stiff rows."""
        w, m = np.zeros(len(right)), len(self.on)
        wanted = np.concatenate((self.scale * right[self.on], np.zeros(len(self.stiff))))
        found = self.inverse @ wanted
        found += self.inverse @ (wanted - self.K @ found)
        w[self.on] = self.scale * found[:m]
        return w, self.stretch * found[m:]


def _usual_slack(jumps: Jumps, at: Interior) -> float:
    """The size of a slack of a row that is not at its corner.

    It is the median of the rows that cannot all be at their corners, all but one for each parameter; but no less than a
    small share of the spread of the predictors and corners, since all rows may be at their corners.
    """
    slack = np.maximum(at.s, at.u)[jumps.of_rows]
    least = min(len(slack) - 1, len(at.w))
    spread = _spread(at.z) + _spread(jumps.corner[jumps.of_rows])
    return max(float(np.median(np.partition(slack, least)[least:])), SMALL * spread)


def _spread(numbers: Array) -> float:
    """Distance from the first to the last tenth of the numbers, which no single one sets."""
    low, high = np.quantile(numbers, 0.1, method="higher"), np.quantile(numbers, 0.9, method="lower")
    return max(float(high - low), 0.0)


def _inverse(K: Array) -> Array:
    """The inverse; of least norm where K is singular."""
    try:
        return np.asarray(np.linalg.inv(K))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(K, rcond=1e-14))


def _central(r: Array, size: Array, tau: float) -> tuple[Array, Array, Array, Array]:
    """s, u, lambda and size - lambda with u - s = r, s lambda = tau and u (size - lambda) = tau."""
    smaller = 2 * tau * size / (size * np.abs(r) + 2 * tau + np.hypot(size * r, 2 * tau))
    up, down = np.where(r > 0, size - smaller, smaller), np.where(r > 0, smaller, size - smaller)
    return tau / up, tau / down, up, down


def _room(at: Array, by: Array) -> float:
    """Smallest length of a step at which a number becomes 0; infinite if none does."""
    with np.errstate(divide="ignore"):
        return float(np.where(by < 0, -at / by, np.inf).min())
