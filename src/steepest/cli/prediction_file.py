"""Columns of predictions as CSV or Parquet."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from ..core.errors import UsageError
from ..core.files import write_new
from ..core.shown_text import csv_cell, visible

__all__ = ["check_ending", "write_csv", "write_predictions"]

Columns = Mapping[str, Sequence[Any]]


def check_ending(path: str) -> None:
    """Refuse a name whose ending gives no format, and Parquet without pyarrow.

    Raises
    ------
    UsageError
        With what to do.
    """
    ending = Path(path).suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise UsageError(f"{path}: predictions are written as .csv or .parquet: end the name so")
    if ending == ".parquet":
        _pyarrow()


def write_predictions(path: str, columns: Columns, force: bool) -> None:
    """Write columns into a file, complete or not at all."""
    parquet = Path(path).suffix.lower() == ".parquet"
    write_new(path, lambda file: _write_parquet(file, columns) if parquet else _write_text(file, columns), force)


def write_csv(file: TextIO, columns: Columns, head: bool = True) -> None:
    """Write columns as CSV, floats exactly, below a header; no cell is one that a spreadsheet would run."""
    terminal = file is sys.stdout and sys.stdout.isatty()
    out = csv.writer(file, lineterminator="\n")
    if head:
        out.writerow([_cell(name, terminal) for name in columns])
    out.writerows(zip(*(_cells(column, terminal) for column in columns.values()), strict=True))


def _cells(column: Sequence[Any], terminal: bool) -> Sequence[Any]:
    """The cells of a column; the csv module writes floats exactly."""
    texts = {cell for cell in column if isinstance(cell, str)}
    safe = {text: _cell(text, terminal) for text in texts}
    return [safe[cell] if isinstance(cell, str) else cell for cell in column] if texts else column


def _cell(text: str, terminal: bool) -> str:
    """A cell that no spreadsheet runs; on a terminal, one that gives it no orders."""
    return visible(csv_cell(text)) if terminal else csv_cell(text)


def _write_text(file: BinaryIO, columns: Columns) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    write_csv(text, columns)
    text.detach()  # flushed, and left open


def _write_parquet(file: BinaryIO, columns: Columns) -> None:
    pa = _pyarrow()
    from pyarrow import parquet

    try:
        table = pa.table({name: pa.array(list(column)) for name, column in columns.items()})
    except pa.ArrowException as error:
        raise UsageError(f"a column to keep has values of several types: write .csv ({str(error)[:80]})") from None
    parquet.write_table(table, file)


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'steepest[tables]'") from None
    return pa
