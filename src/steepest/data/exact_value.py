"""The mean loss in raw units with exact predictors: columns far from 0 and huge intercepts cancel in them."""

from __future__ import annotations

import numpy as np

from ..core.record_types import Loss
from ..core.threads import in_ranges
from ..core.types import Array
from ..core.units import RAW
from .double_double import Pair, combination, halves, plus, two_sum
from .layout import dense_rows
from .rows import Rows

__all__ = ["exact_value"]

TILE = 1 << 15  # numbers of a tile of the table, which stays in the cache


def exact_value(rows: Rows, loss: Loss, w: Array) -> float:
    """Mean loss at the raw w (d + 1, k), from predictors summed to about 32 digits. Cost: about 25 n d k flops.

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest.objective.losses import MSE
    >>> exact_value(make_rows([[1e16 + 2], [1e16]], [1.0, 0.0]), MSE(), np.array([[1.0], [-1e16]]))
    0.5
    """
    rows = rows.in_units(RAW)
    n, d = rows.shape
    rows.read(n)
    tile = max(32, TILE // (d + 1))
    sums = np.empty(-(-n // tile))

    def work(first: int, last: int) -> None:
        for b in range(first, last):
            low, high = b * tile, min(n, (b + 1) * tile)
            cost, weight = _values(rows, loss, w, low, high).sum(1), rows.weights(low, high)
            sums[b] = cost.sum() if weight is None else weight @ cost

    in_ranges(work, len(sums), rows.threads if n * d > 100_000 else 1)
    return float(sums.sum() / rows.total)


def _values(rows: Rows, loss: Loss, w: Array, low: int, high: int) -> Array:
    """Losses of rows low .. high - 1; a squared loss takes residuals, so that huge targets cancel exactly."""
    y, residuals = rows.y[low:high], loss.quadratic
    z = np.stack([_predictor(rows, w[:, k], low, high, -y[:, k] if residuals else None) for k in range(w.shape[1])], 1)
    values: Array = loss.value(z, np.zeros_like(y) if residuals else y)
    return values


def _predictor(rows: Rows, w: Array, low: int, high: int, more: Array | None) -> Array:
    x = np.ascontiguousarray(dense_rows(rows.X, low, high).T, np.float64)  # (d, rows), contiguous by column
    offset = np.zeros(high - low) if rows.offset is None else rows.offset[low:high]
    z: Pair = plus(combination(x, halves(x), (w[:-1], np.zeros(len(w) - 1))), two_sum(offset, w[-1]))
    return z[0] if more is None else plus(z, (more, np.zeros_like(more)))[0]
