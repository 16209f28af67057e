"""Running: a pass while it runs, the parts that are done and the forest of their sums."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from ..core.interrupts import postponed_interrupt
from ..core.types import Array
from ..data.tree import Forest, Join, Partial, put, total

__all__ = ["Running", "hash_of_values"]


class Running:
    """A pass while it runs.

    Parameters
    ----------
    join : callable
        Of the work.
    forest : Forest
        The sums of parts that were done before.
    done : iterable of int
        These parts.
    added : callable, optional
        Called after each addition.
    """

    def __init__(
        self,
        join: Join,
        forest: Forest | None = None,
        done: Iterable[int] = (),
        added: Callable[[], None] | None = None,
    ) -> None:
        self.join, self.forest, self.done, self.added = join, dict(forest or {}), set(done), added

    def add(self, parts: Iterable[int], found: Forest) -> None:
        """Some parts are done. Ctrl-C waits until their sums and their numbers are there."""
        with postponed_interrupt():
            for (level, index), sums in found.items():
                put(self.forest, self.join, level, index, sums)
            self.done.update(parts)
        if self.added is not None:
            self.added()

    def total(self, leaves: int) -> Partial:
        """The sums of all parts."""
        return total(self.join, self.forest, leaves)


def hash_of_values(*values: object) -> str:
    """SHA-256 of values, records and arrays, to the last bit.

    Examples
    --------
    >>> hash_of_values(np.zeros(2)) == hash_of_values(np.zeros(2)), hash_of_values(0.0) == hash_of_values(-0.0)
    (True, False)
    """
    digest = hashlib.sha256()
    for value in values:
        _feed(digest, value)
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    digest.update(f"{type(value).__module__}.{type(value).__qualname__}(".encode())
    if isinstance(value, np.ndarray):
        _feed_array(digest, value)
    elif isinstance(value, (tuple, list)):
        for item in value:
            _feed(digest, item)
    elif isinstance(value, dict):
        for item in value.items():
            _feed(digest, item)
    elif isinstance(value, (type, FunctionType, BuiltinFunctionType)):
        digest.update(f"{value.__module__}.{value.__qualname__}".encode())
    else:
        _feed_object(digest, value)
    digest.update(b")")


def _feed_object(digest: Any, value: object) -> None:
    try:
        members = vars(value)
    except TypeError:  # a number, text, None
        digest.update(repr(value).encode())
    else:  # what is only kept for speed is no part of the state
        state = getattr(value, "__getstate__", None)
        _feed(digest, (state and state()) or members)


def _feed_array(digest: Any, array: Array) -> None:
    digest.update(f"{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).tobytes())
