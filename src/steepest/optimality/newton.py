"""Newton steps: to the minimum of the quadratic model of the smooth part plus the L1 penalty."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import UNIT, Array
from ..objective.objective import Objective
from ..objective.prox import FORBIDDEN, by_signs, penalty_value
from .curvature import with_penalty

__all__ = ["TINY", "Expansion", "Pointwise", "Step", "matrix_step", "predicted_decrease"]

Mask = NDArray[np.bool_]
TINY = float(np.finfo(float).tiny)


def matrix_step(H: Array, g: Array, w: Array, weights: Array, free: Mask) -> Array:
    """The delta (m,) that minimises g'delta + delta' H delta / 2 + the L1 penalty of w + delta.

    Only free coordinates move. Penalty weights are (2, m), for negative and positive values, as in `in_metric`.
    Cost: m^3 / 3 flops for each change of signs.
    """
    size = np.sqrt(np.maximum(H.diagonal(), 0.0))
    live = free & (size > 0)
    inverse = live / np.maximum(size, TINY)
    S = H * inverse[:, None] * inverse
    S.flat[:: len(S) + 1] = 1.0 + 4 * len(S) * UNIT
    slope, s, at = g * inverse, weights * inverse, w * size
    if not s.any() or not np.isfinite(S).all():
        return -inverse * np.asarray(np.linalg.solve(S, slope))
    step, on = np.zeros(len(g)), np.flatnonzero(live)
    step[on] = by_signs(S[np.ix_(on, on)], (S @ at - slope)[on], s[..., on], at[on]) - at[on]
    return inverse * step


def predicted_decrease(H: Array, g: Array, w: Array, weights: Array, delta: Array) -> float:
    """Decrease of the model from 0 to delta."""
    saved = 0.0
    if weights.any():
        allowed = weights * (weights < FORBIDDEN)  # w + delta may violate a sign by rounding
        saved = float((penalty_value(w, allowed) - penalty_value(w + delta, allowed)).sum())
    return max(float(saved - (g + 0.5 * (H @ delta)) @ delta), 0.0)


class Pointwise(NamedTuple):
    """Values of each row at w, (n,): predictor, loss and its derivatives by the predictor, without weights."""

    z: Array
    cost: Array
    slope: Array
    second: Array


class Step(NamedTuple):
    """A step from w, with values at w and predictions."""

    delta: Array  # (d + 1, k)
    cost: float  # objective at w
    g: Array  # (d + 1, k), gradient of the smooth part at w
    predicted: float | None  # estimate of cost minus minimum, by second derivatives; None if the model has no minimum
    safeguard: float = 0.0  # part of the gap due to the margin that keeps the dual point feasible
    pointwise: Pointwise | None = None
    change: Array | None = None  # (d + 1, 1), of the gradient along the step; only if a residual is left
    again: Callable[[Array], float | None] | None = None  # the prediction, from the gradient at the end of the step
    flat: float = 0.0  # part of the prediction along directions that the Hessian sees flat
    move: float = 0.0  # bound of the change of a predictor up to the optimum, which changes second derivatives
    sizes: Array | None = None  # (d + 1,), roots of the Hessian's diagonal
    inflation: float = 0.0  # sum of H_jj (H^-1)_jj: how much the rounding of a slope can grow

    @property
    def local(self) -> bool:
        """Whether the model holds up to the optimum: no predictor moves so far that second derivatives change much."""
        return self.move <= 0.5


class Expansion:
    """The objective around w (d + 1, 1): F, the gradient g of its smooth part, and its Hessian once it is asked for.

    Cost: one pass over the rows, and another for the Hessian unless the table is small.
    """

    pointwise: Pointwise | None = None  # of a small table
    _hessian: Array | None = None

    def __init__(self, objective: Objective, w: Array) -> None:
        self.objective, self.w = objective, w
        if objective.rows.small:
            self.pointwise, cost, g, self._hessian = _at_once(objective, w)
        else:
            cost, g, self.curvature = objective.rows.expansion(objective.loss, w)
        self.cost, self.g = objective.complete(w, cost, g)

    @property
    def hessian(self) -> Array:
        """The Hessian of the smooth part, (d + 1, d + 1)."""
        if self._hessian is None:
            self._hessian = with_penalty(self.curvature.matrix(), self.objective)
        return self._hessian

    @property
    def seconds(self) -> Array:
        """Weight times second derivative of the loss of each row, (n,)."""
        if self.pointwise is None:
            return self.curvature.weight
        weight = self.objective.rows.weight
        return self.pointwise.second if weight is None else self.pointwise.second * weight

    def product(self, v: Array) -> Array:
        """The product of H and v (d + 1, 1); no matrix is formed unless the table is small. Cost: one pass."""
        if self._hessian is not None:
            return self._hessian @ v
        return self.curvature.product(v) + self.objective.l2 * v


def _at_once(objective: Objective, w: Array) -> tuple[Pointwise, float, Array, Array]:
    """Values by row, mean loss, its gradient (d + 1, 1) and the Hessian of a small table at w. Cost: one pass."""
    rows, loss = objective.rows, objective.loss
    A, y = objective.table, rows.y[:, 0]
    rows.read(len(y))
    z = A @ w[:, 0]
    z = z if rows.offset is None else z + rows.offset
    pointwise = Pointwise(z, loss.value(z, y), loss.slope(z, y), loss.second_derivative(z, y))
    _, cost, slope, second = pointwise
    if rows.weight is not None:
        cost, slope, second = cost * rows.weight, slope * rows.weight, second * rows.weight
    H = (A * (second / rows.total)[:, None]).T @ A
    total = float(cost.sum() / rows.total)
    return pointwise, total, (slope @ A / rows.total)[:, None], with_penalty(H, objective)
