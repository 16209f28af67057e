"""Working sets: the optimum under an L1 penalty, by a sequence of problems over a few columns each.

Each round minimises the objective over the columns of the working set alone, by Newton's method with their Gram matrix.
One pass over the table then gives the slopes of all columns. They are a dual point of the whole problem: its duality
gap certifies the round, it proves that some coefficients are 0 at the optimum (`optimality.gap_safe`), so that later
rounds need not look at their columns, and the columns that come closest to the bound of the dual problem, or are beyond
it, join the working set.

Massias, M., Gramfort, A. and Salmon, J. (2018). Celer: a fast solver for the lasso with dual extrapolation. ICML.
arXiv:1802.07481. Bertrand, Q., Klopfenstein, Q., Bannier, P.-A., Gidel, G. and Massias, M. (2022). Beyond L1: faster
and better sparse models with skglm. NeurIPS. arXiv:2204.07826
"""

from __future__ import annotations

from copy import copy
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from ...data.active_columns import Metric, active_columns
from ...data.correlations import Correlations
from ...data.rows import Rows
from ...descent.states import Checkpoint
from ...objective.data import ColumnStats
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...objective.prox import penalty_value
from ...optimality.dual_point import DualPoint
from ...optimality.duality import PointGap, Proven, Slopes, point_gap, provable
from ...optimality.gap_safe import zeros_proven
from ...optimality.restricted_newton import Restricted, RestrictedPoint
from ...optimality.rounding import FEW, mean_rounding

__all__ = ["WorkingSets", "selects_columns"]

FIRST = 8.0  # the first working set has the root of this times the number of columns
FEWEST = 20
INNER, EASY = 0.3, 0.03  # gap on the working set: share of the target, and of the last gap
NEAR = 0.25  # columns that join though they are not beyond the bound, by those that are not 0
GROWTH = (
    3  # columns that may join at most, by those that are not 0, where their products with each other are not needed
)


def selects_columns(problem: Problem, rows: Rows) -> bool:
    """Whether working sets fit the problem: one target, an L1 penalty throughout, a smooth loss with a conjugate."""
    smooth = not (problem.nonsmooth or rows.supports.joint) and rows.outputs == 1
    return smooth and problem.l1 > 0 and provable(problem)


class Memory(NamedTuple):
    """The state of a round besides the point, stored in the memory of a checkpoint."""

    rank: NDArray[np.int64]  # (d,) place of each column in the working set, from 1; 0 outside
    zero: NDArray[np.bool_]  # (d,) coefficients proven to be 0
    gap: float
    steps: float  # Newton steps of all rounds

    def packed(self) -> Array:
        """The memory as one array."""
        return np.concatenate((self.rank, self.zero, (self.gap, self.steps)))

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The columns of the working set, in the order in which they joined."""
        inside = np.flatnonzero(self.rank)
        return inside[np.argsort(self.rank[inside])]

    @staticmethod
    def of(memory: Array) -> Memory:
        """The memory from that array."""
        rank, zero = memory[:-2].reshape(2, -1)
        return Memory(rank.astype(np.int64), zero > 0, float(memory[-2]), float(memory[-1]))


class Dual(NamedTuple):
    """A dual point, with its numbers by row."""

    point: DualPoint
    r: Array  # (n,) weighted
    share: Array  # see `DualPoint.balanced`
    balance: float
    totals: Array


class WorkingSets:
    """The sequence of problems over growing working sets; each update is a round.

    Cost: one pass for each round, and n q^2 flops for q columns.

    Parameters
    ----------
    problem : Problem
    rows : Rows
        In the units of the descent.
    columns : ColumnStats
        Mean and variance of each raw column.
    target : float
        Target gap.
    """

    def __init__(self, problem: Problem, rows: Rows, columns: ColumnStats, target: float) -> None:
        self.rows, self.target = rows, target
        self.objective = Objective(problem, rows)
        self.correlations = Correlations(rows, columns)
        self.active = active_columns(rows, self.objective.free_intercept, self.correlations.transposed)
        self.metric = Metric(self.active)
        self.base: Array | None = None
        self.latest: tuple[int, Proven] = (0, Proven(np.inf, 0.0))

    def on(self, problem: Problem) -> WorkingSets:
        """The same columns and what is known of them, for a problem that differs in its penalty weight."""
        other = copy(self)
        other.objective = Objective(problem, self.rows)
        return other

    def open(self, at: Array) -> Array:
        """An empty working set but for the coefficients that are not 0."""
        inside = np.flatnonzero((at[:-1, 0] != 0) & self.objective.moves[:-1])
        zero = np.zeros(self.objective.d, bool)
        return Memory(_ranked(inside, len(zero)), zero, np.inf, 0.0).packed()

    def look(self, at: Array) -> tuple[float, Array]:
        """The objective and the gradient of its smooth part at a start (d + 1, 1). Cost: one pass."""
        self.active.add(np.flatnonzero((at[:-1, 0] != 0) & self.objective.moves[:-1]))
        here = self.restricted(at).start(at[self.active.coordinates, 0])
        share = self._share
        g = np.append(self.correlations((share * here.pointwise.slope)[:, None])[:, 0], share @ here.pointwise.slope)
        return here.cost, self.objective.free * (g[:, None] + self.objective.l2 * at)

    @property
    def _share(self) -> Array:
        rows = self.rows
        return np.full(rows.shape[0], 1.0 / rows.total) if rows.weight is None else rows.weight / rows.total

    def next(self, there: Checkpoint) -> tuple[Checkpoint, Array]:
        """The end of the next round, and the raw subgradient."""
        assert there.g is not None
        now = Memory.of(there.memory)
        self._resume(now)
        if not self.objective.loss.quadratic:
            self.metric.renew(np.zeros(0))  # a round depends on its checkpoint alone
        self.active.add(self._joining(there.at[:, 0], there.g[:, 0], now))
        restricted, at = self.restricted(there.at), self.active.coordinates
        enough = max(INNER * self.target, min(EASY * now.gap, EASY * there.cost))
        here = restricted.minimised(there.at[at, 0], enough)
        w = there.at.copy()
        w[at, 0] = here.u
        found, g = self.judged(w, here)
        zero = now.zero | zeros_proven(self.objective, found, self._sizes)
        self.correlations.leave(np.flatnonzero(~zero | self._active))
        t = there.t + 1
        self.latest = (t, found.proven)
        rank = _ranked(self.active.numbers, len(zero))
        memory = Memory(rank, zero, found.proven.gap, now.steps + here.steps).packed()
        slope = self.objective.raw_gradient(self.objective.subgradient(w, g))
        return Checkpoint(t, w, memory, g, here.cost), slope

    @property
    def _active(self) -> NDArray[np.bool_]:
        """Which columns are active, (d,)."""
        active = np.zeros(self.objective.d, bool)
        active[self.active.numbers] = True
        return active

    @property
    def _sizes(self) -> Array:
        """Root mean squares of the columns, about the mean if the intercept is free."""
        return self.correlations.spread if self.objective.free_intercept else self.correlations.about_shift

    def restricted(self, at: Array) -> Restricted:
        """The objective over the active columns; the other coefficients are 0 or fixed."""
        others = at.copy()
        others[self.active.coordinates] = 0.0
        if self.base is None:
            offset = np.zeros(self.rows.shape[0]) if self.rows.offset is None else self.rows.offset
            self.base = self.rows.predictor(others)[:, 0] if others.any() else offset
        objective, raw = self.objective, self.objective.factor * others
        rest = float((0.5 * objective.raw.l2 * raw * raw + penalty_value(raw, objective.raw.l1)).sum())
        return Restricted(objective, self.metric, self.base, rest)

    def judged(self, w: Array, here: RestrictedPoint) -> tuple[PointGap, Array]:
        """The gap by the slopes at w (d + 1, 1), and the gradient of the smooth part there. Cost: one pass."""
        dual = self.dual(here)
        return self.judged_by(w, here, dual, self.correlations(dual.r[:, None])[:, 0])

    def dual(self, here: RestrictedPoint) -> Dual:
        """The slopes of the rows as a dual point."""
        rows, point = self.rows, DualPoint(self.objective, here.pointwise)
        r, _, totals = point.place(0, rows.shape[0], np.zeros((rows.shape[0], 2)))
        share, balance = point.balanced(np.array(totals))
        return Dual(point, share @ r / rows.total, share, balance, np.array(totals))

    def judged_by(self, w: Array, here: RestrictedPoint, dual: Dual, v: Array) -> tuple[PointGap, Array]:
        """The same, where the slopes v (d,) of the columns by the dual point are known."""
        F, rows, correlations = self.objective, self.rows, self.correlations
        rounding = (correlations.rounding + mean_rounding(rows) + FEW) * sqrt(dual.totals[2] / rows.total)
        size = np.append(correlations.sizes, 1.0)
        found = point_gap(F, w, dual.point, Slopes(v, size, rounding, dual.share, dual.balance, dual.totals))
        found = found._replace(proven=_with_margin(F, here.cost, found))
        slope = float(self._share @ here.pointwise.slope)
        return found, F.free * (np.append(v, slope)[:, None] + F.l2 * w)

    def _resume(self, now: Memory) -> None:
        """Make the working set that of a checkpoint, if it is another."""
        if np.array_equal(self.active.numbers, now.numbers):
            return
        self.active = active_columns(self.rows, self.objective.free_intercept, self.correlations.transposed)
        self.active.add(now.numbers)
        self.metric, self.base = Metric(self.active), None

    def _joining(self, w: Array, g: Array, now: Memory) -> NDArray[np.int64]:
        """The columns that join the working set for the next round, by the gradient g (d + 1,) of the smooth part."""
        d = self.objective.d
        away = self.away(g)
        others = np.flatnonzero(self.others & ~now.zero)
        growth = 1 if self.correlations.transposed is None else GROWTH
        most = max(int(sqrt(FIRST * d)), FEWEST, growth * int((w[:-1] != 0).sum()))
        beyond = int((away[others] < 0).sum())
        count = min(len(others), most, max(beyond, int(NEAR * most / growth)) if now.rank.any() else most)
        return np.sort(others[np.argpartition(away[others], count - 1)[:count]]) if count else others[:0]

    @property
    def others(self) -> NDArray[np.bool_]:
        """Which columns may still join, (d,)."""
        return self.objective.moves[:-1] & ~self._active & (self.correlations.about_shift > 0)

    def away(self, g: Array) -> Array:
        """How far the slopes g (d + 1,) are from the bound of the dual problem, (d,) by size; negative beyond it."""
        below, above = self.objective.l1[:, :-1, 0]
        size = np.maximum(self.correlations.about_shift, np.finfo(float).tiny)
        distance: Array = np.minimum(below - g[:-1], above + g[:-1]) / size
        return distance

    def epochs(self, there: Checkpoint) -> float:
        """Rounds so far: each reads the table once."""
        return float(there.t)

    def proven(self, there: Checkpoint) -> Proven:
        """The duality gap at the end of a round."""
        if self.latest[0] == there.t:
            return self.latest[1]
        here = self.restricted(there.at).start(there.at[self.active.coordinates, 0])
        return self.judged(there.at, here)[0].proven


def _with_margin(F: Objective, cost: float, found: PointGap) -> Proven:
    """The same gap; what keeps the dual point feasible in spite of rounding counts as rounding."""
    proven, weights = found.proven, F.raw.l1[:, :-1, 0].min(0)
    if F.problem.l2 > 0:
        return proven
    share = float((found.slack / np.where(weights > 0, weights, np.inf)).max(initial=0.0))
    margin = min(proven.value, share * cost)
    return Proven(proven.value - margin, proven.rounding + margin)


def _ranked(numbers: NDArray[np.int64], d: int) -> NDArray[np.int64]:
    """Place of each of d columns in a sequence of some, from 1; 0 for the others."""
    rank = np.zeros(d, np.int64)
    rank[numbers] = 1 + np.arange(len(numbers))
    return rank
