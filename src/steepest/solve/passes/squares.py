"""Squared losses over a table in parts: the moments of its survey take the place of the rows, so that one pass is all.

The minimal cost is the Schur complement of the moments, var(y) - cov(y, x) coef, which cancels where the fit is good.
The moments are rounded by a known share of var(y). Where that is too much, or columns are nearly collinear, a second
pass over the residuals gives cost and gradient instead.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from ...core.types import UNIT, Array
from ...core.units import RAW, Units
from ...data.centre import centre
from ...data.moments import Moments, gradient_in, solved_moments
from ...objective.data import ColumnStats
from ...objective.losses import SquaredError
from ...parts.parts import Parts
from ...parts.survey import Survey
from .curved import Curved

__all__ = ["SurveyMoments", "survey_moments"]

FINE = 1e-9  # rounding of the minimal cost, relative to it, up to which one pass is enough
ILL = 1e8  # condition number of the correlations from which half of the digits are lost


class SurveyMoments(NamedTuple):
    """Moments, and the bound of the rounding of half their mean square."""

    moments: Moments
    rounding: float


def survey_moments(parts: Parts, survey: Survey, intercept: Array | None, exact: bool) -> SurveyMoments:
    """The moments of a table; ``intercept`` (k,) if it is fixed. Cost: a pass if ``exact``, or if digits are lost."""
    location = survey.location
    assert location is not None
    shape = survey.counted, parts.shape[1]
    moments = solved_moments(location, shape, partial(_schur, survey), intercept)
    rounding = _share(parts) * float((survey.square + (0.0 if intercept is None else survey.middle**2)).sum())
    if not exact and rounding <= FINE * moments.cost and _condition(moments.spread) <= ILL:
        return SurveyMoments(moments, rounding)
    moments = solved_moments(location, shape, partial(_residuals, parts, survey), intercept)
    return SurveyMoments(moments, _share(parts) * moments.cost)


def _schur(survey: Survey, columns: ColumnStats, w: Array) -> tuple[float, Array]:
    """Half the mean square and its gradient at w (d + 1, k) for columns minus their means, by moments."""
    location = survey.location
    assert location is not None
    mean, spread, cross, middle = location
    coef, away = w[:-1], mean - columns.mean
    residual = away @ coef + w[-1] - middle  # mean of the residuals
    slope = spread @ coef - cross
    squares = survey.square + ((slope - cross) * coef).sum(0) + residual**2
    g = np.concatenate((slope + away[:, None] * residual, residual[None]))
    return 0.5 * float(np.maximum(squares, 0.0).sum()), g


def _residuals(parts: Parts, survey: Survey, columns: ColumnStats, w: Array) -> tuple[float, Array]:
    """The same by a pass over the residuals."""
    if not columns.mean.any():
        return Curved(parts, survey, RAW).value_and_gradient(SquaredError(), w)
    shift = centre(survey.sample, columns)
    rest = Units(shift=columns.mean - shift)
    cost, g = Curved(parts, survey, Units(shift)).value_and_gradient(SquaredError(), rest.raw(w))
    return cost, gradient_in(rest, g)


def _share(parts: Parts) -> float:
    """Bound of the rounding of the moments, relative to the root mean squares of their factors."""
    (n, d), leaf = parts.shape, parts.summation.leaf
    return (min(n, leaf) + (-(-n // leaf)).bit_length() + d + 32) * UNIT


def _condition(spread: Array) -> float:
    """Condition number of the correlations of the columns that are not constant."""
    size = np.sqrt(np.maximum(np.diag(spread), 0.0))
    real = size > 0
    if not real.any():
        return 1.0
    values = np.linalg.eigvalsh(spread[np.ix_(real, real)] / size[real, None] / size[real])
    return float(values[-1] / values[0]) if values[0] > 0 else np.inf
