"""Tables that another library computes in batches: datasets of pyarrow, lazy frames of polars, streams of Arrow.

Each is a record that makes its batches anew, as `StreamSource` wants them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.errors import FileError, UsageError
from ...core.shown_text import visible
from ...data.readers.asked import Asked
from .source import Source
from .streams import StreamSource

if TYPE_CHECKING:  # types alone
    from polars import LazyFrame
    from pyarrow import RecordBatch, RecordBatchReader
    from pyarrow.dataset import Dataset

__all__ = ["Batches", "Collected", "Made", "Streamed", "files_of", "scan_dataset", "scan_lazy_frame"]

BATCH = 1 << 16  # rows


class Batches(NamedTuple):
    """Batches of a dataset, of whose files one is read at a time."""

    dataset: Dataset

    def __call__(self, columns: Sequence[str] | None) -> Iterator[RecordBatch]:
        """Record batches with these columns."""
        wanted = None if columns is None else list(columns)
        with_errors = self.dataset.to_batches(
            columns=wanted, batch_size=BATCH, batch_readahead=1, fragment_readahead=1, use_threads=False
        )
        return _told(with_errors)


class Collected(NamedTuple):
    """Batches of a lazy frame, which polars computes as they are asked for."""

    frame: LazyFrame

    def __call__(self, columns: Sequence[str] | None) -> Iterator[Any]:
        """Data frames with these columns."""
        wanted = self.frame if columns is None else self.frame.select(list(columns))
        try:
            collect = wanted.collect_batches
        except AttributeError:  # polars before 1.34
            return _told(_slices(wanted))
        return _told(collect(chunk_size=BATCH, maintain_order=True))


class Streamed(NamedTuple):
    """The batches of an object that exports a stream of Arrow each time that it is asked."""

    exporter: Any

    def __call__(self, columns: Sequence[str] | None) -> RecordBatchReader:
        """Record batches with all columns."""
        from pyarrow import RecordBatchReader

        return RecordBatchReader.from_stream(self.exporter)


class Made(NamedTuple):
    """What a function of the user makes."""

    function: Callable[[], Iterable[Any]]

    def __call__(self, columns: Sequence[str] | None) -> Iterable[Any]:
        """Tables with all columns."""
        made = self.function()
        if isinstance(made, Iterable):
            return made
        raise UsageError(f"the function makes {type(made).__name__}: let it make an iterator of tables or (X, y)")


def scan_dataset(dataset: Dataset, asked: Asked) -> Source:
    """The source of the batches of a dataset."""
    return StreamSource(Batches(dataset), asked, dataset.count_rows(), dataset.schema)


def files_of(dataset: Dataset) -> list[str]:
    """The Parquet files of a dataset, if they are on this machine and hold what it gives; else none."""
    from pyarrow.dataset import FileSystemDataset, ParquetFileFormat
    from pyarrow.fs import LocalFileSystem

    of_files = isinstance(dataset, FileSystemDataset) and isinstance(dataset.format, ParquetFileFormat)
    if not of_files or not isinstance(dataset.filesystem, LocalFileSystem) or dataset.partitioning.schema.names:
        return []
    try:
        first = next(iter(dataset.get_fragments()))
    except (ValueError, StopIteration):  # it chooses rows, or there are no files
        return []
    return list(dataset.files) if first.physical_schema.equals(dataset.schema) else []


def scan_lazy_frame(frame: LazyFrame, asked: Asked) -> Source:
    """The source of a lazy frame, whose rows polars counts."""
    import polars

    try:
        schema = polars.DataFrame(schema=frame.collect_schema()).to_arrow().schema
        rows = int(frame.select(polars.len()).collect().item())
    except Exception as error:  # the frame may do anything
        raise _failed(error) from None
    return StreamSource(Collected(frame), asked, rows, schema)


def _slices(frame: LazyFrame) -> Iterator[Any]:
    """Slices of a lazy frame, each computed for itself."""
    low = 0
    while (part := frame.slice(low, BATCH).collect()).height:
        yield part
        low += part.height


def _told(batches: Iterable[Any]) -> Iterator[Any]:
    """The batches; what the library raises is one line."""
    try:
        yield from batches
    except Exception as error:  # as above
        raise _failed(error) from None


def _failed(error: Exception) -> FileError:
    reason = visible(str(error).strip().splitlines()[0]) if str(error).strip() else type(error).__name__
    return FileError(f"the table cannot be computed ({reason}): check its files and what is done to them")
