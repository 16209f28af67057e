"""Paths on a Gram matrix: the optima of scikit-learn's paths, with gaps that prove them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import enet_path

from steepest import Problem, make_rows
from steepest.data.fold_moments import moments_of_parts
from steepest.objective.penalties import elastic
from steepest.optimality.homotopy import homotopy
from steepest.optimality.moments_path import moments_path

quick = settings(max_examples=15, deadline=None, derandomize=True)


def table(n, d, seed, correlation=0.5):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) + correlation * rng.standard_normal((n, 1))
    return X, X[:, : min(d, 3)].sum(1) + rng.standard_normal(n)


def path_of(X, y, alphas, l1_ratio, **more):
    moments = next(moments_of_parts(make_rows(X, y), [np.arange(len(y))], True))
    return moments_path(Problem(penalty=elastic(1.0, l1_ratio), **more), moments, alphas, l1_ratio)


def alphas_of(X, y, l1_ratio=1.0, count=30, eps=1e-3):
    largest = np.abs((X - X.mean(0)).T @ (y - y.mean())).max() / len(y) / l1_ratio
    return 1.0001 * largest * np.geomspace(1, eps, count)


@pytest.mark.parametrize(("n", "d", "l1_ratio"), [(60, 8, 1.0), (20, 45, 1.0), (60, 8, 0.4), (20, 45, 0.7)])
def test_the_optima_of_scikit_learn(n, d, l1_ratio):
    X, y = table(n, d, d)
    alphas = alphas_of(X, y, l1_ratio, eps=0.02)
    coefs = enet_path(X - X.mean(0), y - y.mean(), alphas=alphas, l1_ratio=l1_ratio, tol=1e-13, max_iter=10**6)[1]
    found = path_of(X, y, alphas, l1_ratio)
    np.testing.assert_allclose(found.points[:, :-1].T, coefs, atol=1e-6)
    assert found.gaps.max() < 1e-11 * y.var()
    assert not found.points[0, :-1].any()


def test_ridge_is_its_closed_form():
    X, y = table(30, 5, 1)
    factors = (1.0, 2.0, 0.5, 1.0, 3.0)
    found = path_of(X, y, np.array([1.0, 0.01]), 0.0, factors=factors)
    Xc, yc = X - X.mean(0), y - y.mean()
    for alpha, w in zip((1.0, 0.01), found.points, strict=True):
        exact = np.linalg.solve(Xc.T @ Xc / 30 + alpha * np.diag(factors), Xc.T @ yc / 30)
        np.testing.assert_allclose(w[:-1], exact, rtol=1e-9)
        assert w[-1] == pytest.approx(y.mean() - X.mean(0) @ exact)
    assert found.gaps.max() < 1e-11


@quick
@given(st.integers(3, 25), st.integers(1, 12), st.integers(0, 10**6), st.sampled_from([1.0, 0.5]))
def test_every_point_is_an_optimum(n, d, seed, l1_ratio):
    X, y = table(n, d, seed)
    X[:, -1] = X[:, 0]  # columns that depend on each other
    found = path_of(X, y, alphas_of(X, y, l1_ratio), l1_ratio)
    assert (found.gaps <= 1e-9 * y.var()).all()


@quick
@given(st.integers(0, 10**6), st.booleans())
def test_signs_and_factors_hold_at_the_optimum(seed, intercept):
    X, y = table(25, 6, seed)
    X += 0.3
    signs, factors = (1, -1, 0, 1, -1, 0), (1.0, 2.0, 0.5, 1.0, 1.0, 3.0)
    moments = next(moments_of_parts(make_rows(X, y), [np.arange(25)], intercept))
    problem = Problem(penalty=elastic(1.0, 1.0), intercept=intercept, signs=signs, factors=factors)
    found = moments_path(problem, moments, 2.0 * np.geomspace(1, 1e-3, 20), 1.0)
    assert (found.points[:, :-1] * signs >= 0).all()
    assert (found.gaps <= 1e-9 * (y @ y / 25)).all()
    assert intercept or not found.points[:, -1].any()


def test_a_gap_is_not_below_the_distance_from_the_minimum():
    """The gap of a point that is no optimum, by the same formula, bounds what it costs more."""
    from steepest.optimality import moments_path as module

    X, y = table(40, 6, 3)
    moments = next(moments_of_parts(make_rows(X, y), [np.arange(40)], True))
    c = (X - X.mean(0)).T @ (y - y.mean()) / 40
    scaled = module._Scaled(moments.spread, moments.cross, moments.square, np.ones(6), np.ones((2, 6), bool), 1e-15)
    for l1, l2 in ((0.2, 0.0), (0.1, 0.1), (0.0, 0.3)):
        cost = lambda w: w @ moments.spread @ w / 2 - c @ w + l1 * np.abs(w).sum() + l2 * w @ w / 2  # noqa: E731, B023
        best = path_of(X, y, np.array([l1 + l2]), l1 / (l1 + l2)).points[0, :-1]
        for step in (1e-3, 0.1, 1.0):
            w = best + step * np.random.default_rng(0).standard_normal(6)
            gap = module._gaps(scaled, w[:, None], np.array([l1]), np.array([l2]))[0]
            assert gap >= cost(w) - cost(best) > 0


def test_a_coefficient_leaves_and_joins_with_the_other_sign():
    G = np.array([[1.0, 0.9], [0.9, 1.0]])
    found = homotopy(G, np.array([1.0, 0.85]), np.array([0.5, 0.05, 0.001]), np.zeros(3))
    exact = np.linalg.solve(G, np.array([1.0, 0.85]) - 0.001 * np.sign(found[:, -1]))
    np.testing.assert_allclose(found[:, -1], exact, rtol=1e-9)
    assert found[1, 1] == 0.0
    assert found[1, 2] < 0.0
