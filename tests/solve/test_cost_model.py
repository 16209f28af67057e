"""What the automatic mode chooses, at the switch points of its cost model, and the samples it learns from."""

import numpy as np
import pytest

from steepest import make_rows
from steepest.data.csr import CSR
from steepest.objective.data import Size
from steepest.solve.auto.cost_model import (
    FLOPS,
    cheapest,
    expensive,
    moments,
    newton,
    product,
    sample_size,
    secant,
    whitened,
)


def dense(n, d):
    return Size(n, d, n * d, 8)


@pytest.mark.parametrize(
    ("size", "quadratic", "way"),
    [
        (dense(32, 3), False, "newton"),
        (dense(569, 30), False, "newton"),
        (dense(500_000, 60), False, "whitened"),
        (dense(1_000_000, 100), False, "whitened"),
        (dense(8, 1), True, "moments"),
        (dense(1_000_000, 100), True, "moments"),
        (dense(4_000_000, 20), True, "moments"),
        (dense(20_000_000, 400), True, "whitened"),
        (Size(500_000, 50_000, 30_000_000, 12), False, "secant"),
        (Size(500_000, 50_000, 30_000_000, 12), True, "secant"),
    ],
)
def test_the_way_of_known_tables(size, quadratic, way):
    assert cheapest(size, quadratic) == way


@pytest.mark.parametrize(
    ("size", "way"),
    [
        (dense(200, 20_000), "newton"),
        (dense(1000, 5000), "newton"),
        (dense(1600, 20_000), "secant"),
        (Size(1400, 50_000, 100_000, 12), "secant"),  # passes over a sparse table cost less
    ],
)
@pytest.mark.parametrize("quadratic", [False, True])
def test_wide_tables_are_solved_by_rows_where_their_system_is_small(size, way, quadratic):
    assert cheapest(size, quadratic, by_rows=True) == way
    assert cheapest(size, quadratic) == "secant"


@pytest.mark.parametrize(
    ("d", "quadratic", "order"),
    [
        (5, True, ["moments"]),
        (500, True, ["moments", "whitened"]),
        (5, False, ["newton", "whitened"]),
        (50, False, ["newton", "whitened"]),
        (500, False, ["newton", "whitened"]),
        (1000, False, ["secant", "whitened"]),
    ],
)
def test_where_the_choice_changes_with_n_both_cost_the_same(d, quadratic, order):
    costs = {"moments": moments, "newton": newton, "secant": secant, "whitened": lambda s: whitened(s, quadratic)}
    sizes = [dense(int(n), d) for n in np.geomspace(10, 1e9, 2000)]
    chosen = [cheapest(size, quadratic) for size in sizes]
    switches = [i for i in range(1, len(chosen)) if chosen[i] != chosen[i - 1]]
    assert [chosen[0], *(chosen[i] for i in switches)] == order
    for i in switches:
        before, after = (costs[chosen[i - 1]](s) / costs[chosen[i]](s) for s in (sizes[i - 1], sizes[i]))
        assert before <= 1 <= after
        assert after < 1.1 * before or sample_size(sizes[i - 1]) >= sizes[i - 1].n


def test_a_wide_table_forms_no_matrix_but_for_an_l1_penalty():
    assert cheapest(dense(10_000, 1_501), False) == "secant"
    assert cheapest(dense(10_000, 1_501), False, proximal=True) == "spectral"
    assert cheapest(dense(10_000, 1_500), False, proximal=True) == "newton"


def test_costs_are_flops_and_bytes():
    size = dense(1000, 9)
    assert size.seconds == pytest.approx(1000 * 9 * 8 / 4e10)
    assert product(size, 1000) == pytest.approx(1000 * 100 / FLOPS + size.seconds)
    assert moments(size) == pytest.approx(product(size, 1000) + size.seconds + 1000 / FLOPS)
    assert secant(size) == pytest.approx(305 * (size.seconds + 1e-4))
    assert expensive(dense(10_000_000, 500))
    assert not expensive(size)


def test_sizes_of_tables():
    assert make_rows(np.ones((4, 3), np.float32), np.ones(4)).size == Size(4, 3, 12, 4)
    X = CSR(np.ones(5), np.array([0, 1, 2, 0, 1], np.int32), np.array([0, 3, 5], np.int32), 3)
    assert make_rows(X, np.ones(2)).size == Size(2, 3, 5, 12)


def make(n, share, weighted, seed=0):
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, 3, n).astype(float) if weighted else None
    return make_rows(rng.standard_normal((n, 2)), (rng.random(n) < share).astype(float), weight=weight)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.999])
def test_a_sample_holds_both_classes_and_stands_for_all_rows(share, weighted):
    rows = make(50_000, share, weighted)
    some = rows.sample(2000, 0, by_class=True)
    counts = np.ones(50_000, bool) if rows.weight is None else rows.weight > 0
    for label in (0.0, 1.0):
        known, drawn = (rows.y[:, 0] == label) & counts, some.y[:, 0] == label
        assert drawn.sum() == min(known.sum(), max(1000, 2000 - (counts & ~known).sum()))
        mass = float(known.sum() if rows.weight is None else rows.weight[known].sum())
        assert some.weight[drawn].sum() == pytest.approx(mass, rel=0.05)
    assert some.total == pytest.approx(some.weight.sum())
    assert (some.weight > 0).all()


def test_a_sample_of_a_sorted_table_is_spread_over_it():
    rows = make_rows(np.arange(10_000.0)[:, None], np.zeros(10_000))
    some = rows.sample(100, 0, by_class=False)
    assert (np.sort(some.X[:, 0]) // 100 == np.arange(100)).all()
    assert rows.sample(100, 0, by_class=False).X.tolist() == some.X.tolist()
    assert rows.sample(100, 1, by_class=False).X.tolist() != some.X.tolist()
