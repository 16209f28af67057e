"""The judge of pictures: no text leaves the canvas, no two texts overlap, at the full size and at half of it.

``python tests/support/pictures_judge.py examples/gallery/*.py`` prints what is wrong, and ends with 1 if something is.
"""

from __future__ import annotations

import itertools
import math
import runpy
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from conftest import ROOT

GALLERY = ROOT / "examples" / "gallery"
DOTS = 200  # an inch, as pictures are saved: letters are not as wide at all resolutions
ROOM = 1.0  # pixels that a text may stick out, and by which boxes are shrunk before they are compared
SMALL = 0.5  # share of its size that a picture must bear
LINE = 1.2  # height of a line in sizes of its letters


class Box(NamedTuple):
    """A text and the corners (4, 2) of the rectangle it fills, in pixels."""

    text: str
    corners: Any


def draw(picture: Any, share: float = 1.0) -> Any:
    """The figure with the picture on it, at a share of its own size."""
    from steepest.plots.drawing.style import blank

    width, height = picture.size
    figure = blank((share * width, share * height))
    figure.set_dpi(DOTS)
    picture.draw(figure)
    return figure


def faults(figure: Any) -> list[str]:
    """What is wrong with the texts of a figure, one line each."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure).draw()
    width, height = figure.canvas.get_width_height()
    boxes = [_box(text, figure) for text in _texts(figure)]
    found = [f"{box.text!r} leaves the canvas: {_edges(box)}" for box in boxes if _outside(box, width, height)]
    pairs = itertools.combinations(boxes, 2)
    return found + [f"{a.text!r} and {b.text!r} overlap" for a, b in pairs if _overlap(a, b)]


def _texts(figure: Any) -> list[Any]:
    """Texts that are seen: not those of ticks outside of the view, nor of hidden axes."""
    from matplotlib.axis import Axis
    from matplotlib.text import Text

    hidden: set[int] = set()
    for axis in figure.findobj(Axis):
        shown = axis.get_visible() and axis.axes.get_visible() and axis.axes.axison
        if not shown:
            hidden |= {id(text) for text in axis.findobj(Text)}
            continue
        low, high = sorted(axis.get_transform().transform(axis.get_view_interval()))
        room = 1e-9 * (high - low)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            place = axis.get_transform().transform(np.array([tick.get_loc()]))[0]
            if not low - room <= place <= high + room:
                hidden |= {id(text) for text in tick.findobj(Text)}
    texts = {id(text): text for text in figure.findobj(Text)}
    return [t for key, t in texts.items() if key not in hidden and t.get_visible() and t.get_text().strip()]


def _box(text: Any, figure: Any) -> Box:
    """Of a slanted text, the slanted rectangle."""
    extent = text.get_window_extent(figure.canvas.get_renderer())
    width, height, angle = extent.width, extent.height, math.radians(text.get_rotation() % 180)
    c, s = abs(math.cos(angle)), abs(math.sin(angle))
    if min(c, s) > 0.02:
        lines = text.get_text().count("\n") + 1
        tall = min(lines * LINE * text.get_fontsize() * figure.dpi / 72, width / s, height / c)
        width, height = ((width - tall * s) / c if c > s else (height - tall * c) / s), tall
    elif s > c:
        width, height = height, width
    half = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    half = np.sign(half) * np.maximum(np.abs(half) - ROOM, 0.1)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    centre = np.array([(extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2])
    return Box(text.get_text(), centre + half @ turn)


def _outside(box: Box, width: float, height: float) -> bool:
    low, high = box.corners.min(0), box.corners.max(0)
    return bool(low.min() < -0.5 * ROOM or high[0] > width + 0.5 * ROOM or high[1] > height + 0.5 * ROOM)


def _edges(box: Box) -> str:
    (x0, y0), (x1, y1) = box.corners.min(0).round(1), box.corners.max(0).round(1)
    return f"x {x0} .. {x1}, y {y0} .. {y1} pixels"


def _overlap(a: Box, b: Box) -> bool:
    """Whether no line parts two rectangles: one along a side of either would, if any did."""
    for corners in (a.corners, b.corners):
        for side in (corners[1] - corners[0], corners[2] - corners[1]):
            of_a, of_b = a.corners @ side, b.corners @ side
            if of_a.max() <= of_b.min() or of_b.max() <= of_a.min():
                return False
    return True


def judged(script: Path) -> list[str]:
    """What is wrong with the picture of a gallery script, at its full size and at half of it; none of one in motion."""
    from steepest.plots.drawing.style import Picture

    made = runpy.run_path(str(script))
    picture = made["picture"]() if "picture" in made else None
    if not isinstance(picture, Picture):
        return []
    return [
        f"{script.name} at {share:.2g} of its size: {fault}"
        for share in (1.0, SMALL)
        for fault in faults(draw(picture, share))
    ]


if __name__ == "__main__":
    wrong = [line for name in sys.argv[1:] for line in judged(Path(name))]
    print("\n".join(wrong) or "no text leaves the canvas, and none overlap")
    sys.exit(bool(wrong))
