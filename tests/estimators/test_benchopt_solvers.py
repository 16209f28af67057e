"""The solver files for benchopt minimise the objectives of its benchmarks, which are sums over the rows."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from conftest import ROOT
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

SETTINGS = ["auto", "secant", "accelerated", "saga"]


def solver(problem, setting):
    """The solver of a file as benchopt makes it: parameters are attributes."""
    path = ROOT / "benchmarks" / "benchopt" / problem / "steepest.py"
    spec = importlib.util.spec_from_file_location(f"benchopt_{problem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert sorted(module.Solver.parameters["setting"]) == sorted(SETTINGS)
    made = module.Solver()
    made.setting = setting
    return made


def table(seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((150, 4))
    return X, X @ [1.0, -2.0, 0.5, 0.0] + 0.7 + rng.standard_normal(150)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
@pytest.mark.parametrize("lmbd", [10.0, 0.1])
def test_logistic_solver_minimises_the_sum(setting, form, lmbd):
    X, target = table()
    y = np.where(target > 0, 1.0, -1.0)

    def total(w):
        return np.logaddexp(0, -y * (X @ w)).sum() + lmbd / 2 * w @ w

    def slope(w):
        return lmbd * w - X.T @ (y / (1 + np.exp(y * (X @ w))))

    least = minimize(total, np.zeros(4), jac=slope, method="BFGS", options={"gtol": 1e-8}).fun
    one = solver("logreg_l2", setting)
    one.set_objective(form(X), y, lmbd)
    one.run(1e-12)
    beta = one.get_result()["beta"]
    assert beta.shape == (4,)
    assert total(beta) == pytest.approx(least, rel=1e-8, abs=0)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_least_squares_solver_minimises_the_sum(setting, form, fit_intercept):
    X, y = table()
    A = np.column_stack([X, np.ones(len(y))]) if fit_intercept else X
    least = np.linalg.lstsq(A, y, rcond=None)[1][0] / 2
    one = solver("ols", setting)
    one.set_objective(form(X), y, fit_intercept=fit_intercept)
    one.run(1e-12)
    beta = one.get_result()
    assert beta.shape == (A.shape[1],)
    assert ((y - A @ beta) ** 2).sum() / 2 == pytest.approx(least, rel=1e-8, abs=0)


def test_the_first_tolerance_is_huge_and_each_next_one_a_hundredth():
    one = solver("logreg_l2", "auto")
    tolerances = [one.get_next(3e38)]
    while len(tolerances) < 20:
        tolerances.append(one.get_next(tolerances[-1]))
    assert tolerances[:3] == pytest.approx([1e-2, 1e-4, 1e-6])
    assert tolerances[-1] == 1e-16
