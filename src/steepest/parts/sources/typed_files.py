"""Files of typed columns as a source: what Parquet and Arrow files have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import DataError, SteepestError
from ...data.readers.asked import Asked
from ...data.readers.content import damaged
from .arrow import ArrowSource, without
from .files import File, changed, hash_of
from .folders import folder_columns, with_folders
from .schema import check_same, chosen_layout
from .source import Piece
from .store import unreachable

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["Facts", "TypedFiles", "facts_of_all", "unusable"]


class Facts(NamedTuple):
    """What a file says of itself before its rows are read."""

    schema: pa.Schema
    counts: tuple[int, ...]  # rows of each row group or record batch


class TypedFiles(ArrowSource):
    """Row groups or record batches of files of one layout. A format gives ``_decoded``.

    Parameters
    ----------
    files : sequence of File
    facts : sequence of Facts
    asked : Asked

    Raises
    ------
    DataError
        If the files have different columns or types, or types that cannot be used.
    """

    kind = ""  # as messages name a file
    unit = ""  # as messages name a piece

    def __init__(self, files: Sequence[File], facts: Sequence[Facts], asked: Asked) -> None:
        first = facts[0].schema
        self.folders = folder_columns(files, asked, first.names)
        super().__init__(chosen_layout(with_folders(first, self.folders), asked, files[0].name))
        own = [name for name in self.layout.columns if name not in self.folders]
        for file, found in zip(files[1:], facts[1:], strict=True):
            check_same(found.schema, first, own, (file.name, files[0].name))
        self.files = tuple(files)
        self.remote = any(file.store.remote for file in files)
        self._firsts = [list(accumulate(found.counts, initial=0)) for found in facts]
        known = [(i, j, rows) for i, found in enumerate(facts) for j, rows in enumerate(found.counts) if rows]
        self._at = tuple((i, j) for i, j, _ in known)
        if not known:
            raise DataError("there are no rows: nothing to fit", file=files[0].name)
        self._pieces = tuple(Piece(files[i].name, j, rows) for i, j, rows in known)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The row groups or record batches, without empty ones."""
        return self._pieces

    @property
    def identity(self) -> str:
        """A hash of paths, sizes, times and layout."""
        return hash_of(self.files, self.kind, self.layout)

    def check(self, pieces: range | None = None) -> None:
        """Refuse files that are no longer as they were found; those of some pieces alone."""
        for i in range(len(self.files)) if pieces is None else dict.fromkeys(self._at[piece][0] for piece in pieces):
            self.files[i].check()

    def place(self, piece: int, row: int) -> str:
        """File, row group or record batch, and row of the file, all from 1."""
        i, j = self._at[piece]
        return f"{self.files[i].name}, {self.unit} {j + 1}, row {self._firsts[i][j] + row + 1:,}"

    def batches(self, piece: int, start: int, size: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Record batches of a piece."""
        i, j = self._at[piece]
        file, left = self.files[i], self._pieces[piece].rows - start
        own = [name for name in columns if name not in self.folders]
        file.check()
        for batch in without(self._checked(file, j, size, own or self._any_column(columns)), start):
            left -= batch.num_rows
            yield with_folders(batch, self.folders, file.partition).select(list(columns))
        if left:
            raise changed(file.name)

    @abstractmethod
    def _decoded(self, file: File, number: int, size: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Record batches of a row group or record batch, with these columns and perhaps others."""

    def _checked(self, file: File, number: int, size: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._decoded(file, number, size, columns)
        except Exception as error:  # the decoder may raise anything on a damaged file
            raise unusable(file, error, self.kind) from None

    def _any_column(self, columns: tuple[str, ...]) -> list[str]:
        """A column of the files, by which the rows of columns of folders alone are counted."""
        own = [name for name in self.layout.columns if name not in self.folders]
        if not own:
            raise DataError(f"all columns are those of folders: {', '.join(columns)}: name one of the files")
        return own[:1]


def facts_of_all(files: Sequence[File], read: Callable[[File], Facts], kind: str) -> list[Facts]:
    """The facts of each file.

    Raises
    ------
    FileError
        If a file is damaged or cannot be read.
    """
    found = []
    for file in files:
        try:
            found.append(read(file))
        except Exception as error:  # as above
            raise unusable(file, error, kind) from None
    return found


def unusable(file: File, error: Exception, kind: str) -> SteepestError:
    """The error of a file that could not be read to its end."""
    if isinstance(error, SteepestError):
        return error
    try:
        file.check()
    except SteepestError as told:
        return told
    if isinstance(error, OSError) and error.strerror:
        return unreachable(file.name, error)
    return damaged(file.name, kind)
