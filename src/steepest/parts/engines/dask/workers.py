"""The workers of a Dask cluster as a fit sees them: the threads of each, those that are late, and their absence."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from time import monotonic
from typing import Any

from ..engine import Told, warned
from .cluster import GONE, TICK, connected, no_workers, threads_of

__all__ = ["Workforce", "on_workers", "settled"]

FRESH = 2.0  # seconds for which an answer of the scheduler is good enough to place tasks by
ABSENT = 5.0  # seconds without any worker, after which that is told
ALONE = 60.0  # seconds without any worker, after which the fit ends


class Workforce:
    """The workers of a cluster.

    Parameters
    ----------
    client : distributed.Client
    told : callable
        Told in one line what a fit waits for.

    Attributes
    ----------
    late : dict
        Workers that were slow, and until when they get no task.
    """

    def __init__(self, client: Any, told: Told = warned) -> None:
        self.client, self.told, self.late = client, told, dict[str, float]()
        self._threads, self._asked = dict[str, int](), float("-inf")
        self._since, self._is_told = monotonic(), False

    def threads(self, age: float = 0.0) -> dict[str, int]:
        """Threads of each worker, by address, as they were at most so many seconds ago.

        Raises
        ------
        SteepestError
            As `threads_of`.
        """
        if age <= 0 or monotonic() - self._asked > age or self.client.status != "running":
            self._threads = threads_of(self.client)
            self._asked = monotonic()
        return self._threads

    def punctual(self, age: float = FRESH) -> dict[str, int]:
        """Threads of each worker that is not late, or of all workers, where all are; after its time none is late.

        Raises
        ------
        SteepestError
            As `threads_of`.
        """
        threads, now = self.threads(age), monotonic()
        for worker in [worker for worker, until in self.late.items() if until < now or worker not in threads]:
            del self.late[worker]
        return {worker: count for worker, count in threads.items() if worker not in self.late} or threads

    def start(self) -> None:
        """Count the time without workers from now on."""
        self._since, self._is_told = monotonic(), False

    def present(self) -> set[str]:
        """The workers that there are now.

        Raises
        ------
        SteepestError
            If there has been none for a minute, or there is no scheduler any more.
        """
        threads, absent = self.threads(), monotonic() - self._since
        if threads:
            self.start()
        elif absent > ALONE:
            raise no_workers(ALONE)
        elif absent > ABSENT and not self._is_told:
            self._is_told = True
            self.told(f"the cluster has no worker: waiting {ALONE - absent:.0f} seconds for one")
        return set(threads)


def settled(workers: Workforce, futures: Sequence[Any]) -> int | None:
    """Wait until all values are there; the place of one whose task failed.

    Raises
    ------
    SteepestError
        If there is no worker or scheduler any more.
    """
    from distributed import wait

    workers.start()
    done = False
    while True:
        with suppress(TimeoutError, CancelledError), workers.client.as_current():  # it may not be the default one
            wait(futures, timeout=TICK)
            done = True
        failed = next((i for i, future in enumerate(futures) if future.status in ("error", GONE)), None)
        if done or failed is not None:
            return failed
        workers.present()


def on_workers(workers: Workforce, futures: dict[int, Any], tasks: int) -> list[tuple[str | None, list[int]]]:
    """Numbers of values that are on the same worker, in at most so many groups for each of its threads."""
    threads, client = workers.threads(FRESH), workers.client
    with connected(client):
        where = client.who_has(list(futures.values()))
    by_worker: dict[str | None, list[int]] = {}
    for i, future in futures.items():
        by_worker.setdefault(next(iter(where.get(future.key, ())), None), []).append(i)
    found: list[tuple[str | None, list[int]]] = []
    for worker, some in by_worker.items():
        each = -(-len(some) // (tasks * threads.get(worker or "", 1)))
        found += [(worker, some[low : low + each]) for low in range(0, len(some), each)]
    return found
