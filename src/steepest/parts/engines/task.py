"""Task: some parts of a pass that one worker works on, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import DataError, FileError
from ...core.threads import one_blas_thread
from ...data.tree import Forest, merge, put
from ...kernels.fingerprint import Fingerprint, difference, fingerprint
from ..sources.source import notes_of

if TYPE_CHECKING:  # types alone
    from ..part import Part
    from ..works import Work

__all__ = ["TASKS", "Found", "Workers", "files_of_workers", "forest_of", "grouped", "rounds", "tasks_of", "worked"]

CHANGED = "changed after the table was scanned"  # as `File.check` says it
TASKS = 4  # of each worker in a pass: few, as each costs milliseconds; not one, as workers differ in speed
LEAST = 1 << 24  # numbers of a task of Spark, which costs some 20 ms
MANY = 4096  # tasks in a pass beyond which the scheduler takes longer than a slow worker

DIFFER = "workers differ ({}): the last digits may depend on which of them works on which part"


class Found(NamedTuple):
    """What a task gives back."""

    forest: Forest  # of all its parts
    worker: Fingerprint
    notes: tuple[str, ...] = ()  # of the sources, such as that there is no room for a cache


class Workers:
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


def tasks_of(count: int, workers: int) -> int:
    """Tasks of a pass over so many parts: about four for each worker, of thousands of workers one.

    Examples
    --------
    >>> tasks_of(10, 1), tasks_of(100_000, 100), tasks_of(100_000, 16_000)
    (4, 400, 14286)
    """
    return -(-count // _each(count, workers))


def rounds(numbers: int, workers: int) -> int:
    """Tasks of each worker in a pass over so many numbers where a task costs as much as some millions of them.

    Examples
    --------
    >>> rounds(10**6, 2), rounds(10**8, 2), rounds(10**9, 2)
    (1, 2, 4)
    """
    return max(1, min(TASKS, numbers // (workers * LEAST)))


def grouped(count: int, workers: int, each: int = TASKS) -> list[range]:
    """Numbers of parts in groups of neighbours, a group for each task, of which each worker has about four.

    Examples
    --------
    >>> grouped(10, 1)
    [range(0, 3), range(3, 6), range(6, 9), range(9, 10)]
    """
    each = _each(count, workers, each)
    return [range(low, min(count, low + each)) for low in range(0, count, each)]


def _each(count: int, workers: int, each: int = TASKS) -> int:
    """Parts of a task."""
    return max(1, -(-count // max(workers, min(each * workers, MANY))))


def forest_of(work: Work, part: Part, size: int) -> Forest:
    """The forest of the leaves that begin in a part."""
    forest: Forest = {}
    for block in part.leaves(size):
        for i, sums in enumerate(work(block)):
            put(forest, work.join, 0, block.first // block.how.leaf + i, sums)
    return forest


def worked(work: Work, parts: Sequence[Part], size: int) -> Found:
    """The forest of some parts, in a worker."""
    with one_blas_thread(float("inf")), files_of_workers():
        forest = merge(work.join, [forest_of(work, part, size) for part in parts])
    notes = dict.fromkeys(note for part in parts for note in notes_of(part.source))
    return Found(forest, fingerprint(), tuple(notes))


@contextmanager
def files_of_workers() -> Iterator[None]:
    """In a worker: an error of a file says what the reader of it cannot see, that this is the file of a worker."""
    try:
        yield
    except FileError as error:
        raise FileError(f"{error}; the workers need it there too") from None
    except DataError as error:
        if CHANGED not in error.problem:
            raise
        there = f"{error.problem}; the workers need the same file, no copy of it"
        raise DataError(there, file=error.file) from None
