"""One row of values that the user writes, encoded as the table was."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..data.csr import CSR
from ..data.encoding.faults import CellError
from ..data.encoding.recipe import Recipe
from ..data.encoding.settings import Unknown
from ..data.encoding.text_column import Column, text_of
from ..data.readers.cells import number_fault

__all__ = ["number_at", "one_row"]


def one_row(recipe: Recipe, values: Mapping[str, str]) -> NDArray[np.float64] | CSR:
    """The encoded row (1, d), dense or CSR, of a value for each column of the table.

    Raises
    ------
    UsageError
        If a value does not suit its column.
    """
    try:
        return recipe.encode([_column(recipe, name, values[name]) for name in recipe.columns], Unknown())[0]
    except CellError as error:
        raise UsageError(f"--at {error.column}={values[error.column]}: {error.problem}") from None


def _column(recipe: Recipe, name: str, value: str) -> Column:
    if name in recipe.text_columns:
        return text_of([value])
    return np.array([number_at({name: value}, name)])


def number_at(values: Mapping[str, str], name: str, least: float = -np.inf) -> float:
    """The value of a column of numbers above ``least``."""
    if fault := number_fault(values[name], "write a number"):
        raise UsageError(f"--at: {name}: {fault}")
    number = float(values[name])
    if not number > least:
        raise UsageError(f"--at: {name} must be above {least:g}, not {number:g}")
    return number
