"""Legends that hide no data: in a free place of the picture, or below it where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .lettering import as_written, laid_out
from .style import legend, letters

__all__ = ["clear_legend", "clear_legends"]

DOWN = (1.0, 0.0, *np.linspace(0.9, 0.1, 9))  # heights at which a legend is tried, as shares of the room
ACROSS = (0.0, 1.0, 0.5)
EDGE, ROUND = 0.012, 4.0  # distance from the spines, as a share; room around a legend in points
FREE = "in a free place"  # label of a legend that stands in the picture
BELOW = 3.6  # distance of a legend below the picture, in letters


def clear_legend(ax: Any) -> None:
    """Draw a legend, if there are labels, where it covers no artist; below the picture if it fits nowhere.

    Notes
    -----
    Cost: one layout of the figure, and up to 33 places compared with the outlines of all artists.
    """
    legend(ax, loc="upper left")
    box = ax.get_legend()
    if box is None:
        return
    laid_out(ax)
    inside, own = ax.get_window_extent(), box.get_window_extent()
    wide, tall = own.width / inside.width, own.height / inside.height
    for x, y in ((x, y) for y in DOWN for x in ACROSS if wide < 1 - 2 * EDGE and tall < 1 - 2 * EDGE):
        left, low = EDGE + x * (1 - 2 * EDGE - wide), EDGE + y * (1 - 2 * EDGE - tall)
        if not _covered(ax, ax.transAxes.transform([[left, low], [left + wide, low + tall]])):
            box.set_label(FREE)
            box.set_loc("lower left")
            box.borderaxespad = 0.0
            box.set_bbox_to_anchor((left, low), ax.transAxes)
            return
    _below(ax, own.width, inside.width)


def clear_legends(axes: Sequence[Any]) -> None:
    """Place again those legends of pictures side by side that the layout with all of them leaves no room for."""
    for _ in axes:
        laid_out(axes[0])
        crowded = [ax for ax in axes if _crowded(ax)]
        for ax in crowded:
            clear_legend(ax)
            as_written(ax)
        if not crowded:
            return


def _crowded(ax: Any) -> bool:
    """Whether a legend in the picture reaches out of it or covers something."""
    box = ax.get_legend()
    if box is None or box.get_label() != FREE:
        return False
    own, inside = box.get_window_extent(), ax.get_window_extent()
    return bool(own.height > inside.height or own.width > inside.width or _covered(ax, own.get_points()))


def _covered(ax: Any, corners: Any) -> bool:
    """Whether a line, point, bar, area or text of these axes reaches into a box of pixels."""
    from matplotlib.transforms import Bbox

    box = Bbox(corners + np.array([[-1.0], [1.0]]) * ROUND * ax.figure.dpi / 72)
    lines = [line for line in ax.lines if line.get_visible()]
    if any(_meets(line, box) for line in lines):
        return True
    if any(patch.get_path().transformed(patch.get_transform()).intersects_bbox(box) for patch in ax.patches):
        return True
    if any(box.overlaps(text.get_window_extent()) for text in ax.texts if _within(ax, text)):
        return True
    return any(_collected(collection, box) for collection in ax.collections)


def _meets(line: Any, box: Any) -> bool:
    path = line.get_path().transformed(line.get_transform())
    drawn = line.get_linestyle() not in ("None", "none", " ", "")
    marked = line.get_marker() not in ("None", "none", " ", "", None)
    return (drawn and bool(path.intersects_bbox(box, filled=False))) or (marked and _some(path.vertices, box))


def _some(points: Any, box: Any) -> bool:
    low, high = box.min, box.max
    return bool(((points >= low) & (points <= high)).all(axis=1).any())


def _collected(collection: Any, box: Any) -> bool:
    """Points and cells by their centres, sticks by their whole length."""
    paths, offsets = collection.get_paths(), np.ma.filled(collection.get_offsets(), np.nan)
    if len(offsets) > 1 or len(paths) == 0:
        return _some(collection.get_offset_transform().transform(offsets), box)
    transform = collection.get_transform()
    return any(path.transformed(transform).intersects_bbox(box, filled=False) for path in paths)


def _within(ax: Any, text: Any) -> bool:
    """Whether a text stands in the picture, unlike its heading."""
    return bool(text.get_text()) and ax.get_window_extent().overlaps(text.get_window_extent())


def _below(ax: Any, wide: float, room: float) -> None:
    """Below the name of the x axis, in as many columns as fit."""
    from matplotlib.transforms import ScaledTranslation

    handles, _ = ax.get_legend_handles_labels()
    columns = max(1, min(len(handles), int(room / wide)))
    size = letters(ax)
    down = ScaledTranslation(0, -BELOW * size / 72, ax.figure.dpi_scale_trans)
    style = {"fontsize": 0.85 * size, "edgecolor": "none", "borderaxespad": 0.0, "ncols": columns}
    ax.legend(loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=ax.transAxes + down, **style)
