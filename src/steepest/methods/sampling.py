"""Which rows, in which order: a pure function of (seed, epoch), the same compiled and interpreted.

Written for plain integers: 32-bit hashes of counters, with products that fit 64 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "BUFFER", "SAMPLINGS", "fill_order", "mix", "permute"]

SAMPLINGS = ("shuffle", "replacement", "sequential")
BLOCK = 64  # rows that stay together when a large table is shuffled ...
BUFFER = 2048  # ... and rows among which the order is then uniform
MASK = 0xFFFFFFFF


def mix(x: int) -> int:
    """Scramble 32 bits, one to one (constants of the low-bias hash of C. Wellons' search)."""
    x = x & MASK
    x = x ^ (x >> 16)
    x = (x * 0x7FEB352D) & MASK
    x = x ^ (x >> 15)
    x = (x * 0x846CA68B) & MASK
    return x ^ (x >> 16)


def below(m: int, i: int, low: int, high: int) -> int:
    """Draw number i of the stream with the key (low, high), 32 bits each: a whole number in 0 .. m - 1."""
    return (mix(mix(i ^ low) + high) * m) >> 32


def shuffle(order: NDArray[Any], first: int, end: int, low: int, high: int) -> None:
    """Bring order[first:end] into uniformly random order (Fisher and Yates)."""
    for i in range(end - 1, first, -1):
        j = first + below(i - first + 1, i, low, high)
        order[i], order[j] = order[j], order[i]


def permute(order: NDArray[np.int64], seed: int, epoch: int, number: int) -> None:
    """Bring ``order`` into uniformly random order: draw ``number`` of an epoch, a function of its arguments alone."""
    low, high = mix(mix(mix(seed) + epoch) ^ mix(number ^ 0x6A09E667)), mix(mix(seed ^ 0x5BD1E995) ^ mix(epoch)) >> 1
    shuffle(order, 0, len(order), low, high)


def fill_order(order: NDArray[np.int64], seed: int, epoch: int, sampling: int) -> None:
    """Write the n row numbers of one epoch into ``order``; ``sampling`` counts the names in ``SAMPLINGS``.

    A table of more than ``BUFFER`` rows is shuffled as blocks of ``BLOCK`` neighbouring rows, then row by row inside
    buffers of ``BUFFER`` rows (Xu, L. et al. 2022, CorgiPile, arXiv:2206.05830): memory access is nearly as fast as in
    order.
    """
    n = len(order)
    low, high = mix(mix(seed) + epoch), mix(mix(seed ^ 0x5BD1E995) ^ mix(epoch)) >> 1
    order[:] = np.arange(n)
    if sampling == 1:
        for i in range(n):
            order[i] = below(n, i, low, high)
    elif sampling == 0 and n <= BUFFER:
        shuffle(order, 0, n, low, high)
    elif sampling == 0:
        shuffle_blocks(order, low, high)


def shuffle_blocks(order: NDArray[np.int64], low: int, high: int) -> None:
    """Shuffle blocks of neighbours, then the rows inside each buffer of blocks."""
    n = len(order)
    blocks = np.empty((n + BLOCK - 1) // BLOCK, np.int64)
    for i in range(len(blocks)):
        blocks[i] = i
    shuffle(blocks, 0, len(blocks), low ^ 0x2545F491, high)
    place = 0
    for b in blocks:
        first = int(b) * BLOCK
        for i in range(first, min(n, first + BLOCK)):
            order[place] = i
            place += 1
    for first in range(0, n, BUFFER):
        shuffle(order, first, min(n, first + BUFFER), low, high)
