"""Held-out rows and folds: reproducible from their description, stratified, and nothing twice or lost."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import steepest
from steepest.core.errors import DataError, UsageError
from steepest.data.folds import folds, held_out_rows, other_rows

GOLDEN = 0x9E3779B97F4A7C15


def mix(x: int) -> int:
    """The finaliser of SplitMix64, in Python's integers."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) % 2**64
    return x ^ (x >> 31)


def order(n: int, seed: int) -> list[int]:
    return sorted(range(n), key=lambda i: mix((mix(seed % 2**64) + (i + 1) * GOLDEN) % 2**64))


@pytest.mark.parametrize("seed", [0, 1, 2**64 - 1, 2**70 + 3])
@pytest.mark.parametrize("n", [2, 7, 100])
def test_the_rows_are_those_of_the_description(n: int, seed: int) -> None:
    m = min(max(1, math.floor(0.3 * n + 0.5)), n - 1)
    assert held_out_rows(n, 0.3, seed=seed).tolist() == sorted(order(n, seed)[:m])
    assert folds(n, 2, seed=seed)[1].tolist() == sorted(order(n, seed)[1::2])


def test_the_generator_is_splitmix64() -> None:
    state = 1234567  # the published first numbers of that seed
    assert [mix((state + i * GOLDEN) % 2**64) for i in (1, 2)] == [6457827717110365317, 3203168211198807973]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(2, 40), min_size=1, max_size=5),
    st.floats(0.01, 0.99),
    st.integers(0, 2**65),
    st.sampled_from([np.int64, np.float64, str]),
)
def test_each_class_keeps_its_share_with_a_row_on_both_sides(
    counts: list[int], share: float, seed: int, kind: Any
) -> None:
    labels = np.repeat(np.arange(len(counts)), counts).astype(kind)
    labels = labels[np.random.default_rng(seed).permutation(len(labels))]
    n = len(labels)
    rows = held_out_rows(n, share, seed=seed, labels=labels)
    assert sorted({*rows.tolist(), *other_rows(n, rows).tolist()}) == list(range(n))
    assert (np.diff(rows) > 0).all()
    for name, count in zip(*np.unique(labels, return_counts=True), strict=True):
        taken = int((labels[rows] == name).sum())
        assert 1 <= taken <= count - 1
        assert abs(taken - share * count) <= 1.0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(5, 30), min_size=1, max_size=4), st.integers(2, 5), st.integers(0, 1000))
def test_folds_are_a_partition_with_classes_spread_evenly(counts: list[int], k: int, seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    found = folds(len(labels), k, seed=seed, labels=labels)
    assert sorted(np.concatenate(found).tolist()) == list(range(len(labels)))
    sizes = [len(fold) for fold in found]
    assert max(sizes) - min(sizes) <= 1
    for c in range(len(counts)):
        each = [int((labels[fold] == c).sum()) for fold in found]
        assert max(each) - min(each) <= 1
        assert min(each) >= 1


def test_seeds_give_other_rows_and_the_same_seed_the_same() -> None:
    drawn = [held_out_rows(1000, 0.2, seed=s) for s in range(50)]
    assert len({tuple(rows.tolist()) for rows in drawn}) == 50
    assert (drawn[3] == held_out_rows(1000, 0.2, seed=3)).all()
    shares = np.bincount(np.concatenate(drawn), minlength=1000) / 50
    assert abs(shares.std() - math.sqrt(0.2 * 0.8 / 50)) < 0.01  # as independent draws have it


def test_it_is_public_and_loads_no_more_than_numpy() -> None:
    assert steepest.held_out_rows is held_out_rows


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, math.nan, math.inf])
def test_a_share_outside_of_0_and_1_is_refused(share: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        held_out_rows(10, share)


def test_too_few_rows_are_refused_plainly() -> None:
    with pytest.raises(UsageError, match="1 row cannot be split: 2 are needed, one on each side"):
        held_out_rows(1, 0.5)
    with pytest.raises(DataError, match="class 'b' has 1 row, but 2 are needed, one on each side of the split"):
        held_out_rows(4, 0.5, labels=["a", "a", "b", "a"])
    with pytest.raises(DataError, match="class 1 has 2 rows, but 3 are needed, one in each of 3 folds"):
        folds(6, 3, labels=[0.0, 0.0, 0.0, 1.0, 0.0, 1.0])
    with pytest.raises(UsageError, match="2 rows cannot be split: 3 are needed, one in each of 3 folds"):
        folds(2, 3)
    with pytest.raises(UsageError, match="2 folds or more, not 1"):
        folds(5, 1)
    with pytest.raises(DataError, match="give one for each row"):
        held_out_rows(3, 0.5, labels=["a", "b"])
