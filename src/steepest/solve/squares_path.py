"""The path of a squared loss with an L1 penalty: exact optima on a Gram matrix, proven many at a time.

Between two penalty weights few coefficients leave 0 or become 0, so that the signs of the last optimum and two or three
corrections give the next one (`objective.pivoting`). One pass over the table then gives the duality gaps of some of
them at once. Which columns are likely to be needed is guessed as in `solve.selected_path`. For a table of many more
rows than columns the moments are the Gram matrix of all columns, and prove the answers without a pass, unless rounding
hides what is to be proven: then the path goes on by the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.records import to_spec
from ..core.types import UNIT, Array
from ..core.units import coef_and_intercept
from ..data.rows import Rows
from ..descent.descent import descend
from ..descent.recording import settings_of
from ..descent.states import Checkpoint
from ..descent.trajectory import Trajectory
from ..objective.data import MATRIX_COLUMNS, ColumnStats
from ..objective.objective import Objective
from ..objective.penalties import elastic
from ..objective.pivoting import Pivots
from ..objective.problem import Problem
from ..objective.prox import by_signs, smallest_subgradient
from ..optimality.square_models import MomentsModel, RowsModel, SquareModel
from ..optimality.square_points import Gaps, SquarePoints, Weights, gaps
from .auto.plan import Plan
from .certified_stop import SMALL_ROUNDING, SMALLER
from .path_point import FEW, PathPoint
from .settings import Limits

__all__ = ["saves_passes", "squares_path"]

TALL = 2  # rows for each column from which the moments take the place of the rows
SPENT = 4  # columns for each penalty weight up to which moments cost less than the passes that they save
AT_ONCE = 64  # penalty weights at once on moments
MANY = 6  # most penalty weights for one pass: the columns for all of them join beforehand
STRONG, NEAR = 0.05, 0.1  # as in `solve.selected_path`, where a column costs less
FINE_ROUNDING = 1e-10  # share of the constant model's cost beyond which the rows prove more than the moments
RATES, NONE = np.array([0.0, 1.0]), np.zeros(2)


class _Answer(NamedTuple):
    """The last optimum, to which the next one is compared."""

    w: Array  # (d + 1, 1), in the units of the descent
    g: Array  # (d + 1, 1) gradient of the mean loss
    cost: Array  # (1,) mean loss


class _Path:
    """A path up to its last ``answer``; ``done`` penalty weights are solved for."""

    def __init__(
        self, problem: Problem, rows: Rows, plan: Plan, alphas: Array, l1_ratio: float, limits: Limits, scale: float
    ) -> None:
        self.plan, self.alphas, self.l1_ratio, self.limits, self.scale = plan, alphas, l1_ratio, limits, scale
        self.rows, self.target = rows.in_units(plan.data.units), (limits.tol or 0.0) * scale
        self.objective = Objective(replace(problem, penalty=elastic(1.0, l1_ratio)), self.rows)
        self.done, self.tries, self.gap = 0, 0, np.inf
        at = np.zeros((rows.shape[1] + 1, 1)) if plan.point is None else plan.point
        by_rows = plan.data.supports.rows
        self.begin(self.by_rows(at) if by_rows else MomentsModel(self.objective.on(plan.data)))
        points = self.model.points(at)
        self.answer = _Answer(at, points.g, points.cost)
        states = descend(problem, plan.method, plan.data, start=Checkpoint(0, at, np.zeros(0)))
        self.meta: dict[str, Any] = {**settings_of(states), "interrupted": False}

    def begin(self, model: SquareModel) -> None:
        """Go on by a model."""
        self.model, self.correction, self.pivots = model, np.zeros(len(model.coordinates)), Pivots()
        self.count = AT_ONCE if isinstance(model, MomentsModel) else FEW

    def by_rows(self, at: Array) -> RowsModel:
        """A model by the rows, with the columns whose coefficient at a point is not 0."""
        stats = ColumnStats(self.plan.columns.mean, self.plan.columns.variance)
        model = RowsModel(self.objective, self.rows, stats)
        model.add(np.flatnonzero(at[:-1, 0]))
        return model

    def some(self) -> Iterator[PathPoint]:
        """The next optima that are proven."""
        alphas = self.alphas[self.done : self.done + self.count]
        before = float(self.alphas[max(0, self.done - 1)])
        last = float(alphas[-1])
        self.join(self.near(self.answer.g[:, 0], last, STRONG * (before / last - 1.0)))
        weights = Weights.of(self.objective.l1, self.objective.l2, alphas)
        points = self.model.points(self.solved(weights))
        found = gaps(self.objective, points, alphas)
        good, rounds = self.reached(found), self.tries + 1
        count = len(good) if good.all() else int(good.argmin())
        if count:
            self.tries, self.gap = 0, np.inf
        goes_on = count == len(good) or self.goes_on(points, float(found.gap[count]), count)
        by_moments = isinstance(self.model, MomentsModel)
        count += not (goes_on or by_moments)
        if count:
            yield from self.accepted(points.first(count), weights.first(count), found.first(count), rounds)
        if by_moments and not goes_on:
            self.begin(self.by_rows(self.answer.w))
        elif not by_moments:
            self.count = min(2 * self.count, MANY) if count == len(good) else max(2, count)

    def solved(self, weights: Weights) -> Array:
        """The optimum over the columns of the model for each of k penalty weights, (d + 1, k)."""
        at, matrix = self.model.coordinates, self.model.matrix
        w, u = np.zeros(weights.l2.shape), self.answer.w[at, 0]
        target, inner = self.model.target + self.correction, at < self.objective.d
        for i in range(len(w.T)):
            s, l2 = weights.l1[:, at, i], weights.l2[at, i]
            found = self.pivots.minimum(matrix, l2, target, s, u)
            found = _by_signs(matrix, l2, target, s, u) if found is None else found
            w[at, i] = u = found if self.tries or found[inner].any() or u[inner].any() else u
        return w

    def reached(self, found: Gaps) -> NDArray[np.bool_]:
        """Whether each gap is small enough, or no smaller one can be proven."""
        most = FINE_ROUNDING if isinstance(self.model, MomentsModel) else SMALL_ROUNDING
        accepted = np.minimum(2 * found.rounding, most * self.scale)
        return np.asarray(found.gap <= np.maximum(self.target, accepted), bool)

    def near(self, g: Array, alpha: float, share: float) -> NDArray[np.intp]:
        """The columns whose slopes (d + 1,) are within a share of the bound, or beyond it."""
        below, above = self.objective.l1[:, :-1, 0] * alpha
        away = np.minimum(below - g[:-1], above + g[:-1])
        return np.flatnonzero(self.model.others() & (away < share * np.minimum(below, above)))

    def join(self, numbers: NDArray[np.intp]) -> None:
        """Add these columns to the model."""
        self.model.add(numbers)
        self.correction = np.append(self.correction, np.zeros(len(self.model.coordinates) - len(self.correction)))

    def goes_on(self, points: SquarePoints, gap: float, i: int) -> bool:
        """Whether another try can lower gap i: columns beyond the bound join, or the last digits are to be found."""
        alpha, g, at = float(self.alphas[self.done + i]), points.g[:, i], self.model.coordinates
        shrinks = gap <= SMALLER * self.gap
        self.tries, self.gap = self.tries + 1, gap
        if len(self.near(g, alpha, 0.0)):
            self.join(self.near(g, alpha, NEAR))
            shrinks = True
        else:
            self.correction = self.model.matrix @ points.w[at, i] - points.g[at, i] - self.model.target
        return shrinks and self.tries < self.limits.max_iter

    def accepted(self, points: SquarePoints, weights: Weights, found: Gaps, rounds: int) -> Iterator[PathPoint]:
        """The optima of some points, each with its trajectory from the one before."""
        F, units, last = self.objective, self.plan.data.units, self.answer
        w, g = np.hstack((last.w, points.w)), np.hstack((last.g, points.g))
        self.answer, late = _Answer(w[:, -1:], g[:, -1:], points.cost[-1:]), ~self.reached(found)
        costs = np.array([np.append(last.cost, points.cost[:-1]) + weights.penalty(w[:, :-1]), found.whole]).T
        norms, raw = np.empty(costs.shape), units.raw(w)
        for end, some in enumerate((slice(-1), slice(1, None))):
            slopes = F.free * (g[:, some] + weights.l2 * w[:, some])
            slopes = F.raw_gradient(smallest_subgradient(w[:, some], slopes, weights.l1))
            norms[:, end] = np.linalg.norm(slopes, axis=0)
        for i, alpha in enumerate(self.alphas[self.done : self.done + len(late)]):
            step = np.array([0, rounds if i == 0 else 1])
            meta = {**self.meta, "penalty": to_spec(elastic(float(alpha), self.l1_ratio))}
            meta |= {"end": "epochs" if late[i] else "certified"}
            meta |= {"working_set": self.model.columns, "data": self.model.data}
            both = coef_and_intercept(np.ascontiguousarray(raw[:, i : i + 2].T)[:, :, None])
            path = Trajectory(*both, step, step * 1.0, RATES, NONE, costs[i], norms[i], step, (), meta)
            path = path.upto(0) if np.array_equal(w[:, i], w[:, i + 1]) else path
            yield PathPoint(raw[:, [i + 1]], float(found.gap[i]), bool(late[i]), path)
        self.done += len(late)


def squares_path(
    problem: Problem, rows: Rows, plan: Plan, alphas: Array, l1_ratio: float, limits: Limits, scale: float
) -> Iterator[PathPoint]:
    """The optimum for each penalty weight, in decreasing order. Cost: some passes for every ten penalty weights.

    ``scale`` is the cost of the constant model.
    """
    path = _Path(problem, rows, plan, alphas, l1_ratio, limits, scale)
    while path.done < len(alphas):
        yield from path.some()


def saves_passes(rows: Rows, count: int) -> bool:
    """Whether moments cost less than the passes for ``count`` penalty weights."""
    n, d = rows.shape
    return d <= MATRIX_COLUMNS and n >= TALL * d and d <= SPENT * count


def _by_signs(matrix: Array, l2: Array, target: Array, s: Array, u: Array) -> Array:
    """The optimum by feature-sign search, which always ends."""
    B = matrix + np.diag(l2)
    sizes = B.diagonal() * (1 + 4 * len(B) * UNIT)
    B.flat[:: len(B) + 1] = np.where(sizes > 0, sizes, 1.0)
    return by_signs(B, target, s, u)
