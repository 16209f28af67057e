"""Regroup: batches of any size as groups of one size; what need not be copied is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .csr import CSR
from .layout import Table, slice_rows
from .rows import Rows

__all__ = ["in_leaves", "joined", "joined_arrays", "regrouped", "rows_between", "stacked"]


def regrouped(batches: Iterator[Rows], size: int, most: int) -> Iterator[Rows]:
    """The first ``most`` rows in groups of ``size``; a batch that is a whole group is not copied."""
    kept: list[Rows] = []
    count = 0
    for batch in batches:
        low = 0
        while low < batch.shape[0] and most > 0:
            high = min(batch.shape[0], low + min(size - count, most))
            kept.append(rows_between(batch, low, high))
            count, most, low = count + high - low, most - (high - low), high
            if count == size or most == 0:
                yield joined(kept)
                kept, count = [], 0
        if most == 0:
            return
    if kept:
        yield joined(kept)


def in_leaves(batches: Iterator[Rows], leaf: int, size: int, most: int) -> Iterator[Rows]:
    """The first ``most`` rows in groups of whole leaves, at most ``size`` rows each; the last leaf may be shorter.

    Only leaves that are in two batches or more are copied.
    """
    kept: list[Rows] = []
    count = 0
    for batch in batches:
        n, low = min(batch.shape[0], most), 0
        most -= n
        while low < n:
            whole = min(size, (n - low) // leaf * leaf)
            high = low + whole if whole and not count else min(n, low + leaf - count)
            kept.append(rows_between(batch, low, high))
            count, low = count + high - low, high
            if count % leaf == 0:
                yield joined(kept)
                kept, count = [], 0
        if not most:
            break
    if kept:
        yield joined(kept)


def rows_between(rows: Rows, low: int, high: int) -> Rows:
    """Rows low .. high - 1, which are not copied."""
    if (low, high) == (0, rows.shape[0]):
        return rows
    weight, offset = (None if v is None else v[low:high] for v in (rows.weight, rows.offset))
    return rows._replace(X=slice_rows(rows.X, low, high), y=rows.y[low:high], weight=weight, offset=offset)


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of several batches, one after the other."""
    if len(parts) == 1:
        return parts[0]
    y = np.asfortranarray(np.concatenate([part.y for part in parts]))
    weight, offset = _whole([part.weight for part in parts]), _whole([part.offset for part in parts])
    return parts[0]._replace(X=stacked([part.X for part in parts]), y=y, weight=weight, offset=offset)


def _whole(pieces: list[NDArray[np.float64] | None]) -> NDArray[np.float64] | None:
    return None if pieces[0] is None else np.concatenate([piece for piece in pieces if piece is not None])


def stacked(tables: list[Table]) -> Table:
    """Tables one below the other; dense ones are not copied where they stand so in memory."""
    if not isinstance(tables[0], CSR):
        return joined_arrays(cast("list[NDArray[Any]]", tables))
    sparse = cast("list[CSR]", tables)
    ends = np.cumsum([0, *(len(X.data) for X in sparse)])
    indptr = [X.indptr[bool(i) :] + end for i, (X, end) in enumerate(zip(sparse, ends[:-1], strict=True))]
    data, indices = np.concatenate([X.data for X in sparse]), np.concatenate([X.indices for X in sparse])
    return CSR(data, indices, np.concatenate(indptr), sparse[0].columns)


def joined_arrays(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Arrays one after the other: a view where they are consecutive rows of one array.

    Examples
    --------
    >>> a = np.arange(6)
    >>> joined_arrays([a[1:3], a[3:4]]).base is a, joined_arrays([a[1:3], a[4:]]).tolist()
    (True, [1, 2, 4, 5])
    """
    parts = [part for part in parts if len(part)] or parts[:1]
    whole = parts[0].base
    if isinstance(whole, np.ndarray) and whole.size and all(_rows_of(part, whole) for part in parts):
        starts = [(_address(part) - _address(whole)) // whole.strides[0] for part in parts]
        ends = [start + len(part) for start, part in zip(starts, parts, strict=True)]
        if starts[1:] == ends[:-1]:
            return np.asarray(whole[starts[0] : ends[-1]])
    return np.concatenate(parts)


def _rows_of(part: NDArray[Any], whole: NDArray[Any]) -> bool:
    alike = part.strides == whole.strides and part.shape[1:] == whole.shape[1:] and part.dtype == whole.dtype
    return alike and part.base is whole


def _address(array: NDArray[Any]) -> int:
    return int(array.__array_interface__["data"][0])
