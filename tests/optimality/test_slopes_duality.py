"""The gap from sums of slopes by sign is above the true gap, and nearly as small, on hundreds of random problems."""

import numpy as np
import pytest

from steepest import Problem
from steepest.core.units import Units
from steepest.data.make_rows import make_rows
from steepest.objective.objective import Objective
from steepest.objective.penalties import elastic
from steepest.optimality.duality import rows_gap
from steepest.optimality.recession_step import none_by_step
from steepest.optimality.slopes_duality import slopes_gap
from steepest.parts.engines.here import Here
from steepest.parts.parts import Parts
from steepest.parts.sources.memory import MemorySource
from steepest.solve.fit import fit
from steepest.solve.passes.curved import Curved
from steepest.solve.settings import Limits

LOSSES = ["log_loss", "probit", "squared_hinge", "modified_huber", "huber"]


def problem_of(seed):
    """Rows, some with weights, offsets and rare classes, and a problem whose coefficients are all penalised."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(30, 400)), int(rng.integers(1, 7))
    X = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-1, 1, d) + rng.standard_normal(d)
    z = X @ rng.standard_normal(d) + 3 * rng.standard_normal()
    loss = LOSSES[seed % len(LOSSES)]
    y = z + rng.standard_normal(n) if loss == "huber" else (rng.random(n) < 1 / (1 + np.exp(-z))) * 1.0
    y[:2] = [0.0, 1.0]
    weight = rng.random(n) if rng.random() < 0.5 else None
    offset = rng.standard_normal(n) if rng.random() < 0.5 else None
    penalty = elastic(10.0 ** rng.uniform(-5, 0), float(rng.choice([0.0, 0.0, 0.5, 1.0])))
    rows = make_rows(X, y, weight=weight, offset=offset)
    return rng, rows, Problem(loss, penalty=penalty, intercept=bool(rng.random() < 0.8))


def in_passes(rows, problem, units):
    parts = Parts(MemorySource(rows, tuple(f"x{j}" for j in range(rows.shape[1]))), 1 << 28, Here(1))
    return Objective(problem, Curved(parts, parts.survey, units, curves=True, proves=True))


@pytest.mark.parametrize("seed", range(200))
def test_the_gap_is_proven(seed):
    rng, rows, problem = problem_of(seed)
    best = fit(rows, problem, limits=Limits(tol=0))
    units = Units(shift=rows.X.mean(0) if problem.intercept else None, scale=1 / rows.X.std(0))
    F = in_passes(rows, problem, units)
    w = units.scaled(np.concatenate((best.coef, best.intercept[None])))
    least = F(w)[0] - (best.certificate.gap or 0.0)
    for size in (1.0, 1e-2, 1e-5, 0.0):
        at = w + size * rng.standard_normal(w.shape) * F.moves[:, None]
        cost = F(at)[0]
        found = slopes_gap(F, at, cost)
        assert found.gap >= cost - least - 1e-14 * cost - 2 * (best.certificate.gap or 0.0)
        assert found.rounding <= 1e-8 * (found.value + cost) or not np.isfinite(found.gap)


@pytest.mark.parametrize("seed", [0, 5, 10])
def test_without_an_intercept_it_is_the_gap_of_the_rows(seed):
    _, rows, problem = problem_of(seed)
    problem = Problem("log_loss", penalty=elastic(0.1, 0.0), intercept=False)
    best = fit(rows, problem)
    w = np.concatenate((best.coef * 1.01, best.intercept[None]))
    F = in_passes(rows, problem, Units())
    known = rows_gap(Objective(problem, rows), w, np.zeros_like(w))
    assert slopes_gap(F, w, F(w)[0]).value == pytest.approx(known.value, rel=1e-9)


def test_a_short_step_proves_that_there_is_no_recession_and_separated_classes_have_none():
    rng = np.random.default_rng(0)
    for seed in range(100):
        X = rng.standard_normal((40, 2))
        y = (X[:, 0] + (0.3 * rng.standard_normal(40) if seed % 2 else 0.0) > 0) * 1.0
        y[:2] = [0.0, 1.0] if seed % 2 else y[:2]
        rows, problem = make_rows(X, y), Problem("log_loss")
        run = fit(rows, problem, limits=Limits(max_iter=1 + seed % 9))
        w = np.concatenate((run.coef, run.intercept[None]))
        A = np.column_stack((X, np.ones(40)))
        p = 1 / (1 + np.exp(-A @ w[:, 0]))
        delta = -np.linalg.lstsq((A * (p * (1 - p))[:, None]).T @ A, A.T @ (p - y), rcond=None)[0][:, None]
        proven = none_by_step(problem.loss, w, delta, np.append(np.abs(X).max(0), 1.0), 0.0)
        separable = fit(rows, problem).verdict.status == "separable"
        assert not (proven and separable)


def hard_problem_of(seed):
    """A problem with 1 row in 1,000 of class 1, or none rare; weights over 6 orders, factors, alpha 1e-8 .. 10."""
    rng = np.random.default_rng(seed)
    rare = seed % 3 == 0
    n, d = 2000 if rare else int(rng.integers(20, 300)), int(rng.integers(1, 6))
    X = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-1, 1, d) + 3 * rng.standard_normal(d)
    z = X @ (rng.standard_normal(d) / X.std(0))
    y = (z > np.sort(z)[-2]) * 1.0 if rare else (rng.random(n) < 1 / (1 + np.exp(-z))) * 1.0
    y[:2] = [0.0, 1.0]
    weight = 10.0 ** rng.uniform(-6, 0, n) if rng.random() < 0.5 else None
    offset = rng.standard_normal(n) if rng.random() < 0.5 else None
    factors = tuple(10.0 ** rng.uniform(-1, 1, d)) if rng.random() < 0.5 else ()
    penalty = elastic(10.0 ** rng.uniform(-8, 1), float(rng.choice([0.0, 0.0, 0.5, 1.0])))
    rows = make_rows(X, y, weight=weight, offset=offset)
    return rng, rows, Problem("log_loss", penalty=penalty, factors=factors, intercept=bool(rng.random() < 0.7))


class InLongDoubles:
    """The objective of log loss in 64 bits of precision, by its definition."""

    def __init__(self, rows, problem):
        n, d = rows.shape
        self.A = np.column_stack((rows.X, np.ones(n) * problem.intercept)).astype(np.longdouble)
        self.y, self.offset = rows.y[:, 0], 0.0 if rows.offset is None else rows.offset
        weight = np.ones(n) if rows.weight is None else rows.weight
        self.m = weight.astype(np.longdouble) / weight.astype(np.longdouble).sum()
        size = np.append(problem.factors or np.ones(d), 0.0).astype(np.longdouble)
        self.l1, self.l2 = problem.l1 * size, problem.l2 * size

    def __call__(self, w):
        z = self.A @ w + self.offset
        losses = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - self.y * z
        return self.m @ losses + self.l1 @ np.abs(w) + self.l2 @ w**2 / 2

    def lower(self, w):
        """A point of lower cost by Newton's steps of the coordinates that are not 0."""
        cost = self(w)
        for _ in range(60):
            p = 1 / (1 + np.exp(-(self.A @ w + self.offset)))
            g = self.A.T @ (self.m * (p - self.y)) + self.l1 * np.sign(w) + self.l2 * w
            H = (self.A.T * (self.m * p * (1 - p))) @ self.A + np.diag(self.l2)
            on = np.flatnonzero((w != 0) & (np.abs(self.A).max(0) > 0))
            step = np.zeros_like(w)
            step[on] = np.linalg.lstsq(H[np.ix_(on, on)].astype(float), g[on].astype(float), rcond=1e-14)[0]
            for share in 2.0 ** -np.arange(30):
                if self(w - share * step) < cost:
                    w = w - share * step
                    break
            else:
                return w
            cost = self(w)
        return w


@pytest.mark.parametrize("seed", range(60))
def test_the_gap_is_above_that_of_long_doubles(seed):
    for _, _, found, true, cost in gaps_of(seed):
        assert found.gap >= true - 4e-18 * cost  # rounding of long doubles
        assert found.gap > 0 or true <= 4e-18 * cost


def gaps_of(seed):
    """Proven and true gaps at points at several distances of the best one."""
    rng, rows, problem = hard_problem_of(seed)
    known = fit(rows, problem, limits=Limits(tol=0))
    exact = InLongDoubles(rows, problem)
    best = exact.lower(np.append(known.coef, known.intercept).astype(np.longdouble))
    least = exact(best)
    units = Units(shift=rows.X.mean(0) if problem.intercept else None, scale=1 / rows.X.std(0))
    F = in_passes(rows, problem, units)
    w = units.scaled(best.astype(float)[:, None])
    for size in (1.0, 1e-2, 1e-5, 1e-8, 0.0):
        at = w + size * rng.standard_normal(w.shape) * F.moves[:, None] * (w != 0)
        cost = exact(units.raw(at)[:, 0].astype(np.longdouble))
        yield problem, size, slopes_gap(F, at, F(at)[0]), cost - least, float(cost)
