"""What few numbers of each row give together, such as scores that rank rows: they are gathered in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..core.errors import DataError, UsageError
from ..core.memory import size_text
from ..core.types import Array
from ..data.rows import Rows
from .parts import Parts

__all__ = ["Gathered", "gathered"]


class Gathered(NamedTuple):
    """Of all rows, in their order."""

    found: Array  # (n,) or (n, k), whatever a function gave
    y: Array  # (n, k)
    weight: Array | None  # (n,)


def gathered(table: Parts, of: Callable[[Rows], Array], width: int) -> Gathered:
    """The targets and weights of all rows, with ``width`` numbers that a function gives. Cost: one pass.

    Raises
    ------
    UsageError
        If they take more than the memory of the table.
    """
    n, k = table.shape[0], len(table.source.targets)
    if (needed := 8 * n * (width + k + 1)) > table.memory:
        raise UsageError(f"the predictions of {n:,} rows take {size_text(needed)} of memory: give so much with memory")
    found: list[Array] = []
    y, weight = np.empty((n, k)), np.ones(n)
    low, weighted = 0, False
    for piece in range(len(table.source.pieces)):
        first = low
        for rows in table.source.read(piece, 0, table.block):
            high = low + rows.shape[0]
            try:
                found.append(of(rows))
            except DataError as error:
                raise DataError(error.problem, file=table.source.place(piece, low - first)) from None
            y[low:high] = rows.y
            if rows.weight is not None:
                weight[low:high], weighted = rows.weight, True
            low = high
    return Gathered(np.concatenate(found), y, weight if weighted else None)
