"""Arrays beside a table: its target, weights and offsets as further columns of an Arrow table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.errors import DataError, UsageError
from ...data.readers.asked import Asked
from .frames import TABLE, arrow_table, is_frame, refused_type

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["asked_beside", "beside", "names_of_columns", "of_array"]

TARGET, WEIGHT, OFFSET = "y", "weight", "offset"  # names of the columns


def beside(X: Any, y: Any = None, weights: Any = None, offset: Any = None) -> pa.Table:
    """A table or array X with a target (n,) or (n, k), weights (n,) and offsets (n,) as its last columns.

    Raises
    ------
    DataError
        If they have different numbers of rows, or X has a column of such a name.
    """
    table = arrow_table(X) if is_frame(X) else of_array(X)
    for name, values in ((TARGET, y), (WEIGHT, weights), (OFFSET, offset)):
        columns = np.empty((0, 0)) if values is None else np.asarray(values)
        for column, label in zip(columns.T if columns.ndim == 2 else [columns], _labels(name, columns), strict=True):
            if label in table.column_names:
                raise DataError(f"a column of the features is called {label!r} too: rename it", file=TABLE)
            if len(column) != table.num_rows:
                words = f"the table has {table.num_rows} rows but the {name} has {len(column)}: they must agree"
                raise DataError(words)
            table = table.append_column(label, _arrow(column, label))
    return table


def asked_beside(asked: Asked, y: Any = None, weights: Any = None, offset: Any = None) -> Asked:
    """The roles of the columns of `beside`."""
    return asked._replace(
        target=asked.target if y is None else _labels(TARGET, np.asarray(y)),
        weights=asked.weights if weights is None else WEIGHT,
        offset=asked.offset if offset is None else OFFSET,
    )


def _labels(name: str, values: Any) -> list[str]:
    """Names of the columns of an array."""
    if values.ndim == 2:
        return [name] if values.shape[1] == 1 else [f"{name}{j}" for j in range(values.shape[1])]
    return [name]


def of_array(X: Any, names: Sequence[str] | None = None) -> pa.Table:
    """An array (n, d) as an Arrow table."""
    import pyarrow as pa

    X = np.asarray(X)
    if X.ndim != 2:
        raise DataError(f"the table must have two dimensions, rows and columns, not {X.ndim}")
    labels = names_of_columns(X.shape[1], names)
    return pa.table({name: _arrow(column, name) for name, column in zip(labels, X.T, strict=True)})


def names_of_columns(d: int, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Names of the columns of an array, x0, x1, ... unless they are given.

    Raises
    ------
    UsageError
        If there are fewer or more, or two are equal.
    """
    labels = tuple(names or (f"x{j}" for j in range(d)))
    if len(set(labels)) != d or len(labels) != d:
        raise UsageError(f"{len(set(labels))} different names for {d} columns: name each column of the array once")
    return labels


def _arrow(column: Any, name: str) -> pa.Array:
    import pyarrow as pa

    try:
        return pa.array(column)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise refused_type(error, name) from None
