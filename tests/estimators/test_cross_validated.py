"""GDRegressorCV and GDClassifierCV: scikit-learn's contract, and what a choice of alpha gives."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GroupKFold
from sklearn.utils.estimator_checks import parametrize_with_checks

from steepest import GDClassifier, GDClassifierCV, GDRegressor, GDRegressorCV
from steepest.core.errors import UsageError

near = pytest.approx


@parametrize_with_checks([GDRegressorCV(alphas=4, cv=3, l1_ratio=1.0), GDClassifierCV(alphas=2, cv=3)])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning:sklearn")
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def numbers():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.standard_normal((60, 4)), columns=["a", "b", "c", "d"])
    return X, X @ [2.0, 0.0, -1.0, 0.0] + rng.standard_normal(60)


def test_the_fit_is_that_of_its_alpha(numbers):
    X, y = numbers
    model = GDRegressorCV(l1_ratio=[0.5, 1.0], rule="1se", alphas=20).fit(X, y)
    one = GDRegressor(alpha=model.alpha_, l1_ratio=model.l1_ratio_).fit(X, y)
    np.testing.assert_array_equal(model.coef_, one.coef_)
    np.testing.assert_array_equal(model.predict(X), one.predict(X))
    assert model.score(X, y) == one.score(X, y)
    assert model.verdict_.status == "converged"
    assert model.scores_.shape == (2, 20, 5)
    assert model.alphas_.shape == model.mean_scores_.shape == model.standard_errors_.shape == (2, 20)
    assert list(model.feature_names_in_) == ["a", "b", "c", "d"]
    assert 0 <= model.worst_gap_ < 1e-9


def test_scoring_by_a_name_of_scikit_learn(numbers):
    X, y = numbers
    mse = GDRegressorCV(alphas=10, scoring="neg_mean_squared_error").fit(X, y)
    own = GDRegressorCV(alphas=10).fit(X, y)
    np.testing.assert_allclose(mse.scores_, own.scores_)
    assert mse.cross_validation_.scoring == "neg_mean_squared_error"


def test_groups_stay_together(numbers):
    X, y = numbers
    groups = np.arange(60) // 6
    model = GDRegressorCV(alphas=5, cv=GroupKFold(2)).fit(X, y, groups=groups)
    given = GDRegressorCV(alphas=5, cv=GroupKFold(2).split(X, y, groups)).fit(X, y)
    np.testing.assert_array_equal(model.scores_, given.scores_)


def test_a_weight_is_so_many_rows(numbers):
    X, y = (part.to_numpy() for part in numbers)
    weight = np.tile([1, 2, 3], 20)
    folds = [(np.arange(60) % 3 != k, np.arange(60) % 3 == k) for k in range(3)]
    places = [(np.flatnonzero(a), np.flatnonzero(b)) for a, b in folds]
    model = GDRegressorCV(alphas=[0.5, 0.1], l1_ratio=1.0, cv=places).fit(X, y, sample_weight=weight)
    again = np.repeat(np.arange(60), weight)
    repeated = [(np.flatnonzero(a[again]), np.flatnonzero(b[again])) for a, b in folds]
    rows = GDRegressorCV(alphas=[0.5, 0.1], l1_ratio=1.0, cv=repeated).fit(X[again], y[again])
    np.testing.assert_allclose(model.scores_, rows.scores_)
    np.testing.assert_allclose(model.coef_, rows.coef_)


def test_classes_of_any_kind():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = GDClassifierCV(alphas=4, scoring="accuracy", cv=3).fit(X, names)
    assert model.coef_.shape == (3, 4)
    assert set(model.predict(X)) <= set(names)
    assert model.predict_proba(X).sum(1) == near(1.0)
    assert model.scores_.max() <= 1.0
    two = GDClassifierCV(alphas=4, class_weight="balanced", cv=3).fit(csr_array(X), y == 1)
    one = GDClassifier(alpha=two.alpha_, class_weight="balanced").fit(csr_array(X), y == 1)
    np.testing.assert_array_equal(two.decision_function(X), one.decision_function(X))
    assert not hasattr(GDClassifierCV("hinge"), "predict_proba")


def test_the_choice_of_scikit_learn_for_two_classes():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((120, 5))
    y = X[:, 0] - X[:, 1] + 1.5 * rng.standard_normal(120) > 0
    Cs = np.logspace(-3, 2, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what later versions will call their parameters
        theirs = LogisticRegressionCV(Cs=Cs, cv=4, scoring="neg_log_loss").fit(X, y)
    ours = GDClassifierCV(alphas=1 / (90 * Cs), cv=4).fit(X, y)
    assert 1 / (90 * ours.alpha_) == near(theirs.C_)


def test_pickle_and_clone(numbers):
    X, y = numbers
    model = GDRegressorCV(alphas=5, l1_ratio=1.0).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert repr(clone(model)) == "GDRegressorCV(alphas=5, l1_ratio=1.0)"


def test_a_best_alpha_at_the_end_is_noted(numbers):
    model = GDRegressorCV(alphas=[1000.0, 100.0]).fit(*numbers)
    assert "the best alpha is at the end of those tried" in str(model.verdict_)


@pytest.mark.parametrize("wrong", [{"l1_ratio": 2.0}, {"l1_ratio": "much"}, {"rule": "plain"}, {"alphas": [-1.0]}])
def test_a_wrong_setting_is_one_line(wrong, numbers):
    with pytest.raises(UsageError):
        GDRegressorCV(**wrong).fit(*numbers)
