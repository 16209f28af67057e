"""Cloud: the rows of a table on paper, as points, or counted in cells where there are too many to be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .paper import COLOURS, letters, number
from .thinning import MOST

__all__ = ["brief", "cloud", "corner", "group_means", "labels", "line_words", "plain"]

Array = NDArray[np.float64]
CELLS = 40  # hexagons across a picture
FAR = 0.0005  # share of rows at each end, of many, that may fall off the picture to let the others be seen
LONG = 14  # letters of a name that a formula can bear


def cloud(ax: Any, x: Array, y: Array) -> tuple[Any, str]:
    """Draw rows: up to 5,000 as points, more as counts in hexagons; return the artist and what must be said of it."""
    if len(x) <= MOST:
        size = 5.5 if len(x) <= 100 else 3.0 if len(x) <= 1000 else 1.6
        style = {"color": COLOURS[6], "ls": "none", "alpha": 1.0 if len(x) <= 200 else 0.5, "mew": 0}
        style |= {"ms": size * letters(ax) / 10, "zorder": 2}
        label = f"{len(x):,} rows" if letters(ax) > 7 else "_"  # a small picture has no room for what is plain
        return ax.plot(x, y, "o", label=label, **style)[0], ""
    low, high = _most(x), _most(y)
    inside = (x >= low[0]) & (x <= low[1]) & (y >= high[0]) & (y <= high[1])
    style = {"gridsize": (CELLS, int(0.6 * CELLS)), "bins": "log", "cmap": "Greys", "mincnt": 1, "zorder": 1}
    cells = ax.hexbin(x[inside], y[inside], extent=(*low, *high), linewidths=0.2, **style)
    most = int(cells.get_array().max())
    cells.set_clim(0.3, most)  # the palest grey is still seen
    beyond = len(x) - int(inside.sum())
    outside = f"; {beyond:,} far out not drawn" if beyond else ""
    return cells, f"{len(x):,} rows counted in cells, darker is more (up to {most:,}){outside}"


def _most(values: Array) -> tuple[float, float]:
    """Where all values lie, or nearly all if some are far out."""
    low, high = float(values.min()), float(values.max())
    near = np.quantile(values, [FAR, 1 - FAR])
    if high - low > 1.5 * (near[1] - near[0]) > 0:
        low, high = float(near[0]), float(near[1])
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def corner(ax: Any, x: Array, y: Array) -> str:
    """The corner of a picture with the fewest of these points and of the lines drawn, for a legend."""
    lines = [
        line.get_xydata() for line in ax.lines if line.get_transform() == ax.transData and len(line.get_xdata()) > 1
    ]
    ways = [np.linspace(line[0], line[-1], 16) for line in lines if line.shape[0] == 2]
    x, y = np.concatenate([np.stack((x, y), axis=1), *ways]).T
    xlim, ylim = ax.get_xlim(), ax.get_ylim()
    u, v = (x - xlim[0]) / (xlim[1] - xlim[0]), (y - ylim[0]) / (ylim[1] - ylim[0])
    places = {
        "upper left": (u < 0.5) & (v > 0.62),
        "lower right": (u > 0.5) & (v < 0.38),
        "upper right": (u > 0.5) & (v > 0.62),
        "lower left": (u < 0.5) & (v < 0.38),
    }
    seen = (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
    return min(places, key=lambda name: int((places[name] & seen).sum()))


def group_means(x: Array, y: Array, groups: int = 20) -> tuple[Array, Array]:
    """Means of x and y over groups of as many rows each, by rising x.

    Examples
    --------
    >>> group_means(np.array([4.0, 1.0, 3.0, 2.0]), np.array([8.0, 2.0, 6.0, 4.0]), 2)
    (array([1.5, 3.5]), array([3., 7.]))
    """
    order = np.argsort(x, kind="stable")
    edges = np.linspace(0, len(x), min(groups, len(x)) + 1).astype(int)
    size = np.diff(edges)
    sums = [np.add.reduceat(values[order], edges[:-1]) for values in (x, y)]
    return sums[0] / size, sums[1] / size


def line_words(a: float, b: float, x: str = "x", y: str = "y", inside: str = "{}") -> str:
    """A line as a formula; names too long for one are x and y.

    Examples
    --------
    >>> line_words(0.84482758, -2.6034)
    'y = 0.8448 x − 2.603'
    >>> line_words(2.0, 1.0, "t", "n", "exp({})")
    'n = exp(2 t + 1)'
    """
    x, y = (name if len(name) <= LONG else short for name, short in ((x, "x"), (y, "y")))
    sign = "\N{MINUS SIGN}" if b < 0 else "+"
    return f"{y} = {inside.format(f'{plain(a)} {x} {sign} {plain(abs(b))}')}"


def labels(ax: Any, x: str, y: str) -> None:
    """Name the axes, names cut where they are longer than these, and thin their numbers so that none touch."""
    from matplotlib.ticker import EngFormatter, MaxNLocator

    place, inches, size = ax.get_position(), ax.figure.get_size_inches(), letters(ax)
    room = np.array([place.width, 0.62 * place.height]) * inches * 72 / (0.6 * size)  # in letters
    ax.set_xlabel(brief(x, int(room[0])))
    ax.set_ylabel(brief(y, int(room[1])))
    for axis, limits, most in ((ax.xaxis, ax.get_xlim(), room[0] / 7), (ax.yaxis, ax.get_ylim(), room[1] / 4)):
        axis.set_major_locator(MaxNLocator(int(np.clip(most, 3, 8)), steps=[1, 2, 5, 10]))
        if max(map(abs, limits)) >= 1e4:  # thousands as k, millions as M
            axis.set_major_formatter(EngFormatter(sep=""))


def plain(value: float, digits: int = 4) -> str:
    """A number as `number` has it, but thousands written out.

    Examples
    --------
    >>> plain(50771.3), plain(0.25)
    ('50,771', '0.25')
    """
    if not 1e4 <= abs(value) < 1e7:
        return number(value, digits)
    return ("\N{MINUS SIGN}" if value < 0 else "") + f"{abs(value):,.0f}"


def brief(text: str, length: int = 40) -> str:
    """A name, cut where it is too long for an axis."""
    return text if len(text) <= length else text[: length - 1] + "…"
