"""Epochs: the rows of a table in shuffled order, in groups of whole batches, one of which is read ahead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.regroup import joined, rows_between
from ..data.rows import Rows
from .prefetch import prefetched
from .reading import first_rows, rows_of
from .shuffle import Shuffle

if TYPE_CHECKING:
    from .parts import Parts

__all__ = ["Epochs", "Group"]


class Group(NamedTuple):
    """The rows of some batches, and the order in which steps take them."""

    rows: Rows
    order: NDArray[np.int64]

    @property
    def ordered(self) -> Rows:
        """The rows in that order, copied."""
        return self.rows.take(self.order)._replace(numbers=None)


class Epochs:
    """The groups of batches of each epoch: one a buffer; a last batch that is smaller is a group of its own.

    Parameters
    ----------
    parts : Parts
    shuffle : Shuffle
    batch_size : int
    """

    def __init__(self, parts: Parts, shuffle: Shuffle, batch_size: int) -> None:
        self.parts, self.shuffle, self.batch_size = parts, shuffle, min(batch_size, parts.shape[0])
        self._next: tuple[int, int] = (-1, -1)  # epoch and number of the group that is read ahead
        self._coming: Iterator[Group] = iter(())
        self._starts = first_rows(parts.source)
        self._bounds: dict[int, NDArray[np.int64]] = {}

    def bounds(self, epoch: int) -> NDArray[np.int64]:
        """Places in the order of an epoch where its groups begin, and the number of rows."""
        if epoch not in self._bounds:
            self._bounds = {epoch: self._ends_of_groups(epoch)}
        return self._bounds[epoch]

    def _ends_of_groups(self, epoch: int) -> NDArray[np.int64]:
        ends = self.shuffle.buffers(epoch)[1]
        return np.unique(np.concatenate(([0], ends // self.batch_size * self.batch_size, ends[-1:])))

    def group(self, epoch: int, group: int) -> Group:
        """A group of an epoch. Cost: reading it, if the group before was the last that was asked for."""
        if self._next != (epoch, group):
            self._coming = prefetched(self._groups(epoch, group))
        last = group + 2 == len(self.bounds(epoch))
        self._next = (epoch + 1, 0) if last else (epoch, group + 1)
        return next(self._coming)

    def _groups(self, epoch: int, group: int) -> Iterator[Group]:
        """The groups from one on, epoch after epoch."""
        while True:
            yield from self._from(epoch, int(self._ends_of_groups(epoch)[group]))
            epoch, group = epoch + 1, 0

    def _from(self, epoch: int, place: int) -> Iterator[Group]:
        """The groups of an epoch from a place on, where one begins."""
        (blocks, ends), size = self.shuffle.buffers(epoch), self.batch_size
        first = int(np.searchsorted(ends, place, side="right"))
        skip, rest = place - (int(ends[first - 1]) if first else 0), list[Rows]()
        for i in range(first, len(ends)):
            group = self._buffer(epoch, i, blocks)
            whole = int(ends[i]) // size * size - place  # rows of whole batches
            if not (skip or rest) and whole == len(group.order):
                yield group
            else:
                rows = joined([*rest, group._replace(order=group.order[skip:]).ordered])
                found = [_part(rows, 0, whole)] if whole else []
                rest = [_part(rows, whole, rows.shape[0]).rows] if whole < rows.shape[0] else []
                yield from found
            place, skip = place + whole, 0
        yield from (_part(rows, 0, rows.shape[0]) for rows in rest)

    def _buffer(self, epoch: int, buffer: int, blocks: NDArray[np.int64]) -> Group:
        """The rows of a buffer in the order of the table, and their order."""
        some = np.sort(blocks[buffer * self.shuffle.together : (buffer + 1) * self.shuffle.together])
        ranges = [(int(self.shuffle.starts[b]), int(self.shuffle.starts[b + 1])) for b in some]
        rows = rows_of(self.parts, self._starts, ranges)
        return Group(rows, self.shuffle.order(epoch, buffer, rows.shape[0]))


def _part(rows: Rows, low: int, high: int) -> Group:
    """Some of the rows, in their order."""
    return Group(rows_between(rows, low, high), np.arange(high - low))
