"""What the path of a squared loss knows of its table: a Gram matrix of some columns, and the gradient at some points.

By the rows it is the Gram matrix of active columns, and a gradient reads the table once for some points. By the moments
of a tall table it is that of all columns, and a gradient reads nothing.
"""

from __future__ import annotations

from math import sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.types import UNIT, Array
from ..data.active_columns import Gram, active_columns
from ..data.correlations import Correlations
from ..data.rows import Rows
from ..objective.data import ColumnStats
from ..objective.objective import Objective
from .rounding import FEW, mean_rounding
from .square_points import SquarePoints

__all__ = ["MomentsModel", "RowsModel", "SquareModel"]


class SquareModel(Protocol):
    """The mean squared loss over some coordinates of the parameters, the others 0."""

    @property
    def data(self) -> str:
        """The kind of data."""

    @property
    def columns(self) -> int:
        """Number of its columns."""

    @property
    def coordinates(self) -> NDArray[np.int64]:
        """Those coordinates, (q,)."""

    @property
    def matrix(self) -> Array:
        """Its Hessian (q, q)."""

    @property
    def target(self) -> Array:
        """Minus its gradient (q,) where all of them are 0."""

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add these columns."""

    def points(self, w: Array) -> SquarePoints:
        """Cost and gradient at w (d + 1, k), 0 in all other coordinates."""

    def others(self) -> NDArray[np.bool_]:
        """Which columns may be added, (d,)."""


class RowsModel:
    """By the rows, in the units of the descent. Cost: a pass at first and for some points; n q flops a column."""

    data = "rows"

    def __init__(self, objective: Objective, rows: Rows, columns: ColumnStats) -> None:
        self.objective, self.rows = objective, rows
        self.correlations = Correlations(rows, columns)
        self.active = active_columns(rows, objective.free_intercept, self.correlations.transposed)
        n, c = rows.shape[0], objective.loss.curvature
        self.share = np.full(n, 1.0 / rows.total) if rows.weight is None else rows.weight / rows.total
        self.gram = Gram(self.active, c * self.share)
        self.base = np.zeros(n) if rows.offset is None else rows.offset
        self.mean = columns.mean if rows.units.shift is None else columns.mean - rows.units.shift
        self.mean = self.mean * rows.units.scales(rows.shape[1])[:-1]  # of the columns, in these units
        self.start = self._gradient(self._slopes(np.zeros((n, 1))))[:, 0]

    @property
    def columns(self) -> int:
        """Number of active columns."""
        return len(self.active.numbers)

    @property
    def coordinates(self) -> NDArray[np.int64]:
        """The intercept, if it is free, and the active columns, (q,)."""
        return self.active.coordinates

    @property
    def matrix(self) -> Array:
        """The Hessian over them, (q, q)."""
        return self.gram.matrix

    @property
    def target(self) -> Array:
        """Minus the gradient at 0, (q,)."""
        return -self.start[self.coordinates]

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add these columns. Cost: reading them, and 2 n q flops for each."""
        if len(numbers):
            self.active.add(numbers)
            self.gram.grow()

    def _slopes(self, Z: Array) -> Array:
        loss: Array = self.objective.loss.slope(Z + self.base[:, None], self.rows.y)
        return loss

    def _gradient(self, R: Array) -> Array:
        weighted = self.share[:, None] * R
        return np.concatenate((self.correlations(weighted), weighted.sum(0)[None]))

    def points(self, w: Array) -> SquarePoints:
        """Cost and gradient at w (d + 1, k). Cost: one pass."""
        rows, c, correlations = self.rows, self.objective.loss.curvature, self.correlations
        R = self._slopes(self.active.sums(w[self.coordinates]))
        g, squares = self._gradient(R), self.share @ (R * R)
        free = self.objective.free_intercept
        balance, rms = mean_rounding(rows) * free, np.sqrt(squares)
        slack = (correlations.rounding + mean_rounding(rows) + FEW) * correlations.sizes[:, None] * rms
        far = sqrt(float(self.share @ (self.base * self.base)))
        size = np.append(correlations.sizes, 1.0)
        predicted = (rows.longest + 8) * UNIT * (size @ np.abs(w) + far) + (balance + FEW) * rms / c
        middle = self.mean[:, None] * g[-1] * free
        cost = squares / (2 * c)
        return SquarePoints(w, cost, g, middle, slack, predicted, balance * cost, np.zeros(len(cost)))

    def others(self) -> NDArray[np.bool_]:
        """Which columns may be added, (d,)."""
        may = self.objective.moves[:-1] & (self.correlations.about_shift > 0)
        may[self.active.numbers] = False
        return may


class MomentsModel:
    """By the moments, in the units of the descent. Cost: 2 d^2 flops for each point."""

    data = "moments"

    def __init__(self, objective: Objective) -> None:
        self.objective, c = objective, objective.loss.curvature
        self.moments = moments = objective.moments
        self.columns, self.coordinates = objective.d, np.flatnonzero(objective.moves)
        self.hessian = c * moments.hessian
        self.matrix = self.hessian[np.ix_(self.coordinates, self.coordinates)]
        self.size = np.sqrt(np.maximum(np.diag(moments.hessian), 0.0))
        start = self.hessian @ moments.minimiser - c * moments.gradient
        self.target = start[self.coordinates, 0]

    def add(self, numbers: NDArray[np.int64]) -> None:
        """All columns are part of it."""

    def points(self, w: Array) -> SquarePoints:
        """Cost and gradient at w (d + 1, k), with the rounding of `optimality.duality.moments_gap`."""
        moments, c, size = self.moments, self.objective.loss.curvature, self.size
        (n, d), free = moments.shape, self.objective.free_intercept
        away = w - moments.minimiser
        slope = moments.hessian @ away
        cost = c * np.maximum(moments.cost + (away * (0.5 * slope + moments.gradient)).sum(0), 0.0)
        g = c * (slope + moments.gradient)
        sums = (min(n, 1 << 13) + n / (1 << 13) + d + 32) * UNIT  # relative rounding of the moments
        moved = size @ np.abs(away)
        reach = moved + np.sqrt(2 * max(moments.cost, 0.0))
        rounded = c * (sums * reach + FEW * (size @ (np.abs(w) + np.abs(moments.minimiser))))
        scaled = 2 / c * rounded * (c * moved + np.sqrt(2 * c * cost))
        middle = moments.hessian[:-1, -1:] * g[-1] * free
        zero = np.zeros(len(cost))
        return SquarePoints(w, cost, g, middle, 2 * size[:-1, None] * rounded, zero, 2 / c * rounded**2, scaled)

    def others(self) -> NDArray[np.bool_]:
        """No column can be added, (d,)."""
        return np.zeros(self.objective.d, bool)
