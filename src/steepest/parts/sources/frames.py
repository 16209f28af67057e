"""Data frames and Arrow tables in memory as a source: of pandas, polars or pyarrow."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...core.errors import DataError, UsageError
from ...core.shown_text import visible
from ...data.readers.asked import Asked
from .arrow import ArrowSource
from .schema import chosen_layout
from .source import Piece

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["FrameSource", "arrow_table", "exports_arrow", "is_a", "is_frame", "refused_type"]

TABLE = "the table"
PIECE = 1 << 16  # rows of a piece
FRAMES = {"pyarrow": ("Table", "RecordBatch"), "pandas": ("DataFrame",), "polars": ("DataFrame",)}


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


def is_a(value: object, library: str, *names: str) -> bool:
    """Whether a value is of one of the classes of a library, which need not be loaded."""
    module = sys.modules.get(library)
    return module is not None and isinstance(value, tuple(vars(module)[name] for name in names if name in vars(module)))


def is_frame(table: object) -> bool:
    """Whether a table is a data frame or an Arrow table."""
    return any(is_a(table, library, *names) for library, names in FRAMES.items())


def exports_arrow(table: object) -> bool:
    """Whether another library offers a table as a stream of Arrow."""
    return hasattr(table, "__arrow_c_stream__")


def arrow_table(frame: Any) -> pa.Table:
    """A data frame as an Arrow table; columns of numbers without gaps are not copied.

    Raises
    ------
    DataError
        If Arrow has no type for a column.
    """
    import pyarrow as pa

    if is_a(frame, "pyarrow", "Table"):
        return frame
    if not (is_frame(frame) or isinstance(frame, dict) or exports_arrow(frame)):
        raise UsageError(f"{type(frame).__name__} is no table: give record batches, data frames or arrays (X, y)")
    try:
        if is_a(frame, "pandas", "DataFrame"):
            return pa.Table.from_pandas(frame, preserve_index=False)
        return frame.to_arrow() if is_a(frame, "polars", "DataFrame") else pa.table(frame)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise refused_type(error) from None


def refused_type(error: Exception, name: str | None = None) -> DataError:
    """The error of values that Arrow has no type for."""
    reason = visible("; ".join(map(str, error.args)) or type(error).__name__)
    return DataError(f"no column of one type ({reason}): correct it or leave it out", file=TABLE, column=name)
