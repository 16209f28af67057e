"""Surfaces of a cost over two parameters, in space."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.types import Array
from .contours import DARK, MOST, ROOM, SINGLE, STAR, Field, Level, bands, shades
from .style import COLOURS, DASHES, axes, heading, legend, letters
from .words import brief, cost_words, number

__all__ = ["in_space", "relief"]

ROOMY, NARROW = 0.92, 0.75  # share of its place that a surface takes: labels need the rest
SHORT, SHORTEST, LINES = 26, 15, 2  # letters of a line of a name that an axis in space can bear, and such lines
FLOOR = 0.18  # share of the height of a surface by which the floor lies below it
STRONG = (0.12, 0.8)  # part of the colour map of a surface
MARKED = 6  # heights at the scale
BETWEEN, FINE = 20, 200  # points between two states on a surface, for paths of up to so many states


def relief(picture: Any, ax: Any) -> None:
    """Draw a surface in space, with its contours on the floor."""
    ax = axes(ax, projection="3d", size=picture.size)
    picture.ax_, picture.figure_, picture.arrows_ = ax, ax.figure, None
    ax.computed_zorder = False
    found, edges, costs = bands(Field(picture.costs, tuple(picture.path_costs.values()), picture.known))
    x, y = np.meshgrid(picture.x, picture.y)
    style = {"rcount": 61, "ccount": 61, "linewidth": 0, "antialiased": False}
    picture.heights_ = ax.plot_surface(x, y, costs, zorder=2, **shades(edges, STRONG), **style)
    low, high = float(costs.min()), float(costs.max())
    floor = low - FLOOR * (high - low or 1.0)
    lines = [level.cost for level in found]
    picture.lines_ = ax.contour(
        x, y, costs, levels=lines, offset=floor, colors=DARK, linewidths=0.6, linestyles="solid", zorder=1
    )
    _drops(picture, ax, floor)
    ax.set_zlim(floor, high)
    picture.paths_ = {label: _path_in_space(picture, ax, i, label) for i, label in enumerate(picture.paths)}
    picture.minimum_ = None
    if picture.minimum is not None:
        place, words = (*picture.minimum, picture.least), f"{picture.lowest} {number(picture.least)}"
        picture.minimum_ = ax.plot(*place, "*", ms=1.3 * letters(ax), label=words, **STAR)[0]
    in_space(ax, (*picture.labels, cost_words(picture.cost_name)))
    heading(ax, picture.finding, *picture.below)
    legend(ax, loc="upper left")
    _scale(picture, ax, found, 0.85 * letters(ax))


def in_space(ax: Any, names: Sequence[str]) -> None:
    """Name three axes, with few enough numbers on each that none touch."""
    size, roomy = letters(ax), letters(ax) > ROOM
    ax.tick_params(axis="z", labelsize=0.85 * size)
    ax.set_box_aspect((1, 1, 0.72), zoom=ROOMY if roomy else NARROW)
    for axis, name, out in zip((ax.xaxis, ax.yaxis, ax.zaxis), names, (0, 0, 1), strict=True):
        axis.get_major_locator().set_params(nbins=5 if roomy else 3)
        axis.set_tick_params(pad=(0 if roomy else -3) + 4 * out)
        wide = SHORT if roomy else SHORTEST
        lines = textwrap.wrap(name, wide)[:LINES] if roomy else [name]
        axis.set_label_text("\n".join(brief(line, wide) for line in lines), fontsize=0.95 * size)
        axis.labelpad = (6.0 * (len(lines) - 1) if roomy else 0.0) + (2.0 if roomy else -3.0) + 6.0 * out


def _path_in_space(picture: Any, ax: Any, i: int, label: str) -> Any:
    path, heights = picture.paths[label], picture.path_costs[label]
    colour = SINGLE if len(picture.paths) == 1 else COLOURS[i % len(COLOURS)]
    size = letters(ax) / 10
    on, over = _draped(picture, path, heights)
    line = {"color": colour, "lw": 2 * size, "ls": DASHES[i % len(DASHES)], "zorder": 4}
    ax.plot(on[:, 0], on[:, 1], over, label=label or "path", **line)
    first = {"color": "white", "mec": "black", "ls": "none", "zorder": 5}
    ax.plot(*path[0], heights[0], "s", ms=6 * size, label="start" if i == 0 else "_", **first)
    dots = {"color": colour, "ls": "none", "marker": "o" if len(path) <= MOST else "", "zorder": 4}
    return ax.plot(path[:, 0], path[:, 1], heights, ms=3 * size, label="_", **dots)[0]


def _scale(picture: Any, ax: Any, found: list[Level], size: float) -> None:
    """A scale of the colours, with the heights of the contours at it."""
    if letters(ax) < ROOM:
        return
    some = found[:: -(-len(found) // MARKED)]
    ticks = [level.cost for level in some]
    bar = ax.figure.colorbar(picture.heights_, ax=ax, ticks=ticks, shrink=0.6, pad=0.1, aspect=24)
    bar.ax.set_yticklabels([level.label for level in some])
    bar.ax.tick_params(labelsize=size)
    bar.minorticks_off()


def _drops(picture: Any, ax: Any, floor: float) -> None:
    """A line down to the floor from each end of a path and from the minimum."""
    places = [(path[k], heights[k]) for path, heights in _each(picture) for k in (0, -1)]
    places += [] if picture.minimum is None else [(picture.minimum, picture.least)]
    for (x, y), height in places:
        ax.plot([x, x], [y, y], [floor, height], color=DARK, ls=":", lw=0.9, zorder=1.5, label="_")


def _each(picture: Any) -> list[tuple[Array, Array]]:
    return [(path, picture.path_costs[label]) for label, path in picture.paths.items()]


def _draped(picture: Any, path: Array, heights: Array) -> tuple[Array, Array]:
    """A path with points between its states, each at the height of the surface there."""
    if len(path) < 2 or len(path) > FINE:
        return path, heights
    share = np.linspace(0, len(path) - 1, (len(path) - 1) * BETWEEN + 1)
    on = np.column_stack([np.interp(share, np.arange(len(path)), column) for column in path.T])
    over = np.maximum(_height(picture, on), -np.inf)
    over[::BETWEEN] = heights
    return on, over


def _height(picture: Any, points: Array) -> Array:
    """Costs at points of the plane, between those of the grid."""
    x, y, z = picture.x, picture.y, picture.costs
    i = np.clip(np.searchsorted(x, points[:, 0]) - 1, 0, len(x) - 2)
    j = np.clip(np.searchsorted(y, points[:, 1]) - 1, 0, len(y) - 2)
    u, v = (points[:, 0] - x[i]) / (x[i + 1] - x[i]), (points[:, 1] - y[j]) / (y[j + 1] - y[j])
    near = z[j, i] * (1 - u) + z[j, i + 1] * u
    far: Array = z[j + 1, i] * (1 - u) + z[j + 1, i + 1] * u
    found: Array = near * (1 - v) + far * v
    return found
