"""The gap of the dual point 0, which needs no matrix: the cost bounds it where the loss is never negative."""

from __future__ import annotations

import numpy as np

from ..core.types import UNIT, Array
from ..objective.data import TableData
from ..objective.objective import Objective
from .certificate import Certificate

__all__ = ["at_most_cost"]


def at_most_cost(known: Certificate, objective: Objective, sizes: TableData, w: Array) -> Certificate:
    """A certificate, or that of the dual point 0 if its gap is smaller; ``sizes``: rows with |x| for x. Two passes."""
    loss, rows = objective.loss, objective.rows
    gap, kind = (np.inf, "duality gap") if known.gap is None else (known.gap, known.kind)
    if not (loss.dual or rows.supports.joint):
        return known
    size, z, y = sizes.with_rows(offset=None).predictor(np.abs(w)), rows.predictor(w), rows.y
    away = (len(w) + 8) * UNIT * (size + (0.0 if rows.offset is None else np.abs(rows.offset)[:, None]))
    if rows.supports.joint:
        each = loss.value(z, y).sum(1) + 2 * away.max(1)
    else:
        each = (np.maximum(loss.value(z - away, y), loss.value(z + away, y)) + loss.conjugate(0.0 * y, y)).sum(1)
    mean = float(each.sum() if rows.weight is None else rows.weight @ each) / rows.total
    most = objective.complete(w, mean, 0.0 * w)[0] * (1 + np.sqrt(UNIT))
    return known._replace(gap=most, kind=kind, rounding=min(known.rounding, most)) if most < gap else known
