"""Cast: how the columns of a chunk of text become `Rows`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.aliases import Answer
from ...core.errors import DataError, UsageError
from ...data.encoding.faults import CellError, row_of
from ...data.encoding.recipe import Recipe
from ...data.encoding.settings import Unknown
from ...data.encoding.text_column import Column, Text, is_missing_at, taken
from ...data.in_rows import fill_rows
from ...data.readers.asked import Asked
from ...data.readers.cells import label_fault
from ...data.readers.columns import Sheet, Wanted, refuse
from ...data.readers.response import known_offset
from ...data.readers.roles import Roles, choose
from ...data.rows import Rows

__all__ = ["Cast", "Labels", "cast_of"]

Labels = dict[str, int]  # the code of each label, in the order of their first rows
Line = Callable[[int], int | None]


class Cast(NamedTuple):
    """The role of each column of a table of text, and what is read of it."""

    roles: Roles
    wanted: tuple[Wanted, ...]
    labelled: bool  # whether the target is text, so that y holds codes of labels
    whole: bool  # whether rows with a gap are left out
    recipe: Recipe | None = None

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
        line: Line = sheet.line
        if self.whole and (gone := np.any([is_missing_at(column) for column in columns], axis=0)).any():
            kept = np.flatnonzero(~gone)
            columns, line = [taken(column, kept) for column in columns], lambda row: sheet.line(int(kept[row]))
        read = dict(zip((one.name for one in self.wanted), columns, strict=True))
        X = self._table([read[name] for name in self.roles.features], len(is_missing_at(columns[0])), sheet, line)
        y = np.empty((len(X), len(self.targets)), order="F")
        for j, name in enumerate(self.targets):
            column = read[name]
            y[:, j] = _codes(column, name, sheet, line, labels) if isinstance(column, Text) else column
        weight = (
            None if self.roles.weights is None else _weight(read[self.roles.weights], self.roles.weights, sheet, line)
        )
        offset = known_offset(read, self.roles.offset, self.roles.exposure, sheet.file, line)
        return Rows(X, y, weight, offset, total=float(len(X) if weight is None else weight.sum()))

    def _table(self, features: Sequence[Any], n: int, sheet: Sheet, line: Line) -> Any:
        if self.recipe is None:
            X = np.empty((n, len(features)))
            fill_rows(X, features)
            return X
        try:
            return self.recipe.encode(features, Unknown())[0]
        except CellError as error:
            at = None if error.row is None else line(error.row)
            problem, column, answer = error.problem, error.column, error.answer
            raise DataError(problem, file=sheet.file, line=at, column=column, answer=answer) from None


def cast_of(sheet: Sheet, asked: Asked) -> Cast:
    """The roles of the columns of a file, by its first rows.

    Raises
    ------
    DataError
        If a feature is text and no recipe says how it is encoded.
    UsageError
        If a name is unknown or used twice, or a setting needs all rows at once.
    """
    roles, recipe, texts = choose(sheet, asked), asked.recipe, sheet.text_names
    if recipe is None and asked.settings.missing not in ("error", "drop"):
        raise UsageError(f"missing={asked.settings.missing!r} needs a mean: use missing='drop', or fill the gaps in")
    if recipe is None and (found := [name for name in roles.features if name in texts]):
        answer = Answer("leave it out with {}, or encode it as numbers", (("drop", found[0]),))
        raise DataError("text or dates in a feature", file=sheet.file, column=found[0], answer=answer)
    labelled = roles.target in texts and not roles.further
    wanted = roles.wanted(labelled, frozenset() if recipe is None else recipe.text_columns, asked.missing)
    if not wanted:
        raise UsageError(f"{sheet.file}: no column is asked for: name a target or a feature")
    return Cast(roles, tuple(wanted), labelled, asked.missing == "drop", recipe)


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
