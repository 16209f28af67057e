"""Non-smooth fits: the optimum of a linear programme, gaps that hold, and targets that are all the same or far off."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.optimize import linprog

from steepest import Problem, make_rows
from steepest.estimators import GDClassifier, GDRegressor
from steepest.optimality.null_model import constant_cost

LOSSES = ["quantile:q=0.3", "epsilon_insensitive:epsilon=0.1", "hinge"]


def table(seed):
    """A small table: ordinary, of another scale, with one target far off, or around a large constant."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.choice([6, 20, 40])), int(rng.integers(1, 4))
    X = rng.normal(size=(n, d)) * 10.0 ** rng.integers(-2, 3, size=d)
    y = (X / X.std(0)) @ rng.normal(size=d) + rng.standard_t(2, size=n)
    alpha = float(10.0 ** rng.integers(-3, 0))
    return X, y, alpha, rng


def cost(loss, X, y, coef, intercept, alpha, far=0.0):
    """Objective with an L1 penalty, less that of a far row, in extended precision."""
    X, y, coef = (np.asarray(a, np.longdouble) for a in (X, y, coef))
    name, _, number = loss.partition("=")
    z = X @ coef + np.longdouble(float(np.ravel(intercept)[0]))
    if name == "hinge":
        each = np.maximum(1 - (2 * y - 1) * z, 0)
    elif name.startswith("quantile"):
        each = np.maximum(np.longdouble(float(number)) * (y - z), (1 - np.longdouble(float(number))) * (z - y))
    else:
        each = np.maximum(np.abs(z - y) - np.longdouble(float(number)), 0)
    return each.mean() + np.longdouble(alpha) * np.abs(coef).sum() - far


def programme(loss, X, y, alpha):
    """The optimum (coef, intercept) by a linear programme, on scaled columns."""
    n, size, ones = len(y), X.std(0), np.ones((len(y), 1))
    Z = np.hstack((X / size, -X / size, ones, -ones))
    head = np.concatenate((alpha / size, alpha / size, [0.0, 0.0]))
    name, _, number = loss.partition("=")
    if name == "hinge":
        sign = (2 * y - 1)[:, None]
        found = linprog(np.append(head, np.full(n, 1 / n)), np.hstack((-sign * Z, -np.eye(n))), -np.ones(n))
    elif name.startswith("quantile"):
        q = float(number)
        weights = np.concatenate((head, np.full(n, q / n), np.full(n, (1 - q) / n)))
        found = linprog(weights, A_eq=np.hstack((Z, np.eye(n), -np.eye(n))), b_eq=y)
    else:
        both = np.vstack((np.hstack((Z, -np.eye(n))), np.hstack((-Z, -np.eye(n)))))
        right = np.concatenate((y + float(number), float(number) - y))
        found = linprog(np.append(head, np.full(n, 1 / n)), both, right)
    d = X.shape[1]
    return (found.x[:d] - found.x[d : 2 * d]) / size, found.x[2 * d] - found.x[2 * d + 1]


def fitted(loss, X, y, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (GDClassifier if loss == "hinge" else GDRegressor)(loss, **settings).fit(X, y)


@pytest.mark.parametrize("loss", LOSSES)
def test_l1_optima_are_those_of_a_linear_programme(loss):
    """70 tables for each loss: converged, and no better point by more than the gap."""
    for seed in range(70):
        X, y, alpha, _ = table(seed)
        y = (y > np.median(y)).astype(int) if loss == "hinge" else y
        model = fitted(loss, X, y, alpha=alpha, l1_ratio=1.0)
        reached = cost(loss, X, y, model.coef_.ravel(), model.intercept_, alpha)
        best = cost(loss, X, y, *programme(loss, X, y, alpha), alpha)
        assert model.verdict_.status == "converged", (seed, model.verdict_)
        assert reached - best <= model.certificate_.gap * (1 + 1e-9), seed


@pytest.mark.parametrize("loss", LOSSES[:2])
@pytest.mark.parametrize("penalty", [{}, {"alpha": 0.01}, {"alpha": 0.01, "l1_ratio": 1.0}])
def test_one_target_however_far_off_leaves_the_answer(loss, penalty):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    y = X @ [1.0, 2.0] + 0.1 * rng.normal(size=40)
    y[0] = 1e3
    near = fitted(loss, X, y, **penalty)
    for far in (1e6, 1e9, 1e12):
        y[0] = far
        model = fitted(loss, X, y, **penalty)
        assert model.verdict_.status == "converged"
        np.testing.assert_allclose(model.coef_, near.coef_, atol=1e-6)


@pytest.mark.parametrize("value", [0.1, -7.3, 1e-300, 1e12, 0.0])
@pytest.mark.parametrize("loss", ["squared_error", "huber", *LOSSES[:2]])
def test_a_constant_target_is_converged(loss, value):
    for weight in (None, [1.0, 2.0, 0.0, 1.0]):
        model = GDRegressor(loss).fit([[1.0], [2.0], [3.3], [5.0]], [value] * 4, sample_weight=weight)
        assert model.verdict_.status == "converged"


@pytest.mark.parametrize("loss", ["huber", *LOSSES[:2], "epsilon_insensitive:epsilon=0"])
def test_no_single_row_determines_the_unit_of_tol(loss):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(50, 1)), rng.normal(size=50)
    units = []
    for far in (1e3, 1e12):
        y[0] = far
        units.append(constant_cost(Problem(loss), make_rows(X, y)))
    assert 0 < units[1] == pytest.approx(units[0], rel=0.05)
    assert units[0] < 2


def test_a_proven_gap_includes_the_rounding_of_a_far_intercept():
    """Columns on a grid, moved by powers of 2: the optimum is that of the columns near 0."""
    for loss in LOSSES:
        for power, seed in ((27, 0), (34, 1), (40, 2)):
            _, _, _, rng = table(seed)
            X = np.round(8 * rng.normal(size=(25, 3))) / 8
            y = X @ [1.0, -2.0, 0.5] + rng.normal(size=25)
            y = (y > 0).astype(int) if loss == "hinge" else y
            far, near = (fitted(loss, X + move, y, alpha=0.01, l1_ratio=1.0) for move in (2.0**power, 0.0))
            reached = cost(loss, X + 2.0**power, y, far.coef_.ravel(), far.intercept_, 0.01)
            better = cost(loss, X, y, near.coef_.ravel(), near.intercept_, 0.01)
            assert reached - better <= far.certificate_.gap


def test_a_gap_is_at_most_the_cost():
    rng = np.random.default_rng(0)
    X = np.c_[1e9 + rng.standard_normal(30), rng.standard_normal(30)]
    y = X[:, 0] - 1e9 + X[:, 1]
    model = fitted("squared_error", X, y, alpha=1e-3, fit_intercept=False)
    reached = np.mean((X @ model.coef_ - y) ** 2) / 2 + 5e-4 * model.coef_ @ model.coef_
    assert model.certificate_.gap <= 1.001 * reached


@pytest.mark.parametrize("mean", [1e3, 1e6, 1e8])
@pytest.mark.parametrize("penalty", [{"alpha": 0.01}, {"alpha": 0.01, "l1_ratio": 1.0}])
def test_softmax_with_a_column_far_from_0_is_converged(mean, penalty):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2))
    y = np.argmax(X @ rng.normal(size=(2, 3)) + rng.gumbel(size=(100, 3)), axis=1)
    model = GDClassifier(**penalty).fit(X + np.array([mean, 0.0]), y)
    assert model.verdict_.status == "converged"
    assert model.certificate_.gap < 1e-12


@pytest.mark.parametrize("alpha", [0.01, 0.3, 3.0])
def test_an_optimum_where_coefficients_are_0_is_converged(alpha):
    """The start, where the penalty is strong; or where no row is at a jump, so that only the penalty has one."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(6, 50))
        X, y = rng.standard_normal((n, int(rng.integers(1, 4)))), rng.standard_normal(n)
        for intercept in (True, False):
            loss = f"quantile:q={rng.choice([0.1, 0.5, 0.9])}"
            model = fitted(loss, X, y, alpha=alpha, l1_ratio=1.0, fit_intercept=intercept)
            assert model.verdict_.status == "converged", (seed, intercept, model.verdict_)


def test_more_columns_than_a_matrix_is_formed_for_have_a_gap_that_holds():
    rng = np.random.default_rng(4)
    X, y = rng.standard_normal((20, 1600)), rng.standard_normal(20)
    model = fitted("quantile:q=0.3", X, y, alpha=0.2, l1_ratio=1.0)
    assert model.trajectory_.meta["smoothed"] > 0
    best = cost("quantile:q=0.3", X, y, *programme("quantile:q=0.3", X, y, 0.2), 0.2)
    reached = cost("quantile:q=0.3", X, y, model.coef_.ravel(), model.intercept_, 0.2)
    assert reached - best <= model.certificate_.gap * (1 + 1e-9)
    assert model.verdict_.status != "converged" or reached == pytest.approx(float(best), rel=1e-9)


def degenerate(seed):
    """A table with ties, repeated rows, or little curvature beside rows at their corners."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(8, 60)), int(rng.integers(1, 8))
    X = rng.standard_normal((n, d))
    y = X @ rng.standard_normal(d) + rng.standard_t(2, n)
    if seed % 3 == 0:
        X, y = np.round(X), np.round(y)
    if seed % 3 == 1:
        of = rng.integers(0, n, n)
        X, y = X[of], y[of]
    return X, y, rng


@pytest.mark.parametrize("loss", [*LOSSES, "epsilon_insensitive:epsilon=0"])
@pytest.mark.parametrize("settings", [{}, {"l1_ratio": 0.0}, {"l1_ratio": 0.6}, {"l1_ratio": 1.0, "signs": {0: "+"}}])
def test_degenerate_tables_are_converged(loss, settings):
    """Weights, an unpenalised column and a missing intercept among them; the gap is that of a dual point."""
    for seed in range(12):
        X, y, rng = degenerate(seed)
        y = (y > np.median(y)).astype(int) if loss == "hinge" else y
        weight = 1.0 + rng.integers(0, 3, len(y)) if seed % 2 else None
        alpha = float(10.0 ** rng.uniform(-4, 0)) if settings else 0.0
        other = {"fit_intercept": False} if seed % 4 == 3 else {"penalty_factors": {0: 0.0}} if seed % 5 == 4 else {}
        cls = GDClassifier if loss == "hinge" else GDRegressor
        model = cls(loss, alpha=alpha, **settings, **other).fit(X, y, sample_weight=weight)
        assert model.verdict_.status == "converged", (seed, model.verdict_)


@pytest.mark.parametrize("loss", LOSSES)
def test_an_outlier_in_a_column_leaves_the_gap_true(loss):
    """The cost of the reported numbers themselves, where one row has nearly all of a column's spread."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((int(rng.integers(8, 40)), int(rng.integers(1, 4))))
        X[0, 0] = 10.0 ** rng.integers(6, 12)
        y = (X - X.mean(0)) @ rng.standard_normal(X.shape[1]) / X.std(0).max() + rng.standard_normal(len(X))
        y = (y > np.median(y)).astype(int) if loss == "hinge" else y
        model = fitted(loss, X, y, alpha=0.0625, l1_ratio=1.0)
        reached = cost(loss, X, y, model.coef_.ravel(), model.intercept_, 0.0625)
        best = cost(loss, X, y, *programme(loss, X, y, 0.0625), 0.0625)
        assert reached - best <= model.certificate_.gap * (1 + 1e-9) + 1e-15, seed
