"""--alpha cv: the choice of alpha by cross-validation on the command line, and what compare varies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest.cli import main
from steepest.data.folds import folds, other_rows
from steepest.data.make_rows import make_rows
from steepest.objective.problem import Problem
from steepest.solve.cross_validation import cross_validate
from steepest.solve.model import read_model
from steepest.solve.validation_curve import Fold, Grid


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 3))
    y = X @ [2.0, 0.0, -1.0] + rng.standard_normal(40)
    lines = [f"{a},{b},{c},{t},{'yes' if t > 0 else 'no'}" for (a, b, c), t in zip(X, y, strict=True)]
    Path("t.csv").write_text("\n".join(["a,b,c,y,sign", *lines]) + "\n")


def run(line: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, line.split())
    assert result.exit_code == code, result.output
    return result


def test_alpha_is_that_of_the_folds_of_the_seed() -> None:
    run("fit linear t.csv -t y -x a,b,c --alpha cv --l1-ratio 1 --cv 4 --seed 3 -o m.json")
    found = read_model("m.json").settings["cross_validation"]
    X = np.loadtxt("t.csv", delimiter=",", skiprows=1, usecols=(0, 1, 2, 3))
    rows = make_rows(X[:, :3], X[:, 3])
    parts = [Fold(other_rows(40, part), part) for part in folds(40, 4, seed=3)]
    expected = cross_validate(rows, Problem(), parts, Grid(l1_ratios=(1.0,)))
    assert found["alphas"][found["best"]] == expected.alpha
    assert found["mean"] == expected.curve.mean.tolist()
    assert f"alpha={expected.alpha}" in read_model("m.json").settings["penalty"]


def test_the_choice_is_said_with_its_score_and_standard_error() -> None:
    text = run("fit linear t.csv -t y -x a,b,c --alpha cv --l1-ratio 1").stdout
    assert "of 100 in 5 folds: mean squared error 1." in text
    assert " ± 0." in text
    text = run("fit logistic t.csv -t sign -x a,b,c --alpha cv:1se").stdout
    assert "(the largest within one standard error of the best of 100 in 5 folds: mean log loss 0." in text


def test_json_has_the_curve() -> None:
    found = json.loads(run("fit linear t.csv -t y -x a,b,c --alpha cv:1se --json").stdout)
    curve = found["settings"]["cross_validation"]
    assert (curve["rule"], curve["folds"], len(curve["alphas"])) == ("1se", 5, 100)
    assert curve["one_standard_error"] <= curve["best"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("fit linear t.csv -t y --alpha cw", "'cw' is not a finite number"),
        ("fit linear t.csv -t y -x a --alpha cv --fix a=1", "--alpha cv and --fix exclude each other"),
        ("fit linear t.csv -t y -x a --alpha cv --cv 41", "41"),
        ("limit t.csv -t y -x a --alpha cv", "give limit a number"),
    ],
)
def test_what_is_refused(line: str, words: str) -> None:
    assert words in run(line, code=2).stderr


def test_compare_varies_the_objective() -> None:
    text = run("compare linear t.csv -t y -x a,b,c --vary alpha=0,0.1,cv --vary l1-ratio=0,1").stdout
    assert [line.split("  ")[0] for line in text.splitlines()[1:4]] == [
        "alpha=0, l1-ratio=0",
        "alpha=0, l1-ratio=1",
        "alpha=0.1, l1-ratio=0",
    ]
    assert "The costs are of different objectives" in text
    text = run("compare linear t.csv -t y -x a,b,c --vary loss=squared_error,huber").stdout
    assert "loss=huber" in text
    assert "different objectives" not in run("compare linear t.csv -t y -x a --vary rule=plain,momentum").stdout
