"""Contour maps and surfaces of a cost over two parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.types import Array
from .edges import arrow, corner
from .style import COLOURS, DASHES, MARKERS, axes, finite, heading, legend, letters
from .words import COST, brief, cost_below, cost_words, number, share_words

__all__ = ["contour", "cramped", "in_space", "levels", "relief"]

LINES = 14
ROOM = 8.0  # points, the size of letters where there is room
LOWEST = 0.004  # share of the picture that lies below the first line
STRONG = 1e9  # multiple of the first height above the minimum, up to which lines are drawn
STAR: dict[str, Any] = {"color": "white", "mec": "black", "mew": 1.0, "ls": "none", "zorder": 6}  # the minimum
SINGLE = "#B2182B"  # of the path where there is only one
CRAMPED = 1.6  # inches
RESTLESS = 3.0  # times as long as the map is wide is a path that needs a thin line
ROOMY, NARROW = 0.92, 0.7  # share of its place that a surface takes: labels need the rest
MOST = 40  # states up to which each is a dot
SHORT, SHORTEST = 28, 15  # letters of a name that an axis in space can bear, where it is long and where it is short
NARROW_COST = 20  # letters of a cost that a short scale can bear


def levels(costs: Array, least: float) -> Array:
    """Costs of the contour lines: heights above the minimum in equal ratios, which resolves the valley.

    Examples
    --------
    >>> levels(np.array([[1.0, 2.0], [3.0, 11.0]]), 1.0).round(1)[[0, -1]].tolist()
    [2.0, 11.0]
    """
    heights = (costs - least)[finite(costs)]
    heights = heights[heights > 0]
    if not len(heights):
        return least + np.array([0.0, 1.0])
    high = min(float(heights.max()), STRONG * float(np.quantile(heights, LOWEST)))
    low = min(max(float(np.quantile(heights, LOWEST)), 1e-12 * abs(least), 1e-9 * high), 0.5 * high)
    return np.unique(least + np.geomspace(low, high, LINES))


def contour(picture: Any, ax: Any) -> None:
    """Draw a map."""
    ax = axes(ax, size=picture.size)
    picture.ax_, picture.figure_ = ax, ax.figure
    if picture.square:
        ax.set_aspect("equal")
    _lines(picture, ax)
    _arrows(picture, ax)
    size = letters(ax) / 10
    picture.paths_ = {label: _path(picture, ax, i, label, size) for i, label in enumerate(picture.paths)}
    picture.minimum_ = None
    if picture.minimum is not None:
        words = f"minimum {number(picture.least)}"
        picture.minimum_ = ax.plot(*picture.minimum, "*", ms=13 * size, label=words, **STAR)[0]
    ax.set_xlim(picture.x[0], picture.x[-1])
    ax.set_ylim(picture.y[0], picture.y[-1])
    if letters(ax) < ROOM:
        ax.xaxis.get_major_locator().set_params(nbins=4)
        ax.yaxis.get_major_locator().set_params(nbins=4)
    ax.set_xlabel(picture.labels[0])
    ax.set_ylabel(picture.labels[1])
    _said(picture, ax)
    if not cramped(ax):
        marked = [] if picture.minimum is None else [np.array([picture.minimum])]
        legend(ax, loc=corner(ax, *marked, paths=[*picture.paths.values()]))


def cramped(ax: Any) -> bool:
    """Whether axes are too narrow for more than a title."""
    return float(ax.get_position().width * ax.figure.get_size_inches()[0]) < CRAMPED


def _lines(picture: Any, ax: Any) -> None:
    """Bands of cost with a scale beside them."""
    edges, costs = _bands(picture)
    found = edges[1:]
    picture.heights_ = ax.contourf(picture.x, picture.y, costs, levels=edges, alpha=0.75, **_shades(edges))
    ax.contour(picture.x, picture.y, costs, levels=found[:-1], colors="white", linewidths=0.5, alpha=0.7)
    bar = ax.figure.colorbar(picture.heights_, ax=ax, ticks=found[::3], pad=0.02, panchor=False, aspect=28)
    bar.ax.set_yticklabels([number(float(value), 3) for value in found[::3]])
    bar.ax.tick_params(labelsize=0.85 * letters(ax))
    bar.set_label(cost_words(picture.cost_name, length=_long(ax)), size=letters(ax))


def _long(ax: Any) -> int:
    """Letters of a cost that a scale can bear."""
    return COST if letters(ax) > ROOM else NARROW_COST


def _bands(picture: Any) -> tuple[Array, Array]:
    """Edges of the bands of cost, and the costs, cut off at the highest."""
    least = _least(picture)
    found = levels(picture.costs, least)
    edges = np.concatenate(([min(least, float(found[0])) - 1e-12 * abs(found[-1])], found))
    return edges, np.clip(np.where(np.isnan(picture.costs), np.inf, picture.costs), edges[0], edges[-1])


def _shades(edges: Array) -> dict[str, Any]:
    from matplotlib.colors import BoundaryNorm

    return {"norm": BoundaryNorm(edges, 256), "cmap": "cividis"}


def _least(picture: Any) -> float:
    """The lowest known cost, on the plane or on a path."""
    known = [] if picture.minimum is None else [picture.least]
    values = np.concatenate([picture.costs.ravel(), *picture.path_costs.values()])
    return float(min([*known, values[finite(values)].min(initial=np.inf)]))


def _arrows(picture: Any, ax: Any) -> None:
    """Arrows of one length in the direction of a gradient step in this plane."""
    picture.arrows_ = None
    if len(picture.arrows):
        x, y, u, v = picture.arrows.T
        size = np.hypot(u, v)
        style = {"angles": "xy", "pivot": "mid", "scale": 22, "width": 0.0028, "color": "white", "zorder": 2}
        picture.arrows_ = ax.quiver(x, y, u / size, v / size, **style)


def _path(picture: Any, ax: Any, i: int, label: str, size: float) -> Any:
    """One path with its start and end; an arrow where it leaves the picture."""
    from matplotlib.patheffects import Normal, Stroke

    path, single = picture.paths[label], len(picture.paths) == 1
    colour = SINGLE if single else COLOURS[i % len(COLOURS)]
    mark = MARKERS[i % len(MARKERS)]
    dots = {"marker": mark, "ms": 3.2 * size, "mec": "white", "mew": 0.3} if len(path) <= MOST else {}
    style = {"color": colour, "lw": 1.7 * size, "zorder": 4 - 0.01 * i, "label": label or _alone(ax), **dots}
    if _restless(picture, path):
        style |= {"lw": 0.6 * size, "zorder": 3 - 0.01 * i}
    else:
        style["path_effects"] = [Stroke(linewidth=1.7 * size + 1.4, foreground="white"), Normal()]
    line = ax.plot(path[:, 0], path[:, 1], ls="-" if single else DASHES[i % len(DASHES)], **style)[0]
    first = {"color": "white", "mec": "black", "mew": 1.2, "ls": "none", "zorder": 5}
    ax.plot(*path[0], "s", ms=6 * size, label=_start(ax, i, picture), **first)
    if label in picture.leaves:
        arrow(ax, tuple(path[-1]), picture.leaves[label], colour)
    else:
        ax.plot(*path[-1], mark, ms=6 * size, **{**first, "color": colour})
    return line


def _alone(ax: Any) -> str | None:
    """Name of the only path, where there is room for it."""
    return "path" if letters(ax) > ROOM else None


def _start(ax: Any, i: int, picture: Any) -> str | None:
    return "start" if letters(ax) > ROOM and i == len(picture.paths) - 1 else None


def _restless(picture: Any, path: Array) -> bool:
    """Whether a path oscillates, so that it needs a thin line."""
    steps = np.diff(path / [np.ptp(picture.x), np.ptp(picture.y)], axis=0)
    return len(path) > MOST and bool(np.hypot(*steps.T).sum() > RESTLESS)


def _said(picture: Any, ax: Any) -> None:
    """Title, verdict and notes."""
    drawn = sum(map(len, picture.paths.values()))
    hint = "arrows: negative gradient" if picture.kind == "contour" and len(picture.arrows) else ""
    many = share_words(drawn, picture.recorded, "states")
    small = "; ".join(filter(None, (picture.words, picture.note, many, hint)))
    cost = cost_below(picture.cost_name, _long(ax))
    heading(ax, picture.finding, *([] if cramped(ax) else [picture.verdict, cost, small]))


def relief(picture: Any, ax: Any) -> None:
    """Draw a surface in space."""
    ax = axes(ax, projection="3d", size=picture.size)
    picture.ax_, picture.figure_, picture.arrows_ = ax, ax.figure, None
    ax.computed_zorder = False
    edges, costs = _bands(picture)
    x, y = np.meshgrid(picture.x, picture.y)
    style = {"rcount": 41, "ccount": 41, "alpha": 0.8, "linewidth": 0.2, "edgecolor": "#FFFFFF60"}
    picture.heights_ = ax.plot_surface(x, y, costs, zorder=1, **_shades(edges), **style)
    picture.paths_ = {label: _path_in_space(picture, ax, i, label) for i, label in enumerate(picture.paths)}
    picture.minimum_ = None
    if picture.minimum is not None:
        place, words = (*picture.minimum, picture.least), f"minimum {number(picture.least)}"
        picture.minimum_ = ax.plot(*place, "*", ms=1.3 * letters(ax), label=words, **STAR)[0]
    in_space(ax, (*picture.labels, cost_words(picture.cost_name)))
    _said(picture, ax)
    legend(ax, loc="upper left")


def in_space(ax: Any, names: Sequence[str]) -> None:
    """Name three axes, with few enough numbers on each that none touch."""
    size, roomy = letters(ax), letters(ax) > ROOM
    ax.tick_params(axis="z", labelsize=0.85 * size)
    ax.set_box_aspect(None, zoom=ROOMY if roomy else NARROW)
    for axis, name, out in zip((ax.xaxis, ax.yaxis, ax.zaxis), names, (0, 0, 1), strict=True):
        axis.get_major_locator().set_params(nbins=5 if roomy else 3)
        axis.set_tick_params(pad=(0 if roomy else -3) + 4 * out)
        axis.set_label_text(brief(name, SHORT if roomy else SHORTEST), fontsize=0.95 * size)
        axis.labelpad = (2.0 if roomy else -3.0) + 6.0 * out


def _path_in_space(picture: Any, ax: Any, i: int, label: str) -> Any:
    path, heights = picture.paths[label], picture.path_costs[label]
    colour = SINGLE if len(picture.paths) == 1 else COLOURS[i % len(COLOURS)]
    size = letters(ax) / 10
    line = {"color": colour, "lw": 2 * size, "ls": DASHES[i % len(DASHES)], "zorder": 4}
    first = {"color": "white", "mec": "black", "ls": "none", "zorder": 5}
    ax.plot(*path[0], heights[0], "s", ms=6 * size, **first)
    return ax.plot(path[:, 0], path[:, 1], heights, label=label or None, **line)[0]
