"""Breaks: where a function of one variable has a pole or a jump, and its slopes on both sides of a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...core.types import UNIT, Array

__all__ = ["Break", "Sides", "breaks", "cut", "sides"]

Values = Callable[[Array], Array]  # points (m, 1) -> (m,)
PEAKS, STEPS = 40, 40  # maxima of |f|, and steep intervals, that are looked at
ROUNDS, FINE = 14, 9  # times that an interval is narrowed, and points in it, in the search for a pole
HALVINGS = 40  # in the search for a jump
SMALLEST = 1e-9  # of the largest |f|, from which a rise is no rounding
STEEP, STILL = 4.0, 0.5  # times the median rise of an interval; share of a rise that a jump keeps
GROWS = 0.1  # share of its first growth that |f| at a pole keeps to the last
RUNS = np.array([1e-4, 1e-5, 1e-6])  # of secants, in widths of the picture
AGREE, CLEAR = 0.1, 200.0  # how much one-sided slopes may differ from run to run; times the rounding


class Break(NamedTuple):
    """A place where a function has a pole, or else a jump."""

    at: float
    pole: bool


class Sides(NamedTuple):
    """Slopes from the left and from the right; NaN where the function jumps."""

    left: float
    right: float


def breaks(values: Values, x: Array, y: Array) -> tuple[Break, ...]:
    """Poles and jumps of a function between points x (m,), where its values are y.

    A pole is a place where |f| grows without bound as points come closer, a jump one where its rise does not shrink.

    Notes
    -----
    Cost: 126 values for each maximum of |f|, 40 for each steep interval, at most 40 of each.

    Examples
    --------
    >>> x = np.linspace(-1.0, 1.1, 50)
    >>> [found.pole for found in breaks(lambda p: 1 / p[:, 0], x, 1 / x)]
    [True]
    """
    close = 3 * float(np.diff(x).max())
    found = list[Break]()
    for i in _peaks(y):
        place = _pole(values, x[i - 1], x[i + 1])
        if place is not None and all(abs(place - other.at) > close / 3 for other in found):
            found.append(Break(place if abs(place) > 1e-6 * close else 0.0, True))
    for i in _steep(y):
        if all(abs(x[i] - other.at) > close for other in found):
            place = _jump(values, x[i], x[i + 1])
            found += [] if place is None else [Break(place if abs(place) > 1e-6 * close else 0.0, False)]
    return tuple(sorted(found))


def cut(x: Array, y: Array, found: tuple[Break, ...]) -> tuple[Array, Array]:
    """Points and values of a curve with a gap, a NaN, at each break.

    Examples
    --------
    >>> cut(np.array([-1.0, 1.0]), np.array([-1.0, 1.0]), (Break(0.0, True),))[0].tolist()
    [-1.0, 0.0, 1.0]
    """
    if not found:
        return x, y
    places = np.array([other.at for other in found])
    at = np.searchsorted(x, places)
    return np.insert(x, at, places), np.insert(y, at, np.nan)


def sides(values: Values, p: float, width: float) -> Sides | None:
    """Slopes on both sides of p where they differ, or no number where f jumps; None where f has one slope, or a gap.

    The slopes are those of secants whose runs shrink to a millionth of the width of the picture.

    Examples
    --------
    >>> sides(lambda p: np.abs(p[:, 0]), 0.0, 1.0), sides(lambda p: p[:, 0] ** 2, 0.0, 1.0)
    (Sides(left=-1.0, right=1.0), None)
    """
    runs = RUNS * width
    f = values(np.concatenate(([p], p + runs, p - runs))[:, None])
    if not np.isfinite(f).all():
        return None
    right, left = f[1:4] - f[0], f[0] - f[4:]
    rounding = CLEAR * UNIT * (np.abs(f).max() + abs(p) * np.abs(np.append(right, left) / np.tile(runs, 2)).max())
    if any(abs(rise[2]) > max(STILL * abs(rise[0]), rounding) for rise in (right, left)):
        return Sides(np.nan, np.nan)
    gap = (right - left) / runs
    same = np.abs(np.diff(gap)) <= AGREE * np.abs(gap[1:])
    if abs(gap[2]) * runs[2] <= rounding or not same.all():
        return None
    return Sides(float(left[2] / runs[2]), float(right[2] / runs[2]))


def _peaks(y: Array) -> list[int]:
    """Places of the largest maxima of |f| inside, between values that are finite."""
    high = np.where(np.isnan(y), np.inf, np.abs(y))
    ends = np.isfinite(y[:-2]) & np.isfinite(y[2:])
    inner = 1 + np.flatnonzero(ends & (high[1:-1] >= high[:-2]) & (high[1:-1] >= high[2:]))
    return sorted(inner.tolist(), key=lambda i: -float(high[i]))[:PEAKS]


def _pole(values: Values, low: float, high: float) -> float | None:
    """The place between low and high at which |f| grows without bound."""
    most, place = np.zeros(ROUNDS), low
    for r in range(ROUNDS):
        points = np.linspace(low, high, FINE)
        heights = np.abs(values(points[:, None]))
        if np.isinf(heights).any():
            return float(points[np.isinf(heights)][0])
        k = int(np.where(np.isnan(heights), -1.0, heights).argmax())
        most[r], place = heights[k], points[k]
        low, high = points[max(k - 1, 0)], points[min(k + 1, FINE - 1)]
    return float(place) if most[-1] - most[-5] > GROWS * (most[4] - most[0]) > 0 else None


def _steep(y: Array) -> list[int]:
    """Intervals in which f rises or falls by much more than in others."""
    with np.errstate(invalid="ignore"):
        rise = np.nan_to_num(np.abs(np.diff(y)), nan=0.0, posinf=0.0)
    visible = SMALLEST * np.abs(np.nan_to_num(y, posinf=0.0, neginf=0.0)).max()
    steep = np.flatnonzero(rise > max(STEEP * float(np.median(rise)), visible))
    return sorted(steep.tolist(), key=lambda i: -float(rise[i]))[:STEPS]


def _jump(values: Values, low: float, high: float) -> float | None:
    """The place between low and high at which f jumps."""
    ends = values(np.array([[low], [high]])).tolist()
    first = abs(ends[1] - ends[0])
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        height = values(np.array([[middle]]))[0]
        if not np.isfinite(height):
            break
        before, after = abs(height - ends[0]), abs(ends[1] - height)
        low, high, ends = (low, middle, [ends[0], height]) if before > after else (middle, high, [height, ends[1]])
    return float(middle) if abs(ends[1] - ends[0]) > STILL * first else None
