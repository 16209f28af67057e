"""ArrowSource: what all sources have in common whose pieces come as Arrow record batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ...core.errors import DataError
from ...core.whole_numbers import rounding_note
from ...data.encoding.faults import CellError
from ...data.encoding.recipe import Learnt
from ...data.encoding.text_column import Column, Text
from ...data.readers.arrow_file import SAMPLE
from ...data.readers.columns import holds_text
from ...data.rows import Rows
from .layout import Layout
from .learning import learn_in_parts
from .source import Piece, place_of

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["ArrowSource", "grouped", "without"]

LEVELS = 1000  # labels of a target at most
AT_ONCE = 1 << 16  # rows of a batch in the search for labels


class ArrowSource(ABC):
    """A source of record batches.

    A format gives ``pieces``, ``identity``, ``batches`` and ``place``; names, labels and rows follow from the layout.

    Parameters
    ----------
    layout : Layout
    """

    remote = False
    seeks = False  # whole pages are decoded
    waits = False  # decoding costs more than the disk
    stored = None  # rows are dense

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._rounded: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.encoded.names

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return self.layout.targets

    @property
    def weights(self) -> str | None:
        """The name of the column of weights."""
        return self.layout.weights

    @property
    def truths(self) -> bool:
        """Whether the labels are true and false."""
        return self.layout.truths

    @property
    def notes(self) -> tuple[str, ...]:
        """What the passes of this process found out about columns and is no error, a sentence each."""
        return tuple(rounding_note(f"column {name!r}") for name in self.layout.whole if name in self._rounded)

    def check(self, pieces: range | None = None) -> None:  # noqa: B027 - there may be no files
        """Refuse files that are no longer as they were found."""

    @property
    @abstractmethod
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces in the order of the rows."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """SHA-256 of all that the rows depend on."""

    @abstractmethod
    def batches(self, piece: int, start: int, size: int, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Record batches with these columns, of rows ``start`` and on of a piece, best of ``size`` rows each."""

    @abstractmethod
    def place(self, piece: int, row: int) -> str:
        """Where a row of a piece (from 0) stands, for messages."""

    @cached_property
    def learnt(self) -> Learnt | None:
        """The recipe of features of text, dates or gaps. Cost: a pass over columns whose rules depend on all rows."""
        settings, names = self.layout.settings, self.layout.features
        if settings is None:
            return None if self.layout.recipe is None else Learnt(self.layout.recipe, ())
        return learn_in_parts(
            names,
            self._columns({*settings.categories, *settings.dates, *settings.reference}),
            settings,
            partial(place_of, self),
        )

    @cached_property
    def encoded(self) -> Layout:
        """The layout, with the recipe that it needs."""
        return self.layout if self.learnt is None else self.layout._replace(recipe=self.learnt.recipe)

    def _columns(self, named: set[str]) -> Iterator[list[Column]]:
        """The features of all rows, batch by batch; text that is not named as such must not hold numbers."""
        names = self.layout.features
        for piece in range(len(self.pieces)):
            row = 0
            for batch in self.batches(piece, 0, AT_ONCE, self.layout.features):
                try:
                    columns = self.layout.columns_of([batch], names)
                    if piece == row == 0:
                        _check_texts({name: c for name, c in zip(names, columns, strict=True) if name not in named})
                    yield columns
                except DataError as error:
                    raise DataError(error.problem, file=self.place(piece, row), column=error.column) from None
                row += batch.num_rows

    @cached_property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of the target, sorted. Cost: a pass over the target alone, once."""
        if not self.layout.labelled:
            return None
        found: set[str] = set()
        for piece in range(len(self.pieces)):
            row = 0
            for batch in self.batches(piece, 0, AT_ONCE, self.layout.targets):
                try:
                    found |= self.layout.labels(batch)
                except CellError as error:
                    raise self._placed(error, piece, row) from None
                row += batch.num_rows
                if len(found) > LEVELS:
                    problem = f"more than {LEVELS:,} different labels: choose another target"
                    raise DataError(problem, file=self.pieces[piece].file, column=self.targets[0])
        return tuple(sorted(found))

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """Rows ``start`` and on of a piece, in batches of ``size`` rows but the last."""
        row = start
        for batches in grouped(self.batches(piece, start, size, self.layout.columns), size):
            try:
                rows = self.encoded.rows(batches, self.levels)
            except CellError as error:
                raise self._placed(error, piece, row) from None
            self._rounded |= self.layout.rounded(batches)
            yield rows
            row += rows.shape[0]

    def _placed(self, error: CellError, piece: int, row: int) -> DataError:
        """The error of a cell with its place; ``row`` is the first of its batch."""
        place = self.place(piece, row + (error.row or 0))
        return DataError(error.problem, file=place, column=error.column, answer=error.answer)


def _check_texts(columns: Mapping[str, Column]) -> None:
    """Refuse a column of text whose first cells are mostly numbers: in memory it is read as numbers."""
    for name, column in columns.items():
        if not isinstance(column, Text):
            continue
        first = [column.levels[code] for code in column.codes[:SAMPLE] if code >= 0]
        if first and not holds_text(first):
            problem = f"text that holds numbers, such as {first[0]!r}: store it as numbers, or name it in categories"
            raise DataError(problem, column=name)


def grouped(batches: Iterator[pa.RecordBatch], size: int) -> Iterator[list[pa.RecordBatch]]:
    """Record batches, cut where need be, in groups of ``size`` rows but the last. Nothing is copied."""
    group: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        low = 0
        while low < batch.num_rows:
            own = batch.slice(low, size - count)
            group.append(own)
            low, count = low + own.num_rows, count + own.num_rows
            if count == size:
                yield group
                group, count = [], 0
    if group:
        yield group


def without(batches: Iterator[pa.RecordBatch], start: int) -> Iterator[pa.RecordBatch]:
    """The batches without their first ``start`` rows."""
    for batch in batches:
        if start < batch.num_rows:
            yield batch.slice(start)
        start = max(0, start - batch.num_rows)
