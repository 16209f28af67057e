"""Notes of a verdict: what the columns leave open, said only where the penalty and the intercept leave it open too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.extremes import varying
from ..data.rows import Rows
from ..objective.objective import Coordinates, coordinates_of
from ..objective.problem import Problem
from .auto.plan import Columns

__all__ = ["AT_ZERO", "column_notes", "least_at_zero", "notes_of", "open_coefficients"]

LISTED = 5
AT_ZERO = (
    "the minimum of this cost is 0, with coefficients of 0, so the optimum says nothing about the classes: take "
    "steps on single rows at a given rate, or the hinge loss"
)
SHARE = 1e-6  # part of a direction below which a column is not in it
FORBIDDEN = 1e-8  # the same of a direction in which a coefficient that is not open moves


def column_notes(rows: Rows, problem: Problem, columns: Columns, names: tuple[str, ...]) -> tuple[str, ...]:
    """Notes on the columns that explain an answer.

    A coefficient is open if it is free, and neither penalised nor constrained. Directions of open coefficients that
    change no prediction leave the cost as it is, so many answers fit equally well; any other direction costs something.
    """
    found = notes_of(_constant(rows, columns), rows.shape[0], problem, columns, names)
    return (*found, AT_ZERO) if least_at_zero(problem, rows) else found


def notes_of(
    constant: NDArray[np.bool_], n: int, problem: Problem, columns: Columns, names: tuple[str, ...]
) -> tuple[str, ...]:
    """The same from which columns are constant (d,) and the number of rows, but for the loss."""
    coordinates = coordinates_of(problem, len(constant))
    intercept = coordinates.free_intercept
    silent = constant if intercept else constant & (columns.mean == 0.0)  # else it stands in for the intercept
    what = "is constant" if intercept else "is 0 in every row"
    notes = [f"column {names[j]!r} {what} and says nothing about the target" for j in np.flatnonzero(silent)[:LISTED]]
    is_open = open_coefficients(coordinates)
    few = _too_few(n, is_open, intercept)
    return (*notes, *([few] if few else _dependent(columns, names, is_open, silent, intercept)))


def least_at_zero(problem: Problem, rows: Rows) -> bool:
    """Whether no row of either class has a loss where the linear predictors are 0."""
    if not problem.loss.labels or rows.supports.joint or rows.offset is not None:
        return False
    return not np.any(problem.loss.value(np.zeros(2), np.array([0.0, 1.0])))


def _constant(rows: Rows, columns: Columns) -> NDArray[np.bool_]:
    """Which columns hold one number, (d,); candidates are those whose variance is no more than rounding."""
    found = columns.constant.copy()
    candidates = np.flatnonzero(found)
    if len(candidates):
        found[candidates] = ~varying(rows, candidates)
    return found


def open_coefficients(coordinates: Coordinates) -> NDArray[np.bool_]:
    """Which coefficients are free, and neither penalised nor constrained, (d,)."""
    if coordinates.problem.unpenalised:
        return coordinates.moves[:-1]
    closed = (coordinates.l2[:, 0] > 0) | (coordinates.l1 > 0).any((0, 2))
    found: NDArray[np.bool_] = (coordinates.moves & ~closed)[:-1]
    return found


def _too_few(n: int, is_open: NDArray[np.bool_], intercept: bool) -> str | None:
    """The note where there are fewer rows than coefficients that they alone determine."""
    m = int(is_open.sum())
    if n >= m + intercept:
        return None
    rows = "1 row" if n == 1 else f"{n} rows"
    which = "" if is_open.all() else ("free " if m else "")
    what = f"{m} {which}coefficient" + ("" if m == 1 else "s") + (" and an intercept" if intercept else "")
    return f"{rows} cannot determine {what}, so many answers fit equally well"


def _dependent(
    columns: Columns, names: tuple[str, ...], is_open: NDArray[np.bool_], silent: NDArray[np.bool_], intercept: bool
) -> list[str]:
    """The note on columns whose coefficients can be exchanged for each other at no cost."""
    tied = np.flatnonzero((np.abs(_exchanges(columns, is_open, intercept)).max(1, initial=0.0) > SHARE) & ~silent)
    if not len(tied):
        return []
    more = f" and {len(tied) - LISTED} more" if len(tied) > LISTED else ""
    listed = ", ".join(repr(names[j]) for j in tied[:LISTED]) + more
    return [f"columns {listed} are linearly dependent, so only their joint effect is determined"]


def _exchanges(columns: Columns, is_open: NDArray[np.bool_], intercept: bool) -> Array:
    """Directions (d, r), in columns of size 1, in which open coefficients change no prediction.

    The null directions of the centred columns are those that the intercept makes up for. Of their span those are left
    in which no other coefficient moves and, without an intercept, the predictions do not shift.
    """
    if not columns.null.shape[1]:
        return columns.null
    size = np.sqrt(np.maximum(columns.variance, 0.0))
    size = np.where(size > 0, size, 1.0)
    away = columns.null * size[:, None]
    closed = away[~is_open]
    if not intercept:
        shift = (columns.mean / size)[:, None] * away
        closed = np.vstack((closed, shift.sum(0) / max(np.abs(shift).max(), np.finfo(float).tiny)))
    if not len(closed):
        return away
    _, sizes, turned = np.linalg.svd(closed)
    kept: Array = turned[int((sizes > FORBIDDEN).sum()) :].T
    return away @ kept
