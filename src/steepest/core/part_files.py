"""Temporary files beside their target: locked while they are written, and swept if their writer is gone."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows, which lets no process remove a file that another has open
    LOCKS = False
else:
    LOCKS = True

__all__ = ["LOCKS", "lock", "locked", "part_file"]

STEM = 100  # bytes of the target's name in that of the temporary file


@contextmanager
def part_file(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside the target, open and locked; it is removed at the end unless it was renamed.

    Files of the same target whose writer was killed are removed first.
    """
    stem = "." + os.fsencode(target.name)[:STEM].decode(errors="ignore") + "."
    _sweep(target.parent, stem)
    part, number = _created(target.parent, stem)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - a number
            yield part, file
    finally:
        part.unlink(missing_ok=True)


def _created(folder: Path, stem: str) -> tuple[Path, int]:
    while True:
        part = folder / f"{stem}{token_hex(8)}.part"
        number = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        if locked(number) and os.fstat(number).st_nlink:
            return part, number
        os.close(number)  # swept before it was locked


def locked(number: int) -> bool:
    """Lock an open file; false if another process has locked it."""
    if LOCKS:
        try:
            lock(number)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks, where nothing is swept
            return True
    return True


def lock(number: int, *, shared: bool = False) -> None:
    """Lock an open file alone, or, as soon as no process has it alone, together with others.

    Raises
    ------
    BlockingIOError
        If another process has locked a file that is to be locked alone.
    OSError
        If its file system has no locks.
    """
    fcntl.flock(number, fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sweep(folder: Path, stem: str) -> None:
    named = re.compile(re.escape(stem) + r"[0-9a-f]{8,16}\.part")
    with suppress(OSError), os.scandir(folder) as entries:  # a folder that cannot be listed is not swept
        for part in [Path(entry) for entry in entries if named.fullmatch(entry.name)]:
            with suppress(OSError):
                _remove_abandoned(part)


def _remove_abandoned(part: Path) -> None:
    """Remove a file that no process has locked."""
    if not LOCKS:
        part.unlink()
        return
    number = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if stat.S_ISREG(os.fstat(number).st_mode):
            lock(number)
            part.unlink()
    finally:
        os.close(number)
