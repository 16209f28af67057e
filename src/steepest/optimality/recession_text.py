"""A direction of recession in words, with the columns that it moves and the levels that it decides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.rows import Rows
from ..objective.problem import Problem
from .recession import Recession

__all__ = ["describe"]

NAMED = 5  # columns named at most
TOLD = 2  # of them those whose rows are told
MOST = 0.5  # share of a level's rows from which it is named


def describe(found: Recession, problem: Problem, rows: Rows, names: tuple[str, ...], whole: bool = True) -> str:
    """A direction of recession in words, with the names of its columns; ``whole``: these are all rows.

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
    text = _classes(found, rows, names) if problem.loss.labels else _numbers(found, problem, names)
    if rows.outputs > 1 and not rows.supports.joint:
        text = f"{text} (target {found.target + 1} of {rows.outputs})"
    levels = [] if found.kind == "complete" or not whole else _levels(found, rows, names)
    more = [f"and {len(levels) - TOLD} more columns like these"] if len(levels) > TOLD + 1 else []
    return "; ".join([text, *(levels[:TOLD] if more else levels), *more])


def _along(found: Recession, names: tuple[str, ...]) -> str:
    listed = [names[j] for j in found.columns] or ["the intercept"]
    return ", ".join(listed[:NAMED]) + (f" and {len(listed) - NAMED} more" if len(listed) > NAMED else "")


def _classes(found: Recession, rows: Rows, names: tuple[str, ...]) -> str:
    k, along = found.direction.shape[1], _along(found, names)
    counted = rows.y if rows.weight is None else rows.y[rows.weight > 0]
    if k == 1 and found.kind == "complete" and np.ptp(counted) == 0:
        return f"each of the {found.rows} rows of weight > 0 is of the {('first', 'second')[int(counted[0, 0])]} class"
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


def _levels(found: Recession, rows: Rows, names: tuple[str, ...]) -> list[str]:
    """For each named column of 0 and 1, what its rows with 1 have in common."""
    chosen = np.array(sorted(found.columns[:NAMED]), np.int64)
    weighted = np.ones(rows.shape[0], bool) if rows.weight is None else rows.weight > 0
    X = rows.chosen(chosen)[weighted]
    outcome = rows.y.argmax(1) if rows.supports.joint else rows.y[:, found.target]
    strict = _strict(found, rows)[weighted]
    texts = (_level(names[j], X[:, i], outcome[weighted], strict) for i, j in enumerate(chosen))
    word = {True: "are of class {}", False: "have y = {:g}"}[rows.supports.joint]
    return [text.replace("{outcome}", word.format(at + rows.supports.joint)) for text, at in filter(None, texts)]


def _strict(found: Recession, rows: Rows) -> NDArray[np.bool_]:
    """Rows whose predictor moves along the direction."""
    change = rows.with_rows(offset=None).predictor(found.direction)
    moved: Array = np.ptp(change, axis=1) if change.shape[1] > 1 else np.abs(change[:, 0])
    return np.asarray(moved > 1e-9 * moved.max())


def _level(name: str, x: Array, outcome: Array, strict: NDArray[np.bool_]) -> tuple[str, float] | None:
    """What the rows with 1 of a column of 0 and 1 have in common."""
    level = x == 1
    count, decided = int(level.sum()), int(strict[level].sum())
    if not (count and (level | (x == 0)).all()) or decided <= MOST * count:
        return None
    rows = "the one row" if count == 1 else f"all {count:,} rows"
    if decided == count and np.ptp(outcome[level]) == 0:
        verb = " where it is 1 "
        return f"column {name!r}: {rows}{verb}{{outcome}}", float(outcome[level][0])
    return f"column {name!r}: {decided:,} of the {count:,} rows where it is 1 are decided", 0.0
