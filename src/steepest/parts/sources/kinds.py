"""Which source a table is read through: by its type, or by the ending of its files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import DataError, UsageError
from ...data.encoding.settings import Settings
from ...data.layout import in_row_order, matrix
from ...data.make_rows import make_rows
from ...data.readers.asked import Asked
from ...data.readers.cells import FILL, is_missing
from .beside import asked_beside, beside, names_of_columns, of_array
from .files import find_files
from .frame_source import FrameSource
from .frames import arrow_table, exports_arrow, is_a, is_frame, is_named
from .lazy import Made, Streamed, files_of, scan_dataset, scan_lazy_frame
from .memory import MemorySource
from .parquet import scan_parquet
from .source import Source
from .streams import StreamSource

__all__ = ["is_array", "source_beside", "source_of"]

ONCE = "passes once, but a fit makes several passes: give a function that makes one, or use partial_fit"


class Listed(NamedTuple):
    """Tables in a list, one after the other."""

    tables: Sequence[Any]

    def __call__(self, columns: Sequence[str] | None) -> Sequence[Any]:
        """All of them, with all columns."""
        return self.tables


def source_of(table: Any, asked: Asked, rows: int | None = None) -> Source:
    """The source of a table in memory, or made by another library or a function, whose columns have names.

    Parameters
    ----------
    table : object
        As of `scan`.
    asked : Asked
    rows : int, optional
        Rows that a function makes.

    Raises
    ------
    UsageError
        If there is no source for such a table.
    """
    if is_frame(table):
        return FrameSource(arrow_table(table), asked)
    if is_a(table, "polars", "LazyFrame"):
        return scan_lazy_frame(table, asked)
    if is_a(table, "pyarrow.dataset", "Dataset"):
        files = files_of(table)
        return scan_parquet(find_files(files), asked) if files else scan_dataset(table, asked)
    if isinstance(table, Iterator) or is_a(table, "pyarrow", "RecordBatchReader"):
        raise UsageError(f"{type(table).__name__} {ONCE}")
    if exports_arrow(table):
        return StreamSource(Streamed(table), asked)
    if callable(table):
        return StreamSource(Made(table), asked, rows)
    if isinstance(table, Sequence):
        return StreamSource(Listed(table), asked)
    raise UsageError(f"{type(table).__name__} is no table: give files, a data frame, arrays X and y, or a function")


def source_beside(X: Any, y: Any, asked: Asked, weights: Any, offset: Any) -> Source:
    """The source of a data frame or array, with its target, weights or offsets in other arrays.

    Of a data frame each of them may be the name of a column.
    """
    if is_array(X):
        return _of_array(X, y, asked, weights, offset)
    roles = {"target": y, "weights": weights, "offset": offset}
    named = {role: value for role, value in roles.items() if value is not None and is_named(value)}
    if not is_frame(X):
        role = next(role for role in roles if role not in named and roles[role] is not None)
        raise UsageError(f"the {role} is an array, but the table is not: name a column of the table")
    arrays = [None if role in named else value for role, value in roles.items()]
    return FrameSource(beside(X, *arrays), asked_beside(asked._replace(**named), *arrays))


def _of_array(X: Any, y: Any, asked: Asked, weights: Any, offset: Any) -> Source:
    for role, value in (("target", y), ("weights", weights), ("offset", offset)):
        if isinstance(value, str):
            raise UsageError(f"an array has no column {value!r}: give the {role} as an array")
    if asked.drop or asked.settings != Settings():
        table = beside(of_array(X, asked.features), y, weights, offset)
        return FrameSource(table, asked_beside(asked._replace(features=None), y, weights, offset))
    X = matrix(X)
    y = np.zeros((X.shape[0], 0)) if y is None else np.asarray(y)
    truths = y.dtype.kind == "b"
    y, levels = _labelled(y)
    rows = make_rows(X, y, weight=weights, offset=offset)
    rows = rows._replace(X=in_row_order(rows.X))
    targets = ("y",) if rows.outputs == 1 else tuple(f"y{j}" for j in range(rows.outputs))
    return MemorySource(rows, names_of_columns(rows.shape[1], asked.features), targets, levels, truths)


def is_array(table: Any) -> bool:
    """Whether a table is an array without names: also a sparse one, and a list of lists."""
    if is_frame(table) or isinstance(table, (str, os.PathLike)):
        return False
    if isinstance(table, (list, tuple)) and table and isinstance(table[0], (list, tuple, np.ndarray)):
        return True
    return is_a(table, "scipy.sparse", "sparray", "spmatrix") or hasattr(table, "__array__")


def _labelled(y: Any) -> tuple[Any, tuple[str, ...] | None]:
    """A target of text as places among its sorted levels, and the levels; numbers as they are."""
    of_text = y.dtype.kind in "Ub" or (y.dtype.kind == "O" and any(isinstance(label, str) for label in y.flat))
    if not of_text or y.ndim > 1:
        return _numbers(y), None
    for row, label in enumerate(y.tolist()):
        if label is None or (not isinstance(label, str) and is_missing(label)):
            raise DataError(f"row {row + 1}: missing value: {FILL}", column="y")
    found, places = np.unique(y.astype(str), return_inverse=True)
    return places, tuple(found.tolist())


def _numbers(y: Any) -> Any:
    """The target, unless it holds something else."""
    try:
        return np.asarray(y if y.dtype.kind in "biufO" else [{}], np.float64)
    except (TypeError, ValueError):
        raise DataError("neither numbers nor one text a row: correct it", column="y") from None
