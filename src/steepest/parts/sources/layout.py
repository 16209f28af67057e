"""Layout: how the columns of Arrow record batches become `Rows`. All formats that pyarrow reads share it.

A source of such a format inherits `arrow.ArrowSource`, which calls the layout; it has to give record batches only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.whole_numbers import EXACT, is_rounded
from ...data.encoding.faults import CellError
from ...data.encoding.recipe import Recipe
from ...data.encoding.settings import Settings, Unknown
from ...data.encoding.text_column import Column, without_gaps
from ...data.finite import not_finite_at
from ...data.in_rows import fill_rows
from ...data.layout import Table, spread
from ...data.readers.arrow_file import ArrowSheet
from ...data.readers.cells import FILL
from ...data.readers.columns import Wanted
from ...data.readers.response import known_offset
from ...data.rows import Rows

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["Layout", "holds_rounded", "not_finite"]

MEND = "correct it or remove the row"


class Layout(NamedTuple):
    """The role of each column of a table.

    `schema.chosen_layout` makes one and refuses types that it cannot use. ``layout.columns`` are the names
    of the columns that a source has to read. ``layout.rows(batches, levels)`` turns record batches that have these
    columns, in any order and among others, into one `Rows`. A cell at fault is a `CellError` with its row among them.
    """

    features: tuple[str, ...]
    targets: tuple[str, ...] = ()
    weights: str | None = None
    offset: str | None = None
    exposure: str | None = None  # numbers above 0 whose logarithm is added to the offset
    single: bool = False  # whether X is float32: every feature is
    whole: tuple[str, ...] = ()  # columns of whole numbers of 64 bits
    labelled: bool = False  # whether the target is labels, so that y holds their places among the levels
    truths: bool = False  # whether the labels are true and false
    texts: tuple[str, ...] = ()  # features of text or dates
    settings: Settings | None = None  # by which a recipe is to be learnt from all rows
    recipe: Recipe | None = None  # how features become numbers, where they are not numbers without gaps
    unknown: str = "error"  # what a level is that the recipe does not know: an error, or "other"
    complete: bool = False  # whether rows with a gap in a feature are left out: their weight is 0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of X."""
        return self.features if self.recipe is None else self.recipe.names

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns to be read."""
        further = [name for name in (self.weights, self.offset, self.exposure) if name is not None]
        return (*self.features, *self.targets, *further)

    def rows(self, batches: Sequence[pa.RecordBatch], levels: tuple[str, ...] | None = None) -> Rows:
        """The rows of one or more record batches.

        Raises
        ------
        CellError
            If a cell is missing or not finite, or a weight is negative.
        """
        X, kept = (self._table(batches), None) if self.recipe is None else self._encoded(batches, self.recipe)
        targets = [vector(batches, c) if levels is None else places(batches, c, levels) for c in self.targets]
        y = np.asfortranarray(np.stack(targets, axis=1)) if targets else np.empty((X.shape[0], 0), order="F")
        weight = None if self.weights is None else vector(batches, self.weights)
        if weight is not None and (weight < 0).any():
            row = int((weight < 0).argmax())
            raise CellError(f"weight {weight[row]:g} is negative: {MEND}", str(self.weights), row)
        if kept is not None:
            weight = np.where(kept, 1.0 if weight is None else weight, 0.0)
        total = float(X.shape[0] if weight is None else weight.sum())
        return Rows(X, y, weight, self._offset(batches), total=total)

    def _offset(self, batches: Sequence[pa.RecordBatch]) -> NDArray[np.float64] | None:
        """Offset plus logarithm of the exposure of each row, None without either."""
        columns = {name: vector(batches, name) for name in (self.offset, self.exposure) if name is not None}
        if self.exposure is not None and (columns[self.exposure] <= 0).any():
            row = int((columns[self.exposure] <= 0).argmax())
            problem = f"exposure {columns[self.exposure][row]:g} is not above zero: correct it"
            raise CellError(problem, self.exposure, row)
        return known_offset(columns, self.offset, self.exposure, "", lambda row: None)

    def labels(self, batch: pa.RecordBatch) -> set[str]:
        """The labels of the target in a record batch."""
        column = batch.column(self.targets[0])
        check_present(column, self.targets[0], 0)
        return set(as_text(column).unique().to_pylist())

    def columns_of(self, batches: Sequence[pa.RecordBatch], names: Sequence[str]) -> list[Column]:
        """Features as columns of numbers, NaN where one is missing, and of text."""
        import pyarrow as pa

        table = pa.Table.from_batches(batches)
        sheet = ArrowSheet("", tuple(table.column_names), table.select)
        return sheet.read([Wanted(name, MEND, name in self.texts, gaps=True) for name in names])

    def _encoded(self, batches: Sequence[pa.RecordBatch], recipe: Recipe) -> tuple[Table, NDArray[np.bool_] | None]:
        """X by the recipe, and which rows have no gap if the others are left out; these are 0."""
        columns = self.columns_of(batches, self.features)
        if not self.complete:
            return recipe.encode(columns, Unknown(self.unknown))[0], None
        whole, kept = without_gaps(columns)
        try:
            return spread(recipe.encode(whole, Unknown(self.unknown))[0], kept), kept
        except CellError as error:
            row = None if error.row is None else int(np.flatnonzero(kept)[error.row])
            raise CellError(error.problem, error.column, row, error.answer) from None

    def rounded(self, batches: Sequence[pa.RecordBatch]) -> set[str]:
        """The columns with a whole number that double precision rounds."""
        return {name for name in self.whole if any(holds_rounded(batch.column(name)) for batch in batches)}

    def _table(self, batches: Sequence[pa.RecordBatch]) -> NDArray[Any]:
        """X of features that are numbers without gaps."""
        count = sum(batch.num_rows for batch in batches)
        X = np.empty((count, len(self.features)), np.float32 if self.single else np.float64)
        low = 0
        for batch in batches:
            high = low + batch.num_rows
            fill_rows(X[low:high], [numbers(batch.column(name), name, low) for name in self.features])
            low = high
        if (found := not_finite_at(X)) is not None:
            row, j, value = found
            raise CellError(not_finite(value), self.features[j], row)
        return X


def vector(batches: Sequence[pa.RecordBatch], name: str) -> NDArray[np.float64]:
    """One column of numbers, (m,) float64."""
    starts = np.cumsum([0, *(batch.num_rows for batch in batches)]).tolist()
    parts = [numbers(batch.column(name), name, low) for batch, low in zip(batches, starts, strict=False)]
    column = np.concatenate(parts).astype(np.float64)
    if (found := not_finite_at(column[:, None])) is not None:
        raise CellError(not_finite(found[2]), name, found[0])
    return column


def places(batches: Sequence[pa.RecordBatch], name: str, levels: tuple[str, ...]) -> NDArray[np.float64]:
    """The places of the labels of a column among the levels, (m,) float64."""
    import pyarrow as pa
    from pyarrow import compute

    known, found, low = pa.array(levels, pa.string()), [], 0
    for batch in batches:
        column = batch.column(name)
        check_present(column, name, low)
        codes = compute.index_in(as_text(column), value_set=known)
        if codes.null_count:
            row = int(codes.is_null().to_numpy(zero_copy_only=False).argmax())
            label = as_text(column)[row].as_py()
            raise CellError(f"label {label!r} was not there before: scan the table again", name, low + row)
        found.append(codes.to_numpy(zero_copy_only=False))
        low += batch.num_rows
    return np.concatenate(found).astype(np.float64)


def numbers(column: pa.Array, name: str, low: int) -> NDArray[Any]:
    """The numbers of a column of a record batch whose first row is row ``low``; not copied where it can be so."""
    from pyarrow import types

    check_present(column, name, low)
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
        check_present(column, name, low)
    if types.is_boolean(column.type) or types.is_decimal(column.type) or types.is_float16(column.type):
        column = column.cast("float32" if types.is_float16(column.type) else "float64", safe=False)
    found: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return found


def holds_rounded(column: pa.Array | pa.ChunkedArray) -> bool:
    """Whether a column of whole numbers holds one that double precision rounds."""
    from pyarrow import compute

    ends = compute.min_max(column).as_py()
    if ends["max"] is None or (ends["max"] <= EXACT and ends["min"] >= -EXACT):
        return False
    return any(is_rounded(number) for number in compute.unique(column.drop_null()).to_pylist())


def as_text(column: pa.Array) -> pa.Array:
    """A column of labels as an array of text; of true and false as Python spells them."""
    from pyarrow import compute, types

    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_boolean(column.type):
        return compute.if_else(column, "True", "False")
    return column.cast("string")


def check_present(column: pa.Array, name: str, low: int) -> None:
    """Refuse a column with a missing value."""
    if column.null_count:
        row = int(column.is_null().to_numpy(zero_copy_only=False).argmax())
        raise CellError(f"missing value: {FILL}", name, low + row)


def not_finite(value: float) -> str:
    """What is wrong with a number that is not finite, and the remedy."""
    return f"missing value (NaN): {FILL}" if np.isnan(value) else f"{value:g} is not finite: {MEND}"
