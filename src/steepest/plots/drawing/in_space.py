"""A prediction over two columns as a surface in space, with points above and below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.types import Array
from .contours import ROOM
from .relief import in_space
from .style import axes, letters

__all__ = ["Marks", "Sheet", "drawn_points", "sheet"]

HEIGHT, TURN = 22.0, -60.0  # degrees of the eye above the floor, and around
TALL = 0.72  # height of the box, by its width
FLIPS = ((1, 1), (1, -1), (-1, 1), (-1, -1))  # directions of the two columns, in the order of preference
LARGE = 1.02  # share of its place that a surface takes where there is room
FACING = 0.3  # cosine of the angle to the eye from which a surface is seen well
LINE = "#7A8FA6"  # of the cells
Span = tuple[float, float]


class Sheet(NamedTuple):
    """A surface of heights over two columns, with its colours and the limits of the three axes.

    Attributes
    ----------
    at : callable
        Heights at values of the two columns.
    limits : three pairs
    names : three str
    colours : callable or None
        From heights to colours; None is one colour.
    cells : int
        Of the surface along each side.
    """

    at: Callable[[Array, Array], Array]
    limits: tuple[Span, Span, Span]
    names: tuple[str, str, str]
    colours: Callable[[Array], Any] | None = None
    cells: int = 12


class Marks(NamedTuple):
    """How points are drawn: marker, colour, size in points, label, and whether they are above the surface."""

    marker: str
    colour: str
    size: float
    label: str
    above: bool


def sheet(ax: Any, size: Span, found: Sheet) -> tuple[Any, Any]:
    """Draw the surface on axes in space, with the columns in the directions in which its upper face is seen."""
    ax = axes(ax, projection="3d", size=size)
    ax.computed_zorder = False
    u, v = np.meshgrid(*(np.linspace(*ends, found.cells + 1) for ends in found.limits[:2]))
    heights = found.at(u, v)
    middle = found.at(*((side[:-1, :-1] + side[1:, 1:]) / 2 for side in (u, v)))
    colour: dict[str, Any] = {"color": "#9DB9D6"} if found.colours is None else {"facecolors": found.colours(middle)}
    style = {"rcount": found.cells, "ccount": found.cells, "shade": False, "alpha": 0.72, "zorder": 2}
    drawn = ax.plot_surface(u, v, heights, edgecolor=LINE, linewidth=0.25, **style, **colour)
    x, y = (ends[::flip] for ends, flip in zip(found.limits[:2], _flips(heights, found.limits[2]), strict=True))
    ax.set(xlim=x, ylim=y, zlim=found.limits[2])
    ax.view_init(HEIGHT, TURN)
    in_space(ax, found.names)
    if letters(ax) > ROOM:
        ax.set_box_aspect((1, 1, TALL), zoom=LARGE)
    return ax, drawn


def _flips(heights: Array, zlim: Span) -> tuple[int, int]:
    """Directions of the columns with which the upper face is seen: the first that are good enough, or the best."""
    along, across = np.diff(heights[:, [0, -1]]).mean(), np.diff(heights[[0, -1]], axis=0).mean()
    slope = TALL * np.array([along, across]) / (zlim[1] - zlim[0])
    up, around = np.radians(HEIGHT), np.radians(TURN)
    level = np.cos(up) * np.array([np.cos(around), np.sin(around)])
    facing = [float(np.sin(up) - slope * flips @ level) / np.sqrt(1 + slope @ slope) for flips in FLIPS]
    return next((flips for flips, f in zip(FLIPS, facing, strict=True) if f >= FACING), FLIPS[int(np.argmax(facing))])


def drawn_points(ax: Any, points: Array, heights: Array, marks: Marks, feet: Array | None = None) -> Sequence[Any]:
    """Draw points (n, 2) at heights, with lines down or up to the heights of their feet."""
    order, size = (3 if marks.above else 1), marks.size * letters(ax) / 10
    drawn = []
    if feet is not None:
        ends = np.stack([np.column_stack((points, height)) for height in (feet, heights)], axis=1)
        drawn.append(_sticks(ax, ends, marks.colour, 0.1 * size + 0.3, order))
    style = {"ls": "none", "ms": size, "color": marks.colour, "mec": "black", "mew": 0.06 * size, "zorder": order + 0.1}
    drawn += ax.plot(*points.T, heights, marks.marker, label=marks.label, **style)
    return drawn


def _sticks(ax: Any, ends: Array, colour: str, width: float, order: float) -> Any:
    from mpl_toolkits.mplot3d.art3d import Line3DCollection

    return ax.add_collection3d(Line3DCollection(ends, colors=colour, linewidths=width, zorder=order), autolim=False)
