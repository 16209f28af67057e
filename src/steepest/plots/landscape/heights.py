"""Heights: costs of many points at once, in particular on a line or plane by its few coordinates."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...core.threads import one_blas_thread
from ...core.types import Array
from ...data.layout import column_variances
from ...data.moments import Moments
from ...data.rows import Rows
from ...objective.objective import Coordinates, Objective
from ...objective.problem import Problem

__all__ = ["Shape", "shape_of_moments", "shape_of_rows", "slopes", "values"]

Heights = Callable[[Array], Array]  # points or coordinates (m, r) to costs (m,)
ROOM = 1 << 18  # values computed at once: 2 MB


class Shape(NamedTuple):
    """Costs of all points, and on the lines and planes through them.

    Attributes
    ----------
    values : callable, points (m, d + 1) -> costs (m,)
    slopes : callable, points (m, d + 1) -> gradients of the smooth part (m, d + 1)
    flat : callable, origin (d + 1,) and directions (r, d + 1) -> callable, coordinates (m, r) -> costs (m,)
    sizes : callable, () -> (d + 1,) array
        Standard deviations of the columns, 1 for constant columns and for the intercept.
    """

    values: Heights
    slopes: Heights
    flat: Callable[[Array, Array], Heights]
    sizes: Callable[[], Array]


def shape_of_rows(problem: Problem, rows: Rows) -> Shape:
    """The cost over rows."""
    sizes = lambda: _sizes(column_variances(rows.X, _shares(rows)))  # noqa: E731
    return Shape(values(problem, rows), slopes(problem, rows), _flat(problem, rows), sizes)


def shape_of_moments(problem: Problem, moments: Moments) -> Shape:
    """The cost of a quadratic loss, from moments."""
    sizes = lambda: _sizes(np.diag(moments.spread))  # noqa: E731
    return Shape(_bowl(problem, moments), slopes(problem, moments), _parabola(problem, moments), sizes)


def _sizes(variance: Array) -> Array:
    size = np.sqrt(np.maximum(variance, 0.0))
    return np.append(np.where(size > 0, size, 1.0), 1.0)


def _shares(rows: Rows) -> Array:
    n = rows.shape[0]
    share: Array = np.full(n, 1.0 / n) if rows.weight is None else rows.weight / rows.weight.sum()
    return share


def _penalty(problem: Problem, points: Array) -> Array:
    """Penalty (m,) at points (m, d + 1)."""
    if problem.l1 == problem.l2 == 0:
        return np.zeros(len(points))
    d = points.shape[1] - 1
    penalty: Array = problem.penalty.value(points[:, :d]) @ Coordinates(problem, d).penalty_factors[:d, 0]
    return penalty


def values(problem: Problem, rows: Rows) -> Heights:
    """Costs (m,) at points (m, d + 1)."""
    cost = _rows_cost(problem, rows)
    return _in_pieces(lambda points: cost(rows.predictor(points.T)) + _penalty(problem, points), rows.shape[0])


def _bowl(problem: Problem, moments: Moments) -> Heights:
    """The same from moments."""

    def cost(points: Array) -> Array:
        away = points - moments.minimiser[:, 0]
        with np.errstate(over="ignore", invalid="ignore"):
            rise = ((0.5 * away @ moments.hessian + moments.gradient[:, 0]) * away).sum(1)
            loss: Array = problem.loss.curvature * np.maximum(moments.cost + rise, 0.0)
        return loss + _penalty(problem, points)

    return cost


def _rows_cost(problem: Problem, rows: Rows) -> Heights:
    """Mean losses (m,) of predictors (n, m)."""
    share = _shares(rows)

    def cost(z: Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(share @ problem.loss.value(z, rows.y))

    return cost


def _in_pieces(some: Heights, n: int) -> Heights:
    size = max(1, ROOM // n)

    def pieces(points: Array) -> Array:
        with one_blas_thread(float(n) * len(points)):
            return np.concatenate([some(points[i : i + size]) for i in range(0, len(points), size)])

    return pieces


def _flat(problem: Problem, rows: Rows) -> Callable[[Array, Array], Heights]:
    """Costs on a line or plane, from the predictors of its origin and directions."""
    cost = _rows_cost(problem, rows)

    def on(origin: Array, along: Array) -> Heights:
        first = rows.predictor(origin[:, None])
        turn = rows._replace(offset=None).predictor(along.T)

        def some(at: Array) -> Array:
            return cost(first + turn @ at.T) + _penalty(problem, origin + at @ along)

        return _in_pieces(some, max(rows.shape))

    return on


def _parabola(problem: Problem, moments: Moments) -> Callable[[Array, Array], Heights]:
    """Costs on a line or plane: a quadratic of r variables about its point nearest to the minimum."""

    def on(origin: Array, along: Array) -> Heights:
        middle = np.linalg.lstsq(along.T, moments.minimiser[:, 0] - origin, rcond=None)[0]
        away = origin + middle @ along - moments.minimiser[:, 0]
        c, reduced = problem.loss.curvature, along @ moments.hessian @ along.T
        base = moments.cost + away @ (0.5 * moments.hessian @ away + moments.gradient[:, 0])
        slope = along @ (moments.hessian @ away + moments.gradient[:, 0])

        def some(at: Array) -> Array:
            rise = ((0.5 * (at - middle) @ reduced + slope) * (at - middle)).sum(1)
            cost: Array = c * np.maximum(base + rise, 0.0) + _penalty(problem, origin + at @ along)
            return cost

        return _in_pieces(some, len(origin))

    return on


def slopes(problem: Problem, data: Rows | Moments) -> Heights:
    """Gradients (m, d + 1) of the smooth part at points (m, d + 1)."""
    objective = Objective(problem, data)
    return lambda points: np.array([objective(p[:, None])[1][:, 0] for p in points])
