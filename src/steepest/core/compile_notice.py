"""Who is told that kernels are compiled: a listener, or the person at an interactive Python. It loads no other file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["COMPILING", "compiling", "told"]

COMPILING = "compiling, once on this machine: a few seconds"

_listeners: list[Callable[[], None]] = []
_said: list[bool] = []


@contextmanager
def told(listener: Callable[[], None]) -> Iterator[None]:
    """Have the listener called when a compilation begins, once, while the context lasts."""
    _listeners.append(listener)
    try:
        yield
    finally:
        if listener in _listeners:
            _listeners.remove(listener)


def compiling() -> None:
    """Tell those who asked, once, that a compilation begins; without any, say it once in an interactive session."""
    if not _listeners and not _said and "ps1" in vars(sys) and sys.stderr is not None:
        _said.append(True)
        print(f"steepest: {COMPILING}", file=sys.stderr)
    while _listeners:
        _listeners.pop()()
