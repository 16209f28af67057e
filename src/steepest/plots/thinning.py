"""Thinning: fewer points that look the same, and the words that say so."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST", "along_path", "envelope", "share_words"]

Array = NDArray[np.float64]
MOST = 5000  # points drawn at most


def along_path(points: Array, most: int = MOST) -> NDArray[np.int64]:
    """Places of at most so many points (m, d), first and last among them, evenly spaced along the way.

    Where a path hardly moves it needs few points, however many steps it took there.

    Examples
    --------
    >>> along_path(np.array([[0.0], [1.0], [1.001], [1.002], [2.0]]), 3).tolist()
    [0, 1, 4]
    """
    if len(points) <= most:
        return np.arange(len(points))
    size = np.ptp(points, axis=0)
    way = np.linalg.norm(np.diff(points / np.where(size > 0, size, 1.0), axis=0), axis=1)
    length = np.concatenate(([0.0], np.cumsum(way)))
    return np.unique(np.searchsorted(length, np.linspace(0.0, length[-1], most))).clip(max=len(points) - 1)


def envelope(y: Array, most: int = MOST) -> NDArray[np.int64]:
    """Places of at most so many values (m,), such that first, last, and least and largest of each stretch are kept.

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


def share_words(drawn: int, of: int, what: str = "points") -> str:
    """How many of something are drawn, in words; nothing where all are.

    Examples
    --------
    >>> share_words(2000, 100_000, "steps"), share_words(8, 8)
    ('2,000 of 100,000 steps drawn', '')
    """
    return "" if drawn >= of else f"{drawn:,} of {of:,} {what} drawn"
