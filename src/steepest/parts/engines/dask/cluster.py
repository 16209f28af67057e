"""A Dask cluster as its client knows it: its workers, what lies on them, and what is said when it is gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from ....core.errors import SteepestError

if TYPE_CHECKING:  # types alone
    from distributed import Client

__all__ = [
    "AGAIN",
    "ALONE",
    "ASKING",
    "GONE",
    "connected",
    "no_workers",
    "on_workers",
    "punctual_of",
    "refuse_closed",
    "settled",
    "threads_of",
    "unreachable",
]

TICK = 0.25  # seconds between two looks at the cluster
CONNECTING = 8.0  # seconds for a client to find its scheduler again
ASKING = 30.0  # seconds for a scheduler to answer
ALONE = 60.0  # seconds without any worker
GONE = "cancelled"  # the state of a future after a restart; of a lost worker Dask computes them again

AGAIN = "fit again; with a checkpoint a fit goes on where it was"


def threads_of(client: Any) -> dict[str, int]:
    """Threads of each worker, by address. Cost: a question to the scheduler.

    Raises
    ------
    SteepestError
        If the client is closed, or has lost its scheduler.
    """
    deadline = monotonic() + CONNECTING
    while client.status == "connecting" and monotonic() < deadline:
        sleep(TICK)
    if client.status != "running":
        raise unreachable(client)
    with connected(client):
        return dict(client.nthreads(callback_timeout=ASKING))


def punctual_of(client: Any, late: dict[str, float]) -> dict[str, int]:
    """Threads of each worker that is not late, or of all workers, where all are; after its time a worker is not late.

    Raises
    ------
    SteepestError
        As `threads_of`.
    """
    threads, now = threads_of(client), monotonic()
    for worker in [worker for worker, until in late.items() if until < now or worker not in threads]:
        del late[worker]
    return {worker: count for worker, count in threads.items() if worker not in late} or threads


@contextmanager
def connected(client: Any) -> Iterator[None]:
    """Whatever a closed client raises, or one that gets no answer, in one line."""
    try:
        yield
    except SteepestError:
        raise
    except Exception as error:
        if client.status == "running" and not isinstance(error, OSError):
            raise
        raise unreachable(client) from error


def refuse_closed(client: Client) -> None:
    """Refuse a client that is closed, which would wait for ever or raise what it likes."""
    if client.status in ("closed", "closing"):
        raise unreachable(client)


def no_workers(seconds: float) -> SteepestError:
    """What a fit says when there are no workers."""
    return SteepestError(f"the cluster has had no worker for {seconds:.0f} seconds: start some, and {AGAIN}")


def unreachable(client: Any) -> SteepestError:
    """What a fit says without a scheduler."""
    logging.getLogger("distributed.client").addFilter(_is_told)
    closed = client.status in ("closed", "closing")
    what = "is closed, or its scheduler ended" if closed else "has lost its scheduler"
    return SteepestError(f"the client of Dask {what}: connect to a cluster that runs, and {AGAIN}")


def _is_told(record: logging.LogRecord) -> bool:
    """Whether a line of Dask's log is shown: not that a client was closed while it looked for its scheduler."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def settled(client: Client, futures: Sequence[Any]) -> int | None:
    """Wait until all values are there; the place of one whose task failed.

    Raises
    ------
    SteepestError
        If there is no worker or scheduler any more.
    """
    from distributed import wait

    start, done = monotonic(), False
    while True:
        with suppress(TimeoutError, CancelledError):
            wait(futures, timeout=TICK)
            done = True
        failed = next((i for i, future in enumerate(futures) if future.status in ("error", GONE)), None)
        if done or failed is not None:
            return failed
        if threads_of(client):
            start = monotonic()
        elif monotonic() - start > ALONE:
            raise no_workers(ALONE)


def on_workers(client: Client, futures: dict[int, Any], tasks: int) -> list[tuple[str | None, list[int]]]:
    """Numbers of values that are on the same worker, in at most so many groups for each of its threads."""
    threads = threads_of(client)
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
