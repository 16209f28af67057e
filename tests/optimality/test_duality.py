"""The duality gap is a proof: never below the true distance, which is known to 50 digits, and close to it."""

from __future__ import annotations

import os

import numpy as np
import pytest
from conftest import linear_table, logistic_table, needs_compiler
from mpmath import mp, mpf
from scipy.sparse import csr_matrix

from steepest import Problem, make_moments, make_rows
from steepest.core.units import Units
from steepest.data.blockwise import fold
from steepest.objective.losses import MSE, LogLoss, SquaredError
from steepest.objective.objective import Coordinates, Objective
from steepest.objective.penalties import L1, L2, ElasticNet, NoPenalty
from steepest.optimality.certificate import certify
from steepest.optimality.curvature import hessian
from steepest.optimality.duality import dual_scaling, moments_gap, penalty_surplus, rows_gap

mp.dps = 50
EPS = float(np.finfo(float).eps)
near = pytest.approx
LOSSES = ("squared_error", "mse", "log_loss")
PENALTIES = (L1, L2, lambda alpha: ElasticNet(alpha, 0.5))
DISTANCES = (0.0, 1e-9, 1e-6, 1e-3, 1.0, 30.0)


class Exact:
    """The objective of a small problem in 50 digits, in the units of the rows, and its least value."""

    def __init__(self, problem, rows):
        self.problem, self.rows, (n, d) = problem, rows, rows.shape
        self.labels = problem.loss.labels
        self.half = 1 if problem.loss == Problem("mse").loss else mpf(1) / 2
        units, total = rows.units, mpf(rows.total)
        shift = [mpf(0)] * d if units.shift is None else [mpf(s) for s in units.shift]
        scale = [mpf(1)] * d if units.scale is None else [mpf(s) for s in units.scale]
        X = rows.X.astype(float)
        self.A = [[(mpf(X[i, j]) - shift[j]) * scale[j] for j in range(d)] + [mpf(1)] for i in range(n)]
        self.m = [mpf(1) / total if rows.weight is None else mpf(rows.weight[i]) / total for i in range(n)]
        self.o = [mpf(0) if rows.offset is None else mpf(rows.offset[i]) for i in range(n)]
        self.y = [mpf(t) for t in rows.y[:, 0]]
        self.l2 = [mpf(problem.l2) * s**2 for s in scale] + [mpf(0)]
        self.l1 = [mpf(problem.l1) * abs(s) for s in scale] + [mpf(0)]
        self.free = [j for j in range(d + 1) if Coordinates(problem, d).free[j, 0]]

    def row(self, z, y):
        """Loss, slope and second derivative."""
        if not self.labels:
            return self.half * (z - y) ** 2, 2 * self.half * (z - y), 2 * self.half
        e = mp.exp(-min(abs(z), mpf(10) ** 6))
        p = (1 if z > 0 else e) / (1 + e)
        return mp.log1p(e) + max(z if y == 0 else -z, 0), p - y, e / (1 + e) ** 2

    def value(self, w):
        z = [mp.fdot(a, w) + o for a, o in zip(self.A, self.o, strict=True)]
        mean = mp.fdot(self.m, [self.row(*zy)[0] for zy in zip(z, self.y, strict=True)])
        return mean + sum(s * u * u / 2 + t * abs(u) for s, t, u in zip(self.l2, self.l1, w, strict=True))

    def derivatives(self, w):
        """Gradient of the smooth part and Hessian."""
        z = [mp.fdot(a, w) + o for a, o in zip(self.A, self.o, strict=True)]
        rows = [self.row(*zy) for zy in zip(z, self.y, strict=True)]
        r, b = ([m * row[i] for m, row in zip(self.m, rows, strict=True)] for i in (1, 2))
        columns = list(zip(*self.A, strict=True))
        g = [mp.fdot(c, r) + s * u for c, s, u in zip(columns, self.l2, w, strict=True)]
        bent = [[x * h for x, h in zip(c, b, strict=True)] for c in columns]
        H = mp.matrix(len(w), len(w))
        for j in range(len(w)):
            for k in range(j + 1):
                H[j, k] = H[k, j] = mp.fdot(bent[j], columns[k]) + (self.l2[j] if j == k else 0)
        return g, H

    def newton(self, w, signs):
        """Least point for these signs; one that would change its sign stops at 0 and stays there."""
        value = self.value(w)
        for _ in range(80):
            on = [j for j in self.free if signs[j] != 0 or self.l1[j] == 0]
            if not on:
                return w
            g, H = self.derivatives(w)
            g = [g[j] + self.l1[j] * signs[j] for j in on]
            size = [1 / mp.sqrt(H[j, j]) if H[j, j] > 0 else mpf(1) for j in on]
            S = mp.matrix(len(on), len(on))
            for a, j in enumerate(on):
                for b, k in enumerate(on):
                    S[a, b] = H[j, k] * size[a] * size[b] + (mpf(10) ** -40 if a == b else 0)
            step = mp.lu_solve(S, mp.matrix([-x * s for x, s in zip(g, size, strict=True)]))
            step = {j: step[a] * size[a] for a, j in enumerate(on)}
            ends = {j: -w[j] / step[j] for j in on if self.l1[j] and step[j] * signs[j] < 0}
            length = min([mpf(1), *ends.values()])
            for _ in range(60):
                to = [u + length * step.get(j, 0) for j, u in enumerate(w)]
                if self.value(to) <= value:
                    break
                length /= 2
            for j in [j for j, end in ends.items() if end == length]:
                to[j] = signs[j] = mpf(0)
            fall, w = value - self.value(to), to
            value -= fall
            if length == 1 and abs(fall) < mpf(10) ** -42 * (1 + abs(value)):
                break
        return w

    def least(self, start):
        """A point, and whether the conditions of an optimum hold there to 30 digits."""
        w = [mpf(float(u)) for u in start]
        signs = [mp.sign(u) if t else mpf(0) for u, t in zip(w, self.l1, strict=True)]
        for _ in range(12):
            w = self.newton(w, signs)
            g, _ = self.derivatives(w)
            slack = [abs(g[j] + t * signs[j]) - (t if t and signs[j] == 0 else 0) for j, t in enumerate(self.l1)]
            over = {j: slack[j] / self.size(j) for j in self.free}
            worst = max(over, key=over.get, default=None)
            if worst is None or over[worst] <= mpf(10) ** -18:
                return w, True
            if signs[worst] != 0 or not self.l1[worst]:
                return w, False
            signs[worst] = -mp.sign(g[worst])
        return w, False

    def size(self, j):
        return mp.sqrt(sum(m * a[j] ** 2 for m, a in zip(self.m, self.A, strict=True)))


def descended(problem, rows, w):
    """Proximal coordinate descent in doubles: a start for `Exact.least`, independent of the package."""
    (n, d), units = rows.shape, rows.units
    A = np.column_stack((rows.X, np.ones(n))).astype(float)
    A[:, :d] -= 0 if units.shift is None else units.shift
    scale = np.ones(d) if units.scale is None else units.scale
    A[:, :d] *= scale
    m = (np.ones(n) if rows.weight is None else rows.weight) / rows.total
    z, y = A @ w + (0 if rows.offset is None else rows.offset), rows.y[:, 0]
    l2, l1 = problem.l2 * np.append(scale, 0) ** 2, problem.l1 * np.append(np.abs(scale), 0)
    w, bend = w.copy(), problem.loss.curvature * (m @ A**2) + l2
    for _ in range(300):
        most = 0.0
        for j in np.flatnonzero(Coordinates(problem, d).free[:, 0]):
            to = w[j] - ((m * problem.loss.slope(z, y)) @ A[:, j] + l2[j] * w[j]) / bend[j]
            to = np.sign(to) * max(abs(to) - l1[j] / bend[j], 0)
            z += A[:, j] * (to - w[j])
            most, w[j] = max(most, bend[j] * (to - w[j]) ** 2), to
        if most < 1e-28:
            break
    return w


def random_problem(seed):
    rng = np.random.default_rng(seed)
    loss, n, d = LOSSES[seed % 3], int(rng.integers(2, 15)), int(rng.integers(1, 6))
    X = (rng.standard_normal((n, d)) + rng.integers(0, 2) * rng.standard_normal(d)) * 10.0 ** rng.uniform(-4, 4, d)
    if d > 1 and rng.random() < 0.2:
        X[:, -1] = X[:, 0]
    y = rng.standard_normal(n) * 10.0 ** rng.integers(-1, 3) + rng.standard_normal()
    y = (rng.permutation(n) < rng.integers(1, n)) * 1.0 if loss == "log_loss" else y
    weight = rng.uniform(0.1, 2, n) * (rng.random(n) < 0.8) if rng.random() < 0.5 else None
    weight = None if weight is not None and weight.sum() == 0 else weight
    offset = rng.standard_normal(n) * 2 if rng.random() < 0.4 else None
    fixed = tuple(int(j) for j in np.flatnonzero(rng.random(d) < 0.3)) if rng.random() < 0.3 else ()
    fixed += ("intercept",) if rng.random() < 0.1 else ()
    penalty = PENALTIES[int(rng.integers(3))](10.0 ** rng.uniform(-6, 1))
    problem = Problem(loss, penalty, bool(rng.random() < 0.7), fixed)
    rows = make_rows(X, y, weight=weight, offset=offset)
    if rng.random() < 0.5:
        shift = X.mean(0) if Coordinates(problem, d).free[-1, 0] else None
        rows = rows._replace(units=Units(shift, 1 / np.sqrt((X**2).mean(0))))
    return problem, rows, rng


def points(problem, rows, rng, best):
    """Points at all distances from the best, some with its zeros and some without; distances in predictions."""
    d, scale = rows.shape[1], rows.units.scale
    size = np.sqrt((rows.X.astype(float) ** 2).mean(0)) * (1 if scale is None else scale)
    for distance in DISTANCES:
        away = distance * rng.standard_normal(d + 1) / np.append(size, 1.0) * Coordinates(problem, d).free[:, 0]
        if rng.random() < 0.7:
            away *= (best != 0) | (np.arange(d + 1) == d)
        yield (best + away)[:, None]


def solved(problem, rows, seed):
    """Exact least value and the best point of a problem whose held coordinates stand at random numbers."""
    d = rows.shape[1]
    exact = Exact(problem, rows)
    held = (
        np.random.default_rng(seed).standard_normal(d + 1)
        * (1 - Coordinates(problem, d).free[:, 0])
        * bool(problem.fixed)
    )
    best, sure = exact.least(descended(problem, rows, held / [float(exact.size(j)) for j in range(d + 1)]))
    return exact, exact.value(best), np.array([float(u) for u in best]), sure


@pytest.mark.parametrize("seed", range(150))
def test_the_gap_is_never_below_the_truth_and_close_to_it_near_the_optimum(seed):
    problem, rows, rng = random_problem(seed)
    exact, least, best, sure = solved(problem, rows, seed)
    for w in points(problem, rows, rng, best):
        true = exact.value([mpf(u) for u in w[:, 0]]) - least
        found = [certify(Objective(problem, rows), w), certify(Objective(problem, rows), w, metric=np.ones(len(w)))]
        if problem.loss.quadratic:
            found.append(
                certify(Objective(problem, make_moments(rows._replace(units=Units())).in_units(rows.units)), w)
            )
        for i, c in enumerate(found):
            assert c.kind == "duality gap"
            assert c.gap >= true
            assert c.gap >= c.rounding > 0
            if sure and i != 1 and true < 1e-4 * least and rows.shape[0] > rows.shape[1] + 1:
                assert c.gap <= 3 * true + 100 * c.rounding


@pytest.mark.parametrize("seed", range(30))
def test_whatever_the_step_the_dual_point_proves(seed):
    problem, rows, rng = random_problem(seed)
    exact, least, best, _ = solved(problem, rows, seed)
    for w in points(problem, rows, rng, best):
        delta = (best[:, None] - w) * rng.uniform(0, 2) + 10.0 ** rng.uniform(-9, 1) * rng.standard_normal(w.shape) * w
        true = exact.value([mpf(u) for u in w[:, 0]]) - least
        proven = [rows_gap(Objective(problem, rows), w, delta)]
        if problem.loss.quadratic:
            moments = make_moments(rows._replace(units=Units())).in_units(rows.units)
            proven.append(moments_gap(Objective(problem, moments), w, delta * Coordinates(problem, len(w) - 1).free))
        for p in proven:
            assert p.gap + 8 * EPS * Objective(problem, rows)(w)[0] >= true


@pytest.mark.parametrize("penalty", [L2(0.3), L1(0.7), ElasticNet(2.0, 0.4)], ids=["l2", "l1", "both"])
@pytest.mark.parametrize("loss", LOSSES)
def test_beyond_all_numbers_nothing_is_proven(loss, penalty):
    X, y = logistic_table(4, 60, 3)
    rows, problem = make_rows(X, y), Problem(loss, penalty)
    for size in (1e100, 1e154, 1e160, 1e300, 1e308, np.inf, np.nan):
        for data in (rows, make_moments(rows)) if problem.loss.quadratic else (rows,):
            w = np.array([[size], [-size], [1.0], [0.0]])
            found = certify(Objective(problem, data), w)
            with np.errstate(all="ignore"):
                assert found.gap is None or found.gap > 0.99 * Objective(problem, data)(w)[0] - 10
            assert np.isfinite(w).all() or found.kind == "none"


@pytest.mark.parametrize("loss", LOSSES)
def test_a_step_that_leaves_a_free_intercept_where_it_is_proves_no_less(loss):
    """The weighted sum of theta is not 0 after it: without a remedy the gap is that for a held intercept."""
    X, y = logistic_table(4, 60, 3, mixed=0.5) if loss == "log_loss" else linear_table(4, 60, 3)
    rows, problem = make_rows((X - X.mean(0)) / X.std(0), y), Problem(loss, L2(0.1))
    w = np.array([[0.1], [0.2], [-0.1], [2.0]])
    H, g = hessian(Objective(problem, rows), w), Objective(problem, rows)(w)[1]
    delta = np.append(np.linalg.solve(H[:3, :3], -g[:3, 0]), 0.0)[:, None]
    truth = gap_by_newton(problem, rows, w)
    assert certify(Objective(Problem(loss, L2(0.1), fixed=("intercept",)), rows), w).gap < 0.5 * truth
    assert rows_gap(Objective(problem, rows), w, delta).gap >= truth
    if problem.loss.quadratic:
        assert moments_gap(Objective(problem, make_moments(rows)), w, delta).gap >= truth


def gap_by_newton(problem, rows, w):
    """True gap at w, to plain precision and not above it."""
    best, objective = w, Objective(problem, rows)
    for _ in range(50):
        best = best - np.linalg.solve(hessian(Objective(problem, rows), best), objective(best)[1])
    return (objective(w)[0] - objective(best)[0]) * (1 - 1e-9)


@pytest.mark.parametrize("penalty", [L2(0.3), L1(0.7), ElasticNet(2.0, 0.4)], ids=["l2", "l1", "both"])
def test_what_a_penalty_leaves_is_bounded_wherever_the_slope_truly_is(penalty):
    rng, problem = np.random.default_rng(1), Problem(penalty=penalty)
    l2, l1 = mpf(problem.l2), mpf(problem.l1)
    for unsure in (0.0, 1e-15, 1e-8, 0.1):
        for w in (0.0, 1e-9, -0.4, 3.0):
            for v in (0.0, -w * problem.l2 - problem.l1, 0.69, -0.7, *rng.standard_normal(4)):
                most = problem.l1 - unsure if problem.l2 == 0 else np.inf
                v = float(np.clip(v, -most, most))
                value, rounding = penalty_surplus(
                    Coordinates(problem, 1), np.array([w]), np.array([v]), np.array([unsure])
                )
                for true in (mpf(v) - mpf(unsure), mpf(v), mpf(v) + mpf(unsure)):
                    outside = max(abs(true) - l1, 0)
                    conjugate = outside**2 / (2 * l2) if l2 else mpf(0)
                    exact = l2 / 2 * mpf(w) ** 2 + l1 * abs(mpf(w)) + conjugate + mpf(w) * true
                    assert -1e-15 <= float(exact) <= value + rounding + 1e-15
                    assert unsure or value + rounding <= float(exact) + 1e-13


def test_slopes_on_the_edge_of_the_ball_are_taken_inside_by_their_rounding():
    for v, unsure in ((0.5, 1e-16), (0.5, 1e-3), (0.4, 0.2), (np.nextafter(0.5, 1), 0.0), (2.0, 0.1)):
        s = dual_scaling(Coordinates(Problem(penalty=L1(0.5)), 2), np.array([0.1, -v]), np.array([0.0, unsure]))
        assert mpf(s) * (mpf(v) + mpf(unsure)) <= mpf(0.5)
        assert s >= 0.5 / (v + unsure) * (1 - 1e-14)
    assert dual_scaling(Coordinates(Problem(penalty=L1(0.5)), 1), np.array([0.4]), np.array([0.1])) == 1.0
    assert dual_scaling(Coordinates(Problem(penalty=ElasticNet(0.5, 0.5)), 1), np.array([9.0]), np.array([0.1])) == 1.0


@pytest.mark.parametrize("penalty", [L2(1e-4), L1(0.01)], ids=["l2", "l1"])
@pytest.mark.parametrize("loss", LOSSES)
def test_three_copies_of_a_table_are_as_far_from_the_optimum_as_one(loss, penalty):
    problem, rows, w = larger(loss, penalty)
    X, y, weight = (np.concatenate([part] * 3) for part in (rows.X, rows.y, rows.weight))
    one, three = certify(Objective(problem, rows), w), certify(Objective(problem, make_rows(X, y, weight=weight)), w)
    assert three.gap - three.rounding == near(one.gap - one.rounding, rel=1e-4)


@pytest.mark.parametrize("size", [1.0, 1e4, 1e8])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_rounding_of_large_columns_is_in_the_gap(loss, size):
    """Squared and divided by 2 l2, what rounding does to a slope of 1e8 outweighs any share of the cost."""
    X, y = logistic_table(1, 40, 3, mixed=0.5) if loss == "log_loss" else linear_table(1, 40, 3)
    rows, problem = make_rows(X / X.std(0) * size, y), Problem(loss, L2(1e-6))
    exact, least, best, sure = solved(problem, rows, 1)
    assert sure
    for distance in (0.0, 1e-12, 1e-9, 1e-7):
        w = best[:, None] * (1 + distance)
        true = exact.value([mpf(u) for u in w[:, 0]]) - least
        found = certify(Objective(problem, rows), w)
        assert true <= found.gap <= 3 * true + 100 * found.rounding
        if size == 1e8 and loss == "squared_error":
            assert found.rounding > 1e-10  # far above 8 eps of the cost


def test_the_gap_is_never_above_the_cost():
    for seed in range(30):
        problem, rows, rng = random_problem(seed)
        w = 100 * rng.standard_normal((rows.shape[1] + 1, 1)) * Coordinates(problem, rows.shape[1]).free
        found = certify(Objective(problem, rows), w)
        assert found.gap - found.rounding <= Objective(problem, rows)(w)[0] * (1 + 1e-12)


def larger(loss, penalty, n=6000, d=30, **options):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-1, 1, d) * (rng.random((n, d)) < 0.4)
    z = X @ (rng.standard_normal(d) / (X.std(0) * np.sqrt(d))) + rng.logistic(size=n)
    problem = Problem(loss, penalty)
    rows = make_rows(X, (z > 0.5) * 1.0 if loss == "log_loss" else z, weight=rng.uniform(0.5, 2, n), **options)
    w = descended(problem, rows, np.zeros(d + 1)) if n * d < 1e6 else np.zeros(d + 1)
    return problem, rows, w[:, None] * (1 + 1e-4 * rng.standard_normal((d + 1, 1)))


@pytest.mark.parametrize("penalty", [L2(1e-4), L1(0.01), ElasticNet(0.01, 0.5)], ids=["l2", "l1", "both"])
@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_products_and_a_metric_prove_as_much_as_the_hessian(loss, penalty):
    problem, rows, w = larger(loss, penalty)
    exact = certify(Objective(problem, rows), w)
    metric = hessian(Objective(problem, rows.take(np.arange(3000))), w)
    for given, most in ((metric, 10), (np.diag(metric), 33)):
        before = rows.passes
        found = certify(Objective(problem, rows), w, metric=given)
        assert rows.passes - before <= most
        assert found.kind == exact.kind == "duality gap"
        assert found.gap == near(exact.gap, rel=0.05)


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_the_decrement_by_products_is_near_that_of_the_hessian_and_not_below(loss):
    problem, rows, w = larger(loss, NoPenalty())
    exact, metric = certify(Objective(problem, rows), w), hessian(Objective(problem, rows.take(np.arange(3000))), w)
    for given in (metric, np.diag(metric)):
        found = certify(Objective(problem, rows), w, metric=given)
        assert found.kind == exact.kind == "decrement"
        assert (1 - 1e-9) * exact.gap <= found.gap <= 1.1 * exact.gap


@pytest.mark.parametrize("penalty", [L2(1e-4), L1(0.01)], ids=["l2", "l1"])
def test_four_passes_near_the_optimum_and_five_anywhere(penalty):
    problem, rows, w = larger("log_loss", penalty)
    for away, most in ((w, 4), (w + 1e3, 5)):
        before = rows.passes
        certify(Objective(problem, rows), away)
        assert rows.passes - before <= most


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_layout_precision_sparsity_and_threads_do_not_matter(loss):
    for penalty in (L2(1e-3), L1(0.01)):
        problem, rows, w = larger(loss, penalty, n_jobs=1)
        rows = rows._replace(X=rows.X.astype(np.float32))
        exact = certify(Objective(problem, rows._replace(X=rows.X.astype(float))), w)
        sparse = make_rows(csr_matrix(rows.X.astype(float)), rows.y, weight=rows.weight, n_jobs=1)
        for same in (rows, rows._replace(X=np.asfortranarray(rows.X)), sparse):
            found, threaded = (certify(Objective(problem, same._replace(threads=t)), w) for t in (1, 3))
            assert found.gap - found.rounding == near(exact.gap - exact.rounding, rel=1e-3)
            assert found == threaded


@needs_compiler
def test_sparse_sweeps_compiled_and_plain_are_the_same():
    _, dense, w = larger("log_loss", L2(1e-3), n=40_000)
    rows = make_rows(csr_matrix(dense.X), dense.y, weight=dense.weight)
    assert rows.worth_compiling
    take = lambda low, high, Z: (np.stack((Z[:, 0], 1 / (2 + Z[:, 1] ** 2))), rows.weight[low:high], (Z.sum(),))  # noqa: E731
    W = np.column_stack((w + 1, w - 1))
    compiled, blocks = fold(rows, W, take), fold(dense, W, take)
    for a, b in zip(compiled, blocks, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11)
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    try:
        plain = fold(rows, W, take)
    finally:
        del os.environ["NUMBA_DISABLE_JIT"]
    for a, b in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("penalty", [L2(0.1), L1(0.2), ElasticNet(0.1, 0.5)], ids=["l2", "l1", "both"])
def test_the_gap_of_several_targets_is_the_sum_over_them(penalty):
    X, y = linear_table(3, 40, 4)
    Y = np.column_stack((y, y[::-1], X[:, 0] + y**2))
    problem, w = Problem("mse", penalty), np.random.default_rng(0).standard_normal((5, 3))
    single = sum(certify(Objective(problem, make_rows(X, Y[:, c])), w[:, c : c + 1]).gap for c in range(3))
    assert certify(Objective(problem, make_rows(X, Y)), w).gap == near(single, rel=1e-9)
    assert certify(Objective(problem, make_moments(make_rows(X, Y))), w).gap == near(single, rel=1e-9)


@pytest.mark.parametrize("loss", [SquaredError(), MSE(), LogLoss()])
def test_conjugate_is_the_supremum_and_reached_at_the_slope(loss):
    z = np.linspace(-30, 30, 6001)
    for y in (0.0, 1.0):
        at = np.array([-20.0, -1.5, 0.0, 0.3, 12.0])
        theta = loss.slope(at, y)
        assert loss.conjugate(theta, y) == near(theta * at - loss.value(at, y), rel=1e-12, abs=1e-15)
        low, high = loss.domain(y)
        for t in (-0.7, -1e-9, 0.0, 1e-9, 0.4, 1.0):
            if low <= t <= high:
                assert -1e-15 <= loss.conjugate(t, y) - (t * z - loss.value(z, y)).max() <= 1e-4
            else:
                assert loss.conjugate(t, y) == np.inf


def test_conjugate_of_log_loss_at_and_next_to_the_ends():
    loss = LogLoss()
    assert (loss.conjugate(np.array([0.0, 1.0, -1e-300, 1 + 1e-15]), 0.0) == [0, 0, np.inf, np.inf]).all()
    for q in (1e-320, 1e-17, 1e-5, 1 - 2.0**-53):
        exact = mpf(q) * mp.log(mpf(q)) + (1 - mpf(q)) * mp.log(1 - mpf(q))
        assert loss.conjugate(-q, 1.0) == near(float(exact), rel=4e-16, abs=1e-320)
