"""The engine of Dask: tasks of neighbouring parts on the workers of a cluster, whose client the user gives."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ..part import Part
from ..works import Work
from .engine import Done, Found, Item
from .task import Seen, grouped, worked

__all__ = ["Dask"]

RETRIES = 5  # of a task that fails


class Dask:
    """The workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        It stays open. Its workers need the files, and this version of steepest.
    """

    apart = True

    def __init__(self, client: Any) -> None:
        self.client = client
        self.seen = Seen()

    @property
    def workers(self) -> int:
        """Threads of all workers."""
        return max(1, int(sum(self.client.nthreads().values())))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the workers have told."""
        return self.seen.notes

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Work on the parts in about four tasks a thread; what a task found is told when it is complete."""
        from distributed import as_completed

        groups = grouped(len(parts), self.workers)
        running = {
            self.client.submit(worked, work, parts[some.start : some.stop], size, pure=False, retries=RETRIES): some
            for some in groups
        }
        for future, found in as_completed(running, loop=self.client.loop, with_results=True):
            self.seen.add(found)
            done(running[future], found.forest)

    def map(self, function: Callable[[Item], Found], items: Iterable[Item]) -> Iterator[Found]:
        """What a function gives for each item, as many at a time as there are threads, and one ahead."""
        running, workers = deque[Any](), self.workers
        for item in items:
            running.append(self.client.submit(function, item, pure=False, retries=RETRIES))
            if len(running) > workers:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
