"""Linear predictors of the rows of a block, leaf by leaf: their bits do not depend on how a table is cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core.errors import DataError
from ..core.types import Array
from ..data.full_pass import predictors
from ..data.layout import doubles
from .part import Block
from .works import leaves_of

__all__ = ["linear_predictors"]

TOO_LARGE = "the prediction is too large for a number: look at its values and the coefficients"


def _numbered(row: int) -> str:
    return f"row {row + 1:,}"


def linear_predictors(block: Block, w: Array, place: Callable[[int], str] = _numbered) -> Array:
    """Linear predictors (m, k) of the rows of a block at w (d + 1, k), offsets included, in double precision.

    Raises
    ------
    DataError
        If one is too large for a number: with the place of the row, whose number in the table is known.
    """
    rows = block.rows._replace(X=doubles(block.rows.X))
    with np.errstate(over="ignore", invalid="ignore"):
        z = np.concatenate([predictors(leaf, w, 0, leaf.shape[0]) for leaf in leaves_of(rows, block.how)])
    finite = np.isfinite(z).all(1)
    if not finite.all():
        raise DataError(TOO_LARGE, file=place(block.first + int(finite.argmin())))
    return z
