"""Fields: the plane of two columns, coloured by class, light where the classes are equally probable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core.types import Array
from .style import COLOURS, MARKERS

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

__all__ = ["CLASSES", "class_marks", "diverging", "mix", "shaded"]

CLASSES = len(COLOURS)  # classes that have a colour and a mark of their own
DEEPEST, PALEST = 0.42, 0.10  # share of a class's colour where it is certain, and where it just leads


def mix(colour: str, share: Array | float) -> Array:
    """A colour on white, (..., 3) from 0 to 1.

    Examples
    --------
    >>> mix("#000000", 0.25).tolist()
    [0.75, 0.75, 0.75]
    """
    full = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return 1.0 - np.asarray(share)[..., None] * (1.0 - full)


def diverging() -> Colormap:
    """Colours from the negative class over white to the positive one."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = mix(COLOURS[0], DEEPEST), np.ones(3), mix(COLOURS[1], DEEPEST)
    return LinearSegmentedColormap.from_list("classes", np.array(ends))


def shaded(p: Array) -> Array:
    """Colours (m, m, 3) of the leading class at each point, from its share p (m, m, k), deeper where it is certain."""
    k = p.shape[-1]
    lead = p.argmax(axis=-1)
    sure = np.clip((p.max(axis=-1) - 1 / k) / (1 - 1 / k), 0.0, 1.0)
    tint = PALEST + (DEEPEST - PALEST) * sure
    colours: Array = np.choose(lead[..., None], [mix(COLOURS[c], tint) for c in range(k)])
    return colours


def class_marks(count: int) -> Sequence[tuple[str, str]]:
    """A mark and a colour for each class."""
    return list(zip(MARKERS[:count], COLOURS[:count], strict=True))
