"""Thinning: fewer points with the same appearance."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array

__all__ = ["MOST", "along_path", "envelope", "evenly", "finite"]

MOST = 5000  # points drawn at most
BLOCK = 4096  # points processed at once


def evenly(n: int, most: int = MOST) -> NDArray[np.int64]:
    """Indices of at most so many of n rows, evenly spaced.

    Examples
    --------
    >>> evenly(9, 3).tolist(), evenly(2, 3).tolist()
    ([0, 4, 8], [0, 1])
    """
    return np.linspace(0, n - 1, min(n, most)).astype(np.int64)


def along_path(points: Array, most: int = MOST) -> NDArray[np.int64]:
    """Indices of at most so many points (m, d), including the first and last, evenly spaced along the path.

    A stretch with little movement needs few points, whatever its number of steps.

    Examples
    --------
    >>> along_path(np.array([[0.0], [1.0], [1.001], [1.002], [2.0]]), 3).tolist()
    [0, 1, 4]
    """
    m = len(points)
    if m <= most:
        return np.arange(m)
    size = np.ptp(points, axis=0)
    size = np.where(size > 0, size, 1.0)
    moves = [np.diff(points[i : i + BLOCK + 1] / size, axis=0) for i in range(0, m - 1, BLOCK)]
    length = np.concatenate(([0.0], np.cumsum(np.concatenate([np.linalg.norm(move, axis=1) for move in moves]))))
    places = np.searchsorted(length, np.linspace(0.0, length[-1], most))
    places[-1] = m - 1
    return np.unique(places)


def envelope(y: Array, most: int = MOST) -> NDArray[np.int64]:
    """Indices of at most so many values (m,): the first, the last, and the extremes of each stretch.

    Examples
    --------
    >>> envelope(np.array([5.0, 1.0, 4.0, 3.0, 9.0, 2.0, 6.0, 7.0]), 4).tolist()
    [0, 1, 4, 7]
    """
    m = len(y)
    if m <= most:
        return np.arange(m)
    edges = np.linspace(0, m, max(1, most // 2)).astype(int)
    found = [0, m - 1]
    for low, high in itertools.pairwise(edges):
        stretch = y[low:high]
        found += [low + int(stretch.argmin()), low + int(stretch.argmax())]
    return np.unique(found)


def finite(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which values are finite and can be drawn."""
    kept: NDArray[np.bool_] = np.isfinite(values) & (np.abs(values) < 1e150)
    return kept
