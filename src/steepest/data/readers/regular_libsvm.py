"""Libsvm rows that are all written alike, read at once through pyarrow: single blanks, no comments, no errors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..csr import CSR
from .libsvm import MOST_COLUMNS

__all__ = ["regular_rows"]

BLANK, COLON, LINE_END, ZERO, NINE = b" :\n09"
TO_LINES = bytes.maketrans(b" :", b"\n\n")


def regular_rows(data: bytes) -> tuple[NDArray[np.float64], CSR] | None:
    r"""Labels and rows of a text; None if anything is irregular, which the reader of all such files reads or reports.

    Examples
    --------
    >>> y, X = regular_rows(b"-1 1:1 3:0.5\n+1 2:2\n") or ([], None)
    >>> regular_rows(b"1 3:1 2:1\n") is None
    True
    """
    data = data.replace(b" \n", b"\n")
    data = data if data.endswith(b"\n") else data + b"\n"
    characters = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero((characters == BLANK) | (characters == COLON) | (characters == LINE_END))
    signs = characters[ends]
    values = _are_pairs(signs) and _are_whole(characters, ends, signs) and _numbers(data)
    return None if values is False or values is None else _rows(values, signs)


def _are_pairs(signs: NDArray[np.uint8]) -> bool:
    """Whether each blank is followed by a colon, and no other sign is."""
    blank, colon = signs == BLANK, signs == COLON
    return bool(not colon[0] and not blank[-1] and (blank[:-1] == colon[1:]).all())


def _are_whole(characters: NDArray[np.uint8], ends: NDArray[np.int64], signs: NDArray[np.uint8]) -> bool:
    """Whether nothing is empty, and digits alone stand before each colon."""
    if (np.diff(ends, prepend=-1) < 2).any():
        return False
    others = np.cumsum((characters < ZERO) | (characters > NINE), dtype=np.int32)
    colons = np.flatnonzero(signs == COLON)
    return bool((others[ends[colons] - 1] == others[ends[colons - 1]]).all())


def _numbers(data: bytes) -> Any:
    """All numbers of a text, (m,); None if one is not finite or no number."""
    import pyarrow as pa
    from pyarrow import csv

    read = csv.ReadOptions(column_names=["x"], use_threads=False, block_size=len(data) + 1)
    parse = csv.ParseOptions(quote_char=False, ignore_empty_lines=False)
    convert = csv.ConvertOptions(column_types={"x": pa.float64()}, null_values=[])
    try:
        values = csv.read_csv(pa.BufferReader(data.translate(TO_LINES)), read, parse, convert).column(0).to_numpy()
    except pa.ArrowException:
        return None
    return values if np.isfinite(values).all() else None


def _rows(values: NDArray[np.float64], signs: NDArray[np.uint8]) -> tuple[NDArray[np.float64], CSR] | None:
    """The rows of numbers, one for each sign behind it; None if indices do not ascend from 1."""
    if len(values) != len(signs):
        return None
    is_index = signs == COLON
    follows = np.concatenate(([False], is_index[:-1]))
    starts = np.flatnonzero(~(is_index | follows))  # labels
    indices, counts = values[is_index], np.diff(np.append(starts, len(signs))) // 2
    indptr = np.concatenate(([0], np.cumsum(counts)))
    before = np.concatenate(([0.0], indices[:-1]))
    before[indptr[:-1][counts > 0]] = 0
    if (indices <= before).any() or indices.max(initial=0) > MOST_COLUMNS:
        return None
    X = CSR(values[follows], indices.astype(np.int32) - 1, indptr.astype(np.int32), int(indices.max(initial=0)))
    return values[starts], X
