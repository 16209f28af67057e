"""Ctrl-C postponed over work that must not be broken off: the import of a library, a compilation."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["postponed_interrupt"]


@contextmanager
def postponed_interrupt() -> Iterator[None]:
    """Deliver Ctrl-C at the end of the block; in other threads than the main one it never arrives.

    Examples
    --------
    >>> try:
    ...     with postponed_interrupt():
    ...         signal.raise_signal(signal.SIGINT)
    ...         print("done")
    ... except KeyboardInterrupt:
    ...     print("interrupted")
    done
    interrupted
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield  # it is ignored, or ends the process
        return
    arrived: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: arrived.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if arrived:
            handler(*arrived[0])
