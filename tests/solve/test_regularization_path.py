"""The regularisation path against scikit-learn's coordinate descent, R glmnet, and the conditions of an optimum."""

from __future__ import annotations

from math import fsum

import numpy as np
import pytest
from conftest import DATA, Y8, linear_table, logistic_table
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression, enet_path

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import DataError, NotConvergedWarning, UsageError
from steepest.solve.regularization_path import alpha_path

near = pytest.approx


def correlated(seed, n=120, d=12):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) @ (np.eye(d) + 0.4 * rng.standard_normal((d, d))) + rng.standard_normal(d)
    return X, X[:, :3] @ [3.0, -2.0, 1.0] + 7 + rng.standard_normal(n)


# ------------------------------------------------------------------ squared loss


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.05])
def test_against_coordinate_descent(l1_ratio, intercept):
    X, y = correlated(1)
    ours = alpha_path(X, y, l1_ratio=l1_ratio, n_alphas=40, fit_intercept=intercept)
    centred = (X - X.mean(0), y - y.mean()) if intercept else (X, y)
    grid = enet_path(*centred, l1_ratio=l1_ratio)[0]
    _, coefs, _ = enet_path(*centred, l1_ratio=l1_ratio, alphas=ours.alphas, tol=1e-14, max_iter=100_000)
    assert ours.alphas[[0, -1]] == near(grid[[0, -1]], rel=1e-12)
    np.testing.assert_allclose(ours.coefs, coefs, atol=1e-6 * np.abs(coefs).max())
    assert ((ours.coefs == 0) == (np.abs(coefs) < 1e-9)).all()
    constants = y.mean() - X.mean(0) @ coefs if intercept else np.zeros(40)
    np.testing.assert_allclose(ours.intercepts, constants, atol=1e-5)


def test_more_columns_than_rows():
    X, y = correlated(2, n=25, d=60)
    ours = alpha_path(X, y, n_alphas=30, eps=0.01)
    _, coefs, _ = enet_path(X - X.mean(0), y - y.mean(), l1_ratio=1.0, alphas=ours.alphas, tol=1e-14, max_iter=10**6)
    np.testing.assert_allclose(ours.coefs, coefs, atol=1e-5 * np.abs(coefs).max())
    assert np.count_nonzero(ours.coefs, axis=0).max() <= 25


def test_the_path_begins_where_the_first_coefficient_leaves_zero():
    X, y = correlated(3)
    mean = fsum(y) / len(y)
    slopes = [abs(fsum((X[:, j] - fsum(X[:, j]) / len(y)) * (y - mean))) / len(y) for j in range(12)]
    path = alpha_path(X, y, l1_ratio=0.5, n_alphas=5)
    assert path.alphas[0] == near(max(slopes) / 0.5, rel=2e-14)
    assert path.coefs[:, 0].tolist() == [0.0] * 12
    assert path.intercepts[0] == near(mean, rel=1e-14)
    below = alpha_path(X, y, l1_ratio=0.5, alphas=[0.999 * path.alphas[0]])
    assert np.flatnonzero(below.coefs[:, 0]).tolist() == [int(np.argmax(slopes))]


def test_columns_far_from_zero():
    """A rounding of the mean target, times 1e8, is no slope."""
    X, y = correlated(4)
    far = np.round(X * 1024) / 1024 + 2.0**27
    plain, moved = (alpha_path(A, y, n_alphas=8) for A in (far - 2.0**27, far))
    assert moved.alphas == near(plain.alphas, rel=1e-9)
    np.testing.assert_allclose(moved.coefs, plain.coefs, atol=1e-6)


@pytest.mark.parametrize("loss", ["squared_error", "mse"])
def test_weights_sparse_tables_and_both_squared_losses(loss):
    X, y = correlated(5)
    X[::2, 3] = 0
    weight = np.random.default_rng(0).integers(1, 4, len(y))
    whole = alpha_path(np.repeat(X, weight, 0), np.repeat(y, weight), n_alphas=10)
    double = 2.0 if loss == "mse" else 1.0
    other = alpha_path(csr_array(X), y, sample_weight=weight, loss=loss, n_alphas=10)
    assert other.alphas == near(double * whole.alphas, rel=1e-12)
    np.testing.assert_allclose(other.coefs, whole.coefs, atol=1e-6)


def test_ridge_along_given_strengths_that_need_no_order():
    X, y = correlated(6)
    path = alpha_path(X, y, alphas=[0.1, 10.0, 0.0, 1.0], l1_ratio=0.0)
    assert path.alphas.tolist() == [10.0, 1.0, 0.1, 0.0]
    A, t = X - X.mean(0), y - y.mean()
    direct = [np.linalg.solve(A.T @ A / 120 + a * np.eye(12), A.T @ t / 120) for a in path.alphas]
    np.testing.assert_allclose(path.coefs.T, direct, atol=1e-6)


def test_warm_descents_take_fewer_steps_than_cold_ones():
    X, y = correlated(7, n=300, d=30)
    path = alpha_path(X, y, n_alphas=15)
    cold = [GDRegressor(alpha=a, l1_ratio=1.0, tol=1e-12).fit(X, y) for a in path.alphas]
    np.testing.assert_allclose(path.coefs.T, [m.coef_ for m in cold], atol=1e-5)
    assert sum(map(len, path.trajectories)) < sum(len(m.trajectory_) for m in cold)


# ------------------------------------------------------------------ other losses


def test_log_loss_against_scikit_learn():
    X, y = logistic_table(3, 150, 5, spread=0.2)
    path = alpha_path(X, y, loss="log_loss", n_alphas=8, eps=0.02)
    assert path.coefs[:, 0].tolist() == [0.0] * 5
    assert path.intercepts[0] == near(np.log(y.mean() / (1 - y.mean())), rel=1e-12)
    settings = {"l1_ratio": 1.0, "solver": "saga", "tol": 1e-10, "max_iter": 200_000, "random_state": 0}
    for i in (2, 4):
        theirs = LogisticRegression(C=1 / (150 * path.alphas[i]), **settings).fit(X, y)
        np.testing.assert_allclose(path.coefs[:, i], theirs.coef_[0], atol=1e-5)
        assert path.intercepts[i] == near(theirs.intercept_[0], abs=1e-5)


GLMNET = {
    (0.5, 0.02313286): (0.0708914, 0.3791042, 0.2938332, 0.07506391, 0.2982251),
    (1.0, 0.01269414): (0.07022348, 0.396642, 0.3044255, 0.07151663, 0.31301),
    (1.0, 0.02932512): (0, 0.3085764, 0.2300801, 0.01143652, 0.2291531),
}


@pytest.mark.parametrize(("share", "alpha"), GLMNET)
def test_log_loss_against_r(share, alpha):
    table = np.loadtxt(DATA / "enet_binomial.csv", delimiter=",")[1:]
    X = (table[:, 1:] - table[:, 1:].mean(0)) / table[:, 1:].std(0, ddof=1)
    alphas = [0.2, 0.1, 0.05, alpha]
    path = alpha_path(X, table[:, 0], loss="log_loss", l1_ratio=share, fit_intercept=False, alphas=alphas)
    assert path.coefs[:, -1] == near(GLMNET[share, alpha], abs=2e-5)


@pytest.mark.parametrize("loss", ["huber:delta=0.5", "poisson", "squared_hinge", "modified_huber"])
def test_other_smooth_losses_against_cold_fits(loss):
    rng = np.random.default_rng(2)
    X = rng.standard_normal((150, 4))
    z = 0.5 * X[:, 0] - 0.2 * X[:, 2] + 0.3
    labels = "hinge" in loss or "modified" in loss
    y = rng.poisson(np.exp(z)).astype(float) if loss == "poisson" else z + rng.standard_normal(150)
    y = (y > 0.3).astype(float) if labels else y
    path = alpha_path(X, y, loss=loss, n_alphas=4, eps=0.05)
    assert path.coefs[:, 0].tolist() == [0.0] * 4
    for alpha, w in zip(path.alphas[1:], path.coefs.T[1:], strict=True):
        cold = (GDClassifier if labels else GDRegressor)(loss, alpha=alpha, l1_ratio=1.0, tol=1e-12).fit(X, y)
        np.testing.assert_allclose(w, np.ravel(cold.coef_), atol=1e-5)


@pytest.mark.parametrize("loss", ["hinge", "quantile", "epsilon_insensitive"])
def test_losses_with_kinks_are_refused(loss):
    with pytest.raises(UsageError, match="is not smooth"):
        alpha_path(*logistic_table(1), loss=loss)


@given(seed=st.integers(0, 2**31), l1_ratio=st.sampled_from([1.0, 0.7, 0.2]), labels=st.booleans())
@settings(max_examples=20, deadline=None)
def test_every_answer_meets_the_conditions_of_an_optimum(seed, l1_ratio, labels):
    """|g_j + l2 w_j| = l1 with the opposite sign where w_j is not 0, and at most l1 where it is."""
    X, y = (logistic_table if labels else linear_table)(seed, 60, 4, spread=0.2)
    path = alpha_path(X, y, loss="log_loss" if labels else "squared_error", l1_ratio=l1_ratio, n_alphas=6, eps=0.05)
    for alpha, w, b in zip(path.alphas, path.coefs.T, path.intercepts, strict=True):
        z = X @ w + b
        r = (1 / (1 + np.exp(-z)) if labels else z) - y
        g = X.T @ r / 60 + alpha * (1 - l1_ratio) * w
        wrong = np.where(w == 0, np.maximum(np.abs(g) - alpha * l1_ratio, 0), g + alpha * l1_ratio * np.sign(w))
        assert np.abs(wrong).max() <= 1e-4 * path.alphas[0]
        assert abs(r.mean()) <= 1e-4 * np.abs(r).max() + 1e-9


def test_gaps_and_trajectories_belong_to_the_answers():
    X, y = correlated(8)
    path = alpha_path(X, y, n_alphas=6)
    assert (path.gaps <= 1e-12 * y.var()).all()
    assert (path.gaps >= 0).all()
    assert len(path.trajectories) == 6
    for i, trajectory in enumerate(path.trajectories):
        assert trajectory.coef[-1].tolist() == path.coefs[:, i].tolist()
        assert trajectory.coef[0] == near(path.coefs[:, max(0, i - 1)], abs=1e-9)


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"l1_ratio": 0.0}, "l1_ratio=0 has no alpha .* give alphas"),
        ({"l1_ratio": 1.5}, "l1_ratio must be a number from 0 to 1"),
        ({"n_alphas": 0}, "n_alphas must be a whole number >= 1, not 0"),
        ({"n_alphas": 2.5}, "n_alphas must be a whole number"),
        ({"eps": 0.0}, "eps must be a number between 0 and 1, not 0"),
        ({"eps": 1.0}, "eps must be"),
        ({"alphas": []}, "alphas must be numbers >= 0"),
        ({"alphas": [1.0, -1.0]}, "alphas must be numbers >= 0"),
        ({"alphas": [np.nan]}, "alphas must be numbers >= 0"),
        ({"alphas": "many"}, "alphas must be numbers >= 0, not 'many'"),
        ({"loss": "nothing"}, "no loss is called 'nothing'"),
        ({"tol": -1.0}, "tol must be"),
        ({"max_iter": 0}, "max_iter must be"),
    ],
)
def test_senseless_settings_are_refused(settings, said):
    X, y = correlated(1, 20, 3)
    with pytest.raises(UsageError, match=said):
        alpha_path(X, y, **settings)


def test_hopeless_tables_are_refused():
    X, y = correlated(1, 20, 3)
    with pytest.raises(UsageError, match="no column is correlated with the target"):
        alpha_path(X, np.full(20, 3.0))
    with pytest.raises(DataError, match="labels 0 and 1"):
        alpha_path(X, y, loss="log_loss")
    with pytest.raises(DataError, match="20 rows but the target has 8"):
        alpha_path(X, Y8)
    X[3, 1] = np.nan
    with pytest.raises(DataError, match="row 4"):
        alpha_path(X, y)


def test_one_strength_is_the_first():
    X, y = correlated(1, 20, 3)
    assert alpha_path(X, y, n_alphas=1).alphas.tolist() == alpha_path(X, y, n_alphas=2).alphas[:1].tolist()


def test_descents_that_end_early_are_named():
    X, y = logistic_table(3, 150, 5)
    with pytest.warns(NotConvergedWarning, match="of 3 answers are not as good as tol=1e-12 asks"):
        alpha_path(X, y, loss="log_loss", n_alphas=3, max_iter=1)
