"""Softmax of several classes and least squares of several targets, against scikit-learn, proofs and long runs."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.utils.class_weight import compute_sample_weight

from steepest import GDClassifier, GDRegressor, Problem, SeparationWarning, make_rows
from steepest.core.errors import DataError, UsageError
from steepest.data.classes import Classes
from steepest.objective.losses.softmax import Softmax
from steepest.objective.objective import Coordinates, Objective
from steepest.objective.penalties import elastic
from steepest.optimality.certificate import certify

near = pytest.approx


def blobs(seed, n=90, d=3, k=4):
    """Overlapping classes in columns of unlike scales."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * np.geomspace(0.1, 10, d) + 3
    y = (X / np.geomspace(0.1, 10, d) @ rng.standard_normal((d, k)) + 2 * rng.gumbel(size=(n, k))).argmax(1)
    y[:k] = np.arange(k)
    return X, y


def problem_of(X, y, alpha=0.0, l1_ratio=0.0, weight=None, intercept=True):
    rows = Classes(*make_rows(X, np.eye(y.max() + 1)[y], weight=weight))
    return Problem(Softmax(), elastic(alpha, l1_ratio), intercept), rows


# ------------------------------------------------------------------ derivatives


def test_slopes_and_second_derivatives_by_differences():
    X, y = blobs(0)
    weight = np.random.default_rng(0).uniform(0.1, 3, len(y))
    problem, rows = problem_of(X, y, 0.1, weight=weight)
    rng, look = np.random.default_rng(1), Objective(problem, rows)
    w, v = 0.3 * rng.standard_normal((4, 4)), rng.standard_normal((4, 4))
    h = 1e-6
    (up, g_up), (down, g_down) = look(w + h * v), look(w - h * v)
    assert np.vdot(look(w)[1], v) == near((up - down) / (2 * h), rel=1e-7)
    bent = (g_up - g_down) / (2 * h)
    penalty = 0.1 * np.append(np.ones(3), 0.0)[:, None] * v
    curvature = rows.curvature(problem.loss, w)
    np.testing.assert_allclose(curvature.matrix() @ v.ravel() + penalty.ravel(), bent.ravel(), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(curvature.product(v) + penalty, bent, 1e-6, 1e-8)
    np.testing.assert_allclose(curvature.diagonal().ravel(), np.diag(curvature.matrix()), rtol=1e-12)


# ------------------------------------------------------------------ against scikit-learn


@pytest.mark.parametrize("load", [load_iris, load_wine, load_digits])
@pytest.mark.parametrize("weighted", [False, True])
def test_logistic_regression_at_the_matched_objective(load, weighted):
    X, y = load(return_X_y=True)
    X = (X - X.mean(0)) / np.maximum(X.std(0), 1e-9)
    if load is load_digits:
        X, y = X[::3], y[::3]
    weight = np.random.default_rng(0).uniform(0.2, 3, len(y)) if weighted else np.ones(len(y))
    alpha = 0.01
    ours = GDClassifier(alpha=alpha, tol=0).fit(X, y, sample_weight=weight)
    C = 1 / (alpha * weight.sum())
    theirs = LogisticRegression(C=C, solver="newton-cg", tol=1e-12, max_iter=10_000).fit(X, y, weight)
    assert ours.coef_.shape == theirs.coef_.shape
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_ - theirs.intercept_.mean(), atol=2e-6)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    assert ours.verdict_.status == "converged"
    assert ours.certificate_.kind == "duality gap"


def test_class_weight_and_labels_of_text():
    X, y = blobs(3)
    names = np.array(["ant", "bee", "cow", "dog"])
    ours = GDClassifier(alpha=0.02, class_weight="balanced", tol=0).fit(X, names[y])
    theirs = GDClassifier(alpha=0.02, tol=0).fit(X, y, sample_weight=compute_sample_weight("balanced", y))
    assert ours.classes_.tolist() == names.tolist()
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9)
    assert (ours.predict(X) == names[theirs.predict(X)]).all()


def test_one_fit_for_each_class():
    X, y = blobs(4)
    ours = GDClassifier(alpha=0.05, multi_class="ovr", tol=1e-14).fit(X, y)
    gaps = []
    for c in range(4):
        alone = GDClassifier(alpha=0.05, tol=1e-14).fit(X, y == c)
        np.testing.assert_allclose(ours.coef_[c], alone.coef_[0], rtol=1e-12)
        gaps.append(alone.certificate_.gap)
    assert ours.certificate_.gap == near(sum(gaps))
    assert len(ours.trajectory_) == 4
    assert ours.predict_proba(X).sum(1) == near(1)
    assert (ours.predict(X) == ours.decision_function(X).argmax(1)).all()


# ------------------------------------------------------------------ proofs


@pytest.mark.parametrize("seed", range(50))
def test_the_gap_is_never_less_than_the_distance_to_a_long_run(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 6))
    X, y = blobs(seed, 60, 2 + seed % 3, k)
    X = (X - X.mean(0)) / X.std(0)
    ratio = (0.0, 0.5, 1.0)[seed % 3]
    weight = rng.uniform(0, 2, len(y)) if seed % 2 else None
    problem, rows = problem_of(X, y, 10.0 ** rng.uniform(-3, -1), ratio, weight, bool(seed % 5))
    tol = 1e-6 if ratio == 1.0 else 1e-13
    settings = {"alpha": problem.l1 + problem.l2, "l1_ratio": ratio, "fit_intercept": problem.intercept}
    model = GDClassifier(tol=tol, **settings).fit(X, y, weight)
    look = Objective(problem, rows)

    def cost(w):
        return look(w)[0] + 0.0

    best = np.vstack((model.coef_.T, model.intercept_))
    least = cost(best)
    assert model.certificate_.gap <= max(10 * tol, 1e-9)
    for far in (1.0, 0.1, 1e-3):
        w = best + far * Coordinates(problem, X.shape[1]).free * rng.standard_normal(best.shape)
        found = certify(Objective(problem, rows), w)
        assert found.kind == "duality gap"
        assert found.gap >= cost(w) - least
        assert ratio > 0 or far > 0.01 or found.gap <= 3 * (cost(w) - least) + 1e-12


def test_shifting_all_classes_alike_changes_no_probability_and_the_mean_one_is_returned():
    X, y = blobs(5)
    plain = GDClassifier(tol=1e-14).fit(X, y)
    np.testing.assert_allclose(plain.coef_.sum(0), 0, atol=1e-10)
    assert plain.intercept_.sum() == near(0, abs=1e-9)
    moved = GDClassifier(tol=1e-14, start=np.ones((4, 4)) * [[1], [2], [3], [4]]).fit(X, y)
    np.testing.assert_allclose(moved.coef_, plain.coef_, rtol=1e-5)
    np.testing.assert_allclose(moved.intercept_.sum(), 0, atol=1e-9)


def test_separated_classes_end_with_a_verdict():
    X = np.repeat(np.eye(3), 4, axis=0)
    with pytest.warns(SeparationWarning, match="completely separated"):
        GDClassifier().fit(X, np.repeat([0, 1, 2], 4))
    X, y = load_iris(return_X_y=True)  # one class lies apart from the two others
    with pytest.warns(SeparationWarning):
        model = GDClassifier().fit(X, y)
    assert model.score(X, y) > 0.95


# ------------------------------------------------------------------ every way to descend


@pytest.mark.filterwarnings("ignore::steepest.NotConvergedWarning")  # some are slow: nearness is what counts
@pytest.mark.parametrize(
    "settings",
    [
        {"rule": "plain"},
        {"rule": "nesterov"},
        {"rule": "secant"},
        {"rule": "whitened"},
        {"rule": "newton"},
        {"rule": "spectral"},
        {"rule": "adam", "learning_rate": 0.02, "standardize": True},
        {"batch_size": 8, "estimate": "saga"},
    ],
)
def test_every_way_leads_to_the_same_answer(settings):
    X, y = blobs(6)
    X = X / X.std(0)
    best = GDClassifier(alpha=0.05, tol=1e-14).fit(X, y)
    other = GDClassifier(alpha=0.05, max_iter=2000, tol=1e-11, **settings).fit(X, y)
    np.testing.assert_allclose(other.predict_proba(X), best.predict_proba(X), atol=2e-3)


def test_lasso_of_several_classes_has_exact_zeros():
    X, y = blobs(7, d=5)
    model = GDClassifier(alpha=0.05, l1_ratio=1.0, tol=1e-8).fit(X / X.std(0), y)
    assert (model.coef_ == 0).sum() > 5
    assert model.verdict_.status == "converged"


def test_sparse_tables_and_single_precision():
    X, y = blobs(8)
    X = np.where(np.abs(X) > 2, np.round(X * 8) / 8, 0)
    dense = GDClassifier(alpha=0.05, tol=1e-13).fit(X, y)
    np.testing.assert_allclose(
        GDClassifier(alpha=0.05, tol=1e-13).fit(sp.csr_array(X), y).coef_, dense.coef_, atol=1e-5
    )
    single = GDClassifier(alpha=0.05, tol=1e-13).fit(X.astype(np.float32), y)
    np.testing.assert_allclose(single.coef_, dense.coef_, atol=1e-5)


def test_many_parameters_are_descended_without_a_matrix():
    X, y = blobs(9, n=60, d=120, k=9)
    model = GDClassifier(alpha=0.1).fit(X / X.std(0), y)
    assert model.trajectory_.meta["rule"].startswith("whitened")  # with a matrix of the columns, not of all parameters
    assert model.certificate_.kind == "duality gap"
    assert model.verdict_.status == "converged"


def test_what_does_not_go_together_is_refused():
    X, y = blobs(1)
    with pytest.raises(UsageError, match="multi_class must be 'softmax' or 'ovr', not 'both'"):
        GDClassifier(multi_class="both").fit(X, y)
    with pytest.raises(UsageError, match="an offset needs two classes"):
        GDClassifier().fit(X, y, offset=np.ones(len(y)))
    with pytest.raises(DataError, match="has weight 0: leave the class out"):
        GDClassifier().fit(X, y, sample_weight=(y != 2).astype(float))
    with pytest.raises(UsageError, match="start must be 16 finite numbers"):
        GDClassifier(start=[1.0, 2.0]).fit(X, y)


# ------------------------------------------------------------------ several targets


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_several_targets(alpha):
    rng = np.random.default_rng(2)
    X, Y = rng.standard_normal((50, 4)) + 2, rng.standard_normal((50, 3))
    Y[:, 1] += X[:, 0]
    weight = rng.uniform(0.5, 2, 50)
    ours = GDRegressor(alpha=alpha, tol=0).fit(X, Y, sample_weight=weight)
    model = Ridge(alpha=alpha * weight.sum(), solver="svd") if alpha else LinearRegression()
    theirs = model.fit(X, Y, sample_weight=weight)
    assert ours.coef_.shape == (3, 4)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-8)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-8)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-8)
    assert ours.verdict_.status == "converged"


@pytest.mark.parametrize("l1_ratio", [0.5, 1.0])
def test_several_targets_with_an_l1_penalty_are_as_many_fits(l1_ratio):
    rng = np.random.default_rng(3)
    X, Y = rng.standard_normal((40, 5)), rng.standard_normal((40, 2))
    ours = GDRegressor(alpha=0.1, l1_ratio=l1_ratio, tol=1e-13).fit(X, Y)
    for c in range(2):
        alone = GDRegressor(alpha=0.1, l1_ratio=l1_ratio, tol=1e-13).fit(X, Y[:, c])
        np.testing.assert_allclose(ours.coef_[c], alone.coef_, atol=1e-7)
