"""What a command says of a table, however it was read: its name, rows, columns and what was decided about them."""

from __future__ import annotations

from typing import NamedTuple

from ..data.encoding.recipe import Recipe
from ..data.readers.tables import Table

__all__ = ["Described", "describe_table"]


class Described(NamedTuple):
    """The description of a table."""

    source: str  # its name, as shown in messages
    rows: int
    names: tuple[str, ...]  # (d,) of the features, encoded
    targets: tuple[str, ...]
    decided: tuple[str, ...] = ()  # about columns, a line each
    notes: tuple[str, ...] = ()  # what is not obvious
    recipe: Recipe | None = None  # how the columns were encoded; None if they are used as they are

    @property
    def target(self) -> str:
        """The name of the target, or the names of several."""
        return ", ".join(self.targets)


def describe_table(table: Table) -> Described:
    """The description of a table in memory."""
    notes = (*table.notes, *table.roundings)
    return Described(table.source, table.X.shape[0], table.names, table.targets, table.decided, notes, table.recipe)
