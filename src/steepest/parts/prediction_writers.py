"""Writers of predictions: columns block by block, as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from ..core.errors import UsageError
from ..core.shown_text import csv_cell

__all__ = ["Columns", "Writer", "writer_for"]

Columns = Mapping[str, Any]  # arrays, lists, or Arrow arrays, of one length


class Writer(Protocol):
    """Writes blocks of the same columns into an open file."""

    def write(self, columns: Columns) -> None:
        """Write the next rows."""

    def close(self) -> None:
        """Write what the format has at its end. The file itself stays open."""


def writer_for(path: str | Path) -> type[CsvWriter] | type[ParquetWriter]:
    """The writer of the format that a name ends with.

    Raises
    ------
    UsageError
        If the ending gives no format, or Parquet is asked for without pyarrow.
    """
    ending = Path(path).suffix.lower()
    if ending == ".csv":
        return CsvWriter
    if ending != ".parquet":
        raise UsageError(f"{path}: predictions are written as .csv or .parquet: end the name so")
    _arrow()
    return ParquetWriter


class CsvWriter:
    """Text, floats exactly; no cell is one that a spreadsheet would run."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._named = False

    def write(self, columns: Columns) -> None:
        """Write the next rows, the names of the columns before the first."""
        if not self._named:
            self._rows.writerow([csv_cell(name) for name in columns])
            self._named = True
        self._rows.writerows(zip(*(_cells(column) for column in columns.values()), strict=True))

    def close(self) -> None:
        """Hand over what is left."""
        self._text.detach()


class ParquetWriter:
    """Parquet, a row group for each block."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._writer: Any = None

    def write(self, columns: Columns) -> None:
        """Write a row group. The first one tells the types."""
        pa = _arrow()
        if self._writer is None:
            from pyarrow import parquet

            table = pa.table(dict(columns))
            self._writer = parquet.ParquetWriter(self._file, table.schema)
        self._writer.write_table(pa.table(dict(columns), schema=self._writer.schema))

    def close(self) -> None:
        """Write the footer."""
        if self._writer is not None:
            self._writer.close()


def _cells(column: Any) -> Sequence[Any]:
    cells: Sequence[Any] = column.to_pylist() if hasattr(column, "to_pylist") else column.tolist()
    texts = {cell for cell in cells if isinstance(cell, str)}
    safe = {text: csv_cell(text) for text in texts}
    return [safe[cell] if isinstance(cell, str) else cell for cell in cells] if texts else cells


def _arrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'steepest[files]'") from None
    return pa
