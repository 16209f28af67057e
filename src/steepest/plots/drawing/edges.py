"""Edges: the limits of a picture, and arrows for what continues beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from .palette import COLOURS
from .thinning import finite

__all__ = ["arrow", "corner", "leaves_at", "margins", "near_heights"]

STEEP = 3.0  # times the height that the points span, beyond which a curve is cut off
CORNERS = ("upper left", "lower right", "upper right", "lower left")
NEAR, HIGH = 0.52, 0.6  # shares of the picture that a legend in a corner takes
PATH_POINTS = 200  # points of a path that are counted
FLAT = 1e-12  # share of its ends below which a height is rounding
BELOW, ABOVE = 0.14, 0.06  # room, as a share of the height


def near_heights(curve: Array, points: Array) -> tuple[float, float]:
    """Lowest and highest value to draw: all points, and what of the curve is not far above or below them.

    Examples
    --------
    >>> low, high = near_heights(np.array([1.0, 1.5, 2.0, 2.5, 3.0, 1e9]), np.array([1.0, 2.0]))
    >>> bool(low < 1.0), bool(high < 10.0)
    (True, True)
    """
    points, curve = points[finite(points)], curve[finite(curve)]
    curve = points if not len(curve) else curve
    span = max(float(np.ptp(points)), 0.25 * float(np.ptp(np.quantile(curve, [0.25, 0.75]))))
    low = max(curve.min(), points.min() - STEEP * span)
    high = min(curve.max(), points.max() + STEEP * span)
    return margins(float(min(low, points.min())), float(max(high, points.max())), BELOW, ABOVE)


def margins(low: float, high: float, below: float, above: float | None = None) -> tuple[float, float]:
    """Low and high with margins, as shares of their distance; both sides equal unless ``above`` is given.

    Examples
    --------
    >>> margins(0.0, 10.0, 0.1), margins(5.0, 5.0, 0.1, 0.2)
    ((-1.0, 11.0), (4.5, 6.0))
    """
    height = high - low if high - low > FLAT * max(abs(low), abs(high)) else max(1.0, abs(high))
    return low - below * height, high + (below if above is None else above) * height


def corner(ax: Any, *points: Array, paths: Sequence[Array] = ()) -> str:
    """The corner of a picture with the smallest share of these points and paths (k, 2), for a legend.

    The ends of a path count as much as what lies between them.
    """
    ends = np.array([ax.get_xlim(), ax.get_ylim()])
    counts = np.zeros(len(CORNERS))
    for drawn in (*points, *map(_along, paths)):
        u, v = ((drawn - ends[:, 0]) / np.ptp(ends, axis=1)).T
        inside = (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
        sides = {"left": u < NEAR, "right": u > 1 - NEAR, "upper": v > HIGH, "lower": v < 1 - HIGH}
        counts += [(inside & sides[up] & sides[side]).sum() / max(len(u), 1) for up, side in map(str.split, CORNERS)]
    return CORNERS[int(counts.argmin())]


def _along(path: Array) -> Array:
    """Points evenly along the states of a path, and its ends as often."""
    places = np.linspace(0, len(path) - 1, PATH_POINTS)
    inner = [np.interp(places, np.arange(len(path)), column) for column in path.T]
    return np.concatenate((np.column_stack(inner), np.repeat(path[[0, -1]], PATH_POINTS // 2, axis=0)))


def leaves_at(inside: NDArray[np.bool_]) -> int:
    """Place of the first point that is not inside; their number where all are.

    Examples
    --------
    >>> leaves_at(np.array([True, True, False, True])), leaves_at(np.array([True]))
    (2, 1)
    """
    return len(inside) if inside.all() else int(inside.argmin())


def arrow(
    ax: Any, start: tuple[float, float], end: tuple[float, float], colour: str = COLOURS[1], width: float = 1.6
) -> object:
    """An arrow from the last point inside to where the path leaves the picture."""
    style = {"arrowstyle": "-|>", "color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0}
    return ax.annotate("", end, start, arrowprops=style, zorder=6)
