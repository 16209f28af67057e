"""The fused pass: mean loss and gradient in one pass over fixed blocks, plain or compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import LossRecord
from ..core.threads import in_ranges, one_blas_thread
from ..core.types import Array, LinkValue
from .csr import CSR
from .layout import BLOCK, Table, copy_order, dot, slice_rows, tile_of, transposed_dot
from .tree import Summation, sum_of_leaves

if TYPE_CHECKING:
    from .rows import Rows

__all__ = [
    "LARGE",
    "GivenSlopes",
    "batch_gradient",
    "block_rows",
    "expanded_pass",
    "full_pass",
    "predictors",
    "predictors_of",
    "room_for",
    "shifted_rows",
    "slope_leaves",
    "slopes_in_kernel",
]


class GivenSlopes(NamedTuple):
    """A loss whose slope is the target: its gradient is the sum of rows times given factors."""

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """0."""
        return 0.0 * z

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """The target itself."""
        return y + 0.0 * z


CACHED = 1 << 16  # numbers of a block that stays in the cache
LARGE = 100_000  # numbers of a table from which blocks go in threads
SMALL = 2000  # numbers of a table for whose products no library starts threads
NEAR = 8.0  # standard deviations of a column from 0 up to which its shift may go into the intercept
Summed = LossRecord | GivenSlopes


def full_pass(rows: Rows, loss: Summed, w: Array, gradient: bool) -> tuple[float, Array]:
    """Mean loss and its gradient (d + 1, k) at w; without ``gradient`` the latter is undefined. Cost: one pass."""
    rows.read(rows.shape[0])
    leaves = slope_leaves(rows, loss, w, rows.summation, gradient=gradient)
    return _means(rows, w, leaves[0] if len(leaves) == 1 else sum_of_leaves(leaves))


def expanded_pass(rows: Rows, loss: LossRecord, w: Array) -> tuple[float, Array, Array]:
    """Mean loss, gradient (d + 1, 1), and weight times second derivative of each row's loss (n,). Cost: one pass."""
    rows.read(rows.shape[0])
    seconds = np.empty(rows.shape[0])
    leaves = slope_leaves(rows, loss, w, rows.summation, seconds=seconds)
    return *_means(rows, w, sum_of_leaves(leaves)), seconds


def slope_leaves(
    rows: Rows,
    loss: Summed,
    w: Array,
    how: Summation,
    *,
    gradient: bool = True,
    seconds: Array | None = None,
) -> Array:
    """Sums over each leaf: the losses, then their gradients by output, intercept last, not scaled.

    (leaves, 1 + (d + 1) k). Weight times second derivative of each row's loss is written to ``seconds`` (n,) if given.
    """
    if how.compiled:
        return _compiled_leaves(rows, loss, w, how, gradient, seconds)
    near = _shifted_by_intercept(rows, w) if how.large else None
    if near is None:
        return _plain_leaves(rows, loss, w, how.leaf, seconds)
    bare, moved, shift = near
    leaves = _plain_leaves(bare, loss, moved, how.leaf, seconds)
    gradients = leaves[:, 1:].reshape(len(leaves), w.shape[1], -1)
    gradients[..., :-1] -= gradients[..., -1:] * shift
    return leaves


def _means(rows: Rows, w: Array, sums: Array) -> tuple[float, Array]:
    g: Array = sums[1:].reshape(w.shape[1], -1).T / rows.total
    if rows.units.scale is not None:
        g[:-1] *= rows.units.scale[:, None]
    return float(sums[0] / rows.total), g


def predictors(rows: Rows, w: Array, low: int, high: int) -> Array:
    """Linear predictors z (high - low, k) of the rows low .. high - 1, offsets included."""
    rows, w = ((_shifted_by_intercept(rows, w) if rows.summation.large else None) or (rows, w))[:2]
    size = block_rows(rows)
    if rows.shift is None or high - low <= size:
        return predictors_of(rows, shifted_rows(rows, low, high), w, low, high)
    z, room = np.empty((high - low, w.shape[1])), room_for(rows, size)
    for first in range(low, high, size):
        last = min(high, first + size)
        z[first - low : last - low] = predictors_of(rows, shifted_rows(rows, first, last, room), w, first, last)
    return z


def predictors_of(rows: Rows, part: Table, w: Array, low: int, high: int) -> Array:
    """The same, from rows of `shifted_rows`."""
    z: Array = dot(part, _slopes(rows, w)) + w[-1]
    return z if rows.offset is None else z + rows.offset[low:high, None]


def _slopes(rows: Rows, w: Array) -> Array:
    return w[:-1] if rows.units.scale is None else w[:-1] * rows.units.scale[:, None]


def shifted_rows(rows: Rows, low: int, high: int, room: Array | None = None) -> Table:
    """Rows low .. high - 1 minus the shift of the units, in the layout of the table; written to ``room`` if given."""
    X = slice_rows(rows.X, low, high)
    if rows.shift is None or isinstance(X, CSR):
        return X
    return np.subtract(X, rows.shift, out=None if room is None else room[: high - low])


def block_rows(rows: Rows) -> int:
    """Rows of a block whose shifted copy stays in the cache, a power of two by the number of columns alone."""
    return BLOCK if rows.sparse else 1 << (max(8, min(BLOCK, CACHED // (rows.shape[1] + 1))).bit_length() - 1)


def room_for(rows: Rows, size: int) -> Array | None:
    """Room for the shifted copy of a block, in the order of the table."""
    if rows.shift is None or isinstance(rows.X, CSR):
        return None
    return np.empty((min(size, rows.shape[0]), rows.shape[1]), order=copy_order(rows.X))


def _plain_leaves(rows: Rows, loss: Summed, w: Array, leaf: int, seconds: Array | None) -> Array:
    (n, d), size = rows.shape, min(leaf, block_rows(rows))
    out = np.zeros((-(-n // size), 1 + w.size))
    if len(out) == 1 and n * d < SMALL:
        _plain_block(rows, loss, w, (0, n), shifted_rows(rows, 0, n), seconds, out[0])
        return out

    def work(first: int, last: int) -> None:
        room = room_for(rows, size) if len(out) > 1 else None
        for b in range(first, last):
            block = b * size, min(n, (b + 1) * size)
            _plain_block(rows, loss, w, block, shifted_rows(rows, *block, room), seconds, out[b])

    with one_blas_thread(2.0 * n * d):
        in_ranges(work, len(out), rows.threads if n * d > LARGE else 1)
    return leaves_of(out, leaf // size)


def leaves_of(blocks: Array, count: int) -> Array:
    """The sums of each leaf, from those of its ``count`` blocks, a power of two."""
    if count == 1 or len(blocks) == 1:
        return blocks
    whole = len(blocks) // count * count
    parts = [blocks[low : low + count] for low in range(whole, len(blocks), count)]
    full = sum_of_leaves(blocks[:whole].reshape(-1, count, blocks.shape[1]).swapaxes(0, 1)) if whole else blocks[:0]
    return np.concatenate((full, *(sum_of_leaves(part)[None] for part in parts)))


def _shifted_by_intercept(rows: Rows, w: Array) -> tuple[Rows, Array, Array] | None:
    """The rows without their shift, w with it in the intercept, and the shift; None where digits would be lost.

    No copy of a block is shifted then. A mean of a few standard deviations costs as many roundings, or a large table
    would be read in twice the time.
    """
    shift, scale = rows.shift, rows.units.scale
    if shift is None or scale is None or rows.X.dtype != np.float64:
        return None
    if np.abs(shift * scale).max() > NEAR:
        return None
    w = w.copy()
    w[-1] -= shift @ (w[:-1] * scale[:, None])
    return rows._replace(units=rows.units._replace(shift=None)), w, shift


def _plain_block(
    rows: Rows, loss: Any, w: Array, block: tuple[int, int], part: Table, seconds: Array | None, out: Array
) -> None:
    """Write the sum of the losses of a block, then their gradients by output, intercept last."""
    y, weight, gradient = rows.y[slice(*block)], rows.weights(*block), out[1:].reshape(w.shape[1], -1)
    z = predictors_of(rows, part, w, *block)
    cost, r = loss.value(z, y), loss.slope(z, y)
    if weight is not None:
        cost, r = cost * weight[:, None], r * weight[:, None]
    if seconds is not None:
        second = loss.second_derivative(z, y)[:, 0]
        seconds[slice(*block)] = second if weight is None else second * weight
    out[0], gradient[:, :-1], gradient[:, -1] = cost.sum(), transposed_dot(part, r), r.sum(0)


def batch_gradient(rows: Rows, loss: LossRecord, w: Array) -> Array:
    """Mean gradient (d + 1, k) at w over a few rows, without their loss."""
    n, shift, scale = len(rows.y), rows.shift, rows.units.scale
    if n > BLOCK or n * len(w) > CACHED:
        return full_pass(rows, loss, w, gradient=True)[1]
    rows.read(n)
    part: Table = rows.X if shift is None or isinstance(rows.X, CSR) else rows.X - shift
    g = np.empty(w.shape)
    z = dot(part, w[:-1] if scale is None else w[:-1] * scale[:, None]) + w[-1]
    r = loss.slope(z if rows.offset is None else z + rows.offset[:, None], rows.y)
    r = r if rows.weight is None else r * rows.weight[:, None]
    g[:-1], g[-1] = transposed_dot(part, r).T, np.add.reduce(r)
    if scale is not None:
        g[:-1] *= scale[:, None]
    g /= rows.total
    return g


def _compiled_leaves(
    rows: Rows, loss: Summed, w: Array, how: Summation, gradient: bool, seconds: NDArray[np.float64] | None
) -> Array:
    from ..kernels.compiler import compiled
    from ..kernels.full_pass import block_pass

    out = np.empty((-(-rows.shape[0] // how.leaf), 1 + w.size))
    kernel = compiled(block_pass, loss)
    args = (
        loss,
        rows.X,
        rows.y.T,
        rows.weight,
        rows.offset,
        *slopes_in_kernel(rows, w, how.double),
        how.leaf,
        tile_of(rows.X),
    )
    in_ranges(lambda first, last: kernel(*args, first, last, gradient, seconds, out), len(out), rows.threads)
    return out


def slopes_in_kernel(rows: Rows, w: Array, double: bool = False) -> tuple[NDArray[Any] | None, NDArray[Any], Array]:
    """Shift, slopes (k, d) and intercepts (k,) for a kernel: of a dense table's type, unless sums are ``double``."""
    kind = np.float64 if double or isinstance(rows.X, CSR) else rows.X.dtype
    shift = None if rows.shift is None else rows.shift.astype(kind)
    return shift, np.ascontiguousarray(_slopes(rows, w).T, kind), np.ascontiguousarray(w[-1])
