"""A dual point: a slope of the loss for each row, with the predictors beside which it bounds the objective."""

from __future__ import annotations

import numpy as np

from ..core.threads import in_ranges
from ..core.types import Array
from ..objective.objective import Objective
from .newton import Pointwise
from .rounding import mean_rounding

__all__ = ["DualPoint"]

BLOCK = 1 << 13


class DualPoint:
    """A dual point theta with the predictors z, one number for each row, and the surplus of the two."""

    def __init__(self, objective: Objective, pointwise: Pointwise | None) -> None:
        self.loss, self.rows, self.intercept = objective.loss, objective.rows, objective.free_intercept
        self.pointwise, n = pointwise, self.rows.shape[0]
        self.z, self.theta = np.empty(n) if pointwise is None else pointwise.z, np.empty(n)

    def place(self, low: int, high: int, Z: Array) -> tuple[Array, Array | None, tuple[float, ...]]:
        """The judge of the fold: z and theta from the predictors of w and delta; m theta by sign, or with ones."""
        loss, known, y, weight = self.loss, self.pointwise, self.rows.y[low:high, 0], self.rows.weights(low, high)
        offset = None if self.rows.offset is None else self.rows.offset[low:high]
        if known is None:
            self.z[low:high] = z = Z[:, 0] if offset is None else Z[:, 0] + offset
            theta = loss.slope(z, y) + loss.second_derivative(z, y) * Z[:, 1]
        else:
            theta = known.slope[low:high] + known.second[low:high] * Z[:, 1]
        if not loss.quadratic:
            least, most = loss.domain(y)
            theta = np.minimum(np.maximum(theta, least), most)
        self.theta[low:high] = theta
        r = np.empty((2, high - low))
        weighted = theta if weight is None else weight * theta
        if loss.quadratic:
            r[0], r[1] = weighted, 1.0 if weight is None else weight
        else:
            np.maximum(weighted, 0.0, out=r[0])
            np.minimum(weighted, 0.0, out=r[1])
        far = 0.0 if offset is None else float(offset @ (offset if weight is None else weight * offset))
        return r, weight, (r[0].sum(), r[1].sum(), weighted @ theta, far)

    def balanced(self, totals: Array) -> tuple[Array, float]:
        """Factors of the two columns for which sum m theta = 0, and a bound of the relative rounding."""
        first, second = float(totals[0]), float(totals[1])
        if not self.intercept:
            return np.array([1.0, 0.0 if self.loss.quadratic else 1.0]), 0.0
        if self.loss.quadratic:
            return np.array([1.0, -first / second]), mean_rounding(self.rows)
        least = min(first, -second)
        share = np.array([least / first if first > 0 else 1.0, -least / second if second < 0 else 1.0])
        return share, mean_rounding(self.rows)

    def surplus(self, share: Array) -> tuple[float, float, float]:
        """Means of l(z) + l*(theta) - theta z, of the absolute values of the terms, and of l; theta by ``share``."""
        n = len(self.z)
        if n <= BLOCK:
            surplus, terms, cost = self._block_surplus(share, 0, n)
            return max(float(surplus / self.rows.total), 0.0), terms / self.rows.total, cost / self.rows.total
        found = np.empty((3, -(-n // BLOCK)))

        def work(first: int, last: int) -> None:
            for b in range(first, last):
                found[:, b] = self._block_surplus(share, b * BLOCK, min(n, (b + 1) * BLOCK))

        in_ranges(work, found.shape[1], self.rows.threads if n > 50_000 else 1)
        surplus, terms, cost = found.sum(1) / self.rows.total
        return max(float(surplus), 0.0), float(terms), float(cost)

    def steepness(self, share: Array, predicted: float) -> float:
        """Largest slope by z of a row's surplus, for z changed by at most ``predicted``."""
        loss, y = self.loss, self.rows.y[:, 0]
        if loss.nonsmooth:
            least, most = loss.domain(y)
            return float((most - least).max())
        theta = np.maximum(self.theta, 0.0) * share[0] + np.minimum(self.theta, 0.0) * share[1]
        return float((np.abs(loss.slope(self.z, y) - theta) + loss.second_derivative(self.z, y) * predicted).max())

    def _block_surplus(self, share: Array, low: int, high: int) -> tuple[float, float, float]:
        loss, z, y = self.loss, self.z[low:high], self.rows.y[low:high, 0]
        theta, weight = self.theta[low:high], self.rows.weights(low, high)
        cost = loss.value(z, y) if self.pointwise is None else self.pointwise.cost[low:high]
        if loss.quadratic:
            away = share[0] * theta + share[1] - loss.slope(z, y)
            excess = terms = away * away / (2 * loss.curvature)
        else:
            theta = np.maximum(theta, 0.0) * share[0] + np.minimum(theta, 0.0) * share[1]
            conjugate, joint = loss.conjugate(theta, y), theta * z
            excess, terms = cost + conjugate - joint, cost + np.abs(conjugate) + np.abs(joint)
        if weight is None:
            return float(excess.sum()), float(terms.sum()), float(cost.sum())
        return float(weight @ excess), float(weight @ terms), float(weight @ cost)
