"""Curves: a function of one variable around points, with gaps at its poles and jumps."""

from __future__ import annotations

import numpy as np

from ...core.types import Array
from ..drawing.curve import Curve
from .breaks import breaks, cut
from .function_input import Drawn

__all__ = ["CURVE", "around", "curve_of"]

CURVE = 401  # points of the curve
ROOM = 0.45  # room beside the points, as a share of their width


def around(places: Array) -> Array:
    """Points of the curve, beyond the places on both sides."""
    low, high = places.min(), places.max()
    width = high - low or max(1.0, abs(high))
    return np.linspace(low - ROOM * width, high + ROOM * width, CURVE)


def curve_of(shown: Drawn, x: Array) -> Curve:
    """The curve, with gaps at poles and jumps."""
    y = shown.values(x[:, None])
    found = breaks(shown.values, x, y)
    return Curve(*cut(x, y, found), shown.words, shown.names[0], tuple(other.at for other in found if other.pole))
