"""Collections of Dask as sources: data frames and arrays whose partitions lie on the workers of a cluster."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ....core.errors import SteepestError
from ....core.whole_numbers import rounding_note
from ....data.readers.asked import Asked
from ....data.regroup import rows_between
from ....data.rows import Rows
from ...reading import first_rows
from ...sources.arrow import ArrowSource
from ...sources.frames import TABLE
from ...sources.schema import check_same, chosen_layout, kind_of
from ...sources.source import Piece, Source
from ..roles import Roles
from .cluster import GONE, connected, refuse_closed
from .homes import Alone, Home, OnWorkers, error_of, refused, result_of
from .partitions import Partitions, partitions_of
from .residents import Fact, Span, Stretch, cut, partition_name, rows_of
from .workers import Workforce

if TYPE_CHECKING:  # types alone
    import pyarrow as pa
    from distributed import Future

__all__ = ["DaskTable", "dask_source"]

FETCHED = 1 << 16  # rows that come from a worker at a time


def dask_source(table: Any, asked: Asked, roles: Roles, workers: Workforce | None) -> Source:
    """The source of a collection.

    Parameters
    ----------
    table : dask.dataframe.DataFrame or dask.array.Array
    asked : Asked
    roles : Roles
    workers : Workforce or None
        They compute the partitions. None: Dask does so in this process.

    Raises
    ------
    UsageError, DataError
        If the roles do not suit the table, or a partition cannot be computed.
    """
    if workers is not None:
        refuse_closed(workers.client)
    found = partitions_of(table, asked, roles)
    home: Home = Alone(found.tables) if workers is None else OnWorkers(workers, found.tables)
    return DaskTable(found, home)


class DaskTable(ArrowSource):
    """A collection of Dask: its pieces are its partitions.

    Parameters
    ----------
    partitions : Partitions
    home : Home
        Where they are computed. All of them are computed here, since their lengths are asked for.
    """

    seeks = True
    around = None  # a pass reads it as it is

    def __init__(self, partitions: Partitions, home: Home) -> None:
        self.home, self.token = home, partitions.token
        self.facts = home.facts()
        self.schema = common_schema(self.facts)
        super().__init__(chosen_layout(self.schema, partitions.asked, TABLE))
        first = next((i for i, fact in enumerate(self.facts) if fact.rows), 0)
        for i, fact in enumerate(self.facts):
            if fact.rows:
                files = partition_name(i), partition_name(first)
                check_same(
                    _without_gaps(fact.schema, self.schema), self.schema, self.layout.columns, files, exact=False
                )
        self._rounded |= {name for fact in self.facts for name in fact.rounded}
        self._rows: dict[Span, Any] = {}  # futures of Rows

    @property
    def remote(self) -> bool:  # type: ignore[override]
        """Whether a second pass is expensive: partitions that lie on workers stay there."""
        return not self.resident

    @property
    def resident(self) -> bool:
        """Whether the rows stay in the memory of workers."""
        return isinstance(self.home, OnWorkers)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out about columns and is no error."""
        return tuple(rounding_note(f"column {name!r}") for name in self.layout.whole if name in self._rounded)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The partitions."""
        return tuple(Piece(partition_name(i), 0, fact.rows) for i, fact in enumerate(self.facts))

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Number of the first row of each partition, and the number of rows."""
        return first_rows(self)

    @cached_property
    def identity(self) -> str:
        """A hash of Dask's name for the collections and of the layout."""
        return hashlib.sha256(repr((self.token, self.layout)).encode()).hexdigest()

    def place(self, piece: int, row: int) -> str:
        """The row in its partition, from 1."""
        return f"{partition_name(piece)}, row {row + 1:,}"

    def batches(self, piece: int, start: int, size: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Record batches of a partition, which come to this process a stretch at a time."""
        schema = self._typed(columns)
        stretches = self._stretches(piece, start, max(size, FETCHED))
        wanted = list(islice(stretches, 8))
        while wanted and wanted[0].partition == piece:
            yield from self.home.cuts(wanted, schema).to_batches(size)
            wanted = [*wanted[1:], *islice(stretches, 1)]

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """Rows of a partition, from the rows on the workers if these are there."""
        if not self._all_placed or not isinstance(self.home, OnWorkers):
            yield from super().read(piece, start, size)
            return
        low, high = int(self.starts[piece]) + start, int(self.starts[piece + 1])
        for (first, stop), rows in sorted(self._rows.items()):
            for at in range(max(first, low), min(stop, high), size):
                end = min(at + size, stop, high) - first
                with connected(self.home.client):
                    some = self.home.client.submit(rows_between, rows, at - first, end, pure=False)
                yield result_of(self.home.workers, some, TABLE)

    @property
    def _all_placed(self) -> bool:
        """Whether all rows are on workers."""
        there = all(future.status != GONE for future in self._rows.values())
        return there and sum(stop - first for first, stop in self._rows) == self.starts[-1]

    def placed(self, spans: Sequence[Span]) -> list[Any]:
        """A future of the rows of each span, on a worker; made once, and again if it got lost."""
        assert isinstance(self.home, OnWorkers)
        refuse_closed(self.home.client)
        wanted = list(spans)
        if any(future.status == GONE for future in self._rows.values()):
            wanted = list(dict.fromkeys((*self._rows, *spans)))
            self._rows.clear()
        if missing := [span for span in wanted if span not in self._rows]:
            partitions = self.home.futures
            with connected(self.home.client):
                self._rows |= {span: self._made(span, partitions) for span in missing}
            self.home.release()
        return [self._rows[span] for span in spans]

    def refused(self, future: Future) -> SteepestError:
        """What the rows of a span raised, in one line; they are made anew the next time."""
        self._rows.clear()
        return refused(error_of(future), TABLE)

    def _made(self, span: Span, partitions: Sequence[Any]) -> Any:
        """A future of the rows of a span. Of a partition that it cuts, only the rows of the span travel."""
        assert isinstance(self.home, OnWorkers)
        client, schema = self.home.client, self._typed(self.layout.columns)
        stretches, tables = self._within(*span), []
        for one in stretches:
            whole = (one.low, one.high) == (0, self.pieces[one.partition].rows)
            table = partitions[one.partition]
            tables.append(table if whole else client.submit(cut, table, one.low, one.high, schema, pure=False))
        return client.submit(rows_of, self.encoded, self.levels, stretches, schema, *tables, pure=False)

    def _within(self, low: int, high: int) -> list[Stretch]:
        """The stretches of partitions that make up some rows."""
        found, starts = [], self.starts
        piece = int(np.searchsorted(starts, low, side="right")) - 1
        while low < high:
            stop = min(high, int(starts[piece + 1]))
            if stop > low:
                found.append(Stretch(piece, low - int(starts[piece]), stop - int(starts[piece])))
            low, piece = max(low, stop), piece + 1
        return found

    def _stretches(self, piece: int, start: int, size: int) -> Iterator[Stretch]:
        """The rows from one on in the order in which they are probably asked for."""
        for number in range(piece, len(self.pieces)):
            rows = self.pieces[number].rows
            for low in range(start, rows, size):
                yield Stretch(number, low, min(rows, low + size))
            start = 0

    def _typed(self, columns: Sequence[str]) -> pa.Schema:
        import pyarrow as pa

        return pa.schema([self.schema.field(name) for name in columns])


def common_schema(facts: Sequence[Fact]) -> pa.Schema:
    """The types of all partitions with rows: of a column without values the type of others, of numbers the widest."""
    import pyarrow as pa

    schemas = [fact.schema for fact in facts if fact.rows] or [facts[0].schema]
    fields = [pa.field(name, _common([s.field(name).type for s in schemas])) for name in schemas[0].names]
    return pa.schema(fields)


def _common(kinds: Sequence[pa.DataType]) -> pa.DataType:
    import pyarrow as pa

    known = list(dict.fromkeys(kind for kind in kinds if not pa.types.is_null(kind)))
    if len(known) < 2:
        return known[0] if known else pa.null()
    names = {kind_of(kind) for kind in known}
    return {"number": pa.float64(), "text": pa.string()}.get(names.pop(), known[0]) if len(names) == 1 else known[0]


def _without_gaps(schema: pa.Schema, like: pa.Schema) -> pa.Schema:
    """A schema in which a column without values has the type that it has elsewhere."""
    import pyarrow as pa

    return pa.schema([like.field(f.name) if pa.types.is_null(f.type) else f for f in schema])
