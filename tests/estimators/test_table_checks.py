"""Text, dates, missing labels and rounded whole numbers: refused or noted by column and row, whatever holds them."""

from __future__ import annotations

import datetime
import itertools
import re
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import DataError
from steepest.estimators import table_checks
from steepest.estimators.table_checks import checked

Y = [0.0, 1.0, 3.0, 2.0]
DAYS = pd.Series(pd.date_range("2024-01-01", periods=4))
PLAIN = np.arange(12.0).reshape(4, 3) ** 0.5
TEXT = {
    "frame": pd.DataFrame({"carat": Y, "cut": ["1.5", "Premium", "2", "Ideal"]}),
    "string column": pd.DataFrame({"carat": Y, "cut": pd.Series(["1.5", "Premium", "2", "Ideal"], dtype="string")}),
    "category": pd.DataFrame({"carat": Y, "cut": pd.Categorical(["1.5", "Premium", "2", "Ideal"])}),
}
DATES = {
    "datetime64[ns]": DAYS,
    "datetime64[s]": DAYS.astype("datetime64[s]"),
    "zone": DAYS.dt.tz_localize("UTC"),
    "span": DAYS - DAYS[0],
    "period": DAYS.dt.to_period("D"),
    "object": pd.Series([datetime.date(2024, 1, day) for day in (1, 2, 3, 4)], dtype=object),
}


@pytest.mark.parametrize("kind", TEXT)
@pytest.mark.parametrize("cls", [GDRegressor, GDClassifier])
def test_text_in_a_frame_is_named_by_column_and_row(kind, cls):
    with pytest.raises(DataError, match=r"^column 'cut' holds text \('Premium' in row 2\): encode it"):
        cls().fit(TEXT[kind], [0, 1, 1, 0])


@pytest.mark.parametrize("make", [list, lambda t: np.array(t, object), np.array])
def test_text_in_lists_and_arrays_is_named_by_column_and_row(make):
    table = make([[1.0, "2"], [3.0, "4"], [5.0, "six"]])
    with pytest.raises(DataError, match=r"^column 'x1' holds text \('six' in row 3\)"):
        GDRegressor().fit(table, [1.0, 2.0, 3.0])
    fine = make([[1.0, "2"], [3.0, "4"], [5.0, "7"]])
    assert GDRegressor(alpha=0.1).fit(fine, [1.0, 2.0, 3.0]).coef_.shape == (2,)


def test_text_where_a_model_predicts_and_as_a_target():
    model = GDRegressor().fit(pd.DataFrame({"a": Y}), Y)
    with pytest.raises(DataError, match=r"column 'a' holds text \('much' in row 1\)"):
        model.predict(pd.DataFrame({"a": ["much"]}))
    with pytest.raises(DataError, match=r"the target holds text \('no' in row 1\): a regressor needs numbers"):
        GDRegressor().fit([[1.0], [2.0]], ["no", "yes"])


@pytest.mark.parametrize("kind", DATES)
def test_dates_are_never_fitted_as_nanoseconds(kind):
    frame = pd.DataFrame({"size": Y, "when": DATES[kind]})
    for fit in (GDRegressor().fit, GDRegressor().partial_fit):
        with pytest.raises(DataError, match=r"^column 'when' holds dates or times: convert it to numbers, such as"):
            fit(frame, Y)
    with pytest.raises(DataError, match=r"^column 'x0' holds dates or times"):
        GDRegressor().fit(np.asarray(DAYS)[:, None], Y)
    if kind != "object":
        with pytest.raises(DataError, match=r"^the target holds dates or times"):
            GDRegressor().fit([[1.0], [2.0], [3.0], [5.0]], DATES[kind])


def test_dates_of_pyarrow_and_polars():
    pytest.importorskip("pyarrow")
    with pytest.raises(DataError, match="column 'when' holds dates"):
        GDRegressor().fit(pd.DataFrame({"when": DAYS.astype("timestamp[us][pyarrow]")}), Y)
    arrow = pytest.importorskip("pyarrow").table({"when": list(DAYS), "id": [2**53 + 1, 5, 7, 8]})
    with pytest.raises(DataError, match="column 'when' holds dates"):
        GDRegressor().fit(arrow, Y)
    assert "column 'id'" in GDRegressor(max_iter=5, tol=None).fit(arrow.select(["id"]), Y).verdict_.notes[0]
    polars = pytest.importorskip("polars")
    with pytest.raises(DataError, match="column 'when' holds dates"):
        GDRegressor().fit(polars.DataFrame({"when": list(DAYS.dt.date)}), Y)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("kind", ["string", "object", "list", "category"])
def test_a_missing_label_is_named_by_its_row(missing, kind):
    labels = ["a", "b", missing, "a"]
    y = labels if kind == "list" else pd.Series(labels, dtype=kind)
    for fit in (GDClassifier().fit, lambda X, y: GDClassifier().partial_fit(X, y, classes=["a", "b"])):
        with pytest.raises(DataError, match=r"^the label of row 3 is missing: remove the row or fill it in$"):
            fit([[1.0], [2.0], [3.0], [4.0]], y)
    numbers = [0.0, 1.0, np.nan, 1.0] if missing is not pd.NA else pd.Series([0, 1, pd.NA, 1], dtype="Int64")
    with pytest.raises(DataError, match="row 3 is missing"):
        GDClassifier().fit([[1.0], [2.0], [3.0], [4.0]], numbers)


@pytest.mark.parametrize("label", [1, np.int64(1), 1.0, "yes", np.str_("yes"), True])
def test_labels_are_shown_as_they_are_written(label):
    with pytest.raises(DataError) as error:
        GDClassifier().fit([[1.0], [2.0]], [label, label])
    assert "np." not in str(error.value)
    assert re.search("1 class: ('yes'|1|1.0|True)", str(error.value))


@pytest.mark.parametrize("seed", range(60))
def test_whole_numbers_that_are_rounded_get_a_note_and_others_none(seed):
    """By Python's exact whole numbers."""
    rng = np.random.default_rng(seed)
    unsigned = bool(rng.integers(2))
    high = 2 ** int(rng.integers(40, 64 if unsigned else 63))
    ids = rng.integers(0 if unsigned else -high, high, 6, dtype=np.uint64 if unsigned else np.int64, endpoint=False)
    ids = ids // 2**9 * 2**9 if rng.random() < 0.3 else ids
    lossy = any(int(float(v)) != v for v in ids.tolist())
    X = np.column_stack((ids, np.arange(6).astype(ids.dtype)))
    said = ("column 'id': whole numbers beyond 2^53 are rounded to double precision",) if lossy else ()
    for table in (pd.DataFrame(X, columns=["id", "place"]), pd.DataFrame({"id": ids.tolist(), "place": range(6)})):
        model = GDRegressor(max_iter=5, tol=None).fit(table, np.arange(6.0))
        assert tuple(note for note in model.verdict_.notes if "2^53" in note) == said
        assert model.trajectory_.verdict == model.verdict_
    own = GDRegressor(max_iter=5, tol=None).fit(X, np.arange(6.0)).verdict_.notes
    assert [note for note in own if "2^53" in note] == [note.replace("'id'", "'x0'") for note in said]


def test_a_target_beyond_2_53_gets_a_note():
    model = GDRegressor(max_iter=5, tol=None).fit([[1.0], [2.0], [4.0]], np.array([2**53 + 1, 5, 7]))
    assert model.verdict_.notes == ("the target: whole numbers beyond 2^53 are rounded to double precision",)


def test_a_pipeline_tells_what_reaches_the_model():
    pipe = make_pipeline(StandardScaler(), GDRegressor())
    assert pipe.fit([[1], [2], [4]], [1, 2, 3])[-1].verdict_.notes == ()


BEYOND = (10**400, -(10**400), Fraction(10**400, 3))


def held(make, values):
    """Numbers of Python in lists, an array, a frame or a series."""
    table = np.array(values, object)
    return {"list": values, "array": table, "frame": pd.DataFrame(table) if table.ndim == 2 else pd.Series(table)}[make]


@pytest.mark.parametrize("make", ["list", "array", "frame"])
@pytest.mark.parametrize("seed", range(70))
def test_a_number_beyond_all_floats_is_named_by_column_and_row(seed, make):
    rng = np.random.default_rng(seed)
    n, d, k = int(rng.integers(4, 9)), int(rng.integers(1, 4)), int(rng.integers(1, 3))
    X, y = rng.integers(0, 2**60, (n, d)).tolist(), rng.integers(0, 9, (n, k)).tolist()
    i, value, in_table = int(rng.integers(n)), BEYOND[seed % 3], bool(seed % 2)
    j = int(rng.integers(d if in_table else k))
    (X if in_table else y)[i][j] = value
    y = y if k > 1 else [row[0] for row in y]
    what = f"column 'x{j}'" if in_table else "the target"
    said = rf"^{what} holds a number beyond 1.8e\+308 \(in row {i + 1}\): rescale it$"
    table, target = held(make, X), held(make, y)
    with pytest.raises(DataError, match=said):
        GDRegressor().fit(table, target)
    fitted = GDRegressor(max_iter=3, tol=None).fit(np.eye(n, d) + 1.0, np.arange(n * k).reshape(n, k) % 3)
    poisson = GDRegressor("poisson", alpha=0.1).fit(np.eye(n, d) + 1.0, np.arange(n * k).reshape(n, k) % 3)
    for model in (fitted, poisson):
        with pytest.raises(DataError, match=said):
            model.score(table, target)
    if in_table:
        with pytest.raises(DataError, match=said):
            GDClassifier().fit(table, np.arange(n) % 2)
        with pytest.raises(DataError, match=said):
            fitted.predict(table)
    if k == 1:
        with pytest.raises(DataError, match=said):
            GDRegressor().partial_fit(table, target)
        with pytest.raises(DataError, match=said):
            GDRegressor().fit(np.eye(n, d), np.arange(n), validation=(table, target))


def test_text_in_two_targets_and_a_weight_beyond_all_floats_are_named_by_row():
    with pytest.raises(DataError, match=r"^the target holds text \('no' in row 2\)"):
        GDRegressor().fit([[1.0], [2.0], [3.0]], [["1", "2"], ["3", "no"], ["4", "5"]])
    with pytest.raises(DataError, match=r"^sample_weight holds a number beyond 1.8e\+308 \(in row 3\)"):
        GDRegressor().fit([[1.0], [2.0], [3.0]], [1, 2, 3], [1, 1, 10**400])


# ------------------------------------------------------------------ arrays that scikit-learn would return unchanged

TARGETS = {
    "floats": np.array(Y),
    "whole": np.array([0, 1, 1, 0]),
    "bools": np.array([True, False, True, False]),
    "NaN": np.array([0.0, np.nan, 1.0, 0.0]),
    "infinite": np.array([0.0, np.inf, 1.0, 0.0]),
    "texts": np.array(list("abab")),
    "two": np.zeros((4, 2)),
    "short": np.zeros(3),
    "complex": np.zeros(4, complex),
}
TABLES = {
    "floats": PLAIN,
    "single": PLAIN.astype(np.float32),
    "whole": PLAIN.astype(int),
    "swapped": PLAIN.astype(">f8"),
    "NaN": np.where(PLAIN > 3.0, np.nan, PLAIN),
    "vector": PLAIN[:, 0],
    "narrow": PLAIN[:, :2],
    "empty": PLAIN[:0],
    "no columns": PLAIN[:, :0],
    "half": PLAIN.astype(np.float16),
    "frame": pd.DataFrame(PLAIN, columns=[*"abc"]),
}
FIT, CHUNK = {"finite": False, "reset": True}, {"finite": True, "reset": False}


def asked(X, y, how, known):
    """What `checked` gives or says, and the names that it leaves."""
    estimator = GDRegressor()
    vars(estimator).update(known)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            found = checked(estimator, X, y, **how)
        said = [str(t.message) for t in told]
    except (ValueError, TypeError) as error:
        found, said = (), repr(error)
    names = vars(estimator).get("feature_names_in_", ())
    return found, (said, vars(estimator).get("n_features_in_"), list(names))


@pytest.mark.parametrize("numeric", [False, True])
@pytest.mark.parametrize("kind", TABLES)
def test_what_is_left_out_of_the_check_passes_it(kind, numeric, monkeypatch):
    three = {"n_features_in_": 3}
    named = {**three, "feature_names_in_": np.array([*"abc"], object)}
    for y, (known, how) in itertools.product(
        TARGETS.values(), [({}, FIT), (named, FIT), (three, CHUNK), (named, CHUNK)]
    ):
        how = {**how, "numeric": numeric, "several": numeric}
        ours, said = asked(TABLES[kind], y, how, known)
        with monkeypatch.context() as patch:
            patch.setattr(table_checks, "_as_they_are", lambda *_: False)
            theirs, expected = asked(TABLES[kind], y, how, known)
        assert said == expected
        for a, b in zip(ours, theirs, strict=True):
            assert a is b or (a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))


@pytest.mark.parametrize("y", [[0.5, 1.0, 0.5, 1.0], [0.1, 0.2, 0.3, 0.4], [np.inf, 0.0, 1.0, 0.0]])
def test_numbers_of_any_size_are_no_labels(y):
    with pytest.raises(ValueError, match=r"continuous|infinity"):
        GDClassifier().fit(PLAIN, np.array(y))


@pytest.mark.parametrize("estimator", [GDRegressor(), GDClassifier()], ids=["numbers", "labels"])
def test_a_table_without_columns_is_refused_with_the_way_to_the_intercept_alone(estimator):
    with pytest.raises(DataError, match=r"0 feature\(s\).*for the intercept alone give a column of zeros"):
        estimator.fit(np.zeros((4, 0)), [0, 1, 1, 1])
    assert GDRegressor().fit(np.zeros((4, 1)), Y).intercept_ == pytest.approx(np.mean(Y))
