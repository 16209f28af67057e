"""The last step: default fits against optima in long doubles, in standard errors of the coefficients."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from steepest import Problem, make_rows
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2
from steepest.optimality.certificate import certified
from steepest.optimality.last_step import last_step
from steepest.solve.fit import fit
from steepest.solve.settings import Limits, Settings, Watch

WITHIN = 1e-6  # standard errors
SHAPES = [(40, 1), (90, 3), (462, 9), (2_000, 6), (4_000, 20), (30_000, 12)]
KINDS = ("plain", "weights", "offsets", "condition 1e3", "condition 1e6")


def table(seed, loss):
    """Columns of a kind, a target of the loss, weights and offsets."""
    n, d = SHAPES[seed % len(SHAPES)]
    kind = KINDS[seed // len(SHAPES) % len(KINDS)]
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) + rng.normal(size=d) * 10.0 ** rng.integers(-1, 2)
    if kind.startswith("condition") and d > 1:
        X[:, 1] = X[:, 0] + X[:, 1] / float(kind.split()[1])
    z = np.clip(0.7 * rng.standard_normal(n) + 0.8 * (X[:, 0] - X[:, 0].mean()), -3, 3)
    y = {"log_loss": rng.random(n) < 1 / (1 + np.exp(-z)), "poisson": rng.poisson(np.exp(0.5 * z))}.get(loss, z)
    weight = rng.integers(1, 4, n).astype(float) if kind == "weights" else None
    return X, np.asarray(y, float), weight, rng.normal(size=n) / 4 if kind == "offsets" else None


def optimum(X, y, weight, offset, loss, w):
    """The optimum from nearby, by Newton steps with residuals and solutions refined in long doubles; with errors."""
    A, n = np.column_stack((X, np.ones(len(X)))).astype(np.longdouble), len(y)
    m = np.ones(n) if weight is None else weight
    w = np.asarray(w, np.longdouble)
    for _ in range(12):
        z = A @ w + (0.0 if offset is None else offset)
        if loss == "log_loss":
            with np.errstate(over="ignore"):
                p = 1 / (1 + np.exp(-z))
            slope, second = p - y, p * (1 - p)
        elif loss == "poisson":
            slope, second = np.exp(z) - y, np.exp(z)
        else:
            slope, second = z - y, np.ones_like(z)
        H, g = (A * (m * second)[:, None]).T @ A, A.T @ (m * slope)
        size = np.sqrt(np.diag(H))
        scaled = (H / size[:, None] / size).astype(float)
        inverse, step = np.linalg.inv(scaled), np.zeros_like(w)
        for _ in range(6):
            step = step + inverse @ ((g - H @ step) / size).astype(float) / size
        w = w - step
    variance = 1.0
    if loss == "squared_error":
        variance = float((m * slope**2).sum() / (n - A.shape[1]))
    return w, np.sqrt(variance * np.diag(inverse)) / size.astype(float)


@pytest.mark.parametrize("loss", ["log_loss", "poisson", "squared_error"])
@pytest.mark.parametrize("seed", range(len(SHAPES) * len(KINDS)))
def test_default_fits_are_within_a_millionth_of_a_standard_error_and_within_what_is_stated(loss, seed):
    X, y, weight, offset = table(seed, loss)
    run = fit(make_rows(X, y, weight=weight, offset=offset), Problem(loss))
    assert run.verdict.status == "converged"
    w = np.append(run.coef, run.intercept)
    best, errors = optimum(X, y, weight, offset, loss, w)
    away = float((np.abs(w - best) / errors).max())
    assert away <= WITHIN
    assert away <= run.certificate.standard_errors


@pytest.mark.parametrize("loss", ["log_loss", "poisson"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tol_0_has_the_digits_that_doubles_allow(loss, seed):
    X, y, *_ = table(seed, loss)
    run = fit(make_rows(X, y), Problem(loss), limits=Limits(tol=0))
    w = np.append(run.coef, run.intercept)
    best, _ = optimum(X, y, None, None, loss, w)
    assert np.abs((w - best) / best).max() < 1e-11


def test_the_last_step_is_a_state_of_the_trajectory_and_lowers_cost_and_gradient():
    X, y, *_ = table(2, "log_loss")
    path = fit(make_rows(X, y), Problem("log_loss")).trajectory
    assert path.step[-1] == path.step[-2] + 1
    assert path.cost[-1] <= path.cost[-2] + 1e-15
    assert path.gradient_norm[-1] < 1e-2 * path.gradient_norm[-2]


def test_a_textbook_run_ends_at_its_own_rule():
    X, y, *_ = table(1, "log_loss")
    rows = make_rows(X - X.mean(0), y)
    path = fit(rows, Problem("log_loss"), Settings(learning_rate=0.5), Limits(max_iter=50_000)).trajectory
    again = fit(rows, Problem("log_loss"), Settings(learning_rate=0.5), Limits(max_iter=len(path) - 1, tol=None))
    assert np.array_equal(path.coef, again.trajectory.coef)


def test_the_step_is_not_taken_where_it_leads_no_nearer():
    X, y, *_ = table(1, "log_loss")
    objective = Objective(Problem("log_loss"), make_rows(X, y))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        far = np.full((X.shape[1] + 1, 1), 30.0)
        assert last_step(objective, certified(objective, far)) is None
    run = fit(make_rows(X, y), Problem("log_loss"), limits=Limits(tol=0))
    at = np.append(run.coef, run.intercept)[:, None]
    found = last_step(objective, certified(objective, at))
    assert found is None or found.certificate.gap <= certified(objective, at).certificate.gap


def test_nothing_is_stated_in_standard_errors_under_a_penalty_for_other_losses_and_without_spare_rows():
    X, y, *_ = table(1, "squared_error")
    assert fit(make_rows(X, y), Problem("huber")).certificate.standard_errors is None
    assert fit(make_rows(X, y), Problem("squared_error", L2(0.1))).certificate.standard_errors is None
    assert fit(make_rows(X[:4], y[:4]), Problem()).certificate.standard_errors is None


@pytest.mark.parametrize("noise", [1.0, 1e-2, 1e-5, 1e-7])
@pytest.mark.parametrize("settings", [Settings(), Settings(rule="momentum"), Settings(learning_rate=0.05)])
def test_what_is_stated_holds_for_exact_fits_and_unfinished_ones(noise, settings):
    """The variance of a residual is that at the optimum, which may be far below the cost."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 3))
    y = X @ [1.0, 2.0, 3.0] + noise * rng.standard_normal(100)
    for tol in (1e-2, 1e-5, 1e-8, 1e-10):
        run = fit(make_rows(X, y), Problem(), settings, Limits(tol=tol, max_iter=5000))
        w = np.append(run.coef, run.intercept)
        best, errors = optimum(X, y, None, None, "squared_error", w)
        stated = run.certificate.standard_errors
        assert stated is None or float((np.abs(w - best) / errors).max()) <= stated
        assert ("standard errors" in run.verdict.message) <= (stated is not None and stated < 1.0)


@pytest.mark.parametrize("settings", [Settings(rule="newton", learning_rate=0.5), Settings(rule="newton")])
def test_a_rule_or_a_rate_that_was_asked_for_is_kept_to_the_end(settings):
    X, y, *_ = table(1, "log_loss")
    path = fit(make_rows(X, y), Problem("log_loss"), settings).trajectory
    again = fit(make_rows(X, y), Problem("log_loss"), settings, Limits(max_iter=int(path.step[-1]), tol=None))
    assert np.array_equal(path.coef, again.trajectory.coef)


def test_no_step_is_taken_beyond_the_limit_or_after_the_user_ended_the_run():
    X, y, *_ = table(1, "log_loss")
    for most in range(1, 9):
        seen = []
        watch = Watch(callback=lambda state, seen=seen: seen.append(state.t))
        run = fit(make_rows(X, y), Problem("log_loss"), limits=Limits(max_iter=most), watch=watch)
        assert run.trajectory.step[-1] <= most
        assert seen == list(range(run.trajectory.step[-1] + 1))


def test_what_flat_directions_hold_stays_in_the_gap_after_the_step():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((400, 2))
    y = (X[:, 0] + 2 * rng.standard_normal(400) > 0).astype(float)
    near = np.column_stack((X, X[:, 0] + 1e-12 * rng.standard_normal(400)))
    objective = Objective(Problem("log_loss"), make_rows(near, y))
    at = np.append(fit(make_rows(X, y), Problem("log_loss"), limits=Limits(max_iter=2)).coef.ravel(), [0.0, 0.0])
    found = certified(objective, at[:, None])
    end = last_step(objective, found)
    assert found.step.flat > 1e-7
    assert end is None or end.certificate.gap >= found.step.flat


@pytest.mark.parametrize("far", [1.0, 1e2, 1e4, 1e7])
def test_what_is_stated_holds_with_a_row_far_out(far):
    """Its second derivative is tiny and changes most up to the optimum."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(4, 30))
        X, y = rng.standard_normal((n, 1)), (rng.random(n) < 0.5).astype(float)
        X[0] *= far
        if len(set(y)) < 2:
            continue
        run = fit(make_rows(X, y), Problem("log_loss"))
        if run.verdict.status == "converged":
            w = np.append(run.coef, run.intercept)
            best, errors = optimum(X, y, None, None, "log_loss", w)
            assert float((np.abs(w - best) / errors).max()) <= run.certificate.standard_errors
