"""`steepest.lab`: a page of a table or a formula, for notebooks and scripts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import DataError, UsageError
from ..core.records import is_record
from ..core.types import Array
from .page import Page
from .pages import page_of_table, page_without_table
from .settings import Choice
from .table import MOST_COLUMNS, Column, PageTable, sampled_rows

__all__ = ["lab"]


def lab(
    X: Any = None,
    y: Any = None,
    *,
    formula: str | None = None,
    loss: str | None = None,
    rule: str | Sequence[str] | None = None,
    learning_rate: float | None = None,
    lesson: str | None = None,
) -> Page:
    """A page where a descent is tried by hand. A notebook shows it; ``save`` writes it to a file.

    Parameters
    ----------
    X : (n, d) array, data frame of pandas, mapping from names to columns, or table of `read_table`, optional
        Features, at most 64; of more than 5,000 rows the page holds a sample. None begins with a table of the page.
    y : (n,) array, optional
        The target: numbers, or two labels. That of a table of `read_table` if it is left out.
    formula : str, optional
        A function to descend on instead of a table, such as "(x - 3)**2 + 2".
    loss : str, optional
        By default "log_loss" for two classes, "squared_error" for numbers.
    rule : str or sequence of str, optional
        One rule, or a race of several; by default plain steps.
    learning_rate : float, optional
        By default one that suits the table, which the page computes.
    lesson : str, optional
        The lesson to begin with.

    Returns
    -------
    Page
        HTML of its own, which loads nothing.

    Raises
    ------
    UsageError
        If a setting is unknown, or X is given with a formula or a lesson.
    DataError
        If a value is not finite, a length does not fit, or there are more than two labels.

    Notes
    -----
    Cost: one pass over the table; the page holds at most 5,000 rows.

    Examples
    --------
    >>> import steepest
    >>> page = steepest.lab({"size": [1.0, 3.0, 4.0]}, [4.0, 3.0, 7.0], learning_rate=0.05)
    >>> page.payload.settings["features"], page.payload.settings["rate"]
    (['size'], 0.05)
    """
    choice = Choice(formula, loss, rule, learning_rate, lesson=lesson)
    if X is None:
        return page_without_table(choice.settings())
    if formula is not None or lesson is not None:
        raise UsageError("a page begins with a table, a formula or a lesson: give one of them")
    return page_of_table(_table(X, y, choice.of_classes), choice.settings())


def _table(X: Any, y: Any, classes: bool) -> PageTable:
    """The table of a page; a target of two numbers is two classes if that is asked for."""
    if is_record(X):  # a table of read_table
        found = _table(dict(zip(X.names, X.X.T, strict=True)), X.y if y is None else y, classes)._replace(
            name=Path(X.source).name
        )
        return found if X.target is None else found.with_target(X.target)
    columns = _columns(X)
    n = len(next(iter(columns.values())))
    places = sampled_rows(n)
    kept = [Column(name, values[places]) for name, values in columns.items()]
    target = None if y is None else next(name for name in ("y", "target", "target of X") if name not in columns)
    if target is not None:
        response = _target(target, np.asarray(y), n, classes)
        kept.append(response._replace(values=response.values[places]))
    return PageTable("own data", tuple(kept), target, n)


def _columns(X: Any) -> dict[str, Array]:
    """Columns by name: of an array, a data frame of pandas, or a mapping."""
    if isinstance(X, np.ndarray | list | tuple):
        rows = np.asarray(X)
        if rows.ndim != 2:
            raise DataError(f"X must have rows and columns, not the shape {rows.shape}: write [[x], [x], ...]")
        X = dict(zip([f"x{j + 1}" for j in range(rows.shape[1])], rows.T, strict=True))
    found = {str(name): _numbers(str(name), column) for name, column in dict(X).items()}
    if not 0 < len(found) <= MOST_COLUMNS:
        raise DataError(f"a page holds 1 to {MOST_COLUMNS} columns, not {len(found):,}: choose some")
    if len({len(column) for column in found.values()}) > 1 or not len(next(iter(found.values()))):
        raise DataError("columns must have rows, and all the same number of them")
    return found


def _numbers(name: str, column: Any) -> Array:
    try:
        return np.asarray(column, np.float64)
    except (ValueError, TypeError):
        raise DataError("not numbers: leave it out, or use steepest.tables.TableEncoder", column=name) from None


def _target(name: str, y: Any, n: int, classes: bool) -> Column:
    """Numbers, or two labels as 0 and 1."""
    if y.shape != (n,):
        raise DataError(f"y must be {n:,} numbers or labels, one for each row, not the shape {y.shape}")
    if y.dtype.kind in "fiub" and not classes:
        return Column(name, np.asarray(y, np.float64))
    labels, places = np.unique(y.astype(str) if y.dtype.kind == "O" else y, return_inverse=True)
    if len(labels) != 2:
        raise DataError(
            f"{len(labels)} different labels, the page descends on two: choose the rows of two", column=name
        )
    first, second = map(str, labels.tolist())
    return Column(name, places.astype(np.float64), (first, second))
