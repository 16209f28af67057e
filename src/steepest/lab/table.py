"""A table as the page holds it: columns of finite numbers, at most 5,000 rows, two classes as 0 and 1."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.types import Array

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "Column", "PageTable", "sampled_rows"]

MOST_COLUMNS, MOST_ROWS = 64, 5000
SEED = 0  # of the sample
NOT_FINITE = "the page shows finite numbers only: fill the gaps, or leave the rows out"


class Column(NamedTuple):
    """A column by name; the two labels of one whose values are 0 and 1."""

    name: str
    values: Array  # (n,)
    classes: tuple[str, str] | None = None

    def member(self) -> dict[str, Any]:
        """`Column` in front/src/types.ts.

        Raises
        ------
        DataError
            If a number is not finite.

        Examples
        --------
        >>> Column("y", np.array([1.0, 0.5])).member()
        {'name': 'y', 'values': [1, 0.5]}
        """
        values = np.asarray(self.values, np.float64)
        if not np.isfinite(values).all():
            raise DataError(NOT_FINITE, column=self.name)
        classes = {} if self.classes is None else {"classes": list(self.classes)}
        return {"name": self.name, "values": [_short(value) for value in values.tolist()], **classes}


class PageTable(NamedTuple):
    """The rows that a page holds.

    Attributes
    ----------
    name : str
        Shown in the head of the page.
    columns : tuple of Column
        The target last, if there is one.
    target : str or None
    rows : int
        Of the whole table; the columns may be a sample of it.
    notes : tuple of str
        What was decided about the file.
    edited : bool
        Whether the file has other columns or rows than these: columns became numbers, or rows were left out.
    """

    name: str
    columns: tuple[Column, ...]
    target: str | None
    rows: int
    notes: tuple[str, ...] = ()
    edited: bool = False

    @property
    def kept(self) -> int:
        """Rows that the page holds."""
        return len(self.columns[0].values)

    def with_target(self, name: str) -> PageTable:
        """The same with this name of the target."""
        return self._replace(columns=(*self.columns[:-1], self.columns[-1]._replace(name=name)), target=name)

    def member(self) -> dict[str, Any]:
        """`Table` in front/src/types.ts."""
        sampled = {} if self.kept == self.rows else {"sampledFrom": self.rows}
        edited = {"edited": True} if self.edited else {}
        columns = [column.member() for column in self.columns]
        return {"name": self.name, "rows": self.kept, **sampled, **edited, "columns": columns}

    def settings(self) -> dict[str, Any]:
        """Settings of the page that say what is fitted to what; two classes have the log loss.

        Examples
        --------
        >>> x, y = Column("x", np.arange(3.0)), Column("y", np.array([0.0, 1.0, 1.0]))
        >>> PageTable("t", (x, y), "y", 3).settings()
        {'task': 'table', 'data': 'own', 'target': 'y', 'features': ['x'], 'loss': 'log_loss'}
        """
        own: dict[str, Any] = {"task": "table", "data": "own"}
        if self.target is None:
            return own
        y, features = self.columns[-1], [column.name for column in self.columns[:-1]]
        classes = y.classes is not None or np.unique(y.values).tolist() == [0.0, 1.0]
        return own | {"target": self.target, "features": features} | ({"loss": "log_loss"} if classes else {})


def sampled_rows(n: int) -> NDArray[np.int64]:
    """The rows that a page of a table of n rows holds, in their order: all, or 5,000 that are drawn.

    Examples
    --------
    >>> len(sampled_rows(5000)), len(sampled_rows(5001))
    (5000, 5000)
    """
    if n <= MOST_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng(SEED).choice(n, MOST_ROWS, replace=False))


def _short(value: float) -> float | int:
    """The same number, written without ".0" where it is whole."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
