"""Source: the protocol of a table that is read piece by piece, as often as it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from ...data.encoding.recipe import Learnt
from ...data.rows import Rows

__all__ = ["Piece", "Source", "has_truths", "is_resident", "learnt_of", "notes_of", "place_of"]


class Piece(NamedTuple):
    """Consecutive rows of a table that can be read by themselves: a row group, a range of a file, a file."""

    file: str  # as a message names it; "" for a table in memory
    number: int  # which row group or range of the file, from 0
    rows: int


class Source(Protocol):
    """A table in pieces. It is immutable and can be pickled, so that other processes can read it too."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, encoded, (d,)."""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces in the order of the rows: files sorted by name, rows as they come."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets, (k,); empty for rows to predict, whose y is (m, 0)."""

    @property
    def weights(self) -> str | None:
        """Name of the column of weights, if it is one."""

    @property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of a target of text, sorted: y holds their places. None for a target of numbers, which y holds."""

    @property
    def identity(self) -> str:
        """SHA-256 of all that the rows depend on: paths, sizes and times of files, columns, types, rules, versions."""

    @property
    def remote(self) -> bool:
        """Whether a second pass is expensive: text, or a file that is not on this machine."""

    @property
    def seeks(self) -> bool:
        """Whether `read` from any row on costs no more than the rows that are taken from it."""

    @property
    def waits(self) -> bool:
        """Whether a pass waits for the disk, so that blocks are worth reading ahead."""

    @property
    def stored(self) -> int | None:
        """Numbers stored in all sparse rows, known with the pieces; None of dense ones."""

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """Rows ``start`` and on of a piece, in order, in batches of at most ``size`` rows, of which most are full.

        X is (m, d), float64 or, where every column of the table is float32, float32, in C order; or `CSR`. y is
        (m, k) float64. Weights and offsets are there in every batch or in none. A batch is not changed after it was
        given, and memory is that of two batches.

        Raises
        ------
        DataError
            If a cell is missing, not finite or not a number, a file is damaged, or changed since it was opened: with
            file, place, row and column, and what to do.
        """

    def check(self, pieces: range | None = None) -> None:
        """Refuse what a pass would refuse at once: files that changed since they were found; of some pieces alone.

        Raises
        ------
        DataError
            If a file has another size or time of change, or is no longer there.
        """

    def place(self, piece: int, row: int) -> str:
        """Where a row of a piece (from 0) stands, for messages: file, row group or line, row."""


def place_of(source: Source, row: int) -> str:
    """Where a row of the table (from 0) stands, for messages."""
    for number, piece in enumerate(source.pieces):
        if row < piece.rows:
            return source.place(number, row)
        row -= piece.rows
    raise IndexError("the table has fewer rows")


def notes_of(source: object) -> tuple[str, ...]:
    """What reading a source found out about columns and is no error, such as whole numbers that are rounded."""
    notes: tuple[str, ...] = getattr(source, "notes", ())
    return notes


def learnt_of(source: object) -> Learnt | None:
    """The recipe that a source learnt or was given, and what was decided; None where the columns are used as they are.

    Cost: a pass over the columns whose rules depend on all rows, if it was not made before.
    """
    learnt: Learnt | None = getattr(source, "learnt", None)
    return learnt


def is_resident(source: object) -> bool:
    """Whether the rows of a source stay in the memory of the workers of its own engine from pass to pass."""
    resident: bool = getattr(source, "resident", False)
    return resident


def has_truths(source: object) -> bool:
    """Whether the labels of a source are true and false, which its ``levels`` spell as text."""
    truths: bool = getattr(source, "truths", False)
    return truths
