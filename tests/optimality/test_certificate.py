"""The certificate: how far the cost is from its least, against closed forms and long runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from conftest import LABELS8, X8, Y8, linear_table, logistic_table
from hypothesis import given, settings
from hypothesis import strategies as st
from short_fit import fit

from steepest import Problem, make_moments, make_rows
from steepest.core.record_kinds import loss
from steepest.core.units import Units
from steepest.objective.losses import LogLoss
from steepest.objective.objective import Coordinates, Objective
from steepest.objective.penalties import L1, L2, NoPenalty
from steepest.optimality.certificate import ROUNDING, certify
from steepest.optimality.null_model import constant_cost
from steepest.optimality.recession import recedes_completely
from steepest.optimality.recession_cone import cones

near = pytest.approx
quick = settings(max_examples=40, deadline=None, derandomize=True)
seeds = st.integers(0, 2**31)


def ridge(X, y, weight, alpha, intercept, curvature):
    """Least value of weighted mean curvature/2 (z - y)^2 + alpha/2 |w|^2, by one orthogonal factorisation."""
    share = np.sqrt(curvature * weight / weight.sum())[:, None]
    A = np.column_stack((X, np.ones(len(y)))) if intercept else X
    shrink = np.sqrt(alpha) * np.eye(X.shape[1], A.shape[1])
    A, b = np.vstack((share * A, shrink)), np.append(share[:, 0] * y, np.zeros(X.shape[1]))
    w = np.linalg.lstsq(A, b)[0]
    return 0.5 * np.sum((A @ w - b) ** 2)


@quick
@given(seed=seeds, alpha=st.sampled_from([0.0, 0.01, 3.0]), intercept=st.booleans(), loss=st.sampled_from([1, 2]))
def test_the_gap_of_a_squared_loss_is_exact(seed, alpha, intercept, loss):
    rng = np.random.default_rng(seed)
    d = int(rng.integers(1, 5))
    X, y = linear_table(seed, 30, d)
    weight = rng.uniform(0.1, 2, 30)
    rows = make_rows(X, y, weight=weight)
    problem = Problem(("squared_error", "mse")[loss - 1], L2(alpha) if alpha else NoPenalty(), intercept)
    least = ridge(X, y, weight, alpha, intercept, loss)
    w = rng.standard_normal((d + 1, 1)) * Coordinates(problem, d).free
    scaled = rows._replace(units=Units(None, 1 / np.sqrt((X**2).mean(0))))
    for data, at in ((rows, w), (make_moments(rows), w), (scaled, scaled.units.scaled(w))):
        certificate = certify(Objective(problem, data), at)
        cost, g = Objective(problem, data)(at)
        assert certificate.kind == ("duality gap" if alpha else "decrement")
        assert certificate.gap == near(cost - least, rel=1e-7, abs=1e-9 * cost)
        assert certificate.gradient_norm == near(np.linalg.norm(data.units.raw_gradient(g)), rel=1e-10)


@quick
@given(seed=seeds)
def test_the_gap_at_the_optimum_is_rounding_and_never_negative(seed):
    X, y = linear_table(seed, 25, 3)
    moments = make_moments(make_rows(X, y))
    gap = certify(Objective(Problem(), moments), moments.minimiser).gap
    assert 0 <= gap <= 100 * ROUNDING * (y**2).mean()


@quick
@given(seed=seeds, gain=st.floats(1e-10, 1e-5))
def test_the_decrement_of_log_loss_is_twice_the_true_gap_near_the_optimum(seed, gain):
    X, y = logistic_table(seed, 120, 2, mixed=0.5)
    problem = Problem("log_loss")
    rows = make_rows(X / X.std(0), y)
    best = fit(rows, problem, tol=1e-15, standardize=True)
    w, objective = np.append(best.coef[:, 0], best.intercept)[:, None], Objective(problem, rows)
    least = objective(w)[0]
    away = np.random.default_rng(seed).standard_normal((3, 1))
    away *= np.sqrt(gain / (objective(w + 1e-3 * away)[0] - least)) * 1e-3
    certificate, true = certify(Objective(problem, rows), w + away), objective(w + away)[0] - least
    assert certificate.kind == "decrement"
    assert certificate.gap / 2 == near(true, rel=0.01, abs=2e-14)


def test_held_coordinates_are_left_out():
    rows = make_rows(X8, Y8)
    w = np.array([[0.0], [2.6]])
    held = certify(Objective(Problem(fixed=("intercept",)), rows), w).gap
    assert held == near(13.398533333333333, rel=1e-12)  # 0.845333^2 37.5 / 2
    assert certify(Objective(Problem(), rows), w).gap > held
    assert certify(Objective(Problem(fixed=(0, "intercept")), rows), w).gap == near(0, abs=1e-12)


def test_without_a_matrix_of_all_columns_the_decrement_comes_from_products():
    X, y = linear_table(3, 200, 4)
    wide = make_rows(np.hstack((X, np.zeros((200, 1600)))), y)
    narrow, w = make_rows(X, y), np.zeros((1605, 1))
    w[:4, 0] = 1 / X.std(0)
    found, exact = certify(Objective(Problem(), wide), w), certify(Objective(Problem(), narrow), w[[0, 1, 2, 3, 1604]])
    assert found.kind == exact.kind == "decrement"
    assert exact.gap * (1 - 1e-9) <= found.gap <= 1.1 * exact.gap
    assert found.gradient_norm == near(exact.gradient_norm)


def test_nothing_is_stated_of_several_targets_without_a_matrix():
    wide = make_rows(np.eye(3, 1600), np.ones((3, 2)))
    assert certify(Objective(Problem(), wide), np.zeros((1601, 2))) == (
        None,
        "none",
        near(np.sqrt(2 + 2 / 3)),
        0.0,
        None,
    )


@loss(curvature=0.25, labels=True, formula="mean log loss")
class OwnLoss(NamedTuple):
    """A user's loss, which states no conjugate."""

    value, slope, second_derivative = LogLoss.value, LogLoss.slope, LogLoss.second_derivative


@pytest.mark.parametrize("penalty", [L2(0.01), L1(0.01)], ids=["l2", "l1"])
def test_a_loss_without_a_conjugate_is_certified_by_second_derivatives(penalty):
    X, y = logistic_table(2, 120, 2, mixed=0.5)
    rows, own, known = make_rows(X / X.std(0), y), Problem(OwnLoss(), penalty), Problem("log_loss", penalty)
    w = np.array([[0.7], [0.5], [0.1]])
    for _ in range(3000):
        g = Objective(known, rows)(w)[1] * 0.5
        w = w - g
        w[:2] = np.sign(w[:2]) * np.maximum(np.abs(w[:2]) - 0.5 * known.l1, 0)
    w += 1e-4
    found, proven = certify(Objective(own, rows), w), certify(Objective(known, rows), w)
    assert (found.kind, proven.kind) == ("decrement", "duality gap")
    assert found.gap / 2 == near(proven.gap, rel=0.02)


@pytest.mark.parametrize("slope", [-1e3, -1e5])
def test_a_point_where_every_row_is_saturated_and_wrong_was_certified_to_rounding(slope):
    """No curvature is left there, yet the gradient points on."""
    certificate = certify(Objective(Problem("log_loss"), make_rows(X8, LABELS8)), np.array([[slope], [0.0]]))
    assert certificate[:2] == (None, "none")


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e9])
def test_dependent_columns_and_large_targets_got_no_certificate(size):
    X, y = linear_table(1)
    X = np.column_stack((X, X[:, 0] - 2 * X[:, 1], np.full(len(y), 3.0)))
    assert fit(make_rows(X, size * y), Problem(), tol=0).verdict.status == "converged"


def test_dependent_columns_do_not_hurt():
    X, y = linear_table(1)
    X = np.column_stack((X, X[:, 0] - 2 * X[:, 1], np.full(len(y), 3.0)))
    rows = make_rows(X, y)
    least = ridge(X, y, np.ones(len(y)), 0, True, 1)
    w = np.ones((6, 1))
    assert certify(Objective(Problem(), rows), w).gap == near(Objective(Problem(), rows)(w)[0] - least, rel=1e-7)


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
@pytest.mark.parametrize("tol", [1e-2, 1e-5, 1e-8])
def test_tol_acts_on_the_certified_gap(loss, tol):
    X, y = (logistic_table if loss == "log_loss" else linear_table)(5, 200, 3)
    rows, problem = make_rows(X, y), Problem(loss)
    slow = {"rule": "plain", "learning_rate": 0.1, "standardize": True, "max_iter": 100_000}
    run, tighter = fit(rows, problem, tol=tol, **slow), fit(rows, problem, tol=tol / 1000, **slow)
    best = fit(rows, problem, tol=1e-15).trajectory.cost[-1]
    assert run.verdict.status == "converged"
    assert run.certificate.gap <= tol * constant_cost(problem, rows)
    assert run.trajectory.cost[-1] - best <= 1.05 * tol * constant_cost(problem, rows)
    assert tighter.trajectory.step[-1] > run.trajectory.step[-1]


def test_tol_0_goes_to_rounding_and_tol_none_to_the_limit():
    X, y = linear_table(5)
    run = fit(make_rows(X, y), Problem(), tol=0)
    assert run.verdict.status == "converged"
    assert run.certificate.gap <= 4 * ROUNDING * run.trajectory.cost[-1]
    run = fit(make_rows(X, y), Problem(), tol=None, max_iter=77)
    assert run.trajectory.step[-1] == 77


def test_the_constant_model():
    weight = np.array([1.0, 2, 1, 1, 3, 1, 1, 1])
    mean = np.average(Y8, weights=weight)
    rows = make_rows(X8, Y8, weight=weight)
    assert constant_cost(Problem("mse"), rows) == near(np.average((Y8 - mean) ** 2, weights=weight))
    assert constant_cost(Problem("mse", intercept=False), rows) == near(np.average(Y8**2, weights=weight))
    share = 5 / 8
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    assert constant_cost(Problem("log_loss"), make_rows(X8, LABELS8)) == near(entropy)


def separating(problem, rows, w):
    return any(recedes_completely(cone, w) for cone in cones(problem, rows).values())


@pytest.mark.parametrize(
    ("problem", "w", "proof"),
    [
        (Problem("log_loss"), [1.0, -4.5], True),
        (Problem("log_loss"), [1.0, -5.0], False),  # the margin of x = 5 is 0
        (Problem("log_loss"), [-1.0, 4.5], False),
        (Problem("log_loss", L2(1e-9)), [1.0, -4.5], False),
        (Problem("log_loss", fixed=("intercept",)), [1.0, -4.5], False),  # the slope alone cannot grow without end
        (Problem("log_loss", intercept=False), [1.0, 0.0], False),
        (Problem(), [1.0, -4.5], False),
    ],
)
def test_what_proves_that_classes_are_separated(problem, w, proof):
    assert separating(problem, make_rows(X8, LABELS8), np.array(w)[:, None]) is proof


def test_rows_without_weight_and_offsets_do_not_count_for_separation():
    x, y = np.append(X8, [[7.5]], 0), np.append(LABELS8, 0.0)
    w = np.array([[1.0], [-4.5]])
    assert not separating(Problem("log_loss"), make_rows(x, y), w)
    assert separating(Problem("log_loss"), make_rows(x, y, weight=np.append(np.ones(8), 0.0)), w)
    assert separating(Problem("log_loss"), make_rows(X8, LABELS8, offset=np.full(8, 100.0)), w)
