"""Goodness of fit: deviances, likelihood and information criteria of an answer, beside those of the constant model."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..core.record_types import Loss
from ..core.types import Array
from ..data.rows import Rows
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from .information import Information

__all__ = ["GoodnessOfFit", "goodness_of_fit"]

FARTHEST = 1e300  # of the best constant from the offsets


class GoodnessOfFit(NamedTuple):
    """How well a model fits its own rows, as R's ``summary``, ``logLik``, ``AIC`` and ``BIC`` have it.

    Attributes
    ----------
    rows : int
        Rows of weight > 0, n.
    degrees : int
        n minus the number p of free coefficients, the intercept included.
    dispersion : float or None
        s^2 = deviance / (n - p) of a squared loss, 1 of a likelihood; None of other losses.
    deviance, null_deviance : float or None
        Sum of weighted squares, or twice the log-likelihood below that of perfect predictions; of the constant model.
    log_likelihood, null_log_likelihood : float or None
        Of normal errors with the most likely variance for a squared loss.
    aic, bic : float or None
        -2 log-likelihood + 2 k and + k log n, with k = p, plus 1 for the variance of a squared loss.
    r2, adjusted_r2 : float or None
        1 - deviance / null deviance of a squared loss, and the same of the deviances by degrees of freedom.
    pseudo_r2 : float or None
        McFadden's, 1 - log-likelihood / that of the constant model; of a likelihood.
    d2 : float or None
        Share of the constant model's loss that is explained; None of a squared loss, whose r2 it is.
    """

    rows: int
    degrees: int
    dispersion: float | None = None
    deviance: float | None = None
    null_deviance: float | None = None
    log_likelihood: float | None = None
    null_log_likelihood: float | None = None
    aic: float | None = None
    bic: float | None = None
    r2: float | None = None
    adjusted_r2: float | None = None
    pseudo_r2: float | None = None
    d2: float | None = None


def goodness_of_fit(found: Information, problem: Problem, w: Array) -> GoodnessOfFit:
    """Goodness of fit of the answer w (d + 1, 1), raw. Cost: two passes over the rows.

    The constant model has the same offsets, fixed coefficients and intercept, if there is one, and all other
    coefficients 0.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models. doi:10.1007/978-1-4899-3242-6
    McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In: Frontiers in Econometrics.

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest.optimality.information import information
    >>> rows = make_rows([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0])
    >>> w = np.array([[0.5], [0.5]])
    >>> fit = goodness_of_fit(information(rows, Problem(), w, ("x",)), Problem(), w)
    >>> fit.deviance, fit.null_deviance, fit.r2, round(fit.aic, 4)
    (1.5, 2.0, 0.25, 12.4342)
    """
    rows, loss, n = found.rows, found.loss, len(found.rows.y)
    least, most = _sum(rows, loss, rows.predictor(w)), _sum(rows, loss, _null_predictor(rows, problem, w))
    share = 1.0 - least / most if most > 0 else None
    if not (loss.quadratic or loss.likelihood):
        return GoodnessOfFit(n, found.degrees, d2=share)
    if loss.quadratic:
        deviances = found.dispersion * found.degrees, 2.0 * most
        likelihoods = [_normal(rows, deviance) for deviance in deviances]
    else:
        deviances = 2.0 * least, 2.0 * most
        best = _weighted(rows, loss.saturated(rows.y[:, 0]))
        likelihoods = [best - least, best - most]
    fit = GoodnessOfFit(n, found.degrees, found.dispersion, *deviances, *likelihoods)
    return _with_shares(_with_criteria(fit, loss), loss, coordinates_of(problem, rows.shape[1]).free_intercept)


def _with_criteria(fit: GoodnessOfFit, loss: Loss) -> GoodnessOfFit:
    """The same with AIC and BIC."""
    if fit.log_likelihood is None:
        return fit
    parameters, twice = fit.rows - fit.degrees + int(loss.quadratic), -2.0 * fit.log_likelihood
    return fit._replace(aic=twice + 2 * parameters, bic=twice + math.log(fit.rows) * parameters)


def _with_shares(fit: GoodnessOfFit, loss: Loss, intercept: bool) -> GoodnessOfFit:
    """The same with the shares that are explained."""
    assert fit.deviance is not None
    assert fit.null_deviance is not None
    share = 1.0 - fit.deviance / fit.null_deviance if fit.null_deviance > 0 else None
    if loss.quadratic:
        left = None if share is None else (1.0 - share) * (fit.rows - intercept) / fit.degrees
        return fit._replace(r2=share, adjusted_r2=None if left is None else 1.0 - left)
    pseudo = (
        1.0 - fit.log_likelihood / fit.null_log_likelihood if fit.log_likelihood and fit.null_log_likelihood else None
    )
    return fit._replace(pseudo_r2=pseudo, d2=share)


def _weighted(rows: Rows, values: Array) -> float:
    """Weighted sum over the rows."""
    return float(values.sum() if rows.weight is None else rows.weight @ values)


def _sum(rows: Rows, loss: Loss, z: Array) -> float:
    return _weighted(rows, loss.value(z, rows.y)[:, 0])


def _normal(rows: Rows, squares: float) -> float | None:
    """Log-likelihood of normal errors of variance s^2 / weight, with the most likely s^2; None if all are 0."""
    n = len(rows.y)
    if not squares > 0:
        return None
    weights = 0.0 if rows.weight is None else float(np.log(rows.weight).sum())
    return 0.5 * (weights - n * (math.log(2.0 * math.pi) + 1.0 - math.log(n) + math.log(squares)))


def _null_predictor(rows: Rows, problem: Problem, w: Array) -> Array:
    """Predictors (n, 1) of the constant model."""
    free = coordinates_of(problem, rows.shape[1]).free
    known = np.where(free > 0, 0.0, w)
    z = rows.predictor(known) if known.any() or rows.offset is not None else np.zeros_like(rows.y)
    if not free[-1, 0]:
        return z
    loss, total = problem.loss, rows.total
    if loss.quadratic:
        return z + _weighted(rows, (rows.y - z)[:, 0]) / total
    if loss.constant_known and not np.ptp(z):
        return np.full_like(z, float(loss.constant(_weighted(rows, rows.y[:, 0]) / total)))
    return z + _best_shift(rows, loss, z)


def _best_shift(rows: Rows, loss: Loss, z: Array) -> float:
    """The c that minimises the sum of the losses at z + c: where their slopes add up to 0."""
    from scipy.optimize import brentq

    def slope(c: float) -> float:
        return _weighted(rows, loss.slope(z + c, rows.y)[:, 0])

    low, high = -1.0, 1.0
    while slope(low) > 0 and low > -FARTHEST:
        low *= 2.0
    while slope(high) < 0 and high < FARTHEST:
        high *= 2.0
    return float(brentq(slope, low, high, xtol=1e-14 * max(-low, high)))
