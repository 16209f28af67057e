"""Predictions of a table in parts: computed batch by batch where they are asked for, never all of them in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from ..core.errors import DataError, FileError, UsageError
from ..core.files import check_new, write_new
from ..core.shown_text import csv_cell, visible
from ..data.rows import Rows
from .parts import Parts
from .sources.arrow import ArrowSource, grouped

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["Predictions", "cells", "check_target"]

Columns = Mapping[str, Any]  # arrays (m,) of numbers or labels, by name
ENDINGS = (".csv", ".parquet")


class Predictions:
    """The predictions of all rows, in their order.

    Parameters
    ----------
    table : Parts
    of : callable
        Gives the columns of predictions of some rows, arrays (m,) by name.
    keep : sequence of str
        Columns of the files that stand before them.

    Examples
    --------
    >>> from steepest import scan
    >>> found = Predictions(scan([[1.0], [2.0]], [0.0, 0.0]), lambda rows: {"prediction": 2 * rows.X[:, 0]})
    >>> len(found), np.asarray(found).tolist()
    (2, [2.0, 4.0])
    """

    def __init__(self, table: Parts, of: Callable[[Rows], Columns], keep: Sequence[str] = ()) -> None:
        if keep and not isinstance(table.source, ArrowSource):
            raise UsageError("columns are kept of Parquet and Arrow files: leave --keep out for this format")
        self.table, self.of, self.keep = table, of, tuple(keep)
        if keep:
            _check_names(table.source, self.keep)

    def __len__(self) -> int:
        return self.table.shape[0]

    def batches(self) -> Iterator[dict[str, Any]]:
        """The columns of each batch of rows. Cost: one pass over the data."""
        return (columns for piece in range(len(self.table.source.pieces)) for columns in self._of_piece(piece))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """All predictions, (n,) or (n, k), in memory."""
        del copy  # they are new
        found = [np.column_stack(list(columns.values())) for columns in self.batches()]
        whole = np.concatenate(found)
        return (whole[:, 0] if whole.shape[1] == 1 else whole).astype(dtype or whole.dtype, copy=False)

    def write(self, path: str | Path, *, force: bool = False) -> None:
        """Write them as .csv or .parquet, complete or not at all; or into a folder, a Parquet file for each file.

        Raises
        ------
        UsageError
            If the name has another ending.
        FileError
            If it exists and ``force`` is false, or cannot be written.
        """
        check_target(path, force)
        if not _is_folder(path):
            write_new(path, lambda file: _write(file, self.batches(), Path(path).suffix.lower()), force)
            return
        Path(path).mkdir(exist_ok=True)
        for number, pieces in enumerate(self._files()):
            batches = (columns for piece in pieces for columns in self._of_piece(piece))
            name = Path(path) / f"part-{number:05d}.parquet"
            write_new(name, lambda file, own=batches: _write(file, own, ".parquet"), force)  # type: ignore[misc]

    def _of_piece(self, piece: int) -> Iterator[dict[str, Any]]:
        source, size, row = self.table.source, self.table.block, 0
        kept = grouped(source.batches(piece, 0, size, self.keep), size) if isinstance(source, ArrowSource) else iter(())
        for rows in source.read(piece, 0, size):
            own = dict(zip(self.keep, _arrays(next(kept), self.keep), strict=True)) if self.keep else {}
            try:
                yield {**own, **self.of(rows)}
            except DataError as error:
                raise DataError(error.problem, file=source.place(piece, row)) from None
            row += rows.shape[0]

    def _files(self) -> list[list[int]]:
        """The pieces of each file."""
        found: dict[str, list[int]] = {}
        for number, piece in enumerate(self.table.source.pieces):
            found.setdefault(piece.file, []).append(number)
        return list(found.values())


def check_target(path: str | Path, force: bool) -> None:
    """Refuse, before any work is done, a path that `Predictions.write` would refuse after it."""
    if _is_folder(path):
        if Path(path).is_dir() and any(Path(path).iterdir()) and not force:
            raise FileError(f"{visible(str(path))} is not empty: name a new folder, or add --force to overwrite files")
        return
    if Path(path).suffix.lower() not in ENDINGS:
        raise UsageError(f"{path}: predictions are written as .csv or .parquet, or into a folder: end the name in /")
    check_new(path, force)


def _check_names(source: Any, names: tuple[str, ...]) -> None:
    """Refuse a column that the files do not have."""
    for name in names:
        try:
            next(source.batches(0, 0, 1, (name,)))
        except (KeyError, IndexError):
            raise UsageError(f"{source.pieces[0].file} has no column {name!r}: keep one that it has") from None


def _is_folder(path: str | Path) -> bool:
    return str(path).endswith("/") or Path(path).is_dir()


def _arrays(batches: Sequence[pa.RecordBatch], names: Sequence[str]) -> list[Any]:
    """Columns of record batches as Arrow has them."""
    import pyarrow as pa

    table = pa.Table.from_batches(batches)
    return [table.column(name) for name in names]


def _write(file: BinaryIO, batches: Iterator[Columns], ending: str) -> None:
    (_write_parquet if ending == ".parquet" else _write_csv)(file, batches)


def _write_parquet(file: BinaryIO, batches: Iterator[Columns]) -> None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    writer = None
    for columns in batches:
        table = pa.table(dict(columns))
        writer = ParquetWriter(file, table.schema) if writer is None else writer
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _write_csv(file: BinaryIO, batches: Iterator[Columns]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    out = csv.writer(text, lineterminator="\n")
    for number, columns in enumerate(batches):
        if number == 0:
            out.writerow([csv_cell(name) for name in columns])
        safe = [[csv_cell(cell) if isinstance(cell, str) else cell for cell in cells(c)] for c in columns.values()]
        out.writerows(zip(*safe, strict=True))
    text.detach()


def cells(column: object) -> list[object]:
    """The cells of a column of a batch, of NumPy or of Arrow."""
    found: list[object] = np.asarray(column).tolist() if isinstance(column, np.ndarray) else _of_arrow(column)
    return found


def _of_arrow(column: Any) -> list[object]:
    found: list[object] = column.to_pylist()
    return found
