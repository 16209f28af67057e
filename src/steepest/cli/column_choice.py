"""The columns and rows of a table that a command uses."""

from __future__ import annotations

from typing import NamedTuple

from ..data.encoding.settings import Settings

__all__ = ["ColumnChoice"]


class ColumnChoice(NamedTuple):
    """The columns and rows of a table that are used, and how columns become numbers."""

    drop: tuple[str, ...] = ()
    where: str | None = None
    settings: Settings = Settings()

    @property
    def meta(self) -> dict[str, str]:
        """What a model keeps of the rows: the condition, and that those with gaps were left out."""
        where = {} if self.where is None else {"where": self.where}
        return where | ({"missing": "drop"} if self.settings.missing == "drop" else {})
