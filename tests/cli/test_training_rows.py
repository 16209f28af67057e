"""Early stopping, weights of classes and scaled columns on the command line: the same answers as the estimators."""

from __future__ import annotations

import json

import numpy as np
import pytest

from steepest import GDClassifier, GDRegressor, Trajectory
from steepest.cli import main

near = pytest.approx
rng = np.random.default_rng(0)
X = rng.standard_normal((80, 3))
Y = X[:, 0] + rng.standard_normal(80)
LABELS = np.where(Y > 0.7, "yes", "no")


@pytest.fixture(autouse=True)
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = (f"{','.join(map(repr, x.tolist()))},{y!r},{c}" for x, y, c in zip(X, Y.tolist(), LABELS, strict=True))
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c,y,k", *rows]))


def run(line, capsys):
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


def fit(line, capsys):
    code, out, err = run(f"fit {line} --json", capsys)
    assert code == 0, err
    return json.loads(out)


def test_early_stopping_is_that_of_the_estimator(tmp_path, capsys):
    options = "--learning-rate 0.02 --early-stopping --validation-fraction 0.25 --n-iter-no-change 7 --seed 3"
    found = fit(f"linear t.csv -t y -x a,b,c {options} --trajectory r.npz", capsys)
    settings = {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 7}
    model = GDRegressor(learning_rate=0.02, random_state=3, **settings).fit(X, Y)
    assert found["coef"] == near(model.coef_.tolist(), rel=1e-12)
    path = Trajectory.load(tmp_path / "r.npz")
    assert path.validation_cost == near(model.trajectory_.validation_cost, rel=1e-12)
    assert set(found["settings"]["validation"]) == {"step", "loss", "rows"}
    _, out, err = run(f"fit linear t.csv -t y -x a,b,c {options}", capsys)
    assert "held out   20 rows: mean loss" in out
    assert err == ""  # it ended as the user asked


def test_a_classifier_holds_out_its_share_of_each_class(capsys):
    options = "--learning-rate 0.2 --early-stopping --validation-fraction 0.25"
    found = fit(f"logistic t.csv -t k -x a,b,c {options}", capsys)
    model = GDClassifier(learning_rate=0.2, early_stopping=True, validation_fraction=0.25).fit(X, LABELS)
    assert found["coef"] == near(model.coef_[0].tolist(), rel=1e-12)


@pytest.mark.parametrize(
    ("option", "weight"), [("yes=3", {"yes": 3.0}), ("no=0.5,yes=2", {"no": 0.5, "yes": 2.0}), ("balanced", "balanced")]
)
def test_weights_of_classes_are_those_of_the_estimator(option, weight, capsys):
    found = fit(f"logistic t.csv -t k -x a,b,c --class-weight {option} --tol 0", capsys)
    model = GDClassifier(class_weight=weight, tol=0).fit(X, LABELS)
    assert found["coef"] == near(model.coef_[0].tolist(), rel=1e-9)
    assert found["settings"]["class_weight"] == weight


@pytest.mark.parametrize(("option", "value"), [("--standardize", True), ("--no-standardize", False), ("", "auto")])
def test_standardize_is_that_of_the_estimator(option, value, capsys):
    found = fit(f"linear t.csv -t y -x a,b,c --learning-rate 0.1 --steps 5 {option}", capsys)
    model = GDRegressor(learning_rate=0.1, max_updates=5, tol=None, standardize=value).fit(X, Y)
    assert found["coef"] == near(model.coef_.tolist(), rel=1e-12)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("logistic t.csv -t k -x a --class-weight maybe=2", "there is no label 'maybe': the labels are no and yes"),
        ("logistic t.csv -t k -x a --class-weight yes=-2", "is below 0"),
        ("logistic t.csv -t k -x a --class-weight heavy", "is not NAME=NUMBER"),
        ("linear t.csv -t y -x a --class-weight balanced", "it is for fit logistic"),
        ("linear t.csv -t y -x a --validation-fraction 0.2", "--validation-fraction belongs to --early-stopping"),
        ("linear t.csv -t y -x a --n-iter-no-change 2", "--n-iter-no-change belongs to --early-stopping"),
        ("linear t.csv -t y -x a --early-stopping --validation-fraction 1.2", "between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(line, said, capsys):
    code, _, err = run(f"fit {line}", capsys)
    assert code != 0
    assert said in err
    assert err.count("\n") == 1


def test_probit_and_perceptron_are_titled_by_what_they_predict(capsys):
    _, out, _ = run("fit logistic t.csv -t k -x a,b,c --loss probit", capsys)
    assert out.startswith("probit regression: P(k = yes) by a, b, c")
    _, out, _ = run("fit logistic t.csv -t k -x a,b,c --loss perceptron --batch-size 1 --learning-rate 1", capsys)
    assert out.startswith("perceptron: k = yes by a, b, c")
    assert "at most" in out  # above the minimum, which is 0
