"""How much a compressed file may unpack to: a small one must not fill the memory."""

from __future__ import annotations

import os

__all__ = ["most_unpacked"]

FREE = 200_000_000  # bytes that any file may unpack to
RATIO = 200  # beyond them: tables of numbers are compressed to a tenth, seldom to a fiftieth
SHARE = 0.25  # of the memory that is free: a table needs more than its text


def most_unpacked(packed: int) -> int:
    """Bytes that a file of ``packed`` bytes may unpack to.

    Examples
    --------
    >>> most_unpacked(1_500_000) <= 300_000_000
    True
    """
    return int(min(max(FREE, RATIO * packed), SHARE * _free_memory()))


def _free_memory() -> float:
    """Bytes of memory that are free, as far as the system says; infinite if it does not."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123
            found = next(line for line in lines if line.startswith("MemAvailable:"))
        return 1024.0 * int(found.split()[1])
    except (OSError, StopIteration, ValueError, IndexError):
        return _installed_memory()


def _installed_memory() -> float:
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):  # Windows
        return float("inf")
