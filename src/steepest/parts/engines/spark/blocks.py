"""Blocks of a Spark DataFrame: what its workers cut out of partitions once, and what they do with it in each pass."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ....core.errors import DataError, SteepestError
from ....data.encoding.faults import CellError
from ....data.layout import arrays
from ....data.regroup import joined, rows_between
from ....data.rows import Rows
from ....data.tree import Summation
from ...coding import Coding
from ...part import Block
from ...sources.layout import Layout
from ..task import Found, worked

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

    Batchwise = Callable[..., Iterable[pa.RecordBatch]]

    from ...works import Work

__all__ = [
    "CHANGED",
    "PARTITION",
    "Chunk",
    "Cutter",
    "Pass",
    "Passed",
    "completed",
    "hashes",
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
    rows: Rows | None  # None if there is an error
    whole: bool = True  # whole leaves; otherwise a share of a leaf that lies in several partitions
    rounded: frozenset[str] = frozenset()  # columns with whole numbers that were rounded
    error: SteepestError | None = None


class Cutter(NamedTuple):
    """Makes chunks of a partition, in order: the end of a leaf, whole leaves, the beginning of a leaf."""

    layout: Layout
    levels: tuple[str, ...] | None
    partitions: Mapping[int, tuple[int, int]]  # number of the first row and rows, of those with rows
    total: int  # rows of the table
    leaf: int  # rows of a leaf
    most: int  # rows of a chunk at most, whole leaves

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The chunks, pickled, for `mapInArrow`."""
        import pyarrow as pa

        for chunk in self.chunks(iter(batches)):
            yield pa.RecordBatch.from_pydict({"chunk": [pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL)]})

    def chunks(self, batches: Iterator[pa.RecordBatch]) -> Iterator[Chunk]:
        """The chunks; an error is the last one."""
        first = next((batch for batch in batches if batch.num_rows), None)
        if first is None:
            return
        number = first.column(PARTITION)[0].as_py()
        begin, count = self.partitions.get(number, (0, 0))
        row = 0
        for size, group in taken(_chain(first, batches), self._sizes(begin, count)):
            if sum(batch.num_rows for batch in group) != size:
                yield Chunk(begin, None, error=DataError(CHANGED))
                return
            try:
                rows = self.layout.rows(group, self.levels)
            except CellError as error:
                yield Chunk(begin, None, error=_placed(error, number, row))
                return
            yield Chunk(begin + row, rows, self._whole(begin + row, size), frozenset(self.layout.rounded(group)))
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


class Passed(NamedTuple):
    """What a task of a pass gives back."""

    found: Found
    rows: int
    rounded: frozenset[str]


class Pass(NamedTuple):
    """A pass over the chunks of a partition."""

    work: Work
    size: int
    how: Summation
    coding: Coding
    ranges: Sequence[tuple[int, int]] | None  # first rows that count, from and to; None if all do

    def __call__(self, chunks: Iterable[Chunk]) -> Passed:
        """The sums of the leaves in them."""
        cut = _Cut(chunks, self)
        found = worked(self.work, [cut], self.size)  # type: ignore[list-item]  # of a part it asks for blocks and notes
        return Passed(found, cut.rows, frozenset(cut.rounded))


class _Cut:
    """The chunks of a partition as a part."""

    source = None  # it has no notes: what was rounded goes back beside the sums

    def __init__(self, chunks: Iterable[Chunk], asked: Pass) -> None:
        self.chunks, self.asked = chunks, asked
        self.rows = 0
        self.rounded: set[str] = set()

    def leaves(self, size: int) -> Iterator[Block]:
        """Blocks of at most ``size`` rows."""
        for chunk in self.chunks:
            if chunk.error is not None:
                raise chunk.error
            self.rounded |= chunk.rounded
            if chunk.rows is None or not chunk.whole or not self._counts(chunk.first):
                continue
            count = chunk.rows.shape[0]
            self.rows += count
            for low in range(0, count, size):
                rows = rows_between(chunk.rows, low, min(count, low + size))
                yield Block(chunk.first + low, self.asked.coding(rows), self.asked.how)

    def _counts(self, first: int) -> bool:
        ranges = self.asked.ranges
        return ranges is None or any(low <= first < high for low, high in ranges)


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


def _chain(first: pa.RecordBatch, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from others


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


def leaf_of(leaf: int, chunk: Chunk) -> int:
    """The number of the leaf that it begins in."""
    return chunk.first // leaf


def hashes(leaf: int, chunks: Iterable[Chunk]) -> list[tuple[int, str]]:
    """The hash of each leaf, after the number of its first row."""
    found = []
    for chunk in chunks:
        if chunk.error is not None:
            raise chunk.error
        if chunk.rows is None or not chunk.whole:
            continue
        for low in range(0, chunk.rows.shape[0], leaf):
            rows = rows_between(chunk.rows, low, min(chunk.rows.shape[0], low + leaf))
            digest = hashlib.sha256()
            for part in (*arrays(rows.X), rows.y, rows.weight, rows.offset):
                digest.update(np.ascontiguousarray(0 if part is None else part).tobytes())
            found.append((chunk.first + low, digest.hexdigest()))
    return found
