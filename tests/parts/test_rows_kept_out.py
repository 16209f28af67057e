"""Rows kept out of a fit: chosen by number and seed, weightless in the table, and in memory by themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import make_rows
from steepest.core.errors import DataError
from steepest.parts.coding import Coding
from steepest.parts.engines.here import Here
from steepest.parts.held_out import held_out, is_kept_out
from steepest.parts.parts import Parts
from steepest.parts.sources.memory import MemorySource

N = 9001


def numbered(weight=None, y=None, memory=64 << 20):
    X = np.column_stack((np.arange(N), np.ones(N)))
    rows = make_rows(X, np.arange(N) % 2 if y is None else y, weight=weight)
    return Parts(MemorySource(rows, ("number", "one")), memory, Here(1))


def read(parts):
    found = [block.rows for part in parts.parts for block in part.blocks(parts.block)]
    return np.concatenate([rows.X[:, 0] for rows in found]).astype(int), np.concatenate([r.weight for r in found])


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0.01, 0.9), seed=st.integers(0, 2**40))
def test_rows_are_on_one_side_and_keep_their_weight(share, seed):
    weight = np.random.default_rng(0).integers(1, 5, N).astype(float)
    training, held = held_out(numbered(weight), share, seed)
    kept = is_kept_out(np.arange(N), share, seed)
    numbers, weights = read(training)
    assert np.array_equal(numbers, np.arange(N))
    assert np.array_equal(weights, np.where(kept, 0.0, weight))
    assert set(held.X[:, 0].astype(int)) <= set(np.flatnonzero(kept))
    assert np.isclose(held.total, weight[kept].sum())
    assert abs(kept.mean() - share) < 5 * np.sqrt(share * (1 - share) / N)


def test_sides_do_not_depend_on_rows_that_are_read_together():
    numbers = np.arange(2**33, 2**33 + 1000)
    whole = is_kept_out(numbers, 0.3, 5)
    assert np.array_equal(whole, [is_kept_out(numbers[i : i + 1], 0.3, 5)[0] for i in range(1000)])
    assert not np.array_equal(whole, is_kept_out(numbers, 0.3, 6))
    assert not np.array_equal(whole, is_kept_out(numbers - 2**33, 0.3, 5))
    assert (whole <= is_kept_out(numbers, 0.4, 5)).all()


def test_classes_are_classes_in_the_rows_too():
    parts = numbered(y=np.arange(N) % 3).coded(Coding(3))
    _, held = held_out(parts, 0.2, 0)
    assert held.supports.joint
    assert held.y.shape[1] == 3
    assert np.array_equal(np.sort(np.unique(held.y.sum(1))), [1.0])


def test_no_rows_are_refused():
    with pytest.raises(DataError):
        held_out(numbered(), 1e-9, 0)
