"""Inside the meta-estimators of scikit-learn, with and without routed metadata: what works with its models works."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn
from conftest import linear_table, logistic_table
from sklearn import calibration, compose, ensemble, feature_selection, inspection, model_selection, multiclass
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression, RANSACRegressor, Ridge
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, OneHotEncoder, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

from steepest import GDClassifier, GDRegressor

near = pytest.approx
ALPHA = 0.01  # of 150 rows: C is 1 / 1.5


def classes():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((150, 4))
    return X, np.array(list("abc"))[(X @ rng.standard_normal((4, 3)) + rng.gumbel(size=(150, 3))).argmax(1)]


TWO, THREE, LINE = logistic_table(3, 150, 4, spread=0.2), classes(), linear_table(3, 150, 4, spread=0.2)
SHARES = np.random.default_rng(1).uniform(0.2, 3, 150)


def model(kind, routed=False):
    ours = GDRegressor(alpha=ALPHA) if kind is LINE else GDClassifier(alpha=ALPHA)
    return ours.set_fit_request(sample_weight=True) if routed else ours


def same(kind):
    """Scikit-learn's model of the same objective on 150 rows of weight 1."""
    if kind is LINE:
        return Ridge(alpha=150 * ALPHA, solver="svd")
    return LogisticRegression(C=1 / (150 * ALPHA), solver="newton-cg", tol=1e-12)


# ------------------------------------------------------------------ as scikit-learn's own model would

AS_THEIRS = {
    "MultiOutputClassifier": (TWO, lambda m: MultiOutputClassifier(m), 2),
    "ClassifierChain": (TWO, lambda m: ClassifierChain(m), 2),
    "MultiOutputRegressor": (LINE, lambda m: MultiOutputRegressor(m), 2),
    "RegressorChain": (LINE, lambda m: RegressorChain(m), 2),
    "voting": (THREE, lambda m: ensemble.VotingClassifier([("a", m)], voting="soft"), 1),
    "voting of lines": (LINE, lambda m: ensemble.VotingRegressor([("a", m)]), 1),
    "TransformedTarget": (LINE, lambda m: compose.TransformedTargetRegressor(m, transformer=StandardScaler()), 1),
    "RFE": (LINE, lambda m: feature_selection.RFE(m, n_features_to_select=2), 1),
    "FixedThreshold": (TWO, lambda m: model_selection.FixedThresholdClassifier(m, threshold=0.4), 1),
}  # fmt: skip


@pytest.mark.parametrize("name", AS_THEIRS)
def test_the_same_predictions_as_with_their_model(name):
    kind, wrap, targets = AS_THEIRS[name]
    X, y = kind
    if targets == 2:
        second = -y if kind is LINE else (X[:, 0] > np.median(X[:, 0])).astype(float)
        y = np.column_stack((y, np.where(np.arange(150) % 5, second, y)))
    ours, theirs = wrap(model(kind)).fit(X, y), wrap(same(kind)).fit(X, y)
    found, expected = ours.predict(X), theirs.predict(X)
    assert found.shape == expected.shape
    if kind is LINE:
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    else:
        assert np.mean(found == expected) > 0.99


# ------------------------------------------------------------------ runs, and learns something

RUNS = {
    "one against the rest": (THREE, lambda m: multiclass.OneVsRestClassifier(m)),
    "one against one": (THREE, lambda m: multiclass.OneVsOneClassifier(m)),
    "output codes": (THREE, lambda m: multiclass.OutputCodeClassifier(m, random_state=0)),
    "stacking": (THREE, lambda m: ensemble.StackingClassifier([("a", m)], final_estimator=clone(m))),
    "stacking of lines": (LINE, lambda m: ensemble.StackingRegressor([("a", m)], final_estimator=clone(m))),
    "bagging": (THREE, lambda m: ensemble.BaggingClassifier(m, 3, random_state=0)),
    "AdaBoost": (TWO, lambda m: ensemble.AdaBoostClassifier(m, n_estimators=3, random_state=0)),
    "AdaBoost of lines": (LINE, lambda m: ensemble.AdaBoostRegressor(m, n_estimators=3, random_state=0)),
    "calibration": (TWO, lambda m: calibration.CalibratedClassifierCV(m, cv=3)),
    "isotonic": (TWO, lambda m: calibration.CalibratedClassifierCV(m, method="isotonic", cv=3)),
    "threshold": (TWO, lambda m: model_selection.TunedThresholdClassifierCV(m, cv=3)),
    "RANSAC": (LINE, lambda m: RANSACRegressor(m, min_samples=20, random_state=0)),
    "RFECV": (LINE, lambda m: feature_selection.RFECV(m, cv=3)),
    "halving": (TWO, lambda m: model_selection.HalvingGridSearchCV(m, {"alpha": [0.01, 1.0]}, cv=3, random_state=0)),
    "random search": (LINE, lambda m: model_selection.RandomizedSearchCV(m, {"alpha": [0.0, 0.01]}, n_iter=2, cv=3)),
}


@pytest.mark.parametrize("name", RUNS)
def test_inside(name):
    kind, wrap = RUNS[name]
    assert wrap(model(kind)).fit(*kind).score(*kind) > 0.55


def test_unlabelled_rows():
    X, y = TWO
    some = np.where(np.arange(150) % 3 == 0, -1, y)
    assert SelfTrainingClassifier(model(TWO)).fit(X, some).score(X, y) > 0.6


def test_features_are_chosen():
    X, y = LINE
    chosen = feature_selection.SequentialFeatureSelector(model(LINE), n_features_to_select=2, cv=3).fit(X, y)
    theirs = feature_selection.SequentialFeatureSelector(same(LINE), n_features_to_select=2, cv=3).fit(X, y)
    assert (chosen.get_support() == theirs.get_support()).all()
    lasso = GDClassifier(alpha=0.1, l1_ratio=1.0)
    assert 0 < feature_selection.SelectFromModel(lasso).fit(*TWO).get_support().sum() < 4


def test_curves_and_importances():
    X, y = TWO
    for incremental in (False, True):
        settings = {"cv": 3, "train_sizes": [0.5, 1.0], "exploit_incremental_learning": incremental}
        assert model_selection.learning_curve(model(TWO), X, y, **settings)[2].mean() > 0.6
    curve = model_selection.validation_curve(model(TWO), X, y, param_name="alpha", param_range=[0.01, 1.0], cv=3)
    assert curve[0].shape == (2, 3)
    fitted, theirs = model(LINE).fit(*LINE), same(LINE).fit(*LINE)
    found = [inspection.permutation_importance(m, *LINE, n_repeats=2, random_state=0) for m in (fitted, theirs)]
    np.testing.assert_allclose(found[0].importances, found[1].importances, rtol=1e-4, atol=1e-6)


def test_sparse_columns_from_a_frame():
    X, y = TWO
    frame = pd.DataFrame({"kind": list("xyz") * 50, "b": X[:, 0], "c": X[:, 1]})
    columns = [("kinds", OneHotEncoder(), ["kind"]), ("scaled", MaxAbsScaler(), ["b", "c"])]
    pipe = make_pipeline(compose.ColumnTransformer(columns, sparse_threshold=1.0), model(TWO)).fit(frame, y)
    table = pipe[:-1].transform(frame)
    assert sp.issparse(table)
    np.testing.assert_allclose(pipe[-1].coef_, model(TWO).fit(table.toarray(), y).coef_, atol=1e-5)


def test_weights_of_sparse_rows_of_several_classes():
    X, y = THREE
    sparse = model(THREE).fit(sp.csr_array(np.where(X > 0, X, 0)), y, sample_weight=SHARES)
    dense = model(THREE).fit(np.where(X > 0, X, 0), y, sample_weight=SHARES)
    np.testing.assert_allclose(sparse.coef_, dense.coef_, atol=1e-9)


# ------------------------------------------------------------------ routed metadata


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


ROUTED = {
    "one against the rest": (THREE, lambda m: multiclass.OneVsRestClassifier(m)),
    "stacking": (THREE, lambda m: ensemble.StackingClassifier([("a", m)], final_estimator=clone(m))),
    "voting": (THREE, lambda m: ensemble.VotingClassifier([("a", m)], voting="soft")),
    "calibration": (TWO, lambda m: calibration.CalibratedClassifierCV(m, cv=3)),
    "bagging": (LINE, lambda m: ensemble.BaggingRegressor(m, 3, random_state=0)),
    "RFE": (LINE, lambda m: feature_selection.RFE(m, n_features_to_select=4)),
    "TransformedTarget": (LINE, lambda m: compose.TransformedTargetRegressor(m)),
    "several targets": (LINE, lambda m: MultiOutputRegressor(m)),
    "a pipeline": (LINE, lambda m: make_pipeline(m)),
}


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("name", ROUTED)
def test_weights_are_handed_on(name):
    """The fit with weights is another than the one without."""
    kind, wrap = ROUTED[name]
    X, y = kind
    y = np.column_stack((y, -y)) if name == "several targets" else y
    weighted, plain = wrap(model(kind, True)).fit(X, y, sample_weight=SHARES), wrap(model(kind, True)).fit(X, y)
    read = "predict" if kind is LINE else "predict_proba"
    away = np.abs(getattr(weighted, read)(X) - getattr(plain, read)(X)).max()
    assert 1e-6 < away < 1


@pytest.mark.usefixtures("routing")
def test_validation_and_chunks_are_routed():
    X, y = TWO
    asked = GDClassifier(alpha=ALPHA, learning_rate=0.05, max_iter=50, tol=None)
    asked.set_fit_request(validation=True, sample_weight=True, offset=False)
    held = (X[100:], y[100:])
    pipe = make_pipeline(asked).fit(X[:100], y[:100], validation=held, sample_weight=SHARES[:100])
    direct = clone(asked).fit(X[:100], y[:100], validation=held, sample_weight=SHARES[:100])
    assert (pipe[-1].coef_ == direct.coef_).all()
    assert "validation" in pipe[-1].trajectory_.meta
    chunks = model(THREE, True).set_partial_fit_request(sample_weight=True)
    each = multiclass.OneVsRestClassifier(chunks)
    each.partial_fit(*THREE, classes=np.unique(THREE[1]), sample_weight=SHARES)
    assert each.score(*THREE) > 0.5


@pytest.mark.usefixtures("routing")
def test_a_search_hands_on_weights_and_offsets():
    X, y = LINE
    asked = GDRegressor().set_fit_request(offset=True, sample_weight=True).set_score_request(sample_weight=True)
    search = model_selection.GridSearchCV(asked, {"alpha": [0.0, 0.1]}, cv=3)
    search.fit(X, y, offset=X[:, 0], sample_weight=SHARES)
    direct = GDRegressor(**search.best_params_).fit(X, y - X[:, 0], sample_weight=SHARES)
    np.testing.assert_allclose(search.best_estimator_.coef_, direct.coef_, rtol=1e-6)
