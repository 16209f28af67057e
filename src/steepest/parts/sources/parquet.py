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

__all__ = ["ParquetSource", "facts_of", "nulls_of", "scan_parquet"]

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
    return ParquetSource(files, facts_of_all(files, facts_of, KIND), asked)


def facts_of(file: File) -> Facts:
    """Schema and row groups of a file."""
    opened = _opened(file)
    meta = opened.metadata
    return Facts(opened.schema_arrow, tuple(meta.row_group(i).num_rows for i in range(meta.num_row_groups)))


def nulls_of(file: File) -> dict[str, int]:
    """Nulls of each column whose statistics count them."""
    meta, found = _footer(file), dict[str, int]()
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    for j in range(meta.num_columns):
        counted = [group.column(j).statistics for group in groups]
        if all(each is not None and each.has_null_count for each in counted):
            found[meta.schema.column(j).path] = sum(each.null_count for each in counted)
    return found


def _opened(file: File) -> ParquetFile:
    """A Parquet file, read by pages here, and by whole ranges of columns where each request has a latency."""
    from pyarrow.parquet import ParquetFile

    far = file.store.remote
    known, source = _footer(file), file.store.open(file.path, file.name)
    return ParquetFile(source, metadata=known, pre_buffer=far, buffer_size=0 if far else BUFFER)


@lru_cache(FOOTERS)
def _footer(file: File) -> FileMetaData:
    """The parsed footer, which all row groups of a file share."""
    from pyarrow.parquet import read_metadata

    return read_metadata(file.store.open(file.path, file.name))
