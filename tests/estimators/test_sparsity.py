"""Sparse coefficients predict, go on and are exchanged like the dense ones they were."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array, csr_matrix, issparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from steepest import GDClassifier, GDRegressor

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 8)) * (rng.random((60, 8)) < 0.7)
NUMBER = 3 * X[:, 0] - 2 * X[:, 1] + 0.1 * rng.standard_normal(60)
LASSO = {"alpha": 0.1, "l1_ratio": 1.0}
MODELS = {
    "numbers": (GDRegressor(**LASSO), NUMBER),
    "two targets": (GDRegressor(alpha=0.1), np.column_stack((NUMBER, X[:, 2]))),
    "counts": (GDRegressor("poisson", **LASSO), np.round(np.exp(NUMBER / 4))),
    "two classes": (GDClassifier(**LASSO), NUMBER > 0),
    "softmax": (GDClassifier(alpha=0.1), np.digitize(NUMBER, [-1, 1])),
    "ovr": (GDClassifier("modified_huber", alpha=0.1, multi_class="ovr"), np.digitize(NUMBER, [-1, 1])),
}
ASKED = ("predict", "decision_function", "predict_proba", "predict_log_proba")


def fitted(name):
    model, y = MODELS[name]
    return clone(model).fit(X, y)


@pytest.mark.parametrize("kind", [np.asarray, csr_array, csr_matrix])
@pytest.mark.parametrize("name", MODELS)
def test_predictions_stay_and_so_do_coefficients(name, kind):
    model, table = fitted(name), kind(X)
    coef = model.coef_
    before = {asked: getattr(model, asked)(table) for asked in ASKED if hasattr(model, asked)}
    assert model.sparsify() is model
    assert issparse(model.coef_)
    assert model.coef_.shape == coef.shape
    assert model.coef_.nnz == np.count_nonzero(coef)
    for asked, was in before.items():
        now = getattr(model, asked)(table)
        assert type(now) is np.ndarray
        assert now.shape == was.shape
        np.testing.assert_allclose(now.astype(float), was.astype(float), rtol=1e-12, atol=1e-12)
    assert model.sparsify().densify() is model.densify()
    assert type(model.coef_) is np.ndarray
    assert (model.coef_ == coef).all()


def test_a_pickle_of_few_numbers_among_many_is_small():
    d = 20_000
    model = GDClassifier.__new__(GDClassifier)
    model.__init__()
    model.coef_, model.intercept_ = np.zeros((1, d)), np.zeros(1)
    model.coef_[0, 7], model.classes_, model.n_features_in_ = 2.0, np.array([0, 1]), d
    large, small = len(pickle.dumps(model)), len(pickle.dumps(model.sparsify()))
    assert small < large / 50
    again = pickle.loads(pickle.dumps(model))
    assert again.decision_function(csr_array(([1.0], ([0], [7])), shape=(1, d))).tolist() == [2.0]


@pytest.mark.parametrize("name", [name for name in MODELS if name != "ovr"])
def test_it_goes_on_from_there(name):
    y = MODELS[name][1]
    models = [fitted(name), fitted(name).sparsify()]
    for model in models:
        model.set_params(warm_start=True, max_iter=1, tol=None).fit(X, y)
    np.testing.assert_array_equal(models[0].coef_, models[1].coef_)
    assert type(models[1].coef_) is np.ndarray
    if name in ("softmax", "two classes"):
        streams = [GDClassifier(alpha=0.1).fit(X, y), GDClassifier(alpha=0.1).fit(X, y).sparsify()]
        found = [model.partial_fit(X, y).coef_ for model in streams]
        np.testing.assert_array_equal(*found)


def test_exchange_and_standard_errors_know_them():
    model = GDRegressor().fit(X, NUMBER)
    errors, other = model.standard_errors(X, NUMBER), model.to_sklearn()
    model.sparsify()
    np.testing.assert_array_equal(model.standard_errors(X, NUMBER), errors)
    np.testing.assert_array_equal(model.to_sklearn().coef_, other.coef_)
    np.testing.assert_allclose(model.to_sklearn().predict(X), other.predict(X))
    back = GDClassifier.from_sklearn(fitted("two classes").to_sklearn().sparsify())
    np.testing.assert_allclose(back.predict_proba(X), fitted("two classes").predict_proba(X))


@pytest.mark.parametrize("model", [GDRegressor(), GDClassifier()])
def test_before_a_fit_there_is_nothing_to_hold(model):
    for asked in (model.sparsify, model.densify):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            asked()
