"""Standard errors against certified figures, and models that go to scikit-learn and come back."""

from __future__ import annotations

import pickle
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import DATA, LABELS8, X8, Y8, linear_table, logistic_table
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import UsageError

near = pytest.approx
SKEWED, CERTAIN = {"no": 1.0, "yes": 3.0}, {"tol": 1e-15, "max_iter": 10_000}


# ------------------------------------------------------------------ standard errors


def nist(name, powers):
    """Columns, target and certified standard deviations of the coefficients, the intercept first if there is one."""
    lines = (DATA / f"{name}.dat").read_text(encoding="ascii").splitlines()
    places = dict(re.findall(r"(Certified Values|Data) +\(lines +(\d+ to +\d+)\)", "\n".join(lines[:15])))
    spans = {key: [int(n) for n in place.split("to")] for key, place in places.items()}
    first, last = spans["Certified Values"]
    found = (re.match(r" *B\d+ +\S+ +(\S+)", line) for line in lines[first - 1 : last])
    first, last = spans["Data"]
    table = np.array([line.split() for line in lines[first - 1 : last]], float)
    columns = [table[:, 1:]]
    for _ in range(powers - 1):
        columns.append(columns[-1] * table[:, 1:])
    return np.column_stack(columns), table[:, 0], np.array([float(match[1]) for match in found if match])


@pytest.mark.parametrize(
    ("name", "powers", "digits"),
    [
        ("Norris", 1, 13),
        ("Pontius", 2, 13),
        ("NoInt1", 1, 13),
        ("Longley", 1, 13),
        ("Wampler3", 5, 13),
        ("Filip", 10, 7),
    ],
)
def test_nist_digits(name, powers, digits):
    X, y, certified = nist(name, powers)
    through = name == "NoInt1"
    model = GDRegressor(tol=0, fit_intercept=not through).fit(X, y)
    found = model.standard_errors(X, y)
    assert found.shape == (X.shape[1] + 1,)
    if through:
        assert found[-1] == 0
    found = found[:-1] if through else np.append(found[-1], found[:-1])
    assert -np.log10(np.maximum(np.abs(found - certified) / certified, 1e-16)).min() >= digits


def test_a_perfect_fit_has_no_error():
    X, y, certified = nist("Wampler1", 5)
    assert certified.tolist() == [0] * 6
    assert GDRegressor(tol=0).fit(X, y).standard_errors(X, y).tolist() == [0] * 6
    assert GDRegressor().fit(X, y).standard_errors(X, y) == near(0, abs=1e-12)


def spector():
    """Stata kept GPA as float32."""
    table = np.loadtxt(DATA / "spector.csv", skiprows=1)
    return np.column_stack((table[:, 1].astype(np.float32).astype(float), table[:, 2:4])), table[:, 4]


def test_spector_to_the_digits_of_the_textbook():
    """Greene, Econometric Analysis, prints 1.26294, 0.14155, 1.06456 and 4.93132."""
    X, y = spector()
    found = GDClassifier().fit(X, y).standard_errors(X, y)
    assert found == near([1.26294, 0.14155, 1.06456, 4.93132], abs=6e-6)


def information(X, model, weight):
    """Standard errors by the inverse of the plain information matrix."""
    A = np.column_stack((X, np.ones(len(X))))
    q = 1 / (1 + np.exp(-model.decision_function(X)))
    return np.sqrt(np.diag(np.linalg.inv((A * (weight * q * (1 - q))[:, None]).T @ A)))


@pytest.mark.parametrize("class_weight", [None, SKEWED, "balanced"])
@pytest.mark.parametrize("weighted", [False, True])
def test_log_loss_against_the_information_matrix(weighted, class_weight):
    X, y = logistic_table(5, 200, 3)
    weight = np.random.default_rng(1).integers(0, 4, 200).astype(float) if weighted else None
    labels = np.array(["no", "yes"])[y.astype(int)]
    model = GDClassifier(class_weight=class_weight, **CERTAIN).fit(X, labels, sample_weight=weight)
    whole = np.ones(200) if weight is None else weight
    if class_weight == "balanced":
        whole = whole * (whole.sum() / (2 * np.bincount(y.astype(int), whole)))[y.astype(int)]
    elif class_weight:
        whole = whole * np.where(y == 1, 3.0, 1.0)
    assert model.standard_errors(X, labels, weight) == near(information(X, model, whole), rel=1e-6)


def test_squared_loss_with_weights_and_a_held_column():
    X, y = linear_table(4, 90, 3)
    weight = np.random.default_rng(2).uniform(0.1, 4, 90)
    weight[:20] = 0
    A = np.column_stack((X, np.ones(90))) * np.sqrt(weight)[:, None]
    rest = np.linalg.lstsq(A, y * np.sqrt(weight))[1][0]
    direct = np.sqrt(np.diag(np.linalg.inv(A.T @ A)) * rest / (70 - 4))
    model = GDRegressor().fit(X, y, sample_weight=weight)
    assert model.standard_errors(X, y, weight) == near(direct, rel=1e-7)
    assert model.standard_errors(X, y, 9 * weight) == near(direct, rel=1e-7)
    held = GDRegressor(fixed=(1,), start=[0, 0.5, 0, 0]).fit(X, y)
    found = held.standard_errors(X, y)
    without = GDRegressor().fit(X[:, [0, 2]], y - 0.5 * X[:, 1]).standard_errors(X[:, [0, 2]], y - 0.5 * X[:, 1])
    assert found[1] == 0
    assert found[[0, 2, 3]] == near(without, rel=1e-9)


def test_sparse_tables_offsets_and_both_squared_losses():
    sp = pytest.importorskip("scipy.sparse")
    X, y = linear_table(6, 80, 4)
    X[::2, 1] = 0
    offset = np.linspace(0, 3, 80)
    plain = GDRegressor().fit(X, y, offset=offset).standard_errors(X, y, offset=offset)
    thin = GDRegressor("mse").fit(sp.csr_array(X), y, offset=offset)
    assert thin.standard_errors(sp.csr_array(X), y, offset=offset) == near(plain, rel=1e-9)


@given(seed=st.integers(0, 2**31), shift=st.floats(-1e6, 1e6), power=st.integers(-6, 6))
@settings(max_examples=25, deadline=None)
def test_errors_follow_the_units_of_the_columns(seed, shift, power):
    """x -> 2^k x divides a coefficient's error by 2^k; a shift changes the intercept's alone."""
    X, y = linear_table(seed, 40, 2)
    plain = GDRegressor(tol=0).fit(X, y).standard_errors(X, y)
    moved = X * [2.0**power, 1.0] + [0.0, shift]
    other = GDRegressor(tol=0).fit(moved, y).standard_errors(moved, y)
    assert other[:2] == near(plain[:2] / [2.0**power, 1.0], rel=1e-7)


def refused(model, X, y, said, **more):
    with pytest.raises(UsageError, match=said):
        model.standard_errors(X, y, **more)


def test_errors_that_do_not_exist_are_refused():
    X, y = linear_table(1, 30, 2)
    refused(GDRegressor(alpha=0.1).fit(X, y), X, y, "fit with alpha=0")
    twin = np.column_stack((X, X[:, 0]))
    refused(GDRegressor().fit(twin, y), twin, y, "columns depend on each other.*leave one out")
    refused(GDRegressor().fit(X[:3], y[:3]), X[:3], y[:3], "3 rows leave 3 coefficients")
    refused(GDRegressor().fit(X, y), X[:20], y[:20], "not the optimum on these rows")
    refused(GDRegressor(learning_rate=1e-6, max_iter=3, tol=None).fit(X, y), X, y, "not the optimum")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        apart = GDClassifier().fit(X8, LABELS8)
    refused(apart, X8, LABELS8, "completely separated.*no finite optimum")
    refused(apart, X8, LABELS8 + 1, "label 2.0 is none of 0.0, 1.0")
    with pytest.raises(NotFittedError):
        GDRegressor().standard_errors(X, y)


@pytest.mark.parametrize("kind", ["complete", "quasi"])
def test_published_separation_is_refused(kind):
    table = np.loadtxt(DATA / f"ucla_{kind}_separation.csv", delimiter=",", skiprows=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = GDClassifier().fit(table[:, 1:], table[:, 0])
    refused(model, table[:, 1:], table[:, 0], "separated")


# ------------------------------------------------------------------ to scikit-learn


@pytest.mark.parametrize(
    ("penalty", "kind"),
    [
        ({}, linear_model.LinearRegression),
        ({"alpha": 0.3}, linear_model.Ridge),
        ({"alpha": 0.3, "l1_ratio": 0.5}, linear_model.ElasticNet),
        ({"alpha": 0.3, "loss": "mse"}, linear_model.Ridge),
        ({"alpha": 0.3, "l1_ratio": 1.0, "loss": "mse"}, linear_model.ElasticNet),
        ({"fit_intercept": False}, linear_model.LinearRegression),
    ],
)
def test_regressors_become_their_counterpart(penalty, kind):
    X, y = linear_table(3, 60, 3, spread=0.3)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    weight = np.random.default_rng(3).uniform(0.5, 2, 60)
    ours = GDRegressor(**penalty, tol=1e-14).fit(frame, y, sample_weight=weight)
    theirs = ours.to_sklearn()
    assert type(theirs) is kind
    assert (theirs.predict(frame) == ours.predict(frame)).all()
    assert theirs.feature_names_in_.tolist() == ["a", "b", "c"]
    again = clone(theirs).set_params(**({"tol": 1e-12} if kind is linear_model.ElasticNet else {}))
    again.fit(frame, y, sample_weight=weight)
    assert [*again.coef_, again.intercept_] == near([*ours.coef_, ours.intercept_], rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("penalty", [{}, {"alpha": 0.02}, {"alpha": 0.05, "l1_ratio": 1.0}])
@pytest.mark.parametrize("class_weight", [None, SKEWED])
def test_classifiers_become_logistic_regression(penalty, class_weight):
    X, y = logistic_table(3, 120, 3)
    labels = np.array(["no", "yes"])[y.astype(int)]
    ours = GDClassifier(**penalty, class_weight=class_weight, **CERTAIN).fit(X, labels)
    theirs = ours.to_sklearn()
    np.testing.assert_allclose(theirs.decision_function(X), ours.decision_function(X), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(theirs.predict_proba(X), ours.predict_proba(X), rtol=1e-12)
    assert (theirs.predict(X) == ours.predict(X)).all()
    solver = {"solver": "saga", "max_iter": 100_000} if "l1_ratio" in penalty else {"solver": "newton-cholesky"}
    again = clone(theirs).set_params(tol=1e-9, **solver).fit(X / X.std(0) if not penalty else X, labels)
    coef = ours.coef_[0] * (1 if penalty else X.std(0))
    assert [*again.coef_[0], *again.intercept_] == near([*coef, *ours.intercept_], rel=1e-4, abs=1e-5)


def test_a_model_with_a_column_held_by_name():
    X, y = linear_table(3, 60, 2)
    frame = pd.DataFrame(X, columns=["a", "b"])
    ours = GDRegressor(fixed=("b",), start=[0.0, 0.5, 0.0]).fit(frame, y)
    assert (ours.to_sklearn().predict(frame) == ours.predict(frame)).all()
    assert ours.standard_errors(frame, y)[1] == 0


def test_what_is_given_away_is_a_copy_that_pickles():
    ours = GDRegressor().fit(X8, Y8)
    theirs = pickle.loads(pickle.dumps(ours.to_sklearn()))
    theirs.coef_ += 1
    ours.to_sklearn().coef_ += 1
    assert ours.coef_[0] == near(0.84482759)
    with pytest.raises(NotFittedError):
        GDRegressor().to_sklearn()


# ------------------------------------------------------------------ from scikit-learn


@pytest.mark.parametrize(
    "theirs",
    [
        linear_model.LinearRegression(),
        linear_model.LinearRegression(fit_intercept=False),
        linear_model.Ridge(2.0),
        linear_model.RidgeCV(),
        linear_model.Lasso(0.01),
        linear_model.ElasticNetCV(cv=3),
        linear_model.BayesianRidge(),
        linear_model.HuberRegressor(),
        linear_model.SGDRegressor(random_state=0),
    ],
    ids=repr,
)
def test_regressors_are_held(theirs):
    X, y = linear_table(8, 80, 3, spread=0.2)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    theirs.fit(frame, y)
    ours = GDRegressor.from_sklearn(theirs)
    assert ours.predict(frame) == near(theirs.predict(frame), rel=1e-13)
    assert ours.feature_names_in_.tolist() == ["a", "b", "c"]
    assert ours.n_features_in_ == 3
    assert ours.fit_intercept is theirs.fit_intercept
    assert ours.to_sklearn().predict(frame) == near(theirs.predict(frame), rel=1e-13)


@pytest.mark.parametrize(
    "theirs", [linear_model.LogisticRegression(), linear_model.SGDClassifier("log_loss", random_state=0)], ids=repr
)
def test_classifiers_are_held(theirs):
    X, y = logistic_table(8, 80, 3)
    labels = np.array(["no", "yes"])[y.astype(int)]
    theirs.fit(X, labels)
    ours = GDClassifier.from_sklearn(theirs)
    assert (ours.predict(X) == theirs.predict(X)).all()
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-12, atol=1e-15)
    assert ours.classes_.tolist() == ["no", "yes"]


@pytest.mark.parametrize(
    "loss", ["hinge", "squared_hinge", "modified_huber", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"]
)
def test_losses_of_sgd_carry_over(loss):
    """With the order of the table both take the same steps."""
    labels = "h" in loss and loss != "huber"
    ours, theirs = (GDClassifier, linear_model.SGDClassifier) if labels else (GDRegressor, linear_model.SGDRegressor)
    X, y = (logistic_table if labels else linear_table)(4, 50, 3, spread=0.1)
    model = theirs(loss, epsilon=0.3, learning_rate="constant", eta0=0.01, shuffle=False, max_iter=3, tol=None).fit(
        X, y
    )
    held = ours.from_sklearn(model)
    assert held.predict(X) == near(model.predict(X), rel=1e-13)
    steps = {"learning_rate": 0.01, "batch_size": 1, "sampling": "sequential", "max_iter": 3, "tol": None}
    again = clone(held).set_params(**steps).fit(X, y)
    assert np.ravel(again.coef_) == near(np.ravel(model.coef_), rel=1e-10)
    with pytest.raises(UsageError, match="no counterpart for"):
        again.to_sklearn()


def test_a_sparse_model_is_held():
    X, y = logistic_table(2, 60, 2)
    theirs = linear_model.SGDClassifier("log_loss", random_state=0).fit(X, y).sparsify()
    assert (GDClassifier.from_sklearn(theirs).predict(X) == theirs.predict(X)).all()


def test_strengths_carry_over_so_that_a_refit_finds_the_same():
    X, y = linear_table(9, 70, 3, spread=0.2)
    for theirs, rows in (
        (linear_model.Ridge(3.0), 70),
        (linear_model.Lasso(0.05, tol=1e-12), None),
        (linear_model.ElasticNet(0.05, l1_ratio=0.3, tol=1e-12), None),
    ):
        held = GDRegressor.from_sklearn(theirs.fit(X, y), rows=rows)
        again = clone(held).set_params(tol=1e-14).fit(X, y)
        assert again.coef_ == near(held.coef_, rel=1e-5, abs=1e-8)
    X, y = logistic_table(9, 70, 2)
    theirs = linear_model.LogisticRegression(C=0.3, class_weight={0: 1.0, 1: 3.0}, tol=1e-10).fit(X, y)
    total = 1.0 * (y == 0).sum() + 3.0 * (y == 1).sum()
    held = GDClassifier.from_sklearn(theirs, rows=total)
    again = clone(held).set_params(**CERTAIN).fit(X, y)
    assert again.coef_[0] == near(held.coef_[0], rel=1e-4)


def test_standard_errors_of_a_model_of_theirs():
    X, y = linear_table(9, 70, 3, spread=0.2)
    held = GDRegressor.from_sklearn(linear_model.LinearRegression().fit(X, y))
    assert held.standard_errors(X, y) == near(GDRegressor().fit(X, y).standard_errors(X, y), rel=1e-9)
    refused(GDRegressor.from_sklearn(linear_model.Ridge(200.0).fit(X, y)), X, y, "not the optimum")


def test_other_models_are_refused():
    X, y = logistic_table(9, 70, 2)
    three = np.arange(70) % 3

    def says(cls, model, said):
        with pytest.raises(UsageError, match=said):
            cls.from_sklearn(model)

    says(GDRegressor, linear_model.PoissonRegressor().fit(X, y), "cannot be made from a PoissonRegressor")
    says(GDRegressor, linear_model.LogisticRegression().fit(X, y), "cannot be made from a LogisticRegression")
    says(GDRegressor, linear_model.LinearRegression().fit(X, np.c_[y, y]), "one row of coefficients.* has 2")
    says(GDRegressor, linear_model.MultiTaskLasso().fit(X, np.c_[y, y]), "one row of coefficients.* has 2")
    says(GDClassifier, linear_model.LogisticRegression().fit(X, three), "one row of coefficients.* has 3")
    says(GDClassifier, linear_model.SGDClassifier("perceptron").fit(X, y), "no loss 'perceptron'")
    says(GDClassifier, linear_model.RidgeClassifier().fit(X, y), "cannot be made from a RidgeClassifier")
    says(GDRegressor, "a name", "cannot be made from a str")
    with pytest.raises(NotFittedError):
        GDRegressor.from_sklearn(linear_model.Ridge())
    with pytest.raises(UsageError, match="rows must be a number > 0, not -1"):
        GDRegressor.from_sklearn(linear_model.Ridge().fit(X, y), rows=-1)


# ------------------------------------------------------------------ ONNX


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("labels", [False, True])
def test_onnx_predicts_the_same(labels):
    skl2onnx = pytest.importorskip("skl2onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    X, y = (logistic_table if labels else linear_table)(3, 60, 3)
    X32 = X.astype(np.float32)
    model = (GDClassifier(alpha=0.01) if labels else GDRegressor()).fit(X32, y.astype(int) if labels else y)
    options = {"zipmap": False} if labels else None
    theirs = model.to_sklearn()
    graph = skl2onnx.to_onnx(theirs, X32[:1], options={id(theirs): options} if options else None)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"X": X32})
    if labels:
        assert (found[0] == model.predict(X32)).all()
        np.testing.assert_allclose(found[1], model.predict_proba(X32), atol=2e-6)
    else:
        scale = np.abs(X32 * model.coef_).sum(1) + abs(model.intercept_)
        assert (np.abs(found[0][:, 0] - model.predict(X32)) <= 1e-6 * scale).all()
