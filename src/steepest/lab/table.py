"""A table as the page holds it: columns of finite numbers, at most 5,000 rows, two classes as 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.types import Array

__all__ = ["MOST_ROWS", "Column", "sampled_rows", "table_member"]

MOST_ROWS = 5000
SEED = 0  # of the sample
NOT_FINITE = "the page shows finite numbers only: fill the gaps, or leave the rows out"


class Column(NamedTuple):
    """A column by name; the two labels of one whose values are 0 and 1."""

    name: str
    values: Array  # (n,)
    classes: tuple[str, str] | None = None


def sampled_rows(n: int) -> NDArray[np.int64] | None:
    """The rows that a page of a table of n rows holds, in their order; None for all of them.

    Examples
    --------
    >>> sampled_rows(5000), len(sampled_rows(5001))
    (None, 5000)
    """
    if n <= MOST_ROWS:
        return None
    return np.sort(np.random.default_rng(SEED).choice(n, MOST_ROWS, replace=False))


def table_member(name: str, columns: Sequence[Column], rows: int) -> dict[str, Any]:
    """`Table` in front/src/types.ts.

    Parameters
    ----------
    name : str
        Shown in the head of the page.
    columns : sequence of Column
        Of the sampled rows.
    rows : int
        Rows of the whole table.

    Raises
    ------
    DataError
        If a number is not finite.

    Examples
    --------
    >>> table_member("t.csv", [Column("y", np.array([1.0, 0.5]))], 2)
    {'name': 't.csv', 'rows': 2, 'columns': [{'name': 'y', 'values': [1, 0.5]}]}
    """
    held = len(columns[0].values)
    sampled = {} if held == rows else {"sampledFrom": rows}
    return {"name": name, "rows": held, **sampled, "columns": [_member(column) for column in columns]}


def _member(column: Column) -> dict[str, Any]:
    values = np.asarray(column.values, np.float64)
    if not np.isfinite(values).all():
        raise DataError(NOT_FINITE, column=column.name)
    classes = {} if column.classes is None else {"classes": list(column.classes)}
    return {"name": column.name, "values": [_short(value) for value in values.tolist()], **classes}


def _short(value: float) -> float | int:
    """The same number, written without ".0" where it is whole."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
