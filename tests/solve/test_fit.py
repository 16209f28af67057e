"""fit: what "auto" becomes, rank-deficient tables, limits, starts, what is counted, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import LABELS8, X8, Y8, linear_table, logistic_table
from short_fit import fit

from steepest import Problem, make_rows, stability_limit
from steepest.core.errors import SteepestError
from steepest.data.csr import CSR
from steepest.objective.penalties import L2

near = pytest.approx


def csr(X):
    rows, columns = np.nonzero(X)
    indptr = np.searchsorted(rows, np.arange(len(X) + 1))
    return CSR(X[rows, columns], columns, indptr, X.shape[1])


# ------------------------------------------------------------------ what "auto" becomes


@pytest.mark.parametrize(
    ("settings", "rule", "standardized"),
    [
        ({}, "whitened", True),
        ({"learning_rate": 0.001}, "plain", False),
        ({"learning_rate": 0.001, "rule": "momentum"}, "momentum:beta=0.9", False),
        ({"rule": "nesterov:beta=0.5"}, "nesterov:beta=0.5", True),
        ({"batch_size": 4}, "plain", True),
        ({"standardize": False}, "whitened", False),
        ({"rule": "accelerated"}, "accelerated", True),
        ({"rule": "newton"}, "newton", True),
        ({"learning_rate": 0.1, "standardize": True}, "plain", True),
    ],
)
def test_what_auto_becomes(settings, rule, standardized):
    meta = fit(make_rows(X8, Y8), Problem(), max_iter=5, tol=None, **settings).trajectory.meta
    assert (meta["rule"], meta["standardized"]) == (rule, standardized)


def test_the_auto_rate_is_one_over_the_largest_curvature():
    X, y = linear_table(1)
    Z = (X - X.mean(0)) / X.std(0)
    rate = fit(make_rows(X, y), Problem(), rule="accelerated").trajectory.learning_rate[-1]
    assert rate == near(1 / np.linalg.eigvalsh(np.cov(Z.T, bias=True) + 0)[-1], rel=1e-9)
    rate = fit(make_rows(X, y), Problem(), rule="accelerated", standardize=False).trajectory.learning_rate[-1]
    assert rate == near(0.5 * stability_limit(X), rel=1e-9)


@pytest.mark.parametrize("loss", ["squared_error", "mse", "log_loss"])
@pytest.mark.parametrize("alpha", [0.0, 0.7])
@pytest.mark.parametrize("intercept", [True, False])
def test_the_stability_limit_is_2_over_the_largest_curvature(loss, alpha, intercept):
    X, _ = linear_table(3, 50, 3)
    A = np.column_stack((X, np.ones(50)))[:, : 4 if intercept else 3]
    curvature = {"squared_error": 1, "mse": 2, "log_loss": 0.25}[loss]
    H = curvature * A.T @ A / 50 + alpha * np.diag([1.0, 1, 1, 0][: len(A.T)])
    limit = stability_limit(X, loss=loss, alpha=alpha, fit_intercept=intercept)
    assert limit == near(2 / np.linalg.eigvalsh(H)[-1], rel=1e-10)
    assert stability_limit(csr(X), loss=loss, alpha=alpha, fit_intercept=intercept) == near(limit, rel=1e-10)


def test_the_stability_limit_of_a_wide_table_errs_on_the_safe_side():
    X = np.random.default_rng(0).standard_normal((40, 1600))
    exact = 2 / np.linalg.eigvalsh(np.column_stack((X, np.ones(40))) @ np.column_stack((X, np.ones(40))).T / 40)[-1]
    assert 0.9 * exact < stability_limit(X) <= exact


@pytest.mark.parametrize(("factor", "status"), [(0.999, "oscillating"), (1.001, "diverged")])
def test_plain_descent_settles_exactly_below_the_limit(factor, status):
    limit = stability_limit(X8)
    run = fit(make_rows(X8, Y8), Problem(), learning_rate=factor * limit, max_iter=1000, tol=None)
    assert run.verdict.status == status


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize("as_rows", [lambda X: X, np.asfortranarray, csr], ids=["C", "F", "sparse"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("intercept", [True, False])
def test_least_squares_answer(as_rows, weighted, intercept):
    X, y = linear_table(5, 80, 4)
    X[np.abs(X) < 0.3 * X.std(0)] = 0
    weight = np.random.default_rng(0).uniform(0.1, 2, 80) if weighted else np.ones(80)
    A = np.column_stack((X, np.ones(80)))[:, : 5 if intercept else 4] * np.sqrt(weight)[:, None]
    exact = np.append(np.linalg.lstsq(A, y * np.sqrt(weight))[0], [] if intercept else [0.0])
    run = fit(make_rows(as_rows(X), y, weight=weight if weighted else None), Problem(intercept=intercept), tol=0)
    assert run.verdict.status == "converged"
    np.testing.assert_allclose([*run.coef[:, 0], *run.intercept], exact, rtol=1e-6)


@pytest.mark.parametrize("settings", [{}, {"rule": "nesterov"}, {"batch_size": None, "rule": "plain"}])
@pytest.mark.parametrize("shape", ["dependent", "constant", "wide", "one row"])
def test_rank_deficient_answers_have_the_least_raw_coefficients(shape, settings):
    """As numpy's pinv on centred columns: the intercept is not counted."""
    X, y = linear_table(2, {"wide": 6, "one row": 1}.get(shape, 60), 8 if shape == "wide" else 3, spread=0.3)
    if shape == "dependent":
        X = np.column_stack((X, X[:, 0] - 2 * X[:, 1], 3 * X[:, 2]))
    if shape == "constant":
        X = np.column_stack((X, np.full(60, 7.0)))
    run = fit(make_rows(X, y), Problem(), tol=1e-20, max_iter=20_000, **settings)
    least = np.linalg.pinv(X - X.mean(0), rcond=1e-10) @ (y - y.mean())
    np.testing.assert_allclose(run.coef[:, 0], least, rtol=1e-5, atol=1e-8)
    assert run.intercept[0] == near(y.mean() - X.mean(0) @ least, rel=1e-6)
    assert run.verdict.notes


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_columns_of_any_scale_and_place(loss):
    """Means of a million and scales from 1e-6 to 1e6 change nothing but the units of the answer."""
    X, y = (logistic_table if loss == "log_loss" else linear_table)(3, 100, 3, spread=0)
    scale, shift = np.array([1e-6, 1.0, 1e6]), np.array([1.0, 1e6, -1e6])
    plain = fit(make_rows(X, y), Problem(loss), tol=1e-14)
    moved = fit(make_rows(X * scale + shift, y), Problem(loss), tol=1e-14)
    assert moved.verdict.status == "converged"
    np.testing.assert_allclose(moved.coef[:, 0] * scale, plain.coef[:, 0], rtol=1e-4)
    assert moved.trajectory.cost[-1] == near(plain.trajectory.cost[-1], rel=1e-9)


def test_the_whole_way_is_least_norm_not_its_end_alone():
    X, y = linear_table(2)
    X = np.column_stack((X, X[:, 0]))
    path = fit(make_rows(X, y), Problem()).trajectory
    np.testing.assert_allclose(path.coef[:, 0], path.coef[:, 3], rtol=1e-9, atol=1e-12)
    cost = [np.mean((X @ w + b - y) ** 2) / 2 for w, b in zip(path.coef, path.intercept, strict=True)]
    np.testing.assert_allclose(path.cost, cost, rtol=1e-9)


def test_the_textbook_path_is_left_as_it_is():
    """On the user's own columns a start off the row space stays off it."""
    X = np.column_stack((X8, X8))
    run = fit(make_rows(X, Y8), Problem(), learning_rate=0.01, max_iter=5, tol=None, start=[3, -3, 0])
    moves = run.trajectory.coef - [3, -3]
    np.testing.assert_allclose(moves[:, 0], moves[:, 1], atol=1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_many_updates_on_moments_are_the_updates_on_rows(loss):
    X, y = (logistic_table if loss == "log_loss" else linear_table)(4, 50, 2, spread=0)
    long = fit(make_rows(X, y), Problem(loss), learning_rate=0.05, max_iter=300, tol=None)
    first = fit(make_rows(X, y), Problem(loss), learning_rate=0.05, max_iter=300, max_updates=1, tol=None)
    assert (long.trajectory.meta["data"], first.trajectory.meta["data"]) == (
        ("moments" if loss == "squared_error" else "rows"),
        ("moments" if loss == "squared_error" and X.shape[1] + 2 <= 4 else "rows"),
    )
    np.testing.assert_allclose(first.trajectory.coef[:2], long.trajectory.coef[:2], rtol=1e-12)


# ------------------------------------------------------------------ limits, starts, counting


def test_the_earlier_limit_counts():
    def last(**limits):
        return fit(make_rows(X8, Y8), Problem(), learning_rate=0.01, tol=None, **limits).trajectory.step[-1]

    assert last(max_iter=7) == 7
    assert last(max_iter=7, max_updates=5) == 5
    assert last(max_iter=7, batch_size=4) == 14
    assert last(max_iter=7, max_updates=5, batch_size=4) == 5


@pytest.mark.parametrize("standardize", [True, False])
def test_a_start_is_in_raw_units(standardize):
    run = fit(make_rows(X8, Y8), Problem(), learning_rate=0.01, standardize=standardize, max_iter=3, start=[2.0, -5.0])
    assert [run.trajectory.coef[0, 0], run.trajectory.intercept[0]] == near([2.0, -5.0], rel=1e-12)
    assert run.trajectory.cost[0] == near(np.mean((2 * X8[:, 0] - 5 - Y8) ** 2) / 2)


@pytest.mark.parametrize("settings", [{}, {"learning_rate": 0.01}, {"batch_size": 3}, {"learning_rate": 1.0}])
@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_held_raw_coordinates_stay_where_they_start(loss, settings):
    X, y = (logistic_table if loss == "log_loss" else linear_table)(4, 50, 3)
    for fixed, place in (((1,), 1), (("intercept",), 3), ((0, "intercept"), 0)):
        run = fit(make_rows(X, y), Problem(loss, fixed=fixed), start=[0.1, 0.2, 0.3, 0.4], max_iter=50, **settings)
        w = np.column_stack((run.trajectory.coef, run.trajectory.intercept))
        np.testing.assert_allclose(w[:, place], [0.1, 0.2, 0.3, 0.4][place], rtol=1e-12)


def test_a_held_coefficient_and_columns_off_the_origin():
    """Scaled columns are shifted too; the raw coordinate that is held must still be the one that stays."""
    X, y = linear_table(4, 50, 2, spread=0)
    X += 100.0
    run = fit(make_rows(X, y), Problem(fixed=(0,)), start=[0.5, 0, 0], tol=0)
    exact = np.linalg.lstsq(np.column_stack((X[:, 1], np.ones(50))), y - 0.5 * X[:, 0])[0]
    assert run.verdict.status == "converged"
    np.testing.assert_allclose([run.coef[1, 0], run.intercept[0]], exact, rtol=1e-5)


def test_everything_held():
    run = fit(make_rows(X8, Y8), Problem(fixed=(0, "intercept")), start=[1.0, 2.0], max_iter=20)
    assert [run.coef[0, 0], run.intercept[0]] == near([1.0, 2.0], rel=1e-12)
    assert run.verdict.status == "converged"


def test_passes_count_every_reading():
    X, y = logistic_table(1, 500, 3)
    rows = make_rows(X, y)
    textbook = fit(rows, Problem("log_loss"), learning_rate=0.01, max_iter=100, tol=None).trajectory.meta["passes"]
    assert 100 < textbook < 110
    assert fit(make_rows(*linear_table(1)), Problem(), max_iter=1000, tol=None).trajectory.meta["passes"] <= 4
    sampled = fit(rows, Problem("log_loss"), learning_rate=0.01, batch_size=5, max_iter=10, tol=None).trajectory
    after = 12  # the forecast, and the search for a direction of recession
    assert 10 + len(sampled.cost) <= sampled.meta["passes"] <= 10 + len(sampled.cost) + after


@pytest.mark.parametrize("batch_size", [None, 4])
def test_a_seed_gives_the_same_bits(batch_size):
    X, y = logistic_table(1)
    runs = [
        fit(make_rows(X, y), Problem("log_loss"), batch_size=batch_size, seed=seed, max_iter=20) for seed in (3, 3, 4)
    ]
    assert runs[0].coef.tobytes() == runs[1].coef.tobytes()
    assert (runs[0].coef.tobytes() == runs[2].coef.tobytes()) == (batch_size is None)


def test_exact_answer_where_it_is_known():
    run = fit(make_rows(X8, Y8), Problem("mse"), learning_rate=0.001, max_iter=100)
    exact = run.trajectory.meta["exact"]
    assert exact["cost"] == near(np.mean((np.polyval(np.polyfit(X8[:, 0], Y8, 1), X8[:, 0]) - Y8) ** 2))
    for problem in (Problem(penalty=L2(0.1)), Problem(fixed=(0,)), Problem(intercept=False)):
        assert fit(make_rows(X8, Y8), problem, max_iter=3).trajectory.meta["exact"] is None
    assert fit(make_rows(X8, LABELS8), Problem("log_loss"), max_iter=3).trajectory.meta["exact"] is None


@pytest.mark.parametrize(
    ("X", "y", "loss", "line"),
    [
        (np.zeros((0, 2)), [], "mse", "the table has no rows"),
        ([[1.0, 2], [3, np.nan]], [1, 2], "mse", "row 2, column 'x2' holds NaN"),
        ([[1.0, 2], [np.inf, 4]], [1, 2], "mse", "row 2, column 'x1' holds inf"),
        ([[1.0], [2]], [1, np.nan], "mse", "the target of row 2 is not a finite number"),
        ([[1.0], [2], [3]], [0, 1, 2], "log_loss", "needs labels 0 and 1"),
        ([[1.0], [2], [3]], [1, 1, 1], "log_loss", "rows of both classes"),
    ],
)
@pytest.mark.parametrize("as_rows", [np.asarray, lambda X: csr(np.asarray(X))], ids=["dense", "sparse"])
def test_tables_that_cannot_be_fitted_are_refused_by_name_and_place(X, y, loss, line, as_rows):
    with pytest.raises(SteepestError, match=line) as caught:
        fit(make_rows(as_rows(X), np.array(y, float)), Problem(loss))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("settings", [{"average": True}, {"average": "weighted"}, {"rule": "schedule_free"}], ids=str)
def test_an_answer_that_is_not_the_point_that_moves_was_certified_by_the_gradient_there(settings):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 3)) * [1.0, 3.0, 0.3]
    y = X @ [1.0, 2.0, 3.0] + rng.standard_normal(200) + 5.0
    rows, problem = make_rows(X, y), Problem()
    run = fit(rows, problem, learning_rate=0.1, max_iter=2000, **settings)
    exact = fit(rows, problem, tol=0)
    above = run.trajectory.cost[-1] - exact.trajectory.cost[-1]
    assert run.certificate.gap >= above * (1 - 1e-6)
    assert run.verdict.status != "converged" or above <= 1e-8


@pytest.mark.parametrize(
    ("problem", "settings"),
    [
        (Problem("log_loss", L2(0.01)), {}),
        (Problem("log_loss", L2(0.01)), {"rule": "secant"}),
        (Problem("log_loss"), {"learning_rate": 0.1, "max_iter": 40}),
        (Problem("log_loss"), {"batch_size": 8, "max_iter": 4}),
    ],
)
def test_a_run_that_keeps_no_states_made_twice_the_passes(problem, settings):
    rows = make_rows(*logistic_table(0, 60, 3))
    usual, bare = (fit(rows, problem, keep=keep, **settings) for keep in ("auto", False))
    assert np.array_equal(usual.coef, bare.coef)
    assert bare.trajectory.meta["passes"] <= usual.trajectory.meta["passes"]
