"""Summaries of columns, from which their rules are learnt; those of consecutive rows can be joined."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .text_column import Column, Text

__all__ = ["Levels", "Numbers", "Summary", "summary_of"]


class Levels(NamedTuple):
    """The different texts of a column, in the order of their first rows.

    Attributes
    ----------
    texts : tuple of str
    counts, firsts : (m,) int64
        Rows that hold each text, and the first of these, from 0.
    rows : int
    gap : int or None
        The first row without a value.
    """

    texts: tuple[str, ...]
    counts: NDArray[np.int64]
    firsts: NDArray[np.int64]
    rows: int
    gap: int | None = None

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.rows - int(self.counts.sum())

    def first_of(self, wrong: NDArray[np.bool_]) -> int:
        """The first row whose text is among the ``wrong`` ones, (m,)."""
        return int(self.firsts[wrong].min(initial=np.iinfo(np.int64).max)) if wrong.any() else 0

    def renamed(self, texts: tuple[str, ...]) -> Levels:
        """The summary with other texts (m,) in place of these; the same ones are made one."""
        places = {text: j for j, text in enumerate(dict.fromkeys(texts))}
        to = np.array([places[text] for text in texts], np.int64)
        counts, firsts = np.zeros(len(places), np.int64), np.full(len(places), np.iinfo(np.int64).max)
        np.add.at(counts, to, self.counts)
        np.minimum.at(firsts, to, self.firsts)
        return Levels(tuple(places), counts, firsts, self.rows, self.gap)

    def followed_by(self, other: Levels) -> Levels:
        """The summary of these rows and of the rows that follow them."""
        both = Levels(
            self.texts + other.texts,
            np.append(self.counts, other.counts),
            np.append(self.firsts, other.firsts + self.rows),
            self.rows + other.rows,
            _gap(self.rows, self.gap, other.gap),
        )
        return both.renamed(both.texts)


class Numbers(NamedTuple):
    """A column of numbers: its rows, the first one without a value, and the sum of the others."""

    rows: int
    missing: int
    total: float
    gap: int | None = None

    @property
    def mean(self) -> float:
        """Mean of the values that are there."""
        return self.total / (self.rows - self.missing)

    def followed_by(self, other: Numbers) -> Numbers:
        """The summary of these rows and of the rows that follow them."""
        gap = _gap(self.rows, self.gap, other.gap)
        return Numbers(self.rows + other.rows, self.missing + other.missing, self.total + other.total, gap)


Summary = Levels | Numbers


def summary_of(column: Column) -> Summary:
    """The summary of a whole column.

    Examples
    --------
    >>> summary_of(np.array([1.0, np.nan, 3.0]))
    Numbers(rows=3, missing=1, total=4.0, gap=1)
    """
    if isinstance(column, Text):
        return _levels_of(column)
    gone = np.isnan(column)
    missing = int(gone.sum())
    there = column[~gone] if missing else column
    with np.errstate(over="ignore"):  # a column that is too large is refused where it is used
        total = float(there.sum())
    return Numbers(len(column), missing, total, int(gone.argmax()) if missing else None)


def _levels_of(text: Text) -> Levels:
    codes, m = text.codes, len(text.levels)
    firsts = np.full(m, np.iinfo(np.int64).max)
    there = codes >= 0
    found, at = np.unique(codes[there], return_index=True)
    firsts[found] = np.flatnonzero(there)[at]
    gap = None if there.all() else int(there.argmin())
    return Levels(text.levels, text.counts(), firsts, len(codes), gap)


def _gap(rows: int, mine: int | None, theirs: int | None) -> int | None:
    return mine if mine is not None or theirs is None else rows + theirs
