"""A direction of recession in words, with the columns that it moves and the levels that it decides."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.rows import Rows
from ..objective.problem import Problem
from .recession import Recession

__all__ = ["Levels", "Told", "describe", "described", "levels_of", "moved_by", "named_columns"]

NAMED = 5  # columns named at most
TOLD = 2  # of them those whose rows are told
SAME = 1e-9  # share of the largest change of a predictor up to which one does not move
MOST = 0.5  # share of a level's rows from which it is named


def describe(found: Recession, problem: Problem, rows: Rows, names: tuple[str, ...]) -> str:
    """A direction of recession in words, with the names of its columns.

    Where a column of 0 and 1 takes part, and the losses of most of its rows with 1 fall, these rows are named.

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest.optimality.recession import recession
    >>> problem, rows = Problem("poisson"), make_rows([[1.0], [1.0], [0.0], [0.0]], [0.0, 0.0, 1.0, 2.0])
    >>> found = recession(problem, rows, np.zeros((2, 1))).recession
    >>> print(describe(found, problem, rows, ("shop",)))
    the predictions of 2 of 4 rows fall towards 0 along shop, all with a target of 0, and no other prediction changes; \
column 'shop': all 2 rows where it is 1 have y = 0
    """
    counted = rows.y if rows.weight is None else rows.y[rows.weight > 0]
    alike = float(counted[0, 0]) if counted.shape[1] == 1 and np.ptp(counted) == 0 else None
    change = moved_by(found, rows)
    levels = levels_of(found, rows, change > SAME * change.max())
    return described(found, problem, Told(rows.outputs, rows.supports.joint, alike, levels), names)


class Levels(NamedTuple):
    """What the rows of weight > 0 with 1 in a column have in common, for each column, (m,)."""

    binary: NDArray[np.bool_]  # whether all rows have 0 or 1
    ones: Array  # rows with 1
    decided: Array  # of them those whose loss falls
    least: Array  # the smallest outcome of them, and the largest
    most: Array

    def joined(self, other: Levels) -> Levels:
        """The same of the rows of both."""
        sums = self.binary & other.binary, self.ones + other.ones, self.decided + other.decided
        return Levels(*sums, np.minimum(self.least, other.least), np.maximum(self.most, other.most))


class Told(NamedTuple):
    """What words on a direction need to know of the rows."""

    outputs: int
    joint: bool
    alike: float | None  # the target of all rows of weight > 0, if it is the same
    levels: Levels  # of `named_columns`


def described(found: Recession, problem: Problem, told: Told, names: tuple[str, ...]) -> str:
    """The same from what is told of the rows."""
    text = _classes(found, told, names) if problem.loss.labels else _numbers(found, problem, names)
    if told.outputs > 1 and not told.joint:
        text = f"{text} (target {found.target + 1} of {told.outputs})"
    levels = [] if found.kind == "complete" else _levels(found, told, names)
    more = [f"and {len(levels) - TOLD} more columns like these"] if len(levels) > TOLD + 1 else []
    return "; ".join([text, *(levels[:TOLD] if more else levels), *more])


def _along(found: Recession, names: tuple[str, ...]) -> str:
    listed = [names[j] for j in found.columns] or ["the intercept"]
    return ", ".join(listed[:NAMED]) + (f" and {len(listed) - NAMED} more" if len(listed) > NAMED else "")


def _classes(found: Recession, told: Told, names: tuple[str, ...]) -> str:
    k, along = found.direction.shape[1], _along(found, names)
    if k == 1 and found.kind == "complete" and told.alike is not None:
        return f"each of the {found.rows} rows of weight > 0 is of the {('first', 'second')[int(told.alike)]} class"
    if k > 1:
        return _several(found, k, along)
    if found.kind == "complete":
        first = names[found.columns[0]] if found.columns else "the intercept"
        how = f"completely separated by a plane with all {found.rows} rows on their own side"
        return f"the classes are {how} (largest coefficient: {first})"
    how = f"each row is on its own side of a plane or on it, {found.strict} of {found.rows} strictly"
    return f"the classes are quasi-separated along {along} ({how})"


def _several(found: Recession, k: int, along: str) -> str:
    if found.kind == "complete":
        return f"the {k} classes are completely separated, as each row's linear predictor is largest for its own class"
    how = f"in no row another class gains on its own, and in {found.strict} of {found.rows} its own gains on others"
    return f"the {k} classes are quasi-separated along {along} ({how}){_set_off(found.direction)}"


def _set_off(v: Array) -> str:
    """The one class whose predictor moves against the others, if it is one."""
    k = v.shape[1]
    alone = [c for c in range(k) if np.ptp(np.delete(v, c, 1), axis=1).max() <= 1e-9]
    return f", class {alone[0] + 1} of {k} against the rest" if len(alone) == 1 else ""


def _numbers(found: Recession, problem: Problem, names: tuple[str, ...]) -> str:
    along = _along(found, names)
    if problem.loss.positive:
        how = f"the predictions of {found.strict} of {found.rows} rows fall towards 0 along {along}"
        return f"{how}, all with a target of 0, and no other prediction changes"
    return f"the loss of {found.strict} of {found.rows} rows falls without end along {along}, and that of no row rises"


def named_columns(found: Recession) -> NDArray[np.int64]:
    """The columns whose rows with 1 are told."""
    return np.array(sorted(found.columns[:NAMED]), np.int64)


def moved_by(found: Recession, rows: Rows) -> Array:
    """How far the predictor of each row moves along the direction, (n,)."""
    change = rows.with_rows(offset=None).predictor(found.direction)
    return np.asarray(np.ptp(change, axis=1) if change.shape[1] > 1 else np.abs(change[:, 0]))


def levels_of(found: Recession, rows: Rows, strict: NDArray[np.bool_]) -> Levels:
    """The facts of the named columns, from rows and whether the predictor of each moves."""
    weighted = np.ones(rows.shape[0], bool) if rows.weight is None else rows.weight > 0
    X = rows.chosen(named_columns(found))[weighted]
    outcome = (rows.y.argmax(1) if rows.supports.joint else rows.y[:, found.target])[weighted, None]
    level = X == 1
    least = np.where(level, outcome, np.inf).min(0, initial=np.inf)
    most = np.where(level, outcome, -np.inf).max(0, initial=-np.inf)
    decided = (level & strict[weighted, None]).sum(0, dtype=np.float64)
    return Levels((level | (X == 0)).all(0), level.sum(0, dtype=np.float64), decided, least, most)


def _levels(found: Recession, told: Told, names: tuple[str, ...]) -> list[str]:
    """For each named column of 0 and 1, what its rows with 1 have in common."""
    each = zip(named_columns(found), *told.levels, strict=True)
    texts = (_level(names[j], bool(binary), int(count), *rest) for j, binary, count, *rest in each)
    word = {True: "are of class {}", False: "have y = {:g}"}[told.joint]
    return [text.replace("{outcome}", word.format(at + told.joint)) for text, at in filter(None, texts)]


def _level(name: str, binary: bool, count: int, decided: float, least: float, most: float) -> tuple[str, float] | None:
    """What the rows with 1 of a column of 0 and 1 have in common."""
    if not (count and binary) or decided <= MOST * count:
        return None
    rows = "the one row" if count == 1 else f"all {count:,} rows"
    if decided == count and least == most:
        verb = " where it is 1 "
        return f"column {name!r}: {rows}{verb}{{outcome}}", least
    return f"column {name!r}: {int(decided):,} of the {count:,} rows where it is 1 are decided", 0.0
