"""Curves of classes in the unit square: axes, styles of lines, which classes are drawn, and a marked point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .style import COLOURS, DASHES, letters
from .words import class_name, number

__all__ = ["chosen_curves", "curve_style", "marked", "score_words", "square"]

MOST = len(COLOURS)  # curves in one picture
EDGE = 0.02  # room around the unit square
LONG, SHORT, SMALL = 16, 8, 7.0  # letters of a class in a legend; the same where they are so small
MIDDLE, FAR = 0.5, 0.8  # from which a name stands on the left of its point, on a curve that rises or falls


def square(ax: Any) -> None:
    """Make axes those of the unit square, as wide as high."""
    ax.set(xlim=(-EDGE, 1 + EDGE), ylim=(-EDGE, 1 + EDGE), aspect="equal")


def curve_style(ax: Any, i: int, label: object, value: str = "") -> dict[str, Any]:
    """Colour, dashes and label of curve i, its class cut to the room of the axes."""
    words = class_name(label, LONG if letters(ax) > SMALL else SHORT) + (f": {value}" if value else "")
    return {"label": words, "color": COLOURS[i % MOST], "ls": DASHES[i % MOST], "lw": 1.8, "zorder": 2.5}


def chosen_curves(values: Mapping[Any, float], what: str, *, worst: str = "smallest") -> tuple[list[Any], str]:
    """The classes that are drawn, the worst where they are many, and the words that say so.

    Examples
    --------
    >>> chosen_curves({"a": 0.9, "b": 0.8}, "AUC")
    (['a', 'b'], '')
    """
    if len(values) <= MOST:
        return list(values), ""
    drawn = sorted(values, key=lambda label: values[label], reverse=worst == "largest")[:MOST]
    return drawn, f"drawn are the {MOST} of {len(values)} classes of {worst} {what}"


def score_words(value: float) -> str:
    """A score up to 1 in four digits; 1 only where it is 1.

    Examples
    --------
    >>> score_words(0.91234), score_words(0.99998), score_words(1.0)
    ('0.9123', '>0.9999', '1')
    """
    text = number(value)
    return ">0.9999" if text == "1" and value < 1 else text


def marked(ax: Any, point: tuple[float, float], name: str, falling: bool = False) -> tuple[Any, Any]:
    """Draw a point of a curve and its name, on the side of the curve that is free; return both."""
    (mark,) = ax.plot(*point, "o", color=COLOURS[1], ms=0.75 * letters(ax), mec="white", mew=0.8, zorder=4, label="_")
    left = point[0] > (FAR if falling else MIDDLE)
    above = falling and not left
    place: dict[str, Any] = {"xytext": (-7 if left else 7, 3 if above else -3), "textcoords": "offset points"}
    place |= {"ha": "right" if left else "left", "va": "bottom" if above else "top"}
    return mark, ax.annotate(name, point, fontsize=0.9 * letters(ax), **place)
