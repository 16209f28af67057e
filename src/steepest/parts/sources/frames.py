"""Data frames of pandas and polars, and what else exports its columns, as Arrow tables."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ...core.errors import DataError, UsageError
from ...core.shown_text import visible
from .store import needs_pyarrow

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["TABLE", "arrow_table", "column_name", "exports_arrow", "is_a", "is_frame", "is_named", "refused_type"]

TABLE = "the table"  # as messages name it
FRAMES = {"pyarrow": ("Table", "RecordBatch"), "pandas": ("DataFrame",), "polars": ("DataFrame",)}


def is_a(value: object, library: str, *names: str) -> bool:
    """Whether a value is of one of the classes of a library, which need not be loaded."""
    module = sys.modules.get(library)
    return module is not None and isinstance(value, tuple(vars(module)[name] for name in names if name in vars(module)))


def is_frame(table: object) -> bool:
    """Whether a table is a data frame or an Arrow table."""
    return any(is_a(table, library, *names) for library, names in FRAMES.items())


def is_named(role: object) -> bool:
    """Whether the column or columns of a role are named, not given as an array."""
    if isinstance(role, (list, tuple)):
        return all(isinstance(name, str) for name in role)
    return role is None or isinstance(role, (str, int))


def exports_arrow(table: object) -> bool:
    """Whether another library offers a table as a stream of Arrow."""
    return hasattr(table, "__arrow_c_stream__")


def arrow_table(frame: Any) -> pa.Table:
    """A data frame as an Arrow table; columns of numbers without gaps are not copied.

    Raises
    ------
    DataError
        If Arrow has no type for a column.
    UsageError
        If it is no table, or pyarrow is missing.
    """
    needs_pyarrow(type(frame).__name__)
    import pyarrow as pa

    if is_a(frame, "pyarrow", "Table"):
        return frame
    if not (is_frame(frame) or isinstance(frame, dict) or exports_arrow(frame)):
        raise UsageError(f"{type(frame).__name__} is no table: give record batches, data frames or arrays (X, y)")
    try:
        if is_a(frame, "pandas", "DataFrame"):
            return pa.Table.from_pandas(frame, preserve_index=False)
        return frame.to_arrow() if is_a(frame, "polars", "DataFrame") else pa.table(frame)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise refused_type(error) from None


def column_name(label: object) -> str:
    """The name of a column of pandas as Arrow has it, where it may be a tuple.

    Examples
    --------
    >>> column_name(("price", 1)), column_name(2)
    ("('price', '1')", '2')
    """
    return str(tuple(map(column_name, label))) if isinstance(label, tuple) else str(label)


def refused_type(error: Exception, name: str | None = None) -> DataError:
    """The error of values that Arrow has no type for."""
    reason = visible("; ".join(map(str, error.args)) or type(error).__name__)
    return DataError(f"no column of one type ({reason}): correct it or leave it out", file=TABLE, column=name)
