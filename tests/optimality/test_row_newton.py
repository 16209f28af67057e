"""Newton's step in the span of the rows: the same step as by columns, and wide fits against independent optima."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import Problem, make_rows
from steepest.core.types import UNIT
from steepest.core.units import RAW, Units
from steepest.data.csr import CSR
from steepest.data.row_gram import row_gram
from steepest.objective.losses import Huber, LogLoss, Poisson, SquaredError, SquaredHinge
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2
from steepest.optimality.newton import Expansion
from steepest.optimality.row_newton import RowExpansion, RowSystem, by_rows
from steepest.solve.fit import fit

LOSSES = [SquaredError(), LogLoss(), Poisson(), Huber(0.5), SquaredHinge()]


def target(loss, z, rng):
    if loss.labels:
        return (z + 0.3 * rng.standard_normal(len(z)) > 0).astype(float)
    return rng.poisson(np.exp(np.clip(z, -3, 2))).astype(float) if isinstance(loss, Poisson) else z + 0.1


def wide(loss, seed, *, n=12, d=230, kind="plain"):
    """A wide table of a kind, with weights and offsets, and a problem whose penalty is on every coefficient."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) + rng.normal(size=d)
    weight, offset, factors = None, None, ()
    if kind == "copies":  # of rows, a constant row and a column of zeros: K is singular
        X[3], X[4], X[:, 5] = X[2], 1.0, 0.0
    if kind == "weights":
        weight, offset = np.where(rng.random(n) < 0.2, 0.0, rng.uniform(0.1, 3, n)), rng.normal(size=n)
    if kind == "factors":
        factors = tuple(rng.uniform(0.1, 10, d))
    y = target(loss, X @ rng.standard_normal(d) / np.sqrt(d), rng)
    problem = Problem(loss, L2(10.0 ** rng.uniform(-3, 0)), intercept=kind != "factors", factors=factors)
    return make_rows(X, y, weight=weight, offset=offset), problem


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.sampled_from(LOSSES), st.sampled_from(["plain", "copies", "weights", "factors"]))
def test_the_step_is_that_of_the_hessian_of_all_columns(seed, loss, kind):
    rows, problem = wide(loss, seed, kind=kind)
    rng = np.random.default_rng(seed)
    units = Units(rng.normal(size=230) if problem.intercept else None, rng.uniform(0.5, 2, 230))
    objective = Objective(problem, rows.in_units(units))
    assert by_rows(problem, objective.data)
    w = objective.free * 0.05 * rng.standard_normal((231, 1))
    by_row, by_column = RowExpansion(RowSystem(objective), w), Expansion(objective, w)
    assert by_row.cost == pytest.approx(by_column.cost, rel=1e-12)
    on = objective.moves & (by_column.hessian.diagonal() > 0)
    p = np.zeros((231, 1))
    p[on] = np.linalg.solve(by_column.hessian[np.ix_(on, on)], by_column.g[on])
    found, fall = by_row.newton
    condition = np.linalg.cond(by_column.hessian[np.ix_(on, on)])  # counts of e^10 beside 1: 1e12
    assert np.abs(found - p)[on].max() <= (1e-9 + UNIT * condition) * np.abs(p).max()
    assert fall == pytest.approx(float(np.vdot(by_column.g, p)), rel=1e-9)


@pytest.mark.parametrize("kind", ["dense", "float32", "sparse", "scattered"])
def test_the_gram_matrix_of_rows_is_the_product_of_the_shifted_columns(kind):
    rng = np.random.default_rng(3)
    n, d = 40, 9000 if kind == "dense" else 700
    X = rng.standard_normal((n, d)) * (rng.random((n, d)) < {"sparse": 0.2, "scattered": 0.01}.get(kind, 1.0))
    X, weights = X.astype(np.float32) if kind == "float32" else X, rng.uniform(0, 2, d)
    units = RAW if kind in ("sparse", "scattered") else Units(rng.normal(size=d), rng.uniform(0.5, 2, d))
    A = X.astype(float) if units is RAW else (X - units.shift) * units.scale
    places = np.nonzero(X)
    sparse = CSR(X[places], places[1], np.searchsorted(places[0], np.arange(n + 1)), d)
    rows = make_rows(sparse if units is RAW else X, np.zeros(n)).in_units(units)
    assert np.allclose(row_gram(rows, weights), (A * weights) @ A.T, rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("kind", ["plain", "copies", "weights", "factors"])
def test_wide_ridge_has_the_solution_of_its_equations_in_long_doubles(kind):
    rows, problem = wide(SquaredError(), 5, n=30, d=400, kind=kind)
    run = fit(rows, problem)
    weight = np.ones(30) if rows.weight is None else rows.weight
    y = rows.y if rows.offset is None else rows.y - rows.offset[:, None]
    a = (weight / weight.sum()).astype(np.longdouble)[:, None]
    X, y = rows.X.astype(np.longdouble), y.astype(np.longdouble)
    free = float(problem.intercept)
    Xc, yc = X - free * (a * X).sum(0), y - free * (a * y).sum(0)
    l2 = problem.l2 * np.array(problem.factors or np.ones(400), np.longdouble)
    system = np.diag(1.0 / np.maximum(a[:, 0], 1e-300)) + (Xc / l2) @ Xc.T
    on = a[:, 0] > 0
    dual = np.zeros_like(y)
    dual[on] = np.linalg.solve(system[np.ix_(on, on)].astype(float), yc[on].astype(float))
    for _ in range(4):  # refined in long doubles
        left = (yc - system @ dual)[on]
        dual[on] += np.linalg.solve(system[np.ix_(on, on)].astype(float), left.astype(float))
    w = (Xc.T @ dual) / l2[:, None]
    assert run.verdict.status == "converged"
    assert run.certificate.kind == "duality gap"
    assert np.linalg.norm(run.coef - w) <= 1e-11 * np.linalg.norm(w)


@pytest.mark.parametrize("loss", LOSSES[1:], ids=lambda loss: type(loss).__name__)
def test_wide_fits_have_the_optimum_that_columns_of_equal_span_have(loss):
    """With X = L Q and Q orthonormal, the optimum over X is Q' times that over L, which has as many columns as rows."""
    rows, problem = wide(loss, 8, n=25, d=300)
    Q, R = np.linalg.qr(rows.X.T)
    run, small = fit(rows, problem), fit(make_rows(R.T, rows.y), problem)
    assert run.verdict.status == small.verdict.status == "converged"
    assert run.trajectory.meta["rule"] == "newton"
    assert np.allclose(run.coef, Q @ small.coef, rtol=0, atol=1e-7 * np.abs(run.coef).max())
    assert run.trajectory.coef.shape == (len(run.trajectory), 300)
    assert run.certificate.gap <= 1e-10 * max(1.0, run.trajectory.cost[0])


def test_wide_ridge_with_several_targets_is_that_of_each():
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((20, 1600)), rng.standard_normal((20, 3))
    problem = Problem(SquaredError(), L2(0.1))
    run = fit(make_rows(X, Y), problem)
    assert run.verdict.status == "converged"
    assert run.trajectory.meta["rule"] == "newton"
    for c in range(3):
        assert np.allclose(run.coef[:, [c]], fit(make_rows(X, Y[:, c]), problem).coef, rtol=0, atol=1e-12)
