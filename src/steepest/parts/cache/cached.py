"""Cached: a source whose rows are written to a cache by the first pass, and read from it by all others."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from threading import RLock
from typing import Any

from ...core.shown_text import visible
from ...data.encoding.recipe import Learnt
from ...data.regroup import regrouped
from ...data.rows import Rows
from ..sources.numbering import Found, Mark, Numbered
from ..sources.source import Piece, Source, has_truths, learnt_of, notes_of
from .folders import own_folder
from .plan import BLOCK
from .stored import DamagedError, Stored, opened, opened_again
from .writing import write_cache

__all__ = ["Cached"]

ALL = 1 << 62


class Cached:
    """A source with a cache, which the first question about its rows writes.

    Parameters
    ----------
    origin : Source
        What is cached.
    folder : Path
        Where the caches are.
    stays : bool
        Whether the cache is kept at the end of the process.
    told : callable, optional
        Called with a note if there is no room for the cache. The rows are read from the origin then.
    beside : int
        Bytes of all caches that are read with it, if there are others.
    """

    def __init__(
        self,
        origin: Source,
        folder: Path,
        stays: bool,
        told: Callable[[str], None] | None = None,
        beside: int = 0,
    ) -> None:
        self.origin, self.folder, self.stays, self.told, self.beside = origin, folder, stays, told, beside
        self._found: Stored | None = None
        self._known: tuple[Path, str, str] | None = None  # folder, identity and name of the cache of another process
        self._without = False
        self._lock = RLock()  # one thread writes it

    def __getstate__(self) -> dict[str, Any]:
        found = self._stored
        known = None if found is None else (found.folder, found.plan.identity, found.plan.made)
        return vars(self) | {"told": None, "_found": None, "_known": known, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=RLock())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        found = self._stored
        return self.origin.names if found is None else tuple(found.plan.names)

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return self.origin.targets

    @property
    def notes(self) -> tuple[str, ...]:
        """What reading the files found out about columns; nothing where the cache of another process is read."""
        return notes_of(self.origin)

    @property
    def learnt(self) -> Learnt | None:
        """The recipe of the origin. Cost: a pass over its columns where the cache of another process is read."""
        return learnt_of(self.origin)

    @property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of a target of text, sorted."""
        found = self._stored
        if found is None:
            return self.origin.levels
        return None if found.plan.levels is None else tuple(found.plan.levels)

    @property
    def weights(self) -> str | None:
        """The name of the column of weights."""
        return self.origin.weights

    @property
    def truths(self) -> bool:
        """Whether the labels are true and false."""
        return has_truths(self.origin)

    @property
    def identity(self) -> str:
        """That of the origin."""
        return self.origin.identity

    @property
    def remote(self) -> bool:
        """Whether a second pass is expensive: not with a cache."""
        return self.origin.remote and self._without

    @property
    def seeks(self) -> bool:
        """Whether rows are read alone: with a cache."""
        return self.origin.seeks or self._stored is not None

    @property
    def waits(self) -> bool:
        """Whether a pass waits for the disk, so that blocks are worth reading ahead."""
        found = self._stored
        return found is not None and not found.mapped

    @property
    def stored(self) -> int | None:
        """Numbers stored in all sparse rows; None of dense ones."""
        found = self._stored
        return self.origin.stored if found is None else found.plan.stored

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Ranges of rows of the cache, each of about 16 MB."""
        found = self._stored
        if found is None:
            return self.origin.pieces
        n, size = found.plan.rows, found.plan.piece
        return tuple(Piece("", i, min(size, n - low)) for i, low in enumerate(range(0, n, size)))

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """Rows ``start`` and on of a piece, from the cache; if that is damaged it is written anew."""
        found = self._stored
        if found is None:
            yield from self.origin.read(piece, start, size)
            return
        if piece == start == 0:  # once a pass
            self.check()
        low = piece * found.plan.piece
        high = low + self.pieces[piece].rows
        try:
            for rows in _batches(found, low + start, high, size):
                start += rows.shape[0]
                yield rows
        except DamagedError:
            yield from _batches(self._renewed(found), low + start, high, size)

    def check(self, pieces: range | None = None) -> None:
        """Refuse a cache of files that are no longer as they were found: of all files, as any piece may be of each."""
        del pieces
        self.origin.check()

    def place(self, piece: int, row: int) -> str:
        """Where a row stands in the origin."""
        found = self._stored
        if found is None:
            return self.origin.place(piece, row)
        origin = _counted(self.origin, found)
        row += piece * found.plan.piece
        for number, one in enumerate(origin.pieces):
            if row < one.rows:
                return origin.place(number, row)
            row -= one.rows
        return f"row {row + 1:,}"

    @property
    def _stored(self) -> Stored | None:
        """The cache; None where there is no room for it."""
        if self._found is None and not self._without:
            with self._lock:
                if self._found is None and not self._without:
                    self._begin()
        return self._found

    def _begin(self) -> None:
        try:
            self._found = self._there()
        except OSError as error:
            self._without = True
            reason = (error.strerror or str(error)).lower()
            if self.told is not None:
                self.told(f"no cache in {visible(str(self.folder))} ({reason}): every pass reads the files")

    def _there(self) -> Stored:
        """The cache that is there, or a new one."""
        if self._known is not None:
            with suppress(DamagedError):
                return opened_again(*self._known)
        own = own_folder(self.folder)
        final = (self.folder if self.stays else own) / self.origin.identity
        with suppress(DamagedError):
            return opened(final, self.origin.identity, self.beside)
        new = own / token_hex(8)
        write_cache(self.origin, new)
        _name(new, final, self.origin.identity, own)
        return opened(final, self.origin.identity, self.beside)

    def _renewed(self, damaged: Stored) -> Stored:
        """A new cache in place of one that is damaged, unless another thread has made it."""
        with self._lock:
            if self._found is damaged or self._found is None:
                self._known = None
                shutil.rmtree(damaged.folder, ignore_errors=True)
                self._found = self._there()
            return self._found


def _name(new: Path, final: Path, identity: str, own: Path) -> None:
    """Give a cache its name; one that another process has just written is taken in its place."""
    while True:
        try:
            new.rename(final)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES):
                raise
            with suppress(DamagedError):
                opened(final, identity)
                shutil.rmtree(new, ignore_errors=True)
                return
            with suppress(FileNotFoundError):
                os.rename(final, own / token_hex(8))  # noqa: PTH104 - as mkdir, of folders


def _batches(found: Stored, low: int, high: int, size: int) -> Iterator[Rows]:
    if found.is_checked(low, min(high, low + size)) and size < BLOCK:
        return found.rows(low, high, size)
    batches = found.rows(low, high, max(BLOCK, size // BLOCK * BLOCK))
    return regrouped(batches, size, ALL) if size % BLOCK else batches


def _counted(origin: Source, found: Stored) -> Source:
    """A numbered stream with the pieces that were found when the cache was written."""
    if not isinstance(origin, Numbered) or found.plan.marks is None:
        return origin
    marks, stored = found.plan.marks
    return Numbered(origin.stream, (tuple(Found(file, Mark(*at), rows) for file, at, rows in marks), stored))
