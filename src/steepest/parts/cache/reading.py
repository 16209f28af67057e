"""Reading bytes of large files: mapped into memory, or past the copies of files that the system keeps there."""

from __future__ import annotations

import errno
import mmap
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["PAGE", "Mapped", "mapped_bytes", "opened_bytes"]

PAGE = 4096  # what a direct read begins and ends at; the files of a cache have whole pages

DIRECT = os.O_DIRECT if sys.platform == "linux" else 0
Read = Callable[[int, int], NDArray[np.uint8]]  # the bytes from one place to another


@contextmanager
def opened_bytes(path: Path) -> Iterator[Read]:
    """A file whose bytes are read into memory of their own.

    They leave nothing in the memory of the system: they come directly from the disk or, where the file system has no
    such reads, are dropped there at once.
    """
    with _opened(path) as file:
        yield lambda low, high: _bytes(file, low, high)


class Mapped(NamedTuple):
    """A file mapped into memory, and which one it was."""

    whole: NDArray[np.uint8]
    file: tuple[int, int]  # number and size

    def view(self, low: int, high: int) -> NDArray[np.uint8]:
        """The bytes from one place to another, not copied."""
        return _complete(self.whole[low:high], high - low)


def mapped_bytes(path: str, known: dict[str, Mapped]) -> Mapped:
    """A file whose bytes are views of a mapping, which is kept as long as the file is the same and has its size."""
    there = os.stat(path)  # noqa: PTH116 - a Path costs more than the call
    found, file = known.get(path), (there.st_ino, there.st_size)
    if found is None or found.file != file:
        with FileIO(path) as opened:
            found = known[path] = Mapped(_mapped(opened.fileno()), file)
    return found


def _mapped(number: int) -> NDArray[np.uint8]:
    """A file mapped into memory, in a tenth of the time of np.memmap."""
    if not os.fstat(number).st_size:
        return np.empty(0, np.uint8)
    return np.frombuffer(mmap.mmap(number, 0, access=mmap.ACCESS_READ), np.uint8)


def _opened(path: Path) -> FileIO:
    """An open file, read directly from the disk where its file system can."""
    if DIRECT:
        try:
            return FileIO(os.open(path, os.O_RDONLY | DIRECT))
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
    return path.open("rb", buffering=0)


def _bytes(file: FileIO, low: int, high: int) -> NDArray[np.uint8]:
    first, last = low // PAGE * PAGE, -(-high // PAGE) * PAGE
    room = np.empty(last - first + PAGE, np.uint8)
    room = room[-room.ctypes.data % PAGE :][: last - first]
    file.seek(first)
    count = 0
    while count < len(room) and (more := file.readinto(room.data[count:])):
        count += more
    if sys.platform == "linux":  # after a direct read nothing is there
        os.posix_fadvise(file.fileno(), first, last - first, os.POSIX_FADV_DONTNEED)
    return _complete(room[low - first : min(high - first, count)], high - low)


def _complete(found: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    if len(found) < size:
        raise EOFError
    return found
