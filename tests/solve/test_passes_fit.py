"""Fits over parts: the answers of rows in memory, in few passes, with the same bits for every cut."""

import hashlib

import numpy as np
import pytest

from steepest import Problem
from steepest.core.errors import DataError, UsageError
from steepest.data.csr import CSR
from steepest.data.make_rows import make_rows
from steepest.objective.losses.softmax import Softmax
from steepest.objective.penalties import elastic
from steepest.parts.coding import Coding
from steepest.parts.engines.here import Here
from steepest.parts.parts import Parts
from steepest.parts.sources.memory import MemorySource
from steepest.solve.fit import fit
from steepest.solve.passes.fit import fit_parts
from steepest.solve.settings import Limits, Settings

N, D = 30_011, 5
L2, L1, BOTH = elastic(1e-2, 0.0), elastic(1e-2, 1.0), elastic(1e-2, 0.5)


def parts_of(rows, workers=1, memory=1 << 30):
    return Parts(MemorySource(rows, tuple(f"x{j + 1}" for j in range(rows.shape[1]))), memory, Here(workers))


def table(kind, seed=0, n=N, *, weights=False, offsets=False, dtype=np.float64, sparse=False):
    """A table with correlated columns of different scales; its target is linear, a class or a count."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, D)) * [1, 10, 0.1, 1, 3] + [0, 5, -0.3, 0, 2]
    X[:, 3] += X[:, 0]
    if sparse:
        X = rng.standard_normal((n, D)) * (rng.random((n, D)) < 0.2)
    X = X.astype(dtype)
    z = X @ (rng.standard_normal(D) / (np.abs(X).mean(0) * 2)) - 0.5
    offset = rng.standard_normal(n) * 0.1 if offsets else None
    z = z if offset is None else z + offset
    y = {
        "linear": lambda: z + rng.standard_normal(n),
        "classes": lambda: (rng.random(n) < 1 / (1 + np.exp(-z))) * 1.0,
        "counts": lambda: rng.poisson(np.exp(np.clip(z, -4, 2))) * 1.0,
    }[kind]()
    if sparse:
        i, j = np.nonzero(X)
        X = CSR(X[i, j], j, np.searchsorted(i, np.arange(n + 1)), D)
    return make_rows(X, y, weight=rng.random(n) if weights else None, offset=offset)


def digest(run):
    numbers = np.concatenate((run.coef.ravel(), run.intercept.ravel(), run.trajectory.cost, [run.certificate.gap]))
    return hashlib.sha256(numbers.tobytes()).hexdigest()


SQUARED = [
    Problem(),
    Problem(penalty=L2),
    Problem(penalty=L1),
    Problem(penalty=BOTH),
    Problem("mse", penalty=L1, factors=(1, 0, 2, 1, 1)),
    Problem(signs=(1, 0, -1, 1, 1)),
    Problem(intercept=False),
    Problem(fixed=(1,)),
]


@pytest.mark.parametrize("problem", SQUARED, ids=repr)
@pytest.mark.parametrize("given", [{}, {"weights": True, "offsets": True}, {"dtype": np.float32}, {"sparse": True}])
def test_a_squared_loss_takes_one_pass(problem, given):
    rows = table("linear", **given)
    run, known = fit_parts(parts_of(rows), problem), fit(rows, problem)
    assert run.trajectory.meta["passes"] == 1
    assert run.verdict.status == known.verdict.status == "converged"
    assert run.certificate.kind == known.certificate.kind
    assert run.trajectory.cost[-1] == pytest.approx(known.trajectory.cost[-1], rel=1e-9)
    np.testing.assert_allclose(run.coef, known.coef, rtol=1e-4, atol=1e-4)


def test_several_targets_take_one_pass():
    rows = table("linear")
    rows = rows.with_rows(targets=np.asfortranarray(np.column_stack((rows.y, rows.y**2))))
    run, known = fit_parts(parts_of(rows), Problem(penalty=L2)), fit(rows, Problem(penalty=L2))
    assert run.trajectory.meta["passes"] == 1
    np.testing.assert_allclose(run.coef, known.coef, rtol=1e-9)


def test_a_close_fit_takes_a_second_pass_for_the_digits_of_its_cost():
    rows = table("linear")
    near = rows.with_rows(targets=np.asfortranarray(rows.X @ np.ones((D, 1)) + 1e-5 * (rows.y - rows.y.mean())))
    run, known = fit_parts(parts_of(near), Problem()), fit(near, Problem())
    assert run.trajectory.meta["passes"] == 2
    assert run.trajectory.cost[-1] == pytest.approx(known.trajectory.cost[-1], rel=1e-9)


SMOOTH = [
    (Problem("log_loss"), "classes"),
    (Problem("log_loss", penalty=L2), "classes"),
    (Problem("log_loss", penalty=L1), "classes"),
    (Problem("log_loss", penalty=BOTH), "classes"),
    (Problem("log_loss", penalty=L2, intercept=False), "classes"),
    (Problem("probit"), "classes"),
    (Problem("poisson"), "counts"),
    (Problem("poisson", penalty=L2), "counts"),
    (Problem("huber"), "linear"),
]


@pytest.mark.parametrize(("problem", "kind"), SMOOTH, ids=repr)
@pytest.mark.parametrize("given", [{}, {"weights": True, "offsets": True}, {"sparse": True}])
def test_a_smooth_loss_takes_a_survey_and_a_few_newton_passes(problem, kind, given):
    rows = table(kind, **given)
    run, known = fit_parts(parts_of(rows), problem), fit(rows, problem)
    assert run.trajectory.meta["passes"] <= (6 if problem.proximal else 5)
    assert run.verdict.status == known.verdict.status == "converged"
    slack = 2 * (run.certificate.gap + known.certificate.gap)
    assert abs(run.trajectory.cost[-1] - known.trajectory.cost[-1]) <= slack
    if problem.unpenalised and problem.loss.likelihood:
        assert run.certificate.standard_errors < 0.01
    np.testing.assert_allclose(run.coef, known.coef, rtol=1e-3, atol=1e-4)


def random_problem(seed):
    rng = np.random.default_rng(seed)
    loss, kind = [("squared_error", "linear"), ("log_loss", "classes"), ("poisson", "counts")][seed % 3]
    penalty = [elastic(0.0, 0.0), L2, L1][int(rng.integers(3))]
    given = {"weights": seed % 2 == 0, "offsets": seed % 5 == 0, "sparse": seed % 7 == 0}
    given["dtype"] = np.float32 if seed % 4 == 1 else np.float64
    return table(kind, seed, 13_000, **given), Problem(loss, penalty=penalty)


@pytest.mark.parametrize("seed", range(30))
def test_every_cut_gives_the_same_bits(seed):
    rows, problem = random_problem(seed)
    first = digest(fit_parts(parts_of(rows), problem))
    assert digest(fit_parts(parts_of(rows, 3, 1 << 26), problem)) == first
    assert digest(fit_parts(parts_of(rows, 2, 1 << 24), problem)) == first


def hard(kind):
    """Tables that are hard to fit."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((N, D))
    if kind == "correlated":
        X = X @ np.linalg.cholesky(0.999 + 0.001 * np.eye(D)).T
    if kind == "heavy":
        X = rng.standard_t(1.5, (N, D))
    z = X @ rng.standard_normal(D) * (0.5 if kind != "rare" else 1.0) - (8.0 if kind == "rare" else 0.0)
    return make_rows(X, (rng.random(N) < 1 / (1 + np.exp(-z))) * 1.0)


@pytest.mark.parametrize("kind", ["correlated", "rare", "heavy"])
@pytest.mark.parametrize("penalty", [elastic(0.0, 0.0), elastic(1e-4, 0.0)])
def test_hard_tables_take_few_passes_and_get_the_same_verdict(kind, penalty):
    rows, problem = hard(kind), Problem("log_loss", penalty=penalty)
    run, known = fit_parts(parts_of(rows), problem), fit(rows, problem)
    assert run.trajectory.meta["passes"] <= 9
    assert run.verdict.status == known.verdict.status


@pytest.mark.parametrize(
    "problem", [Problem("log_loss"), Problem("log_loss", penalty=L2), Problem("log_loss", penalty=L1)]
)
@pytest.mark.parametrize("rule", ["plain", "momentum"])
def test_a_given_rate_takes_the_steps_of_rows_in_memory(problem, rule):
    if problem.proximal and rule == "momentum":
        return
    rows, settings, limits = table("classes", weights=True), Settings(rule, 0.01), Limits(5, tol=None)
    run, known = fit_parts(parts_of(rows), problem, settings, limits), fit(rows, problem, settings, limits)
    np.testing.assert_array_equal(run.trajectory.coef, known.trajectory.coef)
    np.testing.assert_array_equal(run.trajectory.cost, known.trajectory.cost)
    assert run.trajectory.meta["passes"] <= 8


def test_a_non_smooth_loss_needs_a_rate():
    rows = table("linear")
    with pytest.raises(UsageError, match="give a learning rate"):
        fit_parts(parts_of(rows), Problem("quantile:q=0.5"))
    run = fit_parts(parts_of(rows), Problem("quantile:q=0.5"), Settings("plain", 1e-3), Limits(3, tol=None))
    assert run.trajectory.step[-1] == 3


BAD = [
    ("classes", Problem("log_loss"), lambda y: y + (np.arange(N) == 7) * 2, "needs labels 0 and 1, found"),
    ("classes", Problem("log_loss"), lambda y: 0 * y, "every label is 0: a classifier needs rows of both classes"),
    ("counts", Problem("poisson"), lambda y: y - 9 * (np.arange(N) == 6), "the target of row 7 is -"),
    ("linear", Problem(), lambda y: y + 1e200 * (np.arange(N) == 6), "the target of row 7 is too large"),
]


@pytest.mark.parametrize(("kind", "problem", "change", "message"), BAD)
def test_bad_targets_are_refused_after_one_pass(kind, problem, change, message):
    rows = table(kind)
    parts = parts_of(rows.with_rows(targets=np.asfortranarray(change(rows.y[:, 0])[:, None])))
    with pytest.raises(DataError, match=message):
        fit_parts(parts, problem)
    assert parts.passes <= 1


def test_constant_and_dependent_columns_are_noted_as_in_memory():
    rows = table("classes")
    X = np.column_stack((rows.X, np.full(N, 3.0), rows.X[:, 0] + 2 * rows.X[:, 1]))
    for problem, y in ((Problem(), table("linear").y), (Problem("log_loss"), rows.y)):
        both = make_rows(X, y)
        run, known = fit_parts(parts_of(both), problem), fit(both, problem)
        assert run.verdict.notes == known.verdict.notes
        assert len(run.verdict.notes) == 2
        np.testing.assert_allclose(run.coef, known.coef, rtol=1e-3, atol=1e-4)


def separated(kind):
    """Tables whose classes are separated: completely, by one level of a column, or by counts of 0."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((N, D))
    X[:, 4] = rng.random(N) < 0.01
    z = X @ np.array([1.0, -2.0, 0.5, 0.0, 0.0])
    if kind == "complete":
        return Problem("log_loss"), make_rows(X, (z > 0) * 1.0)
    if kind == "counts":
        return Problem("poisson"), make_rows(X, rng.poisson(np.exp(z / 3)) * (1.0 - X[:, 4]))
    y = (rng.random(N) < 1 / (1 + np.exp(-z))) * 1.0
    return Problem("log_loss"), make_rows(X, np.where(X[:, 4] == 1, 1.0, y))


@pytest.mark.parametrize("kind", ["complete", "level", "counts"])
def test_separation_is_found_in_few_passes(kind):
    problem, rows = separated(kind)
    run, known = fit_parts(parts_of(rows), problem), fit(rows, problem)
    assert known.verdict.status == run.verdict.status == "separable"
    assert known.verdict.message.split(";")[0].split(":")[1] in run.verdict.message
    assert run.trajectory.meta["passes"] <= 9


@pytest.mark.parametrize("penalty", [elastic(0.0, 0.0), L2])
@pytest.mark.parametrize("weights", [(), (1.0, 2.0, 0.5)])
def test_classes_together_take_newton_passes(penalty, weights):
    rng = np.random.default_rng(7)
    X = rng.standard_normal((N, D))
    y = (X @ rng.standard_normal((D, 3)) + rng.gumbel(size=(N, 3))).argmax(1) * 1.0
    parts, problem = parts_of(make_rows(X, y)), Problem(Softmax(), penalty=penalty)
    assert parts.survey.targets.values.tolist() == [0.0, 1.0, 2.0]
    run = fit_parts(parts.coded(Coding(3, None, weights)), problem)
    known = fit(Coding(3, None, weights)(make_rows(X, y)), problem)
    assert run.verdict.status == known.verdict.status == "converged"
    assert run.trajectory.meta["passes"] <= (5 if weights else 4)
    assert run.trajectory.cost[-1] == pytest.approx(known.trajectory.cost[-1], rel=1e-9)
    np.testing.assert_allclose(run.coef, known.coef, rtol=1e-3, atol=1e-4)
