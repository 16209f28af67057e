"""A column of numbers, whose gaps may be filled and marked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.aliases import use
from .column_summary import Numbers
from .faults import CellError, missing_at
from .pieces import Piece, number_piece
from .settings import Settings, Unknown
from .text_column import Column, Text

__all__ = ["Number", "learn_number"]


class Number(NamedTuple):
    """Numbers as they are.

    Attributes
    ----------
    name : str
    fill : float or None
        What stands for a missing number, the mean of the fit's rows; None: a missing number is refused.
    marked : bool
        Whether a second column, "NAME missing", is 1 where the number is missing.
    """

    name: str
    fill: float | None = None
    marked: bool = False

    @property
    def plain(self) -> bool:
        """Whether nothing is done to the column."""
        return self.fill is None

    def pieces(self, column: Column, unknown: Unknown) -> list[Piece]:
        """One column, or two if gaps are marked."""
        if isinstance(column, Text):
            raise CellError("text, where the fit had numbers: correct it", self.name, 0)
        gone = np.isnan(column)
        if not gone.any():
            value = column
        elif self.fill is None:
            raise missing_at(self.name, column)
        else:
            value = np.where(gone, self.fill, column)
        marks = [number_piece(f"{self.name} missing", gone.astype(np.float64))] if self.marked else []
        return [number_piece(self.name, value), *marks]


def learn_number(name: str, found: Numbers, settings: Settings) -> tuple[Number, str | None]:
    """The rule of a column of numbers, and what was decided about it."""
    if settings.missing not in ("mean", "indicator"):
        return Number(name), None
    if found.missing == found.rows:
        raise CellError("no value in any row", name, answer=use("drop", name))
    marked = settings.missing == "indicator" and found.missing > 0
    filled = f"{found.missing:,} missing, filled with the mean {found.mean:.6g}{' and marked' * marked}"
    return Number(name, found.mean, marked), filled if found.missing else None
