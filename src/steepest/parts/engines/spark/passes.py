"""Passes over the blocks of a Spark DataFrame, in its workers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ....data.layout import arrays
from ....data.regroup import in_leaves
from ....data.tree import Summation
from ...cache.stored import DamagedError
from ...coding import Coding
from ...part import Block
from ..task import Found, worked

if TYPE_CHECKING:  # types alone
    from ...works import Work
    from .blocks import Chunk

__all__ = ["Over", "Pass", "Passed", "hashes", "over"]

ALL = 1 << 62  # rows


class Passed(NamedTuple):
    """What a pass finds in a chunk."""

    found: Found
    rows: int
    rounded: frozenset[str]


class Over(NamedTuple):
    """What a function finds in the chunks of some partitions."""

    found: list[Any]
    gone: tuple[int, ...]  # partitions whose rows are no longer on this machine


def over(function: Callable[[Chunk], Any], chunks: Iterable[Chunk]) -> Over:
    """What a function finds in each chunk of whole leaves."""
    found, gone = [], []
    for chunk in chunks:
        if chunk.error is not None:
            raise chunk.error
        if chunk.whole:
            try:
                found.append(function(chunk))
            except DamagedError:
                gone.append(chunk.partition)
    return Over(found, tuple(gone))


class Pass(NamedTuple):
    """A pass over a chunk."""

    work: Work
    size: int
    how: Summation
    coding: Coding
    ranges: Sequence[tuple[int, int]] | None  # first rows that count, from and to; None if all do

    def __call__(self, chunk: Chunk) -> Passed:
        """The sums of the leaves in it."""
        cut = _Cut(chunk, self)
        found = worked(self.work, [cut], self.size)  # type: ignore[list-item]  # of a part it asks for blocks and notes
        return Passed(found, cut.rows, chunk.rounded)


class _Cut:
    """A chunk as a part."""

    source = None  # it has no notes: what was rounded goes back beside the sums

    def __init__(self, chunk: Chunk, asked: Pass) -> None:
        self.chunk, self.asked, self.rows = chunk, asked, 0

    def leaves(self, size: int) -> Iterator[Block]:
        """Blocks of about ``size`` rows."""
        if not self._counts(self.chunk.first):
            return
        for rows in in_leaves(self.chunk.batches(size), self.asked.how.leaf, size, ALL):
            yield Block(self.chunk.first + self.rows, self.asked.coding(rows), self.asked.how)
            self.rows += rows.shape[0]

    def _counts(self, first: int) -> bool:
        ranges = self.asked.ranges
        return ranges is None or any(low <= first < high for low, high in ranges)


def hashes(leaf: int, chunk: Chunk) -> list[tuple[int, str]]:
    """The hash of each leaf, after the number of its first row."""
    found, first = [], chunk.first
    for rows in in_leaves(chunk.batches(leaf), leaf, leaf, ALL):
        digest = hashlib.sha256()
        for part in (*arrays(rows.X), rows.y, rows.weight, rows.offset):
            digest.update(np.ascontiguousarray(0 if part is None else part).tobytes())
        found.append((first, digest.hexdigest()))
        first += rows.shape[0]
    return found
