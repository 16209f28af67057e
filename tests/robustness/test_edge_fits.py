"""Fits at the edge of what numbers can hold, and input that is nearly right: each test is named after its symptom."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner
from short_fit import fit

from steepest import Method, Problem, Trajectory, descend, epochs, gradient_below, make_rows, record, until, updates
from steepest.cli import main
from steepest.core.errors import DataError, SteepestError, UsageError
from steepest.core.record_kinds import loss, rule
from steepest.data.full_pass import slope_leaves
from steepest.data.layout import jit_allowed
from steepest.methods import steps
from steepest.optimality.recession import recedes_completely
from steepest.optimality.recession_cone import cones

X8 = np.array([1, 3, 4, 5, 6, 7, 8, 10.0])[:, None]
Y8 = np.array([4, 3, 7, 7, 8, 10, 8, 11.0])


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("start", [[1e154, 0], [1e300, 1e300]])
def test_a_start_of_infinite_cost_was_called_converged(start, batch_size):
    with pytest.raises(UsageError, match="nearer to 0"):
        fit(make_rows(X8, Y8), Problem(), learning_rate=0.01, start=start, batch_size=batch_size, max_iter=5)
    with pytest.raises(UsageError, match="nearer to 0"):
        fit(make_rows(X8, Y8, offset=np.full(8, 1e300)), Problem(), max_iter=5)


def test_columns_far_from_zero_were_converged_at_step_0():
    x = 1e16 + 2.0 * np.arange(100)
    y = 0.5 * np.arange(100) + np.sin(np.arange(100))
    run = fit(make_rows(x[:, None], y), Problem())
    assert run.trajectory.cost[-1] < 1.01 * run.trajectory.meta["exact"]["cost"]
    assert not any("constant" in note for note in run.verdict.notes)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "npz"])
def test_a_column_called_step_was_lost_from_the_saved_run(tmp_path, suffix):
    rows = make_rows(np.column_stack((X8, X8**2)), Y8)
    states = until(descend(Problem(), Method(learning_rate=0.0001), rows), updates(5))
    path = record(states, names=("step", "cost"))
    assert set(path.table()) >= {"step", "cost", "coef step", "coef cost", "intercept"}
    file = tmp_path / f"run.{suffix}"
    path.save(file)
    if suffix == "csv":
        assert "coef step,coef cost,intercept" in file.read_text()
    else:
        assert np.array_equal(Trajectory.load(file).coef, path.coef)


def test_quasi_separated_classes_were_certified_to_half_their_gap():
    x, y = np.array([1, 2, 3, 3, 4, 5.0])[:, None], np.array([0, 0, 0, 1, 1, 1.0])
    run = fit(make_rows(x, y), Problem("log_loss"), tol=1e-3)
    assert run.trajectory.cost[-1] - np.log(2) / 3 <= 1.01 * run.certificate.gap  # an estimate, no longer half


@pytest.mark.parametrize("stop", [lambda: updates(1.5), lambda: updates(float("nan")), lambda: epochs(-1)])
def test_a_stop_that_is_no_number_ran_for_ever(stop):
    with pytest.raises(UsageError, match="number >= 0"):
        stop()


def test_a_bound_that_is_no_number_was_accepted():
    with pytest.raises(UsageError, match="gradient_below takes a number"):
        gradient_below(float("nan"))


def test_descend_went_on_from_a_cost_that_is_nan():
    with pytest.raises(DataError, match="the cost at the start is not finite"):
        list(until(descend(Problem(), Method(), make_rows([[np.nan]], [1.0])), updates(2)))


@pytest.mark.parametrize("number", [1e160, 1e308])
def test_a_number_whose_square_overflows_was_refused_without_its_place(number):
    X = X8.copy()
    X[3, 0] = number
    with pytest.raises(SteepestError, match=r"row 4, column 'x1' holds 1e\+\d+: rescale"):
        fit(make_rows(X, Y8), Problem())
    with pytest.raises(SteepestError, match="the target of row 4 is too large"):
        fit(make_rows(X8, X[:, 0]), Problem())


def test_an_in_place_rule_spoilt_the_state_to_resume_from():
    @rule(slots=0)
    class Doubled(NamedTuple):
        def direction(self, g, memory, t):
            g *= 2.0
            return g

    whole = until(descend(Problem(), Method(Doubled(), 0.001), make_rows(X8, Y8)), updates(60))
    states = list(whole)
    resumed = list(until(descend(whole.problem, whole.method, whole.data, start=states[37]), updates(60)))
    assert np.array_equal(resumed[-1].w, states[-1].w)


def test_a_record_without_its_facts_failed_late():
    class Bare(NamedTuple):
        def direction(self, g, memory, t):
            return g

    with pytest.raises(UsageError, match=r"is not a rule: it lacks slots, .*, memory_share; decorate"):
        Method(Bare())

    @loss(curvature=1.0, formula="mean something")
    class Bendless(NamedTuple):
        def value(self, z, y):
            return z - y

        def slope(self, z, y):
            return z - y

    with pytest.raises(UsageError, match="is not a loss: it lacks second_derivative"):
        Problem(Bendless())


def test_the_check_of_a_loss_was_never_asked():
    @loss(curvature=1.0, formula="mean something")
    class Wrong(NamedTuple):
        delta: float = -1.0

        def value(self, z, y):
            return z - y

        slope = second_derivative = value

        def check(self):
            return "delta must be positive"

    with pytest.raises(UsageError, match="delta must be positive"):
        Problem(Wrong())


@pytest.mark.parametrize("name", ["inversescaling", "inverse_scaling"])
def test_a_name_without_its_underscore_was_refused(name):
    assert Method(learning_rate=f"{name}:eta=0.1").learning_rate == steps.InverseScaling(0.1)


def test_a_prediction_that_overflows_was_refused_after_the_model_was_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("eight.csv").write_text("x,y\n" + "".join(f"{x:g},{y:g}\n" for x, y in zip(X8[:, 0], Y8, strict=True)))
    words = ["fit", "linear", "eight.csv", "-t", "y", "--fix", "x=5", "--at", "x=1.7e308", "-o", "model.json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 3
    assert not Path("model.json").exists()


def test_an_interrupted_run_was_called_by_another_status():
    calls = []

    def progress(*told):
        calls.append(told)
        if len(calls) > 2:
            raise KeyboardInterrupt

    run = fit(
        make_rows(X8, Y8), Problem(), learning_rate=0.05, batch_size=1, max_iter=10**6, tol=None, progress=progress
    )
    assert run.trajectory.meta["interrupted"]
    assert run.verdict.status == "stopped"


def test_the_longest_sparse_row_was_found_by_making_all_rows_dense():
    sparse = pytest.importorskip("scipy.sparse")
    X = sparse.random(5000, 40, 0.1, format="csr", random_state=0)
    weight = np.linspace(0.5, 2.0, 5000)
    y = np.zeros(5000)
    dense = make_rows(X.toarray(), y, weight=weight).longest_row()
    assert make_rows(X, y, weight=weight).longest_row() == pytest.approx(dense, rel=1e-14)


def test_float32_rows_were_cast_as_a_whole_to_look_for_separation():
    X = np.random.default_rng(0).standard_normal((100_000, 40)).astype(np.float32)
    rows, w = make_rows(X, (X[:, 0] > 0) * 1.0), np.zeros((41, 1))
    w[0] = 1.0
    tracemalloc.start()
    try:
        assert recedes_completely(cones(Problem("log_loss"), rows)[0], w)
        assert tracemalloc.get_traced_memory()[1] < X.nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("loss", ["quantile:q=0.3", "epsilon_insensitive:epsilon=0.5", "hinge"])
def test_a_loss_with_kinks_on_a_large_table_could_not_be_compiled(loss, monkeypatch):
    monkeypatch.setattr("steepest.data.rows.DENSE", 1_000_000)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60_000, 20))
    y = X @ rng.normal(size=20) + rng.standard_t(3, 60_000)
    rows = make_rows(X, (y > 0) * 1.0 if loss == "hinge" else y)
    assert rows.worth_compiling or not jit_allowed()
    smooth, w = Problem(loss).loss.smoothed(0.3), rng.normal(size=(21, 1))
    found = rows.value_and_gradient(smooth, w)
    expected = slope_leaves(rows, smooth, w, rows.summation._replace(compiled=False))
    assert found[0] == pytest.approx(expected[:, 0].sum() / rows.total, rel=1e-12)
    assert fit(rows, Problem(loss), tol=1e-4).verdict.status == "converged"
