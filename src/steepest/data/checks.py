"""Checks of the rows before anything is computed; errors name the row and the column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.records import to_name
from ..core.types import Array
from ..objective.explained import out_of_range, takes_zero
from ..objective.problem import Problem
from .counted import row_number
from .csr import CSR
from .extremes import varying
from .gram import LARGEST
from .rows import Rows

__all__ = ["check_rows", "check_targets", "name_bad_number", "refuse_tiny", "row_count"]

SMALLEST = 1e-140  # size of numbers whose squares keep their digits


def check_rows(rows: Rows, problem: Problem) -> None:
    """Refuse empty tables, targets that are not finite numbers, and labels that are not two classes.

    Columns are not checked: a number that is not finite makes their means fail, and `name_bad_number` then finds it.
    """
    check_targets(rows, problem)
    ones = int(np.count_nonzero(rows.y == 1.0))
    if problem.loss.labels and ones in (0, rows.y.size):
        which = "every label" if rows.numbers is None else "the label of every row of weight > 0"
        raise DataError(f"{which} is {int(ones > 0)}: a classifier needs rows of both classes")


def check_targets(rows: Rows, problem: Problem) -> None:
    """The same of rows that are not fitted, such as held-out ones, which may be of one class."""
    n, d = rows.shape
    if n == 0:
        raise DataError("the table has no rows: nothing to fit")
    if d == 0 and not problem.intercept:
        raise DataError("the table has no columns besides the target, and there is no intercept: nothing to fit")
    if not np.abs(rows.y).max() < LARGEST:
        row = _first_bad(rows.y)[0]
        large = np.isfinite(rows.y[row]).all()
        what = "too large: rescale it" if large else "not a finite number: remove the row or fill it in"
        raise DataError(f"the target of row {row_number(rows, row)} is {what}")
    if rows.offset is not None and not np.abs(rows.offset).max() < LARGEST:
        row = _first_bad(rows.offset[:, None])[0]
        raise UsageError(f"the offset of row {row_number(rows, row)} is too large: choose offsets nearer to 0")
    loss = to_name(type(problem.loss))
    if problem.loss.labels and not ((rows.y == 0.0) | (rows.y == 1.0)).all():
        listed = ", ".join(f"{v:g}" for v in np.unique(rows.y)[:5])
        raise DataError(f"{loss.replace('_', ' ')} needs labels 0 and 1, found {listed}: name two classes")
    if problem.loss.positive and (outside := out_of_range(problem.loss, rows.y)).any():
        row = int(outside.any(1).argmax())
        found = (
            f"is {rows.y[row].min():g}, but the {loss} loss needs numbers {'>=' if takes_zero(problem.loss) else '>'} 0"
        )
        raise DataError(f"the target of row {row_number(rows, row)} {found}: remove the row or choose another loss")


def refuse_tiny(rows: Rows, mean: Array, variance: Array, is_open: NDArray[np.bool_], names: tuple[str, ...]) -> None:
    """Refuse a column whose numbers vary, but are so small that their squares underflow.

    A penalised coefficient of such a column is 0 to rounding, so only those that ``is_open`` names are looked at.
    """
    candidates = np.flatnonzero(is_open & (variance < SMALLEST**2) & (np.abs(mean) < SMALLEST))
    tiny = candidates[varying(rows, candidates)] if len(candidates) else candidates
    if len(tiny):
        more = f"multiply it by {1 / SMALLEST:g} or more"
        raise DataError(f"column {names[tiny[0]]!r} holds numbers so small that their squares are 0: {more}")


def _first_bad(values: NDArray[Any]) -> tuple[int, int]:
    i, j = np.argwhere(_unusable(values))[0]
    return int(i), int(j)


def name_bad_number(rows: Rows, names: tuple[str, ...]) -> None:
    """Find a number of the table that is not finite, and refuse it by row and column."""
    for low in range(0, rows.shape[0], 4096):
        if isinstance(rows.X, CSR):
            a, b = rows.X.indptr[low], rows.X.indptr[min(low + 4096, rows.shape[0])]
            bad = np.flatnonzero(_unusable(rows.X.data[a:b]))
            if len(bad):
                i = int(np.searchsorted(rows.X.indptr, a + bad[0], side="right")) - 1
                _refuse(rows.X.data[a + bad[0]], row_number(rows, i), names[rows.X.indices[a + bad[0]]])
        elif _unusable(rows.X[low : low + 4096]).any():
            i, j = _first_bad(rows.X[low : low + 4096])
            _refuse(rows.X[low + i, j], row_number(rows, low + i), names[j])


def _unusable(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Numbers that are not finite, or so large that sums of squares overflow."""
    usable: NDArray[np.bool_] = np.abs(values) < LARGEST
    return ~usable


def _refuse(value: float, row: int, name: str) -> None:
    mend = "rescale the column" if np.isfinite(value) else "remove the row or fill it in"
    shown = "NaN" if np.isnan(value) else f"{value}"
    raise DataError(f"row {row}, column {name!r} holds {shown}: {mend}")


def row_count(X: Any) -> int:
    """Number of rows of whatever is given as a table."""
    try:
        return int(X.shape[0])
    except AttributeError:
        return len(X)
