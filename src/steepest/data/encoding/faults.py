"""What is wrong with one cell of a table, before its file and line are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...core.aliases import Answer
from .text_column import Column, Text, is_missing_at

__all__ = ["CellError", "missing_at", "row_of"]


class CellError(Exception):
    """A cell that cannot be used.

    Attributes
    ----------
    problem : str
        What is wrong.
    column : str
    row : int, or None
        Its row from 0; None if the whole column is at fault.
    answer : Answer, or None
        The remedy, if the problem does not name it.
    """

    def __init__(self, problem: str, column: str, row: int | None = None, answer: Answer | None = None) -> None:
        super().__init__(problem)
        self.problem, self.column, self.row, self.answer = problem, column, row, answer


def row_of(text: Text, wrong: NDArray[np.bool_]) -> int:
    """The first row whose level is among the wrong ones (m,)."""
    return int(np.append(wrong, False)[text.codes].argmax())


def missing_at(name: str, column: Column) -> CellError:
    """The error of a column's first missing value, where the rows of the fit had none."""
    what = "missing value" if isinstance(column, Text) else "missing value (NaN)"
    problem = f"{what}, where the rows of the fit had none: remove the row or fill it in"
    return CellError(problem, name, int(is_missing_at(column).argmax()))
