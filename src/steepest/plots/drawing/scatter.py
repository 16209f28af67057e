"""Scatter plots: the rows of a table as points, or as counts in cells if there are too many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.types import Array
from .style import COLOURS, MARKERS, letters
from .thinning import MOST, evenly
from .words import brief, number, share_words

__all__ = ["cloud", "clouds", "group_means", "labels", "most_of"]

CELLS = 40  # hexagons across a picture
FAR = 0.0005  # share of rows at each end, of many, that may lie outside of the picture
WIDEST, SMALLEST = 18.0, 2.0  # diameters of the marks of the largest weight, and of weights too small to see


def cloud(ax: Any, x: Array, y: Array, weight: Array | None = None) -> tuple[Any, str]:
    """Draw rows: up to 5,000 as points, more as counts in hexagons; return the artist and its caption.

    The areas of the points are the weights, where these differ; in hexagons the weights are summed.
    """
    weight = weight if weight is not None and np.ptp(weight) > 0 else None
    if len(x) <= MOST and weight is not None:
        return _areas(ax, x, y, weight), f"areas of the points are the weights, {_span(weight)}"
    if len(x) <= MOST:
        size = 5.5 if len(x) <= 100 else 3.0 if len(x) <= 1000 else 1.6
        style = {"color": COLOURS[6], "ls": "none", "alpha": 1.0 if len(x) <= 200 else 0.5, "mew": 0}
        style |= {"ms": size * letters(ax) / 10, "zorder": 2}
        label = f"{len(x):,} rows" if letters(ax) > 7 else "_"  # a small picture has no room for the obvious
        return ax.plot(x, y, "o", label=label, **style)[0], ""
    wide, tall = most_of(x, FAR), most_of(y, FAR)
    inside = (x >= wide[0]) & (x <= wide[1]) & (y >= tall[0]) & (y <= tall[1])
    style = {"gridsize": (CELLS, int(0.6 * CELLS)), "bins": "log", "cmap": "Greys", "mincnt": 1, "zorder": 1}
    if weight is not None:
        style |= {"C": weight[inside], "reduce_C_function": np.sum, "mincnt": 0}
    cells = ax.hexbin(x[inside], y[inside], extent=(*wide, *tall), linewidths=0.2, **style)
    most = float(cells.get_array().max())
    cells.set_clim(0.3 if weight is None else 0.3 * most / len(x), most)  # the palest grey is still visible
    beyond = len(x) - int(inside.sum())
    outside = f"; {beyond:,} distant ones not drawn" if beyond else ""
    counted = "rows counted in cells" if weight is None else "rows, their weights summed in cells"
    return cells, f"{len(x):,} {counted}, darker is more (up to {number(most)}){outside}"


def clouds(ax: Any, x: Array, y: Array, weight: Array | None, parts: Sequence[str]) -> tuple[Any, str]:
    """The same; the rows of several targets or classes, one part after the other, in colours and marks of their own."""
    if not parts:
        return cloud(ax, x, y, weight)
    k = len(parts)
    n = len(x) // k
    some, drawn = evenly(n, max(1, MOST // k)), []
    size = (4.5 if n <= 100 else 3.0 if n <= 1000 else 1.8) * letters(ax) / 10
    for c, name in enumerate(parts):
        own = c * n + some
        style = {"color": COLOURS[c % len(COLOURS)], "alpha": 0.8, "ls": "none", "mew": 0, "ms": size, "zorder": 2}
        drawn += ax.plot(x[own], y[own], MARKERS[c % len(MARKERS)], label=brief(name, 24), **style)
    weights = "" if weight is None else "weights are counted, but not drawn"
    return drawn, "; ".join(filter(None, (share_words(len(some), n, "rows"), weights)))


def _areas(ax: Any, x: Array, y: Array, weight: Array) -> Any:
    """Rows as points whose areas are their weights; a row of weight 0 is a ring."""
    wide = WIDEST * letters(ax) / 10 * (1.0 if len(x) <= 100 else 0.7 if len(x) <= 1000 else 0.5)
    size = np.maximum(wide * np.sqrt(weight / weight.max()), SMALLEST) ** 2
    label = f"{len(x):,} rows, area: weight" if letters(ax) > 7 else "_"
    style = {"alpha": 0.8, "zorder": 2, "edgecolors": COLOURS[6], "linewidths": np.where(weight > 0, 0.0, 0.8)}
    return ax.scatter(x, y, size, np.where(weight > 0, COLOURS[6], "none"), label=label, **style)


def _span(weight: Array) -> str:
    return f"{number(float(weight.min()))} to {number(float(weight.max()))}"


def most_of(values: Array, share: float, times: float = 1.5) -> tuple[float, float]:
    """The range of all values, or of all but a share at each end if these widen it by this factor."""
    low, high = float(values.min()), float(values.max())
    near = np.quantile(values, [share, 1 - share])
    if high - low > times * (near[1] - near[0]) > 0:
        low, high = float(near[0]), float(near[1])
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def group_means(x: Array, y: Array, groups: int = 20, weight: Array | None = None) -> tuple[Array, Array]:
    """Weighted means of x and y over groups of as many rows each, by rising x; groups of weight 0 are left out.

    Examples
    --------
    >>> group_means(np.array([4.0, 1.0, 3.0, 2.0]), np.array([8.0, 2.0, 6.0, 4.0]), 2)
    (array([1.5, 3.5]), array([3., 7.]))
    """
    order = np.argsort(x, kind="stable")
    edges = np.linspace(0, len(x), min(groups, len(x)) + 1).astype(int)
    w = np.ones(len(x)) if weight is None else weight
    size = np.add.reduceat(w[order], edges[:-1])
    sums = [np.add.reduceat((w * values)[order], edges[:-1])[size > 0] for values in (x, y)]
    return sums[0] / size[size > 0], sums[1] / size[size > 0]


def labels(ax: Any, x: str, y: str) -> None:
    """Label the axes, with names cut to these lengths, and thin their numbers so that none touch."""
    from matplotlib.ticker import EngFormatter, MaxNLocator

    place, inches, size = ax.get_position(), ax.figure.get_size_inches(), letters(ax)
    room = np.array([place.width, 0.62 * place.height]) * inches * 72 / (0.6 * size)  # in letters
    ax.set_xlabel(brief(x, int(room[0])))
    ax.set_ylabel(brief(y, int(room[1])))
    for axis, limits, most in ((ax.xaxis, ax.get_xlim(), room[0] / 7), (ax.yaxis, ax.get_ylim(), room[1] / 4)):
        axis.set_major_locator(MaxNLocator(int(np.clip(most, 3, 8)), steps=[1, 2, 5, 10]))
        if max(map(abs, limits)) >= 1e4:  # thousands as k, millions as M
            axis.set_major_formatter(EngFormatter(sep=""))
