"""What works at an address, as --engine and engine= name it: "local:4" and "dask:tcp://HOST:PORT"."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ...core.errors import SteepestError, UsageError
from ...core.shown_text import visible
from .engine import Told

if TYPE_CHECKING:  # types alone
    from distributed import Client

__all__ = ["opened"]

KNOWN = "write local:4 for 4 processes, dask:tcp://HOST:PORT for a cluster, or leave it out for threads"
NO_SCHEDULER = "no scheduler of Dask answers there: check the address, or start one by: dask scheduler"
ANSWER = 5.0  # seconds in which a scheduler has to answer
PATIENCE = 30.0  # seconds in which a worker has to come
PAUSE = 0.5  # seconds between two looks for workers

End = Callable[[], object]


def opened(address: str, told: Told) -> tuple[object, End]:
    """The executor or client at an address, and what ends it: its processes end with it, a cluster goes on.

    Parameters
    ----------
    address : str
        "local:N" or "dask:SCHEDULER".
    told : callable
        Told in one line what is waited for.

    Raises
    ------
    UsageError
        If it is no address of an engine, or distributed is not installed.
    SteepestError
        If no scheduler answers there, or it has no workers.
    """
    kind, _, rest = address.partition(":")
    if kind == "local" and rest.isdecimal() and int(rest) > 0:
        return _processes(int(rest))
    if kind == "dask" and rest:
        return _cluster(rest, told)
    raise UsageError(f"the engine {visible(address)!r} is not known: {KNOWN}")


def _processes(count: int) -> tuple[object, End]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(count, get_context("spawn"))
    return pool, pool.shutdown


def _cluster(scheduler: str, told: Told) -> tuple[object, End]:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("an engine dask:... needs Dask: pip install 'steepest[dask]'") from None
    _wait_for_workers(scheduler, told)
    client = Client(scheduler, timeout=ANSWER, set_as_default=False)
    return client, partial(_close, client)


def _close(client: Client) -> None:
    with suppress(Exception):  # the scheduler may be gone
        client.close(timeout=2)


def _wait_for_workers(scheduler: str, told: Told) -> None:
    """Return when a scheduler has workers."""
    until = None
    while not _identity(scheduler)["workers"]:
        if until is None:
            told(f"{visible(scheduler)} has no workers yet: waiting {PATIENCE:.0f} seconds for one")
            until = time.monotonic() + PATIENCE
        if time.monotonic() > until:
            raise SteepestError(f"{visible(scheduler)}: no worker came: start one by: dask worker {visible(scheduler)}")
        time.sleep(PAUSE)


def _identity(scheduler: str) -> dict[str, Any]:
    """What a scheduler says of itself. It is asked before a client is made, which ends badly where none answers."""
    try:
        with ThreadPoolExecutor(1) as thread:  # this one may have a loop that runs, as in a notebook
            found = thread.submit(lambda: asyncio.run(_asked(scheduler))).result()
    except (ValueError, KeyError) as error:
        raise UsageError(f"the engine dask:{visible(scheduler)}: {error}: write dask:tcp://HOST:PORT") from None
    except Exception:  # whatever else answers there may send anything
        found = {}
    if found.get("type") != "Scheduler":
        raise SteepestError(f"{visible(scheduler)}: {NO_SCHEDULER}")
    return found


async def _asked(scheduler: str) -> dict[str, Any]:
    from distributed.core import rpc
    from distributed.security import Security

    secured = Security().get_connection_args("client")
    async with asyncio.timeout(ANSWER), rpc(scheduler, timeout=ANSWER, connection_args=secured) as remote:
        found: dict[str, Any] = await remote.identity()
        return found
