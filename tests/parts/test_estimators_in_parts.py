"""The estimators over tables in parts: the answers of a table in memory, the same attributes, and what is refused."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from steepest import GDClassifier, GDRegressor, scan
from steepest.core.errors import DataError, UsageError

N = 30_011
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 5)) * [1.0, 10.0, 0.1, 1.0, 3.0] + [0.0, 40.0, 1.0, 0.0, 0.0]
Z = (X - [0.0, 40.0, 1.0, 0.0, 0.0]) @ [1.0, 0.2, 0.0, -1.0, 0.3] + 0.3
NUMBERS = Z + RNG.normal(size=N)
LABELS = (Z + RNG.logistic(size=N) > 0).astype(int)
WEIGHT = RNG.integers(1, 4, N).astype(float)
TEXTS = np.array(["no", "yes"])[LABELS]


def folder(tmp_path: Path, **columns: object) -> Path:
    """The columns in two Parquet files."""
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    whole = pa.table({**{name: X[:, j] for j, name in enumerate("abcde")}, **columns})
    parquet.write_table(whole.slice(0, 17_003), tmp_path / "1.parquet", row_group_size=5_000)
    parquet.write_table(whole.slice(17_003), tmp_path / "2.parquet", row_group_size=5_000)
    return tmp_path


@pytest.mark.parametrize("more", [{}, {"alpha": 0.1}, {"fit_intercept": False}, {"fixed": (0,), "warm_start": True}])
def test_a_regressor_has_the_answer_of_a_table_in_memory(more):
    ours, theirs = GDRegressor(**more).fit(scan(X, NUMBERS)), GDRegressor(**more).fit(X, NUMBERS)
    assert ours.coef_ == pytest.approx(theirs.coef_, rel=1e-9, abs=1e-9)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, rel=1e-9, abs=1e-9)
    assert ours.verdict_.status == "converged"
    assert ours.certificate_.gap <= 1e-10 * NUMBERS.var()
    assert ours.n_iter_ == 1


@pytest.mark.parametrize(
    "more", [{}, {"alpha": 0.01}, {"class_weight": "balanced"}, {"class_weight": {0: 1.0, 1: 3.0}}], ids=str
)
@pytest.mark.parametrize("y", [LABELS, TEXTS], ids=["numbers", "texts"])
def test_a_classifier_has_the_answer_of_a_table_in_memory(y, more):
    if y is TEXTS and isinstance(more.get("class_weight"), dict):
        more = {"class_weight": {"no": 1.0, "yes": 3.0}}
    ours, theirs = GDClassifier(tol=1e-14, **more).fit(scan(X, y)), GDClassifier(tol=1e-14, **more).fit(X, y)
    assert ours.classes_.tolist() == theirs.classes_.tolist()
    assert ours.classes_.dtype.kind == theirs.classes_.dtype.kind
    assert ours.coef_ == pytest.approx(theirs.coef_, rel=1e-6, abs=1e-7)
    assert ours.verdict_.status == theirs.verdict_.status == "converged"


def test_labels_need_not_be_0_and_1_and_their_order_is_that_of_numbers():
    ours, theirs = GDClassifier().fit(scan(X, np.where(LABELS, -1, 7))), GDClassifier().fit(X, np.where(LABELS, -1, 7))
    assert ours.classes_.tolist() == [-1, 7]
    assert ours.coef_ == pytest.approx(theirs.coef_, rel=1e-3, abs=1e-4)


def test_one_against_the_rest_is_a_fit_for_each_class():
    kinds = np.digitize(Z + RNG.normal(size=N), [-1.0, 1.0])
    ours = GDClassifier(multi_class="ovr").fit(scan(X, kinds))
    theirs = GDClassifier(multi_class="ovr").fit(X, kinds)
    assert ours.coef_.shape == (3, 5)
    assert len(ours.trajectory_) == 3
    assert ours.coef_ == pytest.approx(theirs.coef_, rel=1e-3, abs=1e-3)


def test_names_types_and_files_do_not_change_a_bit(tmp_path):
    files = folder(tmp_path, label=LABELS, weight=WEIGHT)
    one = GDClassifier().fit(scan(files, "label", drop="weight"))
    two = GDClassifier().fit(scan(X, LABELS))
    assert one.coef_.tobytes() == two.coef_.tobytes()
    assert one.certificate_ == two.certificate_
    assert one.feature_names_in_.tolist() == list("abcde")
    assert "feature_names_in_" not in vars(two)
    weighted = GDClassifier().fit(scan(files, "label", weights="weight"))
    assert weighted.coef_.tobytes() == GDClassifier().fit(scan(X, LABELS, weights=WEIGHT)).coef_.tobytes()
    assert weighted.coef_.tobytes() != one.coef_.tobytes()


def test_what_scan_takes_is_taken_with_the_name_of_the_target(tmp_path):
    files = folder(tmp_path, label=LABELS)
    dataset, polars = pytest.importorskip("pyarrow.dataset"), pytest.importorskip("polars")
    found = GDClassifier().fit(dataset.dataset(files), "label").coef_
    assert found.tobytes() == GDClassifier().fit(scan(files, "label")).coef_.tobytes()
    lazy = polars.scan_parquet(files / "*.parquet")
    assert GDClassifier().fit(lazy, "label").coef_ == pytest.approx(found, rel=1e-12)
    cuts = [(0, 17_003), (17_003, N)]
    made = GDClassifier().fit(lambda: ((X[low:high], LABELS[low:high]) for low, high in cuts))
    assert made.coef_.tobytes() == found.tobytes()


def test_predictions_are_those_of_the_rows(tmp_path):
    files = folder(tmp_path, label=TEXTS)
    table = scan(files, "label")
    model = GDClassifier().fit(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the array has no names
        assert np.asarray(model.predict(table)).tolist() == model.predict(X).tolist()
        assert np.asarray(model.predict_proba(table)) == pytest.approx(model.predict_proba(X), rel=1e-12)
        assert np.asarray(model.decision_function(table)) == pytest.approx(model.decision_function(X), rel=1e-9)
        assert model.score(table) == pytest.approx(model.score(X, TEXTS), rel=1e-12)
    found = model.predict(table)
    assert len(found) == N
    assert sum(len(columns["prediction"]) for columns in found.batches()) == N
    found.write(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[:1] == ["prediction"]


def test_the_score_of_a_regressor(tmp_path):
    table = scan(X, NUMBERS)
    model = GDRegressor().fit(table)
    assert model.score(table) == pytest.approx(model.score(X, NUMBERS), rel=1e-10)
    assert np.asarray(model.predict(table)) == pytest.approx(model.predict(X), rel=1e-12)
    model.save(tmp_path / "model.json")
    assert GDRegressor.load(tmp_path / "model.json").coef_.tobytes() == model.coef_.tobytes()


def test_a_warm_start_and_a_clone():
    model = GDClassifier(warm_start=True).fit(scan(X, LABELS))
    again = clone(model).fit(scan(X, LABELS))
    assert again.coef_.tobytes() == model.coef_.tobytes()
    assert model.fit(scan(X, LABELS)).n_iter_ <= again.n_iter_


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: GDRegressor().fit(scan(X, NUMBERS), NUMBERS), "has its target already"),
        (lambda: GDRegressor().fit(scan(X, NUMBERS), sample_weight=WEIGHT), r"scan\(..., weights=...\)"),
        (lambda: GDRegressor().fit(scan(X, NUMBERS), offset=WEIGHT), r"scan\(..., offset=...\)"),
        (lambda: GDRegressor().fit(scan(X, NUMBERS), validation=(X, NUMBERS)), "set early_stopping=True"),
        (lambda: GDRegressor(early_stopping=True).fit(scan(X, NUMBERS)), "is for batches"),
        (lambda: GDRegressor().fit(scan(X)), "the table has no target"),
        (lambda: GDRegressor().partial_fit(scan(X, NUMBERS)), "give a table in parts to fit"),
        (lambda: GDRegressor().fit(X, NUMBERS).summary(scan(X, NUMBERS)), "needs the rows in memory"),
        (lambda: GDRegressor().fit(X, NUMBERS).standard_errors(scan(X, NUMBERS)), "need the rows in memory"),
        (lambda: GDRegressor(alpha="1").fit(scan(X, NUMBERS)), "alpha must be a number"),
        (lambda: GDRegressor("log_loss").fit(scan(X, NUMBERS)), "use GDClassifier"),
        (lambda: GDClassifier(multi_class="one").fit(scan(X, LABELS)), "multi_class must be"),
        (lambda: GDClassifier(class_weight={0: 1.0, 5: 2.0}).fit(scan(X, LABELS)), "not in class_weight"),
    ],
)
def test_what_cannot_go_is_refused_in_one_line(call, words):
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_labels_that_are_no_classes():
    with pytest.raises(DataError, match="two or more classes, found 1 class: 0"):
        GDClassifier().fit(scan(X, LABELS * 0))
    with pytest.raises(DataError, match="too many for classes"):
        GDClassifier().fit(scan(X, NUMBERS))


def test_another_table_is_refused_by_its_columns(tmp_path):
    model = GDClassifier().fit(scan(folder(tmp_path, label=LABELS), "label"))
    with pytest.raises(UsageError, match="other columns than the fit"):
        model.predict(scan(tmp_path, "label", drop="a"))
