"""Pieces of an encoded table: columns of which each row uses one at most. Products of pieces are pieces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..csr import CSR

__all__ = ["Piece", "joined", "number_piece", "power", "product"]

DENSE_COLUMNS = 64  # up to so many columns a table is dense
DENSE_SHARE = 0.25  # and beyond, if at least this share of its numbers are not 0


class Piece(NamedTuple):
    """A number, or a category's levels, as columns that stand beside each other.

    Attributes
    ----------
    names : tuple of str
        Of its m columns.
    place : (n,) int32
        The column of each row's one number, from 0 to m - 1; -1 if all its columns are 0 there.
    value : (n,) float64, or None
        That number; 1 if None.
    """

    names: tuple[str, ...]
    place: NDArray[np.int32]
    value: NDArray[np.float64] | None = None


def number_piece(name: str, value: NDArray[np.float64]) -> Piece:
    """One column of numbers."""
    return Piece((name,), np.zeros(len(value), np.int32), value)


def product(a: Piece, b: Piece) -> Piece:
    """The products of each column of ``a`` with each of ``b``, called "a:b".

    Examples
    --------
    >>> x, colour = number_piece("x", np.array([2.0, 3.0])), Piece(("red", "blue"), np.array([1, -1], np.int32))
    >>> both = product(x, colour)
    >>> both.names, joined([both]).tolist()
    (('x:red', 'x:blue'), [[0.0, 2.0], [0.0, 0.0]])
    """
    names = tuple(f"{one}:{other}" for one in a.names for other in b.names)
    used = (a.place >= 0) & (b.place >= 0)
    place = np.where(used, a.place * len(b.names) + b.place, -1).astype(np.int32)
    values = [piece.value for piece in (a, b) if piece.value is not None]
    return Piece(names, place, reduce(np.multiply, values) if values else None)


def power(piece: Piece, exponent: int) -> Piece:
    """A column of numbers to a power, called "x^2"; a category is its own power.

    Examples
    --------
    >>> power(number_piece("x", np.array([3.0])), 2)
    Piece(names=('x^2',), place=array([0], dtype=int32), value=array([9.]))
    """
    if piece.value is None or exponent == 1:
        return piece
    return piece._replace(names=tuple(f"{name}^{exponent}" for name in piece.names), value=piece.value**exponent)


def joined(pieces: Sequence[Piece], rows: int | None = None) -> NDArray[np.float64] | CSR:
    """The table (n, d) of all pieces side by side: dense, or CSR where it is wide and has mostly zeros.

    The number of columns and of pieces alone decide, so that the rows to predict lie as those of the fit. Cost: O(n p)
    for p pieces, and O(n d) if it is dense.
    """
    d = sum(len(piece.names) for piece in pieces)
    n = len(pieces[0].place) if rows is None else rows
    if d <= DENSE_COLUMNS or len(pieces) >= DENSE_SHARE * d:
        return _dense(pieces, n, d)
    return _sparse(pieces, n, d)


def _dense(pieces: Sequence[Piece], n: int, d: int) -> NDArray[np.float64]:
    X, first, every = np.zeros((n, d)), 0, np.arange(n)
    for piece in pieces:
        if len(piece.names) == 1 and piece.value is not None and (piece.place == 0).all():
            X[:, first] = piece.value
        else:
            used = piece.place >= 0
            X[every[used], first + piece.place[used]] = 1.0 if piece.value is None else piece.value[used]
        first += len(piece.names)
    return X


def _sparse(pieces: Sequence[Piece], n: int, d: int) -> CSR:
    firsts = np.cumsum([0, *(len(piece.names) for piece in pieces)])[:-1]
    columns = np.empty((n, len(pieces)), np.int32)
    values = np.ones((n, len(pieces)))
    for p, (piece, first) in enumerate(zip(pieces, firsts, strict=True)):
        columns[:, p] = np.where(piece.place >= 0, piece.place + first, -1)
        if piece.value is not None:
            values[:, p] = piece.value
    used = (columns >= 0) & (values != 0)
    ends = np.concatenate(([0], np.cumsum(used.sum(axis=1)))).astype(np.int32 if used.size < 1 << 31 else np.int64)
    return CSR(values[used], columns[used], ends, d)
