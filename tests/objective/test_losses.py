"""Losses beyond squares and log loss: optima against other programs, gaps against the truth, targets at the door."""

from __future__ import annotations

import json

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize
from scipy.sparse import random as random_sparse
from short_fit import fit
from sklearn.linear_model import PoissonRegressor, QuantileRegressor
from sklearn.svm import LinearSVC, LinearSVR

from steepest import Method, Problem, descend, make_rows, stability_limit, until, updates
from steepest.core.errors import DataError, UsageError
from steepest.core.records import to_name
from steepest.estimators import GDClassifier, GDRegressor
from steepest.objective import losses
from steepest.objective.explained import takes_zero
from steepest.objective.objective import Coordinates, Objective
from steepest.objective.penalties import elastic
from steepest.optimality.certificate import certify
from steepest.optimality.duality import rows_gap
from steepest.solve.model import Model, predict, probability

near = pytest.approx
NEW = [
    losses.Huber(),
    losses.Huber(0.2),
    losses.Quantile(),
    losses.Quantile(0.9),
    losses.EpsilonInsensitive(),
    losses.EpsilonInsensitive(0.0),
    losses.SquaredEpsilonInsensitive(),
    losses.SquaredEpsilonInsensitive(2.0),
    losses.Poisson(),
    losses.Gamma(),
    losses.Tweedie(),
    losses.Tweedie(1.05),
    losses.Tweedie(1.9),
    losses.Hinge(),
    losses.SquaredHinge(),
    losses.ModifiedHuber(),
    losses.Probit(),
    losses.Perceptron(),
]
SMOOTH = [loss for loss in NEW if not loss.nonsmooth]
NONSMOOTH = [loss for loss in NEW if loss.nonsmooth]
ROUNDED = [losses.Hinge().smoothed(0.5), losses.Quantile(0.2).smoothed(2.0), losses.EpsilonInsensitive().smoothed(0.7)]
ROUNDED += [losses.Perceptron().smoothed(0.5)]


def table(loss, seed, n=120, d=4):
    """Columns of different scales, and targets that suit the loss."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * np.array([1.0, 30.0, 0.1, 4.0])[:d] + np.array([0.0, 5.0, 0.0, 100.0])[:d]
    z = (X - X.mean(0)) / X.std(0) @ rng.standard_normal(d)
    if loss.labels:
        return X, (z + 1.5 * rng.standard_normal(n) > 0.4).astype(float)
    if loss.positive:
        counts = rng.poisson(np.exp(0.4 * z + 1)).astype(float)
        return X, counts * rng.gamma(2.0, 0.5, n) if takes_zero(loss) else counts + rng.gamma(2.0, 0.5, n)
    return X, 50.0 + 3 * z + rng.standard_t(2, n)


def target_of(loss, v):
    """A target that suits the loss, from a number >= 0."""
    return float(v > 4) if loss.labels else v if loss in ROUNDED or takes_zero(loss) else v + 0.1


def objective(loss, X, y, alpha, w, weight=None):
    return np.average(loss.value(X @ w[:-1] + w[-1], y), weights=weight) + 0.5 * alpha * w[:-1] @ w[:-1]


def answer(run):
    return np.append(run.coef[:, 0], run.intercept)


# ------------------------------------------------------------------ the records


@pytest.mark.parametrize("loss", [*NEW, *ROUNDED], ids=str)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(u=st.floats(-20, 20), z=st.floats(-20, 20), v=st.floats(0, 9))
def test_each_loss_is_convex_and_its_slope_supports_it(loss, u, z, v):
    """l(u) >= l(z) + l'(z) (u - z): a subgradient, whether or not there is a kink."""
    y = target_of(loss, v)
    line = loss.value(z, y) + loss.slope(z, y) * (u - z)
    assert loss.value(u, y) >= line - 1e-12 * (1 + abs(line))
    assert loss.value(u, y) >= 0 or loss in ROUNDED


@pytest.mark.parametrize("loss", NEW, ids=str)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(z=st.floats(-20, 20), v=st.floats(0, 9), share=st.floats(0, 1))
def test_the_conjugate_bounds_every_line_and_meets_the_loss_at_its_slope(loss, z, v, share):
    """Fenchel and Young: l(z) + l*(theta) >= theta z, with equality at theta = l'(z)."""
    y = target_of(loss, v)
    low, high = (float(np.clip(end, -30, 30)) for end in loss.domain(y))
    theta = low + share * (high - low)
    size = 1e-12 * (1 + abs(theta * z) + loss.value(z, y) + abs(theta) * 9)
    assert loss.value(z, y) + loss.conjugate(theta, y) - theta * z >= -size
    slope = loss.slope(z, y)
    size = 1e-12 * (1 + abs(slope * z) + loss.value(z, y) + abs(slope) * 9)
    assert loss.value(z, y) + loss.conjugate(slope, y) == near(slope * z, abs=size)
    assert loss.conjugate(0.0, y) == near(0.0, abs=1e-15)
    ends = [float(end) + step for end, step in zip(loss.domain(y), (-1.0, 1.0), strict=True)]
    assert all(loss.conjugate(end, y) == np.inf for end in ends if np.isfinite(end))


@pytest.mark.parametrize("loss", NONSMOOTH, ids=str)
def test_smoothed_losses_come_as_near_as_their_width(loss):
    z, y = np.linspace(-4, 4, 801), np.ones(801)
    low, high = loss.domain(1.0)
    for width in (1.0, 0.1, 1e-3):
        above = loss.value(z, y) - loss.smoothed(width).value(z, y)
        assert above.min() >= -1e-15
        assert above.max() <= 0.5 * width * max(low**2, high**2) * (1 + 1e-9)


def test_known_values():
    assert losses.Quantile(0.25).value(np.array([3.0, -1.0]), np.array([1.0, 1.0])).tolist() == [1.5, 0.5]
    assert losses.ModifiedHuber().value(np.array([-3.0, -1.0, 0.0, 2.0]), np.ones(4)).tolist() == [12.0, 4.0, 1.0, 0.0]
    assert losses.Poisson().value(1.0, 0.0) == near(np.e)
    assert losses.Poisson().value(np.log(1e9) + 1e-9, 1e9) == near(0.5e-9, rel=1e-5)  # does not cancel


# ------------------------------------------------------------------ optima of others


@pytest.mark.parametrize("alpha", [1e-3, 1.0])
def test_poisson_is_that_of_scikit_learn(alpha):
    X, y = table(losses.Poisson(), 1)
    X = (X - X.mean(0)) / X.std(0)
    weight = np.random.default_rng(3).uniform(0.5, 2.0, len(y))
    ours = GDRegressor("poisson", alpha=alpha).fit(X, y, weight)
    theirs = PoissonRegressor(alpha=alpha, tol=1e-12, max_iter=10_000).fit(X, y, weight)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)
    assert ours.certificate_.kind == "duality gap"


@pytest.mark.parametrize("alpha", [0.0, 1e-2])
@pytest.mark.parametrize("loss", [loss for loss in SMOOTH if loss.curvature < np.inf], ids=str)
def test_smooth_losses_reach_the_least_cost_that_scipy_finds(loss, alpha):
    X, y = table(loss, 2)
    scale = np.append(X.std(0), 1.0)
    run = fit(make_rows(X, y), Problem(loss, elastic(alpha)))
    cost = lambda v: objective(loss, X - X.mean(0), y, alpha, v / scale)  # noqa: E731
    theirs = minimize(cost, np.append(np.zeros(4), np.median(y)), method="BFGS", options={"gtol": 1e-9}).fun
    ours = objective(loss, X, y, alpha, answer(run))
    assert run.verdict.status == "converged"
    assert ours == near(theirs, rel=1e-6)
    assert ours <= theirs + run.certificate.gap + 1e-12 * theirs


@pytest.mark.parametrize("alpha", [0.0, 1e-2])
@pytest.mark.parametrize("q", [0.1, 0.5, 0.8])
def test_quantiles_are_those_of_a_linear_programme(q, alpha):
    X, y = table(losses.Quantile(), 4)
    run = fit(make_rows(X, y), Problem(losses.Quantile(q), elastic(alpha, 1.0)))
    theirs = QuantileRegressor(quantile=q, alpha=alpha, solver="highs").fit(X, y)
    cost = lambda coef, b: np.mean(losses.Quantile(q).value(X @ coef + b, y)) + alpha * np.abs(coef).sum()  # noqa: E731
    assert cost(run.coef[:, 0], run.intercept[0]) == near(cost(theirs.coef_, theirs.intercept_), rel=1e-6)


def by_programme(loss, X, y):
    """Least mean of an unpenalised loss with kinks, as a linear programme in w, b and a cost for each row."""
    n, d = X.shape
    A = np.column_stack((X, np.ones(n)))
    if loss.labels:
        s = 2 * y - 1
        left, right = np.column_stack((-s[:, None] * A, -np.eye(n))), -np.ones(n)
    else:
        left = np.block([[A, -np.eye(n)], [-A, -np.eye(n)]])
        right = np.concatenate((y + loss.epsilon, loss.epsilon - y))
    found = linprog(
        np.append(np.zeros(d + 1), np.ones(n) / n), left, right, bounds=[(None, None)] * (d + 1) + [(0, None)] * n
    )
    return found.fun


@pytest.mark.parametrize("loss", [losses.Hinge(), losses.EpsilonInsensitive(), losses.EpsilonInsensitive(2.0)], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_kinked_losses_reach_the_least_cost_of_a_linear_programme(loss, seed):
    X, y = table(loss, seed, n=60)
    run = fit(make_rows(X, y), Problem(loss))
    assert objective(loss, X, y, 0.0, answer(run)) == near(by_programme(loss, X, y), rel=1e-6, abs=1e-9)
    assert run.certificate.kind == "dual estimate"


@pytest.mark.parametrize("name", ["hinge", "squared_hinge"])
def test_support_vectors_are_those_of_scikit_learn(name):
    X, y = table(losses.Hinge(), 6)
    X = (X - X.mean(0)) / X.std(0)
    alpha = 0.05
    ours = GDClassifier(name, alpha=alpha, fit_intercept=False).fit(X, y)
    other = LinearSVC(
        loss=name, C=1 / (alpha * len(y)), fit_intercept=False, dual=True, tol=1e-10, max_iter=1_000_000
    ).fit(X, y)
    loss = Problem(name).loss
    cost = lambda coef: objective(loss, X, y, alpha, np.append(coef, 0))  # noqa: E731
    assert cost(ours.coef_[0]) == near(cost(other.coef_[0]), rel=1e-6)
    assert ours.verdict_.status == "converged"


def test_squares_beyond_epsilon_are_those_of_scikit_learn():
    X, y = table(losses.SquaredEpsilonInsensitive(), 3, d=2)
    X, y, alpha = (X - X.mean(0)) / X.std(0), y - y.mean(), 0.05
    ours = GDRegressor("squared_epsilon_insensitive:epsilon=1", alpha=alpha, fit_intercept=False).fit(X, y)
    other = LinearSVR(
        epsilon=1, loss="squared_epsilon_insensitive", C=1 / (alpha * len(y)), fit_intercept=False, tol=1e-10,
        max_iter=1_000_000,
    ).fit(X, y)  # fmt: skip
    assert ours.coef_ == near(other.coef_, rel=1e-6)
    assert ours.verdict_.status == "converged"
    assert (np.abs(ours.predict(X) - y) < 1).mean() > 0.1  # of which nothing is lost


# ------------------------------------------------------------------ proofs


@pytest.mark.parametrize("loss", NEW, ids=str)
def test_no_gap_is_below_the_truth(loss):
    """At 10 points each of 10 problems; the least cost is that of the fit, which is not above it by more than 1e-9."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X, y = table(loss, seed, n=40, d=3)
        weight, offset = rng.uniform(0.1, 2.0, 40), 0.3 * rng.standard_normal(40)
        rows = make_rows(X / X.std(0), y, weight=weight, offset=offset)
        problem = Problem(loss, elastic(0.1, 0.5 * (seed % 2)), intercept=seed % 3 > 0)
        run = fit(rows, problem)
        assert run.verdict.status == "converged", run.verdict
        w, F = answer(run)[:, None], Objective(problem, rows)
        for size in (0.0, 1e-8, 1e-4, 1e-2, 0.1, 1.0):
            at = w + size * rng.standard_normal(w.shape) * Coordinates(problem, 3).free
            truth = F(at)[0] - F(w)[0]
            assert certify(Objective(problem, rows), at).gap >= truth - 1e-14
            assert rows_gap(Objective(problem, rows), at, w - at).gap >= truth - 1e-14


# ------------------------------------------------------------------ the automatic mode


@pytest.mark.parametrize("loss", NEW, ids=str)
@pytest.mark.parametrize("alpha", [0.0, 1e-3])
def test_with_nothing_set_a_fit_converges_whatever_the_scales(loss, alpha):
    X, y = table(loss, 8, n=200)
    if not loss.labels and not loss.positive:
        y[3] = 1e6  # a target far away
    run = fit(make_rows(X, y), Problem(loss, elastic(alpha)))
    assert run.verdict.status == "converged", run.verdict
    assert run.certificate.kind == ("duality gap" if alpha else "dual estimate" if loss.nonsmooth else "decrement")
    assert run.trajectory.cost[-1] == near(objective(loss, X, y, alpha, answer(run)), rel=1e-9)


@pytest.mark.parametrize("loss", [losses.Huber(), losses.Poisson(), losses.Hinge()], ids=str)
def test_sparse_tables_too(loss):
    X = random_sparse(300, 6, 0.3, format="csr", random_state=0)
    y = table(loss, 0, n=300)[1]
    dense, sparse = (fit(make_rows(T, y), Problem(loss, elastic(0.01))) for T in (X.toarray(), X))
    assert sparse.verdict.status == dense.verdict.status == "converged"
    assert sparse.trajectory.cost[-1] == near(dense.trajectory.cost[-1], rel=1e-8)


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge", "modified_huber"])
def test_separated_classes_have_an_optimum_of_no_cost(loss):
    x = np.array([1.0, 2.0, 3.0, 7.0, 8.0, 9.0])[:, None]
    model = GDClassifier(loss).fit(x, [0, 0, 0, 1, 1, 1])
    assert model.verdict_.status == "converged"
    assert model.trajectory_.cost[-1] < 1e-8
    assert model.predict(x).tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("loss", [loss for loss in NEW if loss != losses.Perceptron()], ids=str)  # 0 at the start
def test_stochastic_steps_go_down(loss):
    X, y = table(loss, 1)
    X = (X - X.mean(0)) / X.std(0)
    y = y if loss.labels or loss.positive else (y - y.mean()) / y.std()
    method = Method("plain", "inverse_scaling:eta=0.05", batch_size=1)
    states = list(until(descend(Problem(loss), method, make_rows(X, y), compiled=False), updates(600)))
    cost = lambda w: objective(loss, X, y, 0.0, w[:, 0])  # noqa: E731
    assert cost(states[-1].w) < 0.99 * cost(states[0].w)


def test_plain_and_compiled_steps_agree():
    for loss in (losses.Poisson(), losses.Quantile(0.3)):
        X, y = table(loss, 1)
        X, y = X / X.std(0) / 50, y if loss.labels or loss.positive else y / y.std()
        method = Method("plain", 0.01, batch_size=1)
        ends = [
            list(until(descend(Problem(loss), method, make_rows(X, y), compiled=c), updates(40)))[-1].w
            for c in (False, True)
        ]
        np.testing.assert_allclose(ends[0], ends[1], rtol=1e-9, atol=1e-12)


# ------------------------------------------------------------------ the door


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: fit(make_rows(np.ones((3, 1)), [1.0, -2.0, 3.0]), Problem("poisson")), "row 2 is -2"),
        (
            lambda: fit(make_rows(np.ones((3, 1)), [1.0, -2.0, 3.0]), Problem("tweedie")),
            "tweedie loss needs numbers >= 0",
        ),
        (
            lambda: fit(make_rows(np.ones((3, 1)), [1.0, 2.0, 0.0]), Problem("gamma")),
            "row 3 is 0, but the gamma loss needs",
        ),
        (lambda: GDRegressor("gamma").fit(np.eye(3), [1.0, 2.0, 3.0]).score(np.eye(3), [1.0, 0.0, 2.0]), "numbers > 0"),
        (lambda: Problem("tweedie:power=1"), "power 1 is the loss poisson"),
        (lambda: Problem("tweedie:power=2"), "power 2 is the loss gamma"),
        (lambda: Problem("tweedie:power=0"), "power 0 is the loss squared_error"),
        (lambda: Problem("tweedie:power=3"), "not convex"),
        (lambda: Problem(losses.Tweedie("1.5")), "it is a power of the mean"),
        (lambda: stability_limit(np.ones((3, 1)), loss="gamma"), "no learning rate is safe"),
        (lambda: GDRegressor("probit").fit(np.eye(4), np.arange(4.0)), "use GDClassifier"),
        (lambda: GDClassifier("tweedie").fit(np.eye(4), [0, 1, 0, 1]), "use GDRegressor"),
        (lambda: GDClassifier("probit").fit(np.eye(4), [0, 1, 2, 1]), "multi_class='ovr' or 'log_loss'"),
        (
            lambda: GDClassifier("perceptron").fit(np.eye(4), [0, 1, 0, 1]).predict_proba(np.eye(4)),
            "probabilities",
        ),
        (lambda: fit(make_rows(np.ones((3, 1)), [1.0, 2.0, 3.0]), Problem("hinge")), "hinge needs labels 0 and 1"),
        (lambda: Problem("huber:delta=0"), "delta > 0"),
        (lambda: Problem(losses.Huber(True)), "delta > 0"),
        (lambda: Problem("huber:delta=nan"), "delta > 0"),
        (lambda: Problem("quantile:q=1"), "0 < q < 1"),
        (lambda: Problem(losses.Quantile("half")), "0 < q < 1"),
        (lambda: Problem("epsilon_insensitive:epsilon=-1"), "epsilon >= 0"),
        (lambda: Problem("squared_epsilon_insensitive:epsilon=-1"), "squared_epsilon_insensitive loss needs a number"),
        (lambda: stability_limit(np.ones((3, 1)), loss="poisson"), "no learning rate is safe"),
        (lambda: GDRegressor("quantile", rule="momentum").fit(np.eye(4), np.arange(4.0)), "give a learning rate"),
        (lambda: GDRegressor("quantile", batch_size=2).fit(np.eye(4), np.arange(4.0)), "give a learning rate"),
        (lambda: GDRegressor("poisson", batch_size=2).fit(np.eye(4), np.arange(4.0)), "give a learning rate"),
        (lambda: GDRegressor("quantile", rule="newton").fit(np.eye(4), np.arange(4.0)), "no second derivatives"),
        (lambda: GDRegressor("hinge").fit(np.eye(4), np.arange(4.0)), "use GDClassifier"),
        (lambda: GDClassifier("huber").fit(np.eye(4), [0, 1, 0, 1]), "use GDRegressor"),
        (
            lambda: GDClassifier("hinge", alpha=1.0).fit(np.eye(4), [0, 1, 0, 1]).predict_proba(np.eye(4)),
            "probabilities",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(make, said):
    with pytest.raises((UsageError, DataError)) as caught:
        make()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------------ predictions


def test_a_poisson_model_predicts_means_from_its_file():
    model = Model("linear", ("y",), ("x",), ((1.0,),), (0.5,), None, "poisson", {}, {}, {})
    assert predict(model, [[0.0], [2.0]]).tolist() == near([np.exp(0.5), np.exp(2.5)])
    with pytest.raises(DataError, match="row 1: the prediction is too large"):
        predict(model, [[800.0]])


def test_a_hinge_model_has_classes_but_no_probabilities():
    model = Model("logistic", ("y",), ("x",), ((1.0,),), (0.0,), ("no", "yes"), "hinge", {}, {}, {})
    assert predict(model, [[-1.0], [2.0]]).tolist() == ["no", "yes"]
    with pytest.raises(UsageError, match="no probabilities"):
        probability(model, [[1.0]])


def test_the_command_line_fits_and_predicts_counts(tmp_path, monkeypatch, capsys):
    from steepest.cli import main

    monkeypatch.chdir(tmp_path)
    X, y = table(losses.Poisson(), 1, n=40, d=2)
    lines = ["a,b,y", *(f"{p!r},{q!r},{c!r}" for (p, q), c in zip(X.tolist(), y.tolist(), strict=True))]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    with pytest.raises(SystemExit) as ended:
        main(["fit", "linear", "t.csv", "-t", "y", "--loss", "poisson", "-o", "m.json", "--json"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["verdict"]["status"] == "converged"
    with pytest.raises(SystemExit):
        main(["predict", "m.json", "t.csv", "--json"])
    found = json.loads(capsys.readouterr().out)["prediction"]
    np.testing.assert_allclose(found, GDRegressor("poisson").fit(X, y).predict(X), rtol=1e-6)


def test_every_loss_has_its_row_in_the_docs():

    text = (ROOT / "docs" / "reference" / "losses.md").read_text(encoding="utf-8")
    assert all(f"`{to_name(getattr(losses, name))}" in text for name in losses.__all__)


@pytest.mark.parametrize("loss", [losses.Hinge(), losses.Quantile(0.2), losses.EpsilonInsensitive(0.7)])
def test_jumps_of_the_slope_make_up_a_piecewise_linear_loss(loss):
    y, z = np.array([0.0, 1.0, 1.0, 0.0]), np.linspace(-4, 4, 81)[:, None]
    first = loss.domain(y)[0] * z
    made = first + sum(size * np.maximum(z - at, 0.0) for at, size in loss.jumps(y))
    difference = loss.value(z, y) - made
    np.testing.assert_allclose(difference, np.broadcast_to(difference[0], difference.shape), atol=1e-14)
