"""Verdicts against linear programmes over all rows: recession of log loss, softmax and Poisson."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array, kron, vstack

from steepest import Problem, make_rows
from steepest.data.classes import Classes
from steepest.objective.losses.softmax import Softmax
from steepest.objective.penalties import L1, L2
from steepest.solve.fit import fit
from steepest.solve.settings import Limits

TABLES, PARTS = 240, 8


class Table(NamedTuple):
    """A table with its problem, and what holds of it."""

    X: np.ndarray
    y: np.ndarray  # class, or count
    problem: Problem
    weight: np.ndarray | None
    offset: np.ndarray | None
    sparse: bool

    @property
    def classes(self):
        return isinstance(self.problem.loss, Softmax)

    @property
    def rows(self):
        X = csr_array(self.X) if self.sparse else self.X
        if not self.classes:
            return make_rows(X, self.y, weight=self.weight, offset=self.offset)
        return Classes(*make_rows(X, np.eye(int(self.y.max()) + 1)[self.y], weight=self.weight))


def level(rng, y, size, only):
    """A column of 0 and 1 with about ``size`` ones, on rows of one outcome, or on any."""
    x, at = np.zeros(len(y)), np.arange(len(y))
    if only:
        at = np.flatnonzero(y == rng.choice(np.unique(y)) if rng.random() < 0.7 else y == y.min())
    x[rng.choice(at, min(size, len(at)), replace=False)] = 1.0
    return x


def design(rng, n, d):
    """Numbers, levels of one factor, and now and then a column that depends on the others."""
    X = rng.normal(size=(n, d)) * 10.0 ** rng.integers(-2, 3, d) + rng.normal(size=d)
    if rng.random() < 0.4:
        factor = rng.integers(0, rng.integers(2, 12), n)
        X = np.column_stack((X, np.eye(factor.max() + 1)[factor]))
    if rng.random() < 0.2:
        X = np.column_stack((X, X[:, 0] - 2.0 * X[:, -1]))
    return X


def settings(rng, d):
    """Penalty, factors and signs."""
    kind = rng.integers(5)
    penalty, given = None, {}
    if kind == 1:
        penalty, given["factors"] = L2(10.0 ** rng.uniform(-4, -1)), tuple(np.where(rng.random(d) < 0.4, 0.0, 1.0))
    if kind == 2:
        penalty, given["factors"] = L1(10.0 ** rng.uniform(-4, -2)), tuple(np.where(rng.random(d) < 0.4, 0.0, 1.0))
    if kind == 3:
        given["signs"] = tuple(int(s) for s in rng.choice([-1, 0, 1], d))
    return given if penalty is None else {"penalty": penalty, **given}


def neighbour(seed):
    """A table near the border between having an optimum and having none."""
    rng = np.random.default_rng((17, seed))
    n = int(rng.choice([30, 120, 700, 2500, 20_000], p=[0.35, 0.34, 0.2, 0.1, 0.01]))
    loss = str(rng.choice(["log_loss", "log_loss", "poisson", "poisson", "softmax"]))
    X = design(rng, n, int(rng.integers(1, 5)))
    z = (X - X.mean(0)) / (X.std(0) + 1e-9) @ rng.normal(size=X.shape[1]) * rng.choice([0.3, 1.0])
    if loss == "poisson":
        y = rng.poisson(np.exp(np.clip(z - rng.uniform(0, 3), -9, 2))).astype(float)
        y[: 1 + n // 50] += 1.0
    elif loss == "log_loss":
        y = (rng.random(n) < 1 / (1 + np.exp(-z - rng.choice([0, 3])))).astype(float)
        y[:2] = 0, 1
    else:
        k = int(rng.integers(3, 5))
        y = np.argmax(rng.gumbel(size=(n, k)) + np.outer(z, rng.normal(size=k)), 1)
        y[:k] = np.arange(k)
    for _ in range(int(rng.integers(0, 3))):
        X = np.column_stack((X, level(rng, y, int(rng.choice([1, 3, n // 300 + 1])), rng.random() < 0.6)))
    weight = rng.choice([0.0, 0.5, 1.0], n, p=[0.1, 0.2, 0.7]) if rng.random() < 0.3 else None
    if weight is not None:
        weight[:60] = np.maximum(weight[:60], 0.5)
    offset = rng.normal(size=n) if loss != "softmax" and rng.random() < 0.3 else None
    made = {"loss": Softmax() if loss == "softmax" else loss, "intercept": bool(rng.random() < 0.8)}
    return Table(X, y, Problem(**made, **settings(rng, X.shape[1])), weight, offset, bool(rng.random() < 0.3))


def recedes(table):
    """Whether the cone of recession holds a direction that lowers a loss: HiGHS, with every row as a constraint."""
    X, y, problem, d = table.X, table.y, table.problem, table.X.shape[1]
    factors, signs = np.array(problem.factors or np.ones(d)), np.array(problem.signs or np.zeros(d))
    free = (problem.l1 + problem.l2) * factors == 0
    counted = np.ones(len(y), bool) if table.weight is None else table.weight > 0
    X, y = X[counted][:, free], y[counted]
    A = csr_array(np.column_stack((X, np.ones((len(y), 1)))[: 1 + problem.intercept]))
    if not A.shape[1]:
        return False
    A = A.multiply(1.0 / np.maximum(abs(A).max(0).toarray(), 1e-300)).tocsr()
    bounds = [(-1.0 if s <= 0 else 0.0, 1.0 if s >= 0 else 0.0) for s in signs[free]]
    bounds += [(-1.0, 1.0)] * problem.intercept
    if table.classes:
        k = int(table.y.max()) + 1
        pairs = [(o, c) for o in range(k) for c in range(k) if o != c]
        above = vstack([kron(np.eye(k)[[o]] - np.eye(k)[[c]], A[y == o]) for o, c in pairs]).tocsr()
        equal, bounds = None, bounds * k
    elif problem.loss.labels:
        above, equal = A.multiply((2 * y - 1)[:, None]).tocsr(), None
    else:
        above, equal = -A[y == 0], A[y > 0]
    if not above.shape[0]:
        return False
    gain = np.asarray(above.sum(0)).ravel()
    found = linprog(
        -gain, A_ub=-above, b_ub=np.zeros(above.shape[0]), A_eq=equal,
        b_eq=None if equal is None else np.zeros(equal.shape[0]), bounds=bounds, method="highs",
    )  # fmt: skip
    assert found.status == 0
    return -found.fun > 1e-7


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("part", range(PARTS))
def test_converged_and_separable_are_said_where_a_programme_over_all_rows_says_so(part):
    for seed in range(part, TABLES, PARTS):
        table = neighbour(seed)
        verdict = fit(table.rows, table.problem, limits=Limits(max_iter=150)).verdict
        assert verdict.status == ("separable" if recedes(table) else "converged"), (seed, verdict.message)


def test_the_tables_are_of_both_kinds_and_of_every_sort():
    tables = [neighbour(seed) for seed in range(0, TABLES, 3)]
    assert 0.2 < np.mean([recedes(table) for table in tables if len(table.y) < 1000]) < 0.8
    for sort in ("sparse", "classes"):
        assert 0.1 < np.mean([getattr(table, sort) for table in tables]) < 0.5
    for given in ("signs", "factors"):
        assert any(getattr(table.problem, given) for table in tables)
