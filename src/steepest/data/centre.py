"""Centres: what is subtracted from the columns, so that sums about it keep their digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..objective.data import ColumnStats
from .layout import dense_rows

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["centre", "near_shift"]

FAR = 1e2  # squared mean of a column, in variances, beyond which it is far from 0: at most 1 % of its numbers are 0


def far(columns: ColumnStats) -> NDArray[np.bool_]:
    """Which columns are far from 0 in standard deviations, (d,). They are full, even in a sparse table."""
    found: NDArray[np.bool_] = columns.mean**2 > FAR * columns.variance
    return found


def centre(rows: Rows, columns: ColumnStats) -> Array:
    """The shift (d,) nearest to the means that a pass over these rows subtracts without further rounding.

    For a table in single precision it is the mean rounded to it. For a sparse table, which a shift fills, it is 0
    except in columns that are far from 0.
    """
    if rows.sparse:
        return np.where(far(columns), columns.mean, 0.0)
    return columns.mean.astype(rows.X.dtype).astype(np.float64)


def near_shift(rows: Rows, columns: ColumnStats) -> Array | None:
    """For sparse rows, a number near each column that is far from 0, and 0 for others, (d,); None if none is far.

    Sums about them keep their digits. The number is that of the first row, so that a constant column becomes exactly 0.
    """
    beyond = far(columns)
    if not beyond.any():
        return None
    first = dense_rows(rows.X, rows.first, rows.first + 1)[0]
    return np.where(beyond, np.where(first == 0.0, columns.mean, first), 0.0)
