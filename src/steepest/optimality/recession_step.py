"""Newton's step as a proof that there is no direction of recession, from the ranges of the columns alone.

Let v be a direction of recession with margins u_i >= 0, delta Newton's step and theta_i, s_i the first and second
derivatives of the loss of row i. Then H delta = -g gives sum m_i s_i u_i (x_i . delta)_i = sum m_i |theta_i| u_i, where
the predictor's move is counted in the direction in which the loss falls. Where s_i <= c |theta_i| for the rows with u_i
> 0, some predictor moves by at least 1 / c. So if none moves that far, there is no v. For log loss, Poisson and Tweedie
losses c = 1, for probit 1 + |z|. Penalised coordinates of v are 0, so that the penalty does not enter.
"""

from __future__ import annotations

import numpy as np

from ..core.record_types import Loss
from ..core.types import Array

__all__ = ["none_by_step"]

SAFE = 0.9  # share of the bound: the step is rounded


def none_by_step(loss: Loss, w: Array, delta: Array, reach: Array, offset: float) -> bool:
    """Whether the step delta (d + 1, 1) from w proves that there is no direction of recession.

    ``reach`` (d + 1,) bounds the sizes of the columns and of the intercept's 1 in the units of w, ``offset`` those of
    the offsets.
    """
    if not loss.third_known or not np.isfinite(delta).all():
        return False
    move = float(reach @ np.abs(delta[:, 0]))
    ratio = 1.0 + float(reach @ np.abs(w[:, 0])) + offset if loss.third_varies else 1.0
    return move * ratio < SAFE
