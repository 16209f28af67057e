"""A model is called by its loss, and counts are scored by the deviance that is explained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import d2_tweedie_score, r2_score

from steepest import GDRegressor
from steepest.cli import main
from steepest.data.samples import sample


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("eight", "eight-labels"):
        Path(f"{name}.txt").write_text(sample(name))
    Path("alike.txt").write_text("x,y\n1,4\n2,4\n3,4\n")


def run(line: str) -> str:
    result = CliRunner().invoke(main, line.split())
    assert result.exit_code == 0, result.output
    return result.stdout


TITLES = {
    "linear eight.txt -t y": "linear",
    "linear eight.txt -t y --loss huber": "linear",
    "linear eight.txt -t y --loss poisson": "Poisson",
    "linear eight.txt -t y --loss quantile:q=0.3": "quantile",
    "logistic eight-labels.txt -t label --alpha 0.1": "logistic",
    "logistic eight-labels.txt -t label --alpha 0.1 --loss squared_hinge": "linear classification",
}


@pytest.mark.parametrize("line", TITLES)
def test_the_title_is_that_of_the_loss(line: str) -> None:
    title = TITLES[line] if "class" in TITLES[line] else f"{TITLES[line]} regression"
    assert run(f"fit {line} -o m.json").startswith(f"{title}: ")
    table = line.split()[1]
    assert run(f"evaluate m.json {table}").startswith(f"{TITLES[line]} model of {line.split()[3]} on 8 rows")
    assert run("show m.json").partition(":")[0].startswith(title.partition(" ")[0])


def test_counts_are_evaluated_by_the_deviance_explained() -> None:
    run("fit linear eight.txt -t y --loss poisson -o m.json")
    found = json.loads(run("evaluate m.json eight.txt --json"))["measures"]
    x, y = (
        np.loadtxt("eight.txt", delimiter=",", skiprows=1).T
        if "," in sample("eight")
        else np.loadtxt("eight.txt", skiprows=1).T
    )
    theirs = PoissonRegressor(alpha=0, tol=1e-10).fit(x[:, None], y)
    assert found["d2"] == pytest.approx(theirs.score(x[:, None], y), rel=1e-6)
    assert "r2" not in found
    assert "D2 " in run("evaluate m.json eight.txt")
    run("fit linear alike.txt -t y --loss poisson -o m.json --force")
    assert "undefined (the target is constant)" in run("evaluate m.json alike.txt")


@pytest.mark.parametrize("seed", range(40))
def test_targets_below_0_have_no_deviance_and_the_other_measures_stay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.integers(-3, 5, 6) * rng.choice([1.0, 0.25, 1e-9])
    Path("t.csv").write_text("x,y\n" + "".join(f"{i},{v!r}\n" for i, v in enumerate(y.tolist())))
    run("fit linear eight.txt -t y --loss poisson -o m.json --force")
    found = json.loads(run("evaluate m.json t.csv --json"))["measures"]
    assert (found["d2"] is None) == (y.min() < 0 or np.ptp(y) == 0)
    assert min(found["rmse"], found["mae"]) > 0
    lines = run("evaluate m.json t.csv").splitlines()
    reason = "the target is constant" if np.ptp(y) == 0 else "the target has numbers below 0"
    assert (f"D2     undefined ({reason})" in lines) == (found["d2"] is None)
    assert len(lines) == 5


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # of two targets at once
@pytest.mark.parametrize("seed", range(20))
def test_the_score_of_counts_is_scikit_learns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, weight = rng.standard_normal((30, 2)), rng.uniform(0.1, 2, 30) * (rng.random(30) < 0.8)
    y = rng.poisson(np.exp(X @ [0.5, -0.2] + 1)).astype(float)
    model = GDRegressor("poisson").fit(X, y, sample_weight=weight)
    for w in (None, weight):
        theirs = d2_tweedie_score(y, model.predict(X), sample_weight=w, power=1)
        assert model.score(X, y, sample_weight=w) == pytest.approx(theirs, rel=1e-9)
    both = GDRegressor("poisson").fit(X, np.column_stack((y, y[::-1])))
    parts = [d2_tweedie_score(c, p, power=1) for c, p in zip((y, y[::-1]), both.predict(X).T, strict=True)]
    assert both.score(X, np.column_stack((y, y[::-1]))) == pytest.approx(np.mean(parts), rel=1e-9)
    line = GDRegressor("huber").fit(X, y)
    assert line.score(X, y, sample_weight=weight) == r2_score(y, line.predict(X), sample_weight=weight)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_whole_numbers_beyond_2_53_get_a_note(suffix: str) -> None:
    pd = pytest.importorskip("pandas")
    ids = [2**53 + 1, 2**60 + 7, 5, 8, 13]
    frame = pd.DataFrame({"id": ids, "small": [1, 2, 3, 4, 7], "size": [1e17, 0.5, 2.0, 1.0, 3.0], "y": range(5)})
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet("t.parquet")
    elif suffix == "csv":
        frame.to_csv("t.csv", index=False)
    else:
        frame.to_json("t.jsonl", orient="records", lines=True)
    note = "whole numbers beyond 2^53 are rounded to double precision"
    text = run(f"fit linear t.{suffix} -t y -x id,small,size")
    assert f"Note: column 'id': {note}." in text
    assert text.count("2^53") == 1
    assert "2^53" not in run(f"fit linear t.{suffix} -t y -x small")
    assert f"Note: column 'id': {note}." in run(f"fit linear t.{suffix} -t id -x small")
