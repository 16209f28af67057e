"""Model files of estimators: the same predictions after loading, in Python and on the command line."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from steepest import GDClassifier, GDRegressor, GDRegressorCV, losses, rules, steps, tables
from steepest.cli import main
from steepest.cli.text import label_text
from steepest.core.errors import DataError, FileError, UsageError
from steepest.solve.model import read_model

RNG = np.random.default_rng(6)
X = RNG.standard_normal((40, 3))
Z = X @ [1.0, -2.0, 0.5] + 3.0 + RNG.standard_normal(40)
GRADES = np.array(["low", "mid", "top"])[np.digitize(Z, [2.0, 4.0])]
LABELS = {
    "text": np.where(Z > 3.0, "yes", "no"),
    "objects": np.where(Z > 3.0, "yes", "no").astype(object),
    "bool": Z > 3.0,
    "int8": np.where(Z > 3.0, 1, -1).astype(np.int8),
    "float": np.where(Z > 3.0, 2.0, -1.0),
    "large": np.where(Z > 3.0, 2**60 + 1, 2**60),
    "three": GRADES,
}


class Own(losses.Huber):
    """A loss that no file can name."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savetxt("t.csv", X, "%.17g", ",")


def run(line: str, status: int = 0) -> str:
    done = CliRunner().invoke(main, line.split())
    assert done.exit_code == status, done.output
    return done.stdout if status == 0 else done.output


def by_command(line: str) -> list[list[str]]:
    return list(csv.reader(StringIO(run(line))))[1:]


def assert_same(saved: Any, loaded: Any) -> None:
    assert (loaded.predict(X) == saved.predict(X)).all()
    assert (loaded.coef_ == saved.coef_).all()
    assert np.shape(loaded.coef_) == np.shape(saved.coef_)
    assert type(loaded.intercept_) is type(saved.intercept_)
    assert loaded.get_params() == saved.get_params()
    assert (loaded.verdict_, loaded.certificate_) == (saved.verdict_, saved.certificate_)
    assert loaded.n_iter_ == saved.n_iter_
    assert loaded._total == saved._total  # the rows, by which to_sklearn scales the penalty


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("loss", ["squared_error", "mse"])
def test_a_regressor(loss: str, several: bool) -> None:
    y = np.column_stack((Z, Z**2)) if several else Z
    model = GDRegressor(loss, alpha=0.1, penalty_factors={0: 0.5, "x1": 2.0}).fit(X, y)
    model.save("m.json")
    loaded = GDRegressor.load("m.json")
    assert_same(model, loaded)
    assert (loaded.fit(X, y).coef_ == model.coef_).all()
    found = np.array(by_command("predict m.json t.csv"), float)
    assert (found.squeeze() == model.predict(X)).all()
    assert read_model("m.json").targets == (("c4", "c5") if several else ("c4",))


def test_counts() -> None:
    model = GDRegressor("poisson").fit(X, np.floor(np.exp(0.3 * Z)))
    model.save("m.json")
    assert_same(model, GDRegressor.load("m.json"))
    assert (np.array(by_command("predict m.json t.csv"), float)[:, 0] == model.predict(X)).all()


@pytest.mark.parametrize("how", ["softmax", "ovr"])
@pytest.mark.parametrize("kind", LABELS)
def test_a_classifier(kind: str, how: str) -> None:
    y = LABELS[kind]
    model = GDClassifier(alpha=0.1, multi_class=how, class_weight="balanced").fit(X, y)
    model.save("m.json")
    loaded = GDClassifier.load("m.json")
    assert_same(model, loaded)
    assert loaded.classes_.dtype == model.classes_.dtype
    assert (loaded.predict_proba(X) == model.predict_proba(X)).all()
    assert [row[0] for row in by_command("predict m.json t.csv")] == list(map(label_text, model.predict(X).tolist()))
    shares = np.array(by_command("predict m.json t.csv --proba"), float)
    np.testing.assert_allclose(shares, model.predict_proba(X), rtol=1e-13)


def test_records_and_settings_are_kept() -> None:
    asked = {"rule": rules.Momentum(0.5), "learning_rate": steps.InverseTime(0.05, 0.01), "fixed": ("intercept",)}
    model = GDRegressor(losses.Huber(1.5), batch_size=4, average=True, max_iter=3, tol=None, **asked).fit(X, Z)
    model.save("m.json")
    loaded = GDRegressor.load("m.json")
    assert_same(model, loaded)
    assert (loaded.fit(X, Z).coef_ == model.coef_).all()


def test_names_of_a_data_frame() -> None:
    pd = pytest.importorskip("pandas", reason="data frames are of pandas")
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model = GDRegressor(signs={"b": "-"}).fit(frame, Z)
    model.save("m.json", target="price")
    loaded = GDRegressor.load("m.json")
    assert loaded.feature_names_in_.tolist() == ["a", "b", "c"]
    assert (loaded.predict(frame) == model.predict(frame)).all()
    assert read_model("m.json").targets == ("price",)
    frame[["c", "a", "b"]].assign(price=Z).to_csv("f.csv", index=False)
    assert (np.array(by_command("predict m.json f.csv"), float)[:, 0] == model.predict(frame)).all()
    assert json.loads(run("evaluate m.json f.csv --json"))["measures"]["r2"] == pytest.approx(model.score(frame, Z))


def write_colours() -> None:
    with Path("c.csv").open("w") as file:
        out = csv.writer(file)
        out.writerow(("colour", "a", "b", "y"))
        out.writerows((("red", "blue", "grey")[i % 3], *X[i, :2].tolist(), Z[i]) for i in range(40))


def test_text_columns_of_the_command_line_in_python() -> None:
    pd = pytest.importorskip("pandas", reason="data frames are of pandas")
    write_colours()
    run("fit linear c.csv -t y --alpha 0.1 -o m.json")
    pipeline = make_pipeline(tables.TableEncoder.load("m.json"), GDRegressor.load("m.json"))
    found = pipeline.predict(pd.read_csv("c.csv")[["b", "colour", "a"]])
    assert found.tolist() == [float(row[0]) for row in by_command("predict m.json c.csv")]
    again = GDRegressor.load("m.json")
    assert again.alpha == 0.1
    frame = pd.read_csv("c.csv")
    fitted = again.fit(pipeline[0].transform(frame), Z)
    np.testing.assert_allclose(fitted.coef_, pipeline[1].coef_, rtol=1e-9)


def test_text_columns_of_python_on_the_command_line() -> None:
    pd = pytest.importorskip("pandas", reason="data frames are of pandas")
    write_colours()
    frame = pd.read_csv("c.csv")
    pipeline = make_pipeline(tables.TableEncoder(), GDRegressor()).fit(frame[["colour", "a", "b"]], Z)
    pipeline[-1].save("m.json", encoder=pipeline[0])
    found = [float(row[0]) for row in by_command("predict m.json c.csv")]
    assert found == pipeline.predict(frame[["colour", "a", "b"]]).tolist()


@pytest.mark.parametrize(
    "penalty", ["--alpha 0.2 --l1-ratio 0.5 --penalty-factors c1=0", "--no-intercept --signs c2=-", ""]
)
def test_a_fit_of_the_command_line_again(penalty: str) -> None:
    np.savetxt("y.csv", np.column_stack((X, Z)), "%.17g", ",")
    run(f"fit linear y.csv -t c4 {penalty} -o m.json")
    loaded = GDRegressor.load("m.json")
    before = loaded.coef_
    assert not hasattr(loaded, "feature_names_in_")
    np.testing.assert_allclose(loaded.fit(X, Z).coef_, before, rtol=1e-8, atol=1e-10)


def test_the_chosen_model_of_a_cross_validation() -> None:
    model = GDRegressorCV(alphas=5, cv=3).fit(X, Z)
    model.model_.save("m.json")
    assert (GDRegressor.load("m.json").predict(X) == model.predict(X)).all()


def test_a_stream_and_a_sparse_model() -> None:
    GDRegressor().partial_fit(X, Z).save("m.json")
    assert not hasattr(GDRegressor.load("m.json"), "verdict_")
    model = GDRegressor(alpha=0.5, l1_ratio=1.0).fit(X, Z)
    before = model.predict(X)
    model.sparsify().save("m.json", force=True)
    assert (GDRegressor.load("m.json").predict(X) == before).all()


def test_what_cannot_be_kept_is_said() -> None:
    model = GDRegressor(callback=lambda state: None).fit(X, Z)
    with pytest.warns(UserWarning, match=r"callback cannot be kept .* set it again after load"):
        model.save("m.json")
    assert GDRegressor.load("m.json").callback is None
    with pytest.raises(FileError, match="exists"):
        GDRegressor().fit(X, Z).save("m.json")
    with pytest.raises(NotFittedError):
        GDRegressor().save("n.json")
    with pytest.raises(UsageError, match="one of your own"):
        GDRegressor(Own(1.0)).fit(X, Z).save("n.json")
    with pytest.raises(UsageError, match="names of 1 columns"):
        GDRegressor().fit(X, Z).save("n.json", target=("a", "b"))
    assert not Path("n.json").exists()


def test_an_offset_is_asked_for_by_the_command_and_said_in_python() -> None:
    shift = RNG.uniform(0.0, 1.0, 40)
    model = GDRegressor().fit(X, Z, offset=shift)
    model.save("m.json", offset="c4")
    np.savetxt("o.csv", np.column_stack((X, shift)), "%.17g", ",")
    found = np.array(by_command("predict m.json o.csv"), float)[:, 0]
    np.testing.assert_allclose(found, model.predict(X) + shift, rtol=1e-14)
    with pytest.warns(UserWarning, match="column 'c4', which predict here does not add"):
        assert (GDRegressor.load("m.json").predict(X) == model.predict(X)).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m["settings"]["estimator"]["parameters"].update(nonsense=1), "damaged"),
        (lambda m: m["settings"]["estimator"]["parameters"].update(rule={"record": "os:system"}), "damaged"),
        (lambda m: m["settings"]["estimator"].update(parameters=[1]), "damaged"),
        (lambda m: m["settings"]["estimator"].update(labels="V8"), "damaged"),
        (lambda m: m["certificate"].update(more=1), "damaged"),
    ],
)
def test_a_damaged_file_is_one_line(change: Any, words: str) -> None:
    GDClassifier(alpha=0.1).fit(X, LABELS["int8"]).save("m.json")
    members = json.loads(Path("m.json").read_text())
    change(members)
    members["schema_version"] = 1
    for name in ("checksum", "multi_class", "offset", "exposure", "encoding"):
        del members[name]
    Path("m.json").write_text(json.dumps(members))
    with pytest.raises(DataError, match=words) as told:
        GDClassifier.load("m.json")
    assert "\n" not in str(told.value)


def test_other_files_are_refused() -> None:
    Path("n.json").write_text("{}")
    with pytest.raises(DataError, match="not a model file"):
        GDRegressor.load("n.json")
    GDRegressor().fit(X, Z).save("m.json")
    with pytest.raises(UsageError, match=r"use GDRegressor\.load"):
        GDClassifier.load("m.json")
    data = Path("m.json").read_bytes()
    Path("m.json").write_bytes(data.replace(b'"l2', b'"l3', 1).replace(b"0", b"1", 1))
    with pytest.raises(DataError, match="damaged"):
        GDRegressor.load("m.json")
