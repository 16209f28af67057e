"""Ctrl-C: noticed even where a library catches KeyboardInterrupt, as Numba does while it compiles."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["heard", "listening"]

heard = threading.Event()  # set by Ctrl-C; `progress.shown` checks it between two blocks of steps


@contextmanager
def listening() -> Iterator[None]:
    """Record Ctrl-C besides raising KeyboardInterrupt; an ignored signal (nohup, background) stays ignored."""
    heard.clear()
    before, hook = signal.getsignal(signal.SIGINT), sys.unraisablehook
    ours = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    if ours:
        signal.signal(signal.SIGINT, _hear)
        sys.unraisablehook = lambda event: _pass_over(event, hook)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
            sys.unraisablehook = hook


def _hear(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a handler
    heard.set()
    raise KeyboardInterrupt


def _pass_over(event: Any, hook: Any) -> None:
    if not isinstance(event.exc_value, KeyboardInterrupt):
        hook(event)
