"""Parquet files as a source: each row group is a piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import DataError, FileError
from ...data.readers.asked import Asked
from ...data.readers.content import damaged
from .arrow import ArrowSource, without
from .files import File, changed, hash_of
from .layout import Layout
from .schema import check_same, chosen_layout
from .source import Piece
from .store import unreachable

if TYPE_CHECKING:  # types alone
    import pyarrow as pa
    from pyarrow.parquet import FileMetaData, ParquetFile

__all__ = ["Footer", "ParquetSource", "footer_of", "nulls_of", "scan_parquet"]

BUFFER = 1 << 18  # bytes of a file that are read at a time: pages, not whole columns
FOOTERS = 64  # that are kept


class Footer(NamedTuple):
    """What the footer of a file says."""

    schema: pa.Schema
    groups: tuple[int, ...]  # rows of each row group


class ParquetSource(ArrowSource):
    """Row groups of Parquet files of one layout.

    Parameters
    ----------
    files : sequence of File
    footers : sequence of Footer
    layout : Layout
    """

    def __init__(self, files: Sequence[File], footers: Sequence[Footer], layout: Layout) -> None:
        super().__init__(layout)
        self.files = tuple(files)
        self.remote = any(file.store.remote for file in files)
        self._starts = [list(accumulate(footer.groups, initial=0)) for footer in footers]
        self._groups = tuple((i, j) for i, footer in enumerate(footers) for j, rows in enumerate(footer.groups) if rows)
        self._pieces = tuple(Piece(files[i].name, j, footers[i].groups[j]) for i, j in self._groups)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The row groups, without empty ones."""
        return self._pieces

    @property
    def identity(self) -> str:
        """A hash of paths, sizes, times and layout."""
        return hash_of(self.files, "parquet", self.layout)

    def batches(self, piece: int, start: int, size: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Record batches of a row group; rows are decoded from its first one on."""
        i, group = self._groups[piece]
        file, left = self.files[i], self._pieces[piece].rows
        file.check()
        try:
            opened = open_parquet(file)
            for batch in without(opened.iter_batches(size, [group], list(columns), use_threads=False), start):
                left -= batch.num_rows
                yield batch.select(columns)  # for "a" pyarrow also reads "a.b"
        except (DataError, FileError):
            raise
        except Exception as error:  # the decoder may raise anything on a damaged file
            file.check()
            raise unusable(file, error) from None
        if left != start:
            raise changed(file.name)

    def place(self, piece: int, row: int) -> str:
        """File, row group, and row of the file, all from 1."""
        i, group = self._groups[piece]
        return f"{self.files[i].name}, row group {group + 1}, row {self._starts[i][group] + row + 1:,}"


def footer_of(file: File) -> Footer:
    """Schema and row groups of a file.

    Raises
    ------
    FileError
        If it is damaged or cannot be read.
    """
    try:
        opened = open_parquet(file)
        meta = opened.metadata
        return Footer(opened.schema_arrow, tuple(meta.row_group(i).num_rows for i in range(meta.num_row_groups)))
    except FileError:
        raise
    except Exception as error:  # as above
        raise unusable(file, error) from None


def nulls_of(file: File) -> dict[str, int]:
    """Nulls of each column whose statistics count them."""
    meta, found = _footer(file), dict[str, int]()
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    for j in range(meta.num_columns):
        counted = [group.column(j).statistics for group in groups]
        if all(each is not None and each.has_null_count for each in counted):
            found[meta.schema.column(j).path] = sum(each.null_count for each in counted)
    return found


def open_parquet(file: File) -> ParquetFile:
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


def unusable(file: File, error: Exception) -> FileError:
    """The error of a file that could not be read to its end."""
    if isinstance(error, OSError) and error.strerror:
        return unreachable(file.name, error)
    return damaged(file.name, "a Parquet file")


def scan_parquet(files: Sequence[File], asked: Asked) -> ParquetSource:
    """The source of Parquet files, from their footers.

    Raises
    ------
    DataError
        If the files have different columns or types, or types that cannot be used.
    """
    footers = [footer_of(file) for file in files]
    layout = chosen_layout(footers[0].schema, asked, files[0].name)
    for file, footer in zip(files[1:], footers[1:], strict=True):
        check_same(footer.schema, footers[0].schema, layout.columns, file.name, files[0].name)
    return ParquetSource(files, footers, layout)
