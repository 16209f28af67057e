"""Parquet files as a source: each row group is a piece, decoded batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ...data.readers.asked import Asked
from .files import File
from .typed_files import Facts, TypedFiles, facts_of_all

if TYPE_CHECKING:  # types alone
    import pyarrow as pa
    from pyarrow.parquet import FileMetaData, ParquetFile

__all__ = ["ParquetSource", "footer_of", "scan_parquet"]

KIND = "a Parquet file"
BUFFER = 1 << 18  # bytes of a file that are read at a time: pages, not whole columns
FOOTERS = 64  # that are kept


class ParquetSource(TypedFiles):
    """Row groups of Parquet files. Rows are decoded from the first one of their group on."""

    kind, unit = KIND, "row group"

    def _decoded(self, file: File, number: int, size: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
        opened = _opened(file)
        return (batch for batch in opened.iter_batches(size, [number], columns, use_threads=False))


def scan_parquet(files: Sequence[File], asked: Asked) -> ParquetSource:
    """The source of Parquet files, from their footers."""
    return ParquetSource(files, facts_of_all(files, _facts, KIND), asked)


def _facts(file: File) -> Facts:
    opened = _opened(file)
    meta = opened.metadata
    return Facts(opened.schema_arrow, tuple(meta.row_group(i).num_rows for i in range(meta.num_row_groups)))


def _opened(file: File) -> ParquetFile:
    """A Parquet file, read by pages here, and by whole ranges of columns where each request has a latency."""
    from pyarrow.parquet import ParquetFile

    far = file.store.remote
    known, source = footer_of(file), file.store.open(file.path, file.name)
    return ParquetFile(source, metadata=known, pre_buffer=far, buffer_size=0 if far else BUFFER)


@lru_cache(FOOTERS)
def footer_of(file: File) -> FileMetaData:
    """The parsed footer, which all row groups of a file share."""
    from pyarrow.parquet import read_metadata

    return read_metadata(file.store.open(file.path, file.name))
