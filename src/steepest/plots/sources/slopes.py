"""Slopes of a drawn function, with those on both sides of a non-smooth point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...objective.functions.derivatives import derivative, gradient
from ...objective.functions.formula import Formula
from .breaks import Sides, sides
from .function_input import Drawn

__all__ = ["slopes_along", "slopes_at"]

NEAREST, NEXT = (
    1e-100,
    4,
)  # distance from 0, and in spacings of a number, at which a formula is asked again
AGREE = 0.1  # share by which the slopes there may differ


def slopes_at(shown: Drawn, points: Array, width: float) -> tuple[Array, Array]:
    """Slopes (k,) of a function of one variable at points, NaN where there is none, and those on both sides (k, 2)."""
    slopes = np.empty(len(points))
    both = np.empty((len(points), 2))
    for i, p in enumerate(points.tolist()):
        found = _non_smooth(shown, p, width)
        slopes[i] = derivative(shown.f, p) if found is None else np.nan
        both[i] = found or slopes[i]
    return slopes, both


def slopes_along(shown: Drawn, point: Array, widths: Array) -> tuple[Array, Array]:
    """Partial derivatives (d,) at a point, NaN where there is none, and those on both sides (d, 2)."""
    axes, d = np.eye(len(point)), len(point)
    found = [sides(_along(shown, point, j), float(point[j]), float(widths[j])) for j in range(d)]
    if all(item is None for item in found):
        slopes = gradient(shown.f, point)
        return slopes, np.column_stack((slopes, slopes))
    ends = [point + side * 1e-7 * widths[j] * axes[j] for j in range(d) for side in (-1, 1)]
    heights = shown.values(np.array(ends)).reshape(d, 2)
    plain = (heights[:, 1] - heights[:, 0]) / (2e-7 * widths)
    both = np.array([item or (slope, slope) for item, slope in zip(found, plain, strict=True)])
    return np.where([item is None for item in found], plain, np.nan), both


def _along(shown: Drawn, point: Array, j: int) -> Callable[[Array], Array]:
    axis = np.eye(len(point))[j]
    return lambda t: shown.values(point + (t - point[j]) * axis)


def _non_smooth(shown: Drawn, p: float, width: float) -> Sides | None:
    """The slopes on both sides of a non-smooth point; of a formula only if they persist next to it."""
    found = sides(shown.values, p, width)
    if found is None or not isinstance(shown.f, Formula) or np.isnan(found.left):
        return found
    h = max(NEXT * float(np.spacing(abs(p))), NEAREST)
    try:
        near = Sides(derivative(shown.f, p - h), derivative(shown.f, p + h))
    except UsageError:
        return found
    gap = abs(found.right - found.left)
    return found if abs((near.right - near.left) - (found.right - found.left)) <= AGREE * gap else None
