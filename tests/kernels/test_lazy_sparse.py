"""Sparse rows: steps that leave alone what a batch does not hold end where the steps over all coordinates end."""

from __future__ import annotations

import time

import numpy as np
import pytest
from conftest import needs_compiler
from scipy.sparse import random_array

from steepest import Method, Problem, descend, make_rows, until, updates
from steepest.core.units import Units
from steepest.descent.minibatch import Sampled, SampledCompiled, lazily
from steepest.descent.states import Checkpoint
from steepest.kernels.lazy_sparse import SPAN
from steepest.methods.averages import LastPoint, PolyakRuppert, Weighted
from steepest.methods.steps import Constant, InverseScaling
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2, NoPenalty

pytestmark = needs_compiler
SCALES = np.linspace(0.5, 1.5, 1500)
STEPS = SPAN + 300  # beyond the time when everything is brought up to date


def sparse_rows(n=60, d=1500, each=2, k=1, seed=0, scale=2.0):
    """About ``each`` numbers a row, so that most coordinates wait for long and some for ever; weights, offsets."""
    rng = np.random.default_rng(seed)
    X = random_array((n, d), density=each / d, rng=rng, format="csr", data_sampler=rng.standard_normal)
    rows = make_rows(X, rng.standard_normal((n, k)), weight=rng.integers(0, 3, n), offset=rng.standard_normal(n))
    return rows._replace(units=Units(None, np.full(d, scale)))


def beginning(method, rows, seed=1):
    start = np.random.default_rng(seed).standard_normal((rows.shape[1] + 1, rows.y.shape[1]))
    return Checkpoint(0, start, np.zeros((method.room(*rows.shape), *start.shape)))


CASES = {
    "plain": ("plain", NoPenalty(), Constant(0.1), LastPoint()),
    "mean": ("plain", NoPenalty(), Constant(0.1), PolyakRuppert(40)),
    "momentum": ("momentum", NoPenalty(), Constant(0.005), LastPoint()),
    "momentum, penalty": ("momentum", L2(0.01), Constant(0.005), LastPoint()),
    "nesterov, penalty, mean": ("nesterov", L2(0.02), InverseScaling(0.02, 0.1), Weighted()),
}
every_case = pytest.mark.parametrize(("rule", "penalty", "step", "average"), CASES.values(), ids=CASES)


@every_case
@pytest.mark.parametrize(("batch_size", "k", "steps"), [(1, 1, STEPS), (4, 1, 500), (3, 2, 500)])
def test_steps_are_those_over_all_coordinates(rule, penalty, step, average, batch_size, k, steps):
    problem = Problem("squared_error", penalty=penalty, intercept=batch_size != 4)
    method, rows = Method(rule, step, batch_size, average=average), sparse_rows(k=k)
    assert lazily(Objective(problem, rows), method)
    last, etas, _, _, kept = SampledCompiled(problem, method, rows, 3)(beginning(method, rows), steps, 70)
    there, rates, _, _, points = Sampled(problem, method, rows, 3)(beginning(method, rows), steps, 70)
    np.testing.assert_allclose(kept, points, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(last.at, there.at, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(last.memory[: method.slots], there.memory, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(etas, rates, rtol=1e-12)


@every_case
def test_the_same_bits_whatever_is_kept_and_wherever_a_call_ends(rule, penalty, step, average):
    problem, method, rows = Problem("squared_error", penalty), Method(rule, step, 1, average=average), sparse_rows()
    last, _, _, _, kept = SampledCompiled(problem, method, rows, 3)(beginning(method, rows), STEPS, 70)
    point, pieces = beginning(method, rows), []
    for count in (17, 1000, SPAN - 1018, 3, 298):
        point, *_, some = SampledCompiled(problem, method, rows, 3)(point, count, 7)
        pieces.append(some)
    np.testing.assert_array_equal(np.concatenate(pieces)[9::10], kept)
    np.testing.assert_array_equal(point.at, last.at)
    np.testing.assert_array_equal(point.memory, last.memory)


def test_a_descent_shows_the_same_states_whoever_asks_and_goes_on_from_each():
    problem, rows = Problem("squared_error", L2(0.05)), sparse_rows()
    method = Method("momentum", 0.005, 1)
    whole = descend(problem, method, rows, seed=2, compiled=True)
    states = list(until(whole, updates(300)))
    again = list(until(descend(problem, method, rows, start=states[123]), updates(300)))
    np.testing.assert_array_equal(again[-1].w, states[300].w)
    last = list(until(whole, lambda s: s.t == 300))[-1]
    np.testing.assert_array_equal(last.w, states[300].w)


def test_scales_that_no_penalty_meets_change_nothing_but_the_numbers():
    problem, method, rows = Problem(), Method("momentum", 0.005, 1), sparse_rows(scale=SCALES)
    assert lazily(Objective(problem, rows), method)
    kept = SampledCompiled(problem, method, rows, 3)(beginning(method, rows), 500, 50)[-1]
    points = Sampled(problem, method, rows, 3)(beginning(method, rows), 500, 50)[-1]
    np.testing.assert_allclose(kept, points, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("problem", "method", "rows"),
    [
        (Problem(penalty=L2(0.1)), Method(batch_size=1), sparse_rows(scale=SCALES)),
        (Problem(fixed=(3,)), Method(batch_size=1), sparse_rows()),
        (Problem(), Method("accelerated", batch_size=1), sparse_rows()),
        (Problem(), Method("plain", batch_size=60), sparse_rows()),
        (Problem(), Method("plain", batch_size=1, estimate="saga"), sparse_rows()),
        (Problem(), Method("plain", batch_size=1), make_rows(np.ones((3, 2)), np.ones(3))),
    ],
    ids=["scales", "held", "whole-array rule", "batch that holds most", "estimate", "dense"],
)
def test_all_coordinates_step_where_they_must(problem, method, rows):
    assert not lazily(Objective(problem, rows), method)


@pytest.mark.parametrize("rule", ["plain", "momentum"])
def test_a_step_costs_what_its_rows_hold(rule):
    """A hundred times as many columns with the same numbers a row: not ten times the work, but for end and start."""
    problem, method, seconds = Problem(), Method(rule, 0.01, 1), []
    for d in (2_000, 200_000):
        rows = sparse_rows(n=5000, d=d, each=10)
        walk, first = SampledCompiled(problem, method, rows, 0), beginning(method, rows)
        walk(first, 10, 100)
        begin, times = time.thread_time(), []
        for count in (2000, 12_000) * 3:
            begin = time.thread_time()
            walk(first, count, 10**6)
            times.append(time.thread_time() - begin)
        seconds.append(min(times[1::2]) - min(times[::2]))
    assert seconds[1] < 10 * seconds[0]
