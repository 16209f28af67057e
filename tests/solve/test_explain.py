"""One step explained: against hand computation, NumPy, and the rows that `fill_order` draws."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from conftest import X8, Y8, linear_table
from scipy.sparse import csr_array
from short_fit import fit

from steepest import (
    Explanation,
    Method,
    Problem,
    Trajectory,
    descend,
    epochs,
    explain,
    make_rows,
    minimize,
    penalties,
    record,
    rule,
    rules,
    until,
    updates,
)
from steepest.core.errors import DataError, UsageError
from steepest.core.records import to_name
from steepest.descent.growing_batches import descend_growing
from steepest.methods.sampling import SAMPLINGS, fill_order

NO_INTERCEPT = Problem(fixed=("intercept",))


def run(X=X8, y=Y8, problem=None, **settings):
    return fit(make_rows(X, y), problem or Problem(), tol=None, **settings).trajectory


def textbook(steps=4, rate=1.0):
    """The slope alone on eight points, the intercept fixed at 2.6."""
    return run(problem=NO_INTERCEPT, learning_rate=rate, max_iter=steps, start=[0.0, 2.6])


# ------------------------------------------------------------------ by hand


def test_the_textbook_run_without_a_learning_rate():
    path = textbook()
    slopes = [0.0, 31.700000000000003, -1125.3500000000001, 41106.975000000006, -1500372.8875000002]
    for k in range(4):
        found = explain(path, k, X8, Y8)
        assert found.before[0] == pytest.approx(slopes[k], rel=1e-12)
        assert found.after[0] == pytest.approx(slopes[k + 1], rel=1e-12)
        assert found.gradient[0] == pytest.approx(slopes[k] - slopes[k + 1], rel=1e-12)
        assert found.gradient[1] == 0
        only = found.directions[0]
        assert len(found.directions) == 1
        assert (only.curvature, only.factor) == (37.5, -36.5)
        assert only.measured == pytest.approx(-36.5, rel=1e-9)
        assert found.cost == pytest.approx(np.mean((slopes[k] * X8[:, 0] + 2.6 - Y8) ** 2) / 2, rel=1e-12)
        assert found.predicted == pytest.approx(found.decrease, rel=1e-9)
        assert found.why == (
            "Each step multiplies the distance to the minimum by 1 - 37.5 x 1 = -36.5, "
            "so the step overshoots and lands farther away."
        )
    assert explain(path, 0, X8, Y8).cost == pytest.approx(14.03)


@pytest.mark.parametrize(
    ("rate", "end"),
    [(0.02, "= 0.25."), (0.05, "= -0.875, so the step overshoots and lands nearer, on the other side.")],
)
def test_the_reason_says_on_which_side_the_step_lands(rate, end):
    assert explain(textbook(rate=rate), 1, X8, Y8).why.endswith(end)


def test_two_parameters_beside_numpy():
    path = run(learning_rate=0.056, max_iter=9)
    found = explain(path, 3, X8, Y8)
    A = np.column_stack((X8, np.ones(8)))
    w = np.append(path.coef[3], path.intercept[3])
    g = A.T @ (A @ w - Y8) / 8
    values, vectors = np.linalg.eigh(A.T @ A / 8)
    best = np.linalg.lstsq(A, Y8, rcond=None)[0]
    np.testing.assert_allclose(found.gradient, g, rtol=1e-12)
    np.testing.assert_allclose(found.after, w - 0.056 * g, rtol=1e-12)
    np.testing.assert_allclose([each.curvature for each in found.directions], values[::-1], rtol=1e-12)
    for each, v in zip(found.directions, vectors.T[::-1], strict=True):
        assert abs(each.vector @ v) == pytest.approx(1)
        assert each.factor == pytest.approx(1 - 0.056 * each.curvature)
        ratio = (each.vector @ (found.after - best)) / (each.vector @ (w - best))
        assert each.measured == pytest.approx(ratio, rel=1e-6)
    assert found.by_slope == pytest.approx(0.056 * g @ g)
    assert found.by_curvature == pytest.approx(-0.5 * 0.056**2 * g @ A.T @ A @ g / 8)
    assert found.decrease == pytest.approx(found.predicted, rel=1e-9)
    assert "steepest direction" in found.why
    assert "= -1.145, so the step overshoots" in found.why


# ------------------------------------------------------------------ rules, losses, penalties, units

BY_RULES = [name for name in rules.__all__ if isinstance(getattr(rules, name), type)]


@pytest.mark.parametrize("name", BY_RULES)
def test_the_step_of_each_rule_is_rate_times_direction(name):
    kind = getattr(rules, name)
    X, y = linear_table(1)
    rate = "auto" if name in ("Newton", "Whitened", "Secant", "Spectral", "Anderson") else 0.05
    path = run(X, y, rule=to_name(kind), learning_rate=rate, max_iter=6)
    k = min(3, int(path.step[-1]) - 1)
    if name == "ScheduleFree":
        with pytest.raises(UsageError, match="averages of the points that move"):
            explain(path, k, X, y)
        return
    found = explain(path, k, X, y)
    np.testing.assert_allclose(found.before - found.rate * found.direction, found.after, atol=1e-12)
    np.testing.assert_allclose(found.predicted, found.decrease, rtol=1e-6, atol=1e-9 * found.cost)
    assert found.rule == ("" if name == "Plain" else " ".join(kind.__doc__.partition("\n\n")[0].split()))
    assert all((each.factor is None) == (name != "Plain") for each in found.directions)
    assert found.why.startswith(("Along", "The s"))
    assert len(str(found).splitlines()) > 10


def test_momentum_is_the_gradient_plus_a_share_of_the_last_direction():
    path = run(rule="momentum:beta=0.5", learning_rate=0.01, max_iter=6)
    before, now = explain(path, 2, X8, Y8), explain(path, 3, X8, Y8)
    np.testing.assert_allclose(now.direction, now.gradient + 0.5 * before.direction, rtol=1e-9)
    assert now.remembers
    assert "earlier steps" in str(now)


def test_log_loss_beside_numpy():
    labels = np.where(np.array([0, 0, 1, 0, 1, 1, 0, 1]), "yes", "no")
    y = (labels == "yes").astype(float)
    path = run(X8, y, Problem("log_loss"), learning_rate=0.1, max_iter=9)
    found = explain(path, 5, X8, labels)
    A, w = np.column_stack((X8, np.ones(8))), found.before
    p = 1 / (1 + np.exp(-A @ w))
    np.testing.assert_allclose(found.gradient, A.T @ (p - y) / 8, rtol=1e-9)
    np.testing.assert_allclose(
        [each.curvature for each in found.directions], np.linalg.eigvalsh(A.T * (p * (1 - p)) @ A / 8)[::-1], rtol=1e-9
    )
    assert not found.quadratic
    assert found.why.startswith("The slope along the step predicts a decrease of")
    assert found.predicted == pytest.approx(found.decrease, rel=0.02)
    assert "g_x1 = mean (p - y) x1" in str(found)


def test_penalty_weights_offset_and_scaled_columns():
    X, y = linear_table(1)
    rng = np.random.default_rng(0)
    weight, offset = rng.random(len(y)) * (rng.random(len(y)) > 0.2), rng.standard_normal(len(y))
    rows = make_rows(X, y, weight=weight, offset=offset)
    problem = Problem("mse", penalties.L2(0.3))
    path = fit(rows, problem, learning_rate=0.01, standardize=True, max_iter=9, tol=None).trajectory
    found = explain(path, 4, X, y, sample_weight=weight, offset=offset)
    np.testing.assert_allclose(found.before - 0.01 * found.gradient, found.after, rtol=1e-9)
    assert found.scaled
    assert found.predicted == pytest.approx(found.decrease, rel=1e-7)
    assert [each.factor for each in found.directions] == pytest.approx([each.measured for each in found.directions])
    text = str(found)
    assert "weighted mean 2 (z - y) x1 + penalty" in text
    assert "standardised columns" in text
    lasso = run(X, y, Problem(penalty=penalties.L1(0.5)), learning_rate=0.01, max_iter=9)
    found = explain(lasso, 0, X, y)
    np.testing.assert_allclose(found.before - found.rate * found.direction, found.after, atol=1e-14)
    assert found.predicted == pytest.approx(found.decrease, rel=1e-7)


def test_a_formula():
    path = minimize("(x - 3)**2 + x*y + 2*y**2", [6, 1], learning_rate=0.1, steps=5)
    found = explain(path, 2)
    x, y = found.before
    np.testing.assert_allclose(found.gradient, [2 * (x - 3) + y, x + 4 * y])
    assert found.predicted == pytest.approx(found.decrease)
    assert found.quadratic
    assert "df/dx = " in str(found)
    cubic = explain(minimize("x**3 + x**2", 1, learning_rate=0.1, steps=3), 0)
    assert not cubic.quadratic
    assert cubic.directions[0].curvature == pytest.approx(8)
    saddle = explain(minimize("x**2 - y**2", [1, 1], learning_rate=0.1, steps=3), 0)
    assert saddle.why.startswith("The slope along the step")
    bounded = minimize("(x - 3)**2", 0, learning_rate=0.9, steps=2, bounds=[(None, 1.0)])
    assert explain(bounded, 0).after.tolist() == [1.0]


# ------------------------------------------------------------------ batches


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("size", [1, 3, 8])
def test_the_rows_drawn_are_those_of_the_step(sampling, size):
    path = run(learning_rate=0.01, batch_size=size, sampling=sampling, seed=5, max_iter=3)
    per_epoch = -(-8 // size)
    for k in range(3 * per_epoch):
        order = np.empty(8, np.int64)
        fill_order(order, 5, k // per_epoch, SAMPLINGS.index(sampling))
        numbers = order[k % per_epoch * size :][:size]
        found = explain(path, k, X8, Y8)
        assert found.batch is not None
        assert found.batch.rows.tolist() == (numbers + 1).tolist()
        z = X8[numbers, 0] * found.before[0] + found.before[1]
        np.testing.assert_allclose(found.batch.error, z - Y8[numbers], rtol=1e-9)
        A = np.column_stack((X8[numbers], np.ones(len(numbers))))
        np.testing.assert_allclose(found.gradient, A.T @ (z - Y8[numbers]) / len(numbers), rtol=1e-9)
        np.testing.assert_allclose(found.before - 0.01 * found.gradient, found.after, rtol=1e-9)
        assert all(each.factor is None for each in found.directions)
        assert "degrees away from that over all rows" in found.why


def test_the_gradient_of_a_single_row_is_written_as_a_product():
    path = run(learning_rate=0.01, batch_size=1, sampling="sequential", max_iter=1)
    found = explain(path, 2, X8, Y8)
    z = 4 * found.before[0] + found.before[1]
    assert f"g_x1 = (z - y) x1 = {z - 7:.6g} x 4 = {4 * (z - 7):.6g}" in str(found)
    assert f"g_intercept = (z - y) = {z - 7:.6g}" in str(found)


def test_the_numbers_of_rows_are_those_of_the_table_and_not_of_the_rows_that_count():
    weight = np.array([0.0, 1, 1, 0, 1, 1, 1, 1])
    rows = make_rows(X8, Y8, weight=weight)
    path = fit(rows, Problem(), learning_rate=0.01, batch_size=6, sampling="sequential", max_iter=1).trajectory
    found = explain(path, 0, X8, Y8, sample_weight=weight)
    assert found.batch is not None
    assert found.batch.rows.tolist() == [2, 3, 5, 6, 7, 8]


# ------------------------------------------------------------------ what is refused


def refused(path, step, *rows, **more):
    with pytest.raises((UsageError, DataError)) as caught:
        explain(path, step, *rows, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_steps_that_are_not_there_or_not_recorded():
    path = textbook()
    for step in (-1, 4, 99, 1.5, True, "1"):
        assert "0 .. 3, each from state K to K + 1" in refused(path, step, X8, Y8)
    states = lambda: until(descend(Problem(), Method("plain", 0.01), make_rows(X8, Y8)), updates(100))  # noqa: E731
    thin = record(states(), keep=30)
    assert "no two consecutive states are" in refused(thin, 30, X8, Y8)
    both = record(states()).upto(3).then(record(states(), keep=99))
    assert "step 50 is not recorded with the state after it: the nearest are 2 and 99" in refused(both, 50, X8, Y8)
    none = record(until(descend(Problem(), Method(), make_rows(X8, Y8)), updates(0)))
    assert "its steps are none" in refused(none, 0, X8, Y8)


def test_rows_of_another_table():
    path = textbook()
    assert "give X and y" in refused(path, 0)
    assert "the run has 1 columns, the table 2" in refused(path, 0, np.ones((8, 2)), Y8)
    assert "fitted to 8 rows, the table has 7" in refused(path, 0, X8[1:], Y8[1:])
    assert "the cost at step 0 is" in refused(path, 0, X8, Y8 + 1)
    labels = (Y8 > 7).astype(int)
    logistic = run(X8, labels, Problem("log_loss"), learning_rate=0.1, max_iter=9)
    assert "the cost at step 9 is" in refused(logistic, 0, X8, labels[::-1])  # that at 0 is log 2 for all labels
    assert "the labels of the two classes" in refused(logistic, 0, X8, Y8)


def test_runs_whose_states_are_no_steps_of_their_own():
    X, y = linear_table(1)
    two = run(X, np.column_stack((y, y)), learning_rate=0.01, max_iter=3)
    assert "one target or two classes" in refused(two, 0, X, y)
    averaged = run(X, y, learning_rate=0.01, average="polyak_ruppert", max_iter=3)
    assert "averages of the points that move" in refused(averaged, 0, X, y)
    saga = run(X, y, learning_rate=0.001, batch_size=1, estimate="saga", max_iter=3)
    assert "adds gradients of earlier steps" in refused(saga, 0, X, y)
    growing = descend_growing(Problem(), Method("plain", 0.001, 2), make_rows(X, y), epochs=2)
    assert "growing batches are not explained" in refused(growing, 0, X, y)
    path = minimize(lambda x: x**2, 1.0, learning_rate=0.1, steps=3)
    assert "not a formula" in refused(path, 0)
    assert "explain takes a Trajectory" in refused([path], 0)


@rule(slots=0)
class Half(NamedTuple):
    """Half of the gradient."""

    def direction(self, g, memory, t):
        return 0.5 * g


def test_a_rule_of_ones_own_is_said_to_be_one():
    path = record(until(descend(Problem(), Method(Half(), 0.01), make_rows(X8, Y8)), updates(3)))
    found = explain(path, 1, X8, Y8)
    np.testing.assert_allclose(found.direction, 0.5 * found.gradient, rtol=1e-9)
    assert "is one of your own" in found.rule


def test_sparse_and_single_precision_tables():
    X, y = linear_table(1)
    for table in (csr_array(X), X.astype(np.float32)):
        path = fit(make_rows(table, y), Problem(), learning_rate=0.01, batch_size=5, max_iter=2, tol=None).trajectory
        found = explain(path, 13, table, y)
        np.testing.assert_allclose(found.before - 0.01 * found.gradient, found.after, rtol=1e-5)


def test_hostile_names_and_json():
    path = replace(textbook(), names=("\x1b[2J<b>$a" + "long" * 80,))
    found = explain(path, 1, X8, Y8)
    text = str(found)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) < 200
    assert "<b>" not in found._repr_html_()
    body = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert body["names"] == [path.names[0], "intercept"]
    assert body["directions"][0]["factor"] == -36.5
    assert set(Explanation._fields) | {"predicted", "decrease"} == set(body)


def test_a_run_from_a_file_is_explained_alike(tmp_path):
    path = run(learning_rate=0.01, batch_size=3, max_iter=3)
    path.save(tmp_path / "r.json")
    assert str(explain(Trajectory.load(tmp_path / "r.json"), 4, X8, Y8)) == str(explain(path, 4, X8, Y8))


def test_many_columns_are_listed_in_part():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 40))
    path = run(X, X[:, 0], learning_rate=0.1, max_iter=3)
    text = str(explain(path, 1, X, X[:, 0]))
    assert "... 29 more" in text
    assert "... 35 more" in text
    assert len(text.splitlines()) < 40


def test_a_compiled_or_sampled_descent_by_hand():
    rows = make_rows(X8, Y8)
    path = record(until(descend(Problem(), Method("adam", 0.01, 2), rows, seed=3), epochs(2)))
    found = explain(path, 6, X8, Y8)
    assert found.batch is not None
    assert len(found.batch.rows) == 2
    assert found.names == ("x0", "intercept")
