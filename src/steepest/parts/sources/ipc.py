"""Arrow files (Feather is one) and streams as a source: each record batch is a piece, and is in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...data.readers.asked import Asked
from .files import File
from .typed_files import Facts, TypedFiles, facts_of_all

if TYPE_CHECKING:  # types alone
    import pyarrow as pa
    from pyarrow.ipc import RecordBatchFileReader, RecordBatchStreamReader

__all__ = ["IpcSource", "scan_arrow"]

KIND = "an Arrow file"
MAGIC = b"ARROW1"  # a file begins so, a stream does not


class IpcSource(TypedFiles):
    """Record batches of Arrow files; a stream is one piece."""

    kind, unit = KIND, "record batch"

    def _decoded(self, file: File, number: int, size: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
        with _opened(file, columns) as reader:
            for batch in _batches(reader, number):
                batch.validate(full=True)
                yield batch


def scan_arrow(files: Sequence[File], asked: Asked) -> IpcSource:
    """The source of Arrow files, whose record batches are counted."""
    return IpcSource(files, facts_of_all(files, _facts, KIND), asked)


def _facts(file: File) -> Facts:
    with _opened(file) as reader:
        schema = reader.schema
    with _opened(file, schema.names[:1]) as reader:
        if _is_file(reader):
            return Facts(schema, tuple(reader.get_batch(i).num_rows for i in range(reader.num_record_batches)))
        return Facts(schema, (sum(batch.num_rows for batch in reader),))


@contextmanager
def _opened(
    file: File, columns: Sequence[str] | None = None
) -> Iterator[RecordBatchFileReader | RecordBatchStreamReader]:
    """A reader of some columns; of all by default."""
    from pyarrow import ipc

    with file.store.open(file.path, file.name) as source:
        magic = source.read(len(MAGIC))
        source.seek(0)
        start = ipc.open_file if magic == MAGIC else ipc.open_stream
        reader = start(source)
        if columns is not None:
            wanted = [reader.schema.get_field_index(name) for name in columns]
            source.seek(0)
            reader = start(source, options=ipc.IpcReadOptions(included_fields=wanted, use_threads=False))
        yield reader


def _is_file(reader: RecordBatchFileReader | RecordBatchStreamReader) -> bool:
    from pyarrow.ipc import RecordBatchFileReader

    return isinstance(reader, RecordBatchFileReader)


def _batches(reader: RecordBatchFileReader | RecordBatchStreamReader, number: int) -> Iterator[pa.RecordBatch]:
    return iter((reader.get_batch(number),)) if _is_file(reader) else iter(reader)
