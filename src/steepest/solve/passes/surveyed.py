"""What a fit by batches knows of a table before its first step: the survey, as its plan needs it."""

from __future__ import annotations

import numpy as np

from ...data.moments import central_moments, null_directions
from ...data.rows import Rows
from ...objective.data import MATRIX_COLUMNS
from ...parts.parts import Parts
from ...parts.table import Table
from ..auto.plan import Columns

__all__ = ["surveyed"]


def surveyed(parts: Parts) -> tuple[Columns, Table, Rows]:
    """Statistics of the columns, the table, and a sample of its rows. Cost: one pass, once for a table.

    Where the survey formed no covariances, those of the sample bound the curvature.
    """
    survey, d = parts.survey, parts.shape[1]
    spread, null = None, np.zeros((d, 0))
    if survey.location is not None:
        spread = survey.location[1]
        null = null_directions(spread)
    elif d <= MATRIX_COLUMNS:
        spread = central_moments(survey.sample)[1]
    columns = Columns(survey.mean, survey.variance, spread, null, None)
    return columns, Table(parts, survey.sample, survey.total), survey.sample
