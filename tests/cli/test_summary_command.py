"""The command ``summary``: what it prints, in which order, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest import GDClassifier, GDRegressor, read_table
from steepest.cli import main
from steepest.data.samples import sample
from steepest.solve.model import read_model, write_model

NAMES = [f"c{j}" for j in range(14)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("park.txt").write_text(sample("park"))
    rng = np.random.default_rng(3)
    X, town = rng.normal(size=(60, 14)).round(3), rng.choice(["Rome", "Oslo", "Bern"], 60)
    y = (X[:, 0] - 2 * X[:, 5] + rng.normal(size=60)).round(3)
    lines = [
        ",".join([*map(str, row), str(v), t, str(w)])
        for row, v, t, w in zip(X, y, town, rng.integers(1, 4, 60), strict=True)
    ]
    Path("wide.csv").write_text("\n".join([",".join([*NAMES, "y", "town", "w"]), *lines]) + "\n")
    return tmp_path


def run(line: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, line.split())
    assert result.exit_code == status, result.output
    return result


def fitted(line: str) -> None:
    run(f"{line} -o m.json --force")


def summary(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(f"summary m.json {line} --json").stdout)
    return found


def test_a_line_is_summarised_on_a_screen() -> None:
    fitted("fit linear park.txt -t visitors")
    lines = run("summary m.json park.txt").stdout.splitlines()
    assert lines[0] == "visitors by 1 column, loss squared_error: 14 rows, 12 degrees of freedom"
    assert lines[3].split()[:5] == ["temperature", "28.972", "0.9086", "31.886", "5.71e-13"]
    assert max(map(len, lines)) <= 100
    assert "AIC 113.84, BIC 115.75" in lines[-3]


def test_the_same_numbers_as_in_python() -> None:
    fitted(f"fit linear wide.csv -t y -x {','.join(NAMES[:3])} --weights w")
    table = read_table("wide.csv", target="y", features=NAMES[:3], weights="w")
    town = read_table("wide.csv", target="town", features=(), labels=True).y
    model = GDRegressor().fit(table.X, table.y, table.weight)
    for line, asked in {"": {}, "--cov hc3": {"cov_type": "HC3"}, "--cluster town": {"groups": town}}.items():
        found, ours = (
            summary(f"wide.csv --level 0.9 {line}"),
            model.summary(table.X, table.y, table.weight, level=0.9, **asked),
        )
        errors = [each["standard_error"] for each in found["coefficients"]]
        assert errors == pytest.approx([each.standard_error for each in ours.coefficients], rel=1e-6)
        assert found["fit"]["aic"] == pytest.approx(ours.fit.aic)
        assert (found["cov_type"], found["clusters"]) == (ours.cov_type, ours.clusters)
    assert found["clusters"] == 3


def test_classes_and_counts() -> None:
    rows = np.random.default_rng(1).normal(size=80).round(3)
    labels = np.where(rows + np.random.default_rng(2).logistic(size=80) > 0, "yes", "no")
    Path("two.csv").write_text("x,y\n" + "".join(f"{x},{y}\n" for x, y in zip(rows, labels, strict=True)))
    fitted("fit logistic two.csv -t y")
    assert run("summary m.json two.csv").stdout.startswith("P(y = yes) by 1 column, loss log_loss: 80 rows")
    ours = GDClassifier().fit(rows[:, None], labels).summary(rows[:, None], labels)
    assert summary("two.csv")["test"]["statistic"] == pytest.approx(ours.test.statistic, rel=1e-6)
    fitted("fit linear park.txt -t visitors --loss poisson")
    assert summary("park.txt")["distribution"] == "z"


def test_twelve_coefficients_or_all_in_an_order() -> None:
    fitted(f"fit linear wide.csv -t y -x {','.join(NAMES)}")
    lines = run("summary m.json wide.csv --sort size").stdout.splitlines()
    assert lines[3].startswith("c5 ")
    assert lines[4].startswith("c0 ")
    assert lines[14].strip() == "... 3 more"
    everything = run("summary m.json wide.csv --all --sort name").stdout.splitlines()
    assert [line.split()[0] for line in everything[3:18]] == [*sorted(NAMES), "intercept"]


@pytest.mark.parametrize(
    ("fit", "more", "said"),
    [
        ("--alpha 0.1", "", "fit with --alpha 0"),
        ("--loss quantile", "", "fit a smooth loss"),
        ("--loss huber", "", "those of --cov HC0"),
        ("--learning-rate 1e-4 --steps 3", "", "no summary of a fit that is crawling"),
        ("", "--level 95", "level must be a number between 0 and 1"),
        ("", "--cluster town --cov HC1", "groups are for --cov cluster"),
        ("", "--cluster place", "no column 'place'"),
    ],
)
def test_what_is_refused_in_one_line(fit: str, more: str, said: str) -> None:
    fitted(f"fit linear wide.csv -t y -x c0,c1 {fit}")
    result = run(f"summary m.json wide.csv {more}", 2)
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_clusters_need_a_file_that_is_read_twice() -> None:
    fitted("fit linear wide.csv -t y -x c0,c1")
    result = CliRunner().invoke(
        main, ["summary", "m.json", "-", "--cluster", "town"], input=Path("wide.csv").read_text()
    )
    assert "name a file" in result.stderr


def test_other_rows_and_models_that_say_too_little() -> None:
    fitted("fit linear park.txt -t visitors")
    Path("other.txt").write_text("temperature visitors\n1 3\n2 5\n3 4\n4 9\n")
    assert "not the optimum on these rows" in run("summary m.json other.txt", 2).stderr
    model = read_model("m.json")
    write_model(model._replace(settings={}), "bare.json")
    assert "does not say how it was fitted" in run("summary bare.json park.txt", 2).stderr
    write_model(model._replace(loss="mine:Own"), "own.json")
    assert "one of your own" in run("summary own.json park.txt", 2).stderr


def test_a_fixed_intercept_and_none() -> None:
    fitted("fit linear park.txt -t visitors --fix intercept=-200")
    assert summary("park.txt")["coefficients"][1]["standard_error"] is None
    fitted("fit linear park.txt -t visitors --no-intercept")
    assert len(summary("park.txt")["coefficients"]) == 1


def test_hostile_names_are_shown_inert() -> None:
    Path("h.csv").write_text("\x1b[2Jx,y\n1,4\n3,3\n4,7\n5,7\n6,8\n")
    fitted("fit linear h.csv -t y")
    result = run("summary m.json h.csv")
    assert "\x1b" not in result.stdout
