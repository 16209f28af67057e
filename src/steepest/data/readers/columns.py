"""Columns from rows or arrays: finite float64 numbers or labels, or one line that names the first bad cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError
from .cells import as_labels, as_numbers, label_fault, number_fault
from .text_format import PLAIN, TextFormat

__all__ = ["Rows", "Sheet", "Wanted", "collect", "labels_of", "listed", "numbers_of", "refuse", "unique_names"]

Rows = Iterator[tuple[int, Sequence[Any]]]  # (line number, cells) of each row
LISTED = 20  # names shown in a message
BLOCK = 1 << 15  # rows converted at a time: as text they need ten times the memory


class Wanted(NamedTuple):
    """A column of numbers, and the remedy for a cell that is not a number."""

    name: str
    mend: str


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
    def own_target(self) -> str | None:
        """The column the format itself calls the target."""

    @property
    def own_weights(self) -> str | None:
        """The column the format itself calls weights."""

    def read(self, numbers: Sequence[Wanted], label: str | None) -> list[NDArray[Any]]:
        """Return the columns of numbers, then the labels if there are any, each (n,)."""

    def cells(self, name: str) -> Iterable[Any]:
        """Return the cells of a column of numbers as the file spells or keeps them. Cost: it may be read again."""

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
    rows: Rows,
    names: Sequence[str],
    numbers: Sequence[Wanted],
    label: str | None,
    file: str,
    form: TextFormat | None = None,
) -> list[NDArray[Any]]:
    """Columns of ``numbers``, then the labels if required, from rows of cells, a block of rows at a time.

    Numbers are written as ``form`` says; None: as Python writes them, in a file that no format is given for.
    """
    place = {name: j for j, name in enumerate(names)}
    parts: list[list[NDArray[np.float64]]] = [[] for _ in numbers]
    texts: list[Any] = []
    while block := list(islice(rows, BLOCK)):
        for part, wanted in zip(parts, numbers, strict=True):
            part.append(_block_numbers(block, place[wanted.name], wanted, file, form))
        if label is not None:
            texts += _block_labels(block, place[label], label, file, form)
    columns: list[NDArray[Any]] = [np.concatenate(part) for part in parts]
    return columns if label is None else [*columns, as_labels(texts, form or PLAIN)]


def numbers_of(column: NDArray[Any], wanted: Wanted, file: str) -> NDArray[np.float64]:
    """Turn a column of a file without lines into float64; integers, floats and booleans of any width are valid."""
    if column.dtype.kind in "biuf":
        with np.errstate(over="ignore"):  # an infinity is refused with its row below
            values = column.astype(np.float64, copy=False)
        if np.isfinite(values).all():
            return values
        cells = values.tolist()
    else:
        cells = column.tolist()
    found = as_numbers(cells)
    return _number_at_fault(cells, wanted, file) if found is None else found


def labels_of(column: NDArray[Any], name: str, file: str) -> NDArray[Any]:
    """Turn a column of a file without lines into labels: float64 if all are numbers, else text."""
    cells = column.tolist()
    _check_labels(cells, name, file)
    return as_labels(cells)


def _block_numbers(
    block: Sequence[tuple[int, Sequence[Any]]], j: int, wanted: Wanted, file: str, form: TextFormat | None
) -> NDArray[np.float64]:
    cells = [fields[j] for _, fields in block]
    found = as_numbers(cells, form or PLAIN)
    return _number_at_fault(cells, wanted, file, [line for line, _ in block], form) if found is None else found


def _block_labels(
    block: Sequence[tuple[int, Sequence[Any]]], j: int, label: str, file: str, form: TextFormat | None
) -> list[Any]:
    cells = [fields[j] for _, fields in block]
    _check_labels(cells, label, file, [line for line, _ in block], form)
    return cells


def _number_at_fault(
    cells: Sequence[Any],
    wanted: Wanted,
    file: str,
    lines: Sequence[int] | None = None,
    form: TextFormat | None = None,
) -> NoReturn:
    faults = ((row, number_fault(cell, wanted.mend, form)) for row, cell in enumerate(cells))
    row, problem = next((row, problem) for row, problem in faults if problem)
    refuse(problem, file, wanted.name, row, lines[row] if lines else None)


def _check_labels(
    cells: Sequence[Any], name: str, file: str, lines: Sequence[int] | None = None, form: TextFormat | None = None
) -> None:
    for row, cell in enumerate(cells):
        if problem := label_fault(cell, form or PLAIN):
            refuse(problem, file, name, row, lines[row] if lines else None)
