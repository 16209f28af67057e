"""Blocks of a Spark DataFrame: what its workers cut out of partitions once, and what they do with it in each pass."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, NamedTuple

from ....core.errors import DataError, SteepestError
from ....data.encoding.faults import CellError
from ....data.regroup import joined, rows_between
from ....data.rows import Rows
from ...sources.layout import Layout

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

    from .kept import Disk, Kept

    Batchwise = Callable[..., Iterable[pa.RecordBatch]]


__all__ = [
    "CHANGED",
    "PARTITION",
    "Chunk",
    "Cutter",
    "completed",
    "is_share",
    "leaf_of",
    "place",
    "renamed",
    "sent",
    "unpacked",
]

PARTITION = "steepest: partition"  # the column with the number of a row's partition
CHANGED = "the DataFrame has other rows than when they were counted: persist it, or write it to files and scan these"


class Chunk(NamedTuple):
    """Rows of a partition in the layout of blocks."""

    first: int  # number of the first row in the table
    rows: Rows | None  # None if there is an error, or they are on a disk
    whole: bool = True  # whole leaves; otherwise a share of a leaf that lies in several partitions
    rounded: frozenset[str] = frozenset()  # columns with whole numbers that were rounded
    error: SteepestError | None = None
    kept: Kept | None = None  # the rows on a disk
    partition: int = 0

    def batches(self, size: int) -> Iterator[Rows]:
        """The rows, at most ``size`` at a time but for whole blocks of a cache."""
        if self.kept is not None:
            yield from self.kept.batches(size)
        elif self.rows is not None:
            for low in range(0, self.rows.shape[0], size):
                yield rows_between(self.rows, low, min(self.rows.shape[0], low + size))


class Cutter(NamedTuple):
    """Makes chunks of a partition, in order: the end of a leaf, whole leaves, the beginning of a leaf."""

    layout: Layout
    levels: tuple[str, ...] | None
    partitions: Mapping[int, tuple[int, int]]  # number of the first row and rows, of those with rows
    total: int  # rows of the table
    leaf: int  # rows of a leaf
    most: int  # rows of a chunk at most, whole leaves
    disk: Disk | None = None  # where whole leaves are kept

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The chunks, pickled, for `mapInArrow`."""
        import pyarrow as pa

        if self.disk is not None:
            self.disk.tidy()
        for chunk in self.kept(self.chunks(iter(batches))):
            yield pa.RecordBatch.from_pydict({"chunk": [pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL)]})

    def kept(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The chunks; whole leaves of a partition as one, on the disk of this machine where that has room."""
        for whole, some in groupby(chunks, _is_whole):
            if whole:
                yield from self._written(some)
            else:
                yield from some

    def _written(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        first = next(chunks)
        chunks = chain((first,), chunks)
        if self.disk is None or not self.disk.has_room(self.partitions[first.partition][1]):
            yield from chunks
            return
        rounded: set[str] = set()

        def rows() -> Iterator[Rows]:
            for chunk in chunks:
                rounded.update(chunk.rounded)
                if chunk.rows is not None:
                    yield chunk.rows

        kept = self.disk.keep(first.partition, rows())
        yield first._replace(rows=None, kept=kept, rounded=frozenset(rounded))

    def chunks(self, batches: Iterator[pa.RecordBatch]) -> Iterator[Chunk]:
        """The chunks; an error is the last one."""
        first = next((batch for batch in batches if batch.num_rows), None)
        if first is None:
            return
        number = first.column(PARTITION)[0].as_py()
        begin, count = self.partitions.get(number, (0, 0))
        row = 0
        for size, group in taken(chain((first,), batches), self._sizes(begin, count)):
            if sum(batch.num_rows for batch in group) != size:
                yield Chunk(begin, None, error=DataError(CHANGED))
                return
            try:
                rows = self.layout.rows(group, self.levels)
            except CellError as error:
                yield Chunk(begin, None, error=_placed(error, number, row))
                return
            whole, rounded = self._whole(begin + row, size), frozenset(self.layout.rounded(group))
            yield Chunk(begin + row, rows, whole, rounded, partition=number)
            row += size

    def _sizes(self, begin: int, count: int) -> Iterator[int]:
        """Rows of the chunks, then 0: there are no further rows."""
        head = min(count, -begin % self.leaf)
        end = begin + count
        tail = 0 if end == self.total else end % self.leaf
        middle = count - head - min(tail, count - head)
        sizes = (head, *(min(self.most, middle - low) for low in range(0, middle, self.most)), count - head - middle)
        yield from (size for size in sizes if size)
        yield 0

    def _whole(self, first: int, size: int) -> bool:
        end = first + size
        return first % self.leaf == 0 and (end % self.leaf == 0 or end == self.total)


def completed(shares: Iterable[Chunk]) -> Chunk:
    """The chunk of a leaf whose rows were in several partitions."""
    ordered = sorted(shares, key=lambda share: share.first)
    rounded = frozenset().union(*(share.rounded for share in ordered))
    return Chunk(ordered[0].first, joined([share.rows for share in ordered if share.rows is not None]), True, rounded)


def renamed(names: Sequence[str], function: Batchwise, batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
    """What a function makes of batches whose columns have these names: Spark takes a dot in a name for a path."""
    return function(batch.rename_columns(list(names)) for batch in batches)


def unpacked(row: Sequence[bytes]) -> Chunk:
    """The chunk of a row that a cutter made."""
    chunk: Chunk = pickle.loads(row[0])
    return chunk


def place(partition: int, row: int) -> str:
    """Where a row (from 0) of a partition stands, for messages."""
    return f"row {row + 1:,} of partition {partition}"


def taken(batches: Iterator[pa.RecordBatch], sizes: Iterable[int]) -> Iterator[tuple[int, list[pa.RecordBatch]]]:
    """Record batches, cut where need be, in groups of these sizes; the last group has what is left, and may be empty.

    A group of size 0 at the end is given only if rows are left.
    """
    left: pa.RecordBatch | None = None
    for size in sizes:
        group: list[pa.RecordBatch] = []
        count = 0
        while count < size or (size == 0 and not group):
            batch = next(batches, None) if left is None else left
            left = None
            if batch is None:
                break
            own = batch.slice(0, size - count) if size else batch
            if own.num_rows:
                group.append(own)
            count += own.num_rows
            if own.num_rows < batch.num_rows:
                left = batch.slice(own.num_rows)
        if size or group:
            yield size, group


def _placed(error: CellError, partition: int, row: int) -> DataError:
    """The error of a cell with its place; ``row`` is the first of its chunk."""
    where = place(partition, row + (error.row or 0))
    return DataError(error.problem, file=where, column=error.column, answer=error.answer)


def sent(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Record batches as streams of Arrow."""
    import pyarrow as pa

    for batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        yield pa.RecordBatch.from_pydict({"batch": [sink.getvalue().to_pybytes()]})


def is_share(chunk: Chunk) -> bool:
    """Whether other partitions have rows of its leaf too."""
    return chunk.error is None and not chunk.whole


def _is_whole(chunk: Chunk) -> bool:
    return chunk.error is None and chunk.whole


def leaf_of(leaf: int, chunk: Chunk) -> int:
    """The number of the leaf that it begins in."""
    return chunk.first // leaf
