"""Progress: what a run tells of itself, how long it says it will take, the bar, and Ctrl-C where a loss has kinks."""

from __future__ import annotations

import importlib
import math
import re
import sys
from contextlib import nullcontext
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from conftest import X8, Y8
from hypothesis import given, settings
from hypothesis import strategies as st
from short_fit import fit

from steepest import (
    GDClassifier,
    GDRegressor,
    Method,
    Problem,
    descend,
    epochs,
    make_rows,
    minimize,
    record,
    until,
    updates,
)
from steepest.cli import interrupt
from steepest.cli.progress import shown
from steepest.core.progress import Bar, Outlook, Progress

progress = importlib.import_module("steepest.core.progress")
ROWS = make_rows(X8, Y8)
RNG = np.random.default_rng(3)
X = RNG.normal(size=(120, 3))
Y = X @ [1.0, -2.0, 0.5] + RNG.standard_t(2, 120)
NONSMOOTH = [("quantile:q=0.3", Y), ("epsilon_insensitive", Y), ("hinge", (Y > 0) * 1.0)]


# ------------------------------------------------------------------ what is told


@pytest.mark.parametrize("batch", [None, 2])
def test_a_record_tells_epochs_cost_and_rate(batch):
    told = []
    states = until(descend(Problem(), Method(learning_rate=0.01, batch_size=batch), ROWS), epochs(40))
    path = record(states, progress=told.append)
    assert [now.done for now in told] == sorted({now.done for now in told})
    assert (told[-1].done, told[-1].total) == (40, 40)
    assert told[-1].rate == path.learning_rate[-1] == 0.01
    assert told[-1].cost == (path.cost[-1] if batch is None else None)  # of batches nobody looks at the cost of all
    assert told[0].rate is None
    assert all(now.gap is None and now.target is None for now in told)


def test_a_sampled_run_tells_the_cost_that_was_looked_at_last():
    told = []
    fit(ROWS, Problem(), learning_rate=0.01, batch_size=1, max_iter=2000, tol=1e-12, progress=told.append)
    known = [now.cost for now in told if now.cost is not None]
    assert len(known) > len(told) / 2
    assert known[-1] < known[0]


@pytest.mark.parametrize("how", [{}, {"learning_rate": 0.005}, {"learning_rate": 0.005, "batch_size": 4}])
@pytest.mark.parametrize("loss", ["squared_error", "huber"])
def test_telling_costs_no_reading_and_no_bit(how, loss):
    alone = fit(ROWS, Problem(loss), **how)
    watched = fit(ROWS, Problem(loss), **how, progress=lambda now: None)
    assert watched.trajectory.meta["passes"] == alone.trajectory.meta["passes"]
    assert (watched.coef == alone.coef).all()
    assert (watched.intercept == alone.intercept).all()


def test_the_gap_told_is_the_one_that_ended_the_run():
    told = []
    run = fit(ROWS, Problem("huber"), learning_rate=0.02, max_iter=10**5, tol=1e-8, progress=told.append)
    assert run.trajectory.meta["end"] == "certified"
    assert told[-1].gap == pytest.approx(run.certificate.gap, rel=0.1)
    assert told[-1].gap <= told[-1].target
    gaps = [now.gap for now in told if now.gap is not None]
    assert gaps == sorted(gaps, reverse=True)
    assert told[0].gap is None


@pytest.mark.parametrize(
    ("how", "early"),
    [({"tol": None}, False), ({"tol": 1e-9}, True), ({"tol": None, "callback": lambda state: None}, True)],
)
def test_a_target_is_told_where_the_run_may_end_before_its_limit(how, early):
    told = []
    fit(ROWS, Problem(), learning_rate=1e-4, max_iter=50, progress=told.append, **how)
    assert {now.target is not None for now in told} == {early}


# ------------------------------------------------------------------ how long it takes yet


@pytest.mark.parametrize(
    "gaps", [(1e-3, 1e-2), (1e-2, 1e-2), (1e-2, 1e-8), (1e-2, 1e-12), (1e-2, 9.9e-3), (None, 1e-2)]
)
def test_the_gap_foretells_nothing(gaps):
    """How fast it falls from here nobody knows, so that the limit alone bounds the time."""
    outlook = Outlook()
    for s, gap in enumerate(gaps, 1):
        said = outlook(Progress(10.0 * s, 100.0, gap=gap, target=1e-9), float(s))
    assert said == ("at most", 8.0)


def test_what_runs_to_its_limit_says_so_without_a_doubt():
    outlook = Outlook()
    assert outlook(Progress(0, 100), 1.0) is None
    assert outlook(Progress(25, 100), 6.0) == ("", 15.0)
    assert Outlook()(Progress(5, math.inf, 0.1), 1.0) is None


@given(
    st.lists(
        st.tuples(st.floats(1e-3, 1e3), st.just(0.0) | st.floats(1e-3, 1e6), st.floats(0, 1e9)), min_size=2, max_size=20
    )
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_outlook_is_the_limit_at_the_speed_so_far(steps):
    """By the epochs and seconds since the first report, whatever the gap is."""
    outlook, clock, done, first = Outlook(), 0.0, 0.0, None
    for pause, more, gap in steps:
        clock, done = clock + pause, done + more
        first = first or (clock, done)
        said = outlook(Progress(done, 2e7, 1.0, gap=gap, target=1e-3), clock)
        assert (said is None) == (done == first[1])
        if said is not None:
            speed = (done - first[1]) / (clock - first[0])
            assert said == ("at most", pytest.approx(max(0.0, 2e7 - done) / speed))


# ------------------------------------------------------------------ the bar


@pytest.fixture
def watch(monkeypatch):
    """A clock to be set, and the bars that were opened, each with what it was told."""
    found = SimpleNamespace(now=100.0, bars=[])

    class Fake:
        def __init__(self, **how):
            self.how, self.n, self.start_t, self.said, self.closed = how, 0, found.now, [], False
            found.bars.append(self)

        def __len__(self):
            return 0

        def set_postfix_str(self, text, refresh):
            assert not refresh
            self.text = text

        def refresh(self):
            self.said.append((found.now, self.n, self.text))

        def close(self):
            self.closed = True

    auto = ModuleType("tqdm.auto")
    auto.tqdm = Fake
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    monkeypatch.setattr(progress.time, "monotonic", lambda: found.now)
    return found


def test_the_bar_opens_after_half_a_second_and_moves_ten_times_a_second(watch):
    with Bar() as bar:
        for i in range(3000):
            watch.now = 100.0 + i / 1000
            bar(Progress(i, 3000, 1 / (i + 1), 0.1))
    (shown_bar,) = watch.bars
    assert shown_bar.said[0][0] == pytest.approx(100.5)
    assert shown_bar.start_t == pytest.approx(100.0)
    assert 20 <= len(shown_bar.said) <= 26
    assert shown_bar.closed
    assert shown_bar.how["total"] == 3000
    assert not shown_bar.how["leave"]
    assert shown_bar.said[15][2].startswith("00:01 left, cost 0.000")
    assert shown_bar.said[-1][1] >= 2900


def test_a_short_run_shows_no_bar(watch):
    with Bar() as bar:
        bar(Progress(1, 2))
        watch.now += 0.4
        bar(Progress(2, 2))
    assert watch.bars == []


def test_the_bar_is_closed_when_the_run_fails(watch):
    def run():
        with Bar() as bar:
            watch.now += 1
            bar(Progress(1, math.inf, 2.5))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert watch.bars[0].closed
    assert watch.bars[0].how["total"] is None
    assert watch.bars[0].said == [(101.0, 1, "cost 2.5")]


def test_a_long_time_is_said_in_hours(watch):
    with Bar() as bar:
        bar(Progress(0, 10_000, target=0.0))
        watch.now += 2
        bar(Progress(1, 10_000, target=0.0))
    assert watch.bars[0].said[0][2] == "at most 5:33:18 left"


@pytest.mark.parametrize("most", [40.0, math.inf])
def test_the_real_bar_says_gap_rate_and_time_left(most, monkeypatch, capsys):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    with Bar() as bar:
        for done in (1.0, 2.0):
            bar(Progress(done, most, 0.25, 0.1, 1e-3, 1e-9))
    said = capsys.readouterr().err
    assert "cost 0.25, gap 0.001, rate 0.1" in said
    left = re.search(r"at most \d\d:\d\d", said) is not None  # loading tqdm counts as time spent
    assert (left, "2/40 epochs" in said) == (most == 40.0, most == 40.0)
    assert "2 epochs" in said or most == 40.0


@pytest.mark.parametrize(("model", "y"), [(GDRegressor, Y8), (GDClassifier, Y8 > 7)])
def test_an_estimator_shows_the_bar_where_it_is_asked_to(model, y, monkeypatch, capsys):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    how = {"learning_rate": 0.01, "max_iter": 300, "tol": None, "alpha": 0.1}
    model(**how).fit(X8, y)
    assert capsys.readouterr().err == ""
    model(**how, progress=True).fit(X8, y)
    assert "300/300 epochs" in capsys.readouterr().err


def test_the_command_line_shows_no_bar_where_nobody_looks_and_hears_ctrl_c(monkeypatch, capsys):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with shown() as told:
        told(Progress(1, 2, 0.5))
        assert capsys.readouterr().err == ""
        interrupt.heard.set()
        try:
            with pytest.raises(KeyboardInterrupt):
                told(Progress(2, 2, 0.5))
        finally:
            interrupt.heard.clear()


# ------------------------------------------------------------------ rounds of a loss with kinks


@pytest.mark.parametrize(("loss", "y"), NONSMOOTH)
def test_each_round_is_told_with_its_gap(loss, y):
    told = []
    run = fit(make_rows(X, y), Problem(loss), progress=told.append)
    assert [now.done for now in told] == run.trajectory.epoch.tolist()
    assert told[-1].gap == run.certificate.gap <= told[-1].target
    assert {now.total for now in told} == {1000}


@pytest.mark.parametrize(("loss", "y"), NONSMOOTH)
@pytest.mark.parametrize("rounds", [1, 4])
def test_ctrl_c_between_rounds_leaves_the_best_of_them(loss, y, rounds):
    told, full = [], fit(make_rows(X, y), Problem(loss))

    def interrupted(now):
        told.append(now)
        if len(told) == rounds + 1:  # the start is told too
            raise KeyboardInterrupt

    run = fit(make_rows(X, y), Problem(loss), progress=interrupted)
    assert run.trajectory.meta["interrupted"]
    assert run.trajectory.meta["end"] == "interrupted"
    assert run.verdict.status == "stopped"
    assert 1 < len(run.trajectory) <= rounds + 1
    assert run.certificate.gap == min(now.gap for now in told[1:])
    place = len(run.trajectory) - 1
    assert (run.coef[:, 0] == full.trajectory.coef[place]).all()


@pytest.mark.parametrize(("loss", "y"), NONSMOOTH)
def test_ctrl_c_inside_the_first_round_leaves_the_start(loss, y, monkeypatch):
    def no_round(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("steepest.solve.auto.interior_point.InteriorPoint.next", no_round)
    run = fit(make_rows(X, y), Problem(loss))
    assert run.trajectory.meta["end"] == "interrupted"
    assert (len(run.trajectory), run.certificate.gap) == (1, None)
    assert (run.coef == 0).all()


def test_an_interrupted_estimator_with_kinks_predicts(monkeypatch):
    def interrupted(now):
        if now.done > 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("steepest.estimators.linear_estimator.Bar", lambda unit: nullcontext(interrupted))
    for model, y in ((GDClassifier("hinge", progress=True), Y > 0), (GDRegressor("quantile", progress=True), Y)):
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, y)
        assert model.trajectory_.meta["interrupted"]
        assert np.abs(model.coef_).max() > 0
        assert model.predict(X).shape == Y.shape


@pytest.mark.parametrize(("loss", "y"), NONSMOOTH)
def test_a_callback_watches_the_rounds(loss, y):
    seen, alone = [], fit(make_rows(X, y), Problem(loss))
    run = fit(make_rows(X, y), Problem(loss), callback=seen.append)
    assert (run.coef == alone.coef).all()
    assert [state.t for state in seen] == list(range(len(run.trajectory)))
    assert [state.cost for state in seen] == run.trajectory.cost.tolist()
    assert np.diff([state.cost for state in seen]) == pytest.approx([-state.change for state in seen[1:]])
    assert all(
        (state.w[:-1, 0] == coef).all() for state, coef in zip(seen, run.trajectory.coef, strict=True)
    )  # as they are given out: in raw units


@pytest.mark.parametrize("rounds", [0, 2])
def test_a_callback_ends_the_rounds(rounds):
    run = fit(make_rows(X, Y), Problem("quantile"), callback=lambda state: state.t == rounds)
    assert run.trajectory.meta["end"] == "callback"
    assert len(run.trajectory) == rounds + 1
    assert run.verdict.status == "stopped"


def test_updates_of_no_step_are_told_once():
    told = []
    record(until(descend(Problem(), Method(), ROWS), updates(0)), progress=told.append)
    assert told == [Progress(0.0, 0.0, told[0].cost)]


def test_a_descent_on_a_function_tells_its_steps(monkeypatch, capsys):
    told = []
    path = minimize("(x - 3)**2", 0, learning_rate=0.1, steps=25, progress=told.append)
    assert [told[0].done, told[-1].done, told[-1].total] == [0, 25, 25]
    assert told[-1].cost == path.cost[-1]
    assert {now.target for now in told} == {0.0}  # it may end before
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with shown("steps") as tell:
        minimize("(x - 3)**2", 0, learning_rate=0.1, steps=25, progress=tell)
    assert "25/25 steps" in capsys.readouterr().err
