"""The test that all slopes are 0: F, the likelihood ratio, or Wald's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.types import Array
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from ..optimality.covariance import Covariance
from ..optimality.goodness_of_fit import GoodnessOfFit
from ..optimality.information import Information
from .reference_distribution import Reference, tail

__all__ = ["SlopeTest", "exact", "slope_test"]

EXACT = 1e-20  # share of the null deviance below which residuals are rounding


class SlopeTest(NamedTuple):
    """Test that all free coefficients but the intercept are 0: "F", "likelihood ratio" or "Wald" (chi-squared)."""

    name: str
    statistic: float
    degrees: tuple[float, ...]
    p_value: float


def exact(fit: GoodnessOfFit) -> bool:
    """Whether the residuals are rounding errors."""
    return fit.deviance is not None and fit.deviance <= EXACT * (fit.null_deviance or 0.0)


def slope_test(
    found: Information, problem: Problem, w: Array, spread: Covariance, fit: GoodnessOfFit, reference: Reference
) -> SlopeTest | None:
    """F or the likelihood ratio of the deviances; by a robust covariance Wald's test."""
    slopes = np.flatnonzero(coordinates_of(problem, len(w) - 1).moves[:-1])
    q = float(len(slopes))
    name, degrees = ("F", (q, reference.degrees)) if reference.degrees is not None else ("Wald", (q,))
    statistic: float | None = None
    if q and spread.kind != "nonrobust":
        statistic = _wald(spread.matrix[np.ix_(slopes, slopes)], w[slopes, 0])
    elif q and fit.deviance is not None and fit.null_deviance is not None and not (found.loss.quadratic and exact(fit)):
        statistic = max(fit.null_deviance - fit.deviance, 0.0) / found.dispersion
        name = name if found.loss.quadratic else "likelihood ratio"
    if statistic is None:
        return None
    statistic = statistic / q if name == "F" else statistic
    return SlopeTest(name, statistic, degrees, tail(statistic, degrees))


def _wald(matrix: Array, b: Array) -> float | None:
    """b' C^-1 b; None if C is singular, as by fewer clusters than slopes."""
    size = np.sqrt(np.diag(matrix))
    if not size.all():
        return None
    values, vectors = np.linalg.eigh(matrix / size[:, None] / size)
    if values[0] <= 8 * len(b) * np.finfo(float).eps * values[-1]:
        return None
    return float((((b / size) @ vectors) ** 2 / values).sum())
