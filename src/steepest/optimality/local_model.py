"""The local model: whether second derivatives at a point tell the distance to the optimum, and what they leave out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core.types import UNIT, Array
from .newton import TINY, Expansion, Step

__all__ = ["decrease_where_flat", "largest_move", "localised"]

BLOCK = 4096  # rows of a block
MOVE = 0.5  # largest move of a predictor up to which second derivatives change by less than a factor e^(1/2)

Lengths = Callable[[Array], Array]  # x' H^-1 x for rows [x, 1] (m, d + 1) in the units of the data


def localised(near: Expansion, step: Step, lengths: Lengths, flat_directions: Array) -> Step:
    """The step with what flat directions hold and, if third derivatives are known, how far predictors move."""
    flat = decrease_where_flat(near, flat_directions)
    predicted = (step.predicted or 0.0) + flat
    move = largest_move(near, predicted, lengths) if near.objective.loss.third_known else 0.0
    return step._replace(predicted=predicted, flat=flat, move=move)


def largest_move(near: Expansion, square: float, lengths: Lengths) -> float:
    """Bound of the change of a predictor up to the optimum, max_i c_i sqrt(g x_i' H^-1 x_i) for the Newton decrement g.

    Where |l'''| <= c_i l'', a change by r / c_i changes second derivatives by at most a factor e^r; c_i = 1 if the loss
    has no ``third_ratio``. A row with second derivative s_i and weight m_i has x_i' H^-1 x_i <= n / (m_i s_i), so that
    only rows for which this does not show a move of at most 1 / 2 are computed: few near the optimum. A bound above
    1 / 2 is that of some rows only: the model does not hold up to the optimum.

    Bach, F. (2010). Self-concordant analysis for logistic regression. Electron. J. Stat. 4. doi:10.1214/09-EJS521
    """
    rows, loss = near.objective.rows, near.objective.loss
    counted = near.seconds if rows.weight is None else np.where(rows.weight > 0, near.seconds, np.inf)
    ratio = np.square(loss.third_ratio(rows.predictor(near.w)[:, 0], rows.y[:, 0])) if loss.third_varies else None
    counted = counted if ratio is None else counted / ratio
    doubtful = counted * MOVE**2 < square * rows.total
    others = counted[~doubtful]
    most = square * rows.total / max(float(others.min()), TINY) if len(others) else 0.0
    numbers, scale = np.flatnonzero(doubtful), rows.units.scales(near.objective.d)
    for block in (numbers[low : low + BLOCK] for low in range(0, len(numbers), BLOCK)):
        moves = lengths(rows.take(block).table() * scale)
        most = max(most, square * float((moves if ratio is None else moves * ratio[block]).max()))
        if most > MOVE**2:
            break
    return float(np.sqrt(most))


def decrease_where_flat(near: Expansion, V: Array) -> float:
    """The decrement along directions V (d + 1, r) that the Hessian sees flat, from the rows themselves.

    X'WX squares the condition number: where a column is nearly a copy of another, the Hessian has no digit of the
    curvature along their difference v, while x . v has some. With a_i = x_i . v the curvature is the mean of s_i a_i^2
    and the slope that of l'_i a_i. Directions along which no predictor changes by more than rounding hold nothing.

    Cost: two passes over the rows.
    """
    rows, loss = near.objective.rows, near.objective.loss
    if not V.shape[1]:
        return 0.0
    A = rows.with_rows(offset=None).predictor(V)
    slope = loss.slope(rows.predictor(near.w), rows.y)[:, 0]
    weighted = slope if rows.weight is None else slope * rows.weight
    g, K = weighted @ A / rows.total, (A * near.seconds[:, None]).T @ A / rows.total
    values, vectors = np.linalg.eigh(K)
    noise = (4 * (len(V) + 8) * UNIT) ** 2 * len(V)
    real = values > noise
    return float(((vectors[:, real].T @ g) ** 2 / values[real]).sum())
