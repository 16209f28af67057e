"""How much a compressed file may unpack to: a small one must not fill the memory."""

from __future__ import annotations

from .memory import free_memory

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
    return int(min(max(FREE, RATIO * packed), SHARE * free_memory()))
