"""Statistical distance: how far an answer may be from the optimum, in standard errors of its coefficients."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from ..core.types import UNIT, Array
from ..objective.objective import Objective
from .newton import Step

__all__ = ["in_standard_errors"]

DRIFT = 1.01  # for the change of the Hessian between the answer and the optimum
FEW = 32 * UNIT  # relative rounding of the few operations between a sum and its use


def in_standard_errors(objective: Objective, w: Array, step: Step) -> float | None:
    """Bound of |w_j - optimum_j| / standard error, over all coefficients j, from Newton's step at w (d + 1, 1).

    The covariance of the coefficients is v / n H^-1, with H the Hessian of the mean loss, n the sum of the weights, and
    v = 1 for a likelihood; for a squared loss v = 2 n cost / (n - p), with p free coefficients. So the distance in
    standard errors is at most sqrt(n g' H^-1 g / v), by the Cauchy-Schwarz inequality. The rounding of g is added, in
    each component relative to the root mean square of its terms. None under a penalty or sign constraints, for other
    losses, for several targets, and if there are no more rows than coefficients.

    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models. doi:10.1007/978-1-4899-3242-6
    """
    loss, data = objective.loss, objective.data
    if step.predicted is None or step.sizes is None or not (objective.problem.unpenalised and data.outputs == 1):
        return None
    scale = _variance(objective, step.cost) if loss.quadratic else 1.0 if loss.likelihood else 0.0
    if not scale > 0:
        return None
    n = objective.rows.total if data.supports.rows else float(data.shape[0])
    square = (2.0 if loss.quadratic else 1.0) * step.predicted / scale
    relative = _sum_rounding(objective) + FEW + (data.shape[1] + 8) * UNIT * _reach(objective, w, step) / sqrt(scale)
    found = sqrt(n) * (DRIFT * sqrt(max(square, 0.0)) + relative * sqrt(step.inflation))
    return found if isfinite(found) else None


def _reach(objective: Objective, w: Array, step: Step) -> float:
    """Sum of the sizes of the terms of a predictor, in the metric of the Hessian; the raw intercept's included."""
    assert step.sizes is not None
    sizes, shift = step.sizes.copy(), objective.data.units.shift
    if shift is not None:
        sizes[:-1] += np.abs(shift * objective.factor[:-1, 0]) * sizes[-1]
    return float(sizes @ np.abs(w[:, 0]))


def _variance(objective: Objective, cost: float) -> float:
    """v of a squared loss: curvature times the estimated variance of a residual."""
    n, weight = objective.data.shape[0], objective.rows.weight if objective.data.supports.rows else None
    counted = n if weight is None else int(np.count_nonzero(weight))
    freedom = counted - int(objective.moves.sum())  # degrees of freedom of the residuals
    return 2.0 * cost * counted / freedom if freedom > 0 else 0.0


def _sum_rounding(objective: Objective) -> float:
    """Rounding of a component of the gradient, relative to the root mean square of its terms."""
    if objective.data.supports.rows:
        return objective.rows.fold_rounding if objective.rows.double else float(np.finfo(np.float32).eps)
    n = objective.data.shape[0]
    return (min(n, 1 << 13) + n / (1 << 13) + objective.d) * UNIT
