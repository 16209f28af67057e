"""What a survey knows of the columns, as the plan of a fit needs it."""

from __future__ import annotations

import numpy as np

from ...data.moments import central_moments
from ...data.null_directions import null_directions
from ...objective.data import MATRIX_COLUMNS
from ...parts.survey import Survey
from ..auto.plan import Columns

__all__ = ["known_columns"]


def known_columns(survey: Survey, estimated: bool = False) -> Columns:
    """Statistics of the columns; covariances that were not formed are those of the sample, if estimates are enough."""
    d, spread, null = len(survey.mean), None, np.zeros((len(survey.mean), 0))
    if survey.location is not None:
        spread = survey.location[1]
        null = null_directions(spread)
    elif estimated and d <= MATRIX_COLUMNS:
        spread = central_moments(survey.sample)[1]
    return Columns(survey.mean, survey.variance, spread, null, None)
