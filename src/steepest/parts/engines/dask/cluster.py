"""A Dask cluster as its client knows it: its workers, what lies on them, and what is said when it is gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from ....core.errors import SteepestError

if TYPE_CHECKING:  # types alone
    from distributed import Client

__all__ = [
    "AGAIN",
    "ASKING",
    "GONE",
    "TICK",
    "connected",
    "no_workers",
    "refuse_closed",
    "threads_of",
    "unreachable",
]

TICK = 0.25  # seconds between two looks at the cluster
CONNECTING = 8.0  # seconds for a client to find its scheduler again
ASKING = 30.0  # seconds for a scheduler to answer
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
