"""Newton's method for all folds at once: each fold's optimum, with a gap that bounds its distance."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import Problem, make_rows
from steepest.data.folds import folds, other_rows
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2
from steepest.optimality.fold_newton import FoldsNewton
from steepest.solve.fit import fit
from steepest.solve.settings import Limits

ALPHAS = (1.0, 0.1, 1e-2, 1e-4)


def table(loss, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((90, 4)) * [1, 10, 0.1, 1] + [0, 300, 0, 5]
    z = X @ [1.0, 0.1, -5.0, 0.0] - 30
    return X, (rng.uniform(size=90) < 1 / (1 + np.exp(-z))) * 1.0 if loss == "log_loss" else rng.poisson(np.exp(z / 4))


@pytest.mark.parametrize("loss", ["log_loss", "poisson"])
@pytest.mark.parametrize(("weighted", "intercept"), [(False, True), (True, True), (False, False)])
def test_each_fold_reaches_its_own_optimum(loss, weighted, intercept):
    X, y = table(loss)
    X = X if intercept else X - [0, 300, 0, 5]
    weight = np.random.default_rng(1).integers(1, 4, 90) * 1.0 if weighted else None
    rows, problem = make_rows(X, y, weight=weight), Problem(loss, intercept=intercept)
    parts = [other_rows(90, part) for part in folds(90, 3)]
    method = FoldsNewton(rows, problem, parts, np.full(3, 1e-9))
    for alpha in ALPHAS:
        points, gaps = method.optima(alpha)
        assert (gaps <= 1e-9).all()
        for part, w, gap in zip(parts, points, gaps, strict=True):
            own = make_rows(X[part], y[part], weight=None if weight is None else weight[part])
            run = fit(own, Problem(loss, L2(alpha), intercept=intercept), limits=Limits(tol=0))
            cost = Objective(Problem(loss, L2(alpha), intercept=intercept), own)
            best = np.concatenate((run.coef, run.intercept[None]))
            assert -1e-13 <= cost(w)[0] - cost(best)[0] <= gap
            np.testing.assert_allclose(own.predictor(w), own.predictor(best), atol=2e-3)


def test_a_gap_that_is_not_reached_is_said():
    X, y = table("log_loss")
    _, gaps = FoldsNewton(make_rows(X, y), Problem("log_loss"), [np.arange(60)] * 2, np.zeros(2)).optima(0.1)
    assert (gaps > 0).all()
    assert (gaps < 1e-12).all()
