"""Reading: rows of a source by their numbers in the table, wherever pieces begin and end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..data.regroup import joined, regrouped
from ..data.rows import Rows
from .coding import Coding
from .sources.source import Source

if TYPE_CHECKING:
    from .parts import Parts

__all__ = ["first_rows", "row_bytes", "rows_in", "rows_of", "some_rows"]

SOME = 4096  # rows that are looked at before the first pass
STORED = 12  # bytes of a stored number of a sparse table, with its column


def first_rows(source: Source) -> NDArray[np.int64]:
    """Number of the first row of each piece, and the number of rows."""
    return np.cumsum([0, *(piece.rows for piece in source.pieces)])


def rows_in(source: Source, starts: NDArray[np.int64], low: int, high: int) -> Iterator[Rows]:
    """Rows low .. high - 1 of a table in order; ``starts`` are its `first_rows`."""
    piece = int(np.searchsorted(starts, low, side="right")) - 1
    while low < high:
        count = min(high, int(starts[piece + 1])) - low
        if count > 0:
            yield from regrouped(source.read(piece, low - int(starts[piece]), count), count, count)
        low, piece = low + max(0, count), piece + 1


def rows_of(source: Source, ranges: Sequence[tuple[int, int]], coding: Coding) -> Rows:
    """The rows of several ranges, one after the other, coded."""
    starts = first_rows(source)
    return coding(joined([rows for low, high in ranges for rows in rows_in(source, starts, low, high)]))


def some_rows(parts: Parts) -> Rows:
    """The first rows of a table, coded: they show its layout."""
    return rows_of(parts.source, [(0, min(SOME, parts.shape[0]))], parts.coding)


def row_bytes(parts: Parts) -> int:
    """Bytes of a row in double precision; of a sparse table by its first rows, rounded to a power of two."""
    d, k = parts.shape[1], max(1, parts.coding.classes, len(parts.source.targets))
    one = next(rows_in(parts.source, first_rows(parts.source), 0, 1))
    if not one.sparse:
        return 8 * (d + k)
    size = some_rows(parts).size
    return 1 << int(np.round(np.log2(8 * k + STORED * max(1.0, size.numbers / size.n))))
