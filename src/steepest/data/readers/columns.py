"""Columns from rows or arrays: finite float64 numbers or labels, or one line that names the first bad cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError
from ..encoding.faults import row_of
from ..encoding.text_column import ABSENT, Column, Text
from .cells import FILL, as_labels, as_numbers, is_missing, is_numeric, label_fault, number_fault, shown, spelled
from .text_format import PLAIN, TextFormat

__all__ = [
    "Rows",
    "Sheet",
    "Wanted",
    "collect",
    "holds_text",
    "labels_of",
    "listed",
    "numbers_of",
    "refuse",
    "text_of_column",
    "unique_names",
]

Rows = Iterator[tuple[int, Sequence[Any]]]  # (line number, cells) of each row
LISTED = 20  # names shown in a message
BLOCK = 1 << 15  # rows converted at a time: as text they need ten times the memory


class Wanted(NamedTuple):
    """A column to be read."""

    name: str
    mend: str = ""  # the remedy for a cell that is not a number
    text: bool = False  # of text, else of numbers
    gaps: bool = False  # whether values may be missing
    fill: str = FILL  # the remedy for a missing value, if none may be


class Sheet(Protocol):
    """A file whose column names are known and whose columns are not read yet."""

    @property
    def file(self) -> str:
        """Name as shown to people."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""

    @property
    def numbered(self) -> bool:
        """Whether the file names no columns, so that they are called c1, c2, ..."""

    @property
    def row_names(self) -> tuple[str, ...]:
        """Columns that name or number the rows: no features, unless the user names them."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about the file and is not obvious, a sentence each."""

    @property
    def form(self) -> TextFormat:
        """How numbers are written, if they are text."""

    @property
    def own_target(self) -> str | None:
        """The column the format itself calls the target."""

    @property
    def own_weights(self) -> str | None:
        """The column the format itself calls weights."""

    @property
    def text_names(self) -> frozenset[str]:
        """Columns that hold text, by their type or by the first rows."""

    def read(self, wanted: Sequence[Wanted]) -> list[Column]:
        """Return the columns (n,): of numbers, NaN at its gaps, or of text."""

    def cells(self, name: str) -> Iterable[Any]:
        """Return the cells of a column as the file spells or keeps them. Cost: it may be read again."""

    def line(self, row: int) -> int | None:
        """Return the line where row ``row`` (from 0) stands, None for a file without lines."""


def refuse(problem: str, file: str, column: str, row: int, line: int | None = None) -> NoReturn:
    """Raise DataError for a cell: by its line, or by its row (from 0) where a file has no lines."""
    words = problem if line is not None else f"row {row + 1}: {problem}"
    raise DataError(words, file=file, line=line, column=column)


def unique_names(names: Sequence[str], file: str, line: int | None = None, mend: str = "rename one") -> tuple[str, ...]:
    """Names without surrounding blanks, empty ones replaced by c<i>; an error if two are equal.

    Examples
    --------
    >>> unique_names(["", " TV", "Sales"], "Advertising.csv")
    ('c1', 'TV', 'Sales')
    """
    spelled = [name.strip() for name in names]
    full = tuple(name or f"c{i}" + "_" * (f"c{i}" in spelled) for i, name in enumerate(spelled, 1))
    known: set[str] = set()
    for name in full:
        if name in known:
            raise DataError(f"two columns are called {name!r}: {mend}", file=file, line=line)
        known.add(name)
    return full


def listed(names: Sequence[str]) -> str:
    """Names as a message lists them, on one line, the first twenty.

    Examples
    --------
    >>> listed(["TV", "Sales"]), listed([])
    ('TV, Sales', 'none')
    """
    first = ", ".join(name if name.isprintable() else repr(name) for name in names[:LISTED])
    return (first or "none") if len(names) <= LISTED else f"{first}, ... ({len(names)} in all)"


def collect(
    rows: Rows, names: Sequence[str], wanted: Sequence[Wanted], file: str, form: TextFormat | None = None
) -> list[Column]:
    """Columns from rows of cells, a block of rows at a time.

    Numbers are written as ``form`` says; None: as Python writes them, in a file that no format is given for.
    """
    place = {name: j for j, name in enumerate(names)}
    parts: list[list[NDArray[Any]]] = [[] for _ in wanted]
    levels: list[dict[str, int]] = [{} for _ in wanted]
    while block := list(islice(rows, BLOCK)):
        lines = [line for line, _ in block]
        for part, known, one in zip(parts, levels, wanted, strict=True):
            j = place[one.name]
            cells = [fields[j] for _, fields in block]
            part.append(_codes(cells, one, known, file, lines) if one.text else _numbers(cells, one, file, lines, form))
    whole = [np.concatenate(part) if part else np.zeros(0) for part in parts]
    return [
        Text(column.astype(np.int32), tuple(known)) if one.text else column
        for column, known, one in zip(whole, levels, wanted, strict=True)
    ]


def numbers_of(column: NDArray[Any], wanted: Wanted, file: str) -> NDArray[np.float64]:
    """Turn a column of a file without lines into float64; integers, floats and booleans of any width are valid."""
    if column.dtype.kind in "biuf":
        with np.errstate(over="ignore"):  # an infinity is refused with its row below
            values = column.astype(np.float64, copy=False)
        if np.isfinite(values).all() or (wanted.gaps and not np.isinf(values).any()):
            return values
    return _numbers(column.tolist(), wanted, file)


def text_of_column(column: NDArray[Any], wanted: Wanted, file: str) -> Text:
    """Turn a column of a file without lines into text."""
    known: dict[str, int] = {}
    codes = _codes(column.tolist(), wanted, known, file)
    return Text(codes, tuple(known))


def labels_of(
    column: Text, name: str, file: str, line: Callable[[int], int | None], form: TextFormat = PLAIN
) -> NDArray[Any]:
    """Turn a column of text into labels: float64 if all are numbers, else text."""
    faults = [label_fault(level, form) for level in column.levels]
    if any(faults):
        wrong = np.array([fault is not None for fault in faults])
        row = row_of(column, wrong)
        refuse(str(faults[column.codes[row]]), file, name, row, line(row))
    return as_labels(column.levels, form)[column.codes]


def holds_text(cells: Iterable[Any]) -> bool:
    """Whether most cells of a sample that are not missing are no numbers, nor meant as such.

    Examples
    --------
    >>> holds_text(["a", "", "b", "1"]), holds_text(["1,5", "?", "2"])
    (True, False)
    """
    present = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(map(is_numeric, present)) < len(present)


def _numbers(
    cells: Sequence[Any],
    wanted: Wanted,
    file: str,
    lines: Sequence[int] | None = None,
    form: TextFormat | None = None,
) -> NDArray[np.float64]:
    found = as_numbers(cells, form or PLAIN)
    if found is None and wanted.gaps:
        gone = np.array([is_missing(cell) for cell in cells], bool)
        filled = ["0" if is_gone else cell for cell, is_gone in zip(cells, gone, strict=True)]
        found = as_numbers(filled, form or PLAIN)
        if found is not None:
            found[gone] = np.nan
    return _number_at_fault(cells, wanted, file, lines, form) if found is None else found


def _number_at_fault(
    cells: Sequence[Any],
    wanted: Wanted,
    file: str,
    lines: Sequence[int] | None = None,
    form: TextFormat | None = None,
) -> NoReturn:
    present = ((row, cell) for row, cell in enumerate(cells) if not (wanted.gaps and is_missing(cell)))
    faults = ((row, number_fault(cell, wanted.mend, form, wanted.fill)) for row, cell in present)
    row, problem = next((row, problem) for row, problem in faults if problem)
    refuse(problem, file, wanted.name, row, lines[row] if lines else None)


def _codes(
    cells: Sequence[Any], wanted: Wanted, known: dict[str, int], file: str, lines: Sequence[int] | None = None
) -> NDArray[np.int32]:
    """The code of each cell among the known levels, which grow."""
    codes = np.empty(len(cells), np.int32)
    for row, cell in enumerate(cells):
        text = spelled(cell)
        code = known.get(text)
        if code is None and is_missing(cell) and wanted.gaps:
            code = ABSENT
        elif code is None:
            if fault := _text_fault(cell, wanted.fill):
                refuse(fault, file, wanted.name, row, lines[row] if lines else None)
            code = known[text] = len(known)
        codes[row] = code
    return codes


def _text_fault(cell: Any, fill: str) -> str | None:
    """What is wrong with a cell of a column of text."""
    if is_missing(cell):
        return number_fault(cell, "", None, fill)
    return f"{shown(cell)} is not text: write text or a number" if isinstance(cell, (list, dict)) else None
