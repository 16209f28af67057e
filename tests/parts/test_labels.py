"""Labels of a table in parts, their weights, and the targets of the problems of them."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import make_rows
from steepest.core.errors import DataError
from steepest.parts.coding import Coding
from steepest.parts.labels import labels_of
from steepest.parts.parts import Parts
from steepest.parts.sources.memory import MemorySource

N = 30_011
RNG = np.random.default_rng(0)
X, TARGET, WEIGHT = RNG.normal(size=(N, 2)), RNG.choice([7.0, -1.0, 2.5], N, p=[0.2, 0.5, 0.3]), RNG.uniform(0, 3, N)


def parts(y=TARGET, weight=None):
    return Parts(MemorySource(make_rows(X, y, weight=weight), ("a", "b"), ("label",)), 1 << 24)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_labels_are_sorted_and_have_their_weights(weight):
    found = labels_of(parts(weight=weight))
    assert found.labels == found.values == (-1.0, 2.5, 7.0)
    own = np.ones(N) if weight is None else weight
    assert found.totals == pytest.approx([own[c == TARGET].sum() for c in found.labels], rel=1e-12)
    balanced = np.array(found.balanced) * found.totals
    assert balanced == pytest.approx(np.full(3, own.sum() / 3), rel=1e-12)


def test_too_many_numbers_are_no_classes():
    with pytest.raises(DataError, match=r"column 'label': more than 1,000 different numbers are too many for classes"):
        labels_of(parts(X[:, 0]))


def coding(labels, **asked):
    return labels.coded(parts(), **asked).coding


def test_the_target_of_a_problem():
    labels = labels_of(parts())
    rows = make_rows(X[:100], TARGET[:100])
    together = coding(labels)(rows)
    assert (together.y == (TARGET[:100, None] == [-1.0, 2.5, 7.0])).all()
    assert (coding(labels, one=2)(rows).y[:, 0] == (TARGET[:100] == 7.0)).all()
    weighted = coding(labels, weights=(1.0, 2.0, 3.0), one=0)(rows)
    assert (weighted.weight == np.select([TARGET[:100] == -1, TARGET[:100] == 2.5], [1.0, 2.0], 3.0)).all()


def test_two_classes_in_the_order_that_is_asked_for():
    two = np.where(TARGET > 5, 1.0, 0.0)
    rows, table = make_rows(X[:100], two[:100]), parts(two)
    labels = labels_of(table)
    assert labels.coded(table) is table
    assert (labels.ordered((1.0, 0.0)).coded(table).coding(rows).y[:, 0] == 1 - two[:100]).all()


def test_a_label_that_came_later_is_refused():
    with pytest.raises(DataError, match="a label that no row of weight > 0 had before: leave its rows out"):
        Coding(one=1, values=(0.0, 1.0))(make_rows(X[:3], [0.0, 1.0, 2.0]))
