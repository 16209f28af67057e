"""Statistical distance: how far an answer may be from the optimum, in standard errors of its coefficients."""

from __future__ import annotations

from math import exp, isfinite, sqrt

import numpy as np

from ..core.types import UNIT, Array
from ..objective.objective import Objective
from .newton import Step
from .rounding import FEW

__all__ = ["exact_in_standard_errors", "in_standard_errors"]


def in_standard_errors(objective: Objective, w: Array, step: Step) -> float | None:
    """Bound of |w_j - optimum_j| / standard error, over all coefficients j, from Newton's step at w (d + 1, 1).

    The covariance of the coefficients of a likelihood is H^-1 / n, with H the Hessian of the mean loss and n the sum of
    the weights. For a squared loss it is 2 c / f H^-1, with c the minimum, cost minus decrement, and f the degrees of
    freedom, rows minus free coefficients. So the distance in standard errors is at most sqrt(a g' H^-1 g), with a = n
    or f / (2 c), by the Cauchy-Schwarz inequality. The rounding of g is added, in each component relative to the root
    mean square of its terms. Where predictors move by up to r to the optimum, second derivatives change by a factor of
    at most e^r, and the bound is larger by e^(2 r).

    None under a penalty or sign constraints, for other losses, for several targets, and if f is 0.

    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models. doi:10.1007/978-1-4899-3242-6
    """
    loss, data = objective.loss, objective.data
    if step.predicted is None or step.sizes is None or not step.local:
        return None
    if not (objective.problem.unpenalised and data.outputs == 1):
        return None
    precision = _counted(objective) if loss.likelihood else 0.0
    least = step.cost - step.predicted  # the variance is that at the optimum
    if loss.quadratic and least > 0:
        precision = freedom(objective) / (2.0 * least)
    if not precision > 0:
        return None
    unit = sqrt(2.0 * max(least, 0.0)) if loss.quadratic else 1.0  # root mean square of a slope, in these columns
    square = (2.0 if loss.quadratic else 1.0) * step.predicted
    relative = unit * (_sum_rounding(objective) + FEW) + (data.shape[1] + 8) * UNIT * _reach(objective, w, step)
    found = sqrt(precision) * (exp(2.0 * step.move) * sqrt(max(square, 0.0)) + relative * sqrt(step.inflation))
    return found if isfinite(found) else None


def exact_in_standard_errors(
    objective: Objective, raw: Array, sizes: Array, cost: float, excess: float
) -> float | None:
    """The same for least squares whose excess over the minimal cost is known exactly; with the rounding of raw w.

    ``sizes`` (d + 1,) are root mean squares of the raw columns, intercept last.
    """
    degrees, least = freedom(objective), cost - max(excess, 0.0)
    if not (objective.problem.unpenalised and raw.shape[1] == 1 and degrees and least > 0):
        return None
    rounding = sqrt(objective.loss.curvature) * UNIT * float(sizes @ np.abs(raw[:, 0]))
    return sqrt(degrees / (2.0 * least)) * (sqrt(max(2.0 * excess, 0.0)) + rounding)


def freedom(objective: Objective) -> int:
    """Rows of weight > 0 minus free coefficients, at least 0."""
    n, weight = objective.data.shape[0], objective.rows.weight if objective.data.supports.rows else None
    counted = n if weight is None else int(np.count_nonzero(weight))
    return max(0, counted - int(objective.moves.sum()))


def _counted(objective: Objective) -> float:
    """Sum of the weights."""
    return objective.rows.total if objective.data.supports.any_loss else float(objective.data.shape[0])


def _reach(objective: Objective, w: Array, step: Step) -> float:
    """Sum of the sizes of the terms of a predictor, in the metric of the Hessian; the raw intercept's included."""
    assert step.sizes is not None
    sizes, shift = step.sizes.copy(), objective.data.units.shift
    if shift is not None:
        sizes[:-1] += np.abs(shift * objective.factor[:-1, 0]) * sizes[-1]
    return float(sizes @ np.abs(w[:, 0]))


def _sum_rounding(objective: Objective) -> float:
    """Rounding of a component of the gradient, relative to the root mean square of its terms."""
    if objective.data.supports.rows:
        return objective.rows.fold_rounding if objective.rows.double else float(np.finfo(np.float32).eps)
    n = objective.data.shape[0]
    return (min(n, 1 << 13) + n / (1 << 13) + objective.d) * UNIT
