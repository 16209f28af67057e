"""Growing batches: the test against its definition, and what it is good for."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import Method, Problem, descend, epochs, make_rows, record, until
from steepest.core.errors import UsageError
from steepest.descent.growing_batches import descend_growing, enough_rows
from steepest.objective.penalties import L2

RNG = np.random.default_rng(0)
X = RNG.standard_normal((600, 4))
Y = X @ [1.0, -2.0, 0.5, 0.0] + 3.0 + RNG.standard_normal(600)
ROWS = make_rows(X, Y)


def rows_by_definition(X, y, weight, w, theta, alpha):
    """Sample variance of g_i . g over (theta |g|^2)^2, one row at a time."""
    A = np.column_stack((X, np.ones(len(X))))
    share = weight / weight.mean()
    each = (share * (A @ w - y))[:, None] * A + alpha * np.append(w[:-1], 0.0)
    g = each.mean(0)
    return np.ceil(np.var(each @ g) / (theta * (g @ g)) ** 2)


@pytest.mark.parametrize("theta", [0.3, 0.9])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_inner_product_test_is_its_definition(theta, weighted):
    weight = RNG.uniform(0.5, 2.0, 600) if weighted else np.ones(600)
    rows = make_rows(X, Y, weight=weight if weighted else None)
    w = np.array([0.9, -1.9, 0.4, 0.1, 2.7])
    found = enough_rows(Problem(penalty=L2(0.1)), rows, w[:, None], theta)
    assert found == rows_by_definition(X, Y, weight, w, theta, 0.1)


def test_batches_grow_and_the_descent_settles_where_small_batches_jump_about():
    path = descend_growing(Problem(), Method("plain", 0.1, 4), ROWS, epochs=30, seed=1)
    fixed = record(until(descend(Problem(), Method("plain", 0.1, 4), ROWS, seed=1), epochs(30)))
    least = np.linalg.lstsq(np.column_stack((X, np.ones(600))), Y, rcond=None)[1][0] / 1200
    sizes = path.meta["batch_sizes"]
    assert sizes[0] == 4
    assert sizes == sorted(sizes)
    assert len(sizes) == 30
    assert path.cost[-1] - least < 0.01 * (fixed.cost[-1] - least)


def test_steps_epochs_and_seconds_go_on():
    path = descend_growing(Problem(), Method("momentum", 0.02, 8), ROWS, epochs=5, keep=True)
    sizes = path.meta["batch_sizes"]
    assert path.step.tolist() == list(range(sum(-(-600 // size) for size in sizes) + 1))
    assert path.epoch[-1] == 5
    assert (np.diff(path.epoch) > 0).all()
    assert (np.diff(path.seconds) >= 0).all()
    assert set(path.cost_step) <= set(path.step)


def test_while_the_batch_stays_it_is_the_descent_itself():
    method = Method("momentum", 0.02, 300)
    path = descend_growing(Problem(), method, ROWS, epochs=3, theta=1e6, keep=True)
    plain = record(until(descend(Problem(), method, ROWS), epochs(3)), keep=True)
    assert path.meta["batch_sizes"] == [300, 300, 300]
    assert np.array_equal(path.coef, plain.coef)


@pytest.mark.parametrize("settings", [{"epochs": 0}, {"theta": 0.0}, {"theta": float("nan")}])
def test_numbers_out_of_range_are_refused(settings):
    with pytest.raises(UsageError, match="epochs >= 1 and theta > 0"):
        descend_growing(Problem(), Method("plain", 0.1, 4), ROWS, **settings)
    with pytest.raises(UsageError, match="batch_size"):
        descend_growing(Problem(), Method("plain", 0.1), ROWS)
