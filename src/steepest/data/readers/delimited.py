"""Delimited text: CSV, TSV and white space, read by our own line reader, or by pyarrow where the file is large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import Any, NamedTuple

from ...core.errors import DataError
from ...core.shown_text import csv_text
from ..encoding.text_column import Column
from . import arrow_file
from .cells import is_missing, is_number
from .columns import Rows, Wanted, collect, holds_text, listed, unique_names
from .content import Content, lines
from .dialect import Dialect
from .preamble import (
    Preamble,
    body_width,
    common_width,
    heading,
    is_comment,
    is_header,
    is_index_name,
    may_be_data,
    may_be_header,
    named_width,
    preamble,
)
from .quoting import is_regular
from .sniffing import SAMPLE, either_mark, sniff
from .text_format import PLAIN, TextFormat

__all__ = ["TextSheet", "open_text"]

SHOWN = 5  # cells of a first row in a note
SMALL = 4_000_000  # bytes: below, our own reader is faster than the import of pyarrow
NOTHING = Preamble()
EITHER = "commas may separate fields or decimals: name the delimiter, --delimiter comma or semicolon"
TAILS = "the delimiter at the end of each line is left out"


class TextSheet(NamedTuple):
    """A delimited text file with its columns' names, not yet read."""

    file: str
    names: tuple[str, ...]
    numbered: bool  # no header
    dialect: Dialect
    data: bytes
    row_names: tuple[str, ...]
    notes: tuple[str, ...]
    above: Preamble
    heads: int  # rows that are a header
    tails: bool  # rows may end in a delimiter
    form: TextFormat = PLAIN
    is_part: bool = False  # rows of a file that is read in parts, by one thread each

    @property
    def own_target(self) -> None:
        """None: the format does not name a target."""

    @property
    def own_weights(self) -> None:
        """None: the format does not name weights."""

    @property
    def text_names(self) -> frozenset[str]:
        """Columns whose first cells are mostly no numbers."""
        rows = [fields for _, fields in _sampled(self._body())]
        columns = zip(self.names, zip(*rows, strict=True), strict=True) if rows else ()
        return frozenset(name for name, cells in columns if holds_text(cells))

    def read(self, wanted: Sequence[Wanted]) -> list[Column]:
        """Columns of numbers and of text; what pyarrow cannot read, our reader reads or reports."""
        quick = self._read_by_arrow(wanted) if self.is_part or len(self.data) >= SMALL else None
        return collect(self._body(), self.names, wanted, self.file, self.form) if quick is None else quick

    def cells(self, name: str) -> Iterator[Any]:
        """Cells of a column as they are spelled."""
        j = self.names.index(name)
        return (row[j] for _, row in self._body())

    def line(self, row: int) -> int:
        """Line where a row begins."""
        return next(islice(self.row_lines(), row, None))

    def row_lines(self) -> Iterator[int]:
        """Line of each row, in order."""
        return (line for line, _ in self._body())

    def part(self, data: bytes) -> TextSheet:
        """The sheet of some rows of the file, without those above them."""
        return self._replace(data=data, above=NOTHING, heads=0, is_part=True)

    def _body(self) -> Rows:
        rows = islice(text_rows(self.data, self.dialect, self.file, self.above), self.heads, None)
        return _of_width(_without_tails(rows, len(self.names)) if self.tails else rows, len(self.names), self.file)

    def _read_by_arrow(self, wanted: Sequence[Wanted]) -> list[Column] | None:
        if self.tails or self.above.lines or self.form.thousands or not is_regular(self.data, self.dialect):
            return None
        header = self.heads > 0
        return arrow_file.read_csv(self.data, self.dialect, self.names, header, wanted, self.form, not self.is_part)


def open_text(content: Content, form: TextFormat = PLAIN) -> TextSheet:
    r"""Find out a text file's dialect, header and index by its first hundred rows, unless ``form`` says them.

    Examples
    --------
    >>> open_text(Content("pizza.txt", ".txt", b"Reservations  Pizzas\n13  33\n")).names
    ('Reservations', 'Pizzas')
    >>> open_text(Content("ex1data1.txt", ".txt", b"6.1101,17.592\n")).names
    ('c1', 'c2')
    """
    name, data = content.name, content.data
    longer = [line.rstrip("\n") for line in islice(lines(data), 2 * SAMPLE) if line.strip()] or [""]
    sample = longer[:SAMPLE]
    above = preamble(sample)
    form = form._replace(delimiter=form.delimiter or above.separator)
    dialect = sniff(longer[above.lines :], form.delimiter, form)
    if either_mark(longer[above.lines :], dialect, form):
        raise DataError(EITHER, file=name)
    numbered = _sampled(text_rows(data, dialect, name, above))
    if len(above.comments) == 1 and _is_column_of_marks(sample[above.lines - 1], numbered, dialect):
        above = above._replace(lines=above.lines - 1, comments=())
        numbered = _sampled(text_rows(data, dialect, name, above))
    quoted = all(sample[n - 1].lstrip().startswith(dialect.quote) for n, _ in numbered[1:] if n <= len(sample))
    sheet = TextSheet(name, (), False, dialect, data, (), (), above, 0, False, form)
    return _judged(sheet, numbered, quoted, _is_quoted_alone(sample[above.lines :], dialect, len(numbered[0][1])))


def _judged(sheet: TextSheet, numbered: Sequence[tuple[int, list[str]]], quoted: bool, alone: bool) -> TextSheet:
    """Complete a sheet by its first rows: named by a comment, by its first row, or not at all."""
    header, name, above = sheet.form.header, sheet.file, sheet.above
    first, rows = numbered[0][1], [_plain(fields, sheet.form) for _, fields in numbered]
    commented = _commented_names(above, rows, sheet.dialect) if header is None else None
    if commented is not None:
        line, names = commented
        note = f"the names {listed(names)} are read from a comment, line {line}"
        return _headed(sheet._replace(notes=(note,)), names, rows, line, quoted)
    if not (alone or is_header(rows[0], rows[1:]) if header is None else header):
        return _headless(sheet._replace(numbered=True), first, rows, header is None)
    if next(islice(text_rows(sheet.data, sheet.dialect, name, above), 1, None), None) is None:
        raise DataError("a header and no rows: add the data below it", file=name)
    notes = list(_skipped(above))
    if header is None and not alone and may_be_data(rows[0], rows[1:]):
        notes.append(f"the first row, {listed(first)}, is read as the header: say --no-header if it is data")
    return _headed(sheet._replace(notes=tuple(notes), heads=1), first, rows[1:], numbered[0][0], quoted)


def _plain(fields: list[str], form: TextFormat) -> list[str]:
    """Fields by which a table is judged: numbers as Python writes them, what only looks like one in quotes."""
    if form.is_plain:
        return fields
    spelled = zip(fields, map(form.plain, fields), strict=True)
    return [f"'{field}'" if plain is None else plain for field, plain in spelled]


def _headed(
    sheet: TextSheet, first: Sequence[str], body: Sequence[Sequence[str]], line: int, quoted: bool
) -> TextSheet:
    """Complete a sheet by its header: names, index, delimiters at the ends of lines."""
    cut = body_width(first, body, sheet.dialect)
    names = list(first if cut is None else first[: named_width(first)])
    body = [row[:cut] for row in body]
    spelled = heading(names, body, quoted or (cut is None and sheet.dialect.delimiter != ","))
    width = common_width(body)
    if width not in (None, len(spelled)) and all(len(row) != len(spelled) for row in body):
        many = f"{len(names)} field{'s' * (len(names) != 1)}"
        problem = f"the header has {many}, each row has {width}: name every column once"
        raise DataError(problem, file=sheet.file, line=line)
    mend = "rename one, or say --no-header if this line is data" if sheet.heads else "rename one, or remove the comment"
    full = unique_names([*map(csv_text, spelled)], sheet.file, line, mend)
    leading = list(takewhile(is_index_name, spelled)) if len(spelled) > 1 else []
    index = full[: len(leading)] if len(leading) < len(full) else ()
    return sheet._replace(
        names=full,
        row_names=index,
        tails=cut is not None,
        notes=(*sheet.notes, *((TAILS,) if cut is not None else ())),
    )


def _headless(sheet: TextSheet, spelled: Sequence[str], rows: Sequence[Sequence[str]], judged: bool) -> TextSheet:
    """Complete a sheet without a header, whose first row is spelled so."""
    first = rows[0]
    width = named_width(first)
    tails = width < len(first) and body_width(first, rows[1:], sheet.dialect) == width
    names = tuple(f"c{i + 1}" for i in range(width if tails else len(first)))
    notes = [*_skipped(sheet.above), *((TAILS,) if tails else ())]
    if judged and (may_be_header(first) or not all(is_number(cell) or is_missing(cell) for cell in first)):
        shown = listed(spelled[:SHOWN]) + (", ..." if len(spelled) > SHOWN else "")
        notes.append(f"the first row, {shown}, is read as data: if it is a header, write names that are words")
    return sheet._replace(names=names, tails=tails, notes=tuple(notes))


def _is_quoted_alone(sample: Sequence[str], dialect: Dialect, width: int) -> bool:
    """Whether every field of the first line is quoted and none below it, as writers that quote only text do."""
    counts = [line.count(dialect.quote) for line in sample]
    return len(counts) > 1 and counts[0] == 2 * width and not any(counts[1:])


def _skipped(above: Preamble) -> tuple[str, ...]:
    return ("the comments above the table are skipped",) if above.comments else ()


def _is_column_of_marks(line: str, below: Sequence[tuple[int, list[str]]], dialect: Dialect) -> bool:
    """Whether a first line that begins like a comment is a header, no other below, whose first column is called #."""
    fields, rows = dialect.split(line) or [], [row for _, row in below]
    return fields[:1] in (["#"], ["%"]) and len(fields) == len(rows[0]) and not is_header(rows[0], rows[1:])


def _commented_names(above: Preamble, rows: Sequence[Sequence[str]], dialect: Dialect) -> tuple[int, list[str]] | None:
    """Line and names of the last comment with one for each column, unless the table has a header of its own."""
    if not above.comments or is_header(rows[0], rows[1:]):
        return None
    for line, comment in reversed(above.comments):
        fields = dialect.split(comment) or []
        names = fields[: named_width(fields)]
        width = body_width(names, rows, dialect) or len(rows[0])
        if len(names) == width > 0 and not any(is_number(name) or is_missing(name) for name in names):
            return line, names
    return None


def text_rows(data: bytes, dialect: Dialect, file: str, above: Preamble = NOTHING) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each row; blank lines are allowed at the end only."""
    numbered = enumerate(lines(data), 1)
    blank, left = 0, above.lines
    for number, line in numbered:
        if dialect.is_blank(line):
            blank = blank or number
            continue
        if blank:
            raise DataError("blank line within the table: remove it", file=file, line=blank)
        if left:
            left -= 1
            continue
        fields = dialect.split(line.rstrip("\n"))
        yield number, _long_row(line, number, numbered, dialect, file) if fields is None else fields


def _sampled(rows: Rows) -> list[tuple[int, Any]]:
    """The first rows, up to one at fault: it is reported in its turn, when the rows are read."""
    found: list[tuple[int, Any]] = []
    try:
        for row in islice(rows, SAMPLE):
            found.append(row)
    except DataError:
        if not found:
            raise
    return found


def _without_tails(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    for line, fields in rows:
        yield line, fields[:width] if named_width(fields) <= width else fields


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
            fault = f"{many}, expected {width}: complete the row or remove it"
            inside = is_comment(fields[0])
            raise DataError("a comment within the table: remove it" if inside else fault, file=file, line=line)
        yield line, fields
