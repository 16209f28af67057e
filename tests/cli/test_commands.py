"""Commands from end to end: what they print, write and say."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest.cli import main
from steepest.data.samples import sample
from steepest.descent.trajectory import Trajectory
from steepest.solve.model import read_model


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("park", "eight", "eight-labels"):
        Path(f"{name}.txt").write_text(sample(name))
    return tmp_path


def run(line: str, **more: Any) -> Result:
    return CliRunner().invoke(main, line.split(), **more)


def run_json(line: str, status: int = 0) -> dict[str, Any]:
    result = run(line + " --json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["schema_version"] == 1
    return found


TEXTBOOK = "fit linear park.txt -t visitors --loss mse --learning-rate 0.001 --steps 20000"


def test_the_textbook_descent_ends_where_the_textbook_says(shared: Callable[[str], Path]) -> None:
    table = shared("tutorials/pizza.txt")
    result = run(f"{TEXTBOOK.replace('park.txt -t visitors', f'{table} -t Pizzas')} --at Reservations=20")
    assert result.exit_code == 0
    assert "1.08113017" in result.stdout
    assert "13.17226766" in result.stdout
    assert "34.7948" in result.stdout


def test_a_crawling_descent_is_shown_beside_the_exact_line() -> None:
    result = run(TEXTBOOK + " --at temperature=33")
    assert "mean (z - y)^2" in result.stdout
    assert "visitors 683.1979174" in result.stdout
    assert len(result.stdout.splitlines()) <= 15
    assert "Crawling" in result.stdout
    assert "exact" in result.stdout
    assert "24.73060997" in result.stdout
    assert "28.97153996" in result.stdout
    assert result.stderr == "warning: not converged: crawling\n"


def test_the_exact_line_is_not_repeated_where_descent_reached_it() -> None:
    result = run("fit linear eight.txt -t y")
    assert "0.8448275862" in result.stdout
    assert "2.603448276" in result.stdout
    assert "descent" not in result.stdout
    assert result.stderr == ""


def test_a_diverging_fit_shows_both_ends_writes_its_model_and_says_so() -> None:
    line = "fit linear eight.txt -t y --learning-rate 1 --steps 5 --fix intercept=2.6 -o m.json --trajectory r.npz"
    result = run(line)
    assert result.exit_code == 4
    assert "54763642.09" in result.stdout
    assert "0.05333" in result.stdout
    assert result.stderr == "warning: diverged\n"
    assert read_model("m.json").verdict["status"] == "diverged"
    assert Trajectory.load("r.npz").coef[:, 0].tolist() == pytest.approx(
        [0.0, 31.700000000000003, -1125.3500000000001, 41106.975000000006, -1500372.8875000002, 54763642.09375],
        rel=1e-12,
    )


def test_separable_classes_are_a_result_unless_convergence_is_required() -> None:
    result = run("fit logistic eight-labels.txt -t label --at x=4.5")
    assert result.exit_code == 0
    assert "Separable" in result.stdout
    assert "P(1) = " in result.stdout
    assert result.stderr == "warning: separable\n"
    assert run("fit logistic eight-labels.txt -t label --require-converged").exit_code == 5


def test_the_object_of_a_fit_has_everything() -> None:
    found = run_json(TEXTBOOK + " --at temperature=33 -o m.json")
    temperature, visitors = np.loadtxt("park.txt", skiprows=1).T
    w = b = 0.0
    for _ in range(20000):
        r = w * temperature + b - visitors
        w, b = w - 0.001 * 2 * np.mean(r * temperature), b - 0.001 * 2 * np.mean(r)
    assert found["coef"][0] == pytest.approx(w, rel=1e-9)
    assert found["intercept"] == pytest.approx(b, rel=1e-9)
    assert found["at"]["prediction"] == pytest.approx(33 * w + b, rel=1e-9)
    assert found["exact"]["coef"][0] == pytest.approx(np.polyfit(temperature, visitors, 1)[0], rel=1e-9)
    assert found["exact"]["cost"] < found["cost"]["value"]
    assert found["steps"] == 20000
    assert found["rows"] == 14
    assert found["files"] == ["m.json"]
    assert found["settings"]["rule"] == "plain"
    assert {"status", "message", "advice", "notes", "remedies"} == set(found["verdict"])


def test_predictions_are_those_of_the_fit_to_the_last_bit() -> None:
    found = run_json("fit linear eight.txt -t y -o m.json")
    lines = run("predict m.json eight.txt").stdout.splitlines()
    assert lines[0] == "prediction"
    x = np.array([1, 3, 4, 5, 6, 7, 8, 10.0])
    assert [float(line) for line in lines[1:]] == (x * found["coef"][0] + found["intercept"]).tolist()
    assert run_json("predict m.json eight.txt")["prediction"] == [float(line) for line in lines[1:]]


def test_features_are_found_by_name_whatever_their_place() -> None:
    run("fit linear eight.txt -t y -o m.json")
    Path("new.csv").write_text("note,x\nfirst,1\nsecond,10\n")
    Path("other.csv").write_text("z\n1\n")
    assert len(run("predict m.json new.csv").stdout.splitlines()) == 3
    result = run("predict m.json other.csv")
    assert result.exit_code == 2
    assert "no column 'x'" in result.stderr


def test_probabilities_and_labels_of_text() -> None:
    Path("exam.csv").write_text(
        "hours,passed\n" + "".join(f"{h},{p}\n" for h, p in zip(range(8), "nnynynyy", strict=True))
    )
    found = run_json("fit logistic exam.csv -t passed -o m.json")
    assert found["classes"] == ["n", "y"]
    assert found["verdict"]["status"] == "converged"
    assert run("predict m.json exam.csv").stdout.split() == ["prediction", *"nnnnyyyy"]
    rows = list(csv.DictReader(run("predict m.json exam.csv --proba").stdout.splitlines()))
    assert list(rows[0]) == ["probability_n", "probability_y"]
    assert all(float(row["probability_n"]) + float(row["probability_y"]) == pytest.approx(1.0) for row in rows)
    assert len(run_json("predict m.json exam.csv --proba")["probability"]["y"]) == 8
    turned = run_json("fit logistic exam.csv -t passed --positive n")
    assert turned["classes"] == ["y", "n"]
    assert turned["coef"][0] == pytest.approx(-found["coef"][0], rel=1e-4)


def test_measures_of_a_line() -> None:
    run("fit linear eight.txt -t y -o m.json")
    found = run_json("evaluate m.json eight.txt")["measures"]
    x, y = np.array([[1, 4], [3, 3], [4, 7], [5, 7], [6, 8], [7, 10], [8, 8], [10, 11.0]]).T
    r = y - np.polyval(np.polyfit(x, y, 1), x)
    assert found["r2"] == pytest.approx(1 - (r @ r) / np.square(y - y.mean()).sum())
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean(r * r)))
    assert found["mae"] == pytest.approx(np.abs(r).mean())
    assert "RMSE" in run("evaluate m.json eight.txt").stdout


def test_r2_of_a_constant_target_is_undefined_not_a_number() -> None:
    run("fit linear eight.txt -t y -o m.json")
    Path("flat.csv").write_text("x,y\n1,2\n2,2\n")
    assert run_json("evaluate m.json flat.csv")["measures"]["r2"] is None
    assert "undefined" in run("evaluate m.json flat.csv").stdout


def test_measures_of_a_classifier() -> None:
    run("fit logistic eight-labels.txt -t label --alpha 0.01 -o m.json")
    Path("new.csv").write_text("x,label\n1,0\n2,1\n9,1\n10,0\n11,1\n")
    found = run_json("evaluate m.json new.csv")["measures"]
    assert found["confusion"] == [[1, 1], [1, 2]]
    assert found["accuracy"] == 0.6
    p = np.array([float(line.split(",")[1]) for line in run("predict m.json new.csv --proba").stdout.splitlines()[1:]])
    y = np.array([0, 1, 1, 0, 1])
    assert found["log_loss"] == pytest.approx(-np.mean(np.log(np.where(y == 1, p, 1 - p))), rel=1e-9)
    assert "true \\ predicted" in run("evaluate m.json new.csv").stdout


def test_labels_the_model_does_not_know_are_bad_data() -> None:
    run("fit logistic eight-labels.txt -t label --alpha 0.01 -o m.json")
    Path("new.csv").write_text("x,label\n1,0\n2,7\n")
    result = run("evaluate m.json new.csv")
    assert result.exit_code == 3
    assert "7 is neither of the model's classes 0 and 1" in result.stderr


def test_show_a_model_and_a_run() -> None:
    run(TEXTBOOK + " -o m.json --trajectory r.npz")
    assert "24.73060997" in run("show m.json").stdout
    assert run_json("show m.json")["what"] == "model"
    lines = run("show r.npz").stdout.splitlines()
    assert lines[0].startswith("run of 20,000 steps")
    assert any(line.split()[:2] == ["0", "253178"] for line in lines)
    found = run_json("show r.npz")
    assert 8 <= len(found["states"]) <= 12
    assert found["states"][-1]["step"] == 20000
    assert found["states"][1]["cost"] == pytest.approx(26160.56, rel=1e-6)


@pytest.mark.parametrize("ending", ["npz", "json", "parquet", "csv"])
def test_a_run_is_written_by_the_ending_of_its_name(ending: str) -> None:
    assert run(f"fit linear eight.txt -t y --learning-rate 0.01 --steps 10 --trajectory r.{ending}").exit_code == 0
    shown = run(f"show r.{ending}")
    assert shown.exit_code == (2 if ending == "csv" else 0)


def test_a_sampled_run_shows_states_whose_cost_is_known() -> None:
    run("fit linear eight.txt -t y --batch-size 1 --learning-rate 0.001 --steps 5000 --trajectory r.npz")
    assert None not in [state["cost"] for state in run_json("show r.npz")["states"]]


def test_the_limit_of_mse_is_half_that_of_squared_error() -> None:
    whole, half = run_json("limit eight.txt -t y"), run_json("limit eight.txt -t y --loss mse")
    assert whole["limit"] == pytest.approx(2 * half["limit"], rel=1e-12)
    assert run_json("limit eight.txt -t y --no-intercept")["limit"] == pytest.approx(2 / 37.5, rel=1e-12)
    assert run_json("limit eight.txt -t y --alpha 10")["limit"] < whole["limit"]
    assert run_json("limit eight-labels.txt -t label --loss log_loss")["limit"] == pytest.approx(4 * whole["limit"])
    assert "condition number" in run("limit eight.txt -t y").stdout


def test_samples_are_printed_and_listed() -> None:
    result = run("sample park")
    assert result.stdout == sample("park")
    assert "made up" in result.stderr
    assert "eight-labels" in run("sample").stdout
    assert run_json("sample eight")["text"] == sample("eight")
    assert run("sample nix").exit_code == 2


def test_standard_input() -> None:
    result = run("fit linear - -t y --json", input=sample("eight"))
    assert json.loads(result.stdout)["coef"] == run_json("fit linear eight.txt -t y")["coef"]
    run("fit linear eight.txt -t y -o m.json")
    assert run("predict m.json -", input=sample("eight")).stdout == run("predict m.json eight.txt").stdout
    assert run("show -", input=Path("m.json").read_text()).exit_code == 0


def test_many_coefficients_are_cut_short() -> None:
    rng = np.random.default_rng(0)
    table = rng.standard_normal((60, 41))
    Path("wide.csv").write_text(
        "\n".join(",".join(map(repr, row)) for row in [[f"x{j}" for j in range(41)], *table.tolist()]).replace("'", "")
    )
    result = run("fit linear wide.csv -t x40")
    assert "... 29 more" in result.stdout
    assert len(result.stdout.splitlines()) < 22


def test_names_that_no_terminal_can_show() -> None:
    Path("odd.csv").write_text('"a\tb",y\n1,2\n2,3\n3,5\n')
    result = run("fit linear odd.csv -t y")
    assert result.exit_code == 0
    assert "\t" not in result.stdout
