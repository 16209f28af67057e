"""Learning a recipe from a table in parts: a pass over the columns whose rules depend on all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError
from ...data.encoding.column_summary import Numbers, Summary, summary_of
from ...data.encoding.faults import CellError
from ...data.encoding.recipe import Learnt, learn_from
from ...data.encoding.settings import Settings
from ...data.encoding.text_column import Column, Text, without_gaps

__all__ = ["learn_in_parts"]

GROUP = 1 << 14  # numbers that are added at a time, so that a sum is the same for every division into batches
LEVELS = 1_000_000  # different texts of a column at most


def learn_in_parts(
    names: Sequence[str], batches: Iterable[Sequence[Column]], settings: Settings, place: Callable[[int], str]
) -> Learnt:
    """The recipe of columns that come batch by batch, in order.

    Parameters
    ----------
    names : sequence of str
    batches : iterable of sequences of Column
        A column of each name. With missing="drop" rows with a gap are left out.
    settings : Settings
    place : callable
        Where a row of the table (from 0) stands, for messages.

    Raises
    ------
    DataError
        If a column cannot be used: with its place.
    """
    tallies = [Tally(name) for name in names]
    for columns in batches:
        whole = without_gaps(columns)[0] if settings.missing == "drop" else columns
        for tally, column in zip(tallies, whole, strict=True):
            tally.add(column)
    try:
        return learn_from(names, [tally.summary() for tally in tallies], settings)
    except CellError as error:
        file = None if error.row is None else place(error.row)
        raise DataError(error.problem, file=file, column=error.column, answer=error.answer) from None


class Tally:
    """The summary of a column so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: Summary | None = None
        self.rest: NDArray[np.float64] = np.zeros(0)

    def add(self, column: Column) -> None:
        """Add the rows that follow."""
        if isinstance(column, Text):
            self._join(summary_of(column))
            if self.found is not None and not isinstance(self.found, Numbers) and len(self.found.texts) > LEVELS:
                raise DataError(f"more than {LEVELS:,} different texts are no categories: drop it", column=self.name)
            return
        numbers = np.concatenate((self.rest, column))
        whole = len(numbers) // GROUP * GROUP
        for low in range(0, whole, GROUP):
            self._join(summary_of(numbers[low : low + GROUP]))
        self.rest = numbers[whole:]

    def summary(self) -> Summary:
        """The summary of all rows."""
        if len(self.rest) or self.found is None:
            self._join(summary_of(self.rest))
        assert self.found is not None
        self.rest = self.rest[:0]
        return self.found

    def _join(self, new: Summary) -> None:
        if self.found is None:
            self.found = new
        else:
            self.found = self.found.followed_by(new)  # type: ignore[arg-type]  # both of one kind
