"""The jumps of an objective: those of a piecewise linear loss by row, and those of an L1 penalty by coefficient.

A piecewise linear loss of a row is its slope b at minus infinity and a jump of its slope by c_k at each corner a_k,

    l(z) = b z + sum over k of c_k max(0, z - a_k) + a constant,

and an L1 penalty is the same of one coefficient, with the corner 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from ...objective.objective import Objective
from ...objective.prox import FORBIDDEN

__all__ = ["Jumps", "jumps_of"]


class Jumps(NamedTuple):
    """m jumps: ``each`` for every row, the first of all rows before the second, then one for a penalised coefficient.

    The penalty's sizes are multiplied by the number of rows, so that all jumps are summed with the same weight. Where a
    coefficient must not be negative, its jump is that of max(0, -w), and the sign is -1.
    """

    sign: Array  # (m,), 1 or -1
    corner: Array  # (m,)
    size: Array  # (m,)
    each: int
    low: Array  # (n,) slopes of the rows at minus infinity
    penalised: NDArray[np.intp]  # numbers of the penalised coefficients
    base: Array  # slopes of their penalties without the jumps

    @property
    def of_rows(self) -> slice:
        """Which jumps are those of the rows."""
        return slice(0, self.each * len(self.low))

    def arguments(self, z: Array, w: Array) -> Array:
        """What the jumps depend on (m,): predictors z (n,), then coefficients of w (d + 1,)."""
        return np.concatenate((*[z] * self.each, w[self.penalised]))

    def by_row(self, numbers: Array | NDArray[np.bool_]) -> Array:
        """Sums by row (n,) of numbers by jump (m,)."""
        found: Array = numbers[self.of_rows].reshape(self.each, -1).sum(0)
        return found

    def by_coefficient(self, numbers: Array, count: int) -> Array:
        """Numbers by jump (m,) as numbers of the mean loss by coefficient, (count,)."""
        found = np.zeros(count)
        found[self.penalised] = numbers[self.of_rows.stop :] / len(self.low)
        return found

    def slopes(self, multipliers: Array) -> Array:
        """Slopes of the rows (n,) for multipliers between 0 and the sizes, (m,)."""
        return np.minimum(self.low + self.by_row(multipliers), self.low + self.by_row(self.size))

    def points(self, z: Array, theta: Array) -> Array:
        """The points nearest to z (n,) at which the losses of the rows have the slopes theta (n,)."""
        before, low, high = self.low, np.full(len(z), -np.inf), np.full(len(z), np.inf)
        corners, sizes = (numbers[self.of_rows].reshape(self.each, -1) for numbers in (self.corner, self.size))
        for corner, size in zip(corners, sizes, strict=True):
            low = np.where(theta > before, corner, low)
            before = before + size
            high = np.where((theta < before) & (high == np.inf), corner, high)
        return np.clip(z, low, high)


def jumps_of(objective: Objective) -> Jumps:
    """The jumps of an objective with a piecewise linear loss. Cost: a pass over the rows where signs are given."""
    y, n = objective.rows.y[:, 0], objective.rows.shape[0]
    corners, sizes = zip(*objective.loss.jumps(y), strict=True)
    down, up = n * _finite(objective)
    penalised = np.flatnonzero(down + up > 0)
    down, up = down[penalised], up[penalised]
    sign = np.where(down > up, -1.0, 1.0)
    return Jumps(
        np.concatenate((np.ones(n * len(corners)), sign)),
        np.concatenate((*corners, np.zeros(len(penalised)))),
        np.concatenate((*(size + np.zeros(n) for size in sizes), down + up)),
        len(corners),
        objective.loss.domain(y)[0] + np.zeros(n),
        penalised,
        np.where(sign > 0, -down, up),
    )


def _finite(objective: Objective) -> Array:
    """Weights of the L1 penalty (2, d + 1); of a forbidden side one that no sum of slopes reaches."""
    weights, rows = objective.l1[..., 0], objective.rows
    if not (weights >= FORBIDDEN).any():
        return weights
    low, high = objective.loss.domain(rows.y)
    each = np.ones(rows.shape[0]) if rows.weight is None else rows.weight
    reach = 2.0 * float((high - low).max()) * np.sqrt(rows.weighted_curvature(each).diagonal()[:, 0])
    return np.where(weights >= FORBIDDEN, weights[::-1] + reach, weights)
