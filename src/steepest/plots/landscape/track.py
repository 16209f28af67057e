"""Track: a run on the landscape of its cost; Caption: what is written beside the landscape."""

from __future__ import annotations

from typing import NamedTuple

from ...core.types import Array

__all__ = ["UNTITLED", "Caption", "Track"]

Place = tuple[float, float]


class Track(NamedTuple):
    """The states of a run that are drawn.

    Attributes
    ----------
    points : (k,) or (k, 2) array
        The states, in the coordinates of the line or plane.
    costs : (k,) array
        The cost at each.
    ends : (cost at the start, cost at the end) or None
        Costs at all parameters and over all rows; None takes the first and the last of ``costs``.
    leaves : (x, y) or None
        Where the run leaves the picture for good.
    recorded : int or None
        Number of recorded states, of which some are drawn; None if all are.
    """

    points: Array
    costs: Array
    ends: Place | None = None
    leaves: Place | None = None
    recorded: int | None = None

    @property
    def both_ends(self) -> Place:
        """Cost at the start and at the end."""
        return (float(self.costs[0]), float(self.costs[-1])) if self.ends is None else self.ends

    @property
    def of(self) -> int:
        """Number of recorded states."""
        return len(self.points) if self.recorded is None else self.recorded


class Caption(NamedTuple):
    """What is written beside a picture of the cost.

    Attributes
    ----------
    cost_name : str
        Formula of the cost.
    words : str
        The plane, or the values of the other parameters.
    verdict, note : str
    """

    cost_name: str = ""
    words: str = ""
    verdict: str = ""
    note: str = ""


UNTITLED = Caption()
