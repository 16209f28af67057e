"""Epochs: the rows of a table in shuffled order, in groups of whole batches, one of which is read ahead."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..data.regroup import joined, rows_between
from ..data.rows import Rows
from .parts import Parts
from .reading import ahead, first_rows, rows_of
from .shuffle import Shuffle

__all__ = ["Epochs"]


class Epochs:
    """The groups of batches of each epoch.

    Parameters
    ----------
    parts : Parts
    shuffle : Shuffle
    batch_size : int
    """

    def __init__(self, parts: Parts, shuffle: Shuffle, batch_size: int) -> None:
        self.parts, self.shuffle, self.batch_size = parts, shuffle, min(batch_size, parts.shape[0])
        self._open: tuple[int, int] = (-1, -1)  # epoch and number of the group that comes next
        self._coming: Iterator[Rows] = iter(())
        self._starts = first_rows(parts.source)

    @cached_property
    def bounds(self) -> NDArray[np.int64]:
        """Places in the order of an epoch where its groups begin, and n; a last batch that is smaller is one group."""
        n, size = self.parts.shape[0], self.batch_size
        whole, group = n // size * size, max(1, self.shuffle.largest // size) * size
        return np.unique(np.concatenate((np.arange(0, whole, group), (whole, n))))

    def group(self, batch: int) -> int:
        """Number of the group that contains a batch."""
        return int(np.searchsorted(self.bounds, batch * self.batch_size, side="right")) - 1

    def rows(self, epoch: int, group: int) -> Rows:
        """The rows of a group, shuffled. Cost: reading them, if the group before was the last that was asked for."""
        if self._open != (epoch, group):
            self._coming = ahead(self._groups(epoch, group))
        after = (epoch, group + 1) if group + 2 < len(self.bounds) else (epoch + 1, 0)
        self._open = after
        return next(self._coming)

    def _groups(self, epoch: int, group: int) -> Iterator[Rows]:
        """The groups from one on, epoch after epoch."""
        while True:
            yield from cut(self._ordered(epoch, int(self.bounds[group])), np.diff(self.bounds[group:]))
            epoch, group = epoch + 1, 0

    def _ordered(self, epoch: int, first: int) -> Iterator[Rows]:
        """The rows from place ``first`` in the order of an epoch, buffer by buffer."""
        blocks, ends = self.shuffle.buffers(epoch)
        buffer = int(np.searchsorted(ends, first, side="right"))
        skip = first - (int(ends[buffer - 1]) if buffer else 0)
        for i in range(buffer, len(ends)):
            rows = self._buffer(epoch, i, blocks)
            yield rows_between(rows, skip, rows.shape[0])
            skip = 0

    def _buffer(self, epoch: int, buffer: int, blocks: NDArray[np.int64]) -> Rows:
        """The rows of a buffer, read in the order of the table and shuffled."""
        some = np.sort(blocks[buffer * self.shuffle.together : (buffer + 1) * self.shuffle.together])
        ranges = [(int(self.shuffle.starts[b]), int(self.shuffle.starts[b + 1])) for b in some]
        rows = rows_of(self.parts, self._starts, ranges)
        return rows.take(self.shuffle.order(epoch, buffer, rows.shape[0]))


def cut(batches: Iterator[Rows], sizes: NDArray[np.int64]) -> Iterator[Rows]:
    """The rows of the batches in groups of these sizes; what need not be copied is not."""
    kept: list[Rows] = []
    count = 0
    for size in sizes.tolist():
        while count < size:
            kept.append(next(batches))
            count += kept[-1].shape[0]
        rows = joined(kept)
        yield rows_between(rows, 0, size)
        kept, count = [rows_between(rows, size, count)], count - size
