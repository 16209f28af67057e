"""The fused pass: mean loss and gradient in one pass over fixed blocks, plain or compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import LossRecord
from ..core.threads import in_ranges, one_blas_thread
from ..core.types import Array, LinkValue
from .csr import CSR
from .layout import BLOCK, Table, dot, plan, slice_rows, transposed_dot

if TYPE_CHECKING:
    from .rows import Rows

__all__ = [
    "GivenSlopes",
    "expanded_pass",
    "full_pass",
    "predictors",
    "predictors_of",
    "shifted_rows",
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


Summed = LossRecord | GivenSlopes


def full_pass(rows: Rows, loss: Summed, w: Array, gradient: bool) -> tuple[float, Array]:
    """Mean loss and its gradient (d + 1, k) at w; without ``gradient`` the latter is undefined. Cost: one pass."""
    rows.read(rows.shape[0])
    sums = _compiled_sums(rows, loss, w, gradient) if rows.worth_compiling else _plain_sums(rows, loss, w)
    return _means(rows, w, sums)


def expanded_pass(rows: Rows, loss: LossRecord, w: Array) -> tuple[float, Array, Array]:
    """Mean loss, gradient (d + 1, 1), and weight times second derivative of each row's loss (n,). Cost: one pass."""
    rows.read(rows.shape[0])
    seconds = np.empty(rows.shape[0])
    if rows.worth_compiling:
        return *_means(rows, w, _compiled_sums(rows, loss, w, True, seconds)), seconds
    return *_means(rows, w, _plain_sums(rows, loss, w, seconds)), seconds


def _means(rows: Rows, w: Array, sums: Array) -> tuple[float, Array]:
    g: Array = sums[1:].reshape(w.shape[1], -1).T / rows.total
    if rows.units.scale is not None:
        g[:-1] *= rows.units.scale[:, None]
    return float(sums[0] / rows.total), g


def predictors(rows: Rows, w: Array, low: int, high: int) -> Array:
    """Linear predictors z (high - low, k) of the rows low .. high - 1, offsets included."""
    return predictors_of(rows, shifted_rows(rows, low, high), w, low, high)


def predictors_of(rows: Rows, part: Table, w: Array, low: int, high: int) -> Array:
    """The same, from rows of `shifted_rows`."""
    z: Array = dot(part, _slopes(rows, w)) + w[-1]
    return z if rows.offset is None else z + rows.offset[low:high, None]


def _slopes(rows: Rows, w: Array) -> Array:
    return w[:-1] if rows.units.scale is None else w[:-1] * rows.units.scale[:, None]


def shifted_rows(rows: Rows, low: int, high: int) -> Table:
    """Rows low .. high - 1 minus the shift of the units, in the layout of the table."""
    X = slice_rows(rows.X, low, high)
    return X if rows.shift is None or isinstance(X, CSR) else X - rows.shift


def _plain_sums(rows: Rows, loss: Summed, w: Array, seconds: Array | None = None) -> Array:
    n, d = rows.shape
    found = np.zeros(1 + w.size)
    sums = found[1:].reshape(w.shape[1], d + 1)
    with one_blas_thread(2.0 * n * d):
        for low in range(0, n, BLOCK):
            found[0] += _plain_block(rows, loss, w, (low, min(n, low + BLOCK)), sums, seconds)
    return found


def _plain_block(rows: Rows, loss: Any, w: Array, block: tuple[int, int], sums: Array, seconds: Array | None) -> float:
    part, y, weight = shifted_rows(rows, *block), rows.y[slice(*block)], rows.weights(*block)
    z = predictors_of(rows, part, w, *block)
    cost, r = loss.value(z, y), loss.slope(z, y)
    if weight is not None:
        cost, r = cost * weight[:, None], r * weight[:, None]
    if seconds is not None:
        second = loss.second_derivative(z, y)[:, 0]
        seconds[slice(*block)] = second if weight is None else second * weight
    sums[:, :-1] += transposed_dot(part, r)
    sums[:, -1] += r.sum(0)
    return float(cost.sum())


def _compiled_sums(
    rows: Rows, loss: Summed, w: Array, gradient: bool, seconds: NDArray[np.float64] | None = None
) -> Array:
    from ..kernels.compiler import compiled
    from ..kernels.full_pass import block_pass

    size, tile = plan(rows.X)
    blocks = -(-rows.shape[0] // size)
    out = np.empty((blocks, 1 + w.size))
    kernel = compiled(block_pass, loss)
    args = (loss, rows.X, rows.y.T, rows.weight, rows.offset, *slopes_in_kernel(rows, w), size, tile)
    in_ranges(lambda first, last: kernel(*args, first, last, gradient, seconds, out), blocks, rows.threads)
    sums: Array = out.sum(0)
    return sums


def slopes_in_kernel(rows: Rows, w: Array) -> tuple[NDArray[Any] | None, NDArray[Any], Array]:
    """Shift, slopes (k, d) and intercepts (k,) for a kernel. For a dense table they have its type."""
    kind = np.float64 if isinstance(rows.X, CSR) else rows.X.dtype
    shift = None if rows.shift is None else rows.shift.astype(rows.X.dtype)
    return shift, np.ascontiguousarray(_slopes(rows, w).T, kind), np.ascontiguousarray(w[-1])
