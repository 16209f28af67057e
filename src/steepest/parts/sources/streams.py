"""A function that makes an iterator of tables as a source: it is called again for every pass, and for every part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from ...core.errors import DataError, UsageError
from ...core.shown_text import counted
from ...data.readers.asked import Asked
from .arrow import ArrowSource, without
from .beside import asked_beside, beside
from .frames import arrow_table
from .schema import check_same, chosen_layout
from .source import Piece

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["Make", "StreamSource"]

STREAM = "the stream"


class Make(Protocol):
    """What makes tables anew, each time that it is called."""

    def __call__(self, columns: Sequence[str] | None) -> Iterable[Any]:
        """Record batches, tables, data frames, or tuples of arrays with these columns at least; None: with all."""


class StreamSource(ArrowSource):
    """The tables that a function makes: one piece, since they come one after the other.

    Parameters
    ----------
    make : Make
        Makes tables, or tuples of arrays (X, y) or (X, y, weights), with the same rows each time.
    asked : Asked
    rows : int, optional
        How many there are; by default they are counted in a pass of their own.
    schema : pyarrow.Schema, optional
        That of the tables; by default that of the first one.
    """

    remote = True
    identity = ""

    def __init__(self, make: Make, asked: Asked, rows: int | None = None, schema: pa.Schema | None = None) -> None:
        self.make, self.rows = make, rows
        if schema is None:
            first = next(iter(make(None)), None)
            if first is None:
                raise DataError("there are no rows: nothing to fit", file=STREAM)
            asked = _asked_of(asked, first)
            schema = _table(first).schema
        self.schema = schema
        super().__init__(chosen_layout(schema, asked, STREAM))
        self.identity = uuid4().hex  # nobody knows whether the rows are those of another function

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """One piece. Cost: a pass over one column, unless the rows are known."""
        rows = self.rows
        if rows is None:
            rows = sum(_table(item).num_rows for item in self.make(self.layout.columns[:1]))
        return (Piece(STREAM, 0, rows),)

    def batches(self, piece: int, start: int, size: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Record batches of all tables, which are made from the first one on.

        Another number of rows than at first is refused before the last of them is used.
        """
        most = self.pieces[piece].rows
        count, kept = 0, None
        for batch in self._batches(size, columns):
            count += batch.num_rows
            if count > most:
                raise _another(most)
            if kept is not None:
                yield from without(iter((kept,)), start)
                start = max(0, start - kept.num_rows)
            kept = batch
        if count < most:
            raise _another(most)
        if kept is not None:
            yield from without(iter((kept,)), start)

    def place(self, piece: int, row: int) -> str:
        """The row from the first one of the stream, from 1."""
        return f"{STREAM}, row {row + 1:,}"

    def _batches(self, size: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        for item in self.make(columns):
            table = _table(item)
            check_same(table.schema, self.schema, columns, (STREAM, "its first table"), exact=self.layout.single)
            yield from table.select(list(columns)).to_batches(size)


def _table(item: object) -> pa.Table:
    """What the function made, as an Arrow table."""
    return beside(*_arrays(item)) if isinstance(item, tuple) else arrow_table(item)


def _asked_of(asked: Asked, first: object) -> Asked:
    """The roles of the columns; those of arrays in a tuple are known."""
    return asked_beside(asked, *_arrays(first)[1:]) if isinstance(first, tuple) else asked


def _arrays(item: tuple[Any, ...]) -> tuple[Any, ...]:
    if not 1 <= len(item) <= 4:
        arrays = counted(len(item), "array")
        raise UsageError(f"the function makes a tuple of {arrays}: let it make (X, y), or (X, y, weights)")
    return item


def _another(rows: int) -> DataError:
    return DataError(f"not {rows:,} rows, as before: let the function make the same rows each time", file=STREAM)
