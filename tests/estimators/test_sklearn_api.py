"""A citizen of scikit-learn: tables of other libraries, routed metadata, searches over records, threads, processes."""

from __future__ import annotations

import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import sklearn
from conftest import LABELS8, X8, Y8, linear_table, logistic_table
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingRegressor
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score, cross_validate
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from steepest import GDClassifier, GDRegressor
from steepest.methods import rules, steps

near = pytest.approx
NAMES = ["rpm", "load", "warmth"]
BOTH = pytest.mark.parametrize("cls", [GDRegressor, GDClassifier])


def table(cls, seed=1, n=90):
    return (linear_table if cls is GDRegressor else logistic_table)(seed, n, 3, spread=0.2)


def frame(kind, X, names=NAMES):
    columns = {name: X[:, j] for j, name in enumerate(names)}
    if kind == "pandas":
        return pd.DataFrame(columns)
    if kind == "polars":
        return pytest.importorskip("polars").DataFrame(columns)
    return pytest.importorskip("pyarrow").table(columns)


# ------------------------------------------------------------------ tables with names


@BOTH
@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_names_are_kept_and_their_order_is_checked(cls, kind):
    X, y = table(cls)
    model, plain = cls().fit(frame(kind, X), y), cls().fit(X, y)
    assert model.feature_names_in_.tolist() == NAMES
    assert model.trajectory_.names == tuple(NAMES)
    np.testing.assert_allclose(model.coef_, plain.coef_, rtol=1e-9)
    np.testing.assert_allclose(model.predict(frame(kind, X)), plain.predict(X), rtol=1e-9)
    with pytest.raises(ValueError, match="same order"):
        model.predict(frame(kind, X[:, ::-1], NAMES[::-1]))
    with pytest.raises(ValueError, match="should match"):
        model.predict(frame(kind, X, ["rpm", "load", "colour"]))


@pytest.mark.parametrize("dtype", ["Float64", "float32", "Int64", "boolean"])
def test_columns_of_pandas_own_kinds(dtype):
    whole = pd.DataFrame({"a": [0, 1, 1, 0, 1], "b": [1, 0, 1, 1, 0]})
    y = np.array([1.0, 2.0, 3.5, 1.0, 2.5])
    model, plain = GDRegressor().fit(whole.astype(dtype), y), GDRegressor().fit(whole, y)
    assert model.coef_ == near(plain.coef_, rel=1e-6)


def test_targets_as_a_column_of_a_frame():
    series = pd.Series(Y8, index=list("abcdefgh"), name="y")
    assert GDRegressor().fit(X8, series).coef_.tolist() == GDRegressor().fit(X8, Y8).coef_.tolist()
    words = pd.Series(np.where(LABELS8 == 1, "yes", "no"), dtype="category")
    model = GDClassifier(alpha=0.1).fit(X8, words)
    assert model.classes_.tolist() == ["no", "yes"]
    assert set(model.predict(X8)) <= {"no", "yes"}


@BOTH
def test_set_output_hands_names_through_a_pipeline(cls):
    X, y = table(cls)
    pipe = make_pipeline(
        ColumnTransformer([("scaled", StandardScaler(), ["rpm"])], remainder="passthrough"), cls()
    ).set_output(transform="pandas")
    pipe.fit(frame("pandas", X), y)
    assert pipe[-1].feature_names_in_.tolist() == ["scaled__rpm", "remainder__load", "remainder__warmth"]
    assert pipe[-1].trajectory_.names == tuple(pipe[-1].feature_names_in_)


# ------------------------------------------------------------------ metadata


@pytest.fixture
def routed():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.usefixtures("routed")
def test_offset_and_sample_weight_are_routed():
    X, y = table(GDRegressor)
    weight, offset = np.random.default_rng(0).uniform(0.1, 3, 90), np.linspace(-2, 2, 90)
    asked = GDRegressor().set_fit_request(sample_weight=True, offset=True).set_score_request(sample_weight=True)
    pipe = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), asked)
    pipe.fit(X, y, sample_weight=weight, offset=offset)
    direct = GDRegressor().fit(StandardScaler().fit_transform(X), y, sample_weight=weight, offset=offset)
    assert (pipe[-1].coef_ == direct.coef_).all()
    known, split = {"sample_weight": weight, "offset": offset}, [(range(60), range(60, 90))]
    found = cross_validate(asked, X, y, params=known, cv=split)
    alone = GDRegressor().fit(X[:60], y[:60], sample_weight=weight[:60], offset=offset[:60])
    assert found["test_score"][0] == near(alone.score(X[60:], y[60:], sample_weight=weight[60:]), rel=1e-9)


@pytest.mark.usefixtures("routed")
def test_metadata_nobody_asked_for_is_refused():
    X, y = table(GDRegressor)
    with pytest.raises(UnsetMetadataPassedError):
        make_pipeline(GDRegressor()).fit(X, y, offset=np.zeros(90))


# ------------------------------------------------------------------ searches, repr, clone


RECORDS = [
    {"rule": rules.Adam(), "learning_rate": steps.Cosine(0.1, steps=300)},
    {"rule": rules.Momentum(0.9), "learning_rate": 0.05},
    {"rule": "nesterov", "learning_rate": steps.InverseScaling(0.1)},
]


@BOTH
def test_a_search_over_records(cls):
    X, y = table(cls)
    grid = {
        f"{cls.__name__.lower()}__rule": [rules.Adam(), rules.Momentum(0.5)],
        f"{cls.__name__.lower()}__learning_rate": [0.05, steps.Cosine(0.05, steps=100)],
    }
    pipe = make_pipeline(StandardScaler(), cls(max_iter=60, tol=None))
    search = GridSearchCV(pipe, grid, cv=3).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    shown = {str(value) for value in search.cv_results_[f"param_{cls.__name__.lower()}__rule"]}
    assert shown == {str(rules.Adam()), "Momentum(beta=0.5)"}
    assert search.best_params_[f"{cls.__name__.lower()}__rule"] in grid[f"{cls.__name__.lower()}__rule"]


@BOTH
@pytest.mark.parametrize("settings", RECORDS, ids=repr)
def test_records_survive_clone_pickle_and_set_params(cls, settings):
    X, y = table(cls)
    model = cls(**settings, max_iter=20, tol=None)
    twin = clone(model)
    for name, value in settings.items():
        assert twin.get_params()[name] == value
        assert type(twin.get_params()[name]) is type(value)
    again = pickle.loads(pickle.dumps(model))
    changed = cls(max_iter=20, tol=None).set_params(**settings)
    answers = {m.fit(X, y).coef_.tobytes() for m in (model, twin, again, changed)}
    assert len(answers) == 1


def test_what_is_printed_reads_as_code():
    model = GDRegressor(rule=rules.Momentum(0.5), learning_rate=steps.Cosine(0.1, steps=30), alpha=0.1)
    spelled = repr(model)
    assert "rule=Momentum(beta=0.5)" in spelled
    assert "learning_rate=Cosine(eta=0.1, steps=30, floor=0.0)" in " ".join(spelled.split())
    assert repr(GDRegressor()) == "GDRegressor()"
    names = {"GDRegressor": GDRegressor, "Momentum": rules.Momentum, "Cosine": steps.Cosine}
    assert eval(spelled, names).get_params() == model.get_params()


@BOTH
def test_the_page_of_a_notebook(cls):
    X, y = table(cls)
    model = cls(rule=rules.Momentum(0.5), learning_rate=0.01, max_iter=5, tol=None)
    before, after = model._repr_html_(), model.fit(X, y)._repr_html_()
    assert "Not fitted" in before
    assert "Momentum(beta=0.5)" in before
    assert "Fitted" in after
    assert cls.__name__ in make_pipeline(StandardScaler(), model)._repr_html_()


# ------------------------------------------------------------------ validation and other estimators


def test_cross_validation():
    X, y = logistic_table(4, 120, 3, spread=0.2)
    model = make_pipeline(StandardScaler(), GDClassifier(alpha=0.01))
    for scoring in ("accuracy", "roc_auc", "neg_log_loss", "neg_brier_score"):
        scores = cross_val_score(model, X, y, cv=4, scoring=scoring)
        assert np.isfinite(scores).all()
        assert get_scorer(scoring)(model.fit(X, y), X, y) > scores.mean() - 0.3
    assert cross_val_predict(model, X, y, cv=4, method="predict_proba").sum(1) == near(1)


def test_inside_other_estimators():
    X, y = linear_table(3, 80, 3, spread=0.2)
    both = MultiOutputRegressor(GDRegressor()).fit(X, np.column_stack((y, -y)))
    assert both.predict(X)[:, 1] == near(-both.predict(X)[:, 0])
    assert BaggingRegressor(GDRegressor(), 4, random_state=0).fit(X, y).score(X, y) > 0.5
    curve = make_pipeline(PolynomialFeatures(2, include_bias=False), GDRegressor()).fit(X8, Y8)
    assert curve.predict(X8) == near(np.polyval(np.polyfit(X8[:, 0], Y8, 2), X8[:, 0]), rel=1e-6)


# ------------------------------------------------------------------ threads and processes


@BOTH
@pytest.mark.parametrize("batch_size", [None, 16])
def test_fits_in_threads_equal_fits_one_after_the_other(cls, batch_size):
    settings = {"batch_size": batch_size, "n_jobs": 1}
    settings |= {} if batch_size is None else {"max_iter": 3, "learning_rate": 0.01, "tol": None}
    tables = [table(cls, seed, 400) for seed in range(6)]

    def answer(pair):
        return cls(**settings).fit(*pair).coef_.tobytes()

    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(answer, tables))
    assert together == [answer(pair) for pair in tables]


def test_fits_in_processes_equal_fits_here():
    tables = [table(GDClassifier, seed, 200) for seed in range(3)]
    fitted = Parallel(n_jobs=2)(delayed(GDClassifier(alpha=0.01).fit)(*pair) for pair in tables)
    for model, pair in zip(fitted, tables, strict=True):
        assert model.coef_.tobytes() == GDClassifier(alpha=0.01).fit(*pair).coef_.tobytes()
        assert model.verdict_.status == "converged"


@BOTH
def test_a_pickle_is_whole(cls):
    X, y = table(cls)
    model = cls(alpha=0.01).fit(frame("pandas", X), y)
    again = pickle.loads(pickle.dumps(model))
    assert (again.predict(frame("pandas", X)) == model.predict(frame("pandas", X))).all()
    assert again.certificate_ == model.certificate_
    assert again.verdict_ == model.verdict_
    assert again.trajectory_.cost.tolist() == model.trajectory_.cost.tolist()
    assert again.to_sklearn().coef_.tolist() == model.coef_.tolist()


@BOTH
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_pickle(cls, protocol):
    X, y = table(cls)
    model = cls(alpha=0.01, rule=rules.Momentum(0.5), learning_rate=0.01, max_iter=20, tol=None).fit(X, y)
    again = pickle.loads(pickle.dumps(model, protocol))
    assert (again.predict(X) == model.predict(X)).all()
    assert again.rule == model.rule
    assert again.verdict_ == model.verdict_


@BOTH
def test_read_only_maps_of_a_file_in_processes(cls, tmp_path):
    X, y = table(cls, 2, 400)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    fitted = Parallel(n_jobs=2)(delayed(cls(alpha=alpha).fit)(mapped, y) for alpha in (0.01, 0.1))
    for alpha, model in zip((0.01, 0.1), fitted, strict=True):
        np.testing.assert_allclose(model.coef_, cls(alpha=alpha).fit(X, y).coef_, rtol=1e-12)
    forced = Parallel(n_jobs=2, max_nbytes=1)(delayed(cls(alpha=0.01).fit)(X, y) for _ in range(2))
    assert (forced[0].coef_ == forced[1].coef_).all()


@BOTH
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_memory_of_a_fit_is_less_than_a_copy_of_the_table(cls, order, dtype):
    X, y = table(cls, 3, 20_000)
    X = np.array(np.tile(X, 8), dtype, order=order)
    model = cls(alpha=0.01, n_jobs=1)
    model.fit(X[:2000], y[:2000])  # what loads in the first fit
    tracemalloc.start()
    model.fit(X, y)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < X.size * 8
