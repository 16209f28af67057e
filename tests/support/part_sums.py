"""Sums over a table in parts, and tables whose sums are known to the last bit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steepest import SteepestError
from steepest.objective.losses import MSE, LogLoss
from steepest.parts.works import Curves, Slopes

n, d = 30_011, 5
_rng = np.random.default_rng(0)
X = _rng.normal(size=(n, d))
y = (X[:, 0] + _rng.normal(size=n) > 0).astype(float)
NAMES = [f"x{j}" for j in range(d)]
TABLE = pa.table({**dict(zip(NAMES, X.T, strict=True)), "y": y})
w = _rng.normal(size=(d + 1, 1))


def bits(table):
    """The bits of the losses, gradients and Hessian of all rows."""
    at = np.resize(w, (table.shape[1] + 1, 1))
    return [sums.tobytes() for work in (Slopes(LogLoss(), at), Curves(LogLoss(), at)) for sums in table.sums(work)]


def refused(call):
    """The one line with which a scan or the first pass over it is refused."""
    with pytest.raises(SteepestError) as told:
        _pass_over(call())
    assert "\n" not in str(told.value)
    return str(told.value)


def _pass_over(table):
    table.sums(Slopes(MSE(), np.zeros((table.shape[1] + 1, 1))))


def written(folder, table=TABLE, cuts=(9_000, 9_001), rows=4_096, write=None):
    """The folder, with the table in one file more than there are cuts."""
    for i, (low, high) in enumerate(zip((0, *cuts), (*cuts, table.num_rows), strict=True)):
        part, path = table.slice(low, high - low), folder / f"{i}.parquet"
        pq.write_table(part, path, row_group_size=rows) if write is None else write(part, path)
    return folder
