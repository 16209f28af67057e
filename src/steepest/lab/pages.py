"""Pages of a table, of a formula, and of nothing yet."""

from __future__ import annotations

from typing import Any

from .lessons import lesson
from .page import Page
from .payload import Payload
from .still import still_of_formula, still_of_lesson, still_of_nothing, still_of_table
from .table import PageTable

__all__ = ["page_of_table", "page_without_table"]

NAME = "steepest lab"


def page_of_table(table: PageTable, settings: dict[str, Any]) -> Page:
    """A page that descends on a table.

    Parameters
    ----------
    table : PageTable
    settings : dict
        Of the page, see `settings.chosen`; the target and the features are the table's.
    """
    payload = Payload("file", table.member(), table.settings() | settings)
    return Page(payload, f"{table.name} - {NAME}", still_of_table(table))


def page_without_table(settings: dict[str, Any]) -> Page:
    """A page that begins with the lesson or the formula of its settings, or with a table of its own."""
    payload, named, formula = Payload("file", settings=settings), settings.get("lesson"), settings.get("formula")
    if named is not None:
        shown = lesson(named)
        return Page(payload, f"{shown.title} - {NAME}", still_of_lesson(shown))
    if formula is None:
        return Page(payload, NAME, still_of_nothing(NAME))
    return Page(payload, f"{formula} - {NAME}", still_of_formula(formula, settings.get("start", ())))
