"""Pictures of three or more classes, several targets and offsets are the same of estimators, runs and model files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from steepest import GDClassifier, GDRegressor, Trajectory
from steepest.cli import main
from steepest.core.errors import UsageError
from steepest.data.readers.roles import Asked
from steepest.data.readers.tables import read_columns
from steepest.plots import CostCurveDisplay, DecisionBoundaryDisplay, FitDisplay, ResidualsDisplay
from steepest.solve.model import read_model

near = pytest.approx
RNG = np.random.default_rng(7)
X = RNG.standard_normal((80, 3))
LABELS = np.array(["p", "q", "r"])[(X @ RNG.standard_normal((3, 3)) + RNG.gumbel(size=(80, 3))).argmax(1)]
YEARS = RNG.uniform(1.0, 5.0, 80)
COUNTS = RNG.poisson(YEARS * np.exp(0.3 * X[:, 0])).astype(float)
TARGETS = X @ [[1.0, 0.0], [2.0, -1.0], [0.0, 1.0]] + RNG.standard_normal((80, 2))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = np.column_stack((X, YEARS, COUNTS, TARGETS)).tolist()
    lines = [",".join([*map(repr, row), label]) for row, label in zip(rows, LABELS.tolist(), strict=True)]
    Path("t.csv").write_text("\n".join(["a,b,c,years,n,y1,y2,grade", *lines]))


def run(line: str, status: int = 0) -> str:
    done = CliRunner().invoke(main, line.split())
    assert done.exit_code == status, done.output
    return done.output


@pytest.mark.parametrize("how", ["softmax", "ovr"])
def test_regions_of_a_model_are_those_of_the_estimator(how: str) -> None:
    run(f"fit logistic t.csv -t grade -x a,b,c --alpha 0.05 --multi-class {how} -o m.json")
    model = GDClassifier(alpha=0.05, multi_class=how).fit(X, LABELS)
    of_model = DecisionBoundaryDisplay.from_model(read_model("m.json"), X, LABELS, columns=("a", "b"))
    of_estimator = DecisionBoundaryDisplay.from_estimator(model, X, LABELS, names=("a", "b", "c"), columns=("a", "b"))
    grid = RNG.standard_normal((5, 2))
    z = of_model.at(*grid.T)
    assert z == near(of_estimator.at(*grid.T), rel=1e-6)
    assert of_model.shares is not None
    points = np.column_stack((grid, np.full(5, X[:, 2].mean())))
    assert of_model.shares(z) == near(model.predict_proba(points), rel=1e-6)
    assert of_model.wrong is not None
    assert of_model.wrong.tolist() == (model.predict(X) != LABELS).tolist()
    assert (of_model.target, of_model.classes) == ("grade", ("p", "q", "r"))


def test_regions_of_a_run_are_those_of_its_model_and_both_are_drawn() -> None:
    run("fit logistic t.csv -t grade -x a,b,c --alpha 0.05 -o m.json --trajectory r.npz")
    of_run = DecisionBoundaryDisplay.from_trajectory(Trajectory.load("r.npz"), X, LABELS, columns=("a", "b"))
    of_model = DecisionBoundaryDisplay.from_model(read_model("m.json"), X, LABELS, columns=("a", "b"))
    assert of_run.at(X[:, 0], X[:, 1]) == near(of_model.at(X[:, 0], X[:, 1]))
    assert of_run.target == "grade"
    for source in ("m.json", "r.npz"):
        assert "their own class is the most probable" in run(f"plot decision-boundary {source} t.csv -o b.png --force")
        assert "p " in run(f"plot residuals {source} t.csv -o r.png --force")
    assert "The cost fell" in run("plot cost-history r.npz -o h.png")
    assert "2 panels" in run("animate r.npz t.csv -o a.gif --frames 3")
    assert "draw decision-boundary, residuals or cost-history" in run("plot sigmoid m.json t.csv -o s.png", 2)
    assert "draw cost-history" in run("plot cost-curve r.npz t.csv -o s.png", 2)


def test_targets_of_a_model_are_those_of_the_estimator() -> None:
    run("fit linear t.csv -t y1,y2 -x a,b,c -o m.json --trajectory r.npz")
    model = GDRegressor().fit(X, TARGETS)
    expected = FitDisplay.from_estimator(model, X, TARGETS)
    for fitted in (read_model("m.json"), Trajectory.load("r.npz")):
        found = FitDisplay.from_estimator(fitted, X, TARGETS)
        assert found.finding == expected.finding.replace("target 0", "y1").replace("target 1", "y2")
        residuals = ResidualsDisplay.from_estimator(fitted, X, TARGETS)
        assert residuals.residuals == near(ResidualsDisplay.from_estimator(model, X, TARGETS).residuals, abs=1e-9)
    assert "y1" in run("plot fit m.json t.csv -o f.png")


def test_offsets_are_part_of_every_picture() -> None:
    run("fit linear t.csv -t n -x a,b,c --loss poisson --exposure years -o m.json --trajectory r.npz")
    model = GDRegressor("poisson").fit(X, COUNTS, offset=np.log(YEARS))
    mean = np.exp(X @ model.coef_ + model.intercept_ + np.log(YEARS))
    table = read_columns("t.csv", Asked("n", ("a", "b", "c"), exposure="years")).encoded()
    found = ResidualsDisplay.from_model(read_model("m.json"), table.X, table.y, offset=table.offset)
    assert found.predicted == near(mean, rel=1e-6)
    said = f"mean absolute error {np.abs(mean - COUNTS).mean():.4g}"
    assert said in run("plot fit m.json t.csv -o f.png")
    assert said in run("plot fit r.npz t.csv -o f.png --force")
    cost = model.trajectory_.cost[-1]
    assert f"to {cost:.4g}, the minimum" in run("plot cost-surface r.npz t.csv -o c.png")
    assert "3 panels" in run("animate r.npz t.csv -o a.gif --frames 3")


def test_a_landscape_of_classes_is_refused_with_the_remedy() -> None:
    model = GDClassifier(alpha=0.05).fit(X, LABELS)
    with pytest.raises(UsageError, match="draw CostHistoryDisplay"):
        CostCurveDisplay.from_estimator(model, X, LABELS)
