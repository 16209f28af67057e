"""Writers of predictions: columns block by block into an open file, as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..core.errors import UsageError
from ..core.shown_text import csv_cell

__all__ = ["Columns", "cells", "check_ending", "write_columns"]

Columns = Mapping[str, Any]  # arrays, sequences or Arrow arrays of one length, by name


FOLDER = ", or into a folder: end the name in /"


def check_ending(path: str | Path, mend: str = FOLDER) -> None:
    """Refuse a name whose ending gives no format, and Parquet without pyarrow; ``mend`` ends the message.

    Raises
    ------
    UsageError
        With what to do.
    """
    ending = Path(path).suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise UsageError(f"{path}: predictions are written as .csv or .parquet{mend}")
    if ending == ".parquet":
        _arrow()


def write_columns(file: BinaryIO, blocks: Iterator[Columns], ending: str) -> None:
    """Write blocks of the same columns, as the ending says."""
    (_write_parquet if ending == ".parquet" else _write_csv)(file, blocks)


def cells(column: object) -> Sequence[Any]:
    """The cells of a column of a block, of NumPy or of Arrow, or a sequence of cells."""
    if isinstance(column, Sequence):
        return column
    found: list[Any] = np.asarray(column).tolist() if isinstance(column, np.ndarray) else _of_arrow(column)
    return found


def _of_arrow(column: Any) -> list[Any]:
    found: list[Any] = column.to_pylist()
    return found


def _write_csv(file: BinaryIO, blocks: Iterator[Columns]) -> None:
    """Floats exactly; no cell is one that a spreadsheet would run."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        out = csv.writer(text, lineterminator="\n")
        for number, columns in enumerate(blocks):
            if number == 0:
                out.writerow(map(csv_cell, columns))
            out.writerows(zip(*map(_safe, columns.values()), strict=True))
    finally:
        text.detach()


def _safe(column: Any) -> Sequence[Any]:
    found = cells(column)
    safe = {text: csv_cell(text) for text in {cell for cell in found if isinstance(cell, str)}}
    return [safe[cell] if isinstance(cell, str) else cell for cell in found] if safe else found


def _write_parquet(file: BinaryIO, blocks: Iterator[Columns]) -> None:
    """A row group for each block; the first one tells the types."""
    pa = _arrow()
    from pyarrow.parquet import ParquetWriter

    writer, schema = None, None
    try:
        for columns in blocks:
            table = _table(columns, schema)
            if writer is None:
                schema = table.schema
                writer = ParquetWriter(file, schema)
            writer.write_table(table)
    except pa.ArrowException as error:
        raise UsageError(f"a column to keep has values of several types: write .csv ({str(error)[:80]})") from None
    finally:
        if writer is not None:
            writer.close()


def _table(columns: Columns, schema: Any) -> Any:
    table = _arrow().table({name: list(c) if isinstance(c, tuple) else c for name, c in columns.items()})
    return table if schema is None else table.cast(schema)


def _arrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'steepest[files]'") from None
    return pa
