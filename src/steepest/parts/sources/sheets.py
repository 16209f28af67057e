"""Delimited text and JSON lines as a stream: each chunk is read as a small file is, by the same reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np

from ...core.errors import DataError
from ...data.encoding.recipe import Learnt
from ...data.encoding.text_column import Column, taken
from ...data.readers.asked import Asked
from ...data.readers.columns import listed
from ...data.readers.content import Content
from ...data.readers.delimited import TextSheet, open_text
from ...data.readers.json_lines import JSONSheet, open_json
from ...data.readers.quoting import filled, row_end
from ...data.readers.raw_table import unused_index
from ...data.readers.text_format import TextFormat
from ...data.rows import Rows
from .cast import Cast, Labels, cast_of
from .chunks import chunks, head, placed
from .files import hash_of
from .learning import learn_in_parts
from .numbering import BEGIN, Mark
from .text_file import TextFile

__all__ = ["SheetStream", "open_sheet"]

VERSION = 1  # of the rules by which text becomes numbers
LINE_END = re.compile(rb"\r\n|\r|\n")
ORDER_MARK = b"\xef\xbb\xbf"


class Opened(NamedTuple):
    """A file whose header is known."""

    sheet: TextSheet | JSONSheet  # of the first lines
    start: Mark  # of the first row

    def bare(self) -> Opened:
        """The same without rows."""
        return self._replace(sheet=self.sheet.part(b""))


class SheetStream:
    """Files of delimited text, or of JSON lines, with the same columns.

    Parameters
    ----------
    files : sequence of TextFile
    asked : Asked
    form : TextFormat
    is_json : bool
    """

    remote = True

    def __init__(self, files: Sequence[TextFile], asked: Asked, form: TextFormat, is_json: bool) -> None:
        self._files, self._form, self._is_json, self._named = tuple(files), form, is_json, asked.features is not None
        first = open_sheet(files[0], form, is_json)
        self.cast: Cast = cast_of(first.sheet, asked)
        self._opened = {0: first.bare()}
        self._labels: Labels = {}
        kinds = [text.kind for text in files]
        self.identity = hash_of([text.file for text in files], "text", VERSION, kinds, asked, form, self.cast)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of X."""
        return self._encoded.names

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return self.cast.targets

    @property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of a target of text that were met so far, sorted."""
        return tuple(sorted(self._labels)) if self.cast.labelled else None

    @property
    def weights(self) -> str | None:
        """The name of the column of weights."""
        return self.cast.roles.weights

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know: that an index is left out."""
        return unused_index(self._opened[0].sheet, self.cast.roles)

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files."""
        return tuple(text.name for text in self._files)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns of the first file."""
        return self._opened[0].sheet.names

    @cached_property
    def learnt(self) -> Learnt | None:
        """The recipe of features of text, dates or gaps. Cost: a pass, if there are any."""
        if self.cast.settings is None:
            return None if self.cast.recipe is None else Learnt(self.cast.recipe, ())
        return learn_in_parts(self.cast.roles.features, self._features(), self.cast.settings, self._place)

    @cached_property
    def _encoded(self) -> Cast:
        return self.cast if self.learnt is None else self.cast._replace(recipe=self.learnt.recipe)

    def _features(self) -> Iterator[list[Column]]:
        """The features of all rows, without those that are left out."""
        for file in range(len(self._files)):
            for mark, sheet in self._sheets(file, BEGIN):
                with placed(mark.line):
                    columns = sheet.read(self.cast.wanted)
                kept = self.cast.kept(columns)
                features = columns[: len(self.cast.roles.features)]
                yield features if kept is None or kept.all() else [taken(column, kept) for column in features]

    def _place(self, row: int) -> str:
        """File and line of a row of the table."""
        lines = (
            f"{text.name}, line {mark.line + line}"
            for file, text in enumerate(self._files)
            for mark, sheet in self._sheets(file, BEGIN)
            for line in sheet.row_lines()
        )
        return next(islice(lines, row, None))

    def check(self, files: Iterable[int] | None = None) -> None:
        """Refuse files that are no longer as they were found; some of them alone."""
        for file in range(len(self._files)) if files is None else files:
            self._files[file].file.check()

    def batches(self, file: int) -> Iterator[Rows]:
        """All rows of a file, a batch for each chunk."""
        return (rows for _, rows in self.marked(file))

    def settled(self, rows: Rows) -> Rows:
        """The rows with the places of labels in place of their codes."""
        if not self._labels:
            return rows
        places = np.argsort(np.argsort(np.array(list(self._labels), np.str_)))
        return rows._replace(y=np.asfortranarray(places[rows.y.astype(np.int64)], np.float64))

    def marked(self, file: int, start: Mark = BEGIN) -> Iterator[tuple[Mark | None, Rows]]:
        """The rows from a mark on; each batch with its own mark if the file is not compressed."""
        cast = self._encoded
        for mark, sheet in self._sheets(file, start):
            with placed(mark.line):
                rows = cast.rows(sheet, sheet.read(cast.wanted), self._labels)
            yield mark if self._files[file].seekable else None, rows

    def cells(self, file: int, start: Mark, names: Sequence[str]) -> Iterator[tuple[object, ...]]:
        """Cells of each row from a mark on, as the file has them."""
        names_there = self._open(file).sheet.names
        for name in names:
            if name not in names_there:
                raise DataError(f"no column is called {name!r}: leave it out", file=self.files[file])
        for mark, sheet in self._sheets(file, start):
            with placed(mark.line):
                yield from zip(*(sheet.cells(name) for name in names), strict=True)

    def line(self, file: int, start: Mark, row: int) -> int:
        """The line of a row, counted from 0 from a mark on."""
        lines = (mark.line + line for mark, sheet in self._sheets(file, start) for line in sheet.row_lines())
        return next(islice(lines, row, None))

    def _sheets(self, file: int, start: Mark) -> Iterator[tuple[Mark, TextSheet | JSONSheet]]:
        """A sheet for each chunk from a mark on."""
        opened = self._open(file)
        is_blank = _blank(opened.sheet)
        for chunk in chunks(self._files[file], max(start, opened.start), _ends(opened.sheet)):
            if not is_blank(chunk.data):
                yield chunk.mark, opened.sheet.part(chunk.data)

    def _open(self, file: int) -> Opened:
        if file not in self._opened:
            opened = open_sheet(self._files[file], self._form, self._is_json)
            self._check_names(opened.sheet)
            self._opened[file] = opened.bare()
        return self._opened[file]

    def _check_names(self, sheet: TextSheet | JSONSheet) -> None:
        """Refuse a file that lacks a column of the first file, or has another one that would be a feature there."""
        first = self._opened[0].sheet
        lacking = [one.name for one in self.cast.wanted if one.name not in sheet.names]
        if lacking or (not self._named and set(sheet.names) != set(first.names)):
            problem = f"columns {listed(sheet.names)}, but {first.file} has {listed(first.names)}: make them the same"
            raise DataError(problem, file=sheet.file)


def open_sheet(text: TextFile, form: TextFormat, is_json: bool) -> Opened:
    """Read the header of a file."""
    content = head(text)
    if is_json:
        return Opened(open_json(content), BEGIN)
    tab = "\t" if content.suffix == ".tsv" else None
    sheet = open_text(content, form._replace(encoding=None, delimiter=form.delimiter or tab))
    return Opened(sheet, _mark(content, sheet.line(0)))


def _mark(content: Content, line: int) -> Mark:
    """The place where a line begins, after a byte order mark."""
    ends = (found.end() for found in LINE_END.finditer(content.data))
    first = len(ORDER_MARK) if content.data.startswith(ORDER_MARK) else 0
    return Mark(first if line == 1 else next(islice(ends, line - 2, None)), line - 1)


def _ends(sheet: TextSheet | JSONSheet) -> Callable[[bytes], int] | None:
    """Where rows end: within quotes, a line's end is none."""
    return None if isinstance(sheet, JSONSheet) else lambda data: row_end(data, sheet.dialect)


def _blank(sheet: TextSheet | JSONSheet) -> Callable[[bytes], bool]:
    """Whether a chunk has no row."""
    if isinstance(sheet, JSONSheet):
        return bytes.isspace
    return lambda data: not filled(data, len(data), sheet.dialect.blanks)
