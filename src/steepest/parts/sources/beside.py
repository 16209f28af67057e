"""Arrays beside a table: its target, weights and offsets as further columns of an Arrow table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.errors import DataError
from ...data.readers.asked import Asked
from .frames import arrow_table, is_frame, refused_type

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["asked_beside", "beside"]

TARGET, WEIGHT, OFFSET = "y", "weight", "offset"  # names of the columns
TABLE = "the table"


def beside(X: Any, y: Any = None, weights: Any = None, offset: Any = None) -> pa.Table:
    """A table or array X with a target (n,) or (n, k), weights (n,) and offsets (n,) as its last columns.

    Raises
    ------
    DataError
        If they have different numbers of rows, or X has a column of such a name.
    """
    table = arrow_table(X) if is_frame(X) else _of_array(X)
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
        target=None if y is None else _labels(TARGET, np.asarray(y)),
        weights=None if weights is None else WEIGHT,
        offset=None if offset is None else OFFSET,
    )


def _labels(name: str, values: Any) -> list[str]:
    """Names of the columns of an array."""
    if values.ndim == 2:
        return [name] if values.shape[1] == 1 else [f"{name}{j}" for j in range(values.shape[1])]
    return [name]


def _of_array(X: Any) -> pa.Table:
    import pyarrow as pa

    X = np.asarray(X)
    if X.ndim != 2:
        raise DataError(f"the table must have two dimensions, rows and columns, not {X.ndim}")
    return pa.table({f"x{j}": _arrow(column, f"x{j}") for j, column in enumerate(X.T)})


def _arrow(column: Any, name: str) -> pa.Array:
    import pyarrow as pa

    try:
        return pa.array(column)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise refused_type(error, name) from None
