"""WorkerCached: a source whose parts are cached on the disks of the workers, each by whoever works on it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from ...data.rows import Rows
from ..part import Part
from ..sources.derived import Derived
from ..sources.source import Piece, Source
from .cached import Cached
from .folders import default_folder, shared_folder
from .stored import fits

__all__ = ["WorkerCached"]

OPEN = 128  # caches that a process has open at a time

_opened: dict[str, Cached] = {}  # by folder and identity, the last used last: a block is checked once in a process
_notes: dict[str, None] = {}  # of this process, in their order
_lock = Lock()


class WorkerCached(Derived):
    """A source for workers that are elsewhere. Its pieces are the leaves that begin in each part of the origin.

    A process that is sent it reads a piece from a cache on its disk, and writes that if it is not there. The process
    that made it reads the origin. All processes of a machine share their caches.

    Parameters
    ----------
    parts : sequence of Part
        Those of the origin.
    folder : Path or None
        Where the caches stay, on each machine. None: in the default folder of each, until its last process ends.
    """

    seeks = True
    remote = False

    def __init__(self, parts: Sequence[Part], folder: Path | None) -> None:
        super().__init__(parts[0].source)
        some = [part for part in parts if not part.empty]
        self._parts = np.array([(part.pieces.start, part.pieces.stop, part.first, part.rows) for part in some])
        self._ends = np.array([part.begin for part in some[1:]] + [parts[-1].first + parts[-1].rows])
        self.how, self.folder, self.sent = parts[0].how, folder, False
        _ = self.identity  # it is computed once, here

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "pieces"} | {"sent": True}

    @cached_property
    def identity(self) -> str:
        """That of the origin."""
        return self.origin.identity

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The leaves of each part."""
        return tuple(Piece("", i, self._leaves(i).rows) for i in range(len(self._parts)))

    @property
    def waits(self) -> bool:
        """Whether a pass waits for the disk."""
        return self.sent and not fits(self._bytes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What reading found out, and why there is no cache."""
        return (*super().notes, *_notes)

    @property
    def _bytes(self) -> int:
        """About the bytes of all caches."""
        return 8 * (self.stored or int(self._ends[-1]) * (len(self.names) + len(self.targets) + 2))

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """Rows ``start`` and on of a piece, from its cache."""
        leaves = self._leaves(piece)
        found: Source = self._cache(leaves) if self.sent else leaves
        for number, one in enumerate(found.pieces):
            if start < one.rows:
                yield from found.read(number, start, size)
            start = max(0, start - one.rows)

    def check(self, pieces: range | None = None) -> None:
        """Refuse files that changed."""
        if pieces is None:
            self.origin.check()
        else:
            for piece in pieces:
                self._leaves(piece).check()

    def place(self, piece: int, row: int) -> str:
        """Where a row stands in the origin."""
        return self._leaves(piece).place(0, row)

    def _leaves(self, piece: int) -> Leaves:
        start, stop, first, rows = self._parts[piece].tolist()
        part = Part(self.origin, range(start, stop), first, rows, self.how)
        return Leaves(part, int(self._ends[piece]) - part.begin, self.identity)

    def _cache(self, leaves: Leaves) -> Cached:
        folder = self.folder
        if folder is None:
            folder = default_folder()
            with suppress(OSError):  # `Cached` meets it again, and notes it
                folder = shared_folder(folder)
        key = f"{folder}{os.sep}{leaves.identity}"
        with _lock:
            found = _opened.pop(key, None)
            if found is None:
                found = Cached(leaves, folder, True, _told, self._bytes)
            found.origin, _opened[key] = leaves, found
            for old in list(_opened)[:-OPEN]:
                del _opened[old]
        return found


def _told(note: str) -> None:
    _notes[note] = None


class Leaves(Derived):
    """The rows of all leaves that begin in a part, as a source of one piece.

    Parameters
    ----------
    part : Part
    rows : int
    table : str
        Identity of the table.
    """

    def __init__(self, part: Part, rows: int, table: str) -> None:
        super().__init__(part.source)
        self.part, self.rows, self.table = part, rows, table

    @property
    def identity(self) -> str:
        """A hash of that of the table, and of which rows these are."""
        which = f"{self.table}, {self.rows} rows from {self.part.begin}"
        return hashlib.sha256(which.encode()).hexdigest()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """One."""
        return (Piece("", 0, self.rows),)

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """The rows."""
        del piece
        return self.part.batches(start, size)

    def check(self, pieces: range | None = None) -> None:
        """Refuse files of the part that changed."""
        del pieces
        some = self.part.pieces
        self.origin.check(range(some.start, min(some.stop + 1, len(self.origin.pieces))))  # its last leaf may end there

    def place(self, piece: int, row: int) -> str:
        """Where a row stands in the origin."""
        del piece
        row += self.part.begin - self.part.first
        for number in range(self.part.pieces.start, len(self.origin.pieces)):
            known = self.origin.pieces[number].rows
            if row < known:
                return self.origin.place(number, row)
            row -= known
        raise IndexError("the part has fewer rows")
