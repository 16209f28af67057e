"""Residents: rows of parts that lie in the memory of workers from pass to pass, and what is done with them there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ....core.errors import DataError
from ....data.encoding.faults import CellError
from ....data.regroup import rows_between
from ....data.rows import Rows
from ....data.tree import Summation
from ...coding import Coding
from ...part import Part
from ...sources.layout import Layout, holds_rounded
from ...sources.memory import MemorySource
from ...sources.source import Piece, Source
from ..task import Found, worked

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

    from ...works import Work

__all__ = [
    "Fact",
    "Like",
    "Resident",
    "Span",
    "Stretch",
    "cut",
    "fact_of",
    "facts_of",
    "partition_name",
    "rows_of",
    "worked_on",
]


Span = tuple[int, int]  # the number of a row, and that of the row after the last


class Fact(NamedTuple):
    """What is known of a partition that was computed."""

    rows: int
    schema: pa.Schema
    rounded: tuple[str, ...]  # columns with a whole number that double precision rounds


class Stretch(NamedTuple):
    """Consecutive rows of a partition."""

    partition: int
    low: int
    high: int


class Like(NamedTuple):
    """What the parts of a pass have in common."""

    around: Callable[[Source], Source] | None  # makes of a source what the pass reads
    how: Summation
    coding: Coding


class Resident(MemorySource):
    """Rows in the memory of a worker, known to be finite: piece 1 of a table whose piece 0 is all that stands before.

    Parameters
    ----------
    rows : Rows
    first : int
        The number of the first of them.
    """

    def __init__(self, rows: Rows, first: int) -> None:
        super().__init__(rows, tuple(f"x{j}" for j in range(rows.shape[1])))
        self.first = first

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The rows before, which are elsewhere, and these."""
        return Piece("", 0, self.first), Piece("", 1, self.rows.shape[0])

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """Views of the rows."""
        n = self.rows.shape[0]
        for low in range(start, n, size):
            yield rows_between(self.rows, low, min(n, low + size))

    def place(self, piece: int, row: int) -> str:
        """The row in the table, from 1."""
        return f"row {self.first * piece + row + 1:,}"


def partition_name(number: int) -> str:
    """How messages name a partition, from 0 as Dask counts them."""
    return f"partition {number}"


def fact_of(table: pa.Table) -> Fact:
    """Rows and types of a partition."""
    whole = [field.name for field in table.schema if str(field.type) in ("int64", "uint64")]
    return Fact(table.num_rows, table.schema, tuple(name for name in whole if holds_rounded(table.column(name))))


def facts_of(tables: Sequence[pa.Table]) -> list[Fact]:
    """Rows and types of some partitions."""
    return [fact_of(table) for table in tables]


def cut(table: pa.Table, low: int, high: int, schema: pa.Schema) -> pa.Table:
    """Some rows and columns of a partition, with the types of all partitions; what has these already is not copied."""
    return _typed(table.slice(low, high - low), schema)


def _typed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.table([_as(table.column(field.name), field.type) for field in schema], schema=schema)


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    from pyarrow import types

    if column.type == kind:
        return column
    plain = column.cast(column.type.value_type) if types.is_dictionary(column.type) else column
    return plain.cast(kind, safe=False)


def rows_of(
    layout: Layout, levels: tuple[str, ...] | None, stretches: Sequence[Stretch], schema: pa.Schema, *tables: pa.Table
) -> Rows:
    """The rows of some stretches of partitions, encoded, in C order.

    Raises
    ------
    DataError
        If a cell cannot be used: with partition and row.
    """
    for one, table in zip(stretches, tables, strict=True):
        if table.num_rows != one.high - one.low:
            problem = "it has another number of rows than before: let the collection have the same rows each time"
            raise DataError(problem, file=partition_name(one.partition))
    batches = [batch for table in tables for batch in _typed(table, schema).to_batches()]
    try:
        return layout.rows(batches, levels)
    except CellError as error:
        place = None if error.row is None else _place(stretches, error.row)
        raise DataError(error.problem, file=place, column=error.column, answer=error.answer) from None


def _place(stretches: Sequence[Stretch], row: int) -> str:
    for one in stretches:
        if row < one.high - one.low:
            return f"{partition_name(one.partition)}, row {one.low + row + 1:,}"
        row -= one.high - one.low
    raise IndexError("there are fewer rows")


def worked_on(work: Work, like: Like, firsts: Sequence[int], size: int, *rows: Rows) -> Found:
    """The forest of some parts whose rows lie on this worker."""
    return worked(work, [_part(like, *one) for one in zip(firsts, rows, strict=True)], size)


def _part(like: Like, first: int, rows: Rows) -> Part:
    source: Any = Resident(rows, first)
    around = source if like.around is None else like.around(source)
    return Part(around, range(1, 2), first, rows.shape[0], like.how, like.coding)
