"""The table of a page: read as ``fit`` reads it, its rows sampled, two labels as the classes 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, SteepestError, UsageError
from ..data.encoding.condition import read_condition
from ..data.layout import dense_rows, take
from ..data.readers.asked import Asked
from ..data.readers.raw_table import RawTable, Table
from ..data.readers.tables import read_columns
from ..data.readers.text_format import TextFormat
from ..lab.settings import Choice
from ..lab.table import MOST_COLUMNS, Column, PageTable, sampled_rows
from ..solve.model import Label
from .column_choice import ColumnChoice
from .table_input import class_numbers, classes_of
from .text import label_text

__all__ = ["as_read", "read_for_page", "table_for_page"]

MOST_CLASSES = 20  # of a target of text; one with more labels is a number with a fault


class PageFlags(Protocol):
    """The options that say which table a page holds."""

    @property
    def target(self) -> str | None:
        """-t; without it the reader of the page chooses."""

    @property
    def features(self) -> tuple[str, ...] | None:
        """-x."""

    @property
    def columns(self) -> ColumnChoice:
        """--drop, --where, --missing and so on."""

    @property
    def form(self) -> TextFormat:
        """--header, --delimiter, --decimal, --thousands, --encoding."""


def read_for_page(file: str, flags: PageFlags, choice: Choice) -> tuple[Table, tuple[Label, ...] | None]:
    """Read a table for a page, and the labels of its target if they are classes: by the chosen loss, else if two."""
    table = _raw(file, flags, choice).encoded(flags.columns.settings)
    if len(table.names) > MOST_COLUMNS:
        count = f"{len(table.names):,} columns"
        raise UsageError(f"{table.source}: {count} are more than the page holds, {MOST_COLUMNS}: name some with -x")
    named = table.y is not None and (table.y.dtype.kind == "U" or choice.of_classes)
    return table, classes_of(table, None) if named else None


def table_for_page(table: Table, classes: Sequence[Label] | None, edited: bool = False) -> PageTable:
    """The table of a page.

    Parameters
    ----------
    table : Table
    classes : sequence of labels or None
        The two labels of the target, which become 0 and 1; None if it is a number.
    edited : bool
        Whether it was not read as a command without options reads the file.
    """
    n = table.X.shape[0]
    places = sampled_rows(n)
    X = dense_rows(take(table.X, places), 0, len(places))
    columns = [Column(name, values) for name, values in zip(table.names, X.T, strict=True)]
    columns += [] if table.y is None else [_target(table, classes, places)]
    notes = (*table.notes, *table.roundings)
    edited = edited or table.recipe is not None
    return PageTable(Path(table.source).name, tuple(columns), table.target, n, notes, edited)


def as_read(choice: ColumnChoice, form: TextFormat) -> bool:
    """Whether a command that names the columns, and no other option, reads the same rows."""
    return choice._replace(drop=()) == ColumnChoice() and form == TextFormat()


def _raw(file: str, flags: PageFlags, choice: Choice) -> RawTable:
    """The table, its target as numbers if it can be: labels of millions of rows are slow to read."""
    if choice.loss is not None or flags.target is None or file == "-":  # which is read once
        return _read(file, flags, labels=choice.of_classes or (choice.loss is None and flags.target is not None))
    try:
        return _read(file, flags, labels=False)
    except DataError as fault:
        try:
            raw = _read(file, flags, labels=True)
        except SteepestError:
            raise fault from None
        labels = set() if raw.y is None else set(np.unique(raw.y).tolist())
        if 2 < len(labels) <= MOST_CLASSES and not any(map(_is_number, labels)):
            raise DataError(_many(len(labels)), file=raw.source, column=flags.target) from None
        if len(labels) != 2:
            raise  # it says which cell is not a number
        return raw


def _read(file: str, flags: PageFlags, labels: bool) -> RawTable:
    drop, where, settings = flags.columns
    condition = None if where is None else read_condition(where)
    asked = Asked(flags.target, flags.features, labels=labels, drop=drop, where=condition, settings=settings)
    return read_columns(file, asked, flags.form)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _many(count: int) -> str:
    return f"{count} classes, the page descends on two: choose rows with --where"


def _target(table: Table, classes: Sequence[Label] | None, places: NDArray[np.int64]) -> Column:
    assert table.y is not None
    assert table.target is not None
    if classes is None:
        return Column(table.target, table.y[places])
    if len(classes) > 2:
        raise DataError(_many(len(classes)), file=table.source, column=table.target)
    first, second = map(label_text, classes)
    return Column(table.target, class_numbers(table, tuple(classes))[places], (first, second))
