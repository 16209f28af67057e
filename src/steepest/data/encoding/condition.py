"""Conditions on rows, as users write them: "carat < 3 and cut != Fair". Nothing is evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from .text_column import Column, Text

__all__ = ["Condition", "read_condition"]

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "!=": np.not_equal,
    "==": np.equal,
    "<": np.less,
    ">": np.greater,
    "=": np.equal,
}
OF_TEXT = ("==", "=", "!=")
SIDE = r"""(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s<>=!"'][^<>=!"']*?)"""
PART = re.compile(rf"\s*({SIDE})\s*({'|'.join(OPERATORS)})\s*({SIDE})\s*(?:\b(and|or)\b|\Z)", re.IGNORECASE)
LONGEST = 2000  # characters: a file may hold the condition, and matching may take the square of its length
WRITE = 'write COLUMN < NUMBER or COLUMN = LEVEL, joined by "and" or "or"'


class Comparison(NamedTuple):
    """One comparison of a column with a value."""

    column: str
    operator: str
    value: str


class Condition(NamedTuple):
    """Comparisons; a row fulfils the condition if it fulfils all of one group."""

    groups: tuple[tuple[Comparison, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it needs."""
        return tuple(dict.fromkeys(one.column for group in self.groups for one in group))

    def holds(self, columns: Mapping[str, Column]) -> NDArray[np.bool_]:
        """Whether each row (n,) fulfils it; a missing value fulfils no comparison.

        Raises
        ------
        UsageError
            If a column of numbers is compared with text, or text by < or >.
        """
        groups = [np.all([_fulfils(one, columns[one.column]) for one in group], axis=0) for group in self.groups]
        found: NDArray[np.bool_] = np.any(groups, axis=0)
        return found


def read_condition(text: str) -> Condition:
    """The condition of a text: comparisons by < <= > >= = !=, joined by "and", which binds tighter, and "or".

    A name or level with a sign in it stands in quotes.

    Examples
    --------
    >>> read_condition("carat < 3 and cut = Fair").groups
    ((Comparison(column='carat', operator='<', value='3'), Comparison(column='cut', operator='=', value='Fair')),)
    """
    if len(text) > LONGEST:
        raise UsageError(f"--where: {len(text):,} characters are too many: write at most {LONGEST:,}")
    groups: list[list[Comparison]] = [[]]
    at, joint = 0, "and"
    while joint:
        found = PART.match(text, at)
        if found is None:
            raise UsageError(f"--where: {text[at:].strip()[:40] or 'the end'!r} is not understood: {WRITE}")
        if joint.lower() == "or":
            groups.append([])
        groups[-1].append(Comparison(_bare(found[1]), found[2], _bare(found[3])))
        at, joint = found.end(), found[4] or ""
    return Condition(tuple(map(tuple, groups)))


def _bare(side: str) -> str:
    """A side without its quotes."""
    side = side.strip()
    if side[:1] in ("'", '"') and side[-1:] == side[:1] and len(side) > 1:
        return side[1:-1].replace(side[0] * 2, side[0])
    return side


def _fulfils(one: Comparison, column: Column) -> NDArray[np.bool_]:
    compare = OPERATORS[one.operator]
    if isinstance(column, Text):
        if one.operator not in OF_TEXT:
            raise UsageError(f"--where: {one.column!r} is text, which is only = or != a level")
        same = np.array([*(bool(compare(level, one.value)) for level in column.levels), False])
        chosen: NDArray[np.bool_] = same[column.codes]
        return chosen
    try:
        value = float(one.value)
    except ValueError:
        raise UsageError(f"--where: {one.column!r} has numbers, and {one.value!r} is none") from None
    found: NDArray[np.bool_] = compare(column, value) & ~np.isnan(column)
    return found
