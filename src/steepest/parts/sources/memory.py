"""A table in memory as a source, in pieces of one leaf and more: the reference for all files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from ...core.errors import DataError
from ...data.finite import not_finite_at
from ...data.layout import Table, arrays, stored
from ...data.regroup import rows_between
from ...data.rows import Rows
from .layout import not_finite
from .source import Piece

__all__ = ["MemorySource"]

PIECE = 1 << 16  # rows of a piece


class MemorySource:
    """Rows that are in memory.

    Parameters
    ----------
    rows : Rows
        Dense ones in C order, or sparse ones.
    names, targets : tuple of str
        Names of the columns and of the targets.
    levels : tuple of str, optional
        Labels whose places y holds.
    truths : bool
        Whether these are true and false.
    """

    remote = False
    weights = None  # they are an array
    seeks = True
    waits = False

    def __init__(
        self,
        rows: Rows,
        names: tuple[str, ...],
        targets: tuple[str, ...] = ("y",),
        levels: tuple[str, ...] | None = None,
        truths: bool = False,
    ) -> None:
        self.rows, self.names, self.targets, self.levels, self.truths = rows, names, targets, levels, truths

    @property
    def stored(self) -> int | None:
        """Numbers stored in all sparse rows; None of dense ones."""
        return stored(self.rows.X)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Ranges of rows."""
        n = self.rows.shape[0]
        return tuple(Piece("", i, min(PIECE, n - low)) for i, low in enumerate(range(0, n, PIECE)))

    @cached_property
    def identity(self) -> str:
        """A hash of the numbers themselves."""
        digest, rows = hashlib.sha256(repr(self.names).encode()), self.rows
        for part in (*arrays(rows.X), rows.y, rows.weight, rows.offset):
            digest.update(np.ascontiguousarray(0 if part is None else part).tobytes())
        return digest.hexdigest()

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """Views of the rows."""
        first = piece * PIECE
        stop = first + self.pieces[piece].rows
        for low in range(first + start, stop, size):
            rows = rows_between(self.rows, low, min(stop, low + size))
            for names, values in ((self.names, rows.X), (self.targets, rows.y)):
                self._check(names, values, low)
            yield rows

    def _check(self, names: tuple[str, ...], values: Table, low: int) -> None:
        """Refuse a number that is not finite."""
        if (found := not_finite_at(values)) is None:
            return
        row, column, value = found
        raise DataError(f"row {low + row + 1:,}: {not_finite(value)}", column=names[column])

    def check(self, pieces: range | None = None) -> None:
        """Nothing: a table in memory is what it is."""

    def place(self, piece: int, row: int) -> str:
        """The row in the table, from 1."""
        return f"row {piece * PIECE + row + 1:,}"
