"""Rounds over working sets of columns: the optimum over all of them, proven, and zeros that are proven too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import ElasticNet, Lasso

from steepest import GDClassifier, GDRegressor, Problem, epochs, make_rows, record, until, updates
from steepest.data.layout import jit_allowed
from steepest.objective.losses import SquaredError
from steepest.objective.objective import Objective
from steepest.objective.penalties import elastic
from steepest.objective.prox import by_signs
from steepest.optimality.null_model import constant_cost
from steepest.solve.auto.plan import selection_plan
from steepest.solve.auto.working_sets import selects_columns
from steepest.solve.fit import fit
from steepest.solve.regularization_path import alpha_path
from steepest.solve.selection import selected
from steepest.solve.settings import Limits, Settings

near = pytest.approx
LOSSES = ("squared_error", "mse", "log_loss", "huber", "poisson", "squared_hinge")


def by_rounds(rows, problem, tol=1e-10, start=None):
    """The trajectory of rounds, the certificate of its end, and the plan."""
    plan = selection_plan(rows, problem, Settings(), start)
    scale = constant_cost(problem, rows)
    states, certified = selected(problem, rows, plan, tol * scale, scale)
    path = certified.chosen(record(until(states, *certified.stops(tol), epochs(60))))
    return path, certified.taken(int(path.step[-1])), scale, certified


def table(seed, n, d, loss, thin):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) + rng.standard_normal((n, 1)) + rng.standard_normal(d)
    X = np.where(rng.random((n, d)) < 0.7, 0.0, X) if thin else X
    z = 0.4 * X[:, : min(3, d)].sum(1)
    y = z + rng.standard_normal(n)
    y = np.minimum(rng.poisson(np.exp(np.clip(z, -2, 2))), 20) * 1.0 if loss == "poisson" else y
    if loss in ("log_loss", "squared_hinge"):
        y = (y > np.median(y)) * 1.0
    return (sparse.csr_array(X) if thin else X), y, rng


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6), st.sampled_from(LOSSES), st.integers(8, 30), st.integers(1, 60), st.booleans(),
    st.sampled_from([1.0, 0.5]), st.sampled_from([0.02, 0.2]), st.booleans(),
    st.sets(st.sampled_from(["weights", "offset", "factors", "signs", "no intercept"])),
)  # fmt: skip
def test_every_problem_ends_at_a_proven_optimum(seed, loss, n, d, thin, l1_ratio, share, single, what):
    X, y, rng = table(seed, n, d, loss, thin)
    X = X.astype(np.float32) if single and not thin else X
    weight = rng.integers(1, 4, n) * 1.0 if "weights" in what else None
    offset = 0.3 * rng.standard_normal(n) if "offset" in what else None
    rows = make_rows(X, y, weight=weight, offset=offset)
    factors = tuple(rng.uniform(0.2, 2.0, d)) if "factors" in what else ()
    signs = tuple(rng.integers(-1, 2, d).tolist()) if "signs" in what else ()
    problem = Problem(loss, elastic(share, l1_ratio), "no intercept" not in what, factors=factors, signs=signs)
    assert selects_columns(problem, rows)
    path, certificate, scale, certified = by_rounds(rows, problem)
    assert certificate.kind == "duality gap"
    assert certificate.gap <= certified.reached(certificate)
    assert (np.diff(path.cost) <= 1e-12 * abs(path.cost[0])).all()
    F = Objective(problem, make_rows(np.asarray(X.toarray() if thin else X, float), y, weight=weight, offset=offset))
    w = np.append(path.coef[-1], path.intercept[-1])[:, None]
    cost, g = F(w)
    assert cost == near(path.cost[-1], rel=1e-9, abs=1e-12)
    slope = F.subgradient(w, g)
    size = np.sqrt((np.asarray(X.toarray() if thin else X, float) ** 2).mean(0).max() + 1.0)
    assert np.abs(slope).max() <= 2e-4 * size * max(1.0, scale)
    reference = fit(rows, problem, Settings(), Limits(tol=1e-12))
    if not reference.trajectory.meta.get("working_set"):
        assert path.cost[-1] - reference.trajectory.cost[-1] <= certificate.gap + 1e-12 * abs(path.cost[-1])
        if certified.best is not None and reference.verdict.status == "converged":
            from steepest.solve.auto.working_sets import Memory

            zero = Memory.of(certified.best.origin.memory).zero
            assert np.abs(reference.coef[zero]).max(initial=0.0) <= 1e-4


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.7])
def test_a_wide_table_against_scikit_learn(order, l1_ratio):
    rng = np.random.default_rng(0)
    X = np.asarray(rng.standard_normal((60, 2000)) + rng.standard_normal((60, 1)) + 3.0, order=order)
    y = X[:, :5].sum(1) + rng.standard_normal(60)
    ours = GDRegressor(alpha=0.3, l1_ratio=l1_ratio).fit(X, y)
    kind = Lasso(0.3, tol=1e-13, max_iter=10**6) if l1_ratio == 1.0 else ElasticNet(0.3, l1_ratio=0.7, tol=1e-13)
    theirs = kind.set_params(max_iter=10**6).fit(X, y)
    assert ours.trajectory_.meta["working_set"] < 2000
    assert ours.trajectory_.meta["proven_zero"] >= 1800
    assert (ours.verdict_.status, ours.certificate_.kind) == ("converged", "duality gap")
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)
    assert ours.intercept_ == near(theirs.intercept_, abs=1e-4)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_a_compiled_wide_table_has_no_violation_in_any_column(kind):
    if not jit_allowed():
        pytest.skip("NUMBA_DISABLE_JIT is set: nothing is compiled")
    rng = np.random.default_rng(1)
    n, d = 300, 4000
    X = rng.standard_normal((n, d)) if kind == "dense" else sparse.random_array((n, d), density=0.05, rng=rng)
    X = X if kind == "dense" else sparse.csr_array(X)
    y = (X @ (np.arange(d) < 10) + 0.3 * rng.standard_normal(n) > 0) * 1
    g = X.T @ (y - y.mean()) / n
    alpha = 0.2 * float(np.abs(g).max())
    model = GDClassifier(alpha=alpha, l1_ratio=1.0).fit(X, y)
    assert (model.verdict_.status, model.certificate_.kind) == ("converged", "duality gap")
    w = model.coef_[0]
    slope = X.T @ (1 / (1 + np.exp(-(X @ w + model.intercept_))) - y) / n
    assert np.abs(slope).max() <= alpha * (1 + 1e-6)
    np.testing.assert_allclose(slope[w != 0], -alpha * np.sign(w[w != 0]), rtol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_compiled_sweeps_find_the_exact_answer(seed):
    from steepest.kernels.compiler import compiled
    from steepest.kernels.coordinates import coordinate_sweeps

    rng = np.random.default_rng(seed)
    A = rng.standard_normal((40, 12))
    B, target = A.T @ A / 40, A.T @ rng.standard_normal(40) / 40
    s = np.stack((np.full(12, 0.05), np.where(rng.random(12) < 0.3, 1e200, 0.05)))
    u, rest = np.zeros(12), -target
    compiled(coordinate_sweeps)(u, rest, B, s, 5000, 1e-15)
    np.testing.assert_allclose(u, by_signs(B, target, s, np.zeros(12)), atol=1e-12)
    np.testing.assert_allclose(rest, B @ u - target, atol=1e-12)


@pytest.mark.parametrize("intercept", [True, False])
def test_sweeps_on_sparse_columns_are_those_on_their_gram_matrix(intercept):
    from steepest.data.active_columns import CompiledColumns, SparseColumns
    from steepest.data.transposed import Model, Transposed

    rng = np.random.default_rng(3)
    rows = make_rows(sparse.random_array((50, 30), density=0.2, rng=rng, format="csr"), rng.standard_normal(50))
    columns = CompiledColumns(rows, intercept, Transposed(rows.X, 1))
    plain = SparseColumns(rows, intercept)
    for each in (columns, plain):
        each.add(np.array([7, 3, 20, 11]))
    q, h = 4 + intercept, rng.random(50)
    u, r, every = rng.standard_normal(q), rng.standard_normal(50), np.arange(q)
    np.testing.assert_allclose(columns.times(u), plain.times(u), atol=1e-13)
    np.testing.assert_allclose(columns.products(r), plain.products(r), atol=1e-13)
    H, g = plain.gram(h, every, every), rng.standard_normal(q)
    np.testing.assert_allclose(columns.gram(h, every, every), H, atol=1e-12)
    s, l2 = np.full((2, q), 0.1), np.full(q, 0.5)
    s[:, 0] = 0.0 if intercept else 0.1
    H = H + np.diag(l2)
    found = columns.descended(Model(columns.scale, h, g, s, l2), u, 10_000, 1e-15)
    np.testing.assert_allclose(found, by_signs(H, H @ u - g, s, u), atol=1e-9)


@pytest.mark.parametrize("thin", [False, True])
@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_a_path_is_proven_at_every_strength_and_ends_where_single_fits_do(loss, thin):
    X, y, _ = table(5, 40, 200, loss, thin)
    path = alpha_path(X, y, loss=loss, n_alphas=12, eps=0.05, tol=1e-9)
    rows, kind = make_rows(X, y), GDRegressor if loss == "squared_error" else GDClassifier
    scale = constant_cost(Problem(loss), rows)
    assert (path.gaps <= 1e-9 * scale).all()
    for i in (3, 11):
        single = kind(loss, alpha=path.alphas[i], l1_ratio=1.0, tol=1e-12).fit(X, y)
        np.testing.assert_allclose(path.coefs[:, i], np.ravel(single.coef_), atol=2e-3)
        assert path.trajectories[i].cost[-1] == near(single.trajectory_.cost[-1], abs=2e-9 * scale)
    assert all((np.diff(t.cost) <= 1e-12).all() for t in path.trajectories)


def test_what_has_no_proof_goes_its_own_way():
    rows = make_rows(np.ones((4, 3)), np.zeros((4, 2)))
    assert not selects_columns(Problem(SquaredError(), elastic(0.1, 1.0)), rows)
    one = make_rows(np.ones((4, 3)), np.zeros(4))
    assert not selects_columns(Problem(SquaredError(), elastic(0.1, 1.0), factors=(1.0, 0.0, 1.0)), one)
    assert not selects_columns(Problem("quantile", elastic(0.1, 1.0)), one)


def test_a_round_goes_on_from_its_checkpoint():
    X, y, _ = table(7, 60, 300, "log_loss", False)
    rows, problem = make_rows(X, y), Problem("log_loss", elastic(0.02, 1.0))
    plan = selection_plan(rows, problem, Settings(), None)
    blocks = list(until(selected(problem, rows, plan, 1e-13, 1.0)[0], updates(4)).blocks())
    again = selected(problem, rows, plan, 1e-13, 1.0)[0].replay(blocks[1].last, 2)
    np.testing.assert_array_equal(again.at, blocks[2].last.at)
    np.testing.assert_array_equal(again.memory, blocks[2].last.memory)
