"""What a reader is asked for: the part of each column, the rows, and how columns become numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..encoding.settings import Settings

if TYPE_CHECKING:  # types alone
    from ..encoding.condition import Condition
    from ..encoding.recipe import Recipe

__all__ = ["Asked"]


class Asked(NamedTuple):
    """Columns and rows of a file, by the names that `read_table` explains.

    Attributes
    ----------
    recipe : Recipe or None
        How columns become numbers, if that was learnt before; ``settings`` then only say whether rows with gaps are
        dropped.
    kept : sequence of str
        Columns whose cells are kept as the file spells them; all rows are used then.
    unknown : {"error", "other"}
        What a level is that the recipe does not know.
    """

    target: str | int | Sequence[str] | None = None
    features: Sequence[str] | None = None
    weights: str | int | None = None
    offset: str | None = None
    exposure: str | None = None
    labels: bool = False
    drop: Sequence[str] = ()
    where: Condition | None = None
    settings: Settings = Settings()
    recipe: Recipe | None = None
    kept: Sequence[str] = ()
    unknown: str = "error"

    @property
    def missing(self) -> str | None:
        """The policy of gaps; None where a recipe decides."""
        return None if self.recipe is not None and self.settings.missing != "drop" else self.settings.missing
