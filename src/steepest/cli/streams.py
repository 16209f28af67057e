"""Standard streams that are closed: nothing else may take their numbers, and writing to them is no error."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

__all__ = ["drop_output", "fill_closed"]


def fill_closed() -> bool:
    """Open the null device in place of each closed standard stream, and say whether standard output is one.

    Otherwise the next file that is opened, such as the one that a model is written to, has the number of the closed
    stream, and libraries write their messages into it.
    """
    closed = sys.stdout is None
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
    null = os.devnull
    sys.stdout = open(null, "w", encoding="utf-8") if closed else sys.stdout  # noqa: PTH123, SIM115
    sys.stderr = open(null, "w", encoding="utf-8") if sys.stderr is None else sys.stderr  # noqa: PTH123, SIM115
    return closed


def drop_output() -> None:
    """Let nothing be flushed into a closed pipe or a full disk when Python ends."""
    with suppress(OSError, ValueError):  # no real file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
