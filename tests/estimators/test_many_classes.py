"""Softmax with tables of several blocks and Hessians too large to form: against plain NumPy, scikit-learn and SciPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from steepest import GDClassifier, Method, Problem, make_rows
from steepest.core.units import Units
from steepest.data.classes import Classes
from steepest.methods.rules import Secant, Whitened
from steepest.objective.losses.softmax import Softmax
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2
from steepest.optimality.preconditioner import preconditioner_of
from steepest.optimality.softmax_duality import prove
from steepest.solve.fit import fit
from steepest.solve.settings import Settings

quick = settings(max_examples=3, deadline=None, derandomize=True)


def table(n=9000, d=4, k=3, seed=0, sparse=False, dtype=np.float64, order="C", extras=True):
    """Rows with classes from a seed, with weights and offsets; and X, one-hot y, weights and offsets."""
    rng = np.random.default_rng(seed)
    X = np.asarray(rng.standard_normal((n, d)) * (rng.random((n, d)) < 0.6 if sparse else 1.0), dtype, order)
    y = np.eye(k)[(X @ rng.standard_normal((d, k)) / d**0.5 + rng.gumbel(size=(n, k))).argmax(1)]
    y[:k] = np.eye(k)
    weight, offset = (rng.random(n) + 0.5, rng.standard_normal(n)) if extras else (None, None)
    rows = Classes(*make_rows(csr_array(X) if sparse else X, y, weight=weight, offset=offset))
    return rows, np.asarray(X, float), y, np.ones(n) if weight is None else weight


def by_numpy(A, y, weight, w):
    """Mean loss, its gradient, and the probabilities, without offsets: one number for all classes changes none."""
    z = A @ w
    logs = z - np.logaddexp.reduce(z, 1)[:, None]
    share, p = weight / weight.sum(), np.exp(logs)
    return -share @ (y * logs).sum(1), A.T @ (share[:, None] * (p - y)), p


KINDS = [{}, {"order": "F"}, {"dtype": np.float32}, {"sparse": True}, {"d": 300, "n": 700}, {"extras": False}]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind)) or "dense")
def test_passes_over_several_blocks_are_those_of_plain_numpy(kind):
    rows, X, y, weight = table(**kind)
    d, k = X.shape[1], y.shape[1]
    rng = np.random.default_rng(1)
    units = Units(None if rows.sparse else rng.standard_normal(d), 0.5 + rng.random(d))
    rows, w, v = rows.in_units(units), rng.standard_normal((d + 1, k)) / d**0.5, rng.standard_normal((d + 1, k))
    A = np.column_stack(((X - (0.0 if units.shift is None else units.shift)) * units.scale, np.ones(len(X))))
    cost, g, p = by_numpy(A, y, weight, w)
    loss = Softmax()
    found = rows.value_and_gradient(loss, w)
    assert found[0] == pytest.approx(cost, rel=1e-12)
    assert rows.value(loss, w) == found[0]
    assert found[1] == pytest.approx(g, rel=1e-9, abs=1e-12)
    share, curvature = (weight / weight.sum())[:, None], rows.curvature(loss, w)
    z = A @ v
    product = A.T @ (share * p * (z - (p * z).sum(1, keepdims=True)))
    assert curvature.product(v) == pytest.approx(product, rel=1e-9, abs=1e-12)
    assert curvature.diagonal() == pytest.approx((A**2).T @ (share * p * (1 - p)), rel=1e-9)
    if d < 10:
        assert (curvature.matrix() @ v.ravel()).reshape(v.shape) == pytest.approx(product, rel=1e-9, abs=1e-12)
        away = [rows.value_and_gradient(loss, w + side * v)[1] for side in (-1e-5, 1e-5)]
        assert (away[1] - away[0]) / 2e-5 == pytest.approx(product, abs=1e-7)


def test_passes_over_classes_have_the_same_bits_for_any_number_of_threads():
    rows, *_ = table(n=60_000, d=12, k=4)
    loss, w = Softmax(), np.random.default_rng(1).standard_normal((13, 4))
    one, two = (rows._replace(threads=threads) for threads in (1, 2))
    assert np.array_equal(one.value_and_gradient(loss, w)[1], two.value_and_gradient(loss, w)[1])
    assert np.array_equal(one.curvature(loss, w).matrix(), two.curvature(loss, w).matrix())


def test_second_derivatives_keep_their_digits_where_each_row_is_sure_of_its_class():
    rows, X, _, weight = table(n=300)
    rows, A = rows._replace(offset=None), np.column_stack([X, np.ones(300)])
    w = np.random.default_rng(1).standard_normal((5, 3))
    w[-1] += [0, 30, 60]
    p = np.exp(A @ w - np.logaddexp.reduce(A @ w, 1)[:, None])
    found = rows.curvature(Softmax(), w).matrix().reshape(5, 3, 5, 3)
    for c in range(3):
        factor = weight / weight.sum() * p[:, c] * np.delete(p, c, 1).sum(1)
        assert found[:, c, :, c] == pytest.approx((A * factor[:, None]).T @ A, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    "kind",
    [{}, {"sparse": True}, {"intercept": False}, {"rule": "whitened"}],
    ids=["dense", "sparse", "through-0", "rule"],
)
def test_many_classes_agree_with_scikit_learn(kind):
    _, X, y, _ = table(n=500, d=30, k=35, sparse="sparse" in kind, extras=False)
    intercept, labels, alpha = kind.get("intercept", True), y.argmax(1), 1e-2
    weight = np.random.default_rng(2).random(len(X)) + 0.5
    ours = GDClassifier(alpha=alpha, fit_intercept=intercept, rule=kind.get("rule", "auto"))
    ours.fit(csr_array(X) if "sparse" in kind else X, labels, sample_weight=weight)
    theirs = LogisticRegression(C=1 / (weight.sum() * alpha), tol=1e-7, max_iter=5000, fit_intercept=intercept)
    theirs.fit(X, labels, sample_weight=weight)
    assert ours.verdict_.status == "converged"
    assert ours.certificate_.kind == "duality gap"
    assert ours.coef_ == pytest.approx(theirs.coef_, abs=1e-4)
    A = np.column_stack((X, np.ones(len(X))))
    costs = []
    for model in (ours, theirs):
        w = np.vstack((model.coef_.T, np.broadcast_to(model.intercept_, len(model.classes_))))
        costs.append(by_numpy(A, y, weight, w)[0] + alpha / 2 * (w[:-1] ** 2).sum())
    assert costs[0] <= costs[1] * (1 + 1e-9)
    assert costs[0] - costs[1] <= ours.certificate_.gap + 1e-12


def test_many_classes_without_a_penalty_agree_with_scipy():
    rows, X, y, weight = table(n=2500, d=30, k=35)
    A, shape = np.column_stack((X, np.ones(len(X)))), (31, 35)
    run = fit(rows, Problem(Softmax()))

    def cost(w):
        value, g, _ = by_numpy(A, y, weight, w.reshape(shape))
        return value, g.ravel()

    found = minimize(cost, np.zeros(31 * 35), jac=True, method="L-BFGS-B", options={"ftol": 0, "gtol": 1e-7})
    assert run.verdict.status == "converged"
    assert run.trajectory.cost[-1] == pytest.approx(found.fun, abs=1e-9)


@quick
@given(st.integers(0, 1000), st.floats(1e-4, 1.0), st.floats(0.0, 1.0))
def test_the_gap_of_classes_is_above_the_distance_from_the_minimum(seed, alpha, share):
    rows, *_ = table(n=300, d=3, k=3, seed=seed)
    problem = Problem(Softmax(), L2(alpha))
    run, objective = fit(rows, problem, Settings(rule="newton")), Objective(problem, rows)
    best = np.vstack((run.coef, run.intercept))
    away = best + share * np.random.default_rng(seed).standard_normal(best.shape)
    found = prove(objective, away)
    assert found.kind == "duality gap"
    assert found.gap >= objective(away)[0] - objective(best)[0] - 1e-12
    assert prove(objective, best).gap <= 1e-9


def test_a_proof_by_products_and_a_shared_metric_is_as_tight_as_that_by_the_hessian():
    rows, *_ = table(n=500, d=35, k=30)
    problem = Problem(Softmax(), L2(1e-3))
    run = fit(rows, problem, replace(Settings(), rule="secant"))
    objective, w = Objective(problem, rows), np.vstack((run.coef, run.intercept))
    gap = prove(objective, w, np.cov(table(n=500, d=36, k=30)[1].T)).gap
    assert 0.0 <= gap <= 1e-9


def test_whitened_steps_of_many_classes_are_secant_steps_in_a_metric():
    rng = np.random.default_rng(0)
    d, k = 5, 3
    metric = np.diag(1.0 + rng.random(d))
    one, two = np.zeros((d + 20 * k, d)), np.zeros((21, d, k))
    one[:d], two[0] = np.linalg.inv(metric), np.diag(metric)[:, None]
    for _ in range(12):
        step = rng.standard_normal((d, k))
        change = metric @ step * (1 + 0.1 * rng.random((d, k)))
        Whitened().learn(step, change, one)
        Secant().learn(step, change, two)
        g = rng.standard_normal((d, k))
        assert Whitened().direction(g, one, 1) == pytest.approx(Secant().direction(g, two, 1), rel=1e-9)


def test_the_predicted_decrease_leaves_the_memory_of_a_rule_that_writes_to_it():
    rows, *_ = table(n=300, d=3, k=3, extras=False)
    objective, method = Objective(Problem(Softmax(), L2(0.1)), rows), Method("spectral", "backtracking")
    preconditioner, at = preconditioner_of(objective, method), np.zeros((4, 3))
    memory = preconditioner.open(at)
    before = memory.copy()
    assert preconditioner.predicted_decrease(memory, at, objective(at)[1], 0) > 0
    assert np.array_equal(memory, before)
