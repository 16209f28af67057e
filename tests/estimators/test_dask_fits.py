"""Estimators on collections of Dask: predictions of the same kind, computed later, and models without a client."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from steepest import GDClassifier, GDRegressor
from steepest.errors import DataError, UsageError

pd = pytest.importorskip("pandas")
dd, da = pytest.importorskip("dask.dataframe"), pytest.importorskip("dask.array")

pytestmark = pytest.mark.usefixtures("client")

N, COLUMNS = 9_001, list("abc")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 3))
Z = X @ [1.0, 0.2, -1.0] + 0.3
LABELS = np.array(["no", "yes"])[(Z + RNG.logistic(size=N) > 0) * 1]
FRAME = pd.DataFrame(X, columns=COLUMNS, index=np.arange(N) * 3 + 7).assign(
    y=LABELS, z=Z + RNG.normal(size=N), k=np.digitize(Z, [-1.0, 1.0]), kind=pd.Categorical(LABELS[::-1])
)
TABLE = dd.from_pandas(FRAME, npartitions=4, sort=False)
METHODS = ("predict", "decision_function", "predict_proba", "predict_log_proba")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ["y", "k"])
def test_predictions_are_lazy_and_keep_the_index(target, method):
    model = GDClassifier(alpha=0.01).fit(TABLE[COLUMNS], TABLE[target])
    found = getattr(model, method)(TABLE[COLUMNS])
    expected = getattr(model, method)(FRAME[COLUMNS])
    columns = 1 if expected.ndim == 1 else expected.shape[1]
    assert isinstance(found, dd.Series if columns == 1 else dd.DataFrame)
    assert found.divisions == TABLE.divisions
    computed = found.compute()
    assert computed.index.equals(FRAME.index)
    assert computed.shape == expected.shape
    if method == "predict":
        assert computed.tolist() == expected.tolist()
        assert computed.dtype == found.dtype
    else:
        np.testing.assert_allclose(computed.to_numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_predictions_of_arrays_are_arrays_with_the_chunks_of_the_rows(method):
    table = da.from_array(X, chunks=((1_000, 0, 8_001), (2, 1)))
    model = GDClassifier().fit(table, da.from_array(LABELS))
    found, expected = getattr(model, method)(table), getattr(model, method)(X)
    assert isinstance(found, da.Array)
    assert found.chunks[0] == (1_000, 0, 8_001)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    computed = found.compute()
    if method == "predict":
        assert computed.tolist() == expected.tolist()
    else:
        np.testing.assert_allclose(computed, expected, rtol=1e-12)


def test_rows_of_which_nobody_knows_how_many_there_are_have_predictions():
    table = da.from_array(X, chunks=(2_000, 3))
    model = GDRegressor().fit(table, da.from_array(Z))
    some = table[table[:, 0] > 0]
    np.testing.assert_allclose(model.predict(some).compute(), model.predict(X[X[:, 0] > 0]), rtol=1e-12)
    np.testing.assert_allclose(model.coef_, [1.0, 0.2, -1.0])


def test_several_targets_are_predicted_in_columns():
    model = GDRegressor().fit(TABLE[COLUMNS], TABLE[["z", "k"]])
    assert model.coef_.shape == (2, 3)
    found = model.predict(TABLE[COLUMNS]).compute()
    np.testing.assert_allclose(found.to_numpy(), model.predict(FRAME[COLUMNS]), rtol=1e-12)


def test_nothing_is_computed_before_it_is_asked_for():
    def refusing(frame: Any) -> Any:
        if len(frame) > 2:
            raise ValueError("computed")
        return frame

    model = GDClassifier().fit(TABLE[COLUMNS], TABLE["y"])
    later = model.predict(TABLE[COLUMNS].map_partitions(refusing, meta=TABLE[COLUMNS]._meta))
    with pytest.raises(ValueError, match="computed"):
        later.compute()


def test_text_is_encoded_as_in_the_fit():
    features = [*COLUMNS, "kind"]
    model = GDClassifier().fit(TABLE[features], TABLE["y"])
    assert model.feature_names_in_.tolist() == [*COLUMNS, "kind=yes"]
    found = model.predict_proba(TABLE[features]).compute().to_numpy()
    rows = FRAME[COLUMNS].assign(**{"kind=yes": (FRAME["kind"] == "yes") * 1.0})
    np.testing.assert_allclose(found, model.predict_proba(rows), rtol=1e-12)
    other = FRAME[features].assign(kind=pd.Categorical(np.where(np.arange(N) == 5_000, "perhaps", LABELS)))
    with pytest.raises(DataError, match=r"partition 2, row 500, column 'kind': .*'perhaps'"):
        model.predict(dd.from_pandas(other, npartitions=4, sort=False)).compute()


@pytest.mark.parametrize("kind", ["frame", "array"])
def test_scores_are_those_of_memory(kind):
    X_, y = (TABLE[COLUMNS], TABLE["y"]) if kind == "frame" else (da.from_array(X), da.from_array(LABELS))
    model = GDClassifier().fit(X_, y)
    right = model.predict(X_).compute() == LABELS
    assert model.score(X_, y) == pytest.approx(right.mean(), rel=1e-12)
    weight = da.from_array(RNG.random(N)) if kind == "array" else TABLE["a"].abs()
    own = np.asarray(weight.compute())
    assert model.score(X_, y, weight) == pytest.approx(np.average(right, weights=own), rel=1e-9)


def test_a_model_has_no_client_and_is_cloned_and_pickled():
    model = GDClassifier(alpha=0.01).fit(TABLE[[*COLUMNS, "y"]], "y")
    again = pickle.loads(pickle.dumps(model))  # a client cannot be pickled
    assert again.predict(FRAME[COLUMNS]).tolist() == model.predict(TABLE[COLUMNS]).compute().tolist()
    assert clone(model).get_params() == model.get_params()


def test_early_stopping_keeps_rows_out_as_in_memory():
    from steepest import scan

    settings = {"early_stopping": True, "batch_size": 256, "max_iter": 3, "tol": 1e-3, "n_iter_no_change": 2}
    ours = GDRegressor(**settings).fit(TABLE[COLUMNS], TABLE["z"])
    theirs = GDRegressor(**settings).fit(scan(X, FRAME["z"].to_numpy()))
    assert ours.coef_.tobytes() == theirs.coef_.tobytes()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: TABLE, "the table has other columns than the fit: select those of the fit, in their order: a, b, c"),
        (lambda: TABLE[["b", "a", "c"]], "other columns than the fit"),
        (lambda: da.from_array(X), "other columns than the fit"),
        (lambda: TABLE["a"], "Series of Dask is no table"),
    ],
)
def test_other_columns_are_refused_at_once(make, words):
    model = GDClassifier().fit(TABLE[COLUMNS], TABLE["y"])
    with pytest.raises(UsageError, match=words):
        model.predict(make())


def test_a_gap_in_rows_to_predict_is_named():
    model = GDClassifier().fit(TABLE[COLUMNS], TABLE["y"])
    with pytest.raises(DataError, match=r"partition 1, row 750, column 'b': missing value"):
        model.predict(TABLE[COLUMNS].replace(X[3_000, 1], np.nan)).compute()
