"""The engine here: threads of this process, each on one part at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from ...core.threads import one_blas_thread
from ...data.tree import Forest
from ..part import Part
from ..prefetch import prefetched
from .engine import Done, Found, Item
from .task import forest_of

if TYPE_CHECKING:  # types alone
    from ..works import Work

__all__ = ["Here"]


class Here:
    """Threads of this process.

    Parameters
    ----------
    workers : int
        Threads.
    """

    remote = False
    notes = ()

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Work on the parts in their order, a few ahead of those that are done."""
        with one_blas_thread(float("inf")):
            if self.workers == 1:
                for i, part in enumerate(parts):
                    done((i,), forest_of(work, part, size))
                return
            self._in_threads(work, parts, size, done)

    def map(
        self, function: Callable[[Item], Found], items: Iterable[Item], ahead: int | None = None
    ) -> Iterator[Found]:
        """What a function gives for each item; a thread computes the next one ahead."""
        del ahead  # one
        return prefetched(map(function, items))

    def _in_threads(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        left = list(reversed(range(len(parts))))
        with ThreadPoolExecutor(self.workers, thread_name_prefix="steepest") as pool:
            running: dict[Future[Forest], int] = {}
            while left or running:
                while left and len(running) < self.workers + 1:
                    i = left.pop()
                    running[pool.submit(forest_of, work, parts[i], size)] = i
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    done((running.pop(future),), future.result())
