"""Paths of squared losses: against the homotopy of least angle regression, and proven on degenerate tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import lars_path

from steepest import make_moments, make_rows
from steepest.core.units import standard_units
from steepest.objective.objective import Objective
from steepest.objective.penalties import elastic
from steepest.objective.pivoting import Pivots
from steepest.objective.problem import Problem
from steepest.objective.prox import by_signs
from steepest.optimality.duality import moments_gap, rows_gap
from steepest.optimality.square_models import MomentsModel, RowsModel
from steepest.optimality.square_points import gaps
from steepest.solve.regularization_path import alpha_path


def table(seed, n, d):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) + 0.5 * rng.standard_normal((n, 1)) + rng.standard_normal(d)
    return X, X[:, : d // 3] @ rng.standard_normal(d // 3) + rng.standard_normal(n)


@pytest.mark.parametrize(("n", "d"), [(200, 30), (40, 30), (30, 90), (150, 600)])
def test_against_the_homotopy(n, d):
    """Between two of its corners the path is a straight line."""
    X, y = table(1, n, d)
    path = alpha_path(X, y, n_alphas=30, eps=0.02)
    corners, _, coefs = lars_path(X - X.mean(0), y - y.mean(), method="lasso", alpha_min=path.alphas[-1] / 2)
    for coef, line in zip(path.coefs, coefs, strict=True):
        np.testing.assert_allclose(coef, np.interp(path.alphas, corners[::-1], line[::-1]), atol=1e-8)
    assert (path.gaps <= 1e-12 * y.var()).all()


def shapes(what, X, y):
    """A degenerate table: its columns, and the settings of its path."""
    rng, d = np.random.default_rng(5), X.shape[1]
    weight = rng.integers(0, 3, len(y)).astype(float)
    given = {
        "repeated columns": (np.hstack((X, X[:, ::-1], X)), {}),
        "opposite columns": (np.hstack((X, -X)), {}),
        "constant columns": (np.where(np.arange(d) % 3 == 1, 2.0, X), {}),
        "sums of columns": (np.hstack((X, X @ rng.standard_normal((d, 5)))), {}),
        "whole numbers": (np.round(X), {}),
        "factors": (X, {"penalty_factors": dict.fromkeys(range(0, d, 2), 0.3)}),
        "signs": (X, {"signs": {**dict.fromkeys(range(0, d, 2), "+"), 1: "-"}}),
        "weights": (X, {"sample_weight": weight}),
        "far from 0": (X + 1e5, {}),
        "units apart": (X * 10.0 ** rng.integers(-3, 4, d), {}),
        "sparse": (np.where(X > 0.7, X, 0.0), {}),
    }
    return given[what]


WHAT = ["repeated columns", "opposite columns", "constant columns", "sums of columns", "whole numbers", "factors"]
WHAT += ["signs", "weights", "far from 0", "units apart", "sparse"]


@given(
    seed=st.integers(0, 2**31),
    n=st.sampled_from([12, 30, 120]),
    what=st.sampled_from(WHAT),
    l1_ratio=st.sampled_from([1.0, 0.6]),
    intercept=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_every_answer_is_an_optimum_and_proven(seed, n, what, l1_ratio, intercept):
    X, more = shapes(what, *table(seed, n, 24))
    y = table(seed, n, 24)[1]
    if what == "sums of columns":
        l1_ratio = 1.0
    A = csr_array(X) if what == "sparse" else X
    path = alpha_path(A, y, l1_ratio=l1_ratio, n_alphas=15, eps=0.01, fit_intercept=intercept, tol=1e-9, **more)
    m = more.get("sample_weight", np.ones(n))
    m = m / m.sum()
    scale = float(m @ (y - intercept * (m @ y)) ** 2) / 2
    assert (path.gaps <= 1e-6 * scale).all()
    factors = np.ones(X.shape[1])
    for j, factor in more.get("penalty_factors", {}).items():
        factors[j] = factor
    sides = np.array([{"+": 1, "-": -1}.get(more.get("signs", {}).get(j), 0) for j in range(X.shape[1])])
    assert (path.coefs * sides[:, None] >= 0).all()
    centred = X - intercept * (m @ X)
    sizes = np.sqrt(m @ centred**2)
    for alpha, w, b, gap in zip(path.alphas, path.coefs.T, path.intercepts, path.gaps, strict=True):
        r = X @ w + b - y
        g = centred.T @ (m * r) + alpha * (1 - l1_ratio) * factors * w
        weights = alpha * l1_ratio * factors
        wrong = np.where(w == 0, np.maximum(np.abs(g) - weights, 0), g + weights * np.sign(w))
        wrong[(w == 0) & (sides * g > 0)] = 0.0
        # the gradient of a convex function of curvature at most size^2 + l2 is bounded by its distance from the minimum
        curvature = sizes**2 + alpha * (1 - l1_ratio) * factors
        bound = np.sqrt(2 * (gap + 1e-13 * scale)) * np.sqrt(curvature)
        assert (np.abs(wrong) <= 2 * bound + 1e-9 * np.sqrt(2 * scale) * (sizes + 1e-3)).all()


def test_a_table_of_few_rows_down_to_the_smallest_strength():
    """More columns in general position than rows: the Gram matrix of the columns that are not 0 becomes singular."""
    X, y = table(3, 10, 60)
    path = alpha_path(X, y, n_alphas=40, eps=1e-5)
    assert (path.gaps <= 1e-12 * y.var()).all()
    assert np.count_nonzero(path.coefs, axis=0).max() <= 10
    assert np.abs(X @ path.coefs[:, -1] + path.intercepts[-1] - y).max() <= 1e-3 * np.abs(y).max()


def test_moments_that_prove_too_little_make_place_for_the_rows():
    """Two columns that are nearly the same: the least squares are far from any point of the path."""
    X, y = table(4, 300, 12)
    near = X.copy()
    near[:, 1] = X[:, 0] + 1e-5 * X[:, 1]
    kinds = []
    for A in (X, near):
        path = alpha_path(A, y, n_alphas=10)
        assert (path.gaps <= 1e-11 * y.var()).all()
        kinds.append({trajectory.meta["data"] for trajectory in path.trajectories})
    assert kinds[0] == {"moments"}
    assert "rows" in kinds[1]


def test_a_single_try_is_named_if_it_is_not_enough():
    X, y = table(6, 40, 200)
    with pytest.warns(UserWarning, match="answers are not as good as tol=1e-12 asks"):
        alpha_path(X, y, n_alphas=10, max_iter=1)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_gaps_are_those_of_single_points(l1_ratio, intercept):
    """At points that are no optima, where every part of the gap counts."""
    X, y = table(7, 90, 6)
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 90)
    rows, alphas = make_rows(X, y, weight=weight), np.array([0.05, 0.3, 2.0])
    columns = rows.columns()
    rows = rows.in_units(standard_units(*columns, columns.mean - 0.3 if intercept else None))
    problem = Problem("mse", elastic(1.0, l1_ratio), intercept)
    moments = make_moments(make_rows(X, y, weight=weight), None if intercept else np.zeros(1)).in_units(rows.units)
    w = np.vstack((np.random.default_rng(1).standard_normal((6, 3)), np.full((1, 3), 0.3 * intercept)))
    by_rows = RowsModel(Objective(problem, rows), rows, columns)
    by_rows.add(np.arange(6))
    for model in (by_rows, MomentsModel(Objective(problem, moments))):
        found = gaps(Objective(problem, rows), model.points(w), alphas)
        for i, alpha in enumerate(alphas):
            one = Problem("mse", elastic(alpha, l1_ratio), intercept)
            F = Objective(one, rows)
            other = (
                rows_gap(F, w[:, [i]], 0 * w[:, [i]]),
                moments_gap(Objective(one, moments), w[:, [i]], 0 * w[:, [i]]),
            )
            for proven in other:
                assert found.gap[i] == pytest.approx(proven.gap, rel=1e-9)
            assert found.whole[i] == pytest.approx(F(w[:, [i]])[0], rel=1e-9)


@given(seed=st.integers(0, 2**31), l2=st.sampled_from([0.0, 0.1]), rank=st.sampled_from([3, 600]))
@settings(max_examples=20, deadline=None)
def test_pivots_find_the_minimum_of_feature_sign_search(seed, l2, rank):
    """In a sequence of targets, by factorisations and by bordered ones, or not at all."""
    rng, m = np.random.default_rng(seed), 200
    A = rng.standard_normal((rank, m))
    B, pivots, u = A.T @ A / rank, Pivots(), np.zeros(m)
    target, change = B @ rng.standard_normal(m), B @ rng.standard_normal(m)
    s = np.abs(target).max() * np.stack((np.full(m, 0.004), rng.uniform(0.002, 0.01, m)))
    for size in (0.0, 0.02, 0.04):
        goal = target + size * change
        found = pivots.minimum(B, np.full(m, l2), goal, s, u)
        if found is None:
            assert rank < m
            continue
        H, u = B + l2 * np.eye(m), found
        rest = H @ u - goal
        wrong = np.where(
            u == 0, np.maximum(np.maximum(rest - s[0], -rest - s[1]), 0), rest + np.where(u > 0, s[1], -s[0])
        )
        assert np.abs(wrong).max() <= 1e-8 * np.abs(target).max()
        if rank > m:
            np.testing.assert_allclose(u, by_signs(H, goal, s, u), atol=1e-6 * max(np.abs(u).max(), 1e-9))
