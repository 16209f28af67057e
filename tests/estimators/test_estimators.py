"""The estimators: scikit-learn's contract, agreement with its own models, and what is ours."""

from __future__ import annotations

import pickle
import warnings
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from conftest import LABELS8, X8, Y8, linear_table, logistic_table
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import steepest
from steepest import GDClassifier, GDRegressor
from steepest.core.errors import UsageError

near = pytest.approx
BATCHES = "rows of weight 2 are not two rows to a descent that samples rows"
WEIGHT_CHECKS = ("check_sample_weight_equivalence_on_dense_data", "check_sample_weight_equivalence_on_sparse_data")


def expected_failures(estimator):
    return dict.fromkeys(WEIGHT_CHECKS, BATCHES) if estimator.batch_size else {}


@parametrize_with_checks(
    [
        GDRegressor(),
        GDClassifier(),
        GDRegressor(learning_rate=0.01, max_iter=200),
        GDClassifier(learning_rate=0.1, max_iter=200),
        GDRegressor(alpha=0.1, rule="nesterov", standardize=True),
        GDRegressor(batch_size=1, max_iter=30),  # the two kernels, one with each of the estimators
        GDClassifier(batch_size=4, max_iter=30),
    ],
    expected_failed_checks=expected_failures,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning:sklearn")
def test_scikit_learn(estimator, check):
    check(estimator)


def test_no_other_check_is_excused():
    """What takes the place of the two is tests/descent/test_weights_in_the_mean.py."""
    for cls in (GDRegressor, GDClassifier):
        assert expected_failures(cls()) == expected_failures(cls(learning_rate=0.01)) == {}
        assert {*expected_failures(cls(batch_size=1)), *expected_failures(cls(batch_size=4))} == set(WEIGHT_CHECKS)


# ------------------------------------------------------------------ agreement at matched objectives


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("intercept", [True, False])
def test_linear_regression(seed, intercept):
    X, y = linear_table(seed, 60 + 50 * seed, 1 + 2 * seed)
    ours = GDRegressor(fit_intercept=intercept, tol=0).fit(X, y)
    theirs = LinearRegression(fit_intercept=intercept).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6)
    assert ours.intercept_ == near(theirs.intercept_, rel=1e-6)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 50.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_ridge(alpha, weighted):
    X, y = linear_table(2, 70, 4)
    weight = np.random.default_rng(0).uniform(0.2, 3, 70) if weighted else np.ones(70)
    ours = GDRegressor(alpha=alpha / weight.sum(), tol=0).fit(X, y, sample_weight=weight)
    theirs = Ridge(alpha=alpha, solver="svd").fit(X, y, sample_weight=weight)
    np.testing.assert_allclose([*ours.coef_, ours.intercept_], [*theirs.coef_, theirs.intercept_], rtol=1e-6)


@pytest.mark.parametrize("C", [0.1, 10.0, np.inf])
@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 1.0, 1: 3.0}])
def test_logistic_regression(C, class_weight):
    X, y = logistic_table(3, 150, 3)
    total = (y == 0).sum() + 3.0 * (y == 1).sum() if isinstance(class_weight, dict) else 150.0
    ours = GDClassifier(alpha=1 / (total * C), class_weight=class_weight, tol=1e-15, max_iter=10_000).fit(X, y)
    theirs = LogisticRegression(C=C, class_weight=class_weight, solver="newton-cholesky", tol=1e-12).fit(X, y)
    np.testing.assert_allclose([*ours.coef_[0], *ours.intercept_], [*theirs.coef_[0], *theirs.intercept_], 1e-6, 1e-7)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    assert (ours.predict(X) == theirs.predict(X)).all()


# ------------------------------------------------------------------ tables of every kind


def tables(X):
    frame = pd.DataFrame(X, columns=[f"c{j}" for j in range(X.shape[1])])
    wide = sp.csr_array(X)
    wide.indptr, wide.indices = wide.indptr.astype(np.int64), wide.indices.astype(np.int64)
    read_only = X.copy()
    read_only.flags.writeable = False
    yield "F order", np.asfortranarray(X)
    yield "float32", X.astype(np.float32)
    yield "float32 in F order", np.asfortranarray(X.astype(np.float32))
    yield "read-only", read_only
    yield "every second row", np.repeat(X, 2, 0)[::2]
    yield "frame", frame
    yield "csr, 32 bits", sp.csr_array(X)
    yield "csr, 64 bits", wide
    yield "csc", sp.csc_array(X)
    yield "csr matrix of float32", sp.csr_matrix(X.astype(np.float32))


@pytest.mark.parametrize("batch_size", [None, 5])
@pytest.mark.parametrize("loss", ["regressor", "classifier"])
@pytest.mark.parametrize("kind", range(10), ids=[name for name, _ in tables(np.zeros((2, 2)))])
def test_tables_of_every_kind_give_the_same_answer_and_stay_as_they_are(kind, loss, batch_size):
    X, y = (linear_table if loss == "regressor" else logistic_table)(1, 40, 3)
    X = np.round(X * 8) / 8  # exact in float32
    X[::3, 0] = 0
    table = list(tables(X))[kind][1]
    before = pickle.dumps(table)
    model = GDRegressor if loss == "regressor" else GDClassifier
    settings = {"batch_size": batch_size, "learning_rate": 0.002, "max_iter": 40, "tol": None}
    plain, other = model(**settings).fit(X, y), model(**settings).fit(table, y)
    np.testing.assert_allclose(np.ravel(other.coef_), np.ravel(plain.coef_), rtol=1e-5)
    np.testing.assert_allclose(other.predict(table), plain.predict(X), rtol=1e-4)
    assert pickle.dumps(table) == before


def test_a_large_table_is_not_copied(monkeypatch):
    seen = []
    whole = steepest.solve.fit.fit
    monkeypatch.setattr(
        "steepest.estimators.linear_estimator.fit",
        lambda rows, *rest, **named: (seen.append(rows.X), whole(rows, *rest, **named))[1],
    )
    X, y = linear_table(1, 500, 4)
    for table in (X, np.asfortranarray(X), X.astype(np.float32)):
        GDRegressor().fit(table, y)
        assert np.shares_memory(seen.pop(), table)


# ------------------------------------------------------------------ warnings


@pytest.mark.parametrize(
    ("model", "y", "warning"),
    [
        (GDRegressor(learning_rate=1.0), Y8, steepest.DivergenceWarning),
        (GDClassifier(), LABELS8, steepest.SeparationWarning),
        (GDRegressor(learning_rate=1e-6), Y8, steepest.NotConvergedWarning),
        (GDRegressor(learning_rate=1.0, tol=None), Y8, steepest.DivergenceWarning),
    ],
)
def test_warnings(model, y, warning):
    with pytest.warns(warning) as caught:
        model.fit(X8, y)
    assert len(caught) == 1
    assert issubclass(caught[0].category, ConvergenceWarning)
    assert str(caught[0].message) == str(model.verdict_)
    assert caught[0].filename == __file__


def test_no_warning_of_a_run_that_was_to_go_on_to_its_limit():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        GDRegressor(learning_rate=0.01, max_iter=100, tol=None).fit(X8, Y8)


# ------------------------------------------------------------------ classes, offsets, starts, names


def test_labels_of_any_kind():
    X, y = logistic_table(2)
    numbers = GDClassifier().fit(X, y)
    for labels in (np.array(["ham", "spam"]), np.array([-1, 1]), np.array([False, True]), np.array([2.0, 7.0])):
        model = GDClassifier().fit(X, labels[y.astype(int)])
        assert model.classes_.tolist() == labels.tolist()
        assert (model.coef_ == numbers.coef_).all()
        assert (model.predict(X) == labels[numbers.predict(X).astype(int)]).all()
        assert model.score(X, labels[y.astype(int)]) == numbers.score(X, y)


@pytest.mark.parametrize(("y", "found"), [([1, 1, 1, 1], "found 1 class")])
def test_a_single_class_is_refused(y, found):
    with pytest.raises(ValueError, match=found):
        GDClassifier().fit(X8[:4], y)


def test_probabilities_neither_overflow_nor_cancel():
    model = GDClassifier(alpha=0.01).fit(X8, LABELS8)
    far = np.array([[-1e6], [0.0], [1e6]])
    assert np.isfinite(model.predict_log_proba(far)).all()
    assert model.predict_proba(far).sum(1) == near(1)
    assert model.predict_proba(far)[[0, 2], [1, 0]].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("batch_size", [None, 3])
def test_an_offset_is_a_known_part_of_each_prediction(batch_size):
    offset = np.linspace(-3, 5, 8)
    settings = {"learning_rate": 0.005, "max_iter": 30, "tol": None, "batch_size": batch_size}
    known = GDRegressor(**settings).fit(X8, Y8, offset=offset)
    shifted = GDRegressor(**settings).fit(X8, Y8 - offset)
    assert [*known.coef_, known.intercept_] == near([*shifted.coef_, shifted.intercept_], rel=1e-10)


def test_a_log_loss_offset_takes_the_place_of_a_held_coefficient():
    X, y = logistic_table(2, 100, 2)
    held = GDClassifier(fixed=(0,), start=[0.3, 0, 0], tol=1e-14).fit(X, y)
    offset = GDClassifier(tol=1e-14).fit(X[:, 1:], y, offset=0.3 * X[:, 0])
    assert held.coef_[0, 0] == near(0.3)
    assert [held.coef_[0, 1], *held.intercept_] == near([*offset.coef_[0], *offset.intercept_], rel=1e-4)


def test_warm_start_goes_on_where_the_last_fit_ended():
    whole = GDRegressor(learning_rate=0.01, max_iter=40, tol=None).fit(X8, Y8)
    twice = GDRegressor(learning_rate=0.01, max_iter=20, tol=None, warm_start=True).fit(X8, Y8).fit(X8, Y8)
    assert [*twice.coef_, twice.intercept_] == near([*whole.coef_, whole.intercept_], rel=1e-12)
    classes = GDClassifier(alpha=0.1, warm_start=True).fit(X8, LABELS8)
    assert classes.fit(X8, LABELS8).n_iter_ <= 8


def test_columns_are_held_by_name():
    frame = pd.DataFrame({"rpm": X8[:, 0], "load": Y8[::-1]})
    model = GDRegressor(fixed=("load", "intercept"), start=[0.0, 1.5, 2.6]).fit(frame, Y8)
    assert model.coef_[1] == near(1.5)
    assert model.intercept_ == near(2.6)
    assert model.trajectory_.names == ("rpm", "load")
    with pytest.raises(UsageError, match="no column is called 'speed': there are rpm, load"):
        GDRegressor(fixed=("speed",)).fit(frame, Y8)


def test_senseless_penalties_are_refused_in_words():
    with pytest.raises(UsageError, match="l1_ratio must be a number from 0 to 1, not -1"):
        GDRegressor(alpha=0.1, l1_ratio=-1).fit(X8, Y8)
    with pytest.raises(UsageError, match="alpha"):
        GDRegressor(alpha=-1.0).fit(X8, Y8)


def test_ctrl_c_leaves_a_fitted_estimator(monkeypatch):
    def interrupt(now):
        if now.done > 20:
            raise KeyboardInterrupt

    monkeypatch.setattr("steepest.estimators.linear_estimator.Bar", lambda *_: nullcontext(interrupt))
    model = GDClassifier(learning_rate=1e-5, max_iter=10**9, progress=True)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*logistic_table(1))
    assert model.verdict_.status in ("stopped", "separable")
    assert model.trajectory_.meta["interrupted"]
    assert model.n_iter_ > 20
    assert model.predict(logistic_table(1)[0]).shape == (80,)


# ------------------------------------------------------------------ small and odd tables


def test_a_single_row():
    model = GDRegressor().fit([[3.0]], [5.0])
    assert model.predict([[3.0], [100.0]]) == near(5)
    assert model.verdict_.status == "converged"


def test_a_constant_column_and_a_constant_target():
    X = np.column_stack((X8, np.full(8, 4.0)))
    model = GDRegressor().fit(X, Y8)
    assert model.coef_ == near([0.84482759, 0], abs=1e-5)
    assert any("constant" in note for note in model.verdict_.notes)
    model = GDRegressor().fit(X8, np.full(8, 7.0))
    assert [*model.coef_, model.intercept_] == near([0, 7])


def test_more_columns_than_rows():
    X, y = linear_table(1, 6, 20, spread=0)
    model = GDRegressor().fit(X, y)
    assert model.predict(X) == near(y, abs=1e-3)
    assert "many answers fit equally well" in model.verdict_.notes[0]


# ------------------------------------------------------------------ with others


def test_in_pipelines_and_searches():
    X, y = logistic_table(4, 120, 3)
    search = GridSearchCV(make_pipeline(StandardScaler(), GDClassifier()), {"gdclassifier__alpha": [1e-3, 0.1]}, cv=3)
    search.fit(X, y)
    assert 0.5 < search.best_score_ <= 1
    assert clone(search.best_estimator_[-1]).get_params() == search.best_estimator_[-1].get_params()


def test_pickle_and_not_fitted():
    model = GDRegressor(rule=steepest.rules.Momentum(0.5), learning_rate=0.01, max_iter=30, tol=None).fit(X8, Y8)
    again = pickle.loads(pickle.dumps(model))
    assert again.predict(X8).tolist() == model.predict(X8).tolist()
    assert again.verdict_ == model.verdict_
    with pytest.raises(NotFittedError):
        GDRegressor().predict(X8)


def test_the_answer_does_not_depend_on_the_number_of_threads():
    X, y = logistic_table(1, 6000, 4)
    answers = [GDClassifier(n_jobs=n).fit(X, y).coef_.tobytes() for n in (1, 2, 3)]
    assert len(set(answers)) == 1


def test_random_state():
    def slope(random_state):
        model = GDRegressor(batch_size=2, learning_rate=0.001, max_iter=5, tol=None, random_state=random_state)
        return model.fit(X8, Y8).coef_[0]

    assert slope(np.random.RandomState(3)) == slope(np.random.RandomState(3)) != slope(1)
    assert slope(None) == slope(0)
