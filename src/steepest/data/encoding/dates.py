"""A column of dates: days since the first, and parts of the calendar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.aliases import Answer, use
from ...core.errors import UsageError
from .categories import Category, learn_category
from .column_summary import Levels, Numbers, Summary
from .faults import CellError, row_of
from .numbers import Number, learn_number
from .pieces import Piece
from .settings import PARTS, Settings, Unknown
from .text_column import Column, Text, merged

__all__ = ["CLASSES", "ISO", "Date", "date_format", "learn_date", "looks_like_dates"]

ISO = "ISO 8601"
DAY = 86_400.0  # seconds
EPOCH = datetime(1970, 1, 1)
ORDERS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d", "%d{0}%m{0}%y", "%m{0}%d{0}%y")
WORDS = ("%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%Y%m%d", "%Y/%m")
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMATS = tuple(
    day + clock for day in (*(order.format(mark) for mark in "-/." for order in ORDERS), *WORDS) for clock in TIMES
)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LOOKS = 30  # texts by which a column is told to hold dates
NUMBERS: dict[str, Callable[[datetime], float]] = {"year": lambda day: float(day.year)}
CLASSES: dict[str, Callable[[datetime], str]] = {
    "month": lambda day: str(day.month),
    "weekday": lambda day: WEEKDAYS[day.weekday()],
    "hour": lambda day: str(day.hour),
}


class Date(NamedTuple):
    """Dates as numbers and categories.

    Attributes
    ----------
    name : str
    format : str
        "ISO 8601", or as `datetime.strptime` takes it.
    first : float
        The first date of the fit, in days since 1970-01-01.
    parts : tuple of (str, Number or Category)
        What is taken of each date, and the rule of that column. "days" counts from the first date.
    """

    name: str
    format: str
    first: float
    parts: tuple[tuple[str, Number | Category], ...]

    def pieces(self, column: Column, unknown: Unknown) -> list[Piece]:
        """A column of numbers for days and year, categories for month, weekday and hour."""
        dates, codes = _read(self.name, column, self.format)
        found = [(rule, _part(part, dates, codes, self.first)) for part, rule in self.parts]
        return [piece for rule, values in found for piece in rule.pieces(values, unknown)]


def learn_date(name: str, found: Summary, settings: Settings) -> tuple[Date, str]:
    """The rule of a column of dates, and what was decided about it."""
    parts = settings.dates[name].split("+")
    if wrong := [part for part in parts if part not in PARTS]:
        raise UsageError(f"{wrong[0]!r} is no part of a date: there is {', '.join(PARTS)}, joined by +")
    if not isinstance(found, Levels):
        raise CellError("numbers, not dates: write them as 2024-12-31", name, 0)
    form = settings.date_format or date_format(name, found)
    dates = _dates(name, found.texts, form, found.first_of)
    if not dates:
        raise CellError("no value in any row", name, answer=use("drop", name))
    first = _days(min(dates))
    rules = tuple((part, _learn_part(name, part, found, dates, first, settings)) for part in parts)
    since = min(dates).isoformat(" ").removesuffix(" 00:00:00")
    said = ", ".join(parts) if parts != ["days"] else f"days since {since}"
    return Date(name, form, first, rules), f"dates by {form}: {said}"


def _learn_part(
    name: str, part: str, found: Levels, dates: Sequence[datetime], first: float, settings: Settings
) -> Number | Category:
    """The rule of a part of the dates of a column."""
    name = f"{name} {part}"
    if part in CLASSES:
        return learn_category(name, found.renamed(tuple(map(CLASSES[part], dates))), settings)[0]
    total = float(found.counts @ _numbers(part, dates, first))
    return learn_number(name, Numbers(found.rows, found.missing, total, found.gap), settings)[0]


def date_format(name: str, found: Levels) -> str:
    """The one format that reads all dates of a column.

    Raises
    ------
    CellError
        If none does, or two that differ in their order of day and month.

    Examples
    --------
    >>> from .column_summary import summary_of
    >>> from .text_column import text_of
    >>> date_format("day", summary_of(text_of(["01/02/2024", "13/02/2024"])))
    '%d/%m/%Y'
    """
    if _fits(found.texts, ISO):
        return ISO
    forms = [form for form in FORMATS if _fits(found.texts, form)]
    if not forms:
        wrong = next((i for i, level in enumerate(found.texts) if not _fits([level], *FORMATS)), 0)
        problem = (
            f"{found.texts[wrong]!r} is not a date in the format of the others"
            if wrong
            else f"{found.texts[0]!r} is not a date"
        )
        raise CellError(problem, name, int(found.firsts[wrong]), FORMAT)
    if len({tuple(_date(level, form) for level in found.texts) for form in forms}) > 1:
        both = " or ".join(forms[:2])
        raise CellError(f"{found.texts[0]!r} may be {both}", name, 0, FORMAT)
    return forms[0]


FORMAT = Answer("say {}", (("date_format", "%d/%m/%Y"),))


def looks_like_dates(levels: Sequence[str]) -> bool:
    """Whether texts are dates, as far as the first of them tell.

    Examples
    --------
    >>> looks_like_dates(["2024-01-31", "2024-02-01"]), looks_like_dates(["3-4", "5-9"])
    (True, False)
    """
    few = [level for level in levels[:LOOKS] if any(mark in level for mark in "-/.:")]
    return len(few) == len(levels[:LOOKS]) > 1 and any(_fits(few, form) for form in (ISO, *FORMATS))


def _fits(levels: Sequence[str], *forms: str) -> bool:
    return any(all(_date(level, form) is not None for level in levels) for form in forms)


def _date(text: str, form: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)
    except ValueError:
        return None
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)


def _read(name: str, column: Column, form: str) -> tuple[list[datetime], NDArray[np.int32]]:
    """The date of each level, and the level of each row."""
    if not isinstance(column, Text):
        raise CellError("numbers, where the fit had dates: write them as there", name, 0)
    return _dates(name, column.levels, form, lambda wrong: row_of(column, wrong)), column.codes


def _dates(name: str, texts: Sequence[str], form: str, row: Callable[[NDArray[np.bool_]], int]) -> list[datetime]:
    """The dates that texts say; ``row`` finds the first row of the texts that say none."""
    dates = [_date(text, form) for text in texts]
    wrong = np.array([date is None for date in dates], bool)
    if wrong.any():
        raise CellError(f"{texts[int(wrong.argmax())]!r} is not a date by {form}: correct it", name, row(wrong))
    return [date for date in dates if date is not None]


def _days(date: datetime) -> float:
    return (date - EPOCH).total_seconds() / DAY


def _part(part: str, dates: Sequence[datetime], codes: NDArray[np.int32], first: float) -> Column:
    """A part of the date of each row, as a column of numbers or text."""
    if part in CLASSES:
        return merged(Text(codes, tuple(map(CLASSES[part], dates))))
    numbers: NDArray[np.float64] = np.append(_numbers(part, dates, first), np.nan)[codes]
    return numbers


def _numbers(part: str, dates: Sequence[datetime], first: float) -> NDArray[np.float64]:
    """A part of each date that is a number."""
    take = NUMBERS.get(part, lambda date: _days(date) - first)
    return np.array([*map(take, dates)], np.float64)
