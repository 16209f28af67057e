"""A Spark DataFrame as a table: its rows are numbered and cut into blocks once, which stay with the executors."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import accumulate
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from ....core.errors import DataError, UsageError
from ....data.readers.asked import Asked
from ....data.tree import leaf_rows
from ...part import Part
from ...sources.arrow import LEVELS, ArrowSource
from ...sources.frames import is_a
from ...sources.schema import chosen_layout
from ...sources.source import Piece
from ..engine import Done, Found, Item
from ..here import Here
from ..roles import Roles
from ..task import rounds
from .blocks import CHANGED, PARTITION, Chunk, Cutter, completed, is_share, leaf_of, place, renamed, sent, unpacked
from .engine import Spark
from .frame_schema import TABLE, arrow_schema, refuse_vectors
from .jobs import Guarded, context_of, gathered, one_line
from .kept import Disk
from .passes import Pass, hashes, over

if TYPE_CHECKING:  # types alone
    import pyarrow as pa
    from pyspark import RDD, SparkContext

    from ...works import Work

__all__ = ["SparkSource", "spark_source"]

CHUNK = 1 << 23  # bytes of a chunk, about
ROW_BITS = 33  # of monotonically_increasing_id: the number of a row in its partition, below that of the partition
FETCHED = 1 << 18  # rows that are brought here at a time at most
NAMED = "{} of a Spark DataFrame must be the name of one of its columns"
ELSEWHERE = "the DataFrame belongs to another Spark session than engine=: leave engine out"


_gone: set[str] = set()  # tables whose files are no longer needed


def spark_source(table: Any, asked: Asked, roles: Roles, engine: object = None) -> SparkSource:
    """The source of a DataFrame."""
    own = context_of(table.sparkSession)
    if engine is not None and not (is_a(engine, "pyspark.sql", "SparkSession") and context_of(engine) is own):
        raise UsageError(ELSEWHERE)
    for role, name in roles._asdict().items():
        if not (name is None or isinstance(name, str) or (role == "target" and isinstance(name, Sequence))):
            raise UsageError(NAMED.format(role))
    return SparkSource(table, asked._replace(**roles._asdict()))


class SparkSource(ArrowSource):
    """The rows of a DataFrame, in the order of its partitions.

    Parameters
    ----------
    table : pyspark.sql.DataFrame
        It is persisted while the source is there, unless it is already: its rows must be the same each time.
    asked : Asked

    Notes
    -----
    Read here, rows come from Spark by a job for each piece. A pass is a job over the blocks.
    """

    resident = True

    def __init__(self, table: Any, asked: Asked) -> None:
        self.engine = InSpark(table.sparkSession)
        refuse_vectors(table, asked)
        super().__init__(chosen_layout(arrow_schema(table), asked, TABLE))
        stored, at = table.storageLevel, {name: f"c{i}" for i, name in enumerate(table.columns)}
        self.columns = {name: at[name] for name in self.layout.columns}  # by names that Spark takes as they are
        rows = table.toDF(*at.values()).select(*self.columns.values())
        self._kept: list[Any] = []
        self._last: tuple[Any, list[pa.RecordBatch]] = ((), [])
        self.token = token_hex(8)  # its name on the disks of the workers
        weakref.finalize(self, _released, self._kept, self.token).atexit = False
        self.table = rows if stored.useMemory or stored.useDisk else self._persisted(rows)

    @cached_property
    def partitions(self) -> dict[int, tuple[int, int]]:
        """Number of the first row, and rows, of each partition that has rows. Cost: the rows are counted, once."""
        from pyspark.sql.functions import spark_partition_id

        with one_line(self.context):
            counted = self.table.groupBy(spark_partition_id().alias("partition")).count().collect()
        counts = dict(sorted((row[0], row[1]) for row in counted))
        return dict(
            zip(counts, zip(accumulate(counts.values(), initial=0), counts.values(), strict=False), strict=True)
        )

    @property
    def context(self) -> SparkContext:
        """The context of the session."""
        return context_of(self.engine.session)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The partitions that have rows."""
        return tuple(Piece("", number, rows) for number, (_, rows) in self.partitions.items())

    @cached_property
    def identity(self) -> str:
        """A hash of the numbers themselves, leaf by leaf. Cost: a pass."""
        found = self.over(self.blocks, partial(hashes, self.leaf))
        ordered = sorted(pair for some in found for pair in some)
        return hashlib.sha256(repr((self.names, self.targets, ordered)).encode()).hexdigest()

    @cached_property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of the target, sorted, which Spark finds."""
        if not self.layout.labelled:
            return None
        import pyarrow as pa

        target = self.layout.targets[0]
        with one_line(self.context):
            found = self.table.select(self.columns[target]).distinct().limit(LEVELS + 1).collect()
        labels = [row[0] for row in found]
        if None in labels or len(labels) > LEVELS:
            return super().levels  # which says where
        return tuple(sorted(self.layout.labels(pa.RecordBatch.from_pydict({target: labels}))))

    @property
    def leaf(self) -> int:
        """Rows of a leaf."""
        return leaf_rows(len(self.names))

    @cached_property
    def blocks(self) -> RDD[Chunk]:
        """The RDD of chunks: whole leaves of each partition, and those that lie in several, which are joined."""
        cut = self._persisted(self._cut(self.token))
        if not any(first % self.leaf for first, _ in self.partitions.values()):
            return cut
        shares = cut.filter(is_share).keyBy(partial(leaf_of, self.leaf))
        whole = shares.groupByKey(self.engine.workers).values().map(completed)
        return self.context.union([cut, self._persisted(whole)])

    def _cut(self, token: str | None) -> RDD[Chunk]:
        """The RDD of chunks of each partition, on the disks of the workers if the table has a name there."""
        from pyspark.sql.functions import spark_partition_id

        row = 8 * (len(self.names) + 2)
        most = self.leaf * max(1, CHUNK // row // self.leaf)
        total = sum(piece.rows for piece in self.pieces)
        disk = None if token is None else Disk(token, self.names, self.targets, tuple(_gone))
        own = self.partitions, total, self.leaf, most, disk
        cutter: Any = Cutter(self.encoded, self.levels, *own)
        table = self.table.withColumn("partition", spark_partition_id())
        cutting = partial(renamed, (*self.columns, PARTITION), cutter)
        return table.mapInArrow(cutting, "chunk binary").rdd.map(unpacked)

    def over(self, blocks: RDD[Chunk], function: Callable[[Chunk], Any]) -> list[Any]:
        """What a function finds in each block; those that are no longer where they were are made again for it."""
        task = partial(over, function)
        told = gathered(self.context, lambda: blocks.mapPartitions(_guarded(task)).collect())
        if gone := sorted({number for each in told for number in each.gone}):
            again = self._cut(None).mapPartitions(_guarded(task))
            told += gathered(self.context, lambda: self.context.runJob(again, list, gone))
        return [found for each in told for found in each.found]

    def tasks(self) -> RDD[Chunk]:
        """The blocks, in so few partitions that tasks cost less than their work."""
        numbers = sum(piece.rows for piece in self.pieces) * (len(self.names) + 1)
        most = rounds(numbers, self.engine.workers) * self.engine.workers
        return self.blocks if self.blocks.getNumPartitions() <= most else self.blocks.coalesce(most)

    def noted(self, rounded: Iterable[str]) -> None:
        """Remember columns whose whole numbers were rounded."""
        self._rounded.update(rounded)

    def batches(self, piece: int, start: int, size: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Record batches of a partition, brought here by a job for each ``size`` rows, then for more at a time."""
        stop, number = self.pieces[piece].rows, self.pieces[piece].number
        while start < stop:
            end = min(stop, start + size)
            found = self._fetched(columns, number, start, end)
            if sum(batch.num_rows for batch in found) != end - start:
                raise DataError(CHANGED)
            yield from found
            start, size = end, min(2 * size, max(size, FETCHED))

    def place(self, piece: int, row: int) -> str:
        """The partition, as Spark numbers it, and the row there, from 1."""
        return place(self.pieces[piece].number, row)

    def _fetched(self, columns: tuple[str, ...], partition: int, start: int, stop: int) -> list[pa.RecordBatch]:
        """Some rows of a partition; those asked for last are known: the first of a table are wanted again and again."""
        import pyarrow as pa

        asked = columns, partition, start, stop
        if asked != self._last[0]:
            rows = self._between(partition, start, stop).select(*(self.columns[name] for name in columns))
            rows = rows.mapInArrow(sent, "batch binary").rdd
            with one_line(self.context):
                found = self.context.runJob(rows, list, [partition])
            batches = [batch for row in found for batch in pa.ipc.open_stream(bytes(row[0]))]
            self._last = asked, [batch.rename_columns(list(columns)) for batch in batches]
        return self._last[1]

    def _between(self, partition: int, start: int, stop: int) -> Any:
        """Rows start .. stop - 1 of a partition, found by Spark: a worker that leaves rows unread is ended by it."""
        from pyspark.sql.functions import monotonically_increasing_id

        first = partition << ROW_BITS
        return self.table.where(monotonically_increasing_id().between(first + start, first + stop - 1))

    def _persisted(self, table: Any) -> Any:
        from pyspark import StorageLevel

        kept = table.persist(StorageLevel.MEMORY_AND_DISK)
        self._kept.append(kept)
        return kept

    def __reduce__(self) -> Any:
        raise UsageError("the rows of a Spark DataFrame stay in its session: write it to files, and scan these")


class InSpark(Spark):
    """The engine of a DataFrame, whose parts are where its blocks are."""

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Work on the blocks in one job; other sources, such as a share of the rows, are read here."""
        if not parts:
            return
        source = parts[0].source
        if not isinstance(source, SparkSource):
            Here(1).run(work, parts, size, done)
            return
        rows, total = sum(part.rows for part in parts), sum(piece.rows for piece in source.pieces)
        ranges = None if rows == total else [(part.first, part.first + part.rows) for part in parts]
        task: Any = Pass(work, size, parts[0].how, parts[0].coding, ranges)
        found = source.over(source.tasks(), task)
        if ranges is None and sum(each.rows for each in found) != total:
            raise DataError(CHANGED)
        source.noted(name for each in found for name in each.rounded)
        self.told(work, [each.found for each in found], range(len(parts)), done)

    def map(
        self, function: Callable[[Item], Found], items: Iterable[Item], ahead: int | None = None
    ) -> Iterator[Found]:
        """What a function gives for each item; it runs here, as rows of a DataFrame are asked for from here alone."""
        return Here(1).map(function, items, ahead)


def _released(kept: list[Any], token: str) -> None:
    """Let executors forget the rows and blocks; files go when the next table is cut."""
    _gone.add(token)
    for table in reversed(kept):
        with suppress(Exception):  # the session may be stopped
            table.unpersist()


def _guarded(function: Callable[..., Any]) -> Callable[[Iterable[Chunk]], Iterator[Any]]:
    """For `mapPartitions`: one item for each partition."""
    guarded = Guarded(function)
    return lambda chunks: iter((guarded(chunks),))
