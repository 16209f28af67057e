"""Row vectors: one number for each row, as weights and offsets are."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import DataError, UsageError
from ..core.types import Array

__all__ = ["row_vector"]


def row_vector(values: ArrayLike | None, n: int, what: str, weight: Array | None = None) -> NDArray[np.float64] | None:
    """One number for each row, finite where the row counts."""
    if values is None:
        return None
    vector = np.ascontiguousarray(values, np.float64)
    if vector.shape != (n,):
        raise UsageError(f"{what} must be one number a row, {n} in all, not an array of shape {vector.shape}")
    if not np.isfinite(vector if weight is None else vector[weight > 0]).all():
        raise DataError(f"{what} must be finite numbers")
    return vector
