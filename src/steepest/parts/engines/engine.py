"""Engine: the protocol of whatever works on parts; and the work on one part, which is the same for all engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ...data.tree import Forest, put
from ..part import Part
from ..works import Work

__all__ = ["Done", "Engine", "forest_of"]

Done = Callable[[int, Forest], None]  # told that part i is done, with its forest


class Engine(Protocol):
    """Works on parts, in any order, wherever it wants to."""

    @property
    def workers(self) -> int:
        """Parts that are worked on at the same time."""

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Call ``done`` with the number of each part and its forest, one call at a time.

        Blocks have ``size`` rows. The first exception of a part is raised, when the others have ended.
        """


def forest_of(work: Work, part: Part, size: int) -> Forest:
    """The forest of the leaves that begin in a part."""
    forest: Forest = {}
    for block in part.blocks(size):
        for i, sums in enumerate(work(block)):
            put(forest, work.join, 0, block.first // block.how.leaf + i, sums)
    return forest
