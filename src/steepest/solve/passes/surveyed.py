"""What a fit by batches knows of the columns before its first step, from one pass."""

from __future__ import annotations

import numpy as np

from ...core.errors import DataError
from ...data.moments import null_directions
from ...data.rows import Rows
from ...parts.epochs import Epochs
from ...parts.parts import Parts
from ...parts.reading import some_rows
from ...parts.shuffle import shuffle_of
from ...parts.table import Table
from ...parts.works import Grams
from ..auto.plan import Columns

__all__ = ["surveyed"]


def surveyed(parts: Parts, seed: int) -> tuple[Columns, Table, Rows]:
    """Means and covariances of the columns, the table, and a sample of its rows. Cost: one pass and a buffer."""
    some, d = some_rows(parts), parts.shape[1]
    targets = some.y[0] if some.offset is None else some.y[0] - some.offset[0]
    dense = np.zeros(d) if some.sparse else np.asarray(some.X[0], np.float64)
    first = np.append(dense, targets)
    (gram,) = parts.sums(Grams(first))
    if not np.isfinite(gram).all():
        raise DataError("the table contains a number that is not finite, or too large: look for NaN and huge numbers")
    total = float(gram[-1, -1])
    away = gram[:d, -1] / total
    spread = gram[:d, :d] / total - np.outer(away, away)
    columns = Columns(first[:d] + away, np.maximum(spread.diagonal(), 0.0), spread, null_directions(spread), None)
    sample = Epochs(parts, shuffle_of(parts, seed), 1).rows(0, 0)
    sample = sample._replace(total=float(sample.shape[0] if sample.weight is None else sample.weight.sum()))
    return columns, Table(parts, some, total), sample
