"""Folders of caches: where they are, one for each process, which is removed at its end or after it was killed.

Workers of one machine share another one, which the last of them removes.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from contextlib import suppress
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from secrets import token_hex

from ...core.part_files import LOCKS, lock, locked

__all__ = ["default_folder", "own_folder", "shared_folder"]

MACHINE = re.sub(r"[^\w.-]", "-", platform.node())[:64]  # a folder may be that of several machines
NAME, SHARED = f"process-{MACHINE}-", f"workers-{MACHINE}"
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
                Finalize(None, shutil.rmtree, (own, True), exitpriority=2)  # also at the end of a worker's process
                return own
            os.close(number)


def shared_folder(folder: Path) -> Path:
    """The folder that all processes of this machine share inside a folder. The last one removes it at its end.

    If all of them are killed it stays until the last one of those that come after them ends.

    Raises
    ------
    OSError
        If nothing can be written there.
    """
    return _shared(folder, os.getpid()) if LOCKS else own_folder(folder)


@lru_cache(None)
def _shared(folder: Path, process: int) -> Path:
    del process  # a child opens it for itself
    shared = folder / SHARED
    while True:
        shared.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # another process is just removing it
            number = os.open(shared / LOCK, os.O_CREAT | os.O_RDWR, 0o666)
            lock(number, shared=True)
            if os.path.samestat(os.fstat(number), (shared / LOCK).stat()):
                Finalize(None, _leave, (shared, number), exitpriority=1)
                return shared
            os.close(number)


def _leave(shared: Path, number: int) -> None:
    """Remove the folder if no other process is there."""
    with suppress(OSError):
        lock(number)
        old = shared.with_name(f"{NAME}{token_hex(8)}")
        shared.rename(old)
        shutil.rmtree(old)


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
    number = os.open(other / LOCK, os.O_RDWR | os.O_NOFOLLOW)  # a file over a network is locked only to be written
    try:
        lock(number)
        shutil.rmtree(other)
    finally:
        os.close(number)
