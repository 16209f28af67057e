"""Names: what a column, a target and its classes are called in a picture."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["UNNAMED", "Names"]


class Names(NamedTuple):
    """What is written at the axes and in the legend of a picture of rows.

    Attributes
    ----------
    x : str
        The column, or what takes its place.
    target : str
    classes : tuple of labels
        The negative and the positive one; of three classes or more, all.
    """

    x: str = ""
    target: str = "y"
    classes: tuple[Any, ...] = (0, 1)


UNNAMED = Names()
