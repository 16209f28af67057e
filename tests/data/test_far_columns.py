"""Columns far from 0, in every layout: sparse rows give the answer of dense ones, and the reported cost is true."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import needs_compiler

from steepest import GDClassifier, GDRegressor, make_moments, make_rows
from steepest.core.units import Units
from steepest.data.csr import CSR, minus
from steepest.data.exact_value import exact_value
from steepest.objective import losses

CLASSES = ("log_loss", "squared_hinge", "modified_huber")
SMOOTH = ("squared_error", "mse", "huber", "squared_epsilon_insensitive", "poisson", *CLASSES)
PENALTIES = {
    "none": {},
    "l2": {"alpha": 0.01},
    "l1": {"alpha": 0.02, "l1_ratio": 1.0},
    "both": {"alpha": 0.02, "l1_ratio": 0.5},
    "signs": {"alpha": 0.01, "signs": "+"},
}
NOT_CONVERGED = "ignore::steepest.estimators.convergence.NotConvergedWarning"
MEANS = (0.0, 1e4, 1e6, 1e8)


def table(seed, mean, n=80):
    """One column around ``mean``, in 64ths, and three others, two of them mostly 0; its columns near 0; a target."""
    rng = np.random.default_rng(seed)
    near = rng.standard_normal((n, 4))
    near[:, 0] = np.round(64 * near[:, 0]) / 64
    near[:, 2:] *= rng.random((n, 2)) < 0.3
    return rng, near + np.array([mean, 0, 0, 0]), near, near @ [1.0, -1.0, 1.0, 0.5] + rng.standard_normal(n)


def target(loss, rng, y):
    if loss in CLASSES:
        return (y + 2 * rng.standard_normal(len(y)) > 0).astype(int)
    return rng.poisson(np.exp(y / 3)).astype(float) if loss == "poisson" else y


def model(loss, **settings):
    return (GDClassifier if loss in CLASSES else GDRegressor)(loss, **settings)


def slopes_differ(a, b, near):
    """Largest difference of two predictions, intercept aside, in standard deviations of the first."""
    away = near @ (np.ravel(a) - np.ravel(b))
    return np.abs(away - away.mean()).max() / max((near @ np.ravel(a)).std(), 1e-6)


@pytest.mark.parametrize("loss", SMOOTH)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_sparse_rows_give_the_answer_of_dense_ones(loss, penalty):
    for k, mean in enumerate(MEANS):
        for more in ("", "offsets" if k % 2 else "weights"):
            rng, X, near, y = table(7 * k + len(more), mean)
            y = target(loss, rng, y)
            known = {"weights": {"sample_weight": rng.integers(0, 3, len(y)).astype(float)}}
            known |= {"offsets": {"offset": rng.standard_normal(len(y)) / 2}}
            dense, sparse = (
                model(loss, **PENALTIES[penalty]).fit(table_, y, **known.get(more, {}))
                for table_ in (X, sp.csr_array(X))
            )
            assert dense.verdict_.status == sparse.verdict_.status == "converged"
            assert slopes_differ(dense.coef_, sparse.coef_, near) < 1e-9


@pytest.mark.parametrize("mean", MEANS)
def test_several_targets(mean):
    _, X, near, y = table(3, mean)
    both = np.column_stack((y, near[:, 0] - y))
    a, b = (GDRegressor().fit(table_, both) for table_ in (X, sp.csr_array(X)))
    assert all(slopes_differ(a.coef_[c], b.coef_[c], near) < 1e-9 for c in range(2))


@pytest.mark.filterwarnings(NOT_CONVERGED)
@pytest.mark.parametrize("mean", MEANS)
def test_classes_of_sparse_rows(mean):
    _, X, near, y = table(3, mean)
    labels = np.digitize(y, [-1.0, 1.0])
    a, b = (GDClassifier(alpha=0.01).fit(table_, labels) for table_ in (X, sp.csr_array(X)))
    assert a.verdict_.status == b.verdict_.status
    gap = a.certificate_.gap + b.certificate_.gap
    for c in range(3):
        assert slopes_differ(a.coef_[c], b.coef_[c], near) < max(1e-9, 10 * gap**0.5)


@pytest.mark.filterwarnings(NOT_CONVERGED)
@pytest.mark.parametrize("estimate", ["own_rows", "saga", "looplesssvrg"])
@pytest.mark.parametrize("batch_size", [1, 16])
def test_sampled_steps_get_as_near_as_on_dense_rows(estimate, batch_size):
    _, X, near, y = table(5, 1e6)
    settings = {"batch_size": batch_size, "estimate": estimate, "max_iter": 30, "alpha": 0.01}
    a, b = (GDRegressor(**settings).fit(table_, y) for table_ in (X, sp.csr_array(X)))
    least = GDRegressor(alpha=0.01).fit(near, y).trajectory_.cost[-1]
    assert b.trajectory_.cost[-1] - least <= 2 * (a.trajectory_.cost[-1] - least) + 0.01 * least


def test_a_stream_of_sparse_chunks():
    _, X, near, y = table(6, 1e5, n=2000)
    m = GDRegressor()
    for low in range(0, 2000, 250):
        m.partial_fit(sp.csr_array(X[low : low + 250]), y[low : low + 250])
    assert np.abs(m.coef_ - GDRegressor().fit(near, y).coef_).max() < 0.2


def test_shifted_copies_are_the_table_minus_the_shift():
    for seed in range(200):
        rng = np.random.default_rng(seed)
        n, d = rng.integers(1, 40), rng.integers(1, 8)
        A = rng.standard_normal((n, d)) * (rng.random((n, d)) < rng.random(d))
        shift = rng.standard_normal(d) * (rng.random(d) < 0.4)
        S = sp.csr_array(A.astype(np.float32 if seed % 2 else np.float64))
        moved = minus(CSR(S.data, S.indices, S.indptr, int(d)), shift)
        back = sp.csr_array((moved.data, moved.indices, moved.indptr), shape=(n, d))
        assert len(moved.data) == (S[:, shift == 0].nnz + n * (shift != 0).sum())
        np.testing.assert_array_equal(back.toarray(), S.toarray().astype(float) - shift)


def test_rows_return_to_their_table_and_keep_it_when_some_are_taken():
    _, X, _, y = table(8, 1e4)
    S = sp.csr_array(X)
    rows = make_rows(S, y)
    moved = rows.in_units(Units(np.array([1e4, 0, 0, 0])))
    assert rows.X.data is S.data
    assert moved.in_units(Units()).X is rows.X
    np.testing.assert_array_equal(moved.take(np.arange(5, 9)).chosen(np.arange(4)), X[5:9])
    np.testing.assert_array_equal(moved.columns().mean, rows.columns().mean)


def test_a_table_without_far_columns_is_not_copied():
    _, X, _, y = table(9, 0.0)
    rows = make_rows(sp.csr_array(X), y)
    assert rows.in_units(Units(np.zeros(4), np.ones(4))).X is rows.X


def test_constant_columns_of_sparse_rows():
    _, X, near, y = table(10, 1e8)
    X = np.column_stack((X, np.full(len(X), 1e9 / 3), np.ones(len(X))))
    a, b = (GDRegressor(alpha=0.01).fit(table_, y) for table_ in (X, sp.csr_array(X)))
    assert slopes_differ(a.coef_[:4], b.coef_[:4], near) < 1e-9
    assert b.coef_[4] == b.coef_[5] == 0.0


def exact_cost(loss, X, y, coef, intercept, l2, l1):
    """Cost at these floats, in rational numbers: of squares, and of Huber's loss."""
    w, total = [Fraction(float(c)) for c in np.ravel(coef)], Fraction(0)
    for x, t in zip(np.asarray(X, np.float64), y, strict=True):
        r = sum((Fraction(float(v)) * c for v, c in zip(x, w, strict=True)), Fraction(float(intercept)) - Fraction(t))
        bend = Fraction(1.35)
        total += r * r / 2 if loss == "squared_error" or abs(r) <= bend else bend * (abs(r) - bend / 2)
    return total / len(y) + sum(Fraction(l2) * c * c / 2 + Fraction(l1) * abs(c) for c in w)


LAYOUTS = {"C": np.asarray, "CSR": sp.csr_array, "float32": lambda X: X.astype(np.float32)}


@pytest.mark.filterwarnings(NOT_CONVERGED)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("intercept", [True, False])
def test_the_reported_cost_is_that_of_the_reported_coefficients(layout, intercept):
    for seed, (loss, l1_ratio, two, mean) in enumerate(
        (loss, l1_ratio, two, mean)
        for loss in ("squared_error", "huber")
        for l1_ratio in (None, 0.0, 0.5)
        for two in (False, True)
        for mean in (0.0, 1e3, 1e7, 1e9)
    ):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((20, 3)) + np.array([mean, mean * two, 0.0])
        y = (X - X.mean(0)) @ [1.0, -1.0, 0.5] + rng.standard_normal(20)
        penalty = {} if l1_ratio is None else {"alpha": 0.01, "l1_ratio": l1_ratio}
        X = LAYOUTS[layout](X)
        m = model(loss, fit_intercept=intercept, max_iter=20, **penalty).fit(X, y)
        share = 0.0 if l1_ratio is None else 0.01
        l2, l1 = share * (1 - (l1_ratio or 0.0)), share * (l1_ratio or 0.0)
        numbers = X.toarray() if layout == "CSR" else X
        true = exact_cost(loss, numbers, y, m.coef_, np.ravel(m.intercept_)[0], l2, l1)
        step = m.trajectory_.meta["reported_step"]
        said = m.trajectory_.cost[np.searchsorted(m.trajectory_.cost_step, step)]
        assert abs(Fraction(float(said)) - true) <= Fraction(1e-9) * true


def test_a_fixed_intercept_is_the_place_of_the_parabola():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 2)) + np.array([1e8, 0])
    y = X[:, 0] - 1e8 + X[:, 1]
    moments = make_moments(make_rows(X, y), np.array([0.5]))
    w = moments.minimiser
    assert w[-1, 0] == 0.5
    near = w.copy()
    near[1, 0] += 1.0
    for at in (w, near):
        direct = np.mean((X @ at[:-1, 0] + at[-1, 0] - y) ** 2) / 2
        assert moments.value(losses.SquaredError(), at) == pytest.approx(direct, rel=1e-9)


def test_exact_values_of_every_loss():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        X, y, weight, offset = rng.standard_normal((9, 3)), rng.random(9), rng.random(9), rng.standard_normal(9)
        rows, w = make_rows(X, y, weight=weight, offset=offset), rng.standard_normal((4, 1))
        for loss in (losses.SquaredError(), losses.LogLoss(), losses.Poisson(), losses.Huber()):
            assert exact_value(rows, loss, w) == pytest.approx(rows.value(loss, w), rel=1e-12)


@needs_compiler
@pytest.mark.parametrize("loss", ["squared_error", "log_loss", "huber"])
@pytest.mark.parametrize("spreads", [1e2, 1e4, 1e5])
def test_large_tables_in_single_precision_have_no_false_gap(loss, spreads):
    rng = np.random.default_rng(int(spreads))
    X = (rng.standard_normal((170_000, 5)) + spreads).astype(np.float32)
    near = X.astype(np.float64) - spreads  # exact
    y = near @ [1.0, -2.0, 0.5, 0.3, -0.7] + rng.standard_normal(len(X))
    y = (y + 2 * rng.standard_normal(len(X)) > 0).astype(int) if loss == "log_loss" else y
    for penalty in ({}, {"alpha": 1e-3}):
        m = model(loss, **penalty).fit(X, y)
        best = model(loss, **penalty, tol=1e-15).fit(near, y)
        here, least = (_cost(loss, near, y, each, at, penalty) for each, at in ((m, spreads), (best, 0.0)))
        assert here - least <= m.certificate_.gap + 1e-16 * here
        assert m.trajectory_.cost[-1] == pytest.approx(float(here), rel=1e-14)


def _cost(loss, near, y, m, at, penalty):
    """Cost in extended precision; ``at`` is the distance of the model's columns from ``near``."""
    w = np.ravel(m.coef_).astype(np.longdouble)
    z = near.astype(np.longdouble) @ w + (np.longdouble(np.ravel(m.intercept_)[0]) + np.longdouble(at) * w.sum())
    record = {"squared_error": losses.SquaredError(), "log_loss": losses.LogLoss(), "huber": losses.Huber()}[loss]
    return record.value(z, y.astype(np.longdouble)).mean() + penalty.get("alpha", 0.0) / 2 * (w @ w)
