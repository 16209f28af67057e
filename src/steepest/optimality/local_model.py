"""The local model: whether second derivatives at a point tell the distance to the optimum, and what they leave out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core.types import UNIT, Array
from .newton import Expansion

__all__ = ["decrease_where_flat", "holds"]

BLOCK = 4096  # rows of a block


def holds(near: Expansion, square: float, lengths: Callable[[Array], Array]) -> bool:
    """Whether the quadratic model holds up to the optimum, for a likelihood with |l'''| <= l'' and Newton decrement g.

    It does if 4 g max_i x_i' H^-1 x_i <= 1: no predictor changes by more than 1 / 2 until there, so that no second
    derivative changes by more than a factor e^(1/2). A row with second derivative s_i and weight m_i has
    x_i' H^-1 x_i <= n / (m_i s_i), so that only rows with m_i s_i < 4 g n are computed: few near the optimum.
    ``lengths`` gives x' H^-1 x for rows [x, 1] (m, d + 1) in the units of the data.

    Bach, F. (2010). Self-concordant analysis for logistic regression. Electron. J. Stat. 4. doi:10.1214/09-EJS521
    """
    rows, most = near.objective.rows, 4.0 * square
    doubtful = near.seconds < most * rows.total
    if rows.weight is not None:
        doubtful &= rows.weight > 0
    numbers = np.flatnonzero(doubtful)
    scale = rows.units.scales(near.objective.d)
    blocks = (numbers[low : low + BLOCK] for low in range(0, len(numbers), BLOCK))
    return all(bool((most * lengths(rows.take(block).table() * scale) <= 1.0).all()) for block in blocks)


def decrease_where_flat(near: Expansion, V: Array) -> float:
    """The decrement along directions V (d + 1, r) that the Hessian sees flat, from the rows themselves.

    X'WX squares the condition number: where a column is nearly a copy of another, the Hessian has no digit of the
    curvature along their difference v, while x . v has some. With a_i = x_i . v the curvature is the mean of s_i a_i^2
    and the slope that of l'_i a_i. Directions along which no predictor changes by more than rounding hold nothing.

    Cost: two passes over the rows.
    """
    rows, loss = near.objective.rows.with_rows(offset=None), near.objective.loss
    if not V.shape[1]:
        return 0.0
    A = rows.predictor(V)
    slope = loss.slope(near.objective.rows.predictor(near.w), rows.y)[:, 0]
    weighted = slope if rows.weight is None else slope * rows.weight
    g, K = weighted @ A / rows.total, (A * near.seconds[:, None]).T @ A / rows.total
    values, vectors = np.linalg.eigh(K)
    noise = (4 * (len(V) + 8) * UNIT) ** 2 * len(V)
    real = values > noise
    return float(((vectors[:, real].T @ g) ** 2 / values[real]).sum())
