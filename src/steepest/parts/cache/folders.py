"""Folders of caches: where they are, one for each process, which is removed at its end or after it was killed."""

from __future__ import annotations

import atexit
import os
import shutil
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from secrets import token_hex

from ...core.part_files import LOCKS, locked

__all__ = ["default_folder", "own_folder"]

NAME = "process-"
LOCK = "lock"

_locks: list[int] = []  # open as long as the process lives


def default_folder() -> Path:
    """Where caches are unless a folder is named: steepest/tables in the user's folder of caches."""
    home = os.environ.get("STEEPEST_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path("~", ".cache").expanduser()
    return Path(home) / "steepest" / "tables"


def own_folder(folder: Path) -> Path:
    """The folder of this process inside a folder. It is removed at the end of the process.

    Those of processes that were killed are removed first.

    Raises
    ------
    OSError
        If nothing can be written there.
    """
    return _own(folder, os.getpid())


@lru_cache(None)
def _own(folder: Path, process: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    while True:
        own = folder / f"{NAME}{process}-{token_hex(8)}"
        own.mkdir()
        with suppress(FileNotFoundError):  # swept before it was locked
            number = os.open(own / LOCK, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
            if locked(number) and os.fstat(number).st_nlink:
                _locks.append(number)
                atexit.register(_remove, own, process)
                return own
            os.close(number)


def _remove(own: Path, process: int) -> None:
    """Remove a folder; a child of the process that made it leaves it alone."""
    if os.getpid() == process:
        shutil.rmtree(own, ignore_errors=True)


def _sweep(folder: Path) -> None:
    for other in folder.glob(f"{NAME}*"):
        with suppress(OSError):
            _remove_abandoned(other)


def _remove_abandoned(other: Path) -> None:
    """Remove a folder whose process has ended."""
    if not (other / LOCK).exists():
        other.rmdir()  # only if it is empty
        return
    if not LOCKS:
        (other / LOCK).unlink()  # Windows removes no file that is open
        shutil.rmtree(other)
        return
    number = os.open(other / LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        if locked(number):
            shutil.rmtree(other)
    finally:
        os.close(number)
