"""The table of a page: read as ``fit`` reads it, its rows sampled, two labels as the classes 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.record_types import Loss
from ..data.encoding.condition import read_condition
from ..data.layout import dense_rows, take
from ..data.readers.asked import Asked
from ..data.readers.raw_table import RawTable, Table
from ..data.readers.tables import read_columns
from ..data.readers.text_format import TextFormat
from ..lab.table import Column, sampled_rows
from ..solve.model import Label
from .column_choice import ColumnChoice
from .table_input import class_numbers, classes_of
from .text import label_text

__all__ = ["PageTable", "columns_of", "page_table"]

MOST_COLUMNS = 64


class PageTable(NamedTuple):
    """Columns of the rows that a page holds, the target last if there is one."""

    source: str
    columns: tuple[Column, ...]
    target: str | None
    rows: int  # of the whole table
    notes: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns but the target."""
        return tuple(column.name for column in self.columns if column.name != self.target)

    @property
    def classes(self) -> bool:
        """Whether the target has two classes: two labels, or the numbers 0 and 1."""
        y = self.columns[-1]
        return self.target is not None and (y.classes is not None or set(np.unique(y.values)) == {0.0, 1.0})


def page_table(
    file: str,
    target: str | None,
    features: tuple[str, ...] | None,
    choice: ColumnChoice,
    form: TextFormat,
    loss: Loss | None,
) -> PageTable:
    """Read a table for a page.

    Parameters
    ----------
    file : str
    target : str or None
        None leaves the choice to the reader of the page.
    features : tuple of str or None
    choice : ColumnChoice
    form : TextFormat
    loss : Loss or None
        The loss, if it is chosen: it says whether the target has labels.
    """
    labels = target is not None and (loss is None or bool(loss.labels))
    raw = _read(file, target, features, choice, form, labels)
    if labels and raw.y is not None and raw.y.dtype.kind == "U" and loss is None and len(np.unique(raw.y)) != 2:
        raw = _read(file, target, features, choice, form, labels=False)  # says which cell is not a number
    table = raw.encoded(choice.settings)
    if len(table.names) > MOST_COLUMNS:
        raise UsageError(
            f"{table.source}: {len(table.names):,} columns, the page holds {MOST_COLUMNS}: name some with -x"
        )
    named = table.y is not None and (table.y.dtype.kind == "U" or bool(loss and loss.labels))
    columns, rows = columns_of(table, classes_of(table, None) if named else None)
    return PageTable(table.source, columns, table.target, rows, (*table.notes, *table.roundings))


def columns_of(table: Table, classes: Sequence[Label] | None) -> tuple[tuple[Column, ...], int]:
    """The columns of a page of a table, its target last, and the number of rows that they are a sample of.

    Parameters
    ----------
    table : Table
    classes : sequence of labels or None
        The two labels of the target, which become 0 and 1; None if it is a number.
    """
    n = table.X.shape[0]
    chosen = sampled_rows(n)
    places = np.arange(n) if chosen is None else chosen
    X = dense_rows(take(table.X, places), 0, len(places))
    columns = [Column(name, values) for name, values in zip(table.names, X.T, strict=True)]
    return (*columns, *([] if table.y is None else [_target(table, classes, places)])), n


def _read(
    file: str,
    target: str | None,
    features: tuple[str, ...] | None,
    choice: ColumnChoice,
    form: TextFormat,
    labels: bool,
) -> RawTable:
    condition = None if choice.where is None else read_condition(choice.where)
    asked = Asked(target, features, labels=labels, drop=choice.drop, where=condition, settings=choice.settings)
    return read_columns(file, asked, form)


def _target(table: Table, classes: Sequence[Label] | None, places: NDArray[np.int64]) -> Column:
    assert table.y is not None
    assert table.target is not None
    if classes is None:
        return Column(table.target, table.y[places])
    if len(classes) > 2:
        problem = f"{len(classes)} classes, the page descends on two: choose rows with --where"
        raise DataError(problem, file=table.source, column=table.target)
    first, second = map(label_text, classes)
    return Column(table.target, class_numbers(table, tuple(classes))[places], (first, second))
