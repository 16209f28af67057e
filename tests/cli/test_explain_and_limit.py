"""``explain`` and ``limit`` from end to end: the textbook's numbers, runs of tables and formulas, what is refused."""

from __future__ import annotations

import json
import math
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest import stability_limit
from steepest.cli import main
from steepest.data.samples import sample
from steepest.methods.sampling import fill_order

X = np.array([1.0, 3, 4, 5, 6, 7, 8, 10])[:, None]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("eight", "eight-labels"):
        Path(f"{name}.txt").write_text(sample(name))
    return tmp_path


def run(line: str) -> Result:
    return CliRunner().invoke(main, shlex.split(line))


def found(line: str) -> dict[str, Any]:
    result = run(line + " --json")
    assert result.exit_code == 0, result.output
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def recorded(options: str, kind: str = "linear eight.txt -t y") -> None:
    result = run(f"fit {kind} --trajectory r.npz --force {options}")
    assert result.exit_code in (0, 4), result.output


# ------------------------------------------------------------------ limit


def test_the_limit_of_the_textbooks_slope() -> None:
    said = found("limit eight.txt -t y --fix intercept=2.6 --learning-rate 1")
    assert said["limit"] == pytest.approx(2 / 37.5, rel=1e-12)
    assert said["steepest"] == said["flattest"]
    assert (said["steepest"]["curvature"], said["steepest"]["factor"]) == (37.5, -36.5)
    assert said["steps"] is None
    assert said["why"] == "Each step multiplies the distance to the minimum by 1 - 37.5 x 1 = -36.5."
    text = run("limit eight.txt -t y --fix intercept=2.6 --learning-rate 1").stdout
    assert "1, above the limit" in text
    assert "none is enough: the distance grows" in text


@pytest.mark.parametrize("rule", ["plain", "momentum", "nesterov:beta=0.5"])
def test_the_limit_of_each_rule_and_its_steps(rule: str) -> None:
    said = found(f"limit eight.txt -t y --rule {rule}")
    limit = stability_limit(X, rule=rule)
    assert said["limit"] == pytest.approx(limit, rel=1e-12)
    assert said["learning_rate"] == pytest.approx(limit / 2, rel=1e-12)
    slowest = max(abs(said[name]["factor"]) for name in ("steepest", "flattest"))
    assert said["steps"] == math.ceil(math.log(1e-6) / math.log(slowest))
    values = np.linalg.eigvalsh(np.column_stack((X, np.ones(8))).T @ np.column_stack((X, np.ones(8))) / 8)
    assert said["curvature"]["largest"] == pytest.approx(values[-1])
    assert said["curvature"]["smallest"] == pytest.approx(values[0])


def test_above_half_of_the_limit_the_reason_is_the_direction_that_needs_most_steps() -> None:
    assert found("limit eight.txt -t y")["why"].startswith("Along the flattest direction, each step")
    above = found("limit eight.txt -t y --learning-rate 0.056")["why"]
    assert above.startswith("Along the steepest direction, each step")
    assert above.endswith("by 1 - 38.31 x 0.056 = -1.145.")


def test_curvatures_of_log_loss_are_bounds_and_dependent_columns_have_no_flattest() -> None:
    said = found("limit eight-labels.txt -t label --loss log_loss")
    assert not said["curvature"]["exact"]
    assert "at most" in run("limit eight-labels.txt -t label --loss log_loss").stdout
    Path("twice.csv").write_text("x,z,y\n1,2,3\n2,4,5\n5,10,2\n")
    assert found("limit twice.csv -t y")["flattest"] is None
    assert "the columns are not independent" in run("limit twice.csv -t y").stdout
    assert "any rate is safe" in run("limit eight.txt -t y --no-intercept --fix x=1").stdout


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("--rule adam", "no stability limit is known for the rule 'adam'"),
        ("--learning-rate 0", "--learning-rate must be a number > 0, not 0"),
        ("--fix z=1", "--fix: no feature is called 'z'"),
        ("--no-intercept --fix intercept=1", "contradict each other"),
    ],
)
def test_limit_refuses(options: str, line: str) -> None:
    result = run(f"limit eight.txt -t y {options}")
    assert result.exit_code == 2
    assert line in result.output


# ------------------------------------------------------------------ explain


def test_the_textbook_step() -> None:
    recorded("--learning-rate 1 --fix intercept=2.6 --steps 4")
    said = found("explain r.npz eight.txt --step 0")
    assert said["after"] == [31.700000000000003, 2.6]
    assert said["directions"][0]["factor"] == -36.5
    assert "= -36.5, so the step overshoots" in said["why"]
    text = run("explain r.npz eight.txt --step 0").stdout
    for line in ("g_x = mean (z - y) x = -31.7", "x <- 0 + 1 x 31.7 = 31.7", "intercept (fixed)"):
        assert line in text


def test_the_rows_of_a_batch_are_numbered_as_in_the_file() -> None:
    recorded('--learning-rate 0.01 --batch-size 3 --seed 4 --max-iter 2 --where "x > 3"')
    order = np.empty(6, np.int64)
    fill_order(order, 4, 0, 0)
    said = found("explain r.npz eight.txt --step 1")
    assert said["batch"]["rows"] == (order[3:] + 3).tolist()  # the first two rows of the file are not used
    assert said["batch"]["y"] == [[4.0, 3, 7, 7, 8, 10, 8, 11][row - 1] for row in said["batch"]["rows"]]


def test_held_out_rows_are_not_those_of_a_step() -> None:
    recorded("--learning-rate 0.01 --steps 3 --test 0.25")
    assert found("explain r.npz eight.txt --step 2")["step"] == 2


def test_classes_with_labels_and_a_formula() -> None:
    Path("yes.csv").write_text("hours,passed\n1,no\n2,no\n3,yes\n4,no\n5,yes\n6,yes\n")
    recorded("--learning-rate 0.1 --steps 5 --positive no", "logistic yes.csv -t passed")
    assert "mean (p - y) hours" in run("explain r.npz yes.csv --step 4").stdout
    run('minimize "(x-3)**2+2" --start 6 --rule plain --learning-rate 0.25 --steps 3 --trajectory f.json')
    assert found("explain f.json --step 0")["after"] == [4.5]
    assert "df/dx = 6" in run("explain f.json --step 0").stdout


@pytest.mark.parametrize("options", ["", "--rule adam --learning-rate 0.1", "--rule newton"])
def test_automatic_and_other_rules_are_said_as_what_they_are(options: str) -> None:
    recorded(options)
    text = run("explain r.npz eight.txt --step 0").stdout
    words = {"": "normal equations", "--rule newton": "damped Newton"}.get(options, "adam")
    assert f"method      {words}" in text
    assert "direction   " in text


@pytest.mark.parametrize("columns", ["80", "120"])
def test_lines_are_no_wider_than_a_terminal_but_for_sentences(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    recorded("--learning-rate 0.01 --batch-size 3 --rule momentum --max-iter 2")
    lines = run("explain r.npz eight.txt --step 2").stdout.splitlines()
    facts = ("method", "direction", "why", "predicted")
    assert max(len(line) for line in lines if not line.startswith(facts)) <= 80


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("explain r.npz --step 0", 2, "the run was fitted to a table: name it too"),
        ("explain r.npz eight.txt --step 9", 2, "its steps are 0 .. 2, each from state K to K + 1"),
        ("explain r.npz eight.txt", 2, "Missing option '--step'"),
        ("explain eight.txt --step 0", 2, "explain takes a recorded run"),
        ("explain m.json eight.txt --step 0", 2, "explain takes a recorded run"),
        ("explain none.npz eight.txt --step 0", 1, "none.npz: no such file"),
        ("explain r.npz other.txt --step 0", 3, "the cost at step 0 is"),
        ("explain r.npz short.txt --step 0", 2, "the run was fitted to 8 rows, the table has 7"),
        ("explain r.npz none.txt --step 0", 1, "none.txt"),
        ("explain f.npz eight.txt --step 0", 2, "leave eight.txt out"),
        ("explain broken.npz eight.txt --step 0", 3, "broken.npz"),
    ],
)
def test_explain_refuses_in_one_line(line: str, status: int, said: str) -> None:
    recorded("--learning-rate 0.01 --steps 3 -o m.json")
    run("minimize x**2 --start 1 --steps 3 --trajectory f.npz")
    table = Path("eight.txt").read_text()
    Path("other.txt").write_text(table.replace("11", "12"))
    Path("short.txt").write_text("\n".join(table.splitlines()[:-1]) + "\n")
    content = Path("r.npz").read_bytes()
    Path("broken.npz").write_bytes(content[:200] + b"?" + content[201:])
    result = run(line)
    assert result.exit_code == status, result.output
    assert said in result.output
    assert "internal" not in result.output


def test_hostile_names_have_escapes() -> None:
    name = "\x1b]0;evil\x07$(rm)<b>" + "w" * 300
    Path("evil.csv").write_text(f'"{name}",y\n1,2\n2,5\n3,5\n', encoding="utf-8")
    recorded("--learning-rate 0.1 --steps 3", "linear evil.csv -t y")
    for options in ("", " --json"):
        output = run(f"explain r.npz evil.csv --step 1{options}").output
        assert "\x1b" not in output
        assert "\x07" not in output
