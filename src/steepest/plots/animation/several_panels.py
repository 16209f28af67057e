"""The rows of a run of several targets or classes, as a panel of its animation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from ...descent.trajectory import Trajectory
from ..drawing.thinning import evenly
from ..drawing.words import share_words
from ..sources.several import Several, several_of
from .row_panels import PredictionPanel

__all__ = ["several_panel"]

DRAWN = 1000  # rows drawn at most


def several_panel(
    fitted: object, run: Trajectory, table: tuple[Any, Any, Any, Any], places: NDArray[np.int64]
) -> tuple[PredictionPanel, str]:
    """The predictions at each frame, for (X, y, weight, offset), and the number of rows drawn.

    Of classes the probability of each row's own class; of targets the predictions, in standard deviations of each.
    """
    X, y, weight, offset = table
    found = several_of(fitted, X, y, sample_weight=weight, offset=offset)
    n, k = found.y.shape
    kept = evenly(n, DRAWN)
    rows = found.rows.take(kept)
    states = (rows.predictor(np.vstack((run.coef[i], run.intercept[i]))) for i in places)
    note = share_words(len(kept), n, "rows")
    if found.classes:
        own = found.y[kept].argmax(axis=1)
        shares = np.stack([found.predictions(z)[np.arange(len(own)), own] for z in states])
        return PredictionPanel(own.astype(np.float64), shares, "class", found.parts), note
    middle, spread = _scale(found)
    predicted = np.stack([((z - middle) / spread).T.ravel() for z in states])
    actual = ((found.y[kept] - middle) / spread).T.ravel()
    return PredictionPanel(actual, predicted, f"{k} targets, in standard deviations"), note


def _scale(found: Several) -> tuple[Array, Array]:
    """Mean and standard deviation of each target; 1 for a constant one."""
    spread = found.y.std(axis=0)
    return found.y.mean(axis=0), np.where(spread > 0, spread, 1.0)
