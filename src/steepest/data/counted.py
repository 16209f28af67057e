"""The rows that count: those of weight > 0, in weights whose largest is near 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["counted", "row_number", "weighing"]


def counted(rows: Rows) -> Rows:
    """The rows of weight > 0 for a new run: weights divided by a power of 4 near the largest, the passes at 0.

    Means over rows stay as they are, bit for bit, and sums of weighted terms neither overflow nor underflow. Where some
    rows have weight 0 the others are copied.

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = counted(make_rows([[1.0], [2.0], [9.0]], [0.0, 1.0, 9.0], weight=[3e-300, 1e-300, 0.0]))
    >>> rows.weight.round(6).tolist(), round(rows.total, 6)
    ([0.50227, 0.167423], 0.669693)
    """
    if rows.weight is not None:
        power = np.frexp(rows.weight.max())[1] // 2 * 2  # even, so that roots of weights keep their bits too
        rows = weighing(rows.with_rows(weight=np.ldexp(rows.weight, -power)))
    return rows._replace(tally=([0], rows.shape[0]))


def weighing(rows: Rows) -> Rows:
    """The rows of weight > 0; where there are others these are copied."""
    if rows.weight is None or rows.weight.all():
        return rows
    return rows.take(np.flatnonzero(rows.weight)).with_rows(total=rows.total)


def row_number(rows: Rows, i: int) -> int:
    """Number of row i in the table that the rows were taken from, counted from 1."""
    return 1 + (i if rows.numbers is None else int(rows.numbers[i]))
