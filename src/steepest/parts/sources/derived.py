"""Derived: a source that is another one in all but what it changes."""

from __future__ import annotations

from collections.abc import Iterator

from ...data.encoding.recipe import Learnt
from ...data.rows import Rows
from .source import Piece, Source, has_truths, learnt_of, notes_of

__all__ = ["Derived"]


class Derived:
    """The rows of a source.

    Parameters
    ----------
    origin : Source
    """

    def __init__(self, origin: Source) -> None:
        self.origin = origin

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.origin.names

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces."""
        return self.origin.pieces

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return self.origin.targets

    @property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of a target of text."""
        return self.origin.levels

    @property
    def weights(self) -> str | None:
        """The name of the column of weights."""
        return self.origin.weights

    @property
    def truths(self) -> bool:
        """Whether the labels are true and false."""
        return has_truths(self.origin)

    @property
    def learnt(self) -> Learnt | None:
        """How columns became numbers."""
        return learnt_of(self.origin)

    @property
    def notes(self) -> tuple[str, ...]:
        """What reading found out about columns and is no error."""
        return notes_of(self.origin)

    @property
    def identity(self) -> str:
        """What the rows depend on."""
        return self.origin.identity

    @property
    def remote(self) -> bool:
        """Whether a second pass is expensive."""
        return self.origin.remote

    @property
    def seeks(self) -> bool:
        """Whether some rows can be read alone."""
        return self.origin.seeks

    @property
    def waits(self) -> bool:
        """Whether a pass waits for the disk."""
        return self.origin.waits

    @property
    def stored(self) -> int | None:
        """Numbers stored in all sparse rows; None of dense ones."""
        return self.origin.stored

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """The rows."""
        return self.origin.read(piece, start, size)

    def check(self, pieces: range | None = None) -> None:
        """Refuse files that changed."""
        self.origin.check(pieces)

    def place(self, piece: int, row: int) -> str:
        """Where a row stands."""
        return self.origin.place(piece, row)
