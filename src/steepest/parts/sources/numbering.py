"""Streams: files whose rows are counted only by reading them; and a stream as a source, after a pass that counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple, Protocol, cast

from ...data.encoding.recipe import Learnt
from ...data.layout import stored
from ...data.regroup import regrouped, rows_between
from ...data.rows import Rows
from .source import Piece, learnt_of, notes_of

__all__ = ["BEGIN", "Counted", "Found", "Mark", "Numbered", "Stream"]

PIECE = 1 << 24  # bytes of text from which a piece is ended


class Mark(NamedTuple):
    """Where a batch begins in its file."""

    at: int = 0  # bytes of text before it
    line: int = 0  # lines before it


BEGIN = Mark()


class Stream(Protocol):
    """Files that are read in order, one after the other. Some facts are known when all of them were read once."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, encoded, (d,); of sparse rows known after a pass."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets, (k,)."""

    @property
    def weights(self) -> str | None:
        """Name of the column of weights."""

    @property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of a target of text, sorted, known after a pass. None for a target of numbers."""

    @property
    def identity(self) -> str:
        """SHA-256 of all that the rows depend on."""

    @property
    def remote(self) -> bool:
        """Whether a second pass is expensive."""

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files, in the order of their rows."""

    def check(self, files: Iterable[int] | None = None) -> None:
        """Refuse files that are no longer as they were found; some of them alone."""

    def batches(self, file: int) -> Iterator[Rows]:
        """All rows of a file in order. Before the end of the first pass, they are to be `settled` after it."""

    def settled(self, rows: Rows) -> Rows:
        """A batch of the first pass as it is known after it: places of its labels, columns of its sparse rows."""

    def marked(self, file: int, start: Mark = BEGIN) -> Iterator[tuple[Mark | None, Rows]]:
        """The same from a mark on; each batch with its own mark, or None where no pass can begin."""

    def line(self, file: int, start: Mark, row: int) -> int:
        """The line of a row, counted from 0 from a mark on."""


class Named(Stream, Protocol):
    """A stream whose columns have names."""

    def cells(self, file: int, start: Mark, names: Sequence[str]) -> Iterator[tuple[object, ...]]:
        """Cells of each row from a mark on, as the file has them."""


class Found(NamedTuple):
    """A piece that a pass has found."""

    file: int
    start: Mark
    rows: int


Counted = tuple[tuple[Found, ...], int | None]


class Numbered:
    """A stream as a source. The first question about its rows makes a pass that counts them and checks every cell.

    Parameters
    ----------
    stream : Stream
    counted : Counted, optional
        What an earlier pass has found; then none is made.
    """

    def __init__(self, stream: Stream, counted: Counted | None = None) -> None:
        self.stream, self._counts = stream, counted

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        _ = self.counted
        return self.stream.names

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return self.stream.targets

    @property
    def weights(self) -> str | None:
        """The name of the column of weights."""
        return self.stream.weights

    @property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of a target of text, sorted."""
        _ = self.counted
        return self.stream.levels

    @property
    def learnt(self) -> Learnt | None:
        """The recipe that the stream learnt."""
        return learnt_of(self.stream)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the stream found out about columns and is no error."""
        return notes_of(self.stream)

    @property
    def identity(self) -> str:
        """That of the stream."""
        return self.stream.identity

    @property
    def remote(self) -> bool:
        """Whether a second pass is expensive."""
        return self.stream.remote

    seeks = False  # text is read from the beginning of a piece
    waits = False  # parsing costs more than the disk

    @property
    def stored(self) -> int | None:
        """Numbers stored in all sparse rows; None of dense ones."""
        return self.counted[1]

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Ranges of the files, each of about 16 MB of text."""
        firsts: dict[int, int] = {}
        return tuple(
            Piece(self.stream.files[one.file], i - firsts.setdefault(one.file, i), one.rows)
            for i, one in enumerate(self._found)
        )

    @property
    def _found(self) -> tuple[Found, ...]:
        return self.counted[0]

    @property
    def counted(self) -> Counted:
        """The pieces, and the numbers stored in all sparse rows. The first time it makes a pass."""
        if self._counts is None:
            deque(self.first_pass(), maxlen=0)
        assert self._counts is not None
        return self._counts

    def first_pass(self) -> Iterator[Rows]:
        """All rows in order, to be settled after the last, when they are counted."""
        found: list[Found] = []
        numbers: int | None = None
        for file in range(len(self.stream.files)):
            for i, (mark, rows) in enumerate(self.stream.marked(file)):
                if i == 0 or (mark is not None and mark.at - found[-1].start.at >= PIECE):
                    found.append(Found(file, mark or BEGIN, 0))
                found[-1] = found[-1]._replace(rows=found[-1].rows + rows.shape[0])
                if (some := stored(rows.X)) is not None:
                    numbers = (numbers or 0) + some
                yield rows
        self._counts = tuple(found), numbers

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """Rows ``start`` and on of a piece, in batches of ``size``."""
        found = self._found[piece]
        batches = (rows for _, rows in self.stream.marked(found.file, found.start))
        yield from regrouped(_without(map(self.stream.settled, batches), start), size, found.rows - start)

    def cells(self, piece: int, names: Sequence[str]) -> Iterator[tuple[object, ...]]:
        """Cells of each row of a piece, as the file has them, of a stream with named columns."""
        found, stream = self._found[piece], cast("Named", self.stream)
        return islice(stream.cells(found.file, found.start, names), found.rows)

    def check(self, pieces: range | None = None) -> None:
        """Refuse files that are no longer as they were found; those of some pieces alone."""
        self.stream.check(None if pieces is None else dict.fromkeys(self._found[piece].file for piece in pieces))

    def place(self, piece: int, row: int) -> str:
        """File and line of a row."""
        found = self._found[piece]
        return f"{self.stream.files[found.file]}, line {self.stream.line(found.file, found.start, row):,}"


def _without(batches: Iterator[Rows], skip: int) -> Iterator[Rows]:
    """The rows after the first ``skip``."""
    for rows in batches:
        low = min(skip, rows.shape[0])
        skip -= low
        if low < rows.shape[0]:
            yield rows_between(rows, low, rows.shape[0])
