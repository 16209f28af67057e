"""Task: some parts of a pass that one worker works on, in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...core.threads import one_blas_thread
from ...data.tree import Forest, merge
from ...kernels.fingerprint import Fingerprint, difference, fingerprint
from ..part import Part
from ..sources.source import notes_of
from ..works import Work
from .engine import forest_of

__all__ = ["TASKS", "Found", "Seen", "grouped", "worked"]

TASKS = 4  # of each worker in a pass: few, as each costs milliseconds; not one, as workers differ in speed

DIFFER = "workers differ ({}): the last digits may depend on which of them works on which part"


class Found(NamedTuple):
    """What a task gives back."""

    forest: Forest  # of all its parts
    worker: Fingerprint
    notes: tuple[str, ...] = ()  # of the sources, such as that there is no room for a cache


class Seen:
    """What is known of the workers of an engine from what their tasks gave back."""

    def __init__(self) -> None:
        self.workers: set[Fingerprint] = set()
        self._told: dict[str, None] = {}

    def add(self, found: Found) -> None:
        """Remember what a task says of its worker."""
        self.workers.add(found.worker)
        self._told |= dict.fromkeys(found.notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """In what the workers differ, and what they noted."""
        differ = difference(self.workers)
        return (*self._told, *(() if differ is None else (DIFFER.format(differ),)))


def grouped(count: int, workers: int) -> list[range]:
    """Numbers of parts in groups of neighbours, about four for each worker.

    Examples
    --------
    >>> grouped(10, 1)
    [range(0, 3), range(3, 6), range(6, 9), range(9, 10)]
    """
    each = max(1, -(-count // (TASKS * workers)))
    return [range(low, min(count, low + each)) for low in range(0, count, each)]


def worked(work: Work, parts: Sequence[Part], size: int) -> Found:
    """The forest of some parts, in a worker."""
    with one_blas_thread(float("inf")):
        forest = merge(work.join, [forest_of(work, part, size) for part in parts])
    notes = dict.fromkeys(note for part in parts for note in notes_of(part.source))
    return Found(forest, fingerprint(), tuple(notes))
