"""Averages: the answer is a mean of points; the path itself, and what is recorded of it, stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import GDRegressor, Method, Problem, descend, epochs, gradient_below, make_rows, record, until, updates
from steepest.core.errors import UsageError
from steepest.core.record_kinds import rule
from steepest.kernels.compiler import numba
from steepest.methods.averages import LastPoint, PolyakRuppert, Weighted
from steepest.methods.steps import Backtracking
from steepest.objective.objective import Objective

COMPILED = not numba.config.DISABLE_JIT
RNG = np.random.default_rng(0)
X = RNG.standard_normal((120, 3))
ROWS = make_rows(X, X @ [1.0, -2.0, 0.5] + 3.0 + RNG.standard_normal(120))
BEST = np.linalg.lstsq(np.column_stack((X, np.ones(120))), ROWS.y, rcond=None)[0]


def points(average, batch_size, count, compiled=False, rule="plain", **settings):
    method = Method(rule, 0.05, batch_size, average=average)
    states = descend(Problem(), method, ROWS, seed=1, compiled=compiled, **settings)
    return np.array([s.w for s in until(states, updates(count))])


@pytest.mark.parametrize("batch_size", [None, 1, 16])
@pytest.mark.parametrize("compiled", [False, COMPILED])
def test_the_mean_is_that_of_the_points(batch_size, compiled):
    path = points(LastPoint(), batch_size, 60, compiled)
    mean = points(PolyakRuppert(begin=20), batch_size, 60, compiled)
    np.testing.assert_allclose(mean[:21], path[:21], rtol=1e-12)
    for t in (21, 22, 45, 60):
        np.testing.assert_allclose(mean[t], path[21 : t + 1].mean(0), rtol=1e-12)


@pytest.mark.parametrize("power", [0.0, 1.0, 3.0])
def test_weights_grow_like_a_power_of_t(power):
    path, mean = points(LastPoint(), 1, 400), points(Weighted(power), 1, 400)
    t = np.arange(1, 401.0)
    weights = np.ones(400)
    for k in range(1, int(power) + 1):
        weights *= t + k - 1  # t (t + 1) ... (t + power - 1)
    np.testing.assert_allclose(mean[-1], np.tensordot(weights / weights.sum(), path[1:], 1), rtol=1e-10)


def test_the_mean_settles_where_the_last_point_jumps_about():
    """Constant rate, one row a step: the mean is ten times nearer to the optimum than the points are."""
    path, mean = points(LastPoint(), 1, 6000), points(PolyakRuppert(begin=600), 1, 6000)
    jumps = np.linalg.norm(path[3000:] - BEST, axis=1).mean()
    assert np.linalg.norm(mean[-1] - BEST) < 0.1 * jumps


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("compiled", [False, COMPILED])
def test_what_is_recorded_changes_no_bit_and_a_run_goes_on(batch_size, compiled):
    whole = points(Weighted(), batch_size, 90, compiled, rule="momentum")
    method = Method("momentum", 0.05, batch_size, average=Weighted())
    states = descend(Problem(), method, ROWS, seed=1, compiled=compiled)
    sparse = record(until(states, updates(90)), keep=13)
    assert np.array_equal(sparse.coef, whole[sparse.step][:, :-1, 0])
    middle = next(s for s in states if s.t == 37)
    rest = until(descend(Problem(), method, ROWS, start=middle), updates(90))
    assert np.array_equal([s.w for s in rest], whole[37:])


@pytest.mark.parametrize("batch_size", [None, 10])
def test_cost_and_gradient_are_those_of_the_mean(batch_size):
    states = descend(Problem(), Method("plain", 0.05, batch_size, average=Weighted()), ROWS, seed=1)
    path = record(until(states, updates(40), gradient_below(1e-12)))
    objective = Objective(Problem(), ROWS)
    for step, cost, norm in zip(path.cost_step, path.cost, path.gradient_norm, strict=True):
        at = np.append(path.coef[step], path.intercept[step])[:, None]
        assert cost == pytest.approx(objective(at)[0], rel=1e-12)
        assert norm == pytest.approx(np.linalg.norm(objective(at)[1]), rel=1e-9, abs=1e-14)


def test_estimators_average_batches_at_the_rate_auto():
    settings = {"batch_size": 1, "max_iter": 20, "random_state": 3, "tol": None}
    auto, last = (GDRegressor(average=a, **settings).fit(X, ROWS.y.ravel()) for a in ("auto", False))
    assert auto.trajectory_.meta["average"] == "weighted:power=3.0"
    assert last.trajectory_.meta["average"] == "last_point"
    assert auto.trajectory_.cost[-1] < last.trajectory_.cost[-1]
    mean = GDRegressor(average=True, learning_rate=0.01, **settings).fit(X, ROWS.y.ravel())
    assert mean.trajectory_.meta["average"] == "polyak_ruppert:begin=0"
    assert (
        GDRegressor(learning_rate=0.01, **settings).fit(X, ROWS.y.ravel()).trajectory_.meta["average"] == "last_point"
    )


@pytest.mark.parametrize("batch_size", [None, 1, 16])
def test_a_rule_that_makes_its_own_mean_is_given_no_second_one(batch_size):
    """Schedule-free with everything else left to the package was refused for batches."""
    model = GDRegressor(rule="schedule_free", batch_size=batch_size, max_iter=30, tol=None).fit(X, ROWS.y[:, 0])
    assert model.trajectory_.meta["average"] == "last_point"
    least = 0.5 * np.mean((ROWS.y - np.column_stack((X, np.ones(120))) @ BEST) ** 2)
    assert model.trajectory_.cost[-1] - least < 0.02 * (model.trajectory_.cost[0] - least)


@rule(slots=1)
class Elsewhere:
    """No rule: it stands for one whose answer is not the point that moves."""

    def direction(self, g, memory, t):
        return g

    def answer(self, at, memory):
        return at


@pytest.mark.parametrize(
    "settings",
    [
        {"rule": "newton", "learning_rate": 1.0},
        {"learning_rate": Backtracking()},
        {"rule": Elsewhere(), "learning_rate": 1.0},
        {"average": "nonsense"},
        {"average": Weighted(-1.0)},
    ],
)
def test_what_does_not_go_together_is_refused(settings):
    with pytest.raises(UsageError):
        Method(**{"average": PolyakRuppert(), **settings})


def test_an_average_stops_by_epochs_too():
    path = record(until(descend(Problem(), Method("plain", 0.05, 7, average="weighted"), ROWS), epochs(2)))
    assert path.step[-1] == 2 * 18
