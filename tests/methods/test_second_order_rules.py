"""Rules that measure in a metric, the line search beside them, and descents by them, against obvious twins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from conftest import linear_table, logistic_table

from steepest import Method, Problem, descend, make_moments, make_rows, until, updates
from steepest.core.errors import UsageError
from steepest.methods.rules import Newton, Secant, Spectral, Whitened
from steepest.methods.steps import Backtracking
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2
from steepest.optimality.curvature import hessian
from steepest.optimality.definite import definite, definite_hessian, positive_diagonal

near = pytest.approx


def quadratic(d, seed):
    """A positive definite matrix with condition number 100, and steps with the changes they make of the gradient."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    A = (Q * np.geomspace(1, 100, d)) @ Q.T
    steps = rng.standard_normal((6, d, 1))
    return A, steps, A @ steps


def test_whitened_satisfies_the_secant_equation_and_finds_the_curvature():
    A, steps, changes = quadratic(4, 0)
    B, rule = np.eye(4), Whitened()
    for s, y in zip(steps, changes, strict=True):
        rule.learn(s, y, B)
        np.testing.assert_allclose(B @ s, y, rtol=1e-9)
        assert np.linalg.eigvalsh(B).min() > 0
    exact = A.copy()
    rule.learn(steps[0], changes[0], exact)
    np.testing.assert_allclose(exact, A, rtol=1e-12)


def test_whitened_learns_nothing_from_a_change_that_is_no_curvature():
    B = np.eye(3)
    Whitened().learn(np.ones((3, 1)), -np.ones((3, 1)), B)
    Whitened().learn(np.zeros((3, 1)), np.zeros((3, 1)), B)
    assert (np.eye(3) == B).all()


@pytest.mark.parametrize("pairs", [1, 3, 10])
def test_secant_is_the_inverse_bfgs_update_written_out(pairs):
    _, steps, changes = quadratic(5, 1)
    rule, D = Secant(pairs), np.linspace(1, 3, 5)[:, None]
    memory = np.zeros((rule.slots, 5, 1))
    memory[0] = D
    for s, y in zip(steps, changes, strict=True):
        rule.learn(s, y, memory)
    s, y = steps[-1], changes[-1]
    H = np.diag(1 / D[:, 0]) * float((s * y).sum() / (y * y / D).sum())
    for s, y in list(zip(steps, changes, strict=True))[-pairs:]:
        V = np.eye(5) - y @ s.T / (y.T @ s)
        H = V.T @ H @ V + s @ s.T / (y.T @ s)
    g = np.arange(1.0, 6.0)[:, None]
    np.testing.assert_allclose(rule.direction(g, memory, 9), H @ g, rtol=1e-9)


def test_spectral_is_barzilai_and_borweins_step():
    _, steps, changes = quadratic(3, 2)
    rule, memory = Spectral(), np.zeros((2, 3, 1))
    memory[0] = [[1.0], [2.0], [4.0]]
    g = np.ones((3, 1))
    np.testing.assert_allclose(rule.direction(g, memory, 1), g / memory[0])
    s, y = steps[0], changes[0]
    rule.learn(s, y, memory)
    sigma = float((s * y).sum() / (s * memory[0] * s).sum())
    np.testing.assert_allclose(rule.direction(g, memory, 2), g / (sigma * memory[0]))


def test_newton_converges_quadratically_and_newton_on_squares_in_one_step():
    X, y = logistic_table(0)
    states = list(
        until(descend(Problem("log_loss", L2(0.01)), Method(Newton(), Backtracking()), make_rows(X, y)), updates(8))
    )
    norms = [s.gradient_norm for s in states]
    late = [n for n in norms if 1e-12 < n < 1e-2]
    assert norms[-1] < 1e-13
    assert all(b < 20 * a**1.7 for a, b in pairwise(late))
    X, y = linear_table(0)
    *_, last = until(descend(Problem(), Method(Newton(), Backtracking()), make_rows(X, y)), updates(1))
    np.testing.assert_allclose(last.w.ravel(), np.linalg.lstsq(np.c_[X, np.ones(len(y))], y, rcond=None)[0], rtol=1e-8)


@pytest.mark.parametrize("rule", ["newton", "whitened", "secant", "spectral"])
def test_held_coordinates_stay_and_a_run_goes_on_where_it_stood(rule):
    X, y = logistic_table(1, d=3)
    problem, method = Problem("log_loss", fixed=(1,)), Method(rule, Backtracking())
    start = [0.1, 0.7, -0.2, 0.3]
    states = list(until(descend(problem, method, make_rows(X, y), start=start), updates(9)))
    assert all(s.w[1, 0] == 0.7 for s in states)
    assert all(b.cost <= a.cost + 1e-14 for a, b in pairwise(states))
    again = list(until(descend(problem, method, make_rows(X, y), start=states[4]), updates(9)))
    assert [s.w.tolist() for s in again] == [s.w.tolist() for s in states[4:]]


def test_metrics_are_hessians_made_safe():
    X, y = logistic_table(2, d=3)
    rows, problem = make_rows(X, y), Problem("log_loss", L2(0.1), fixed=(0,))
    w = np.full((4, 1), 0.1)
    H, M = hessian(Objective(problem, rows), w), definite_hessian(Objective(problem, rows), w)
    np.testing.assert_allclose(M[1:, 1:], H[1:, 1:], rtol=1e-12)
    assert M[0].tolist() == [1.0, 0.0, 0.0, 0.0]
    np.testing.assert_allclose(positive_diagonal(Objective(problem, rows), w)[1:, 0], np.diag(H)[1:], rtol=1e-12)
    squares = Problem("mse")
    by_moments = positive_diagonal(Objective(squares, make_moments(rows)), w)
    np.testing.assert_allclose(by_moments, positive_diagonal(Objective(squares, rows), w), rtol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_flat_directions_are_given_the_curvature_of_a_column(scale):
    x = np.random.default_rng(0).standard_normal((50, 2))
    A = np.column_stack((x, x[:, 0] * scale, np.zeros(50)))
    H = A.T @ A / 50
    M = definite(H, np.ones(4, bool))
    assert np.linalg.cholesky(M).shape == (4, 4)
    along = np.array([1.0, 0.3, 1 / scale, 0.0])
    np.testing.assert_allclose(M @ along, H @ along, rtol=1e-6, atol=1e-9 * np.abs(H @ along).max())


def test_backtracking_takes_a_share_that_falls_enough():
    seen = []

    def probe(share):  # log(cosh) from far away: the whole Newton step overshoots wildly
        seen.append(share)
        x = 3.0 - 40.0 * share
        return float(np.log(np.cosh(x))), float(np.tanh(x) * -40.0)

    cost, fall = float(np.log(np.cosh(3.0))), float(np.tanh(3.0) * 40.0)
    share = Backtracking().seek(probe, cost, fall)
    assert share == seen[-1] < 1
    assert probe(share)[0] <= cost - 1e-4 * share * fall
    assert all(0.1 * a - 1e-15 <= b <= 0.5 * a for a, b in pairwise(seen[:-1]))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_backtracking_retreats_from_what_is_no_number_and_gives_up_where_nothing_falls(bad):
    calls = []

    def probe(share):
        calls.append(share)
        return (bad, bad) if share > 0.3 else (0.0, -1.0)

    assert 0 < Backtracking().seek(probe, 1.0, 2.0) <= 0.3
    assert Backtracking().seek(lambda share: (2.0, 5.0), 1.0, 2.0) == 0.0


def test_what_looks_at_all_rows_refuses_batches():
    for rule, rate in (("newton", 1.0), ("whitened", 1.0), ("secant", 1.0), ("plain", Backtracking())):
        with pytest.raises(UsageError, match="needs all rows in every step"):
            Method(rule, rate, batch_size=4)
    for rate in (Backtracking(shrink=0.05), Backtracking(slope=0.6), Backtracking(eta=0.0)):
        with pytest.raises(UsageError):
            Method("newton", rate)
    with pytest.raises(UsageError, match="whole number of pairs"):
        Method(Secant(0), Backtracking())
