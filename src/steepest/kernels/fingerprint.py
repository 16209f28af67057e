"""Fingerprint: what the bits of a sum depend on besides the numbers: the processor and the versions of libraries."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from platform import machine
from typing import NamedTuple

from ..core.version import __version__

__all__ = ["Fingerprint", "difference", "fingerprint"]


class Fingerprint(NamedTuple):
    """The processor and the versions of a process."""

    processor: str
    steepest: str
    numpy: str
    numba: str


@lru_cache(1)
def fingerprint() -> Fingerprint:
    """That of this process.

    Examples
    --------
    >>> fingerprint() == fingerprint()
    True
    """
    return Fingerprint(_processor(), __version__, version("numpy"), version("numba"))


def difference(known: Iterable[Fingerprint]) -> str | None:
    """In what processes differ, for a message; None if they are alike.

    Examples
    --------
    >>> a, b = Fingerprint("zen4", "1.0", "2.1", "0.61"), Fingerprint("zen4", "1.0", "2.2", "0.61")
    >>> difference([a, b, a]), difference([a, a]), difference([])
    ('numpy 2.1 and 2.2', None, None)
    """
    alike, found = set(known), []
    for i, name in enumerate(Fingerprint._fields):
        if len(distinct := sorted({one[i] for one in alike})) > 1:
            found.append(f"{name} {' and '.join(distinct)}")
    return ", ".join(found) or None


def _processor() -> str:
    """The name of the processor's kind, by which code is compiled."""
    from llvmlite.binding import get_host_cpu_name

    return f"{get_host_cpu_name()} ({machine()})"
