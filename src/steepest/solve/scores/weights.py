"""Weights of rows in a score: rows of weight 0 are left out, and the largest weight is 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import DataError
from ...core.types import Array
from ...data.row_vector import row_vector

__all__ = ["mean", "weighed"]


def weighed(weight: Any, *values: ArrayLike) -> tuple[Any, ...]:
    """Weights with the largest 1, or None where all are alike; then the arrays, of the rows of weight > 0.

    Raises
    ------
    DataError
        If there are no rows, arrays differ in length, or the weights are negative or all 0.

    Examples
    --------
    >>> w, y = weighed([0.0, 4.0, 2.0], np.array([7.0, 8.0, 9.0]))
    >>> w.tolist(), y.tolist()
    ([1.0, 0.5], [8.0, 9.0])
    """
    arrays = [np.asarray(value) for value in values]
    n = len(arrays[0])
    if not n:
        raise DataError("there are no rows to score: give some")
    if any(len(array) != n for array in arrays):
        raise DataError(
            f"targets and predictions must be of the same rows, not of {', '.join(map(str, map(len, arrays)))}"
        )
    w = row_vector(weight, n, "weights")
    if w is None:
        return None, *arrays
    if w.min() < 0 or not w.any():
        raise DataError("weights must be >= 0 and not all zero")
    rows = w > 0
    return w[rows] / w.max(), *(array[rows] for array in arrays)


def mean(values: Array, w: Array | None) -> float:
    """Weighted mean of values (n,)."""
    return float(np.average(values, weights=w))
