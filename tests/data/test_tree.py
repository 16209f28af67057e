"""Sums as an aligned tree: any cut, any order, any number of threads, the same bits; alike in memory and in parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest import make_rows
from steepest.core.units import Units
from steepest.data.classes import Classes
from steepest.data.csr import CSR
from steepest.data.tree import merge, plus, put, sum_in_threads, sum_of_leaves, total
from steepest.objective.losses import LogLoss, SquaredError
from steepest.objective.losses.softmax import Softmax
from steepest.parts.coding import Coding
from steepest.parts.engines.here import Here
from steepest.parts.parts import Parts
from steepest.parts.sources import memory
from steepest.parts.sources.memory import MemorySource
from steepest.parts.works import ClassCurves, Grams, Products, Slopes

N, D, K = 30_011, 5, 3
SIZES = [(1_000, 1), (4_096, 2), (65_536, 5)]  # rows of a piece, threads
TABLES = ["dense", "single", "sparse", "bare"]
counts = st.integers(1, 40)


def leaves(m, seed=0):
    return np.random.default_rng(seed).normal(size=(m, 3)) * 10.0 ** np.arange(m)[:, None].clip(0, 15)


def forest_of(numbers, values):
    forest = {}
    for i in numbers:
        put(forest, plus, 0, int(i), (values[i],))
    return forest


@given(counts, st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_cut_and_any_order_give_the_same_bits(m, random, cuts):
    values, order = leaves(m), list(range(m))
    random.shuffle(order)
    forests = [forest_of(order[i::cuts], values) for i in range(cuts)]
    random.shuffle(forests)
    found = total(plus, merge(plus, forests), m)[0]
    assert found.tobytes() == sum_of_leaves(values).tobytes()


@given(counts, st.integers(1, 6))
def test_threads_add_in_the_order_of_the_tree(m, threads):
    values = leaves(m, 1)
    found = sum_in_threads(m, lambda i: (values[i].copy(),), threads)[0]
    assert found.tobytes() == sum_of_leaves(values).tobytes()


def test_the_tree_is_not_the_sum_in_a_row():
    values = leaves(20)
    in_a_row = values[0].copy()
    for leaf in values[1:]:
        in_a_row += leaf
    assert in_a_row.tobytes() != sum_of_leaves(values).tobytes()


def rows_of(kind, seed=0):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(N, D)) + 1.0, rng.integers(0, K, N).astype(float)
    weight, offset = (None, None) if kind == "bare" else (rng.uniform(0.5, 2.0, N), rng.normal(size=N))
    if kind == "sparse":
        X *= rng.random((N, D)) < 0.9
        where = np.nonzero(X)
        X = CSR(X[where], where[1], np.concatenate(([0], np.cumsum((X != 0).sum(1)))), D)
    elif kind == "single":
        X = X.astype(np.float32)
    return make_rows(X, y, weight=weight, offset=offset)


def units_of(kind):
    return Units(None if kind == "sparse" else np.full(D, 0.9), np.linspace(0.5, 2.0, D))


def in_parts(monkeypatch, rows, size, coding, work):
    monkeypatch.setattr(memory, "PIECE", size[0])
    source = MemorySource(rows, tuple("abcde"))
    return Parts(source, 1 << 28, Here(size[1]), coding).sums(work)


def means(sums, rows, units, k):
    g = sums[1:].reshape(k, -1).T / rows.total
    return float(sums[0] / rows.total), g * units.scales(D)[:, None] if units.scale is not None else g


def points(k):
    rng = np.random.default_rng(7)
    return rng.normal(size=(D + 1, k)), rng.normal(size=(D + 1, k))


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("size", SIZES)
def test_sums_of_parts_are_those_in_memory_to_the_bit(monkeypatch, kind, size):
    rows, units, (w, v) = rows_of(kind), units_of(kind), points(1)
    given = rows.in_units(units)
    value, g = given.value_and_gradient(SquaredError(), w)
    (sums,) = in_parts(monkeypatch, rows, size, Coding(), Slopes(SquaredError(), w, units))
    (again,) = in_parts(monkeypatch, rows, SIZES[0], Coding(), Slopes(SquaredError(), w, units))
    cost, slopes = means(sums, rows, units, 1)
    assert sums.tobytes() == again.tobytes()
    if kind == "single":  # parts take the shift into the intercept, which costs a rounding
        assert np.allclose(slopes, g, rtol=1e-13)
    else:
        assert (cost, slopes.tobytes()) == (value, g.tobytes())
    binary = given.with_rows(targets=np.asfortranarray((rows.y == 1).astype(float)))
    (sums,) = in_parts(monkeypatch, rows, size, Coding(one=1), Products(LogLoss(), w, v, units))
    product = binary.curvature(LogLoss(), w).product(v)
    assert np.allclose(means(sums, rows, units, 1)[1], product, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("size", SIZES)
def test_gram_matrices_of_parts_are_those_in_memory_to_the_bit(monkeypatch, kind, size):
    rows, first = rows_of(kind), np.zeros(D + 1)
    (found,) = in_parts(monkeypatch, rows, size, Coding(), Grams(first))
    assert found.tobytes() == rows.gram(first, rows.weight).tobytes()


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("size", SIZES)
def test_classes_in_parts_are_those_in_memory_to_the_bit(monkeypatch, kind, size):
    rows, units, (w, v), coding = rows_of(kind), units_of(kind), points(K), Coding(classes=K)
    hot = np.asfortranarray(rows.y == np.arange(K), np.float64)
    given = Classes(*rows._replace(y=hot)).in_units(units)
    value, g = given.value_and_gradient(Softmax(), w)
    curvature = given.curvature(Softmax(), w)
    slopes, hessian = in_parts(monkeypatch, rows, size, coding, ClassCurves(Softmax(), w, units))
    (alone,) = in_parts(monkeypatch, rows, size, coding, Slopes(Softmax(), w, units))
    (sums,) = in_parts(monkeypatch, rows, size, coding, Products(Softmax(), w, v, units))
    cost, found = means(slopes, rows, units, K)
    assert alone.tobytes() == slopes.tobytes()
    assert cost == value
    assert np.array_equal(found, g)
    assert np.array_equal(hessian / rows.total, curvature.matrix())
    assert np.array_equal(means(sums, rows, units, K)[1], curvature.product(v))
    product = (curvature.matrix() @ v.ravel()).reshape(v.shape)
    assert np.allclose(product, curvature.product(v), rtol=1e-9, atol=1e-12)


def test_parts_know_the_leaves_of_sparse_rows_in_memory():
    rng = np.random.default_rng(3)
    X = CSR(np.ones(2 * N), rng.integers(0, 2_000, 2 * N), np.arange(0, 2 * N + 1, 2), 2_000)
    rows = make_rows(X, rng.normal(size=N))
    how, known = Parts(MemorySource(rows, tuple(map(str, range(2_000)))), 1 << 28).summation, rows.summation
    assert how[:3] == known[:3]
    assert how.leaf == 32_768


def test_memory_of_a_gram_matrix_is_that_of_a_few_leaves():
    """A tree over 74 leaves keeps 7 levels at most."""
    alive, most = set(), 0

    class Counted(np.ndarray):
        def __array_finalize__(self, other):
            alive.add(id(self))

        def __del__(self):
            alive.discard(id(self))

    def sums(_):
        nonlocal most
        leaf = np.ones(2).view(Counted)
        most = max(most, len(alive))
        return (leaf,)

    assert sum_in_threads(74, sums, 1)[0].tolist() == [74.0, 74.0]
    assert most <= 16
