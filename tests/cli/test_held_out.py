"""``fit --test`` and ``--cv``: held-out scores are those of the rows named, and ``evaluate`` gives them again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sklearn import metrics

from steepest import folds, held_out_rows, read_table
from steepest.cli import main
from steepest.cli.actions.held_out import scores_of
from steepest.cli.picture_input import table_of
from steepest.cli.split import Split
from steepest.cli.table_input import class_places
from steepest.data.readers.asked import Asked
from steepest.data.readers.tables import read_columns
from steepest.data.readers.text_format import TextFormat
from steepest.descent.trajectory import Trajectory
from steepest.solve.fit import fit
from steepest.solve.model import Model, predict, probability, read_model
from steepest.solve.scores import of_model

ROWS = 60


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(4)
    X, weight = rng.normal(size=(ROWS, 2)), rng.integers(1, 4, ROWS)
    y = X @ [2.0, -1.0] + rng.normal(size=ROWS)
    label = np.where(y > 1, "yes", "no")
    lines = [
        f"{a!r},{b!r},{t!r},{c},{w}" for (a, b), t, c, w in zip(X.tolist(), y.tolist(), label, weight, strict=True)
    ]
    Path("t.csv").write_text("\n".join(["a,b,y,label,w", *lines]) + "\n")
    Path("one.csv").write_text("x,label\n1,no\n2,no\n3,no\n4,yes\n5,no\n")


def call(line: str) -> Result:
    return CliRunner().invoke(main, line.split())


def run(line: str) -> str:
    result = call(line)
    assert result.exit_code == 0, result.output
    return result.stdout


def found(line: str) -> Any:
    return json.loads(run(f"{line} --json"))


def least_squares(X: Any, y: Any) -> Any:
    return np.linalg.lstsq(np.column_stack((X, np.ones(len(y)))), y, rcond=None)[0]


def test_the_model_is_that_of_the_other_rows_and_the_scores_those_of_the_rows_named() -> None:
    scores = found("fit linear t.csv -t y -x a,b --test 0.25 --seed 3 -o m.json")["scores"]
    table, rows = read_table("t.csv", target="y", features=("a", "b")), held_out_rows(ROWS, 0.25, seed=3)
    others = np.setdiff1d(np.arange(ROWS), rows)
    model, X, y = read_model("m.json"), np.asarray(table.X), np.asarray(table.y)
    assert [*model.coef[0], *model.intercept] == pytest.approx(least_squares(X[others], y[others]), rel=1e-9)
    assert model.settings["held_out"] == {"share": 0.25, "seed": 3, "rows": ROWS}
    for part, own in (("training", others), ("held_out", rows)):
        said = predict(model, X[own])
        assert scores[part]["r2"] == pytest.approx(metrics.r2_score(y[own], said), rel=1e-12)
        assert scores[part]["rmse"] == pytest.approx(metrics.root_mean_squared_error(y[own], said), rel=1e-12)
        assert scores[part]["mae"] == pytest.approx(metrics.mean_absolute_error(y[own], said), rel=1e-12)
    assert scores["held_out"]["rows"] == len(rows) == 15
    assert scores["cross_validation"] is None
    again = found("evaluate m.json t.csv --held-out")
    assert again["rows"] == 15
    assert again["measures"]["r2"] == scores["held_out"]["r2"]
    assert "on 15 held-out rows of t.csv" in run("evaluate m.json t.csv --held-out")


def test_classes_are_stratified_and_weights_count() -> None:
    scores = found("fit logistic t.csv -t label -x a,b --weights w --test 0.2 -o m.json")["scores"]["held_out"]
    raw = read_columns("t.csv", Asked("label", ("a", "b"), "w", labels=True))
    table = raw.encoded()
    rows = held_out_rows(ROWS, 0.2, labels=table.y)
    model = read_model("m.json")
    part = raw.rows(rows).encoded()
    assert abs((part.y == "yes").mean() - (np.asarray(table.y) == "yes").mean()) < 0.05
    assert table.weight is not None
    p, w = probability(model, part.X), table.weight[rows]
    own = {"sample_weight": w}
    theirs = {
        "accuracy": metrics.accuracy_score(part.y, predict(model, part.X), **own),
        "balanced_accuracy": metrics.balanced_accuracy_score(part.y, predict(model, part.X), **own),
        "log_loss": metrics.log_loss(part.y, p, **own),
        "brier": metrics.brier_score_loss(part.y, p, pos_label="yes", **own),
        "auc": metrics.roc_auc_score(part.y, p, **own),
        "average_precision": metrics.average_precision_score(part.y, p, pos_label="yes", **own),
    }
    assert {name: scores[name] for name in theirs} == pytest.approx(theirs, rel=1e-12)
    matrix = metrics.confusion_matrix(part.y, predict(model, part.X), **own)
    assert scores["confusion"] == pytest.approx(matrix, rel=1e-12)
    again = found("evaluate m.json t.csv --held-out --weights w --calibration")["measures"]
    assert again["auc"] == scores["auc"]
    assert again["classes"] == ["no", "yes"]
    assert sum(again["calibration"]["P(label = yes)"]["rows"]) == len(rows)
    text = run("evaluate m.json t.csv --weights w --calibration")
    for words in ("weighted by w", "balanced accuracy", "confusion matrix", "calibration of P(label = yes)"):
        assert words in text


def test_cross_validation_scores_each_fold_by_a_fit_to_the_others() -> None:
    scores = found("fit linear t.csv -t y -x a,b --cv 4 --seed 2 -o m.json")["scores"]
    table = read_table("t.csv", target="y", features=("a", "b"))
    X, y, shares = np.asarray(table.X), np.asarray(table.y), []
    for rows in folds(ROWS, 4, seed=2):
        others = np.setdiff1d(np.arange(ROWS), rows)
        w = least_squares(X[others], y[others])
        shares.append(metrics.r2_score(y[rows], X[rows] @ w[:-1] + w[-1]))
    cross = scores["cross_validation"]
    assert cross["mean"]["r2"] == pytest.approx(np.mean(shares), rel=1e-9)
    assert cross["deviation"]["r2"] == pytest.approx(np.std(shares, ddof=1), rel=1e-9)
    assert [fold["r2"] for fold in cross["each"]] == pytest.approx(shares, rel=1e-9)
    assert cross["verdicts"] == ["converged"] * 4
    assert [*read_model("m.json").coef[0]] == pytest.approx(least_squares(X, y)[:-1], rel=1e-9)
    assert scores["held_out"] is None
    classes = found("fit logistic t.csv -t label -x a,b --alpha 0.01 --cv 3")["scores"]["cross_validation"]
    assert int(np.sum(classes["confusion"])) == ROWS
    slow = run("fit logistic t.csv -t label -x a,b --cv 3 --learning-rate 0.01 --steps 5")
    assert re.search(r"folds +3: 3 \w+; the model is fitted to all rows", slow)
    assert "mean of folds" in slow


def test_a_fit_says_how_well_it_fits_at_once() -> None:
    assert "R2        0." in run("fit linear t.csv -t y -x a,b")
    assert "(training rows)" in run("fit logistic t.csv -t label -x a,b")
    assert found("fit linear t.csv -t y -x a,b")["scores"]["training"]["r2"] > 0.5
    text = run("fit linear t.csv -t y -x a,b --test 0.2")
    assert "held out   12 of 60 rows; the model is fitted to the other 48" in text
    assert "scores   training   held-out" in text


def test_a_run_is_drawn_over_the_rows_that_it_was_fitted_to() -> None:
    run("fit linear t.csv -t y -x a,b --test 0.25 --trajectory r.npz")

    class Flags:
        target = weights = None
        form = TextFormat()

    path, rows = Trajectory.load("r.npz"), held_out_rows(ROWS, 0.25)
    whole = read_table("t.csv", target="y", features=("a", "b"))
    for held_out, numbers in ((False, np.setdiff1d(np.arange(ROWS), rows)), (True, rows)):
        assert (table_of(path, "t.csv", Flags(), held_out).y == np.asarray(whole.y)[numbers]).all()


def test_what_is_undefined_is_said() -> None:
    Path("alike.csv").write_text("x,y\n" + "".join(f"{i},{int(i < 2)}\n" for i in range(20)))
    rows = held_out_rows(20, 0.2)
    y = np.ones(20)
    y[np.setdiff1d(np.arange(20), rows)[:5]] = 0.0
    Path("alike.csv").write_text("x,y\n" + "".join(f"{i},{v:g}\n" for i, v in enumerate(y)))
    text = run("fit linear alike.csv -t y --test 0.2")
    assert "undefined (the target is constant)" in text
    run("fit logistic t.csv -t label -x a,b -o m.json")
    lines = [line for line in Path("t.csv").read_text().splitlines() if ",yes," not in line]
    Path("no.csv").write_text("\n".join(lines) + "\n")
    text = run("evaluate m.json no.csv")
    assert "AUC                 undefined (one class only)" in text
    assert "D2                  undefined (one class only)" in text
    assert found("evaluate m.json no.csv")["measures"]["auc"] is None
    assert "nan" not in text
    run("fit logistic t.csv -t label -x a,b --loss hinge --alpha 0.1 -o h.json")
    text = run("evaluate h.json t.csv")
    assert "AUC" in text
    assert "log loss" not in text
    assert found("evaluate h.json t.csv")["measures"]["log_loss"] is None


def test_counts_that_overflow_leave_the_fit_and_say_why() -> None:
    rows = held_out_rows(10, 0.1)
    x = np.linspace(0.0, 1.0, 10)
    x[rows] = 1e6
    Path("far.csv").write_text("x,y\n" + "".join(f"{v!r},{i}\n" for i, v in enumerate(x.tolist())))
    text = run("fit linear far.csv -t y --loss poisson --test 0.1 -o p.json")
    assert "undefined (row 1: the prediction is too large for a number" in text
    assert Path("p.json").exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("fit linear t.csv -t y -x a --test 0.2 --cv 5", "--test and --cv exclude each other: give one of them"),
        (
            "fit linear t.csv -t y -x a --test 1",
            "--test is a share of the rows, between 0 and 1, not 1: write --test 0.2",
        ),
        ("fit linear t.csv -t y -x a --cv 1", "--cv is a number of folds, 2 or more, not 1: write --cv 5"),
        ("fit linear five.csv -t y --cv 9", "5 rows cannot be split: 9 are needed, one in each of 9 folds"),
        (
            "fit logistic one.csv -t label --test 0.2",
            "one.csv, column 'label': class 'yes' has 1 row, but 2 are needed, one on each side of the split",
        ),
        ("fit logistic one.csv -t label --cv 2", "class 'yes' has 1 row, but 2 are needed, one in each of 2 folds"),
        ("evaluate all.json t.csv --held-out", "--held-out: no rows were held out of the fit: fit with --test 0.2"),
        ("evaluate test.json half.csv --held-out", "held rows out of 60, but half.csv has 2"),
        ("evaluate all.json t.csv --calibration", "--calibration is one of probabilities: this model predicts numbers"),
        ("plot roc-curve all.json t.csv -o p.svg --held-out", "--held-out: no rows were held out of the fit"),
        ("plot cost-history all.json -o p.svg --held-out", "--held-out is for fit, residuals"),
    ],
)
def test_what_cannot_be_held_out_is_refused_plainly(line: str, words: str) -> None:
    run("fit linear t.csv -t y -x a -o all.json")
    run("fit linear t.csv -t y -x a --test 0.1 -o test.json")
    Path("five.csv").write_text("x,y\n1,2\n2,3\n4,4\n5,1\n6,2\n")
    Path("half.csv").write_text("a,y\n1,2\n2,3\n")
    result = call(line)
    assert result.exit_code in (2, 3)
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_interruption_keeps_the_folds_so_far() -> None:
    raw = read_columns("t.csv", Asked("y", ("a", "b")))
    model = Model("linear", ("y",), ("a", "b"), ((1.0, 0.0),), (0.0,), None, "mse", {}, {}, {})
    done = iter([True, False])

    def refit(part: Any) -> Any:
        if not next(done):
            raise KeyboardInterrupt
        from steepest import Problem, make_rows

        table = part.encoded()
        return model, fit(make_rows(table.X, table.y), Problem())

    scores = scores_of(model, raw.encoded(), Split(raw, folds=folds(ROWS, 3)), refit)
    assert scores.interrupted
    assert scores.folds is not None
    assert scores.folds.words == "1 of 3, interrupted: 1 converged"
    assert len(scores.as_object()["cross_validation"]["each"]) == 1
    assert scores.lines()


def test_an_interrupted_fold_ends_the_command_as_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    from steepest.cli.actions import fit as action

    whole, calls = action.descend, iter(range(10))

    def descend(*given: Any) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return whole(*given)

    monkeypatch.setattr(action, "descend", descend)
    result = call("fit linear t.csv -t y -x a,b --cv 4 -o m.json --json")
    printed = json.loads(result.stdout)
    assert result.exit_code == printed["exit_code"] == 130
    assert printed["interrupted"]
    assert len(printed["scores"]["cross_validation"]["each"]) == 1
    assert Path("m.json").exists()


def test_the_deviance_explained_of_counts_is_weighted() -> None:
    rng = np.random.default_rng(3)
    x, w = rng.normal(size=(20, 1)), rng.uniform(0.1, 2.0, 20)
    y = rng.poisson(np.exp(0.5 * x[:, 0] + 1)).astype(float)
    w[3], y[3] = 0.0, -1.0
    model = Model("linear", ("y",), ("x",), ((0.4,),), (1.1,), None, "poisson", {}, {}, {})
    d2 = of_model.model_scores(model, x, y, w)["d2"]
    rows = w > 0
    theirs = metrics.d2_tweedie_score(y[rows], predict(model, x[rows]), sample_weight=w[rows], power=1)
    assert d2 == pytest.approx(theirs, rel=1e-9)


def test_the_scores_of_several_classes_and_targets_come_from_k_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    y, z = np.arange(30) % 3, rng.normal(size=(30, 3))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    monkeypatch.setattr(of_model, "predictor", lambda model, X, offset=None: z)
    monkeypatch.setattr(of_model, "probability_at", lambda model, z: p)
    monkeypatch.setattr(of_model, "predicted_at", lambda model, z: z)
    soft: Any = Model("logistic", ("y",), ("x",), ((0.0,),), (0.0,), ("a", "b", "c"), "log_loss", {}, {}, {})  # type: ignore[arg-type]
    scores = of_model.model_scores(soft, z, y)
    assert scores["auc"] == pytest.approx(metrics.roc_auc_score(y, p, multi_class="ovr"), rel=1e-12)
    assert scores["log_loss"] == pytest.approx(metrics.log_loss(y, p), rel=1e-12)
    assert scores["accuracy"] == metrics.accuracy_score(y, z.argmax(axis=1))
    p[:] = [1.0, 0.0, 0.0]
    assert np.isfinite(of_model.model_scores(soft, z, y)["log_loss"])
    targets = rng.normal(size=(30, 3))
    both = of_model.model_scores(soft._replace(kind="linear", classes=None, loss="mse"), z, targets)
    assert both["r2"] == pytest.approx(metrics.r2_score(targets, z), rel=1e-12)
    assert [one["mae"] for one in both["targets"]] == pytest.approx(np.abs(targets - z).mean(axis=0), rel=1e-12)


def test_a_model_of_sparse_rows_is_drawn() -> None:
    pytest.importorskip("matplotlib")
    rows = [f"{i % 2} 1:{i % 5} 3:{(i * 7) % 4 - i % 2}" for i in range(20)]
    Path("t.libsvm").write_text("\n".join(rows) + "\n")
    run("fit logistic t.libsvm -t label --alpha 0.1 --test 0.3 -o s.json")
    assert "AUC" in run("plot roc-curve s.json t.libsvm --held-out -o s.svg")


def test_labels_are_places_among_any_number_of_classes() -> None:
    table = read_table("t.csv", target="label", features=("a",), labels=True)
    assert (class_places(table, ["maybe", "no", "yes"]) == np.where(np.asarray(table.y) == "yes", 2, 1)).all()
    with pytest.raises(ValueError, match="is none of the model"):
        class_places(table, ["a", "b", "c"])
