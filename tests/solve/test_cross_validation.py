"""Cross-validation: scikit-learn's scores and choices, the one-standard-error rule, and gaps that are true."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNetCV, LassoCV, LogisticRegression, PoissonRegressor, Ridge
from sklearn.metrics import mean_poisson_deviance
from sklearn.model_selection import KFold, ShuffleSplit

from steepest import Problem, make_rows
from steepest.core.errors import UsageError
from steepest.data.classes import Classes
from steepest.solve.cross_validation import cross_validate, path_of_all
from steepest.solve.settings import Limits
from steepest.solve.validation_curve import Fold, Grid, Scoring, ValidationCurve

near = pytest.approx
TIGHT = Limits(tol=1e-12)


def parts(n, splitter=None):
    return [Fold(train, test) for train, test in (splitter or KFold(3)).split(np.empty((n, 1)))]


def table(n, d, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) + 0.3 * rng.standard_normal((n, 1)) + 5
    return X, X[:, : min(d, 4)].sum(1) + 2 * rng.standard_normal(n)


def labels(n, d, seed):
    X, z = table(n, d, seed)
    return X, (z > np.median(z)) * 1.0


# ------------------------------------------------------------------ squares


@pytest.mark.parametrize("table_of", [lambda: load_diabetes(return_X_y=True), lambda: table(40, 120, 0)])
def test_lasso_has_the_scores_and_the_choice_of_scikit_learn(table_of):
    X, y = table_of()
    theirs = LassoCV(cv=5, alphas=60, eps=0.02, tol=1e-10, max_iter=10**6).fit(X, y)
    found = cross_validate(make_rows(X, y), Problem(), parts(len(y), KFold(5)), Grid(60, 0.02, (1.0,)))
    curve = found.curve
    np.testing.assert_allclose(curve.alphas, theirs.alphas_)
    np.testing.assert_allclose(-curve.scores, theirs.mse_path_, rtol=1e-5)
    assert found.alpha == near(theirs.alpha_)
    assert found.worst_gap < 1e-9


def test_the_share_of_l1_is_chosen_too():
    X, y = table(50, 6, 1)
    shares = (0.1, 0.5, 0.9)
    theirs = ElasticNetCV(cv=3, l1_ratio=shares, alphas=20, tol=1e-10, max_iter=10**6).fit(X, y)
    found = cross_validate(make_rows(X, y), Problem(), parts(50), Grid(20, l1_ratios=shares))
    assert (found.alpha, found.l1_ratio) == (near(theirs.alpha_), theirs.l1_ratio_)
    for ours, mse in zip(found.curves, theirs.mse_path_, strict=True):
        np.testing.assert_allclose(-ours.scores, mse, rtol=1e-5)


def test_ridge_without_an_intercept_by_weights():
    X, y = table(40, 5, 2)
    weight = np.random.default_rng(0).integers(1, 4, 40) * 1.0
    rows, folds = make_rows(X, y, weight=weight), parts(40, ShuffleSplit(4, test_size=0.6, random_state=0))
    curve = cross_validate(rows, Problem(intercept=False), folds, Grid([1.0, 0.1])).curve
    for i, alpha in enumerate((1.0, 0.1)):
        for k, (train, test) in enumerate(folds):
            model = Ridge(alpha * weight[train].sum(), fit_intercept=False).fit(X[train], y[train], weight[train])
            mse = np.average((model.predict(X[test]) - y[test]) ** 2, weights=weight[test])
            assert curve.scores[i, k] == near(-mse)
    shares = np.array([weight[test].sum() for _, test in folds])
    np.testing.assert_allclose(curve.weights, shares / shares.sum())


# ------------------------------------------------------------------ other losses


def test_log_loss_is_scored_as_scikit_learn_would():
    X, y = labels(90, 4, 3)
    curve = cross_validate(make_rows(X, y), Problem("log_loss"), parts(90), Grid([0.1, 0.001]), limits=TIGHT).curve
    for i, alpha in enumerate((0.1, 0.001)):
        for k, (train, test) in enumerate(parts(90)):
            model = LogisticRegression(C=1 / (60 * alpha), tol=1e-10, max_iter=10**4).fit(X[train], y[train])
            assert curve.scores[i, k] == near(
                model.predict_log_proba(X[test])[np.arange(30), y[test].astype(int)].mean()
            )
    assert curve.gaps.max() < 1e-9


def test_counts():
    X, y = table(60, 3, 4)
    y = np.round(np.exp((y - y.mean()) / y.std()))
    curve = cross_validate(make_rows(X, y), Problem("poisson"), parts(60), Grid([0.5, 0.05]), limits=TIGHT).curve
    train, test = parts(60)[0]
    for score, alpha in zip(curve.scores[:, 0], (0.5, 0.05), strict=True):
        mean = PoissonRegressor(alpha=alpha, tol=1e-10, max_iter=10**4).fit(X[train], y[train]).predict(X[test])
        assert score == near(-mean_poisson_deviance(y[test], mean) / 2, rel=1e-5)


@pytest.mark.parametrize(
    ("problem", "l1_ratio", "grid"),
    [
        (Problem("log_loss"), 1.0, 3),
        (Problem("huber"), 0.5, 3),
        (Problem("quantile:q=0.3"), 0.0, [1.0, 0.1]),
        (Problem("quantile:q=0.3"), 1.0, 3),
        (Problem(factors=(1.0, 0.0, 1.0, 2.0)), 1.0, 3),
        (Problem(signs=(1, 0, -1, 0)), 0.0, [1.0, 0.1]),
        (Problem(), 1.0, [0.5, 0.0]),
    ],
)
def test_other_problems_go_by_paths_and_fits(problem, l1_ratio, grid):
    X, y = labels(45, 4, 5) if problem.loss.labels else table(45, 4, 5)
    found = cross_validate(make_rows(X, y), problem, parts(45), Grid(grid, 0.1, (l1_ratio,)))
    assert found.worst_gap <= 1e-5
    assert np.isfinite(found.curve.scores).all()
    assert (found.curve.scores < 0).all()


def test_classes():
    X, y = table(60, 3, 6)
    own = np.digitize(y, np.quantile(y, [0.3, 0.6]))
    rows = Classes(*make_rows(X, np.eye(3)[own]))
    from steepest.objective.losses.softmax import Softmax

    curve = cross_validate(rows, Problem(Softmax()), parts(60), Grid([0.1, 0.01])).curve
    train, test = parts(60)[1]
    model = LogisticRegression(C=1 / (40 * 0.01), tol=1e-10, max_iter=10**4).fit(X[train], own[train])
    assert curve.scores[1, 1] == near(model.predict_log_proba(X[test])[np.arange(20), own[test]].mean(), rel=1e-3)


def test_a_range_of_ridge_begins_where_the_glmnet_share_does_and_goes_further_down():
    X, y = table(40, 3, 7)
    rows = make_rows(X, y)
    lasso = cross_validate(rows, Problem(), parts(40), Grid(5, 0.01, (1.0,))).curve.alphas
    ridge = cross_validate(rows, Problem(), parts(40), Grid(5, 0.01, (0.0,))).curve.alphas
    assert ridge[[0, -1]] == near([lasso[0] * 1e3, lasso[0] * 1e-4])


# ------------------------------------------------------------------ the choice


def curve_of(mean, error, n=4):
    """A curve with these means and standard errors: half of the folds above, half below."""
    spread = np.asarray(error)[:, None] * np.sqrt(n - 1) * np.tile([1.0, -1.0], n // 2)
    return ValidationCurve(
        1.0, np.arange(len(mean), 0, -1.0), np.asarray(mean)[:, None] + spread, np.full(n, 1 / n), spread
    )


def test_one_standard_error_rule_of_a_published_example():
    """Hastie, Tibshirani and Friedman, section 7.10: the simplest model within one standard error of the best."""
    curve = curve_of([-9.0, -5.0, -4.1, -4.0, -4.4], [0.5, 0.2, 0.3, 0.15, 0.2])
    np.testing.assert_allclose(curve.standard_error, [0.5, 0.2, 0.3, 0.15, 0.2])
    assert (curve.chosen("min"), curve.chosen("1se")) == (3, 2)
    assert curve_of([-9.0, -5.0, -4.1, -4.0], [0.1, 0.1, 0.1, 0.05]).chosen("1se") == 3


def test_standard_error_is_that_of_the_mean_of_the_folds():
    scores = np.random.default_rng(0).standard_normal((3, 5))
    curve = ValidationCurve(1.0, np.arange(3.0, 0, -1), scores, np.full(5, 0.2), 0 * scores)
    np.testing.assert_allclose(curve.standard_error, scores.std(1, ddof=1) / np.sqrt(5))


def test_a_best_score_at_an_end_is_noticed():
    X, y = table(40, 3, 8)
    rows = make_rows(X, y)
    assert cross_validate(rows, Problem(), parts(40), Grid([100.0, 10.0], l1_ratios=(1.0,))).at_end
    assert not cross_validate(rows, Problem(), parts(40), Grid([0.1])).at_end


def test_a_scorer_of_ones_own():
    X, y = table(30, 2, 9)
    seen = []

    def score(points, test):
        seen.append((points.shape, test.tolist()))
        return -points[:, 0, 0]

    found = cross_validate(make_rows(X, y), Problem(), parts(30), Grid([1.0, 0.1]), scoring=Scoring("mine", score))
    assert seen[0] == ((2, 3, 1), list(range(10)))
    assert (found.scoring, found.is_loss, found.curve.chosen()) == ("mine", False, 0)


def test_the_path_on_all_rows():
    X, y = table(30, 3, 10)
    points = path_of_all(make_rows(X, y), Problem(), np.array([1.0, 0.1]))
    np.testing.assert_allclose(points[1, :-1, 0], Ridge(3.0).fit(X, y).coef_)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rule": "2se"}, "rule must be 'min' or '1se'"),
        ({"grid": Grid(0)}, "n_alphas must be a whole number >= 1"),
        ({"grid": Grid([1.0, -1.0])}, "alphas must be numbers >= 0"),
        ({"grid": Grid(5, 2.0)}, "eps must be a number between 0 and 1"),
        ({"folds": parts(20)[:1]}, "2 folds or more"),
        ({"problem": Problem(fixed=(0,))}, "fixed coefficients"),
    ],
)
def test_what_is_refused(given, words):
    rows = make_rows(*table(20, 2, 11))
    with pytest.raises(UsageError, match=words):
        cross_validate(rows, **{"problem": Problem(), "folds": parts(20), **given})
