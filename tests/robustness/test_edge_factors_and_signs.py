"""Penalty factors, signs and callbacks at the edge: each test is named after its symptom."""

from __future__ import annotations

import io
import sys
import threading
import time
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog, minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV

from steepest import GDClassifier, GDRegressor, make_rows
from steepest.core.errors import UsageError
from steepest.methods.steps import Backtracking
from steepest.objective.objective import Coordinates, Objective
from steepest.objective.problem import Problem
from steepest.optimality.certificate import certify
from steepest.optimality.definite import definite
from steepest.optimality.newton import predicted_decrease

near = pytest.approx
RNG = np.random.default_rng(11)
X = RNG.standard_normal((200, 4))
TRUTH = np.array([2.0, -1.0, 0.5, 0.0])
Y = X @ TRUTH + 1.0 + RNG.standard_normal(200)
LABELS = (Y + RNG.standard_normal(200) > 1.0).astype(int)


# ------------------------------------------------------------------ slopes where there is no curvature


@pytest.mark.parametrize("asked", [{}, {"alpha": 0.1}, {"alpha": 0.1, "l1_ratio": 1.0}, {"signs": "+"}])
@pytest.mark.parametrize("size", [1e4, 1e6])
def test_huber_crawled_where_targets_are_large(asked, size):
    """No row within delta at the start: Newton's equations are empty, and steps were as long as a slope, 1.35."""
    model = GDRegressor("huber", **asked).fit(X, size * Y)
    assert model.verdict_.status == "converged"
    assert model.n_iter_ < 200
    if not asked:  # of so narrow a parabola all but the least sum of sizes is left: a linear programme
        d, n = X.shape[1] + 1, len(Y)
        A = np.column_stack((X, np.ones(n)))
        sizes = np.hstack((A, -np.eye(n), np.eye(n)))
        free = [(None, None)] * d + [(0, None)] * (2 * n)
        least = linprog(np.append(np.zeros(d), np.ones(2 * n) / n), A_eq=sizes, b_eq=size * Y, bounds=free).fun
        ours = np.abs(model.predict(X) - size * Y).mean()
        assert least - 1e-9 * least <= ours <= least + 1.35


@pytest.mark.parametrize("signs", [(), (1,), (-1,)])
def test_a_slope_without_curvature_was_certified_as_optimum(signs):
    """Every row beyond delta: the Hessian is 0, which proved a gap of 0."""
    x = np.arange(8.0)[:, None]
    found = certify(Objective(Problem("huber:delta=1", signs=signs), make_rows(x, 1e5 + 3 * x[:, 0])), np.zeros((2, 1)))
    assert found.gap is None
    assert found.gradient_norm > 0


def bounded(model_cost, start, bounds):
    """Least cost by quasi-Newton inside of bounds."""
    limits = {"maxiter": 20_000, "maxfun": 200_000, "ftol": 0, "gtol": 1e-13}
    return minimize(model_cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options=limits)


@pytest.mark.parametrize("n", [5, 40])
def test_a_lasso_crawled_along_columns_that_depend_on_each_other(n):
    """What moves between copies of a column costs no fit: only the price tells, and steps were as long as it."""
    rng = np.random.default_rng(n)
    A = rng.standard_normal((n, 4))
    A[:, 3] = A[:, 0]
    y, factors = 1e5 * (A @ [1.0, -1.0, 2.0, 1.0] + rng.standard_normal(n)), np.array([1.5, 0.8, 0.2, 0.5])
    model = GDRegressor(alpha=10.0, l1_ratio=1.0, penalty_factors=factors).fit(A, y)
    cheaper = GDRegressor(alpha=10.0, l1_ratio=1.0, penalty_factors=factors[1:]).fit(A[:, 1:], y)
    assert model.verdict_.status == "converged"
    assert model.n_iter_ < 20
    assert model.coef_[0] == near(0.0, abs=1e-4 * np.abs(model.coef_).max())
    assert model.coef_[1:] == near(cheaper.coef_, rel=1e-4)


@pytest.mark.parametrize("loss", ["log_loss", "modified_huber"])
def test_wide_tables_of_classes_crawled_under_signs_and_sizes(loss):
    rng = np.random.default_rng(3)
    A = rng.standard_normal((8, 12))
    model = GDClassifier(loss, alpha=1e-5, l1_ratio=1.0, signs={0: "+", 1: "-"}).fit(A, np.arange(8) % 2)
    assert model.verdict_.status == "converged"
    assert model.n_iter_ < 100
    assert model.coef_[0, 0] >= 0 >= model.coef_[0, 1]


def test_what_is_held_moved_by_a_rounding_where_others_are_flat():
    """It then fell below 0, and what had a sign was refused in the middle of a run."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((3, 6))
    free = np.array([True, False, True, True, True, False])
    M = definite(A.T @ A, free)
    assert M[1].tolist() == [0, 1, 0, 0, 0, 0]
    assert M[:, 5].tolist() == [0, 0, 0, 0, 0, 1]
    assert np.linalg.eigvalsh(M).min() > 0


def test_a_sign_has_no_price_where_a_coefficient_is_held_or_off_by_a_rounding():
    assert not Coordinates(Problem(signs=(1, 0), fixed=(0,)), 2).l1.any()
    prices = Coordinates(Problem(signs=(1,), intercept=False), 1).l1[:, :-1, 0]
    assert predicted_decrease(np.eye(1), np.zeros(1), np.array([-1e-17]), prices, np.array([1e-17])) < 1e-15


# ------------------------------------------------------------------ saturated starts


@pytest.mark.parametrize("asked", [{}, {"alpha": 0.01}, {"alpha": 0.01, "l1_ratio": 1.0}, {"signs": "+"}])
@pytest.mark.parametrize("far", [30.0, 100.0, 400.0, -400.0])
def test_an_offset_far_from_0_stopped_log_loss_at_its_start(asked, far):
    """Curvature e^-far: Newton's step is e^far too long, and the search gave up at 1e-10 of it."""
    plain = GDClassifier(**asked).fit(X, LABELS)
    model = GDClassifier(**asked).fit(X, LABELS, offset=np.full(200, far))
    assert model.verdict_.status == "converged"
    assert model.coef_ == near(plain.coef_, rel=1e-4, abs=1e-5)
    assert model.intercept_ + far == near(plain.intercept_, abs=1e-4)


def test_backtracking_goes_on_while_rounding_does_not_hide_the_fall():
    looks = []

    def probe(share):  # the least cost lies at 1e-30 of the step
        looks.append(share)
        return (share * 1e30 - 1.0) ** 2, 2e30 * (share * 1e30 - 1.0)

    share = Backtracking().seek(probe, 1.0, 2e30)
    assert probe(share)[0] < 1.0
    assert len(looks) < 100
    looks.clear()
    assert Backtracking().seek(lambda s: (looks.append(s), (1.0 + s, 1.0))[1], 1.0, 1e-12) == 0.0
    assert len(looks) < 40


# ------------------------------------------------------------------ callbacks and progress


@pytest.mark.parametrize("asked", [{"learning_rate": 0.1}, {}, {"batch_size": 20, "learning_rate": 0.01}])
def test_a_callback_that_writes_into_w_made_it_the_answer(asked):
    def spoil(state):
        state.w[:] = 1e9
        return False

    plain, spoilt = (GDRegressor(callback=c, max_iter=20, tol=None, **asked).fit(X, Y) for c in (None, spoil))
    assert spoilt.coef_.tolist() == plain.coef_.tolist()
    assert spoilt.trajectory_.coef.tolist() == plain.trajectory_.coef.tolist()


@pytest.mark.parametrize("loss", ["squared_error", "quantile", "log_loss"])
def test_a_callback_may_end_a_fit_at_its_start(loss):
    kind, y = (GDClassifier, LABELS) if loss == "log_loss" else (GDRegressor, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = kind(loss, signs="+", alpha=0.1, callback=lambda s: True).fit(X, y)
    assert model.verdict_.status == "stopped"
    assert not model.coef_.any() or loss == "quantile"
    assert model.trajectory_.cost[-1] - model.certificate_.gap <= kind(loss, signs="+", alpha=0.1).fit(
        X, y
    ).trajectory_.cost[-1] * (1 + 1e-9)


def test_what_a_callback_raises_comes_out_as_it_is():
    def boom(_):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        GDRegressor(callback=boom).fit(X, Y)
    with pytest.raises(UsageError, match="function of a State"):
        GDRegressor(callback=3).fit(X, Y)


def test_settings_changed_by_a_callback_are_those_of_the_next_fit():
    model = GDRegressor(learning_rate=0.1)
    model.set_params(callback=lambda s: bool(model.set_params(alpha=7.0) is None))
    first = model.fit(X, Y).coef_
    assert first == near(GDRegressor(learning_rate=0.1).fit(X, Y).coef_, rel=1e-12)
    assert model.fit(X, Y).coef_ == near(GDRegressor(alpha=7.0, learning_rate=0.1).fit(X, Y).coef_, rel=1e-12)


def test_threads_and_a_grid_in_two_processes():
    answers = []

    def work():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = GDRegressor(callback=lambda s: s.t >= 5, learning_rate=0.1, progress=True).fit(X, Y)
        answers.append((model.n_iter_, model.coef_.tobytes()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1
    grid = GridSearchCV(GDRegressor(signs="+", progress=True), {"alpha": [0.0, 50.0]}, n_jobs=2, cv=2).fit(X, Y)
    assert grid.best_params_ == {"alpha": 0.0}


@pytest.mark.parametrize("stream", ["none", "closed", "text"])
def test_a_bar_without_a_terminal_does_not_end_the_fit(stream, monkeypatch):
    """With no stderr at all, as in a program without a console, the bar had no ``write``."""
    err = None if stream == "none" else io.StringIO()
    if stream == "closed":
        err.close()
    monkeypatch.setattr(sys, "stderr", err)
    asked = {"learning_rate": 0.001, "max_iter": 40, "tol": None, "callback": lambda s: time.sleep(0.02)}
    assert GDRegressor(progress=True, **asked).fit(X, Y).n_iter_ == 40
    if stream == "text":
        assert "/ 40" in err.getvalue() or "/40" in err.getvalue()


# ------------------------------------------------------------------ the gap, the verdict and the signs are true

SMOOTH = ["squared_error", "mse", "huber:delta=1", "poisson", "squared_epsilon_insensitive"]
CLASSES = ["log_loss", "squared_hinge", "modified_huber"]


class Halves:
    """F over columns of standard deviation 1, in halves above and below 0, so that sizes have a slope."""

    def __init__(self, loss, A, y, l2, l1, mass, offset):
        self.loss, self.A, self.y, self.offset = Problem(loss).loss, A, y.astype(float), offset
        self.l2, self.l1, self.mass = np.append(l2, 0.0), np.append(l1, 0.0), mass / mass.sum()

    def cost(self, w):
        w = w.astype(np.longdouble)  # rounding of ours would pass for a gap that is too small
        z = self.A.astype(np.longdouble) @ w[:-1] + w[-1] + self.offset
        size = 0.5 * self.l2 @ w**2 + self.l1 @ np.abs(w)
        return float(self.mass @ self.loss.value(z, self.y) + size)

    def halves(self, parts):
        w = parts[: len(parts) // 2] - parts[len(parts) // 2 :]
        z = self.A @ w[:-1] + w[-1] + self.offset
        slopes = self.mass * self.loss.slope(z, self.y)
        g = np.append(slopes @ self.A, slopes.sum()) + self.l2 * w
        return self.cost(w), np.concatenate((g + self.l1, self.l1 - g))

    def least(self, start, low, high):
        up, down = [(max(a, 0), max(b, 0)) for a, b in zip(low, high, strict=True)], list(zip(-high, -low, strict=True))
        bounds = up + [(max(a, 0), max(b, 0)) for a, b in down]
        return bounded(self.halves, np.concatenate((np.maximum(start, 0), np.maximum(-start, 0))), bounds).fun


@settings(max_examples=60, deadline=None)
@example(262143, "mse", 0.0)
@given(st.integers(0, 10**6), st.sampled_from(SMOOTH + CLASSES), st.sampled_from([0.0, 0.4, 1.0]))
def test_no_feasible_point_costs_less_than_the_gap_says(seed, loss, l1_ratio):
    """Random factors, signs, weights with zeros, offsets, held and copied columns, columns of scales 0.01 .. 100."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(3, 50)), int(rng.integers(1, 7))
    A = rng.standard_normal((n, d)) + 0.5 * rng.standard_normal(d)
    if d > 2 and rng.random() < 0.3:
        A[:, -1] = A[:, 0]
    z = A @ rng.standard_normal(d) + rng.standard_normal()
    y = z + rng.standard_normal(n)
    if loss == "poisson":
        y = rng.poisson(np.exp(np.clip(z, -3, 3))) + (np.arange(n) == 0)
    elif loss in CLASSES:
        y = (y > 3 * rng.standard_normal(n)).astype(int)
        y[:2] = 0, 1
    alpha, scale = float(rng.choice([1e-3, 0.1, 1.0])), 10.0 ** rng.uniform(-2, 2, d)
    factors = rng.choice([0.01, 1.0, 1.0, 2.5, 1e6], d)
    signs = rng.integers(-1, 2, d)
    mass = rng.uniform(0.5, 2, n) * (rng.random(n) > 0.2)
    mass[:2] = 1.0
    offset = 0.5 * rng.standard_normal(n) * (rng.random() < 0.3)
    held = int(rng.integers(d)) if rng.random() < 0.3 else None
    power = 1.0 if l1_ratio == 1.0 else 2.0 if l1_ratio == 0.0 else None
    if power is None:  # no scale goes with both parts
        scale = np.ones(d)
    kind = GDClassifier if loss in CLASSES else GDRegressor
    by_scale = factors * scale ** (power or 1.0)
    asked = {"alpha": alpha, "l1_ratio": l1_ratio, "penalty_factors": by_scale, "tol": 1e-9}
    asked |= {"signs": {j: "-" if s < 0 else "+" for j, s in enumerate(signs) if s}}
    asked |= {} if held is None else {"fixed": (held,)}
    table = sparse.csr_array(A * scale) if rng.random() < 0.3 else A * scale
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = kind(loss, **asked).fit(table, y, sample_weight=mass, offset=offset if offset.any() else None)
    raw = np.ravel(model.coef_)
    assert (raw * signs >= 0).all()
    assert (model.trajectory_.coef.reshape(-1, d) * signs >= 0).all()
    assert held is None or raw[held] == 0.0
    F = Halves(loss, A, y, alpha * (1 - l1_ratio) * factors, alpha * l1_ratio * factors, mass, offset)
    w = np.append(raw * scale, model.intercept_)
    low, high = (np.where(np.append(signs, 0) == s, 0.0, -s * np.inf) for s in (1, -1))
    if held is not None:
        low[held] = high[held] = 0.0
    cost, least = F.cost(w), min(F.least(w, low, high), F.least(np.zeros(d + 1), low, high))
    assert cost == near(float(model.trajectory_.cost[-1]), rel=1e-10)
    assert model.certificate_.kind == "duality gap"
    assert cost - model.certificate_.gap <= least + 1e-15 * abs(least)
    assert model.verdict_.status == "converged"
    assert cost - least <= 1e-9 * F.cost(np.zeros(d + 1)) + 1e-13


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", [0, 3])
def test_a_copy_that_is_nearly_one_beside_a_constant_column(seed, dtype):
    """Certified, though the cost was 5 % above its least: a constant column hid that the others have full rank."""
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, 60))
    near_a = a * (1 + 1e-8 * rng.standard_normal(60))
    X, y = np.column_stack((a, b, near_a, np.full(60, 3.0))).astype(dtype), a - 2 * b + rng.standard_normal(60)
    model, without = GDRegressor().fit(X, y), GDRegressor().fit(X[:, :3], y)
    assert model.verdict_.status == "converged"
    assert model.coef_[3] == 0.0
    assert model.coef_[:3] == pytest.approx(without.coef_, rel=1e-6)
    assert model.trajectory_.cost[-1] == pytest.approx(without.trajectory_.cost[-1], rel=1e-8)
    assert [note for note in model.verdict_.notes if "depend" in note] == []
