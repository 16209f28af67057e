"""Batches: the rows of each batch of an epoch, in an order that is a function of seed and epoch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..methods.sampling import SAMPLINGS, fill_order

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["Batch", "batches_of"]

Batch: TypeAlias = "tuple[NDArray[np.int64], Rows]"  # row numbers and rows


def batches_of(rows: Rows, seed: int, epoch: int, size: int, sampling: str) -> Iterator[Batch]:
    """Row numbers and rows of each batch."""
    order = np.empty(rows.shape[0], np.int64)
    fill_order(order, seed, epoch, SAMPLINGS.index(sampling))
    for low in range(0, len(order), size):
        numbers = order[low : low + size]
        yield numbers, rows.take(numbers)
