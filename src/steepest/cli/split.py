"""The split of a table by ``--test``: the rows to fit and those held out, and the same rows again from a model file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..data.encoding.condition import read_condition
from ..data.encoding.settings import Settings
from ..data.folds import folds, held_out_rows, other_rows
from ..data.readers.raw_table import RawTable

__all__ = ["Split", "SplitFlags", "check_split", "chosen_rows", "fitted_part", "held_out_part", "split_table"]


class SplitFlags(Protocol):
    """The options that say which rows are held out."""

    @property
    def test(self) -> float | None:
        """--test."""

    @property
    def cv(self) -> int | None:
        """--cv."""

    @property
    def seed(self) -> int:
        """--seed."""

    @property
    def alpha(self) -> float | str:
        """--alpha: cv takes the folds for itself."""


class Split(NamedTuple):
    """The rows that are fitted, those held out, the settings that give them again, and the rows of each fold."""

    fitted: RawTable
    held_out: RawTable | None = None
    meta: dict[str, Any] = {}  # noqa: RUF012 - never changed
    folds: tuple[NDArray[np.int64], ...] = ()


def check_split(flags: SplitFlags) -> None:
    """Refuse settings of a split that contradict each other, before anything is read."""
    if flags.test is not None and flags.cv is not None and not isinstance(flags.alpha, str):
        raise UsageError("--test and --cv exclude each other: give one of them")
    if flags.test is not None and not 0 < flags.test < 1:
        raise UsageError(f"--test is a share of the rows, between 0 and 1, not {flags.test:g}: write --test 0.2")
    if flags.cv is not None and flags.cv < 2:
        raise UsageError(f"--cv is a number of folds, 2 or more, not {flags.cv}: write --cv 5")


def split_table(table: RawTable, flags: SplitFlags, labels: bool) -> Split:
    """Hold out the rows that --test or --cv and --seed say, of each class its share; none without them.

    Raises
    ------
    DataError
        If there are too few rows, of the table or of a class, or all weights on a side are 0.
    """
    y = table.y if labels else None
    n = table.n
    if flags.cv is not None and not isinstance(flags.alpha, str):
        with _named(table):
            return Split(table, folds=folds(n, flags.cv, seed=flags.seed, labels=y))
    if flags.test is None:
        return Split(table)
    rows = _rows(table, n, flags.test, flags.seed, labels)
    split = Split(table.rows(other_rows(n, rows)), table.rows(rows))
    for part, what in ((split.fitted, "rows to fit"), (split.held_out, "held-out rows")):
        if part is not None and part.weight is not None and not part.weight.any():
            raise DataError(f"all weights of the {what} are zero: choose another --seed", file=table.source)
    return split._replace(meta={"held_out": {"share": flags.test, "seed": flags.seed, "rows": n}})


def held_out_part(table: RawTable, settings: Mapping[str, Any], labels: bool) -> RawTable:
    """The rows of a file that the fit with these settings held out.

    Raises
    ------
    UsageError
        If it held none out, or the file has another number of rows.
    """
    split = settings.get("held_out")
    if not isinstance(split, dict):
        raise UsageError("--held-out: no rows were held out of the fit: fit with --test 0.2")
    n = table.n
    if split["rows"] != n:
        problem = f"--held-out: the fit held rows out of {split['rows']:,}, but {table.source} has {n:,}"
        raise UsageError(f"{problem}: give the file that was fitted, or leave --held-out away")
    return table.rows(_rows(table, n, split["share"], split["seed"], labels))


def fitted_part(table: RawTable, settings: Mapping[str, Any], labels: bool) -> RawTable:
    """The rows that the fit with these settings used, if it held rows out of a table of this size; else all rows."""
    split, n = settings.get("held_out"), table.n
    if not isinstance(split, dict) or split["rows"] != n:
        return table
    return table.rows(other_rows(n, _rows(table, n, split["share"], split["seed"], labels)))


def _rows(table: RawTable, n: int, share: float, seed: int, labels: bool) -> NDArray[np.int64]:
    with _named(table):
        return held_out_rows(n, share, seed=seed, labels=table.y if labels else None)


def chosen_rows(settings: Mapping[str, Any]) -> dict[str, Any]:
    """How `read_columns` finds the rows that a fit with these settings used: by its condition, without gaps."""
    where, drop = settings.get("where"), settings.get("missing") == "drop"
    return {
        "where": None if where is None else read_condition(where),
        "settings": Settings("drop" if drop else "error"),
    }


@contextmanager
def _named(table: RawTable) -> Iterator[None]:
    """Name the file and the column of a class that has too few rows."""
    try:
        yield
    except DataError as error:
        raise DataError(error.problem, file=table.source, column=table.target) from None
