"""Relief: how a cost over two parameters is put on paper, as contour lines or as a surface."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .paper import COLOURS, DASHES, MARKERS, axes, finite, heading, legend, letters, number
from .thinning import share_words

__all__ = ["contour", "cramped", "levels", "plain", "quiet", "relief"]

Array = NDArray[np.float64]
LINES = 14
ROOM = 8.0  # points, the size of letters where there is room
LOWEST = 0.004  # share of the picture that lies below the first line
STRONG = 1e9  # times the first height above the least cost, up to which lines are drawn
SINGLE = "#B2182B"  # of the path where there is only one
CRAMPED = 1.6  # inches
RESTLESS = 3.0  # times as long as the map is wide is a path that needs a thin line
ROOMY, NARROW = 0.92, 0.7  # share of its place that a surface takes: labels need the rest
MOST = 40  # states up to which each is a dot
LONG, SHORT = 34, 28  # letters of a cost that a scale can bear; of a name, an axis in space


def levels(costs: Array, least: float) -> Array:
    """Costs at which to draw lines: by equal ratios of the height above the least one, so that the valley is seen.

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
        star = {"color": "white", "mec": "black", "mew": 1.0, "ls": "none", "zorder": 6}
        picture.minimum_ = ax.plot(*picture.minimum, "*", ms=13 * size, label=_least_words(picture), **star)[0]
    ax.set_xlim(picture.x[0], picture.x[-1])
    ax.set_ylim(picture.y[0], picture.y[-1])
    plain(ax.xaxis, *ax.get_xlim())
    plain(ax.yaxis, *ax.get_ylim())
    ax.set_xlabel(picture.labels[0])
    ax.set_ylabel(picture.labels[1])
    _said(picture, ax)
    marked = [] if picture.minimum is None else [np.array([picture.minimum])]
    if not cramped(ax):
        legend(ax, loc=quiet(ax, *picture.paths.values(), *marked))


def plain(axis: Any, low: float, high: float) -> None:
    """Very large and very small numbers on an axis in full, with no factor at its end, where it hides words."""
    size = max(abs(low), abs(high))
    if not 1e-3 <= size < 1e5:
        axis.set_major_formatter(lambda value, _: number(value))
        axis.get_major_locator().set_params(nbins=4)


def cramped(ax: Any) -> bool:
    """Whether axes are too narrow for more than a title."""
    return float(ax.get_position().width * ax.figure.get_size_inches()[0]) < CRAMPED


def quiet(ax: Any, *paths: Array) -> str:
    """The corner of a map with the least of these paths (k, 2) in it, ends counting most, for a legend."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    points = []
    for path in paths:
        share = (path - [left, low]) / [right - left, high - low]
        way = np.linspace(0, len(path) - 1, 200)
        inner = [np.interp(way, np.arange(len(path)), column) for column in share.T]
        points += [np.column_stack(inner), np.repeat(share[[0, -1]], 20, axis=0)]
    u, v = np.concatenate(points).T
    far, near, up, down = u > 0.48, u < 0.52, v > 0.6, v < 0.4
    places = {"upper left": near & up, "upper right": far & up, "lower left": near & down, "lower right": far & down}
    return min(places, key=lambda name: int(places[name].sum()))


def _least_words(picture: Any) -> str:
    return f"minimum {number(picture.least)}"


def _lines(picture: Any, ax: Any) -> None:
    """Bands of cost with a scale beside them."""
    edges, costs = _bands(picture)
    found = edges[1:]
    picture.heights_ = ax.contourf(picture.x, picture.y, costs, levels=edges, alpha=0.75, **_shades(edges))
    ax.contour(picture.x, picture.y, costs, levels=found[:-1], colors="white", linewidths=0.5, alpha=0.7)
    bar = ax.figure.colorbar(picture.heights_, ax=ax, ticks=found[::3], pad=0.02, panchor=False, aspect=28)
    bar.ax.set_yticklabels([_short(float(value)) for value in found[::3]])
    bar.ax.tick_params(labelsize=0.85 * letters(ax))
    bar.set_label(_cost_words(picture), size=letters(ax))


def _bands(picture: Any) -> tuple[Array, Array]:
    """Edges of the bands of cost, and the costs, cut off at the highest."""
    least = _least(picture)
    found = levels(picture.costs, least)
    edges = np.concatenate(([min(least, float(found[0])) - 1e-12 * abs(found[-1])], found))
    return edges, np.clip(np.where(np.isnan(picture.costs), np.inf, picture.costs), edges[0], edges[-1])


def _shades(edges: Array) -> dict[str, Any]:
    from matplotlib.colors import BoundaryNorm

    return {"norm": BoundaryNorm(edges, 256), "cmap": "cividis"}


def _short(value: float) -> str:
    return f"{value:,.0f}" if 1e3 <= value < 1e6 else number(value, 3)


def _least(picture: Any) -> float:
    """The least cost that is known: on the plane, or on a path."""
    known = [] if picture.minimum is None else [picture.least]
    values = np.concatenate([picture.costs.ravel(), *picture.path_costs.values()])
    return float(min([*known, values[finite(values)].min(initial=np.inf)]))


def _cost_words(picture: Any) -> str:
    return f"cost: {picture.cost_name}" if 0 < len(picture.cost_name) <= LONG else "cost"


def _arrows(picture: Any, ax: Any) -> None:
    """Arrows of one length in the direction in which a step would go on this very picture."""
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
        arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", picture.leaves[label], tuple(path[-1]), arrowprops=arrow, zorder=5)
    else:
        ax.plot(*path[-1], mark, ms=6 * size, **{**first, "color": colour})
    return line


def _alone(ax: Any) -> str | None:
    """Name of the only path, where there is room for it."""
    return "path" if letters(ax) > ROOM else None


def _start(ax: Any, i: int, picture: Any) -> str | None:
    return "start" if letters(ax) > ROOM and i == len(picture.paths) - 1 else None


def _restless(picture: Any, path: Array) -> bool:
    """Whether a path goes to and fro, so that a broad line would be a blot."""
    steps = np.diff(path / [np.ptp(picture.x), np.ptp(picture.y)], axis=0)
    return len(path) > MOST and bool(np.hypot(*steps.T).sum() > RESTLESS)


def _said(picture: Any, ax: Any) -> None:
    """Title, verdict, and what else must be known."""
    drawn = sum(map(len, picture.paths.values()))
    long = f"cost: {picture.cost_name}" if len(picture.cost_name) > LONG else ""
    hint = "arrows: negative gradient" if picture.kind == "contour" and len(picture.arrows) else ""
    many = share_words(drawn, picture.recorded, "states")
    small = "; ".join(filter(None, (picture.words, picture.note, many, hint)))
    heading(ax, picture.finding, *([] if cramped(ax) else [picture.verdict, long, small]))


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
        star = {"color": "white", "mec": "black", "mew": 1.0, "ls": "none", "zorder": 6}
        place = *picture.minimum, picture.least
        picture.minimum_ = ax.plot(*place, "*", ms=1.3 * letters(ax), label=_least_words(picture), **star)[0]
    for axis, values in ((ax.xaxis, picture.x), (ax.yaxis, picture.y), (ax.zaxis, costs)):
        plain(axis, float(values.min()), float(values.max()))
    ax.tick_params(axis="z", labelsize=0.85 * letters(ax))
    ax.set_box_aspect(None, zoom=ROOMY if letters(ax) > ROOM else NARROW)
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.get_major_locator().set_params(nbins=5 if letters(ax) > ROOM else 3)
        axis.set_tick_params(pad=(0 if letters(ax) > ROOM else -3) + (4 if axis is ax.zaxis else 0))
    for axis, words in zip((ax.xaxis, ax.yaxis, ax.zaxis), (*picture.labels, _cost_words(picture)), strict=True):
        axis.set_label_text(words if len(words) <= SHORT else words[: SHORT - 1] + "…", fontsize=0.95 * letters(ax))
        axis.labelpad = (2.0 if letters(ax) > ROOM else -3.0) + (6.0 if axis is ax.zaxis else 0.0)
    _said(picture, ax)
    legend(ax, loc="upper left")


def _path_in_space(picture: Any, ax: Any, i: int, label: str) -> Any:
    path, heights = picture.paths[label], picture.path_costs[label]
    colour = SINGLE if len(picture.paths) == 1 else COLOURS[i % len(COLOURS)]
    size = letters(ax) / 10
    line = {"color": colour, "lw": 2 * size, "ls": DASHES[i % len(DASHES)], "zorder": 4}
    first = {"color": "white", "mec": "black", "ls": "none", "zorder": 5}
    ax.plot(*path[0], heights[0], "s", ms=6 * size, **first)
    return ax.plot(path[:, 0], path[:, 1], heights, label=label or None, **line)[0]
