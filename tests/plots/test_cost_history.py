"""The cost history: above the minimum where that is known, each run named at its end, and the verdict whole."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import X8, Y8
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures_judge import draw, faults

pytest.importorskip("matplotlib")

from steepest import GDRegressor, minimize
from steepest.cli import main
from steepest.core.errors import UsageError
from steepest.plots import CostHistoryDisplay
from steepest.plots.drawing.ends import separated
from steepest.plots.sources.runs import by_settings


def run(rate=0.01, steps=400, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return GDRegressor(learning_rate=rate, max_iter=steps, tol=None, **more).fit(X8, Y8).trajectory_


def written(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("count", [1, 2, 5, 8, 13])
def test_any_number_of_runs_is_drawn_and_named(count):
    rates = np.geomspace(1e-4, 0.02, count)
    picture = CostHistoryDisplay.from_trajectory({f"rate {rate:.2g}": run(rate, 60) for rate in rates})
    assert faults(draw(picture)) == []
    assert picture.ax_.get_legend() is None
    assert len(picture.lines_) == count
    named = [text for text in written(picture.ax_) if text.startswith("rate ")]
    assert len(named) == count


def test_the_gap_is_drawn_where_the_minimum_is_known():
    path = run(0.04, 150)
    picture = CostHistoryDisplay.from_trajectory(path)
    draw(picture)
    least = path.meta["exact"]["cost"]
    assert picture.ax_.get_yscale() == "log"
    np.testing.assert_allclose(picture.lines_[0].get_ydata(), path.cost - least, rtol=1e-12)
    assert "cost above its minimum, 0.6315" in picture.ax_.get_ylabel()
    assert picture.ax_.get_xscale() == "symlog"
    plain = CostHistoryDisplay.from_trajectory(path, gap=False, log_steps=False, scale="linear")
    draw(plain)
    np.testing.assert_allclose(plain.lines_[0].get_ydata(), path.cost)
    assert (plain.ax_.get_xscale(), plain.ax_.get_yscale()) == ("linear", "linear")
    assert "minimum 0.6315" in written(plain.ax_)
    unknown = replace(path, meta={**path.meta, "exact": None})
    assert not CostHistoryDisplay.from_trajectory(unknown).gap
    with pytest.raises(UsageError, match="not known"):
        CostHistoryDisplay.from_trajectory(unknown, gap=True)
    with pytest.raises(UsageError, match="linear, log"):
        CostHistoryDisplay.from_trajectory(path, scale="square")


def test_verdict_and_advice_are_whole():
    picture = CostHistoryDisplay.from_trajectory(run(0.001, 500))
    draw(picture)
    said = " ".join(" ".join(written(picture.ax_)).split())
    path = run(0.001, 500)
    assert path.verdict.advice
    assert "…" not in said
    assert "more steps are needed at this rate to come within" in said
    assert "Try a learning rate of" in said


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.01, 0.05))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_names_are_apart_in_their_order(places, room):
    found = separated(np.array(places), room)
    order = np.argsort(places, kind="stable")
    assert (np.diff(found[order]) >= room - 1e-9).all()
    assert found.min() >= -1e-9
    assert found.max() <= 1 + 1e-9
    if (np.diff(np.sort(places)) >= room).all():
        np.testing.assert_allclose(found, places)


def test_runs_are_named_by_what_differs():
    runs = {"a": run(0.01), "b": run(0.02), "c": run(0.01, rule="momentum")}
    assert list(by_settings(runs)) == [
        "plain, learning rate 0.01",
        "plain, learning rate 0.02",
        "momentum, learning rate 0.01",
    ]
    assert list(by_settings({"a": run(0.01), "b": run(0.01, rule="momentum")})) == ["plain", "momentum"]
    assert list(by_settings({"a": run(0.01)})) == ["a"]
    assert list(by_settings({"a": run(0.01), "b": run(0.01)})) == ["a", "b"]
    twice = by_settings({"a": run(0.01), "b": run(0.01), "c": run(0.02)})
    assert list(twice) == ["learning rate 0.01 (a)", "learning rate 0.01 (b)", "learning rate 0.02"]
    betas = {"a": run(rule="momentum:beta=0.5"), "b": run(rule="momentum:beta=0.9")}
    assert all("beta=" in label for label in by_settings(betas))


def test_the_command_line_has_the_same_choices(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(steps=60).save("r.npz")
    cli = CliRunner()
    for flags in ("--scale linear", "--no-gap", "--gap --log-steps"):
        assert cli.invoke(main, f"plot cost-history r.npz -o p.svg --force {flags}".split()).exit_code == 0
    minimize("x**4-x", 1.0, learning_rate=0.01, steps=5).save("f.npz")
    refused = cli.invoke(main, ["plot", "cost-history", "f.npz", "-o", "p.svg", "--force", "--gap"])
    assert "minimum cost is not known" in refused.output
    wrong = cli.invoke(main, ["plot", "learning-rates", "r.npz", "r.npz", "-o", "p.svg", "--force", "--log-steps"])
    assert "--log-steps is for cost-history and comparison" in wrong.output
