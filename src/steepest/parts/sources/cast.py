"""Cast: how the columns of a chunk of text become `Rows`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError, UsageError
from ...data.encoding.faults import CellError, row_of
from ...data.encoding.recipe import Recipe
from ...data.encoding.settings import Settings, Unknown
from ...data.encoding.text_column import Column, Text, is_missing_at, rows_without_gaps, taken
from ...data.in_rows import fill_rows
from ...data.layout import Table, spread
from ...data.readers.asked import Asked
from ...data.readers.cells import label_fault
from ...data.readers.columns import Sheet, Wanted, listed, refuse
from ...data.readers.response import known_offset
from ...data.readers.roles import Roles, choose
from ...data.rows import Rows

__all__ = ["Cast", "Labels", "cast_of"]

Line = Callable[[int], int | None]
Labels = dict[str, int]  # the code of each label, in the order of their first rows


class Cast(NamedTuple):
    """The role of each column of a table of text, and what is read of it."""

    roles: Roles
    wanted: tuple[Wanted, ...]
    labelled: bool  # whether the target is text, so that y holds codes of labels
    complete: bool  # whether rows with a gap get the weight 0
    settings: Settings | None = None  # by which a recipe is to be learnt from all rows
    recipe: Recipe | None = None  # how features become numbers, where they are not numbers without gaps
    unknown: str = "error"  # what a level is that the recipe does not know: an error, or "other"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of X."""
        return self.roles.features if self.recipe is None else self.recipe.names

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return () if self.roles.target is None else (self.roles.target, *self.roles.further)

    def rows(self, sheet: Sheet, columns: Sequence[Column], labels: Labels) -> Rows:
        """The rows of a chunk; labels that are new get a code.

        Raises
        ------
        DataError
            If a cell cannot have its role: with its line in the chunk.
        """
        kept = self.kept(columns)
        if kept is None or kept.all():
            rows = self._rows(columns, sheet, sheet.line, labels)
            return rows if kept is None or rows.weight is not None else rows._replace(weight=np.ones(len(kept)))
        places = np.flatnonzero(kept)
        rows = self._rows([taken(c, kept) for c in columns], sheet, lambda row: sheet.line(int(places[row])), labels)
        weight = np.ones(len(places)) if rows.weight is None else rows.weight
        y, weight, offset = (_spread(v, kept) for v in (rows.y, weight, rows.offset))
        return rows._replace(X=spread(rows.X, kept), y=np.asfortranarray(y), weight=weight, offset=offset)

    def _rows(self, columns: Sequence[Column], sheet: Sheet, line: Line, labels: Labels) -> Rows:
        read = dict(zip((one.name for one in self.wanted), columns, strict=True))
        X = self._table([read[name] for name in self.roles.features], len(is_missing_at(columns[0])), sheet, line)
        y = np.empty((X.shape[0], len(self.targets)), order="F")
        for j, target in enumerate(self.targets):
            column = read[target]
            y[:, j] = _codes(column, target, sheet, line, labels) if isinstance(column, Text) else column
        name = self.roles.weights
        weight = None if name is None else _weight(read[name], name, sheet, line)
        offset = known_offset(read, self.roles.offset, self.roles.exposure, sheet.file, line)
        return Rows(X, y, weight, offset, total=float(X.shape[0] if weight is None else weight.sum()))

    def kept(self, columns: Sequence[Column]) -> NDArray[np.bool_] | None:
        """Which rows have no gap, (m,), if the others are left out; None if gaps are refused or filled."""
        return rows_without_gaps(columns) if self.complete else None

    def _table(self, features: Sequence[Any], n: int, sheet: Sheet, line: Line) -> Table:
        if self.recipe is None:
            X = np.empty((n, len(features)))
            fill_rows(X, features)
            return X
        try:
            return self.recipe.encode(features, Unknown(self.unknown))[0]
        except CellError as error:
            at = None if error.row is None else line(error.row)
            problem, column, answer = error.problem, error.column, error.answer
            raise DataError(problem, file=sheet.file, line=at, column=column, answer=answer) from None


def cast_of(sheet: Sheet, asked: Asked) -> Cast:
    """The roles of the columns of a file, by its first rows.

    Raises
    ------
    UsageError
        If a name is unknown or used twice.
    """
    roles, settings, recipe = choose(sheet, asked), asked.settings, asked.recipe
    named = {*settings.reference, *settings.categories, *settings.dates}
    for name in sorted(named - set(roles.features)):
        raise UsageError(f"no feature is called {name!r}: there is {listed(roles.features)}")
    texts = sheet.text_names | named if recipe is None else recipe.text_columns
    labelled = roles.target in sheet.text_names and not roles.further
    wanted = roles.wanted(labelled, texts, asked.missing)
    if not wanted:
        raise UsageError(f"{sheet.file}: no column is asked for: name a target or a feature")
    encodes = recipe is None and (settings != Settings() or any(name in texts for name in roles.features))
    learnt = settings if encodes else None
    return Cast(roles, tuple(wanted), labelled, asked.missing == "drop", learnt, recipe, asked.unknown)


def _spread(values: NDArray[np.float64] | None, kept: NDArray[np.bool_]) -> Any:
    """Values of the rows that are kept, and 0 for the others."""
    if values is None:
        return None
    found = np.zeros((len(kept), *values.shape[1:]))
    found[kept] = values
    return found


def _codes(text: Text, name: str, sheet: Sheet, line: Line, labels: Labels) -> NDArray[np.int64]:
    """The code of the label of each row."""
    new = np.array([level not in labels and label_fault(level, sheet.form) is not None for level in text.levels], bool)
    if new.any():
        row = row_of(text, new)
        refuse(str(label_fault(text.levels[text.codes[row]], sheet.form)), sheet.file, name, row, line(row))
    codes: NDArray[np.int64] = np.array([labels.setdefault(level, len(labels)) for level in text.levels], np.int64)
    return codes[text.codes]


def _weight(column: Any, name: str, sheet: Sheet, line: Line) -> NDArray[np.float64]:
    if (column < 0).any():
        row = int((column < 0).argmax())
        refuse(f"weight {column[row]:g} is below zero: correct it", sheet.file, name, row, line(row))
    return np.ascontiguousarray(column)
