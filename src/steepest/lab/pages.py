"""Pages of a table, of a formula, and of nothing yet."""

from __future__ import annotations

from typing import Any

from .page import Page
from .payload import Payload
from .still import still_of_formula, still_of_table
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
    """A page that descends on the formula of its settings, or begins with a table of its own."""
    formula = settings.get("formula")
    title = NAME if formula is None else f"{formula} - {NAME}"
    return Page(Payload("file", settings=settings), title, still_of_formula(formula or NAME))
