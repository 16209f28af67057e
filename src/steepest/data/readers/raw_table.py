"""A table as it is read: columns of numbers and of text, which become numbers when it is encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError, UsageError
from ...core.shown_text import counted
from ...core.whole_numbers import EXACT, rounding_note
from ..csr import CSR
from ..encoding.condition import Condition
from ..encoding.faults import CellError
from ..encoding.recipe import Recipe, learn
from ..encoding.settings import Settings, Unknown
from ..encoding.text_column import Column, Text, is_missing_at, taken
from ..layout import take
from .asked import Asked
from .cells import is_missing, loses_digits
from .columns import Sheet, Wanted, labels_of, listed, refuse
from .response import joined, known_offset
from .roles import Roles, check_names
from .table_html import table_html

__all__ = ["RawTable", "Table", "columns_of", "is_large", "unused_index"]


class Table(NamedTuple):
    """Rows of numbers, with names and source."""

    X: NDArray[np.float64] | CSR  # (n, d), C order
    y: NDArray[Any] | None  # (n,) float64, or labels; (n, k) of several targets
    weight: NDArray[np.float64] | None  # (n,) >= 0, not all zero
    names: tuple[str, ...]  # (d,) of the features
    target: str | None  # the names of several with ", " between them
    source: str  # the file's name as shown in messages
    notes: tuple[str, ...] = ()  # what was decided about the file and is not obvious
    roundings: tuple[str, ...] = ()  # a note for each column with whole numbers that are no doubles
    offset: NDArray[np.float64] | None = None  # (n,) offset plus log of the exposure
    targets: tuple[str, ...] = ()  # names of the targets; y is (n, k) if there are k > 1
    decided: tuple[str, ...] = ()  # what was decided about columns, a line each
    recipe: Recipe | None = None  # how the columns were encoded; None if they are used as they are

    def _repr_html_(self) -> str:
        return table_html(self)


class RawTable(NamedTuple):
    """Columns that are not yet encoded.

    Attributes
    ----------
    columns : tuple of Column
        One (n,) for each of ``names``; none if the table is ``sparse``.
    line : callable
        The line where a row (from 0) stands; None for a file without lines.
    """

    columns: tuple[Column, ...]
    names: tuple[str, ...]
    n: int  # rows
    y: NDArray[Any] | None
    targets: tuple[str, ...]
    source: str
    weight: NDArray[np.float64] | None = None
    offset: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()
    roundings: tuple[str, ...] = ()
    line: Callable[[int], int | None] = lambda row: None
    sparse: CSR | None = None
    places: NDArray[np.int64] | None = None  # (n,) which rows of the file, from 0; None is all of them
    kept: Mapping[str, Sequence[Any]] = MappingProxyType({})  # cells of other columns, as the file spells them

    def encoded(self, settings: Settings | None = None) -> Table:
        """The table of numbers, by a recipe that is learnt from it.

        Raises
        ------
        DataError
            If a column or cell cannot be used: with file, line and column.
        UsageError
            If a setting names no column.
        """
        if self.sparse is not None or not self.columns:
            return self._table(self._bare, self.names)
        learnt = self._placed(lambda: learn(self.names, self.columns, settings or Settings()))
        table = self.encoded_by(learnt.recipe)
        return table._replace(decided=learnt.decided)

    def encoded_by(self, recipe: Recipe, unknown: str = "error") -> Table:
        """The same by a recipe learnt before; levels it does not know are refused, or taken as "other"."""
        if self.sparse is not None or not self.columns:
            return self._table(self._bare, self.names)
        met = Unknown(unknown)
        X, names = self._placed(lambda: recipe.encode(self.columns, met))
        found = self._table(X, names)._replace(recipe=None if recipe.plain else recipe)
        return found._replace(notes=(*found.notes, *met.notes))

    def rows(self, chosen: NDArray[np.int64]) -> RawTable:
        """The table of the chosen rows, in their order."""
        line = self.line
        return self._replace(
            columns=tuple(taken(column, chosen) for column in self.columns),
            n=len(chosen),
            y=None if self.y is None else self.y[chosen],
            weight=None if self.weight is None else self.weight[chosen],
            offset=None if self.offset is None else self.offset[chosen],
            line=lambda row: line(int(chosen[row])),
            sparse=None if self.sparse is None else _rows_of(self.sparse, chosen),
            places=chosen if self.places is None else self.places[chosen],
        )

    @property
    def target(self) -> str | None:
        """The name of the target, or the names of several."""
        return ", ".join(self.targets) or None

    @property
    def _bare(self) -> Any:
        """The table where there is nothing to encode: it is sparse, or has no columns."""
        return np.empty((self.n, 0)) if self.sparse is None else self.sparse

    def _table(self, X: Any, names: tuple[str, ...]) -> Table:
        known = (self.y, self.weight, names, self.target, self.source, self.notes, self.roundings)
        return Table(X, *known, self.offset, self.targets)

    def _placed(self, call: Callable[[], Any]) -> Any:
        """The answer of ``call``; the error of a cell gets its file and line."""
        try:
            return call()
        except CellError as error:
            line = None if error.row is None else self.line(error.row)
            row = "" if error.row is None or line is not None else f"row {error.row + 1}: "
            problem = f"{row}{error.problem}"
            raise DataError(problem, file=self.source, line=line, column=error.column, answer=error.answer) from None
        except DataError as error:
            raise DataError(error.problem, file=self.source) from None


def columns_of(sheet: Sheet, roles: Roles, asked: Asked) -> RawTable:
    """Read the columns of a sheet: the rows that fulfil a condition, without those with a gap if gaps are dropped."""
    text = _text_columns(sheet, roles, asked.settings) if asked.recipe is None else asked.recipe.text_columns
    wanted = roles.wanted(asked.labels, text, asked.missing)
    if not wanted and asked.recipe is None:
        raise UsageError(f"{sheet.file}: no column is asked for: name a target or a feature")
    counted_by = [Wanted(sheet.names[0], text=True, gaps=True)]  # of a model without columns
    chosen, columns = _chosen(sheet, wanted or counted_by, asked.where)
    whole = np.ones(len(chosen), bool)
    if asked.missing == "drop":
        whole = ~np.any([is_missing_at(column) for column in columns], axis=0)
        if not whole.any():
            raise DataError("each row has a missing value: fill them in, or say --missing mean", file=sheet.file)
    if not whole.all():
        chosen, columns = chosen[whole], [taken(column, whole) for column in columns]
    read = dict(zip((one.name for one in wanted), columns, strict=False))
    notes = (*sheet.notes, *unused_index(sheet, roles), *_dropped(int((~whole).sum()), len(whole)))
    return _raw(sheet, roles, read, _lines(sheet, chosen), len(chosen))._replace(notes=notes, places=chosen)


def _raw(sheet: Sheet, roles: Roles, read: dict[str, Column], line: Callable[[int], int | None], n: int) -> RawTable:
    """The table of the columns that were read, each in its role."""
    targets = () if roles.target is None else (roles.target, *roles.further)
    response = [_target(read[name], name, sheet, line) for name in targets]
    return RawTable(
        tuple(read[name] for name in roles.features),
        roles.features,
        n,
        joined(response) if response else None,
        targets,
        sheet.file,
        None if roles.weights is None else _weight(read[roles.weights], sheet, roles.weights, line),
        known_offset(read, roles.offset, roles.exposure, sheet.file, line),
        roundings=_roundings(sheet, read | dict(zip(targets, response, strict=True))),
        line=line,
    )


def _chosen(sheet: Sheet, wanted: Sequence[Wanted], where: Condition | None) -> tuple[NDArray[np.int64], list[Column]]:
    """The rows that fulfil a condition, and their wanted columns."""
    if where is None:
        columns = sheet.read(wanted)
        chosen = np.arange(len(is_missing_at(columns[0])))
    else:
        check_names(sheet, where.columns)
        text = sheet.text_names
        of_condition = [Wanted(name, "correct it", name in text, gaps=True) for name in where.columns]
        read = sheet.read([*(one._replace(gaps=True) for one in wanted), *of_condition])
        holds = where.holds(dict(zip(where.columns, read[len(wanted) :], strict=True)))
        chosen = np.flatnonzero(holds)
        columns = [taken(column, chosen) for column in read[: len(wanted)]]
        if len(holds) and not len(chosen):
            raise DataError("no row fulfils the condition of --where", file=sheet.file)
        _refuse_gaps(sheet, wanted, columns, _lines(sheet, chosen))
    if not len(chosen):
        raise DataError("no rows: add some", file=sheet.file)
    return chosen, columns


def _refuse_gaps(
    sheet: Sheet, wanted: Sequence[Wanted], columns: Sequence[Column], line: Callable[[int], int | None]
) -> None:
    for one, column in zip(wanted, columns, strict=True):
        gone = is_missing_at(column)
        if gone.any() and not one.gaps:
            row = int(gone.argmax())
            refuse(f"missing value: {one.fill}", sheet.file, one.name, row, line(row))


def _lines(sheet: Sheet, chosen: NDArray[np.int64]) -> Callable[[int], int | None]:
    """The line of each of the chosen rows."""
    return lambda row: sheet.line(int(chosen[row]))


def _text_columns(sheet: Sheet, roles: Roles, settings: Settings) -> frozenset[str]:
    """The features to be read as text."""
    asked = {
        "reference": settings.reference,
        "categories": settings.categories,
        "date": settings.dates,
    }
    for option, names in asked.items():
        for name in names:
            if name not in roles.features:
                raise UsageError(f"--{option}: no feature is called {name!r}: there is {listed(roles.features)}")
    return sheet.text_names | {*settings.reference, *settings.categories, *settings.dates}


def _target(column: Column, name: str, sheet: Sheet, line: Callable[[int], int | None]) -> NDArray[Any]:
    if isinstance(column, Text):
        return labels_of(column, name, sheet.file, line, sheet.form)
    return np.ascontiguousarray(column)


def is_large(column: Column | NDArray[Any]) -> bool:
    """Whether a column is of whole numbers that may have been rounded: 2^53 + 1 becomes 2^53."""
    if isinstance(column, Text) or column.dtype.kind != "f":
        return False
    present = column[~np.isnan(column)]
    if not len(present) or max(float(present.max()), -float(present.min())) < EXACT:
        return False
    return bool((present == np.floor(present)).all())


def _roundings(sheet: Sheet, read: Mapping[str, Any]) -> tuple[str, ...]:
    """A note for each column whose whole numbers were rounded."""
    large = [name for name, column in read.items() if is_large(column)]
    return tuple(rounding_note(f"column {name!r}") for name in large if _loses_digits(sheet, name))


def _loses_digits(sheet: Sheet, name: str) -> bool:
    form, cells = sheet.form, (cell for cell in sheet.cells(name) if not is_missing(cell))
    return any(loses_digits(cell if form.is_plain else str(form.plain(cell))) for cell in cells)


def unused_index(sheet: Sheet, roles: Roles) -> tuple[str, ...]:
    """A note of the index that is left out, unless the user chose the features."""
    left = [name for name in sheet.row_names if name not in (roles.target, roles.weights)]
    if roles.asked or not left:
        return ()
    return (f"the index of the rows, column {listed(left)}, is left out: name it among the features to use it",)


def _dropped(count: int, n: int) -> tuple[str, ...]:
    what = f"{counted(count, 'row')} of {n:,} {'has' if count == 1 else 'have'} a missing value and "
    return (f"{what}{'is' if count == 1 else 'are'} left out",) if count else ()


def _weight(column: Column, sheet: Sheet, name: str, line: Callable[[int], int | None]) -> NDArray[np.float64]:
    assert not isinstance(column, Text)
    if (column < 0).any():
        row = int((column < 0).argmax())
        refuse(f"weight {column[row]:g} is below zero: correct it", sheet.file, name, row, line(row))
    if not column.any():
        raise DataError("all weights are zero: give some row a weight above zero", file=sheet.file, column=name)
    return np.ascontiguousarray(column)


def _rows_of(X: CSR, chosen: NDArray[np.int64]) -> CSR:
    found = take(X, chosen)
    assert isinstance(found, CSR)  # as X is
    return found
