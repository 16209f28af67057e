"""JSON lines: one object a line, the first one's keys are the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from ...core.errors import DataError
from ..encoding.text_column import Column
from .columns import Rows, Wanted, collect, holds_text, unique_names
from .content import Content, lines
from .text_format import PLAIN, TextFormat

__all__ = ["JSONSheet", "open_json"]

SAMPLE = 100  # lines by which columns of text are told


class JSONSheet(NamedTuple):
    """A file of JSON lines with its columns' names, not yet read."""

    file: str
    names: tuple[str, ...]
    keys: tuple[str, ...]  # the names as they are spelled in the file
    data: bytes

    @property
    def numbered(self) -> bool:
        """False: the columns always have names."""
        return False

    @property
    def row_names(self) -> tuple[str, ...]:
        """None: the format has no index."""
        return ()

    @property
    def notes(self) -> tuple[str, ...]:
        """None: nothing is guessed."""
        return ()

    @property
    def own_target(self) -> None:
        """None: the format does not name a target."""

    @property
    def own_weights(self) -> None:
        """None: the format does not name weights."""

    @property
    def form(self) -> TextFormat:
        """Numbers are written as Python writes them."""
        return PLAIN

    @property
    def text_names(self) -> frozenset[str]:
        """Columns whose first values are mostly no numbers."""
        rows = [cells for _, cells in islice(self._rows(), SAMPLE)]
        columns = zip(self.names, zip(*rows, strict=True), strict=True)
        return frozenset(name for name, cells in columns if holds_text(cells))

    def read(self, wanted: Sequence[Wanted]) -> list[Column]:
        """Columns of numbers and of text."""
        return collect(self._rows(), self.names, wanted, self.file)

    def cells(self, name: str) -> Iterator[Any]:
        """Cells of a column as they are spelled."""
        j = self.names.index(name)
        return (row[j] for _, row in self._rows())

    def line(self, row: int) -> int:
        """Line of a row."""
        return next(islice(self.row_lines(), row, None))

    def row_lines(self) -> Iterator[int]:
        """Line of each row, in order."""
        return (line for line, _ in self._rows())

    def part(self, data: bytes) -> JSONSheet:
        """The sheet of some rows of the file."""
        return self._replace(data=data)

    def _rows(self) -> Rows:
        known = set(self.keys)
        for line, row in _objects(self.data, self.file):
            if not row.keys() <= known:
                new = min(row.keys() - known)
                problem = f"{new!r} is not in the first line: write it there too or remove it"
                raise DataError(problem, file=self.file, line=line)
            yield line, [row.get(key) for key in self.keys]


def open_json(content: Content) -> JSONSheet:
    """Read the first line.

    Examples
    --------
    >>> open_json(Content("a.jsonl", ".jsonl", b'{"x": 1, "y": 2.5}')).names
    ('x', 'y')
    """
    line, first = next(_objects(content.data, content.name))
    if not first:
        raise DataError('no columns: write one object such as {"x": 1} a line', file=content.name, line=line)
    return JSONSheet(content.name, unique_names(list(first), content.name, line), tuple(first), content.data)


def _objects(data: bytes, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines(data), 1):
        if line.strip():
            yield number, _object(line, number, file)


def _object(line: str, number: int, file: str) -> dict[str, Any]:
    try:
        pairs = json.loads(line, object_pairs_hook=list) if line.lstrip().startswith("{") else None
    except (ValueError, RecursionError):  # not JSON, a number of 5,000 digits, brackets nested too deep
        pairs = None
    if pairs is None:
        raise DataError('not a JSON object: write one such as {"x": 1} a line', file=file, line=number)
    row = dict(pairs)
    if len(row) < len(pairs):
        unique_names([key for key, _ in pairs], file, number)
    return row
