"""Shuffle: the order of the rows of an epoch, by blocks in random order, so that a table in files is read in blocks.

All blocks of the table are put into random order. So many of them at a time are a buffer, whose rows are shuffled.
With 64 blocks in a buffer and more, an epoch over a table that is sorted by class is as good as one in uniformly random
order: what counts is their number (Xu, L. et al. 2022, CorgiPile, arXiv:2206.05830).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..data.layout import jit_allowed
from ..methods.sampling import permute
from .reading import first_rows, row_bytes

if TYPE_CHECKING:
    from .parts import Parts

__all__ = ["BUFFERS", "BUFFER_BLOCKS", "Shuffle", "order_of", "shuffle_of"]

BLOCK_BYTES = 200_000  # of a block: a disk is read at its full speed
BUFFER_BLOCKS = 64  # blocks in a buffer: fewer make an epoch worse than one in uniformly random order
BUFFERS = 4  # buffers in memory: in use, complete, and two copies of the one that is read


class Shuffle(NamedTuple):
    """Blocks of consecutive rows, and how many of them are shuffled together.

    Each method is a function of the blocks, the seed and the number of the epoch, and of nothing else.
    """

    starts: NDArray[np.int64]  # (m + 1,) the first row of each of m blocks, and the number of rows
    together: int  # blocks of a buffer
    seed: int

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return int(self.starts[-1])

    @property
    def largest(self) -> int:
        """Rows of the largest buffer, if all blocks are full."""
        return int(min(self.rows, self.together * np.diff(self.starts).max()))

    def buffers(self, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of the blocks in the order of an epoch, (m,), and the place in it where each buffer ends, (b,).

        The last block, which may be smaller, is in the last buffer: the others then end with whole batches.
        """
        blocks = np.arange(len(self.starts) - 1)
        _permuted(blocks[:-1], self.seed, epoch, 0)
        ends = np.cumsum(np.diff(self.starts)[blocks])
        return blocks, ends[np.append(np.arange(self.together - 1, len(ends) - 1, self.together), len(ends) - 1)]

    def order(self, epoch: int, buffer: int, count: int) -> NDArray[np.int64]:
        """The order of the ``count`` rows of a buffer, whose blocks are sorted by their rows."""
        return order_of(self.seed, epoch, buffer, count)

    def numbers(self, epoch: int) -> NDArray[np.int64]:
        """Numbers of all rows in the order of an epoch, (n,)."""
        blocks, ends = self.buffers(epoch)
        found = []
        for i in range(len(ends)):
            some = np.sort(blocks[i * self.together : (i + 1) * self.together])
            rows = np.concatenate([np.arange(self.starts[b], self.starts[b + 1]) for b in some])
            found.append(rows[self.order(epoch, i, len(rows))])
        return np.concatenate(found)


def order_of(seed: int, epoch: int, buffer: int, count: int) -> NDArray[np.int64]:
    """The order of the rows of a buffer."""
    order = np.arange(count)
    _permuted(order, seed, epoch, 1 + buffer)
    return order


def _permuted(order: NDArray[np.int64], seed: int, epoch: int, number: int) -> None:
    _permute()(order, seed & 0xFFFFFFFF, epoch, number)


def _permute() -> Callable[..., None]:
    if not jit_allowed():
        return permute
    from ..kernels import dispatch
    from ..kernels.compiler import compiled

    return compiled(dispatch.permute)


def shuffle_of(parts: Parts, seed: int, block: int | None = None) -> Shuffle:
    """The shuffle of a table: blocks of ``block`` rows, by default 200 kB of double precision and a power of two.

    Where a source cannot read some rows of a piece alone, a block is a piece, and memory says how many make a buffer.

    Raises
    ------
    UsageError
        If there is no memory for 64 rows.
    """
    n, size = parts.shape[0], row_bytes(parts)
    if not parts.source.seeks:
        starts = first_rows(parts.source)
        room = parts.memory // (BUFFERS * size * int(np.diff(starts).max()))
        return Shuffle(starts, max(1, min(BUFFER_BLOCKS, room)), seed)
    most = parts.memory // (BUFFERS * BUFFER_BLOCKS * size)
    if most < 1:
        least = BUFFERS * BUFFER_BLOCKS * size
        raise UsageError(f"batches need {least:,} bytes of memory for rows of this size: set memory to that at least")
    rows = block or 1 << round(np.log2(max(1.0, BLOCK_BYTES / size)))
    rows = min(rows, 1 << (most.bit_length() - 1))
    return Shuffle(np.append(np.arange(0, n, rows), n), BUFFER_BLOCKS, seed)
