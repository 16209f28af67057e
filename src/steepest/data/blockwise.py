"""The fold: one pass over the rows in double precision, block by block, with access to every predictor.

The fused pass is faster, but for a table in single precision it rounds to single precision. The fold serves proofs: its
products and sums are doubles for every table, and their rounding is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.record_types import LossRecord
from ..core.threads import in_ranges, one_blas_thread
from ..core.types import UNIT, Array
from ..objective.data import Judge, Sums
from .csr import CSR
from .layout import copy_order, dense_rows, dot, transposed_dot
from .tree import power_below, sum_in_order

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["fold", "fold_rounding", "in_double", "longest", "longest_row", "shifted", "table"]

ROOM = 1 << 17  # numbers of a block: 1 MB
LONGEST, SPARSE = 2048, 4096  # most rows of a dense block, and fewest of a sparse one
SHORT = 256  # rows that are added one after the other
LENGTHS = 4096  # rows of a block for the longest row


def fold(rows: Rows, W: Array, judge: Judge) -> Sums:
    """Call the judge with the predictors of each block, and sum its results. Cost: one pass over the rows.

    ``judge(low, high, Z)`` takes Z = [x, 1] W (high - low, c) of rows low .. high - 1, without offsets. It returns
    r (p, high - low), for the products r [x, 1]; weights of the squares [x, 1]^2, None for 1; and a tuple of numbers.
    Blocks and the order of all sums depend on the table's shape alone, never on threads.
    """
    n, d = rows.shape
    rows.read(n)
    scale = None if rows.units.scale is None else rows.units.scales(d)
    W = W if scale is None else W * scale[:, None]
    size = _size(rows)
    found: list[Any] = [None] * -(-n // size)

    def work(first: int, last: int) -> None:
        X, room = rows.X, None
        if not (isinstance(X, CSR) or rows.worth_compiling):
            room = np.empty((min(n, size), d + 1), order=copy_order(X))
        for b in range(first, last):
            found[b] = _block(rows, b * size, min(n, (b + 1) * size), W, judge, room)

    with one_blas_thread(2.0 * n * d):
        in_ranges(work, len(found), rows.threads if n * d > 100_000 else 1)
    products, squares, totals = sum_in_order(found)
    return Sums(products, squares, totals) if scale is None else Sums(products * scale, squares * scale**2, totals)


def in_double(rows: Rows, loss: LossRecord, w: Array) -> tuple[float, Array]:
    """Mean loss and its gradient (d + 1, k) at w, in double precision. Cost: one pass over the rows."""

    def judge(low: int, high: int, Z: Array) -> tuple[Array, Array | None, tuple[float, ...]]:
        Z = Z if rows.offset is None else Z + rows.offset[low:high, None]
        y, weight = rows.y[low:high], rows.weights(low, high)
        r, cost = loss.slope(Z, y), loss.value(Z, y).sum(1)
        if weight is not None:
            r, cost = r * weight[:, None], cost * weight
        return np.ascontiguousarray(r.T), weight, (float(cost.sum()),)

    sums = fold(rows, w, judge)
    return float(sums.totals[0] / rows.total), sums.products.T / rows.total


def fold_rounding(rows: Rows) -> float:
    """Bound of the rounding of the ``Sums`` of a fold, relative to sum |terms|."""
    n, size = rows.shape[0], _size(rows)
    one_by_one = min(n, size) if isinstance(rows.X, CSR) else min(n, 2 * SHORT) + size // SHORT
    return (one_by_one + (-(-n // size)).bit_length() + 8) * UNIT


def _size(rows: Rows) -> int:
    n, d = rows.shape
    if isinstance(rows.X, CSR):  # a block has d sums, even if it reads few numbers
        return power_below(max(SPARSE, min(n, 16 * (d + 1) * n // max(1, len(rows.X.data)))))
    return power_below(max(64, min(LONGEST, ROOM // (d + 1))))


def _block(rows: Rows, low: int, high: int, W: Array, judge: Judge, room: Array | None) -> tuple[Any, Any, Any]:
    if isinstance(rows.X, CSR):
        return _sparse_block(rows, low, high, W, judge)
    if room is None:
        return _dense_block(rows, low, high, W, judge)
    part = shifted(rows, low, high, room)
    r, weight, totals = judge(low, high, part @ W)
    products = _products(r, part)
    np.multiply(part, part, out=part)
    return products, (np.ones(high - low) if weight is None else weight) @ part, np.array(totals)


def _dense_block(rows: Rows, low: int, high: int, W: Array, judge: Judge) -> tuple[Any, Any, Any]:
    from ..kernels.blockwise import dense_sums, dense_times
    from ..kernels.compiler import compiled

    X, shift, d = rows.X, rows.shift, rows.shape[1]
    Z = np.empty((W.shape[1], high - low))
    compiled(dense_times)(X, shift, np.ascontiguousarray(W[:-1].T), W[-1].copy(), low, high, Z)
    r, weight, totals = judge(low, high, Z.T)
    out = np.zeros((len(r) + 1, d))
    compiled(dense_sums)(X, shift, np.ascontiguousarray(r), weight, low, high, out)
    ends = np.append(r.sum(1), high - low if weight is None else weight.sum())
    both = np.concatenate((out, ends[:, None]), axis=1)
    return both[:-1], both[-1], np.array(totals)


def _products(r: Array, part: Array) -> Array:
    """r part for r (p, rows); rows are added SHORT at a time, which bounds the rounding."""
    whole, p = len(part) // SHORT * SHORT, len(r)
    if whole < 2 * SHORT:
        return np.asarray(r @ part)
    pieces = r[:, :whole].reshape(p, -1, SHORT).transpose(1, 0, 2) @ part[:whole].reshape(-1, SHORT, part.shape[1])
    return np.asarray(pieces.sum(0) + r[:, whole:] @ part[whole:])


def shifted(rows: Rows, low: int, high: int, room: Array) -> Array:
    """Rows low .. high - 1 as [x - shift, 1], not scaled, written to ``room``."""
    part = room[: high - low]
    if rows.shift is None:
        part[:, :-1] = dense_rows(rows.X, low, high)
    else:
        np.subtract(dense_rows(rows.X, low, high), rows.shift, out=part[:, :-1])
    part[:, -1] = 1.0
    return part


def _sparse_block(rows: Rows, low: int, high: int, W: Array, judge: Judge) -> tuple[Any, Any, Any]:
    data, indices, indptr, d = rows.X
    part = slice(indptr[low], indptr[high])
    block = CSR(data[part], indices[part], indptr[low : high + 1] - indptr[low], d)
    times, sums = _compiled() if rows.worth_compiling else (_times, _sums)
    Z = np.empty((high - low, W.shape[1]))
    times(block, W, Z)
    r, weight, totals = judge(low, high, Z)
    weight = np.ones(high - low) if weight is None else weight
    out = np.zeros((d + 1, len(r) + 1))
    sums(block, r, weight, out)
    out[-1, :-1], out[-1, -1] = r.sum(1), weight.sum()
    return out[:, :-1].T, out[:, -1], np.array(totals)


def _compiled() -> tuple[Callable[..., None], Callable[..., None]]:
    from ..kernels.blockwise import sparse_sums, sparse_times
    from ..kernels.compiler import compiled

    return compiled(sparse_times), compiled(sparse_sums)


def _times(X: CSR, W: Array, Z: Array) -> None:
    """Z = [x, 1] W."""
    np.add(dot(X, W[:-1]), W[-1], out=Z)


def _sums(X: CSR, r: Array, weight: Array, out: Array) -> None:
    """Write r X, r (p, rows), and weight'X^2 to the columns of out (d + 1, p + 1); its last row stays."""
    out[:-1, :-1] = transposed_dot(X, r.T).T
    squares = X._replace(data=np.square(X.data, dtype=np.float64))
    out[:-1, -1] = transposed_dot(squares, weight[:, None])[0]


def table(rows: Rows) -> Array:
    """All rows as [x - shift, 1], not scaled, (n, d + 1). Cost: one pass over the rows."""
    n, d = rows.shape
    return shifted(rows, 0, n, np.empty((n, d + 1)))


def longest_row(rows: Rows) -> float:
    """Largest weighted squared length of a row with its intercept's 1, in the rows' units. Cost: one pass."""
    n = rows.shape[0]
    rows.read(n)
    return max(_longest_in(rows, low, min(n, low + LENGTHS)) for low in range(0, n, LENGTHS))


def _longest_in(rows: Rows, low: int, high: int) -> float:
    scale = np.ones(rows.shape[1]) if rows.units.scale is None else rows.units.scale
    if isinstance(rows.X, CSR):
        places = slice(rows.X.indptr[low], rows.X.indptr[high])
        numbers = np.repeat(np.arange(high - low), np.diff(rows.X.indptr[low : high + 1]))
        squares = (rows.X.data[places] * scale[rows.X.indices[places]]) ** 2
        lengths = np.bincount(numbers, squares, minlength=high - low) + 1.0
    else:
        shift = 0.0 if rows.shift is None else rows.shift
        lengths = (((rows.X[low:high] - shift) * scale) ** 2).sum(1) + 1.0
    weight = rows.weights(low, high)
    return float(lengths.max() if weight is None else (lengths * weight).max() * rows.shape[0] / rows.total)


def longest(rows: Rows) -> int:
    """Numbers in the longest row."""
    return int(np.diff(rows.X.indptr).max()) if isinstance(rows.X, CSR) else rows.shape[1]
