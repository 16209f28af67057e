"""Estimates of the gradient: right on average, the recursions of their papers, at the optimum with a constant rate."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import needs_compiler
from naive import dense, seen
from scipy.sparse import csr_matrix

from steepest import Method, Problem, descend, make_rows, until, updates
from steepest.core.errors import UsageError
from steepest.core.units import Units
from steepest.descent.minibatch import Sampled, SampledCompiled
from steepest.descent.states import Checkpoint
from steepest.methods.estimates import SAGA, LooplessSVRG, OwnRows
from steepest.methods.sampling import SAMPLINGS, fill_order
from steepest.objective.penalties import L2

LAYOUTS = {"C": lambda X: X, "F": np.asfortranarray, "CSR": csr_matrix}
WALKERS = [Sampled, pytest.param(SampledCompiled, marks=needs_compiler)]


def rows_of(layout="C", k=1, n=53, d=6, labels=True, seed=0):
    """Rows with zeros among the numbers, weights of 0 among the weights, offsets and units."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * (rng.random((n, d)) < 0.5)
    y = (rng.random((n, k)) < 0.5).astype(float) if labels else rng.standard_normal((n, k))
    rows = make_rows(LAYOUTS[layout](X), y, weight=rng.integers(0, 3, n), offset=rng.standard_normal(n))
    shift = None if layout == "CSR" else rng.standard_normal(d)
    return rows._replace(units=Units(shift, rng.random(d) + 0.5))


def beginning(method, rows, start):
    n, d = rows.shape
    return Checkpoint(0, start, np.zeros((method.room(n, d), *start.shape)))


def twin(problem, method, rows, seed, start, steps):
    """The papers' recursions, row by row; plain steps. Points w_1, w_2, ..."""
    (n, d), k, estimate = rows.shape, rows.y.shape[1], method.estimate
    X = np.array([seen(x, rows.units) for x in dense(rows.X)])
    share, factor = rows.weight / rows.total, rows.units.factor(d)
    slopes = lambda w: problem.loss.slope(X @ w + rows.offset[:, None], rows.y)  # noqa: E731
    w, table, older, mean, points = start, np.zeros((n, k)), None, None, []
    batches, order = -(-n // method.batch_size), np.empty(n, np.int64)
    for t in range(1, steps + 1):
        epoch, place = divmod(t - 1, batches)
        fill_order(order, seed, epoch, SAMPLINGS.index(method.sampling))
        batch = order[place * method.batch_size : (place + 1) * method.batch_size]
        if isinstance(estimate, LooplessSVRG) and (older is None or estimate.renews(t, seed, method.batch_size / n)):
            older, mean = w, X.T @ (share[:, None] * slopes(w))
        known = table if isinstance(estimate, SAGA) else slopes(older)
        whole = X.T @ (share[:, None] * table) if isinstance(estimate, SAGA) else mean
        g = n / len(batch) * X[batch].T @ (share[batch, None] * (slopes(w) - known)[batch]) + whole
        table = table.copy()
        table[batch] = slopes(w)[batch]
        w = w - method.learning_rate.rate(t) * (g + factor * problem.penalty.slope(factor * w))
        points.append(w)
    return np.array(points)


@pytest.mark.parametrize("walker", WALKERS)
@pytest.mark.parametrize("estimate", [SAGA(), LooplessSVRG(0.1)])
@pytest.mark.parametrize(("layout", "k"), [("C", 2), ("F", 1), ("CSR", 1)])
@pytest.mark.parametrize(("batch_size", "sampling"), [(1, "shuffle"), (8, "replacement"), (60, "replacement")])
def test_each_step_is_that_of_the_paper(walker, estimate, layout, k, batch_size, sampling):
    rows, start = rows_of(layout, k), np.random.default_rng(1).standard_normal((7, k))
    problem = Problem("log_loss", penalty=L2(0.1))
    method = Method("plain", 0.1, batch_size, sampling, estimate=estimate)
    kept = walker(problem, method, rows, 7)(beginning(method, rows, start), 120, 1)[-1]
    np.testing.assert_allclose(kept, twin(problem, method, rows, 7, start, 120), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("walker", WALKERS)
@pytest.mark.parametrize("estimate", [OwnRows(), SAGA(), LooplessSVRG(0.2)])
@pytest.mark.parametrize("batch_size", [1, 5])
def test_the_same_bits_in_one_call_and_in_many(walker, estimate, batch_size):
    rows, start = rows_of(), np.ones((7, 1))
    method = Method("momentum", 0.05, batch_size, average="weighted", estimate=estimate)
    walk = walker(Problem("log_loss"), method, rows, 3)
    last, _, _, _, kept = walk(beginning(method, rows, start), 200, 7)
    point, pieces = beginning(method, rows, start), []
    for count in (3, 90, 1, 106):
        point, *_, some = walker(Problem("log_loss"), method, rows, 3)(point, count, 7)
        pieces.append(some)
    np.testing.assert_array_equal(np.concatenate(pieces), kept)
    np.testing.assert_array_equal(point.memory, last.memory)
    np.testing.assert_array_equal(point.at, last.at)


@pytest.mark.parametrize("estimate", [SAGA(), LooplessSVRG(0.3)])
@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_compiler)])
def test_a_descent_goes_on_from_any_state_with_the_same_bits(estimate, compiled):
    rows, method, problem = rows_of(), Method("plain", 0.1, 4, estimate=estimate), Problem("log_loss", L2(0.1))
    states = list(until(descend(problem, method, rows, seed=5, compiled=compiled), updates(90)))
    again = list(until(descend(problem, method, rows, start=states[37]), updates(90)))
    np.testing.assert_array_equal(again[-1].w, states[90].w)


@pytest.mark.parametrize("estimate", [OwnRows(), SAGA(), LooplessSVRG()])
def test_the_mean_over_all_rows_is_the_gradient(estimate):
    """Whatever is stored: SAGA's table of any numbers with its mean, an older point with the gradient there."""
    rows, rng = rows_of(k=2), np.random.default_rng(2)
    (n, d), loss, at = rows.shape, Problem("log_loss").loss, rng.standard_normal((7, 2))
    stored = rng.standard_normal((estimate.slots(n, d), d + 1, 2))
    if isinstance(estimate, SAGA):
        X = np.array([seen(x, rows.units) for x in dense(rows.X)])
        stored[0] = X.T @ (rows.weight[:, None] * stored[1:].reshape(-1, 2)[:n]) / rows.total
    if isinstance(estimate, LooplessSVRG):
        stored[1] = rows.value_and_gradient(loss, stored[0])[1]
    one_by_one = [estimate.gradient(loss, rows.take(np.array([i])), np.array([i]), at, stored.copy()) for i in range(n)]
    np.testing.assert_allclose(np.mean(one_by_one, 0), rows.value_and_gradient(loss, at)[1], rtol=1e-12, atol=1e-13)


def optimum(problem, rows):
    """By Newton's steps."""
    method = Method("newton", 1.0)
    return list(until(descend(problem, method, rows), updates(30)))[-1].w


def distances(problem, rows, estimate, rate, count, every, walker=Sampled, seeds=8):
    """Mean squared distance to the optimum, after every ``every`` steps of one row drawn with replacement."""
    method = Method("plain", rate, 1, "replacement", estimate=estimate)
    best = optimum(problem, rows)
    start = beginning(method, rows, np.zeros_like(best))
    found = [
        ((walker(problem, method, rows, s)(start, count, every)[-1] - best) ** 2).sum((1, 2)) for s in range(seeds)
    ]
    return np.mean(found, 0)


@needs_compiler
@pytest.mark.parametrize(("loss", "curvature"), [("squared_error", 1.0), ("log_loss", 0.25)])
@pytest.mark.parametrize("estimate", [SAGA(), LooplessSVRG()])
def test_it_falls_as_fast_as_theory_says_where_the_rows_alone_stall(loss, curvature, estimate):
    rng = np.random.default_rng(4)
    n, alpha = 200, 0.1
    X = rng.standard_normal((n, 5))
    y = X @ np.ones(5) + rng.standard_normal(n)
    y = (y > 0).astype(float) if loss == "log_loss" else y
    rows = make_rows(X, y, weight=np.ones(n), offset=np.zeros(n))._replace(units=Units(np.zeros(5), np.ones(5)))
    problem = Problem(loss, penalty=L2(alpha), intercept=False)
    largest = curvature * (X**2).sum(1).max() + alpha
    H = curvature * X.T @ X / n if loss == "squared_error" else 0.0 * np.eye(5)
    mu = float(np.linalg.eigvalsh(H).min()) + alpha
    rate = 1 / (3 * largest) if isinstance(estimate, SAGA) else 1 / (6 * largest)
    slower = 1 / (4 * n) if isinstance(estimate, SAGA) else 1 / (2 * n)
    steps = 40 * n
    fall = distances(problem, rows, estimate, rate, steps, steps // 4, SampledCompiled)
    factor = 1 - min(slower, mu * rate)
    assert fall[3] < fall[0] * factor ** (steps * 3 // 4)
    stalled = distances(problem, rows, OwnRows(), rate, steps, steps // 4, SampledCompiled)
    assert fall[3] < 1e-3 * stalled[3]
    assert stalled[3] > 0.1 * stalled[1]


@needs_compiler
@pytest.mark.parametrize("estimate", [SAGA(), LooplessSVRG()])
def test_it_ends_at_the_optimum_itself(estimate):
    rows, problem = rows_of(labels=False), Problem(penalty=L2(0.1))
    method = Method("plain", 0.02, 4, estimate=estimate)
    last = SampledCompiled(problem, method, rows, 1)(beginning(method, rows, np.zeros((7, 1))), 40_000, 40_000)[0]
    np.testing.assert_allclose(last.at, optimum(problem, rows), rtol=1e-9, atol=1e-11)


def test_coins_fall_as_often_as_they_should_and_know_no_blocks():
    coins = LooplessSVRG(0.2).renews(np.arange(1, 50_001), 3, 0.5)
    assert abs(coins.mean() - 0.2) < 4 * np.sqrt(0.2 * 0.8 / 50_000)
    assert abs(np.corrcoef(coins[1:], coins[:-1])[0, 1]) < 4 / np.sqrt(50_000)
    assert [bool(c) for c in coins[:50]] == [LooplessSVRG(0.2).renews(t, 3, 0.5) for t in range(1, 51)]
    assert (coins != LooplessSVRG(0.2).renews(np.arange(1, 50_001), 4, 0.5)).any()
    assert LooplessSVRG(1.0).renews(np.arange(1000), 0, 0.1).all()
    assert abs(LooplessSVRG().renews(np.arange(1, 50_001), 0, 0.01).mean() - 0.01) < 0.002


def test_what_does_not_go_is_refused():
    with pytest.raises(UsageError, match="estimate 'saga' is made from batches of rows: give a batch_size"):
        Method(estimate="saga")
    with pytest.raises(UsageError, match=r"a chance p from 0 to 1, not 1\.5"):
        Method(batch_size=1, estimate=LooplessSVRG(1.5))
    with pytest.raises(UsageError, match="no estimate is called 'sag'"):
        Method(batch_size=1, estimate="sag")


@pytest.mark.parametrize(("estimate", "share"), [("saga", 3.0), ("loopless_svrg", 6.0)])
def test_estimators_reach_a_certificate_where_plain_batches_jump_about(estimate, share):
    """Least squares on badly scaled columns, one row a step, nothing set: the rate is that of the theory."""
    from steepest import GDRegressor, NotConvergedWarning

    rng = np.random.default_rng(0)
    X = rng.standard_normal((500, 4)) * [1e-2, 1.0, 10.0, 1e2]
    y = X @ [100.0, 1.0, -0.1, 0.02] + 1.0 + rng.standard_normal(500)
    plain, reduced = (GDRegressor(batch_size=1, estimate=e, max_iter=60) for e in ("own_rows", estimate))
    with pytest.warns(NotConvergedWarning):
        plain.fit(X, y)
    reduced.fit(X, y)
    assert plain.verdict_.status != "converged"
    assert reduced.verdict_.status == "converged"
    assert reduced.trajectory_.meta["average"] == "last_point"
    A = np.column_stack(((X - X.mean(0)) / X.std(0), np.ones(500)))
    rate = float(reduced.trajectory_.learning_rate[-1])
    assert rate == pytest.approx(1 / (share * (A**2).sum(1).max()), rel=1e-10)
