"""An Arrow table in memory as a source, in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from ...data.readers.asked import Asked
from .arrow import ArrowSource
from .frames import TABLE
from .schema import chosen_layout
from .source import Piece

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["FrameSource"]

PIECE = 1 << 16  # rows of a piece


class FrameSource(ArrowSource):
    """An Arrow table in memory.

    Parameters
    ----------
    table : pyarrow.Table
    asked : Asked
    """

    seeks = True

    def __init__(self, table: pa.Table, asked: Asked) -> None:
        super().__init__(chosen_layout(table.schema, asked, TABLE))
        self.table = table.select(list(self.layout.columns))

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Ranges of rows."""
        n = self.table.num_rows
        return tuple(Piece("", i, min(PIECE, n - low)) for i, low in enumerate(range(0, n, PIECE)))

    @cached_property
    def identity(self) -> str:
        """A hash of the values themselves."""
        digest = hashlib.sha256(repr(self.layout).encode())
        for batch in self.table.combine_chunks().to_batches(PIECE):
            digest.update(batch.serialize())
        return digest.hexdigest()

    def batches(self, piece: int, start: int, size: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Slices of the table, which are not copied."""
        rows = self.pieces[piece].rows - start
        yield from self.table.slice(piece * PIECE + start, rows).select(list(columns)).to_batches(size)

    def place(self, piece: int, row: int) -> str:
        """The row in the table, from 1."""
        return f"row {piece * PIECE + row + 1:,}"
