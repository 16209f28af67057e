"""Blocks of a Spark DataFrame without Spark: partitions of any sizes are cut into whole leaves, each row once."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.core.errors import DataError
from steepest.parts.engines.spark.blocks import CHANGED, PARTITION, Cutter, completed, taken
from steepest.parts.sources.layout import Layout

LEAF = 8


def batches_of(low, high, partition, each):
    numbers = np.arange(low, high)
    columns = {"x": numbers * 1.0, "y": numbers * 2.0, PARTITION: np.full(len(numbers), partition)}
    return pa.table(columns).to_batches(each) if high > low else []


def cut(counts, each, changed=None):
    """All chunks of partitions with so many rows each; one partition may have other rows than were counted."""
    starts = np.cumsum([0, *counts]).tolist()
    known = {p: (starts[p], count) for p, count in enumerate(counts) if count}
    cutter = Cutter(Layout(("x",), ("y",)), None, known, starts[-1], LEAF, 2 * LEAF)
    chunks = []
    for p, count in enumerate(counts):
        own = count + (changed or {}).get(p, 0)
        chunks += [
            pickle.loads(data.as_py())
            for batch in cutter(batches_of(starts[p], starts[p] + own, p, each))
            for data in batch.column(0)
        ]
    return chunks


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(1, 20))
def test_every_row_is_in_one_leaf(counts, each):
    chunks = cut(counts, each)
    total = sum(counts)
    shares = {}
    for chunk in chunks:
        if not chunk.whole:
            shares.setdefault(chunk.first // LEAF, []).append(chunk)
    blocks = [chunk for chunk in chunks if chunk.whole] + [completed(reversed(some)) for some in shares.values()]
    blocks.sort(key=lambda block: block.first)
    assert all(block.first % LEAF == 0 and block.rows.shape[0] <= 2 * LEAF for block in blocks)
    assert all(block.rows.shape[0] % LEAF == 0 for block in blocks[:-1])
    rows = [block.rows for block in blocks]
    found = np.concatenate([r.X[:, 0] for r in rows]) if rows else np.zeros(0)
    np.testing.assert_array_equal(found, np.arange(total))
    assert not rows or (np.concatenate([r.y[:, 0] for r in rows]) == 2.0 * np.arange(total)).all()


@pytest.mark.parametrize("difference", [1, -1, 9])
def test_partitions_that_changed_are_refused(difference):
    last = cut([20, 20], 7, {0: difference})
    assert [str(chunk.error) for chunk in last if chunk.error] == [CHANGED]


def test_a_cell_at_fault_is_named_with_its_partition_and_row():
    cutter = Cutter(Layout(("x",), ("y",)), None, {3: (5, 20)}, 25, LEAF, LEAF)
    x = np.arange(20.0)
    x[17] = np.nan
    table = pa.table({"x": x, "y": x * 0, PARTITION: np.full(20, 3)})
    error = list(cutter.chunks(iter(table.to_batches(6))))[-1].error
    assert isinstance(error, DataError)
    assert str(error).startswith("row 18 of partition 3, column 'x': missing value (NaN)")


def test_batches_are_taken_in_sizes():
    batches = iter(batches_of(0, 10, 0, 4))
    groups = [(size, [batch.num_rows for batch in group]) for size, group in taken(batches, [3, 5, 4])]
    assert groups == [(3, [3]), (5, [1, 4]), (4, [2])]
