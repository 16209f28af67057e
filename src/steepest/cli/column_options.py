"""Options that say what the columns of a table are: categories, dates, gaps, powers and products."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from ..data.encoding.settings import PARTS, Settings
from .column_choice import ColumnChoice
from .values import COLUMNS, Columns

__all__ = ["column_options", "unknown_option"]

OPTIONS = ("drop", "where", "missing", "categories", "reference", "min_count", "date", "date_format", "terms")

Command = TypeVar("Command", bound=Callable[..., Any])


class Levels(Columns):
    """COL=LEVEL, once or several times separated by commas."""

    name = "levels"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into a dict from columns to levels."""
        if not isinstance(value, str):
            return value
        pairs = [item.partition("=") for item in self.items(value, param, ctx)]
        for name, equals, level in pairs:
            if not equals or not name.strip() or not level.strip():
                self.fail(f"{name + equals + level!r} is not COL=LEVEL", param, ctx)
        return {name.strip(): level.strip() for name, _, level in pairs}


def column_options(command: Command) -> Command:
    """Add the options of columns; the command gets them as ``columns``, a ColumnChoice."""

    @wraps(command)
    def with_columns(**flags: Any) -> Any:
        own = {name: flags.pop(name) for name in OPTIONS}
        return command(columns=_choice(own), **flags)

    found: Any = with_columns
    options = (
        click.option("--drop", type=COLUMNS, metavar="COL,COL", help="Columns to leave out."),
        click.option("--where", metavar="CONDITION", help='Rows to use, such as "carat < 3 and cut != Fair".'),
        click.option(
            "--missing",
            type=click.Choice(("error", "drop", "mean", "indicator")),
            default="error",
            help="Refuse gaps, leave their rows out, or fill them with the mean (and mark them). [error]",
        ),
        click.option("--categories", type=COLUMNS, metavar="COL,COL", help="Columns of numbers that are categories."),
        click.option(
            "--reference", type=Levels(), multiple=True, metavar="COL=LEVEL", help="The level without a column."
        ),
        click.option(
            "--min-count",
            type=click.IntRange(min=1),
            default=1,
            metavar="N",
            help="Pool levels with fewer than N rows.",
        ),
        click.option(
            "--date",
            multiple=True,
            metavar="COL[:PARTS]",
            help="A date, as days (default), year, month, weekday, hour: --date sold:year+month.",
        ),
        click.option("--date-format", metavar="F", help="Such as %d/%m/%Y. [default: found]"),
        click.option("--with", "terms", default="", metavar="TERMS", help='Powers, products: "carat^2, carat:depth".'),
    )
    for option in reversed(options):
        found = option(found)
    return found  # type: ignore[no-any-return]


unknown_option = click.option(
    "--unknown",
    type=click.Choice(("error", "other")),
    default="error",
    help="Refuse levels that the fit has not seen, or take them as other ones. [error]",
)


def _choice(own: dict[str, Any]) -> ColumnChoice:
    levels = {name: level for group in own["reference"] for name, level in group.items()}
    dates = dict(map(_date, own["date"]))
    how = (own["missing"], own["categories"] or (), levels, own["min_count"], dates, own["date_format"], own["terms"])
    return ColumnChoice(own["drop"] or (), own["where"], Settings(*how))


def _date(given: str) -> tuple[str, str]:
    """The column and the parts of COL:PARTS; days if what follows the colon is no part."""
    name, colon, parts = given.rpartition(":")
    named = bool(colon) and all(part in PARTS for part in parts.split("+"))
    return (name, parts) if named else (given, "days")
