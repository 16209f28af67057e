"""Directions of recession of single columns: by the ranges of each column, without a linear programme."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.column_ranges import column_ranges
from .recession_cone import PINNED, Cone

__all__ = ["by_columns"]

RISES, FALLS, STAYS = range(3)


def by_columns(cone: Cone) -> Array | None:
    """The sum of all directions of recession that move one column and the intercept, (d + 1, k); None if there is none.

    Column j has one, e_j - c, if each row that may rise has x_j >= c, each that may fall x_j <= c, and each that must
    stay x_j = c; or the opposite. Without an intercept c is 0. For classes that is each class against the others.

    Cost: one pass for each output.
    """
    v = np.zeros((len(cone.movable), cone.outputs))
    for c in range(cone.outputs):
        _add(cone, c, _groups(cone, c), v)
    return v / np.abs(v).max() if v.any() else None


def _groups(cone: Cone, c: int) -> NDArray[np.int64]:
    if cone.outputs > 1:
        own = np.where(cone.rows.y[:, c] > 0.5, RISES, FALLS)
        return np.where(cone.kind.any(1), own, -1)
    kind = cone.kind[:, 0]
    return np.select([kind == 1, kind == -1, kind == PINNED], [RISES, FALLS, STAYS], -1)


def _add(cone: Cone, c: int, group: NDArray[np.int64], v: Array) -> None:
    low, high = column_ranges(cone.rows, group, 3)
    width = high.max(0) - low.min(0)
    width = np.exp2(np.round(np.log2(np.where(width > 0, width, 1.0))))  # a power of 2, so that it adds no rounding
    for sign, up, down in ((1, RISES, FALLS), (-1, FALLS, RISES)):
        least, most = np.maximum(high[down], high[STAYS]), np.minimum(low[up], low[STAYS])
        middle = np.where(np.isfinite(least), np.where(np.isfinite(most), 0.5 * (least + most), least), most)
        cut = middle if cone.movable[-1] else np.zeros_like(middle)
        fits = (least <= cut) & (cut <= most) & ((high[up] > cut) | (low[down] < cut))
        for j in np.flatnonzero(fits & cone.movable[:-1] & (sign * cone.signs[:-1] >= 0)):
            v[j, c] += sign / width[j]
            v[-1, c] -= sign * cut[j] / width[j]
