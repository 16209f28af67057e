"""Sampled descent with whole weights has, in the mean over seeds, the answer of the rows repeated so many times.

A batch is not the same batch once a row of weight 2 stands in the table once: the two runs differ seed by seed, and
`check_estimator` is excused from comparing them so. What must agree is their mean over seeds. A batch's gradient is, in
both, an estimate without bias of the same gradient. For squares, rows drawn with replacement and a constant rate the
mean of w after t updates is therefore exactly the point of the descent over all rows, E w' = E w - eta (A E w - b), and
so is the mean of any average of points. Where rows are shuffled, or the cost is no quadratic, two means differ by terms
of the order of eta: rates that fall push these below the noise of 200 seeds. Rows repeated are twice as many here, and
are given half as many epochs, so that as many updates are made.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from conftest import needs_compiler
from scipy.sparse import csr_array

from steepest import GDClassifier, GDRegressor
from steepest.methods import steps

pytestmark = needs_compiler
SEEDS, UPDATES = 200, 2048
N, D = 40, 2
COUNT = np.random.default_rng(2).permutation(np.repeat([0, 1, 2, 5], [8, 12, 16, 4]))  # 32 rows count, 64 repeated
FALLING = {"learning_rate": steps.InverseScaling(0.05, 0.6), "average": "weighted"}
DRAWN = {"sampling": "replacement"}
BOTH = pytest.mark.parametrize("cls", [GDRegressor, GDClassifier])
SIZES = pytest.mark.parametrize("batch_size", [1, 16])


@pytest.fixture(autouse=True)
def many_short_runs(monkeypatch):
    """Compiled, each of them, though they are short."""
    monkeypatch.setattr("steepest.descent.engine.COMPILE_STEPS", 1000)


def table(cls):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N, D)) + np.array([0.5, 0.0])
    z = X @ [1.0, -1.0] + 0.5 + 1.5 * rng.standard_normal(N)
    return X, z if cls is GDRegressor else (z > 0).astype(float)


def answers(cls, batch_size, X, y, weight=None, **settings):
    """One row of coefficients and the intercept for each seed."""
    counted = len(y) if weight is None else np.count_nonzero(weight)  # an epoch is a pass over these
    settings |= {"max_iter": UPDATES * batch_size // counted, "tol": None, "record": False, "n_jobs": 1, "alpha": 0.05}
    model = cls(batch_size=batch_size, **settings)
    fits = (model.set_params(random_state=seed).fit(X, y, sample_weight=weight) for seed in range(SEEDS))
    return np.array([[*np.ravel(fit.coef_), *np.ravel(fit.intercept_)] for fit in fits])


def weighted(cls, batch_size, weight=COUNT, kind=np.asarray, **settings):
    X, y = table(cls)
    return answers(cls, batch_size, kind(X), y, weight, **settings)


def repeated(cls, batch_size, **settings):
    """Rows that stand in the table as often as they count."""
    X, y = table(cls)
    return answers(cls, batch_size, np.repeat(X, COUNT, 0), np.repeat(y, COUNT), **settings)


@cache
def repeated_and_falling(cls, batch_size):
    return repeated(cls, batch_size, **FALLING)


def apart(found, others):
    """Difference of two means in standard errors, in the coordinate where it is largest."""
    spread = found.var(0, ddof=1) + np.var(others, 0, ddof=1)
    return float(np.max(np.abs(found.mean(0) - np.mean(others, 0)) / np.sqrt(spread / SEEDS)))


@SIZES
def test_the_mean_is_that_of_the_descent_over_all_rows_on_its_way(batch_size):
    """Equal by theory at every step: here at one far from the optimum."""
    way = {"learning_rate": 5e-4, **DRAWN}
    both = [weighted(GDRegressor, batch_size, **way), repeated(GDRegressor, batch_size, **way)]
    assert apart(*both) < 3
    X, y = table(GDRegressor)
    batch = GDRegressor(learning_rate=5e-4, max_iter=UPDATES, tol=None, record=False, alpha=0.05).fit(X, y, COUNT)
    best = GDRegressor(alpha=0.05).fit(X, y, COUNT)
    assert np.abs(batch.coef_ - best.coef_).min() > 0.1
    for found in both:
        away = np.abs(found.mean(0) - [*batch.coef_, batch.intercept_])
        assert (away < 3 * found.std(0, ddof=1) / np.sqrt(SEEDS)).all()


@BOTH
@SIZES
def test_shuffled_rows_at_falling_rates(cls, batch_size):
    assert apart(weighted(cls, batch_size, **FALLING), repeated_and_falling(cls, batch_size)) < 3


def test_sparse_rows():
    assert apart(weighted(GDRegressor, 1, kind=csr_array, **FALLING), repeated_and_falling(GDRegressor, 1)) < 3


@SIZES
def test_the_automatic_rate(batch_size):
    """Its units and curvature are those of the weighted columns; long steps, so squares and drawn rows alone."""
    assert apart(weighted(GDRegressor, batch_size, **DRAWN), repeated(GDRegressor, batch_size, **DRAWN)) < 3


WRONG = {"roots": np.sqrt(COUNT), "none": np.ones(N), "no zeros": np.maximum(COUNT, 1)}


@pytest.mark.parametrize(
    ("cls", "batch_size", "wrong"),
    [
        (GDRegressor, 1, "roots"),
        (GDRegressor, 16, "none"),
        (GDClassifier, 1, "no zeros"),
        (GDClassifier, 16, "roots"),
    ],
)
def test_weights_that_are_not_the_counts_are_told_apart(cls, batch_size, wrong):
    """The test can fail."""
    assert apart(weighted(cls, batch_size, WRONG[wrong], **FALLING), repeated_and_falling(cls, batch_size)) > 10


@BOTH
def test_an_estimate_whose_noise_ends_agrees_run_by_run(cls):
    """Each run ends at the optimum of the weighted cost."""
    X, y = table(cls)
    best = cls(alpha=0.1, tol=0).fit(X, y, sample_weight=COUNT)
    model = cls(alpha=0.1, estimate="saga", batch_size=16, max_iter=3000, tol=1e-12, random_state=1)
    found = model.fit(X, y, sample_weight=COUNT)
    np.testing.assert_allclose(np.ravel(found.coef_), np.ravel(best.coef_), rtol=1e-5)
    assert found.verdict_.status == "converged"
