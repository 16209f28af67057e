"""Epochs: the rows of a table in shuffled order, in groups of whole batches, one of which is read ahead.

Where the workers of an engine are elsewhere they read the buffers, a few at a time, and put their rows in order; the
steps are made here, in that order. So the numbers of an epoch are those of a fit on one machine, to the last bit, for
every engine and number of workers and whatever happens to these: workers copy rows and add nothing up. The same cache
must be asked for, as a table that is read from one is shuffled in smaller blocks. The cost is that all rows of the
table travel here in each epoch: 8 bytes a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.regroup import joined, rows_between
from ..data.rows import Rows
from .coding import Coding
from .prefetch import prefetched
from .reading import rows_of
from .shuffle import BUFFERS, Shuffle, order_of
from .sources.source import Source

if TYPE_CHECKING:
    from .parts import Parts

__all__ = ["Epochs", "Group"]


class Group(NamedTuple):
    """The rows of some batches, and the order in which steps take them."""

    rows: Rows
    order: NDArray[np.int64]

    def ordered(self, skip: int = 0) -> Rows:
        """The rows in that order, from a place on, copied unless they stand in it."""
        order = self.order[skip:]
        if (np.diff(order) == 1).all():
            return rows_between(self.rows, int(order[0]), int(order[-1]) + 1)
        return self.rows.take(order)._replace(numbers=None)


class Asked(NamedTuple):
    """A buffer that is to be read."""

    epoch: int
    number: int
    ranges: tuple[tuple[int, int], ...]  # first row of each block, and the row after its last


class Read(NamedTuple):
    """What reads buffers, here or elsewhere."""

    source: Source
    coding: Coding
    seed: int
    put: bool  # whether the rows are put in order

    def buffer(self, asked: Asked) -> Group:
        """The rows of a buffer, and their order."""
        rows = rows_of(self.source, asked.ranges, self.coding)
        found = Group(rows, order_of(self.seed, asked.epoch, asked.number, rows.shape[0]))
        return Group(found.ordered(), np.arange(rows.shape[0])) if self.put else found


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
        place = int(self._ends_of_groups(epoch)[group])
        buffers = self._read(epoch, self._buffer_at(epoch, place))
        while True:
            yield from self._from(buffers, epoch, place)
            epoch, place = epoch + 1, 0

    def _from(self, buffers: Iterator[Group], epoch: int, place: int) -> Iterator[Group]:
        """The groups of an epoch from a place on, where one begins."""
        ends, size, first = self.shuffle.buffers(epoch)[1], self.batch_size, self._buffer_at(epoch, place)
        skip, rest = place - (int(ends[first - 1]) if first else 0), list[Rows]()
        for i in range(first, len(ends)):
            group = next(buffers)
            whole = int(ends[i]) // size * size - place  # rows of whole batches
            if not (skip or rest) and whole == len(group.order):
                yield group
            else:
                rows = joined([*rest, group.ordered(skip)])
                found = [_part(rows, 0, whole)] if whole else []
                rest = [_part(rows, whole, rows.shape[0]).rows] if whole < rows.shape[0] else []
                yield from found
            place, skip = place + whole, 0
        yield from (_part(rows, 0, rows.shape[0]) for rows in rest)

    def _buffer_at(self, epoch: int, place: int) -> int:
        """The buffer in which a place of an epoch is."""
        return int(np.searchsorted(self.shuffle.buffers(epoch)[1], place, side="right"))

    def _read(self, epoch: int, buffer: int) -> Iterator[Group]:
        """The buffers from one on, epoch after epoch; those that workers read elsewhere come in order."""
        parts, asked = self.parts, self._asked(epoch, buffer)
        read = Read(parts.source, parts.coding, self.shuffle.seed, parts.elsewhere).buffer
        return parts.engine.map(read, asked, self._ahead) if parts.elsewhere else map(read, asked)

    def _asked(self, epoch: int, buffer: int) -> Iterator[Asked]:
        starts, together = self.shuffle.starts, self.shuffle.together
        for each in count(epoch):
            blocks, ends = self.shuffle.buffers(each)
            for i in range(buffer if each == epoch else 0, len(ends)):
                some = np.sort(blocks[i * together : (i + 1) * together])
                yield Asked(each, i, tuple(zip(starts[some].tolist(), starts[some + 1].tolist(), strict=True)))

    @property
    def _ahead(self) -> int:
        """Buffers that workers read before they are asked for: as the memory allows beside those at hand."""
        (n, d), stored = self.parts.shape, self.parts.source.stored
        row = 8 * (d + 2) if stored is None else 16 + 12 * stored // n
        return max(1, self.parts.memory // (row * self.shuffle.largest) - BUFFERS)


def _part(rows: Rows, low: int, high: int) -> Group:
    """Some of the rows, in their order."""
    return Group(rows_between(rows, low, high), np.arange(high - low))
