"""Bounds of rounding that several certificates share."""

from __future__ import annotations

import numpy as np

from ..core.types import UNIT, Array
from ..objective.data import TableData
from ..objective.objective import Coordinates

__all__ = ["FEW", "ROUNDING", "answer_rounding", "mean_rounding", "relative_rounding"]

ROUNDING = 4 * float(np.finfo(float).eps)  # relative rounding of a cost
FEW = 32 * UNIT  # relative rounding of the few operations between a sum and its use


def relative_rounding(rows: TableData) -> float:
    """Rounding of a slope v_j, relative to the root mean square of its terms."""
    return rows.fold_rounding + mean_rounding(rows) + FEW


def answer_rounding(coordinates: Coordinates, w: Array) -> float:
    """Bound of how far predictors move where w (d + 1, k) is rounded to raw coefficients and a raw intercept."""
    shift = coordinates.units.shift
    if shift is None:
        return 0.0
    terms = np.abs(shift[:, None] * coordinates.factor[:-1] * w[:-1])
    return float((len(w) + 4) * UNIT * (terms.sum(0) + np.abs(w[-1])).max(initial=0.0))


def mean_rounding(rows: TableData) -> float:
    """Relative rounding of sum m theta, by pairwise sums of the terms of one sign."""
    return 2 * (min(rows.shape[0], 64) + 4) * UNIT
