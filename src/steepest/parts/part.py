"""Part: some pieces of a source, which answer for the leaves that begin in them, and the blocks a work takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..data.regroup import in_leaves, regrouped
from ..data.rows import Rows
from ..data.tree import Summation
from .coding import AS_GIVEN, Coding
from .prefetch import prefetched
from .sources.source import Source

__all__ = ["LARGEST_PART", "Block", "Part", "parts_of"]

LARGEST_PART = 1 << 20  # rows of a part, about, at most


class Block(NamedTuple):
    """Rows of one or more whole leaves, beginning with one; the last leaf of the table may be shorter."""

    first: int  # number of the first row in the table
    rows: Rows
    how: Summation

    @property
    def leaves(self) -> int:
        """Leaves, the last of which may be shorter."""
        return -(-self.rows.shape[0] // self.how.leaf)


class Part(NamedTuple):
    """Consecutive pieces of a source: a task of a pass. It reads the rows that it lacks from the pieces behind it."""

    source: Source
    pieces: range
    first: int  # number of the first row
    rows: int
    how: Summation
    coding: Coding = AS_GIVEN

    @property
    def begin(self) -> int:
        """Number of the first row of the first leaf that begins in the part, if any does."""
        return -(-self.first // self.how.leaf) * self.how.leaf

    @property
    def empty(self) -> bool:
        """Whether no leaf begins in the part: all its rows belong to the last leaf of the part before."""
        return self.begin >= self.first + self.rows

    def blocks(self, size: int) -> Iterator[Block]:
        """Blocks of ``size`` rows, a power of two times a leaf, of all leaves that begin in the part."""
        yield from self._coded(self.batches(0, size))

    def leaves(self, size: int) -> Iterator[Block]:
        """The same leaves in blocks of at most ``size`` rows as they come, so that few rows are copied."""
        if not self.empty:
            read = self._read(self.begin - self.first, size)
            yield from self._coded(in_leaves(read, self.how.leaf, size, self._stop - self.begin))

    def _coded(self, batches: Iterator[Rows]) -> Iterator[Block]:
        at = self.begin
        for rows in prefetched(batches) if self.source.waits else batches:
            yield Block(at, self.coding(rows), self.how)
            at += rows.shape[0]

    def batches(self, start: int, size: int) -> Iterator[Rows]:
        """Rows ``start`` and on of all leaves that begin in the part, as the source has them, ``size`` at a time."""
        if self.empty:
            return
        skip = self.begin - self.first + start
        yield from regrouped(self._read(skip, size), size, self._stop - self.begin - start)

    @property
    def _stop(self) -> int:
        """Number of the row after the last leaf that begins in the part, if that is not the last of the table."""
        return -(-(self.first + self.rows) // self.how.leaf) * self.how.leaf

    def _read(self, skip: int, size: int) -> Iterator[Rows]:
        """The rows from ``skip`` on, through the last piece of the table."""
        known = self.source.pieces
        for piece in range(self.pieces.start, len(known)):
            if skip < known[piece].rows:
                yield from self.source.read(piece, skip, size if piece in self.pieces else min(size, self.how.leaf))
            skip = max(0, skip - known[piece].rows)


def parts_of(source: Source, how: Summation, rows: int, coding: Coding = AS_GIVEN) -> tuple[Part, ...]:
    """The pieces of a source in parts of about ``rows`` rows."""
    found, start, first, count = [], 0, 0, 0
    for i, piece in enumerate(source.pieces):
        count += piece.rows
        if count >= rows or i + 1 == len(source.pieces):
            found.append(Part(source, range(start, i + 1), first, count, how, coding))
            start, first, count = i + 1, first + count, 0
    return tuple(found)
