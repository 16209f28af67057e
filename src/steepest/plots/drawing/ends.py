"""Ends: the name of each line at its end, in place of a legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.shown_text import visible
from ...core.types import Array
from .style import letters
from .words import brief

__all__ = ["End", "ink", "name_ends", "separated"]

LINE = 1.3  # height of a line of text in the size of its letters
SIZE = 0.88  # of the letters, of those of the axes
LETTERS = 40  # of a name
UNDER = 0.62  # share of the height of axes that a heading leaves
CONTRAST = 4.5  # of letters with white
DARKER = 0.95


class End(NamedTuple):
    """The end (x, y) of a line in data coordinates, its name and its colour."""

    x: float
    y: float
    text: str
    colour: str


def name_ends(ax: Any, ends: Sequence[End]) -> list[Any]:
    """Write names beside the right edge of axes, each at the height of its line or near it, with a thin line to it.

    The limits and scales of the axes are those that they will have. At most as many are written as there is room for;
    returned are their annotations.
    """
    size = SIZE * letters(ax)
    tall = float(ax.get_position(original=True).height * ax.figure.get_size_inches()[1] * 72) * UNDER
    room = LINE * size / tall
    most = max(1, int(1.0 / room))
    if len(ends) > most:
        ends = [*ends[: most - 1], End(ends[-1].x, ends[-1].y, f"and {len(ends) - most + 1} more", "#404040")]
    at = np.array([_share(ax, end) for end in ends]).reshape(-1, 2)
    places = separated(np.clip(at[:, 1], 0.0, 1.0), room)
    return [_name(ax, end, share, place, size) for end, share, place in zip(ends, at, places, strict=True)]


def _name(ax: Any, end: End, share: Array, place: float, size: float) -> Any:
    x, y = np.clip(share, 0.0, 1.0)
    if abs(place - y) > 1e-3 or x < 0.999:
        line = {"color": end.colour, "lw": 0.6, "alpha": 0.7, "clip_on": False, "zorder": 1}
        ax.plot([x, 1.02], [y, place], transform=ax.transAxes, label="_", **line)
    style = {"va": "center", "ha": "left", "fontsize": size, "color": ink(end.colour)}
    return ax.text(1.025, place, visible(brief(end.text, LETTERS), keep="\n"), transform=ax.transAxes, **style)


def _share(ax: Any, end: End) -> Array:
    """A point as shares of the axes."""
    found: Array = ax.transLimits.transform(ax.transScale.transform((end.x, end.y)))
    return np.nan_to_num(found, nan=0.0, posinf=1.0, neginf=0.0)


def separated(places: Array, room: float) -> Array:
    """Places between 0 and 1, in their order, moved as little as needed to be separated by ``room``.

    Examples
    --------
    >>> separated(np.array([0.5, 0.5, 0.9]), 0.1).round(3).tolist(), separated(np.array([0.0, 0.01]), 0.2).tolist()
    ([0.45, 0.55, 0.9], [0.0, 0.2])
    """
    order = np.argsort(places, kind="stable")
    groups: list[tuple[float, int]] = []  # middle and number of the names that touch
    for place in places[order].tolist():
        groups.append((place, 1))
        while len(groups) > 1 and _overlap(groups[-2], groups[-1], room):
            (a, m), (b, n) = groups[-2:]
            groups[-2:] = [_inside((m * a + n * b) / (m + n), m + n, room)]
    found = np.empty(len(places))
    found[order] = [middle + (i - (n - 1) / 2) * room for middle, n in groups for i in range(n)]
    return found


def _overlap(low: tuple[float, int], high: tuple[float, int], room: float) -> bool:
    return high[0] - low[0] < room * (low[1] + high[1]) / 2 - 1e-12


def _inside(middle: float, n: int, room: float) -> tuple[float, int]:
    half = room * (n - 1) / 2
    return min(max(middle, half), max(1.0 - half, half)), n


def ink(colour: str) -> str:
    """A colour, darkened until letters in it can be read on white.

    Examples
    --------
    >>> ink("#0072B2"), ink("#C28500")
    ('#0072b2', '#9e6c00')
    """
    from matplotlib.colors import to_hex, to_rgb

    rgb = np.array(to_rgb(colour))
    while 1.05 / (_luminance(rgb) + 0.05) < CONTRAST:
        rgb = DARKER * rgb
    return str(to_hex(rgb))


def _luminance(rgb: Array) -> float:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
