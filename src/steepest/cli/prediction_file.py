"""Predictions of a table in memory: into a file, or as CSV to standard output."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from ..core.files import write_new
from ..core.shown_text import csv_cell, visible
from ..parts.prediction_writers import check_ending, write_columns

__all__ = ["check_file", "write_csv", "write_predictions"]

Columns = Mapping[str, Sequence[Any]]


def check_file(path: str) -> None:
    """Refuse a name whose ending gives no format, and Parquet without pyarrow.

    Raises
    ------
    UsageError
        With what to do.
    """
    check_ending(path, ": end the name so")


def write_predictions(path: str, columns: Columns, force: bool) -> None:
    """Write columns into a file, complete or not at all."""
    write_new(path, lambda file: write_columns(file, iter([columns]), Path(path).suffix.lower()), force)


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
