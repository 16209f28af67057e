"""A column of text: a code for each row, and the text of each code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Column", "Text", "is_missing_at", "merged", "rows_without_gaps", "taken", "text_of", "without_gaps"]

ABSENT = -1


class Text(NamedTuple):
    """A column of text.

    Attributes
    ----------
    codes : (n,) int32
        The place in ``levels`` of each row's text; -1 where it is missing.
    levels : tuple of str
        The different texts, in the order of their first rows.
    """

    codes: NDArray[np.int32]
    levels: tuple[str, ...]

    def counts(self) -> NDArray[np.int64]:
        """Rows of each level (m,)."""
        found: NDArray[np.int64] = np.bincount(self.codes[self.codes >= 0], minlength=len(self.levels))
        return found

    def renamed(self, places: dict[str, int], absent: int) -> NDArray[np.int32]:
        """The code (n,) of each row in another numbering of the levels; ``absent`` for missing and for other levels."""
        codes = np.fromiter((places.get(level, absent) for level in self.levels), np.int32, len(self.levels))
        return np.append(codes, np.int32(absent))[self.codes]


def merged(text: Text) -> Text:
    """The column with levels of the same text made one.

    Examples
    --------
    >>> merged(Text(np.array([0, 1, 2, -1], np.int32), ("a", "b", "a")))
    Text(codes=array([ 0,  1,  0, -1], dtype=int32), levels=('a', 'b'))
    """
    places = {level: j for j, level in enumerate(dict.fromkeys(text.levels))}
    return Text(text.renamed(places, ABSENT), tuple(places))


Column = NDArray[np.float64] | Text  # numbers, NaN where one is missing, or text


def text_of(cells: Iterable[Any], missing: Iterable[bool] | None = None) -> Text:
    """Code a column of cells as text.

    Examples
    --------
    >>> text_of(["a", "b", "a"]).codes.tolist(), text_of(["a", None], [False, True]).codes.tolist()
    ([0, 1, 0], [0, -1])
    """
    places: dict[str, int] = {}
    if missing is None:
        codes = [places.setdefault(str(cell), len(places)) for cell in cells]
    else:
        codes = [
            ABSENT if gone else places.setdefault(str(cell), len(places))
            for cell, gone in zip(cells, missing, strict=True)
        ]
    return Text(np.array(codes, np.int32), tuple(places))


def taken(column: Column, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Column:
    """The column of selected rows: indices, a mask, or a slice; levels without a row are left out."""
    if not isinstance(column, Text):
        numbers: NDArray[np.float64] = column[rows]
        return numbers
    codes = column.codes[rows]
    used, at = np.unique(codes[codes >= 0], return_inverse=True)
    new = np.full(len(codes), ABSENT, np.int32)
    new[codes >= 0] = at
    return Text(new, tuple(column.levels[code] for code in used))


def is_missing_at(column: Column) -> NDArray[np.bool_]:
    """Whether the value of each row (n,) is missing."""
    found: NDArray[np.bool_] = column.codes < 0 if isinstance(column, Text) else np.isnan(column)
    return found


def rows_without_gaps(columns: Sequence[Column]) -> NDArray[np.bool_]:
    """Whether no column lacks the value of a row, for each row (n,)."""
    found: NDArray[np.bool_] = ~np.any([is_missing_at(column) for column in columns], axis=0)
    return found


def without_gaps(columns: Sequence[Column]) -> tuple[list[Column], NDArray[np.bool_]]:
    """The rows without a gap, and which rows these are, (n,)."""
    kept = rows_without_gaps(columns)
    return (list(columns) if kept.all() else [taken(column, kept) for column in columns]), kept
