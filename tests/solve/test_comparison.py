"""Comparisons: several ways to descend on one problem, side by side, in Python and on the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import X8, Y8

from steepest import GDRegressor, Method, Problem, Trajectory, compare, descend, make_rows, record, until, updates
from steepest.cli import main
from steepest.core.errors import UsageError
from steepest.methods import rules
from steepest.solve.comparison import variants

EIGHT = "x,y\n" + "\n".join(f"{x:g},{y:g}" for x, y in zip(X8[:, 0], Y8, strict=True)) + "\n"


def eight(learning_rate, count=100):
    """The slope alone of the tutorial's eight points, intercept held at 2.6."""
    method, start = Method("plain", learning_rate), [0.0, 2.6]
    states = descend(Problem(fixed=("intercept",)), method, make_rows(X8, Y8), start=start)
    return record(until(states, updates(count)))


def test_t8_learning_rates_compared():
    found = compare(eight, {"learning_rate": [1e-4, 0.05, 0.1, 0.7]})
    slopes = [path.coef[-1, 0] for path in found.trajectories]
    assert found.labels[1] == "learning_rate=0.05"
    assert slopes[0] < 0.4
    assert slopes[1] == pytest.approx(0.845332, abs=5e-7)
    assert abs(slopes[2]) > 1e40
    assert found.table()["cost"][3] > found.table()["cost"][2] > 1e80


def test_t13_batch_stochastic_and_mini_batch_side_by_side():
    settings = {"learning_rate": 0.001, "max_iter": 300, "tol": None}
    ways = {"batch": {"batch_size": None}, "stochastic": {"batch_size": 1}, "mini-batch": {"batch_size": 3}}
    found = compare(lambda **s: GDRegressor(**settings, **s).fit(X8, Y8), ways)
    assert found.labels == ("batch", "stochastic", "mini-batch")
    assert found.table()["steps"] == [300, 2400, 900]
    alone = GDRegressor(batch_size=3, **settings).fit(X8, Y8).trajectory_
    assert np.array_equal(found.trajectories[2].coef, alone.coef)
    assert "mini-batch" in str(found)


def test_seeds_and_records_are_settings_like_others():
    def run(rule, seed):
        return record(until(descend(Problem(), Method(rule, 0.001, 1), make_rows(X8, Y8), seed=seed), updates(50)))

    found = compare(run, {"rule": [rules.Momentum(0.5), "plain"], "seed": [1, 2]})
    assert found.labels[0] == "rule=momentum:beta=0.5, seed=1"
    assert len({path.coef[-1, 0] for path in found.trajectories}) == 4
    assert list(found.to_frame().columns)[:3] == ["label", "status", "steps"]


@pytest.mark.parametrize("vary", [{}, {"rule": "plain"}, {"rule": []}, {"rule": rules.Plain()}, None, {"seed": 3}])
def test_what_cannot_be_varied_is_refused(vary):
    with pytest.raises(UsageError, match="vary"):
        variants(vary)


def test_too_many_runs_and_a_run_without_a_trajectory_are_refused():
    with pytest.raises(UsageError, match="1,000 runs"):
        variants({"seed": range(40), "batch_size": range(1, 40)})
    with pytest.raises(UsageError, match="must return a Trajectory"):
        compare(lambda seed: seed, {"seed": [1]})


# ------------------------------------------------------------------ command line


@pytest.fixture
def cli(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eight.csv").write_text(EIGHT)
    return lambda args: CliRunner().invoke(main, args)


def test_the_command_shows_one_line_for_each(cli, tmp_path):
    common = ["compare", "linear", "eight.csv", "-t", "y", "--fix", "intercept=2.6", "--steps", "100"]
    out = cli([*common, "--vary", "learning-rate=0.05,0.1", "--trajectory", "run.npz"])
    assert out.exit_code == 0
    assert "learning-rate=0.05   converged" in out.stdout
    assert "above the stability limit, 0.05333" in out.stdout
    assert Trajectory.load(tmp_path / "run-1.npz").coef[-1, 0] == pytest.approx(0.845332, abs=5e-7)
    assert cli([*common, "--vary", "learning-rate=0.05,0.1", "--trajectory", "run.npz"]).exit_code == 1
    varied = [*common, "--vary", "rule=plain,momentum:beta=0.5", "--learning-rate", "0.01"]
    shown = json.loads(cli([*varied, "--json"]).stdout)
    assert [run["label"] for run in shown["runs"]] == ["rule=plain", "rule=momentum:beta=0.5"]


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ([], "--vary is missing"),
        (["--vary", "colour=red"], "'colour=red'"),
        (["--vary", "rule"], "OPTION=VALUE"),
        (["--vary", "rule=plain", "--vary", "rule=momentum"], "given twice"),
        (["--vary", "rule=plain,nonsense"], "no rule is called 'nonsense'"),
        (["--vary", "batch-size=0"], "batch-size"),
    ],
)
def test_the_command_refuses_in_one_line(cli, vary, said):
    out = cli(["compare", "linear", "eight.csv", "-t", "y", *vary])
    assert out.exit_code == 2
    assert said in out.stderr
    assert len(out.stderr.strip().splitlines()) == 1
