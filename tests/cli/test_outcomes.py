"""Several targets, three or more classes, offsets, exposures, factors and signs on the command line."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from steepest import GDClassifier, GDRegressor
from steepest.cli import main
from steepest.solve.model import read_model

RNG = np.random.default_rng(15)
X = RNG.standard_normal((90, 3)) * [1.0, 2.0, 0.5]
NAMES = ("a", "b", "c")
Z = X @ RNG.standard_normal((3, 3)) + RNG.gumbel(size=(90, 3))
LABELS = np.array(["low", "mid", "top"])[Z.argmax(1)]
YEARS, SHIFT = RNG.uniform(0.5, 4.0, 90), RNG.normal(0.0, 0.3, 90)
COUNTS = RNG.poisson(YEARS * np.exp(0.4 * X[:, 0] + SHIFT)).astype(float)
TARGETS = Z[:, :2]
DATA: NDArray[Any] = np.column_stack((X, YEARS, SHIFT, COUNTS, TARGETS))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    head = ("a", "b", "c", "years", "shift", "claims", "y1", "y2", "grade")
    with Path("t.csv").open("w") as file:
        out = csv.writer(file)
        out.writerow(head)
        out.writerows([*row, label] for row, label in zip(DATA.tolist(), LABELS.tolist(), strict=True))


def run(line: str, status: int = 0) -> Result:
    done = CliRunner().invoke(main, line.split())
    assert done.exit_code == status, done.output
    return done


def run_json(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(line + " --json").stdout)
    return found


def table(text: str) -> tuple[list[str], NDArray[np.float64]]:
    head, *rows = csv.reader(StringIO(text))
    return head, np.array(rows, np.float64)


@pytest.mark.parametrize(
    ("line", "status"), [("linear t.csv -t y1,y2 -x a,b,c", 4), ("logistic t.csv -t grade -x a,b,c", 0)]
)
def test_a_run_of_several_outputs_that_ends_above_its_lowest_cost_prints_that_one(line: str, status: int) -> None:
    text = run(f"fit {line} --learning-rate 20 --steps 30", status).stdout
    assert " at step " in text
    assert len(text.split("\n\n")[1].splitlines()) == 5


@pytest.mark.parametrize("how", ["softmax", "ovr"])
def test_three_classes_are_those_of_the_estimator(how: str) -> None:
    found = run_json(f"fit logistic t.csv -t grade -x a,b,c --alpha 0.02 --multi-class {how} -o m.json")
    model = GDClassifier(alpha=0.02, multi_class=how).fit(X, LABELS)
    assert (found["classes"], found["multi_class"], found["target"]) == (["low", "mid", "top"], how, "grade")
    assert np.array(found["coef"]) == pytest.approx(model.coef_, rel=1e-9)
    assert np.array(found["intercept"]) == pytest.approx(model.intercept_, rel=1e-9)
    assert found["verdict"]["status"] == "converged"
    paths = model.trajectory_ if how == "ovr" else [model.trajectory_]
    assert found["cost"]["value"] == pytest.approx(sum(path.cost[-1] for path in paths), rel=1e-12)
    assert found["certificate"]["gap"] == pytest.approx(model.certificate_.gap, rel=1e-6, abs=1e-14)
    head, p = table(run("predict m.json t.csv --proba").stdout)
    assert head == ["probability_low", "probability_mid", "probability_top"]
    assert p == pytest.approx(model.predict_proba(X), rel=1e-9)
    assert run("predict m.json t.csv").stdout.split()[1:] == model.predict(X).tolist()
    assert run_json("predict m.json t.csv --proba")["probability"]["mid"] == p[:, 1].tolist()
    shown = run("show m.json").stdout
    assert "grade, 3 classes" in shown
    assert all(f"{number:.6g}"[:6] in shown for number in np.ravel(found["coef"]))


def test_softmax_is_what_three_classes_get_and_one_column_is_printed_for_each() -> None:
    said = run("fit logistic t.csv -t grade -x a,b,c --alpha 0.02 --at a=1,b=0,c=0 --trajectory r.npz").stdout
    assert "3 classes, softmax" in said
    assert said.splitlines()[2].split() == ["low", "mid", "top"]
    p = GDClassifier(alpha=0.02).fit(X, LABELS).predict_proba([[1.0, 0.0, 0.0]])[0]
    for label, share in zip(("low", "mid", "top"), p, strict=True):
        assert f"P({label}) = {share:.10g}"[:18] in said
    assert "a: low" in run("show r.npz").stdout


def test_several_targets_are_fits_of_each() -> None:
    found = run_json("fit linear t.csv -t y1,y2 -x a,b,c -o m.json --trajectory r.npz --at a=1,b=2,c=3")
    for c in (0, 1):
        alone = run_json(f"fit linear t.csv -t y{c + 1} -x a,b,c --at a=1,b=2,c=3")
        assert found["coef"][c] == pytest.approx(alone["coef"], rel=1e-9)
        assert found["intercept"][c] == pytest.approx(alone["intercept"], rel=1e-9)
        assert found["at"]["prediction"][c] == pytest.approx(alone["at"]["prediction"], rel=1e-9)
    assert found["target"] == ["y1", "y2"]
    head, predicted = table(run("predict m.json t.csv").stdout)
    assert head == ["y1", "y2"]
    assert predicted == pytest.approx(X @ np.array(found["coef"]).T + found["intercept"], rel=1e-12)
    assert list(run_json("predict m.json t.csv")["prediction"]) == ["y1", "y2"]
    assert "y1, y2 by a, b, c" in run("fit linear t.csv -t y1,y2 -x a,b,c").stdout


def test_offset_and_exposure_are_part_of_fit_and_prediction() -> None:
    line = "fit linear t.csv -t claims -x a,b,c --loss poisson --exposure years --offset shift"
    found = run_json(f"{line} -o m.json --at a=1,b=0,c=0,years=2,shift=0.1")
    known = np.log(YEARS) + SHIFT
    model = GDRegressor("poisson").fit(X, COUNTS, offset=known)
    assert found["coef"] == pytest.approx(model.coef_, rel=1e-8)
    assert (found["offset"], found["exposure"]) == ("shift", "years")
    mean = np.exp(X @ model.coef_ + model.intercept_ + known)
    assert table(run("predict m.json t.csv").stdout)[1][:, 0] == pytest.approx(mean, rel=1e-8)
    at = 2.0 * np.exp(model.coef_[0] + model.intercept_ + 0.1)
    assert found["at"]["prediction"] == pytest.approx(at, rel=1e-8)
    assert "needs a value for 'shift'" in run(f"{line} --at a=1,b=0,c=0,years=2", 2).stderr
    assert "years must be above 0" in run(f"{line} --at a=1,b=0,c=0,years=0,shift=0", 2).stderr
    Path("short.csv").write_text("a,b,c\n1,2,3\n")
    assert "no column 'shift'" in run("predict m.json short.csv", 2).stderr


def test_factors_and_signs_are_those_of_the_estimator() -> None:
    line = "fit linear t.csv -t y1 -x a,b,c --alpha 0.5"
    found = run_json(f"{line} --penalty-factors a=0,c=2")
    model = GDRegressor(alpha=0.5, penalty_factors={0: 0.0, 2: 2.0}).fit(X, TARGETS[:, 0])
    assert found["coef"] == pytest.approx(model.coef_, rel=1e-9)
    for text, signs in (("+", "+"), ("-", "-"), ("a=-,c=+", {0: "-", 2: "+"})):
        found = run_json(f"{line} --signs {text}")
        model = GDRegressor(alpha=0.5, signs=signs).fit(X, TARGETS[:, 0])
        assert found["coef"] == pytest.approx(model.coef_, rel=1e-8, abs=1e-10)


def test_weights_of_a_class_must_not_all_be_zero() -> None:
    rows = ["x,w,y", *(f"{i},{int(i % 3 > 0)},{'abc'[i % 3]}" for i in range(12))]
    Path("w.csv").write_text("\n".join(rows))
    assert "every row of class a has weight 0" in run("fit logistic w.csv -t y --weights w", 3).stderr


def test_compare_takes_classes_and_targets() -> None:
    line = "compare logistic t.csv -t grade -x a,b,c --alpha 0.02 --vary rule=newton,secant"
    for how in ("softmax", "ovr"):
        runs = run_json(f"{line} --multi-class {how}")["runs"]
        assert [one["status"] for one in runs] == ["converged"] * 2
        assert runs[0]["cost"] == pytest.approx(runs[1]["cost"], rel=1e-9)
    runs = run_json("compare linear t.csv -t y1,y2 -x a,b,c --vary rule=newton,auto")["runs"]
    assert runs[0]["cost"] == pytest.approx(runs[1]["cost"], rel=1e-12)


def test_many_classes_print_some_columns_and_say_so() -> None:
    rows = ["x,y", *(f"{i % 7},{'abcdefgh'[i % 8]}" for i in range(80))]
    Path("many.csv").write_text("\n".join(rows))
    said = run("fit logistic many.csv -t y --alpha 0.1 -o m.json").stdout
    assert said.splitlines()[2].split() == ["a", "b", "c", "d", "e"]
    assert "3 more classes" in said
    assert len(read_model("m.json").coef) == 8


CONSTANTS = {
    "squared_error": lambda y: float(y.mean()),
    "quantile:q=0.5": lambda y: float(np.median(y)),
    "poisson": lambda y: float(np.log(y.mean())),
    "huber:delta=1": lambda y: float(
        minimize_scalar(
            lambda z: np.where(abs(y - z) > 1, abs(y - z) - 0.5, 0.5 * (y - z) ** 2).sum(),
            bounds=(y.min(), y.max()),
            method="bounded",
            options={"xatol": 1e-12},
        ).x
    ),
}


@pytest.mark.parametrize("loss", CONSTANTS)
@pytest.mark.parametrize("weights", ["", " --weights years"])
def test_the_intercept_alone_is_the_best_constant(loss: str, weights: str) -> None:
    y = COUNTS if not weights else np.repeat(COUNTS, np.maximum(1, (YEARS * 1000).round().astype(int)))
    found = run_json(f"fit linear t.csv -t claims --loss {loss} --intercept-only{weights} -o m.json")
    assert found["verdict"]["status"] == "converged"
    assert (found["names"], found["coef"]) == ([], [])
    assert found["certificate"]["gap"] <= 1e-9 * found["cost"]["value"]
    assert found["intercept"] == pytest.approx(CONSTANTS[loss](y), abs=5e-4 if weights else 1e-6)
    assert len(run("predict m.json t.csv").stdout.split()) == 91


@pytest.mark.parametrize("settings", ["--learning-rate 0.3 --tol 1e-9", "--rule secant", "--alpha 0.1 --l1-ratio 1"])
def test_the_intercept_alone_is_found_by_every_method(settings: str) -> None:
    found = run_json(f"fit linear t.csv -t y1 --intercept-only {settings}")
    assert found["intercept"] == pytest.approx(TARGETS[:, 0].mean(), abs=1e-4)
    assert found["verdict"]["status"] == "converged"


def test_the_null_model_of_classes_has_their_shares() -> None:
    found = run_json("fit logistic t.csv -t grade --intercept-only -o m.json")
    shares = np.array([(label == LABELS).mean() for label in ("low", "mid", "top")])
    assert np.exp(found["intercept"]) / np.exp(found["intercept"]).sum() == pytest.approx(shares, rel=1e-7)
    assert found["cost"]["value"] == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-12)
    assert table(run("predict m.json t.csv --proba").stdout)[1][0] == pytest.approx(shares, rel=1e-7)
