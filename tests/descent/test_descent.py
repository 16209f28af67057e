"""The loop: contraction, resuming bit for bit, recording without influence, stops, sampling, held coordinates."""

from __future__ import annotations

import math
import time
from typing import Any, NamedTuple

import numpy as np
import pytest
from conftest import COMPILED, LABELS8, X8, Y8, linear_table, logistic_table, needs_compiler
from short_fit import fit

from steepest import (
    Method,
    Problem,
    cost_change_below,
    descend,
    epochs,
    gradient_below,
    make_moments,
    make_rows,
    record,
    until,
    updates,
    wall_time,
)
from steepest.core import record_kinds as records
from steepest.core.errors import UsageError
from steepest.core.units import Units
from steepest.descent import recording
from steepest.methods.rules import Accelerated, Momentum, Plain
from steepest.methods.sampling import SAMPLINGS, fill_order
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2

near = pytest.approx
RULES = ["plain", "momentum", "nesterov", "accelerated"]
MODES = [pytest.param(False, id="interpreted"), pytest.param(True, id="compiled", marks=needs_compiler)]
ROWS = make_rows(X8, Y8)


def points(states):
    """(T + 1, d + 1) parameters, start first."""
    return np.array([s.w.ravel() for s in states])


def walk(problem, method, data, count, **settings):
    return until(descend(problem, method, data, **settings), updates(count))


# ------------------------------------------------------------------ how fast


@pytest.mark.parametrize("eta", [0.3, 1.0, 1.7])
def test_error_along_each_eigenvector_shrinks_by_its_factor(eta):
    X, y = linear_table(3, noise=1.0)
    moments = make_moments(make_rows(X, y))
    values, vectors = np.linalg.eigh(moments.hessian)
    w = points(walk(Problem(), Method(learning_rate=eta / values[-1]), moments, 12))
    along = (w - moments.minimiser.ravel()) @ vectors
    np.testing.assert_allclose(along[1:], along[:-1] * (1 - eta * values / values[-1]), atol=1e-12 * abs(along).max())


def test_accelerated_descent_has_the_rate_of_the_root_of_kappa():
    d, kappa = 30, 1e4
    X = np.vstack((np.diag(np.sqrt(np.geomspace(1, kappa, d))), np.zeros((1, d)))) * math.sqrt(d + 1)
    rows = make_rows(X, X @ np.ones(d))
    gaps = {
        rule: record(walk(Problem(intercept=False), Method(rule, 1 / kappa), rows, 2000)).cost
        for rule in ("plain", "accelerated")
    }
    assert gaps["plain"][2000] > 0.3 * (1 - 1 / kappa) ** 4000  # the slowest direction is still there
    assert gaps["accelerated"][2000] < 20 * gaps["accelerated"][0] * (1 - 1 / math.sqrt(kappa)) ** 2000
    assert gaps["accelerated"][2000] < 1e-7 * gaps["plain"][2000]


# ------------------------------------------------------------------ going on from a state


@pytest.mark.parametrize("compiled", MODES)
@pytest.mark.parametrize("batch_size", [None, 1, 3])
@pytest.mark.parametrize("rule", RULES)
def test_resuming_from_any_state_is_bit_for_bit(rule, batch_size, compiled):
    method = Method(rule, 0.004, batch_size)
    for data in [ROWS] if batch_size else [ROWS, make_moments(ROWS)]:
        whole = list(walk(Problem(), method, data, 20, seed=5, compiled=compiled))
        for state in whole[::3]:  # ends and middles of epochs
            rest = list(walk(Problem(), method, data, 20, start=state))
            assert [s.t for s in rest] == list(range(state.t, 21))
            assert (points(rest) == points(whole[state.t :])).all()
        half = list(walk(Problem(), method, data, 13, start=whole[7]))[-1]  # a state of a resumed run
        assert (points(walk(Problem(), method, data, 20, start=half)) == points(whole[13:])).all()


@pytest.mark.parametrize("compiled", MODES)
@pytest.mark.parametrize("batch_size", [None, 3])
def test_same_bits_whatever_is_recorded(monkeypatch, batch_size, compiled):
    monkeypatch.setattr(recording, "RECORD_NUMBERS", 600)  # so that "auto" has to thin out
    states = walk(Problem(), Method("momentum", 0.004, batch_size), ROWS, 1000, seed=3, compiled=compiled)
    every = record(states, keep=True)
    assert every.step.tolist() == list(range(1001))
    for keep in (7, "auto", False):
        path, again = record(states, keep=keep), record(states, keep=keep)
        assert path.step.tolist() == again.step.tolist()
        assert path.step[[0, -1]].tolist() == [0, 1000]
        assert len(path) < 400
        assert (path.coef == every.coef[path.step]).all()
        assert (path.intercept == every.intercept[path.step]).all()
        assert (path.cost == every.cost[np.searchsorted(every.cost_step, path.cost_step)]).all() or batch_size
    assert record(states, keep=7).step.tolist() == [*range(0, 1001, 7), 1000]


def test_a_seed_names_the_order_of_rows():
    runs = [points(walk(Problem(), Method("plain", 0.001, 1), ROWS, 30, seed=seed)) for seed in (1, 1, 2)]
    assert (runs[0] == runs[1]).all()
    assert (runs[0] != runs[2]).any()


def test_a_descent_can_be_walked_again():
    states = walk(Problem(), Method("nesterov", 0.01, 2), ROWS, 50)
    assert (points(states) == points(states)).all()


def test_a_start_that_does_not_fit_is_refused():
    for start in ([1.0], [1.0, 2.0, 3.0], [math.nan, 0.0]):
        with pytest.raises(UsageError, match="start must be 2 finite numbers"):
            descend(Problem(), Method(), ROWS, start=start)
    with pytest.raises(UsageError, match="needs rows"):
        descend(Problem(), Method(batch_size=1), make_moments(ROWS))


def test_the_start_is_not_written_to():
    start = np.array([1.0, 2.0])
    list(walk(Problem(), Method("plain", 0.01, 1), ROWS, 20, start=start, compiled=COMPILED))
    assert start.tolist() == [1.0, 2.0]


@needs_compiler
def test_compiled_steps_do_not_write_into_the_states_handed_out():
    states = walk(Problem(), Method("momentum", 0.004, 1), ROWS, 40, compiled=True)
    seen = [(s, s.w.copy()) for s in states]
    assert all((s.w == w).all() for s, w in seen)
    assert (states.start.at == 0).all()
    assert (states.start.memory == 0).all()


# ------------------------------------------------------------------ stops


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize(
    ("stop", "holds"),
    [
        (updates(123), lambda s: s.t >= 123),
        (epochs(7), lambda s: s.epoch >= 7),
        (epochs(7.5), lambda s: s.epoch >= 7.5),
        (gradient_below(0.5), lambda s: s.gradient_norm <= 0.5),
        (cost_change_below(0.5), lambda s: abs(s.change) <= 0.5),
        (lambda s: s.w[0, 0] > 0.9, lambda s: s.w[0, 0] > 0.9),
    ],
    ids=["updates", "epochs", "part of an epoch", "gradient", "cost change", "predicate"],
)
def test_a_stop_ends_at_the_first_state_where_it_holds(stop, holds, batch_size):
    states = list(until(descend(Problem(), Method("plain", 0.01, batch_size), ROWS), stop, updates(5000)))
    assert holds(states[-1])
    assert not any(holds(s) for s in states[:-1])
    assert states[-1].t < 5000


@pytest.mark.parametrize("batch_size", [None, 3])
def test_wall_time(batch_size):
    began = time.perf_counter()
    path = record(until(descend(Problem(), Method("plain", 0.001, batch_size), ROWS), wall_time(0.2)), keep=100)
    assert 0.2 <= path.seconds[-1] <= time.perf_counter() - began
    assert path.meta["end"] == "0.2 seconds"


def test_the_earliest_stop_counts_and_is_named():
    path = record(until(descend(Problem(), Method(), ROWS), updates(9), epochs(5)))
    assert (path.step[-1], path.meta["end"]) == (5, "5 epochs")
    path = record(until(until(descend(Problem(), Method(), ROWS), updates(4)), epochs(5)))
    assert (path.step[-1], path.meta["end"]) == (4, "4 updates")


def test_a_stop_that_holds_at_the_start():
    assert [s.t for s in until(descend(Problem(), Method(), ROWS), updates(0))] == [0]
    assert [s.t for s in until(descend(Problem(), Method(), ROWS), gradient_below(1e9))] == [0]


def test_until_takes_any_iterable_of_states():
    states = list(walk(Problem(), Method(), ROWS, 50))
    assert [s.t for s in until(iter(states), updates(3))] == [0, 1, 2, 3]
    assert list(until((s for s in states), lambda s: s.cost < 2))[-1].t < 50
    assert [s.t for s in until(states, gradient_below(0))] == list(range(51))


# ------------------------------------------------------------------ sampled steps


def sampled_twin(problem, method, X, y, count, *, weight, offset, seed):
    """The obvious loop: one batch after the other of each epoch's order, the mean over its own rows."""
    n, d = X.shape
    weight = np.ones(n) if weight is None else weight * n / weight.sum()
    offset = np.zeros(n) if offset is None else offset
    w, memory, path = np.zeros((d + 1, 1)), np.zeros((method.rule.slots, d + 1, 1)), []
    batches = (
        order[low : low + method.batch_size]
        for epoch in range(count)
        for order in [order_of(n, seed, epoch, method.sampling)]
        for low in range(0, n, method.batch_size)
    )
    for t, rows in zip(range(1, count + 1), batches, strict=False):
        z = X[rows] @ w[:-1, 0] + w[-1, 0] + offset[rows]
        slope = weight[rows] * problem.loss.slope(z, y[rows]) / len(rows)
        g = np.append(X[rows].T @ slope, slope.sum())[:, None]
        g[:-1] += problem.penalty.slope(w[:-1])
        w = w - method.learning_rate.rate(t) * method.rule.direction(g, memory, t)
        path.append(w.ravel())
    return np.array(path)


def order_of(n, seed, epoch, sampling):
    order = np.empty(n, np.int64)
    fill_order(order, seed, epoch, SAMPLINGS.index(sampling))
    return order


@pytest.mark.parametrize(
    ("rule", "batch_size", "sampling", "loss", "weighted", "compiled"),
    [
        ("plain", 1, "replacement", "mse", False, False),
        ("momentum", 7, "shuffle", "log_loss", True, False),
        ("nesterov", 20, "sequential", "log_loss", False, False),
        ("accelerated", 60, "shuffle", "mse", True, False),
        pytest.param("plain", 1, "replacement", "mse", False, True, marks=needs_compiler),
        pytest.param("momentum", 7, "shuffle", "log_loss", True, True, marks=needs_compiler),
    ],
)
def test_sampled_steps_follow_the_obvious_loop(rule, batch_size, sampling, loss, weighted, compiled):
    X, y = (logistic_table if loss == "log_loss" else linear_table)(4, 60, 3)
    X = X / abs(X).max(0)
    rng = np.random.default_rng(1)
    extra = {"weight": rng.uniform(0.2, 2, 60), "offset": rng.standard_normal(60)}
    extra = extra if weighted else {"weight": None, "offset": None}
    problem, method = Problem(loss, L2(0.1)), Method(rule, "inverse_scaling:eta=0.05,power=0.3", batch_size, sampling)
    twin = sampled_twin(problem, method, X, y, 130, seed=9, **extra)
    ours = points(walk(problem, method, make_rows(X, y, **extra), 130, seed=9, compiled=compiled))[1:]
    np.testing.assert_allclose(ours, twin, rtol=1e-12, atol=1e-12 * abs(twin).max())


@pytest.mark.parametrize("n", [1, 8, 5000])
def test_each_epoch_visits_every_row_once_unless_drawn_with_replacement(n):
    for epoch in range(3):
        assert sorted(order_of(n, 1, epoch, "shuffle")) == list(range(n))
        assert order_of(n, 1, epoch, "sequential").tolist() == list(range(n))
        drawn = order_of(n, 1, epoch, "replacement")
        assert drawn.min() >= 0
        assert drawn.max() < n
    if n == 5000:
        assert len(np.unique(drawn)) == near(n * (1 - 1 / math.e), rel=0.05)
        assert (order_of(n, 1, 0, "shuffle") != order_of(n, 1, 1, "shuffle")).mean() > 0.9


@pytest.mark.parametrize("sampling", ["shuffle", "replacement"])
def test_orders_are_uniform(sampling):
    """Each of eight rows stands at each of eight places equally often: chi-square over 64 cells."""
    orders = np.array([order_of(8, seed, epoch, sampling) for seed in range(40) for epoch in range(40)])
    counts = np.array([[(orders[:, place] == row).sum() for row in range(8)] for place in range(8)])
    assert ((counts - 200.0) ** 2 / 200).sum() < 110  # 0.999 quantile of 63 degrees of freedom


def test_a_batch_of_all_rows_is_batch_descent():
    whole = points(walk(Problem(), Method("momentum", 0.01), ROWS, 40))
    sampled = points(walk(Problem(), Method("momentum", 0.01, 8, "sequential"), ROWS, 40))
    np.testing.assert_allclose(sampled, whole, rtol=1e-12)


# ------------------------------------------------------------------ weights, offsets, held coordinates, scaling


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_weights_are_repeated_rows(loss):
    y = LABELS8 if loss == "log_loss" else Y8
    counts = np.array([1, 2, 0, 3, 1, 1, 2, 1])
    weighted = make_rows(X8, y, weight=counts)
    repeated = make_rows(np.repeat(X8, counts, 0), np.repeat(y, counts))
    method = Method("nesterov", 0.005)
    a, b = (record(walk(Problem(loss, L2(0.1)), method, rows, 50)) for rows in (weighted, repeated))
    np.testing.assert_allclose(a.coef, b.coef, rtol=1e-12)
    np.testing.assert_allclose(a.cost, b.cost, rtol=1e-12)
    if loss == "squared_error":
        np.testing.assert_allclose(make_moments(weighted).minimiser, make_moments(repeated).minimiser, rtol=1e-12)


def test_offsets_are_shifted_targets():
    offset = np.linspace(-1, 2, 8)
    known, shifted = make_rows(X8, Y8, offset=offset), make_rows(X8, Y8 - offset)
    for view in (lambda rows: rows, make_moments):
        a, b = (points(walk(Problem(), Method("plain", 0.01), view(rows), 50)) for rows in (known, shifted))
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("compiled", MODES)
@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("rule", ["plain", "nesterov"])
def test_held_coordinates_never_move(rule, batch_size, compiled):
    X, y = linear_table(2, 20)
    method, start = Method(rule, 1e-4, batch_size), [1.0, 2.0, 3.0, 4.0]
    problem = Problem(fixed=(1, "intercept"))
    w = points(walk(problem, method, make_rows(X, y), 30, start=start, compiled=compiled))
    assert (w[:, [1, 3]] == [2.0, 4.0]).all()
    assert (w[1:, [0, 2]] != [1.0, 3.0]).all()
    w = points(walk(Problem(intercept=False), method, make_rows(X, y), 30, compiled=compiled))
    assert (w[:, 3] == 0).all()


@pytest.mark.parametrize("data", ["rows", "moments"])
def test_scaling_never_changes_the_objective(data):
    X, y = linear_table(6, spread=2)
    raw = make_rows(X, y)
    units, problem = Units(X.mean(0), 1 / X.std(0)), Problem(penalty=L2(0.3))
    scaled = raw._replace(units=units) if data == "rows" else make_moments(raw).in_units(units)
    u = np.array([[1.0], [-2.0], [0.5], [3.0]])
    (cost, g), (direct, slope) = Objective(problem, scaled)(u), Objective(problem, raw)(units.raw(u))
    assert cost == near(direct, rel=1e-12)
    np.testing.assert_allclose(units.raw_gradient(g), slope, rtol=1e-9, atol=1e-12 * abs(slope).max())


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_the_penalised_optimum_is_the_same_on_raw_and_standardised_columns(loss):
    X, y = (logistic_table if loss == "log_loss" else linear_table)(6, 80, 2, spread=0.4)
    problem, tight = Problem(loss, L2(0.3)), {"tol": 1e-15, "max_iter": 100_000}
    scaled = fit(make_rows(X, y), problem, standardize=True, **tight)
    raw = fit(make_rows(X, y), problem, standardize=False, **tight)
    assert scaled.trajectory.meta["standardized"]
    assert not raw.trajectory.meta["standardized"]
    np.testing.assert_allclose(scaled.coef, raw.coef, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(scaled.intercept, raw.intercept, rtol=1e-5)


# ------------------------------------------------------------------ interpreted and compiled, records of one's own


@records.loss(curvature=1.0, formula="mean pseudo-Huber")
class PseudoHuber(NamedTuple):
    """A loss of the reader's own: width^2 (sqrt(1 + ((z - y) / width)^2) - 1)."""

    width: float = 1.0

    def value(self, z: Any, y: Any) -> Any:
        return self.width**2 * (np.sqrt(1.0 + ((z - y) / self.width) ** 2) - 1.0)

    def slope(self, z: Any, y: Any) -> Any:
        return (z - y) / np.sqrt(1.0 + ((z - y) / self.width) ** 2)

    def second_derivative(self, z: Any, y: Any) -> Any:
        return (1.0 + ((z - y) / self.width) ** 2) ** -1.5


@records.rule(slots=1)
class Clipped(NamedTuple):
    """A rule of the reader's own, coordinate by coordinate: a running mean of gradients cut at a bound."""

    bound: float = 1.0

    def direction(self, g: Any, memory: Any, t: int) -> Any:
        memory[0] = memory[0] + (g - memory[0]) / t
        return np.where(np.abs(memory[0]) > self.bound, self.bound * np.sign(memory[0]), memory[0])


@records.rule(slots=0, elementwise=False)
class UnitLength(NamedTuple):
    """A rule of the reader's own that needs the whole gradient: its direction alone."""

    def direction(self, g: Any, memory: Any, t: int) -> Any:
        return g / (1e-9 + np.sqrt(np.sum(g * g)))


@records.step()
class Cosine(NamedTuple):
    """A schedule of the reader's own."""

    eta: float = 0.1
    period: int = 100

    def rate(self, t: int) -> float:
        return self.eta * 0.5 * (1.0 + math.cos(math.pi * (t % self.period) / self.period))


@pytest.mark.parametrize("compiled", MODES)
@pytest.mark.parametrize("batch_size", [None, 1, 3])
@pytest.mark.parametrize("rule", [Clipped(2.0), UnitLength()])
def test_records_of_ones_own_work_in_every_mode(rule, batch_size, compiled):
    problem, method = Problem(PseudoHuber(2.0), L2(0.01)), Method(rule, Cosine(0.05, 400), batch_size)
    states = walk(problem, method, ROWS, 399, compiled=compiled)
    path = record(states)
    assert path.cost[-1] < 0.2 * path.cost[0]
    assert path.meta["loss"] == f"{__name__}:PseudoHuber:width=2.0"
    if batch_size:
        interpreted = points(walk(problem, method, ROWS, 399, compiled=False))
        np.testing.assert_allclose(points(states), interpreted, rtol=1e-12, atol=1e-12)
        assert (points(walk(problem, method, ROWS, 399, start=list(states)[100])) == points(states)[100:]).all()


@records.rule(slots=0)
class Harmonic(NamedTuple):
    """A rule of the reader's own that looks at t."""

    def direction(self, g: Any, memory: Any, t: int) -> Any:
        return g / t


@pytest.mark.parametrize("compiled", MODES)
@pytest.mark.parametrize("batch_size", [None, 3])
def test_a_rule_is_told_t_counted_from_1(batch_size, compiled):
    schedule = points(walk(Problem(), Method("plain", "inverse_scaling:eta=0.02,power=1", batch_size), ROWS, 20))
    rule = points(walk(Problem(), Method(Harmonic(), 0.02, batch_size), ROWS, 20, compiled=compiled))
    np.testing.assert_allclose(rule, schedule, rtol=1e-12)


def test_a_loss_of_ones_own_is_fitted_and_certified():
    X, y = linear_table(8)
    run = fit(make_rows(X, y), Problem(PseudoHuber(0.5)))
    assert run.verdict.status == "converged"
    assert run.certificate.gradient_norm < 1e-4


@needs_compiler
def test_interpreted_and_compiled_steps_agree_on_shifted_and_scaled_columns():
    X, y = logistic_table(3, 50, 3)
    rows = make_rows(X, y)._replace(units=Units(X.mean(0), 1 / X.std(0)))
    problem, method = Problem("log_loss", L2(0.05), fixed=(0,)), Method("nesterov", 0.05, 4, "replacement")
    a, b = (points(walk(problem, method, rows, 200, compiled=mode)) for mode in (False, True))
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


# ------------------------------------------------------------------ overflow, interruption


@pytest.mark.parametrize("compiled", MODES)
@pytest.mark.parametrize("batch_size", [None, 1, 3])
@pytest.mark.parametrize("rule", ["plain", "nesterov"])
@pytest.mark.parametrize("eta", [1.0, 1e200])
def test_overflow_ends_at_the_last_finite_state(eta, rule, batch_size, compiled):
    states = descend(Problem(), Method(rule, eta, batch_size), ROWS, compiled=compiled)  # bounded by no stop
    path = record(states)
    assert path.meta["end"] == "overflow"
    assert np.isfinite(path.coef).all()
    assert np.isfinite(path.intercept).all()
    assert np.isfinite(path.cost).all()
    assert np.isfinite(path.gradient_norm).all()
    assert [s.t for s in states][-1] == path.step[-1] == len(path) - 1
    assert (path.step[-1] > 0) == (eta == 1.0)


def test_interruption_keeps_what_was_recorded():
    def progress(now):
        if now.done >= 30:
            raise KeyboardInterrupt

    path = record(until(descend(Problem(), Method(), ROWS), updates(10**9)), progress=progress)
    assert path.meta["interrupted"]
    assert path.meta["end"] == "interrupted"
    assert len(path) == path.step[-1] + 1 >= 30


def test_progress_is_told_how_far_it_is():
    told = []
    record(until(descend(Problem(), Method(batch_size=2), ROWS), epochs(50)), progress=told.append)
    assert [now.done for now in told] == sorted(now.done for now in told)
    assert told[-1].done == 50
    assert {now.total for now in told} == {50}


def test_rules_keep_no_memory_from_one_descent_to_the_next():
    method = Method(Momentum(0.9), 0.01)
    assert (points(walk(Problem(), method, ROWS, 5)) == points(walk(Problem(), method, ROWS, 5))).all()
    assert Plain() == Plain()
    assert Accelerated() != Plain()
