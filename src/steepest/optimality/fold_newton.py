"""Newton's method for all folds at once: they share their passes over the table, and one Hessian.

The folds of a table have nearly the same Hessian: that of all rows, at the mean of their points. Each fold corrects it
by its own last steps (L-BFGS). A pass multiplies the table with the points of all folds, whose weights are 0 for the
rows they leave out. At the end the step gives the dual point of a proof.

Nocedal, J. (1980). Updating quasi-Newton matrices with limited storage. Math. Comp. 35.
doi:10.1090/S0025-5718-1980-0572855-7
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.threads import one_blas_thread
from ..core.types import UNIT, Array
from ..core.units import standard_units
from ..data.centre import centre
from ..data.rows import Rows
from ..objective.objective import Objective
from ..objective.penalties import elastic
from ..objective.problem import Problem
from .dual_point import DualPoint
from .duality import Slopes, point_gap
from .rounding import relative_rounding

__all__ = ["FoldsNewton"]

STEPS = 40  # most steps for a penalty weight
NEAR = 1e2  # squared mean of a column, in variances, up to which it needs no shift
PAIRS = 12  # last steps by which each fold corrects the Hessian
ARMIJO = 1e-4  # share of the predicted decrease that a step must reach
PROMISING = 0.1  # predicted decrease, in target gaps, at which a proof is tried
LATER = 0.1  # share of that at which it is tried again

Numbers = NDArray[np.int64]


class _Points(NamedTuple):
    """Points of some folds, with objective and gradient."""

    w: Array  # (d + 1, p)
    cost: Array  # (p,)
    g: Array  # (d + 1, p)


class FoldsNewton:
    """The optima of K folds for one penalty weight after the other, with an L2 penalty on each coefficient.

    Cost for each penalty weight: a Hessian over all rows, and some passes that all folds share.

    Parameters
    ----------
    rows : Rows
        Of one target.
    problem : Problem
        A smooth loss with a conjugate, no L1 penalty.
    parts : sequence of integer arrays
        The rows to fit of each fold.
    targets : (K,) array
        Gaps to reach.
    """

    def __init__(self, rows: Rows, problem: Problem, parts: Sequence[Numbers], targets: Array) -> None:
        self.problem, self.targets, n = problem, targets, rows.shape[0]
        stats = rows.columns()
        shifts = Objective(problem, rows).free_intercept and bool((stats.mean**2 > NEAR * stats.variance).any())
        self.rows = rows.in_units(standard_units(*stats, centre(rows, stats) if shifts else None))
        self.weights = np.zeros((n, len(parts)))
        for k, part in enumerate(parts):
            self.weights[part, k] = 1.0 if rows.weight is None else rows.weight[part]
        self.totals = self.weights.sum(0)
        self.w = np.zeros((rows.shape[1] + 1, len(parts)))
        self.objective = Objective(problem, self.rows)
        self._inverse: Array = np.zeros((0, 0))
        self._pairs: list[deque[tuple[Array, Array]]] = [deque(maxlen=PAIRS) for _ in parts]
        self._last: Array | None = None  # the optima before the last ones
        self._known: _Points | None = None  # the last ones
        self._l2: Array = np.zeros((rows.shape[1] + 1, 1))

    def optima(self, alpha: float) -> tuple[Array, Array]:
        """Raw points (K, d + 1, 1) and gaps (K,), from the last ones."""
        self.problem = replace(self.problem, penalty=elastic(alpha, 0.0))
        self.objective = Objective(self.problem, self.rows)
        (n, d), K = self.rows.shape, len(self.totals)
        gaps, every, wanted = np.full(K, np.inf), np.arange(K), np.full(K, PROMISING)
        with one_blas_thread(2.0 * n * d * K):
            here = self._started(every)
            self._renew()
            for _ in range(STEPS):
                step = self._step(here.g)
                fall = -0.5 * (step * here.g).sum(0)
                rounding = 8 * UNIT * here.cost
                on = np.flatnonzero(gaps > self.targets)
                if (fall[on] <= np.maximum(wanted * self.targets, rounding)[on]).all():
                    gaps[on] = self._gaps(here.w[:, on], step[:, on], on)
                    wanted *= LATER
                    on = np.flatnonzero((gaps > self.targets) & (fall > rounding))
                if not len(on):
                    break
                here = self._moved(here, step, on)
            self.w, self._known = here.w, here
        return self.rows.units.raw(self.w.T[:, :, None]), gaps

    def _renew(self) -> None:
        """The inverse Hessian of all rows at the mean of the points."""
        mean, moves = self.w.mean(1, keepdims=True), self.objective.moves
        H = self.rows.curvature(self.problem.loss, mean).matrix()
        H.flat[:: len(H) + 1] += self.objective.l2[:, 0]
        self._inverse = np.zeros_like(H)
        self._inverse[np.ix_(moves, moves)] = np.linalg.inv(H[np.ix_(moves, moves)])

    def _started(self, every: Numbers) -> _Points:
        """The last optima, or the points to which the last change leads, if their cost is lower."""
        change, self._l2 = self.objective.l2 - self._l2, self.objective.l2
        for k in every:
            self._pairs[k] = deque(((s, y + change[:, 0] * s) for s, y in self._pairs[k]), maxlen=PAIRS)
        here, last = self._known, self._last
        self._last = self.w
        if here is None or last is None:
            return self._look(self.w, every)
        g, penalty = here.g + change * here.w, 0.5 * (change * here.w * here.w).sum(0)
        here = _Points(here.w, here.cost + penalty, g)
        there = self._look(2 * self.w - last, every)
        better = there.cost < here.cost
        w, cost, g = (np.where(better, a, b) for a, b in zip(there, here, strict=True))
        self.w = w
        return _Points(w, cost, g)

    def _step(self, g: Array) -> Array:
        """The steps (d + 1, K), by the inverse Hessian that the last steps of each fold correct."""
        q, sizes = g.copy(), [list[float]() for _ in self._pairs]
        for k, pairs in enumerate(self._pairs):
            for s, y in reversed(pairs):
                sizes[k].append(float((s @ q[:, k]) / (s @ y)))
                q[:, k] -= sizes[k][-1] * y
        step: Array = self._inverse @ q
        for k, pairs in enumerate(self._pairs):
            for (s, y), size in zip(pairs, reversed(sizes[k]), strict=True):
                step[:, k] += (size - (y @ step[:, k]) / (s @ y)) * s
        return -step

    def _look(self, w: Array, on: Numbers) -> _Points:
        """Objective and gradient at points (d + 1, p) of these folds. Cost: one pass."""
        rows, loss, F = self.rows, self.problem.loss, self.objective

        def judge(low: int, high: int, Z: Array) -> tuple[Array, Array | None, tuple[float, ...]]:
            Z = Z if rows.offset is None else Z + rows.offset[low:high, None]
            y, m = rows.y[low:high], self.weights[low:high][:, on]
            return np.ascontiguousarray((m * loss.slope(Z, y)).T), None, tuple((m * loss.value(Z, y)).sum(0))

        sums, totals = rows.fold(w, judge), self.totals[on]
        g = F.free * (sums.products.T / totals + F.l2 * w)
        return _Points(w, sums.totals / totals + 0.5 * (F.l2 * w * w).sum(0), g)

    def _moved(self, here: _Points, step: Array, on: Numbers) -> _Points:
        """The points after a step of these folds, each halved until the cost falls enough."""
        w, cost, g = here.w.copy(), here.cost.copy(), here.g.copy()
        size, slope = 1.0, (step * here.g).sum(0)
        while len(on) and size > 1e-10:
            there = self._look(here.w[:, on] + size * step[:, on], on)
            with np.errstate(invalid="ignore"):
                good = there.cost <= here.cost[on] + ARMIJO * size * slope[on] + 8 * UNIT * np.abs(here.cost[on])
            done = on[good]
            w[:, done], cost[done], g[:, done] = there.w[:, good], there.cost[good], there.g[:, good]
            for k in done:
                self._learn(k, w[:, k] - here.w[:, k], g[:, k] - here.g[:, k])
            on, size = on[~good], 0.5 * size
        self.w = w
        return _Points(w, cost, g)

    def _learn(self, k: int, s: Array, y: Array) -> None:
        """Keep a step of a fold, and what it did to the gradient."""
        if s @ y > UNIT * np.sqrt((s @ s) * (y @ y)):
            self._pairs[k].append((s, y))

    def _gaps(self, w: Array, step: Array, on: Numbers) -> Array:
        """Duality gaps of these folds, by the dual points near w + step. Cost: one pass."""
        folds = [self.rows.with_rows(weight=np.ascontiguousarray(self.weights[:, k])) for k in on]
        objectives = [Objective(self.problem, rows) for rows in folds]
        points = [DualPoint(objective, None) for objective in objectives]

        def judge(low: int, high: int, Z: Array) -> tuple[Array, Array | None, tuple[float, ...]]:
            found = [point.place(low, high, Z[:, 2 * i : 2 * i + 2]) for i, point in enumerate(points)]
            totals = tuple(number for _, _, numbers in found for number in numbers)
            squares = self.rows.weights(low, high)
            return np.concatenate([r for r, _, _ in found]), squares, totals

        both = np.stack((w, step), axis=2).reshape(len(w), -1)
        sums = self.rows.fold(both, judge)
        gaps = np.empty(len(on))
        for i, (k, F, point) in enumerate(zip(on, objectives, points, strict=True)):
            totals, total = sums.totals[4 * i : 4 * i + 4], self.totals[k]
            share, balance = point.balanced(totals)
            v = (share @ sums.products[2 * i : 2 * i + 2] / total)[:-1]
            size = np.sqrt(sums.squares / total)  # of all rows, which bounds that of some of them
            rounding = relative_rounding(F.rows) * np.sqrt(abs(totals[2]) / total)
            slopes = Slopes(v, size, float(rounding), share, balance, totals)
            gaps[i] = point_gap(F, w[:, i : i + 1], point, slopes).proven.gap
        return gaps
