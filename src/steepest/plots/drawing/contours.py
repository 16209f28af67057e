"""Contour maps of a cost over two parameters."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.types import Array
from .edges import arrow
from .style import COLOURS, DASHES, MARKERS, axes, finite, heading, legend_beside, letters
from .words import number

__all__ = [
    "DARK",
    "LINE",
    "MOST",
    "ROOM",
    "SINGLE",
    "STAR",
    "Field",
    "Level",
    "bands",
    "contour",
    "cramped",
    "levels",
    "shades",
]

LINES = 14
ROUND = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))  # first digits of the heights of contours, from few decades to many
ROOM = 8.0  # points, the size of letters where there is room
LOWEST = 0.004  # share of the picture that lies below the first line
STRONG = 1e9  # multiple of the first height above the minimum, up to which lines are drawn
STAR: dict[str, Any] = {"color": "white", "mec": "black", "mew": 1.0, "ls": "none", "zorder": 6}  # the minimum
SINGLE = "#B2182B"  # of the path where there is only one
CRAMPED = 1.6  # inches
UNLIKE = 3.0  # ratio of the scales of both axes from which gradients are not at right angles to contours, and not drawn
FADE = ((1.0, 0.25), (0.25, 0.5), (0.05, 1.0))  # last shares of a restless path, and how strong each is drawn
LINE, DARK = "#7A8FA6", "#1F2D3A"  # of contours, and of their labels and arrows
SHORT = 8  # letters of a name that its number stands beside
BESIDE = 40  # states of a path that labels keep away from
SMALLEST = 8.0  # points, of letters on a map
PALE = (0.02, 0.5)  # part of the colour map that is light
RESTLESS = 3.0  # times as long as the map is wide is a path that needs a thin line
MOST = 40  # states up to which each is a dot


class Field(NamedTuple):
    """Costs (n, m) over a plane, those of the states on it, and the minimum if it is known."""

    costs: Array
    states: tuple[Array, ...] = ()
    least: float | None = None


class Level(NamedTuple):
    """A contour line at a cost, with its label."""

    cost: float
    label: str


def levels(costs: Array, least: float, known: bool = True) -> list[Level]:
    """Contour lines at round heights above the minimum, in about equal ratios, which resolve the valley.

    Parameters
    ----------
    costs : array
    least : float
        The minimum, or the lowest of the costs.
    known : bool
        Whether it is the minimum, so that labels are heights above it; otherwise they are costs.

    Examples
    --------
    >>> found = levels(np.array([[1.0, 2.0], [3.0, 11.0]]), 1.0)
    >>> [level.label for level in found], [level.cost for level in found]
    (['+2', '+5', '+10'], [3.0, 6.0, 11.0])
    """
    heights = (costs - least)[finite(costs)]
    heights = heights[heights > 0]
    if not len(heights):
        return [Level(least + 1.0, number(least + 1.0))]
    high = min(float(heights.max()), STRONG * float(np.quantile(heights, LOWEST)))
    low = min(max(float(np.quantile(heights, LOWEST)), 1e-12 * abs(least), 1e-9 * high), 0.5 * high)
    if known:
        return [Level(least + h, f"+{number(h)}") for h in _round_between(low, high)]
    unit = 10.0 ** np.floor(np.log10(low))
    base = 0.0 if 0 <= least < low else float(np.floor(least / unit) * unit)
    return [Level(base + h, number(base + h)) for h in _round_between(low, high)]


def _round_between(low: float, high: float) -> list[float]:
    """Round numbers between two positive ones, at most so many as there are lines; the lowest and highest if none."""
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    for first in ROUND:
        found = [float(f"{p * d:.1g}") for p in powers for d in first if low <= p * d <= high * (1 + 1e-9)]
        if 2 <= len(found) <= LINES:
            return found
    if len(found) > LINES:
        return found[:: -(-len(found) // LINES)]
    return [float(f"{v:.2g}") for v in np.linspace(low, high, 4)] if low < high else [low]


def contour(picture: Any, ax: Any) -> None:
    """Draw a map."""
    ax = axes(ax, size=picture.size)
    picture.ax_, picture.figure_ = ax, ax.figure
    if picture.square:
        ax.set_aspect("equal")
    found = _lines(picture, ax)
    size = letters(ax) / 10
    picture.paths_ = {label: _path(picture, ax, i, label, size) for i, label in enumerate(picture.paths)}
    picture.minimum_ = None
    if picture.minimum is not None:
        space = "\n" if len(picture.lowest) > SHORT else " "
        words = f"{picture.lowest}{space}{number(picture.least)}"
        picture.minimum_ = ax.plot(*picture.minimum, "*", ms=13 * size, label=words, **STAR)[0]
    ax.set_xlim(picture.x[0], picture.x[-1])
    ax.set_ylim(picture.y[0], picture.y[-1])
    _arrows(picture, ax)
    _label(picture, ax, found)
    if letters(ax) < ROOM:
        ax.xaxis.get_major_locator().set_params(nbins=4)
        ax.yaxis.get_major_locator().set_params(nbins=4)
    ax.set_xlabel(picture.labels[0])
    ax.set_ylabel(picture.labels[1])
    heading(ax, picture.finding, *([] if cramped(ax) else picture.below))
    if not cramped(ax):
        legend_beside(ax)


def cramped(ax: Any) -> bool:
    """Whether axes are too narrow for more than a title."""
    return float(ax.get_position().width * ax.figure.get_size_inches()[0]) < CRAMPED


def _lines(picture: Any, ax: Any) -> list[Level]:
    """Pale bands of cost and the lines between them; the levels of these."""
    found, edges, costs = bands(Field(picture.costs, tuple(picture.path_costs.values()), picture.known))
    picture.heights_ = ax.contourf(picture.x, picture.y, costs, levels=edges, **shades(edges))
    lines = [level.cost for level in found]
    picture.lines_ = ax.contour(
        picture.x, picture.y, costs, levels=lines, colors=LINE, linewidths=0.6, linestyles="solid"
    )
    return found


def bands(picture: Field) -> tuple[list[Level], Array, Array]:
    """Levels, the edges of the bands between them, and the costs, cut off at the highest."""
    least = _least(picture)
    found = levels(picture.costs, least, picture.least is not None)
    found = [level for i, level in enumerate(found) if i == 0 or level.cost > found[i - 1].cost]
    lines = np.array([level.cost for level in found])
    top = max(float(picture.costs[finite(picture.costs)].max(initial=lines[-1])), lines[-1])
    beyond = [min(top, lines[-1] + STRONG * (lines[-1] - least))] if top > lines[-1] else []
    edges = np.concatenate(([min(least, float(lines[0])) - 1e-12 * abs(lines[-1]) - 1e-300], lines, beyond))
    edges = np.unique(edges) if len(np.unique(edges)) > 1 else np.array([edges[0], edges[0] + 1.0])
    return found, edges, np.clip(np.where(np.isnan(picture.costs), np.inf, picture.costs), edges[0], edges[-1])


def shades(edges: Array, part: tuple[float, float] = PALE) -> dict[str, Any]:
    """Light colours, darker where the cost is lower, one for each band."""
    from matplotlib import colormaps
    from matplotlib.colors import BoundaryNorm, ListedColormap

    count = len(edges) - 1
    colours = colormaps["Blues"](np.linspace(*part[::-1], count))
    return {"norm": BoundaryNorm(edges, count), "cmap": ListedColormap(colours)}


def _label(picture: Any, ax: Any, found: list[Level]) -> None:
    """Write the heights on the lines, where there is room."""
    from matplotlib.patheffects import Normal, Stroke

    size = max(SMALLEST, 0.8 * letters(ax))
    if cramped(ax):
        return
    names = {level.cost: level.label for level in found}
    around = [Stroke(linewidth=2.5, foreground="#F4F8FC"), Normal()]
    for text in ax.clabel(picture.lines_, fmt=names, fontsize=size, inline=False, colors=DARK):
        text.set(rotation=0, path_effects=around)
    _thin(picture, ax, size)


def _thin(picture: Any, ax: Any, size: float) -> None:
    """Take away labels that touch others, or a mark."""
    box = ax.get_position(original=True)
    inches = np.array(ax.figure.get_size_inches()) * [box.width, box.height] * [0.7, 0.6] * 72
    span = np.array([np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())])
    marks = [path[i] for path in picture.paths.values() for i in (0, -1)]
    marks += [] if picture.minimum is None else [picture.minimum]
    marks += [point for path in picture.paths.values() for point in path[:: max(1, len(path) // BESIDE)]]
    kept = [(np.array(mark), 0.5 * size) for mark in marks]
    for text in list(picture.lines_.labelTexts):
        at, half = np.array(text.get_position()), 0.35 * size * len(text.get_text())
        low = (at - [ax.get_xlim()[0], ax.get_ylim()[0]]) / span * inches
        inside = (low > [half, size]).all() and (low < inches - [half, size]).all()
        near = any(_touch((at - place) / span * inches, half + wide, size) for place, wide in kept)
        if near or not inside:
            text.set_visible(False)
        else:
            kept.append((at, half))


def _touch(between: Array, wide: float, size: float) -> bool:
    return bool(abs(between[0]) < wide + 2 and abs(between[1]) < 1.6 * size)


def _least(picture: Field) -> float:
    """The lowest known cost, on the plane or on a path."""
    known = [] if picture.least is None else [picture.least]
    values = np.concatenate([picture.costs.ravel(), *picture.states])
    return float(min([*known, values[finite(values)].min(initial=np.inf)]))


def _arrows(picture: Any, ax: Any) -> None:
    """Arrows of one length in the direction of a gradient step, where that is at right angles to the contours."""
    picture.arrows_ = None
    box = ax.get_position(original=True)
    inches = np.array(ax.figure.get_size_inches()) * [box.width, box.height]
    scales = np.array([np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())]) / inches
    if len(picture.arrows) and (picture.square or scales.max() < UNLIKE * scales.min()):
        x, y, u, v = picture.arrows.T
        size = np.hypot(u, v)
        style = {"angles": "xy", "pivot": "mid", "scale": 24, "width": 0.0028, "color": DARK, "alpha": 0.6, "zorder": 2}
        picture.arrows_ = ax.quiver(x, y, u / size, v / size, **style)


def _path(picture: Any, ax: Any, i: int, label: str, size: float) -> Any:
    """One path with its start and end; an arrow where it leaves the picture."""
    from matplotlib.patheffects import Normal, Stroke

    path, single = picture.paths[label], len(picture.paths) == 1
    colour = SINGLE if single else COLOURS[i % len(COLOURS)]
    mark = MARKERS[i % len(MARKERS)]
    dots = {"marker": mark, "ms": 3.2 * size, "mec": "white", "mew": 0.3} if len(path) <= MOST else {}
    style = {"color": colour, "lw": 1.7 * size, "zorder": 4 - 0.01 * i, "label": label or _alone(ax), **dots}
    dash = "-" if single else DASHES[i % len(DASHES)]
    if _restless(picture, path):
        _fade(ax, path, colour, size, 3 - 0.01 * i)
        style |= {"lw": 0.6 * size, "alpha": FADE[0][1], "zorder": 3 - 0.01 * i}
        dash = "-"
    else:
        style["path_effects"] = [Stroke(linewidth=1.7 * size + 1.4, foreground="white"), Normal()]
    line = ax.plot(path[:, 0], path[:, 1], ls=dash, **style)[0]
    first = {"color": "white", "mec": "black", "mew": 1.2, "ls": "none", "zorder": 5}
    ax.plot(*path[0], "s", ms=6 * size, label=_start(ax, i, picture), **first)
    if label in picture.leaves:
        arrow(ax, tuple(path[-1]), picture.leaves[label], colour)
    else:
        ax.plot(*path[-1], mark, ms=6 * size, **{**first, "color": colour})
    return line


def _fade(ax: Any, path: Array, colour: str, size: float, zorder: float) -> None:
    """The later parts of a path that turns back and forth, stronger the later."""
    for share, opacity in FADE[1:]:
        part = path[int((1 - share) * (len(path) - 1)) :]
        style = {"color": colour, "alpha": opacity, "zorder": zorder, "label": "_"}
        ax.plot(part[:, 0], part[:, 1], "-", lw=(0.6 + 0.6 * opacity) * size, **style)


def _alone(ax: Any) -> str | None:
    """Name of the only path, where there is room for it."""
    return "path" if letters(ax) > ROOM else None


def _start(ax: Any, i: int, picture: Any) -> str | None:
    return "start" if letters(ax) > ROOM and i == len(picture.paths) - 1 else None


def _restless(picture: Any, path: Array) -> bool:
    """Whether a path oscillates, so that it needs a thin line."""
    steps = np.diff(path / [np.ptp(picture.x), np.ptp(picture.y)], axis=0)
    return len(path) > MOST and bool(np.hypot(*steps.T).sum() > RESTLESS)
