"""Prefetching: a thread reads the next batches while one is worked on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import Any, NamedTuple, TypeVar

__all__ = ["prefetched"]

T = TypeVar("T")


class Raised(NamedTuple):
    """What ended the batches: an error, or their end."""

    error: BaseException | None


def prefetched(batches: Iterator[T], ahead: int = 1) -> Iterator[T]:
    """The same batches in their order, of which ``ahead`` are read by a thread before they are asked for.

    An error of the batches is raised where they end. A consumer that stops early ends the thread, after the batch that
    it is reading, and closes the batches.

    Examples
    --------
    >>> list(prefetched(iter("abc"), ahead=2))
    ['a', 'b', 'c']
    """
    free, found, stopped = Semaphore(ahead), SimpleQueue[Any](), Event()
    reader = Thread(target=_read, args=(batches, free, found, stopped), name="steepest-reader", daemon=True)
    reader.start()
    try:
        while not isinstance(batch := found.get(), Raised):
            free.release()
            yield batch
        if batch.error is not None:
            raise batch.error
    finally:
        stopped.set()
        free.release()
        reader.join()


def _read(batches: Iterator[T], free: Semaphore, found: SimpleQueue[Any], stopped: Event) -> None:
    error: BaseException | None = None
    try:
        while free.acquire() and not stopped.is_set():
            found.put(next(batches))
    except StopIteration:
        pass
    except BaseException as caught:
        error = caught
    finally:
        if isinstance(batches, Generator):
            batches.close()
        found.put(Raised(error))
