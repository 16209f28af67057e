"""The proximal maps of an L1 penalty, and descents that use them, against optimality conditions and obvious twins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import Method, Problem, descend, make_rows, until, updates
from steepest.core.errors import UsageError
from steepest.data.moments import make_moments
from steepest.methods.steps import Backtracking
from steepest.objective.objective import Objective
from steepest.objective.penalties import L1, L2, ElasticNet, NoPenalty, elastic, soften
from steepest.objective.prox import in_metric, smallest_subgradient


def metric(d, seed, kappa):
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    return (Q * np.geomspace(1, 1 / kappa, d)) @ Q.T, rng.standard_normal((d, 1))


def violation(u, v, B, strength):
    """How far -B (u - v) is from the subdifferential of strength . |u|, as a share of what is there."""
    slope = B @ (u - v)
    return (
        np.abs(smallest_subgradient(u, slope, strength)).max() / (np.abs(B) @ (np.abs(u) + np.abs(v)) + strength).max()
    )


@given(st.integers(1, 12), st.integers(0, 10_000), st.floats(1, 1e8), st.floats(-6, 1), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_the_proximal_map_in_a_metric_is_optimal(d, seed, kappa, size, bare):
    B, v = metric(d, seed, kappa)
    strength = np.full((d, 1), 10.0**size)
    strength[:bare] = 0.0
    u = in_metric(v, B, strength)
    assert violation(u, v, B, strength) < 1e-9
    again = in_metric(v, B, strength, start=np.ones((d, 1)))
    assert np.abs(B @ (u - again)).max() <= 1e-8 * np.abs(B @ v).max()


def test_in_the_plain_metric_it_is_the_soft_threshold():
    v, strength = np.array([[3.0], [-0.2], [-2.0], [0.7]]), np.array([[1.0], [1.0], [0.5], [0.0]])
    assert in_metric(v, np.eye(4), strength).ravel().tolist() == [2, 0, -1.5, 0.7]
    assert soften(v, strength).ravel().tolist() == [2, 0, -1.5, 0.7]


def test_a_heavy_penalty_leaves_nothing_but_what_it_spares():
    B, v = metric(5, 1, 100.0)
    strength = np.array([[9.0]] * 4 + [[0.0]])
    u = in_metric(v, B, strength)
    assert (u[:4] == 0).all()
    assert u[4, 0] == pytest.approx(float((B @ v)[4, 0] / B[4, 4]))


@pytest.fixture
def table():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((200, 6)) * [1, 1, 1.5, 1, 1, 0.7]
    X[:, 4] = X[:, 3] + 0.3 * X[:, 4]
    return make_rows(X, (X @ [1, 0, 0.2, 1, 0, 0] + rng.standard_normal(200) > 0).astype(float))


@pytest.mark.parametrize("loss", ["log_loss", "squared_error", "mse"])
@pytest.mark.parametrize("penalty", [L1(0.03), ElasticNet(0.05, 0.7), L1(1e-4), L1(5.0)])
@pytest.mark.parametrize("rule", ["newton", "whitened", "spectral", "plain"])
def test_every_rule_that_takes_l1_ends_at_the_users_optimum(table, loss, penalty, rule):
    problem = Problem(loss, penalty)
    rate = 0.15 / problem.loss.curvature if rule == "plain" else Backtracking()
    steps = {"plain": 3000, "spectral": 300}.get(rule, 40)
    *_, last = until(descend(problem, Method(rule, rate), table), updates(steps))
    assert last.gradient_norm < 1e-7
    slope = Objective(problem, table)(last.w)[1][:-1, 0]
    w = last.w[:-1, 0]
    assert np.abs(slope + penalty.l1 * np.sign(w))[w != 0].max(initial=0.0) < 1e-7
    assert (np.abs(slope[w == 0]) <= penalty.l1 + 1e-12).all()
    if penalty.l1 == 5.0:
        assert (w == 0).all()


def test_moments_reach_the_lasso_in_one_step(table):
    problem = Problem("squared_error", L1(0.05))
    moments = make_moments(table)
    states = list(until(descend(problem, Method("whitened", 1.0), moments), updates(2)))
    assert states[1].gradient_norm < 1e-12
    assert states[1].cost == pytest.approx(states[2].cost, rel=1e-14)


def test_rules_that_would_end_elsewhere_are_refused(table):
    for method in (Method("momentum"), Method("accelerated"), Method("secant"), Method("plain", batch_size=8)):
        with pytest.raises(UsageError, match="an L1 penalty needs all rows in every step and a rule that is one of"):
            descend(Problem("mse", L1(0.1)), method, table)


def test_penalties_by_strength_and_share():
    assert [elastic(0.0, 0.5), elastic(2.0), elastic(2, 1.0), elastic(2, 0.25)] == [
        NoPenalty(),
        L2(2.0),
        L1(2.0),
        ElasticNet(2.0, 0.25),
    ]
    w = np.array([-2.0, 0.0, 3.0])
    for penalty in (NoPenalty(), L1(0.5), L2(0.5), ElasticNet(0.5, 0.3)):
        assert np.allclose(penalty.value(w), penalty.l2 / 2 * w * w + penalty.l1 * np.abs(w), rtol=1e-15)
        assert np.allclose(penalty.slope(w), penalty.l2 * w, rtol=1e-15)


@pytest.mark.parametrize(("alpha", "share"), [(-1.0, 0.0), (float("nan"), 0.5), (1.0, 1.5), (1.0, -0.1), (0.0, 2.0)])
def test_senseless_strengths_are_refused(alpha, share):
    with pytest.raises(UsageError, match=r"alpha, the weight|l1_ratio must be"):
        Problem("mse", elastic(alpha, share))
