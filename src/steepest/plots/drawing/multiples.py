"""Small multiples: one small picture a run in the place of one large one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...core.shown_text import visible
from .style import broken, letters
from .words import brief

__all__ = ["SIZE", "Around", "fits", "multiples"]

ACROSS = 4  # pictures in a row at most
SIZE = 0.82  # of their letters, of those of one large picture
NOTES = 4  # lines of notes at most
LETTER = 0.68  # width of a letter in its size


class Around(NamedTuple):
    """What is written around small pictures: the title, the names of the axes, and notes below."""

    title: str
    x: str
    y: str
    notes: str = ""


def fits(ax: Any) -> bool:
    """Whether axes have a place in a grid, which can be divided."""
    return ax.get_subplotspec() is not None


def multiples(ax: Any, labels: Sequence[str], around: Around) -> dict[str, Any]:
    """Axes by label in a grid in the place of ``ax``, which is not shown from then on.

    Parameters
    ----------
    ax : Matplotlib axes with a place in a grid
    labels : sequence of str
        Written over each.
    around : Around
    """
    across = min(ACROSS, math.ceil(math.sqrt(len(labels))))
    down = -(-len(labels) // across)
    size, found = letters(ax), dict[str, Any]()
    inches = float(ax.get_position(original=True).width * ax.figure.get_size_inches()[0])
    most = max(6, int(inches / across * 72 / (LETTER * SIZE * size)))
    figure = ax.figure.add_subfigure(ax.get_subplotspec())
    title = visible(broken(around.title, 1.1 * inches, size), keep="\n")
    figure.suptitle(title, fontsize=size, fontweight="bold", x=0.01, ha="left", parse_math=False)
    notes = broken(around.notes, 1.1 * inches, 0.9 * size, 1.0).split("\n") if around.notes else []
    notes = notes if len(notes) <= NOTES else [*notes[: NOTES - 1], notes[NOTES - 1][:-2] + " …"]
    below = visible("\n".join(filter(None, (around.x, *notes))), keep="\n")
    figure.supxlabel(below, fontsize=0.9 * size, parse_math=False)
    figure.supylabel(visible(around.y, keep="\n"), fontsize=0.9 * size, parse_math=False)
    for i, label in enumerate(labels):
        panel = figure.add_subplot(down, across, i + 1)
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=SIZE * size, labelleft=i % across == 0, labelbottom=i + across >= len(labels))
        panel.set_title(visible(brief(label, most), keep="\n"), fontsize=SIZE * size, loc="left", pad=3)
        found[label] = panel
    ax.set_axis_off()
    return found
