"""Layout: how the columns of Arrow record batches become `Rows`. All formats that pyarrow reads share it.

A source of such a format inherits `arrow.ArrowSource`, which calls the layout; it has to give record batches only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...data.encoding.faults import CellError
from ...data.in_rows import all_finite, fill_rows
from ...data.readers.cells import FILL
from ...data.rows import Rows

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["Layout"]

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
    single: bool = False  # whether X is float32: every feature is
    labelled: bool = False  # whether the target is labels, so that y holds their places among the levels

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of X."""
        return self.features

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns to be read."""
        further = [name for name in (self.weights, self.offset) if name is not None]
        return (*self.features, *self.targets, *further)

    def rows(self, batches: Sequence[pa.RecordBatch], levels: tuple[str, ...] | None = None) -> Rows:
        """The rows of one or more record batches.

        Raises
        ------
        CellError
            If a cell is missing or not finite, or a weight is negative.
        """
        X = self._table(batches)
        targets = [self._target(batches, name, levels) for name in self.targets]
        y = np.asfortranarray(np.stack(targets, axis=1)) if targets else np.empty((len(X), 0), order="F")
        weight, offset = (None if name is None else vector(batches, name) for name in (self.weights, self.offset))
        if weight is not None and (weight < 0).any():
            row = int((weight < 0).argmax())
            raise CellError(f"weight {weight[row]:g} is negative: {MEND}", str(self.weights), row)
        return Rows(X, y, weight, offset, total=float(len(X) if weight is None else weight.sum()))

    def labels(self, batch: pa.RecordBatch) -> set[str]:
        """The labels of the target in a record batch."""
        column = batch.column(self.targets[0])
        check_present(column, self.targets[0], 0)
        return set(as_text(column).unique().to_pylist())

    def _table(self, batches: Sequence[pa.RecordBatch]) -> NDArray[Any]:
        """X of the features. Features that have to be encoded would be encoded here."""
        count = sum(batch.num_rows for batch in batches)
        X = np.empty((count, len(self.features)), np.float32 if self.single else np.float64)
        low = 0
        for batch in batches:
            high = low + batch.num_rows
            fill_rows(X[low:high], [numbers(batch.column(name), name, low) for name in self.features])
            low = high
        if not all_finite(X):
            row, j = (int(places[0]) for places in np.nonzero(~np.isfinite(X)))
            raise not_finite(X[row, j], self.features[j], row)
        return X

    def _target(
        self, batches: Sequence[pa.RecordBatch], name: str, levels: tuple[str, ...] | None
    ) -> NDArray[np.float64]:
        return vector(batches, name) if levels is None else places(batches, name, levels)


def vector(batches: Sequence[pa.RecordBatch], name: str) -> NDArray[np.float64]:
    """One column of numbers, (m,) float64."""
    starts = np.cumsum([0, *(batch.num_rows for batch in batches)]).tolist()
    parts = [numbers(batch.column(name), name, low) for batch, low in zip(batches, starts, strict=False)]
    column = np.concatenate(parts).astype(np.float64)
    if not np.isfinite(column).all():
        row = int((~np.isfinite(column)).argmax())
        raise not_finite(column[row], name, row)
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


def not_finite(value: float, name: str, row: int) -> CellError:
    """The error of a number that is not finite."""
    if np.isnan(value):
        return CellError(f"missing value (NaN): {FILL}", name, row)
    return CellError(f"{value:g} is not finite: {MEND}", name, row)
