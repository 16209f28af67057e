"""The listener that is told when kernels are compiled; there is none by default. Importing this file loads no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["compiling", "told"]

_listeners: list[Callable[[], None]] = []


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
    """Tell those who asked, once, that a compilation begins."""
    while _listeners:
        _listeners.pop()()
