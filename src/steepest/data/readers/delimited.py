"""Delimited text: CSV, TSV and white space, read by our own line reader, or by pyarrow where the file is large."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from numpy.typing import NDArray

from ...core.errors import DataError
from ...core.shown_text import csv_text
from . import arrow_file
from .cells import is_missing, is_number
from .columns import Rows, Wanted, collect, unique_names
from .content import Content, lines
from .dialect import BLANKS, Dialect, sniff

__all__ = ["TextSheet", "open_text"]

SMALL = 4_000_000  # bytes: below, our own reader is faster than the import of pyarrow
SAMPLE = 100  # lines from which the delimiter is detected


class TextSheet(NamedTuple):
    """A delimited text file with its columns' names, not yet read."""

    file: str
    names: tuple[str, ...]
    numbered: bool  # no header
    dialect: Dialect
    data: bytes

    @property
    def own_target(self) -> None:
        """None: the format does not name a target."""

    @property
    def own_weights(self) -> None:
        """None: the format does not name weights."""

    def read(self, numbers: Sequence[Wanted], label: str | None) -> list[NDArray[Any]]:
        """Columns of numbers, then the labels; what pyarrow cannot read, our reader reads or reports."""
        quick = self._read_by_arrow(numbers, label) if len(self.data) >= SMALL else None
        return collect(self._body(), self.names, numbers, label, self.file) if quick is None else quick

    def line(self, row: int) -> int:
        """Line where a row begins."""
        return next(islice(self._body(), row, None))[0]

    def _body(self) -> Rows:
        rows = text_rows(self.data, self.dialect, self.file)
        return _of_width(rows if self.numbered else islice(rows, 1, None), len(self.names), self.file)

    def _read_by_arrow(self, numbers: Sequence[Wanted], label: str | None) -> list[NDArray[Any]] | None:
        if self.dialect.delimiter == BLANKS or not _one_row_a_line(self.data, self.dialect.quote.encode()):
            return None
        names = [wanted.name for wanted in numbers]
        return arrow_file.read_csv(self.data, self.dialect, self.names, not self.numbered, names, label)


def open_text(content: Content, header: bool | None = None, delimiter: str | None = None) -> TextSheet:
    r"""Find out a text file's dialect and header.

    The first row is the header if it has a name: a cell that is neither a number nor a missing value.

    Examples
    --------
    >>> open_text(Content("pizza.txt", ".txt", b"Reservations  Pizzas\n13  33\n")).names
    ('Reservations', 'Pizzas')
    >>> open_text(Content("ex1data1.txt", ".txt", b"6.1101,17.592\n")).names
    ('c1', 'c2')
    """
    name, data = content.name, content.data
    sample = [line.rstrip("\n") for line in islice(lines(data), SAMPLE) if line.strip()]
    dialect = sniff(sample or [""], delimiter)
    rows = text_rows(data, dialect, name)
    line, first = next(rows)
    if not (_names_something(first) if header is None else header):
        return TextSheet(name, tuple(f"c{i + 1}" for i in range(len(first))), True, dialect, data)
    names = unique_names([*map(csv_text, first)], name, line, "rename one, or say --no-header if this line is data")
    if next(rows, None) is None:
        raise DataError("a header and no rows: add the data below it", file=name)
    return TextSheet(name, names, False, dialect, data)


def text_rows(data: bytes, dialect: Dialect, file: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each row; blank lines are allowed at the end only."""
    numbered = enumerate(lines(data), 1)
    blank = 0
    for number, line in numbered:
        if dialect.is_blank(line):
            blank = blank or number
            continue
        if blank:
            raise DataError("blank line within the table: remove it", file=file, line=blank)
        fields = dialect.split(line.rstrip("\n"))
        yield number, _long_row(line, number, numbered, dialect, file) if fields is None else fields


def _long_row(start: str, number: int, rest: Iterator[tuple[int, str]], dialect: Dialect, file: str) -> list[str]:
    """Fields of a row that continues over several lines, within quotes."""
    parts, is_open = [start], start.count(dialect.quote) % 2 == 1
    while is_open:
        _, line = next(rest, (0, ""))
        if not line:
            raise DataError("a quote opens here and is never closed: close it", file=file, line=number)
        parts.append(line)
        is_open ^= line.count(dialect.quote) % 2 == 1
    fields = dialect.split("".join(parts).rstrip("\n"))
    if fields is None:
        problem = "text follows a closing quote: close the quote at the field's end, double quotes within"
        raise DataError(problem, file=file, line=number)
    return fields


def _of_width(rows: Iterator[tuple[int, list[str]]], width: int, file: str) -> Rows:
    for line, fields in rows:
        if len(fields) != width:
            many = f"{len(fields)} field{'s' * (len(fields) != 1)}"
            raise DataError(f"{many}, expected {width}: complete the row or remove it", file=file, line=line)
        yield line, fields


def _names_something(first: Sequence[str]) -> bool:
    return any(not is_number(cell) and not is_missing(cell) for cell in first)


def _one_row_a_line(data: bytes, quote: bytes) -> bool:
    """Whether every quote is closed on its line: pyarrow drops the text after a quote that is never closed."""
    return quote not in data or all(line.count(quote) % 2 == 0 for line in io.BytesIO(data))
