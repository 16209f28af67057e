"""Forecasts: the steps that are said to be needed, the limits of the rules, and when noise is called a floor."""

from __future__ import annotations

import re

import numpy as np
import pytest
from conftest import X8, Y8
from short_fit import fit

from steepest import Problem, make_rows, minimize, stability_limit
from steepest.core.errors import UsageError
from steepest.core.records import to_spec
from steepest.methods.rules import Adam, Momentum, Nesterov, Plain
from steepest.objective.penalties import L2

RULES = (Plain(), Momentum(0.5), Momentum(0.9), Nesterov(0.5), Nesterov(0.9))
ROWS = 40


def recursion(rule, x):
    """One step of a rule on (e, eta v), for rate times curvature x, as textbooks write it."""
    b = getattr(rule, "beta", 0.0)
    if isinstance(rule, Nesterov):
        return np.array([[1 - x - b * x, -b * b], [x, b]])
    return np.array([[1 - x, -b], [x, b]])


def radius(rule, x):
    return np.abs(np.linalg.eigvals(recursion(rule, x))).max()


@pytest.mark.parametrize("rule", RULES, ids=to_spec)
def test_the_stability_of_a_rule_is_where_its_recursion_grows(rule):
    inside = np.linspace(0.01, 0.999, 50) * rule.stability
    assert max(radius(rule, x) for x in inside) < 1.0
    assert radius(rule, 1.001 * rule.stability) > 1.0


@pytest.mark.parametrize("rule", RULES, ids=to_spec)
def test_descents_are_called_diverged_by_the_limit_of_their_rule(rule):
    limit = 0.5 * rule.stability * stability_limit(X8)
    assert stability_limit(X8, rule=rule) == pytest.approx(limit, rel=1e-14)
    asked = {"max_iter": 600, "tol": None, "rule": rule}
    beyond = fit(make_rows(X8, Y8), Problem(), learning_rate=1.01 * limit, **asked).verdict
    assert beyond.status == "diverged"
    assert f"is above the stability limit{whose(rule)}, {limit:.4g}." in beyond.message
    below = fit(make_rows(X8, Y8), Problem(), learning_rate=0.97 * limit, **asked)
    assert below.verdict.status in ("oscillating", "stopped", "converged")
    assert below.trajectory.cost[-1] < below.trajectory.cost[0]


def whose(rule):
    return "" if isinstance(rule, Plain) else f" of the rule {type(rule).__name__.lower()}"


def test_a_rule_without_a_limit_is_compared_with_none():
    with pytest.raises(UsageError, match=r"no stability limit is known for the rule 'adam'"):
        stability_limit(X8, rule=Adam())
    message = fit(make_rows(X8, Y8), Problem(), rule="adam", learning_rate=5.0, max_iter=50, tol=None).verdict.message
    assert "limit" not in message


def table(rng, condition, p):
    """Rows (n, p) whose mean square matrix has this condition number, and a target."""
    left, _ = np.linalg.qr(rng.standard_normal((ROWS, p)))
    right, _ = np.linalg.qr(rng.standard_normal((p, p)))
    sizes = np.append(np.geomspace(1.0, condition**-0.5, p - 1), condition**-0.5) if p > 1 else np.ones(1)
    X = left * sizes @ right * rng.uniform(0.5, 20.0)
    return X, X @ rng.standard_normal(p) + rng.uniform(0.0, 1.0) * rng.standard_normal(ROWS)


class Truth:
    """Gaps of a descent from 0 in closed form: by the roots of each eigenvector's recursion."""

    def __init__(self, X, y, rule, rate, l2):
        _, sizes, vectors = np.linalg.svd(X, full_matrices=False)
        self.curvature = sizes**2 / len(y) + l2
        self.minimum = (vectors @ (X.T @ y) / len(y)) / self.curvature
        matrices = [recursion(rule, rate * value) for value in self.curvature]
        found = [np.linalg.eig(matrix.astype(complex)) for matrix in matrices]
        self.roots = np.array([values for values, _ in found])
        self.parts = np.array([vectors[0] * np.linalg.solve(vectors, [1.0, 0.0]) for _, vectors in found])
        self.logs = np.log(np.where(self.roots == 0, 1.0, self.roots))
        if isinstance(rule, Plain):  # its root is 1 - x, better known than as an eigenvalue
            self.logs = np.column_stack((np.log1p(-rate * self.curvature + 0j), np.zeros(len(sizes))))
            self.parts = np.array([[1.0, 0.0]] * len(sizes))

    def gap(self, t):
        share = (self.parts * np.exp(np.multiply.outer(t, self.logs))).sum(-1).real
        return 0.5 * (self.minimum * share) ** 2 @ self.curvature

    def last_above(self, target):
        """The last step of a fine grid at which the gap is above the target."""
        grid = np.unique(np.geomspace(1, 1e13, 5_000).round())
        return grid[np.maximum(self.gap(grid), self.gap(grid + 1)) > target].max(initial=0)


def said(message):
    found = re.search(r"about ([\d.,e+]+) more (?:steps|iterations)|iterations, about ([\d.,e+]+)", message)
    return None if found is None else float((found[1] or found[2]).replace(",", ""))


def test_the_steps_that_are_said_are_those_that_are_needed():
    """Over conditions 1 to 1e8 and rates of 0.01 to 1 of the limit, well within a factor of 2."""
    rng, wrong, judged = np.random.default_rng(5), [], 0
    for case in range(260):
        condition, p = 10 ** rng.uniform(0, 8), int(rng.integers(1, 6))
        rule, l2 = RULES[case % len(RULES)], 0.0 if case % 3 else 10 ** rng.uniform(-6, 0)
        X, y = table(rng, condition, p)
        limit = rule.stability / (np.linalg.svd(X)[1][0] ** 2 / ROWS + l2)
        rate, made = limit * 10 ** rng.uniform(-2, -0.001), int(10 ** rng.uniform(0.5, 2.5))
        problem = Problem("squared_error", L2(l2), intercept=False) if l2 else Problem(intercept=False)
        run = fit(make_rows(X, y), problem, rule=rule, learning_rate=rate, max_iter=made, tol=1e-9)
        more = said(str(run.verdict))
        if more is None:
            assert run.verdict.status in ("converged", "oscillating"), str(run.verdict)
            continue
        truth, done = Truth(X, y, rule, rate, l2), run.trajectory.step[-1]
        assert truth.gap(done) == pytest.approx(run.certificate.gap, rel=1e-5, abs=1e-12)
        needed = truth.last_above(1e-9 * 0.5 * np.mean(y**2)) - done
        judged += 1
        if not 0.6 * needed - 2 <= more <= 1.1 * needed + 2:
            wrong.append((case, to_spec(rule), condition, rate / limit, done, more, needed))
    assert judged >= 200
    assert not wrong


@pytest.mark.parametrize("rule", RULES, ids=to_spec)
@pytest.mark.parametrize("kind", ["intercept", "two targets", "standardized", "few steps"])
def test_a_run_of_as_many_steps_as_were_said_is_there(rule, kind):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((30, 3)) * [1.0, 2.0, 4.0] + [0.5, 3.0, 0.0]
    Y = X @ rng.standard_normal((3, 2)) + rng.standard_normal((30, 2))
    Y = Y if kind == "two targets" else Y[:, 0]
    settings = {"rule": rule, "standardize": kind == "standardized"}
    limit = 0.5 * rule.stability * (1.0 if settings["standardize"] else stability_limit(X))
    settings["learning_rate"] = 0.02 * limit
    made = 1 if kind == "few steps" else 40
    more = said(str(fit(make_rows(X, Y), Problem(), max_iter=made, tol=1e-6, **settings).verdict))
    there = fit(make_rows(X, Y), Problem(), max_iter=100_000, tol=1e-6, **settings)
    assert there.verdict.status == "converged"
    assert 0.7 * there.trajectory.step[-1] <= made + more <= 1.1 * there.trajectory.step[-1]


@pytest.mark.parametrize("rule", RULES, ids=to_spec)
def test_a_forecast_of_a_function(rule):
    path = minimize("(x - 3)**2 + 0.01 * y**2 + x*y/20", (6, 1), learning_rate=0.05, rule=rule, steps=20, tol=1e-8)
    more = said(str(path.verdict))
    there = minimize("(x - 3)**2 + 0.01 * y**2 + x*y/20", (6, 1), learning_rate=0.05, rule=rule, steps=99_999, tol=1e-8)
    assert there.verdict.status == "converged"
    assert 0.7 * there.step[-1] <= 20 + more <= 1.3 * there.step[-1]


def mean_gaps(X, y, rule, rate, batch, times):
    """Exact mean distances after ``times`` steps from 0 on batches drawn with replacement: by the second moments.

    z = (e, eta v, 1) is multiplied by P + Q G in a step, with G the mean over the batch of G_i = (x x', 0, -r x).
    """
    n, p = X.shape
    best = np.linalg.solve(X.T @ X, X.T @ y)
    residual, b = y - X @ best, getattr(rule, "beta", 0.0)
    single = np.zeros((n, p, 2 * p + 1))
    single[:, :, :p] = X[:, :, None] * X[:, None, :]
    single[:, :, -1] = -residual[:, None] * X
    kept, eye = np.zeros((2 * p + 1, 2 * p + 1)), np.eye(p)
    pushed = np.zeros((2 * p + 1, p))
    kept[:p, :p], kept[p:-1, p:-1], kept[-1, -1] = eye, b * eye, 1.0
    kept[:p, p:-1] = -(b * b if isinstance(rule, Nesterov) else b) * eye
    pushed[:p], pushed[p:-1] = -(1 + b if isinstance(rule, Nesterov) else 1) * rate * eye, rate * eye
    mean = kept + pushed @ single.mean(0)
    spread = np.mean([np.kron(pushed @ G, pushed @ G) for G in single - single.mean(0)], axis=0) / batch
    start = np.concatenate((-best, np.zeros(p), [1.0]))
    moments = [np.linalg.matrix_power(np.kron(mean, mean) + spread, t) @ np.kron(start, start) for t in times]
    square = [m.reshape(2 * p + 1, -1)[:p, :p] for m in moments]
    return [0.5 * float(np.trace(X.T @ X @ m)) / n for m in square]


def sampled_cases(count):
    rng = np.random.default_rng(11)
    for case in range(count):
        p, rule = int(rng.integers(1, 4)), RULES[case % len(RULES)]
        X, y = table(rng, 10 ** rng.uniform(0, 2.5), p)
        y += 10 ** rng.uniform(-3, 0) * rng.standard_normal(ROWS)
        batch = int(rng.choice([1, 2, 8]))
        largest = np.linalg.svd(X)[1][0] ** 2 / ROWS + (X * X).sum(1).max() / batch
        rate = (1 - getattr(rule, "beta", 0.0)) / largest * 10 ** rng.uniform(-1.8, 0)
        yield case, X, y, rule, rate, batch, int(10 ** rng.uniform(0.3, 1.7))


def test_noise_is_a_floor_only_where_more_steps_do_not_help():
    """Of 200 tables: never where twice the steps halve the mean distance; and where nothing is left to gain, mostly."""
    wrong, settled, called = [], 0, 0
    for case, X, y, rule, rate, batch, epochs in sampled_cases(200):
        problem, settings = Problem(intercept=False), {"batch_size": batch, "sampling": "replacement", "seed": case}
        run = fit(make_rows(X, y), problem, rule=rule, learning_rate=rate, max_iter=epochs, tol=None, **settings)
        steps = int(run.trajectory.step[-1])
        early, now, later = mean_gaps(X, y, rule, rate, batch, (steps // 4, steps, 2 * steps))
        floor = run.verdict.status == "noise floor"
        if floor and later <= 0.5 * now:
            wrong.append((case, to_spec(rule), steps, now, later, run.verdict.message))
        still = abs(later / now - 1) < 0.01 and abs(early / now - 1) < 0.01
        settled, called = settled + still, called + (still and floor)
    assert not wrong
    assert settled >= 20
    assert called >= 0.7 * settled


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
@pytest.mark.parametrize("rate", ["cosine:eta=0.02,steps=30", "one_cycle:eta=0.05,steps=20"])
def test_anderson_rests_where_its_schedule_has_ended(loss, rate):
    y = Y8 if loss == "squared_error" else np.array([0.0, 0, 1, 0, 1, 1, 1, 0])
    run = fit(make_rows(X8, y), Problem(loss), rule="anderson", learning_rate=rate, max_iter=120, tol=None)
    assert run.verdict.status in ("converged", "stopped")
    assert (run.trajectory.coef[-40:] == run.trajectory.coef[-1]).all()


def test_an_estimate_of_the_gap_is_not_said_as_a_distance():
    """Over 40 unfinished log-loss runs: a number above the minimum is the distance, or with "at most" a bound of it."""
    rng = np.random.default_rng(2)
    for case in range(40):
        X = rng.standard_normal((50, 3))
        y = (X @ rng.standard_normal(3) * 2 + rng.logistic(size=50) > 0).astype(float)
        alpha = 0.0 if case % 2 else 0.01
        problem = Problem("log_loss", L2(alpha)) if alpha else Problem("log_loss")
        run = fit(make_rows(X, y), problem, learning_rate=0.3, max_iter=3 + 5 * case, tol=None)
        best = fit(make_rows(X, y), problem)
        if run.verdict.status not in ("crawling", "stopped") or best.verdict.status != "converged":
            continue
        distance = run.trajectory.cost[-1] - best.trajectory.cost[-1]
        bound = re.search(r"is at most ([\d.e+-]+\d) above the minimum", run.verdict.message)
        assert (bound is not None) == (alpha > 0)
        assert bound is None or float(bound[1]) >= distance * 0.999
        assert alpha or "with a predicted decrease of" in run.verdict.message
        assert alpha or "above the minimum" not in run.verdict.message
