"""Parquet files in parts: the sums are those of the same table in memory, to the last bit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steepest import scan
from steepest.objective.losses import LogLoss
from steepest.parts.works import Curves, Slopes

n, d = 30_011, 5
rng = np.random.default_rng(0)
X = rng.normal(size=(n, d))
y = (X[:, 0] + rng.normal(size=n) > 0).astype(float)
TABLE = pa.table({**{f"x{j}": X[:, j] for j in range(d)}, "y": y})
w = rng.normal(size=(d + 1, 1))
WORKS = (Slopes(LogLoss(), w), Curves(LogLoss(), w))


def bits(table):
    return [part.tobytes() for work in WORKS for part in table.sums(work)]


def written(folder, table, cuts=(9_000, 9_001), rows=4_096):
    """The table in one file more than there are cuts."""
    for i, (low, high) in enumerate(zip((0, *cuts), (*cuts, table.num_rows), strict=True)):
        pq.write_table(table.slice(low, high - low), folder / f"{i}.parquet", row_group_size=rows)
    return folder


@pytest.fixture(scope="module")
def expected():
    return bits(scan(X, y))


@pytest.mark.parametrize("rows", [1_000, 4_096, 131_072])
def test_sums_over_files_have_the_bits_of_those_in_memory(tmp_path, expected, rows):
    assert bits(scan(written(tmp_path, TABLE, rows=rows), "y")) == expected
