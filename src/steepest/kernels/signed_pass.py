"""The pass that proves a duality gap: the sums of the full pass, and those of the rows with a positive slope."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from .dispatch import second_derivative, slope, value
from .full_pass import keep
from .row_access import accumulate, entry, predict

__all__ = ["signed_pass"]


def signed_pass(loss, X, y, weight, offset, shift, v, b, size, tile, first, last, seconds, out, four):
    """``block_pass`` for one output, with the sums of the rows whose slope is positive beside those of all rows.

    out (blocks, 2, d + 2): the loss and its gradient, intercept last; then 0 and the gradient of those rows. Into four
    (blocks, 4) go the sums of m theta^2 / l'' where theta > 0 and where theta < 0, of m theta^2 and of m offset^2, with
    m the weight, theta the slope and l'' the second derivative of a row.
    """
    n, d = y.shape[1], v.shape[1]
    z, g = np.empty((2, tile)), np.empty((2, d))
    sums = np.empty(3)
    for block in range(first, last):
        g.fill(0.0)
        sums.fill(0.0)
        four[block] = 0.0
        end = min(n, (block + 1) * size)
        for low in range(block * size, end, tile):
            high = min(end, low + tile)
            predict(X, None, None, 0, shift, None, v, low, high, z)
            judge_by_sign(loss, y, weight, offset, b, low, high, z, seconds, sums, four, block)
            accumulate(X, None, None, 0, shift, None, z, low, high, g)
        out[block, 0, 0], out[block, 1, 0] = sums[0], 0.0
        for c in range(2):
            for j in range(d):
                out[block, c, 1 + j] = g[c, j]
            out[block, c, d + 1] = sums[1 + c]


@register_jitable(forceinline=True)
def judge_by_sign(loss, y, weight, offset, b, low, high, z, seconds, sums, four, block):
    """Turn the predictors z[0] of a tile into weighted slopes, in place, and z[1] into those that are positive."""
    total, slopes, positive = 0.0, 0.0, 0.0
    up, down, square, far = 0.0, 0.0, 0.0, 0.0
    for i in range(low, high):
        o, m = entry(offset, i, 0.0), entry(weight, i, 1.0)
        u = z[0, i - low] + b[0] + o
        theta = slope(loss, u, y[0, i])
        r, own = m * theta, theta * theta
        strain = m * (own / second_derivative(loss, u, y[0, i])) if own > 0.0 else 0.0
        above = r if theta > 0.0 else 0.0
        total += m * value(loss, u, y[0, i])
        slopes += r
        positive += above
        up += strain if theta > 0.0 else 0.0
        down += strain if theta < 0.0 else 0.0
        square += m * own
        far += m * (o * o)
        keep(seconds, i, m, loss, u, y[0, i])
        z[0, i - low], z[1, i - low] = r, above
    sums[0] += total
    sums[1] += slopes
    sums[2] += positive
    four[block, 0] += up
    four[block, 1] += down
    four[block, 2] += square
    four[block, 3] += far
