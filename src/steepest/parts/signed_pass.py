"""The pass that proves a duality gap: losses, gradients and second derivatives, and the sums of the slopes by sign."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import LossRecord
from ..core.threads import in_ranges
from ..core.types import Array
from ..data.full_pass import GivenSlopes, predictors, slope_leaves, slopes_in_kernel
from ..data.layout import tile_of
from ..data.rows import Rows
from ..data.tree import Summation
from .works import leaves_of

__all__ = ["signed_leaves"]

Sums = tuple[Array, Array, Array]


def signed_leaves(
    rows: Rows, loss: LossRecord, w: Array, how: Summation, seconds: NDArray[np.float64] | None = None
) -> Sums:
    """Sums over each leaf at w (d + 1, 1), with m the weight, theta the slope and l'' the second derivative of a row.

    (leaves, 1 + d + 1) as of `slope_leaves`; the same of m theta [x, 1] where theta > 0, the first of which is 0; and
    m theta^2 / l'' where theta > 0 and where theta < 0, m theta^2 and m offset^2, (leaves, 4). m l'' is written to
    ``seconds`` (n,) if given.
    """
    return (_compiled_leaves if how.compiled else _plain_leaves)(rows, loss, w, how, seconds)


def _compiled_leaves(
    rows: Rows, loss: LossRecord, w: Array, how: Summation, seconds: NDArray[np.float64] | None
) -> Sums:
    from ..kernels.compiler import compiled
    from ..kernels.signed_pass import signed_pass

    count, kernel = -(-rows.shape[0] // how.leaf), compiled(signed_pass, loss)
    out, four = np.empty((count, 2, 1 + w.size)), np.empty((count, 4))
    shift, v, b = slopes_in_kernel(rows, w, double=True)
    args = loss, rows.X, rows.y.T, rows.weight, rows.offset, shift, v, b, how.leaf, tile_of(rows.X)
    in_ranges(lambda first, last: kernel(*args, first, last, seconds, out, four), count, rows.threads)
    return out[:, 0], out[:, 1], four


def _plain_leaves(rows: Rows, loss: LossRecord, w: Array, how: Summation, seconds: NDArray[np.float64] | None) -> Sums:
    theta, four = zip(*(_slopes_of(leaf, loss, w) for leaf in leaves_of(rows, how)), strict=True)
    above = np.maximum(np.concatenate(theta), 0.0)[:, None]
    up = slope_leaves(rows._replace(y=above), GivenSlopes(), w, how)
    return slope_leaves(rows, loss, w, how, seconds=seconds), up, np.stack(four)


def _slopes_of(rows: Rows, loss: LossRecord, w: Array) -> tuple[Array, Array]:
    """Slopes of the rows of a leaf (m,), and the four sums."""
    y, weight = rows.y, 1.0 if rows.weight is None else rows.weight
    z = predictors(rows, w, 0, rows.shape[0])
    theta = loss.slope(z, y)[:, 0]
    square = theta * theta
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        second = loss.second_derivative(z, y)[:, 0]
        strain = np.where(square > 0, square / second, 0.0)
    up, down = (np.where(side, strain, 0.0) for side in (theta > 0, theta < 0))
    far = 0.0 * square if rows.offset is None else rows.offset**2
    four: Array = (np.stack((up, down, square, far)) * weight).sum(1)
    return theta, four
