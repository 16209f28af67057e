"""Scores of predicted numbers: R2, root mean squared error, mean absolute error."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.types import Array
from .weights import mean, weighed

__all__ = ["mean_absolute_error", "r2", "root_mean_squared_error"]


def r2(y: Any, predicted: Array, weight: Any = None) -> float | None:
    """R2 = 1 - sum w (y - p)^2 / sum w (y - mean of y)^2, (n,) each; None where all targets are alike.

    References
    ----------
    Kvalseth, T. O. (1985). Cautionary note about R2. The American Statistician 39. doi:10.1080/00031305.1985.10479448

    Examples
    --------
    >>> r2([1.0, 3.0], [1.0, 2.0]), r2([3.0, 3.0], [1.0, 2.0])
    (0.5, None)
    """
    w, y, predicted = weighed(weight, y, predicted)
    if not np.ptp(y):
        return None
    scale = _scale(y - predicted)
    spread = mean(((y - mean(y, w)) / scale) ** 2, w)
    return 1.0 - mean(((y - predicted) / scale) ** 2, w) / spread if spread > 0 else None


def root_mean_squared_error(y: Any, predicted: Array, weight: Any = None) -> float:
    """RMSE = root of the mean of w (y - p)^2, without overflow.

    Examples
    --------
    >>> root_mean_squared_error([1e200, 3e200], [1e200, 2e200]) / 1e200
    0.7071067811865476
    """
    w, y, predicted = weighed(weight, y, predicted)
    scale = _scale(y - predicted)
    return scale * math.sqrt(mean(((y - predicted) / scale) ** 2, w))


def mean_absolute_error(y: Any, predicted: Array, weight: Any = None) -> float:
    """MAE = mean of w |y - p|.

    Examples
    --------
    >>> mean_absolute_error([1.0, 3.0], [1.0, 2.0])
    0.5
    """
    w, y, predicted = weighed(weight, y, predicted)
    return mean(np.abs(y - predicted), w)


def _scale(r: Array) -> float:
    """The largest residual, by which squares stay in range."""
    return max(float(np.abs(r).max()), 1e-300)
