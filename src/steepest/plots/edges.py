"""Edges: how much of a curve to draw, and what shows that something goes on beyond."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .paper import COLOURS, finite

__all__ = ["leaves_at", "leaving", "near_heights"]

Array = NDArray[np.float64]
STEEP = 3.0  # times the height that the points span, beyond which a curve is cut off
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
    low, high = float(min(low, points.min())), float(max(high, points.max()))
    height = high - low if high - low > 1e-12 * max(abs(low), abs(high)) else max(1.0, abs(high))
    return low - BELOW * height, high + ABOVE * height


def leaves_at(inside: NDArray[np.bool_]) -> int:
    """Place of the first point that is not inside; their number where all are.

    Examples
    --------
    >>> leaves_at(np.array([True, True, False, True])), leaves_at(np.array([True]))
    (2, 1)
    """
    return len(inside) if inside.all() else int(inside.argmin())


def leaving(ax: Any, start: Any, end: Any, colour: str = COLOURS[1]) -> Any:
    """An arrow from the last point inside to where the path leaves the picture."""
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
    return ax.annotate("", end, start, arrowprops=style, zorder=6)
