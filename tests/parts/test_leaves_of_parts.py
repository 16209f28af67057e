"""Blocks of whole leaves, as they come: each row once and in order, and few rows are copied."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steepest.data.make_rows import make_rows
from steepest.data.regroup import in_leaves, rows_between

ROWS = make_rows(np.arange(200.0)[:, None], np.arange(200.0), weight=np.arange(200.0))
LEAF = 4


@given(st.lists(st.integers(1, 40), max_size=8), st.sampled_from([LEAF, 8, 16, 64]), st.integers(1, 50))
def test_each_row_is_in_one_block_of_whole_leaves(counts, size, leaves):
    ends, n, most = np.cumsum([0, *counts]).tolist(), min(200, sum(counts)), leaves * LEAF
    batches = [rows_between(ROWS, low, min(high, n)) for low, high in itertools.pairwise(ends) if low < n]
    found = list(in_leaves(iter(batches), LEAF, size, most))
    numbers = [row for block in found for row in block.X[:, 0].tolist()]
    assert numbers == list(range(min(n, most)))
    assert all(block.shape[0] % LEAF == 0 for block in found[:-1])
    assert all(0 < block.shape[0] <= size for block in found)
    for block in found:
        np.testing.assert_array_equal(block.X[:, 0], block.weight)
        np.testing.assert_array_equal(block.X, block.y)
    copied = sum(block.shape[0] for block in found if not np.shares_memory(block.X, ROWS.X))
    assert copied <= LEAF * len(batches)


def test_no_batch_is_read_beyond_the_last_leaf():
    def batches():
        yield rows_between(ROWS, 0, 10)
        yield rows_between(ROWS, 10, 16)
        raise AssertionError("one more batch was read")

    assert sum(block.shape[0] for block in in_leaves(batches(), LEAF, 8, 16)) == 16
