"""Directions of recession of single columns: by the ranges of each column, without a linear programme."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.column_ranges import column_ranges
from .recession_cone import PINNED, Cone

__all__ = ["by_columns", "directions_of", "ranges_of"]

RISES, FALLS, STAYS = range(3)


def by_columns(cone: Cone) -> Array | None:
    """The sum of all directions of recession that move one column and the intercept, (d + 1, k); None if there is none.

    Column j has one, e_j - c, if each row that may rise has x_j >= c, each that may fall x_j <= c, and each that must
    stay x_j = c; or the opposite. Without an intercept c is 0. For classes that is each class against the others.

    Cost: one pass for each output.
    """
    return directions_of(ranges_of(cone), cone.movable, cone.signs)


def ranges_of(cone: Cone) -> Array:
    """Least and most numbers (2, 3 k, d) of the columns over rows that rise, fall and stay, for each of k outputs."""
    parts = [column_ranges(cone.rows, _groups(cone, c), 3) for c in range(cone.outputs)]
    return np.stack([np.concatenate(ends) for ends in zip(*parts, strict=True)])


def directions_of(ranges: Array, movable: NDArray[np.bool_], signs: NDArray[np.int8]) -> Array | None:
    """The sum of the directions that these ranges allow, (d + 1, k)."""
    v = np.zeros((len(movable), ranges.shape[1] // 3))
    for c in range(v.shape[1]):
        low, high = ranges[:, 3 * c : 3 * c + 3]
        _add(low, high, movable, signs, v[:, c])
    return v / np.abs(v).max() if v.any() else None


def _groups(cone: Cone, c: int) -> NDArray[np.int64]:
    if cone.outputs > 1:
        own = np.where(cone.rows.y[:, c] > 0.5, RISES, FALLS)
        return np.where(cone.kind.any(1), own, -1)
    kind = cone.kind[:, 0]
    return np.select([kind == 1, kind == -1, kind == PINNED], [RISES, FALLS, STAYS], -1)


def _add(low: Array, high: Array, movable: NDArray[np.bool_], signs: NDArray[np.int8], v: Array) -> None:
    width = high.max(0) - low.min(0)
    width = np.exp2(np.round(np.log2(np.where(width > 0, width, 1.0))))  # a power of 2, so that it adds no rounding
    for sign, up, down in ((1, RISES, FALLS), (-1, FALLS, RISES)):
        least, most = np.maximum(high[down], high[STAYS]), np.minimum(low[up], low[STAYS])
        middle = np.where(np.isfinite(least), np.where(np.isfinite(most), 0.5 * (least + most), least), most)
        cut = middle if movable[-1] else np.zeros_like(middle)
        fits = (least <= cut) & (cut <= most) & ((high[up] > cut) | (low[down] < cut))
        for j in np.flatnonzero(fits & movable[:-1] & (sign * signs[:-1] >= 0)):
            v[j] += sign / width[j]
            v[-1] -= sign * cut[j] / width[j]
