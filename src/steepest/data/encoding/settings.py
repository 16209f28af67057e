"""How a table is to be encoded, as the user says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ...core.errors import UsageError

__all__ = ["MISSING", "PARTS", "Settings", "Unknown", "names_of", "settings_of"]

PARTS = ("days", "year", "month", "weekday", "hour")  # of a date

MISSING = ("error", "drop", "mean", "indicator")
NONE: Mapping[str, str] = {}


class Settings(NamedTuple):
    """Choices about columns; the defaults refuse gaps and turn text into categories.

    Attributes
    ----------
    missing : {"error", "drop", "mean", "indicator"}
        Rows with a missing value are refused, or left out; or the value is the mean of its column, or the most frequent
        level; or the same with a column, or a level, that marks it.
    categories : tuple of str
        Columns of numbers to be read as categories.
    reference : mapping
        The level of a column that has no column of its own. By default the most frequent one.
    min_count : int
        Levels with fewer rows are pooled into one, "(other)", and the next rarest ones until it has so many.
    dates : mapping
        Columns of dates, and their parts: of days, year, month, weekday, hour, joined by "+".
    date_format : str, optional
        As `datetime.strptime` takes it. By default found from all dates of the column.
    terms : str
        Powers and products of columns, such as "carat^2, carat:depth".
    """

    missing: str = "error"
    categories: tuple[str, ...] = ()
    reference: Mapping[str, str] = NONE
    min_count: int = 1
    dates: Mapping[str, str] = NONE
    date_format: str | None = None
    terms: str = ""

    def checked(self) -> Settings:
        """These settings, or an error."""
        if self.missing not in MISSING:
            raise UsageError(f"missing must be one of {', '.join(MISSING)}, not {self.missing!r}")
        if isinstance(self.min_count, bool) or not isinstance(self.min_count, int) or self.min_count < 1:
            raise UsageError(f"min_count must be a whole number from 1, not {self.min_count!r}")
        return self


def settings_of(
    *,
    missing: str = "error",
    categories: str | Iterable[str] = (),
    reference: Mapping[str, str] | None = None,
    min_count: int = 1,
    dates: str | Iterable[str] | Mapping[str, str] | None = None,
    date_format: str | None = None,
    terms: str = "",
) -> Settings:
    """Settings as users give them in Python: one name or several, dates with or without their parts.

    Examples
    --------
    >>> settings_of(dates="sold").dates, settings_of(categories="code").categories
    ({'sold': 'days'}, ('code',))
    """
    parts = dates if isinstance(dates, Mapping) else dict.fromkeys(names_of(dates or ()), "days")
    return Settings(missing, names_of(categories), reference or {}, min_count, parts, date_format, terms).checked()


def names_of(given: str | Iterable[str]) -> tuple[str, ...]:
    """One name or several, as a tuple."""
    return (given,) if isinstance(given, str) else tuple(given)


class Unknown:
    """What to do about levels that the fit has not seen, and how often it was done."""

    def __init__(self, policy: str = "error") -> None:
        if policy not in ("error", "other"):
            raise UsageError(f"unknown must be error or other, not {policy!r}")
        self.policy = policy
        self.notes: list[str] = []
