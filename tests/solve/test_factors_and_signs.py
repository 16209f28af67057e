"""Penalty factors and signs of coefficients: against rescaled tables, scikit-learn, SciPy, and the least cost."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize, nnls
from sklearn.base import clone
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge

from steepest import GDClassifier, GDRegressor, descend, make_rows, record, until
from steepest.core.errors import NotConvergedWarning, SeparationWarning, UsageError
from steepest.core.units import Units
from steepest.descent.stops import updates
from steepest.methods.method import Method
from steepest.objective.column_settings import factors_of, signs_of
from steepest.objective.objective import Coordinates
from steepest.objective.penalties import L1, L2, NoPenalty, soften
from steepest.objective.penalties import ElasticNet as Elastic
from steepest.objective.problem import Problem
from steepest.objective.prox import in_metric, penalty_value, smallest_subgradient
from steepest.solve.regularization_path import alpha_path

near = pytest.approx
TIGHT = 1e-14
RNG = np.random.default_rng(7)
D = 6
X = RNG.standard_normal((150, D)) * np.geomspace(0.1, 10.0, D) + RNG.standard_normal(D)
Y = X @ RNG.standard_normal(D) + 2.0 + RNG.standard_normal(150)
LABELS = (Y + 4.0 * RNG.standard_normal(150) > np.median(Y)).astype(int)
COUNTS = RNG.poisson(np.exp(0.5 + 0.05 * (Y - Y.mean())))
KINDS = RNG.integers(0, 3, 150)
FACTORS = np.array([0.3, 2.0, 1.0, 0.7, 4.0, 0.05])
SIDES = {0: "-", 1: "+", 3: "+", 5: "-"}
LOSSES = {"squared_error": Y, "mse": Y, "huber:delta=1": Y, "poisson": COUNTS, "log_loss": LABELS}


def fitted(loss, **asked):
    kind = GDClassifier if loss == "log_loss" else GDRegressor
    return kind(loss, **{"tol": TIGHT, **asked}).fit(X, LOSSES[loss])


def answer(model):
    return np.append(np.ravel(model.coef_), np.ravel(model.intercept_))


# ------------------------------------------------------------------ factors are columns in other units


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("l1_ratio", "root"), [(0.0, np.sqrt), (1.0, np.asarray)])
def test_factors_rescale_columns(loss, l1_ratio, root):
    """A lasso with factor f_j is a plain one on X_j / f_j, ridge on X_j / sqrt(f_j)."""
    ours, scale = fitted(loss, alpha=0.05, l1_ratio=l1_ratio, penalty_factors=FACTORS), root(FACTORS)
    plain = clone(ours).set_params(penalty_factors=None).fit(X / scale, LOSSES[loss])
    assert np.ravel(ours.coef_) == near(np.ravel(plain.coef_) / scale, rel=1e-8, abs=1e-10)
    assert ours.certificate_.kind == "duality gap"
    assert ours.verdict_.status == "converged"


@pytest.mark.parametrize("alpha", [0.01, 0.3])
def test_elastic_net_by_factors_has_no_slope_left(alpha):
    model = fitted("squared_error", alpha=alpha, l1_ratio=0.5, penalty_factors=FACTORS)
    g = X.T @ (X @ model.coef_ + model.intercept_ - Y) / len(Y) + 0.5 * alpha * FACTORS * model.coef_
    assert np.abs(smallest_subgradient(model.coef_, g, 0.5 * alpha * FACTORS)).max() < 1e-10


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_a_huge_factor_holds_a_coefficient_at_0_and_a_factor_of_0_is_none(l1_ratio):
    model = fitted("squared_error", alpha=0.2, l1_ratio=l1_ratio, penalty_factors={0: 1e9, 1: 0.0})
    left_out = GDRegressor(alpha=0.2, l1_ratio=l1_ratio, penalty_factors={0: 0.0}, tol=TIGHT).fit(X[:, 1:], Y)
    assert model.coef_[0] == near(0.0, abs=1e-8)
    assert model.coef_[1:] == near(left_out.coef_, rel=1e-8, abs=1e-10)
    residual = Y - model.predict(X)
    assert abs(X[:, 1] @ residual) / len(Y) < 1e-10


def test_equal_factors_are_a_strength():
    for l1_ratio in (0.0, 0.3, 1.0):
        both = [
            fitted("log_loss", l1_ratio=l1_ratio, alpha=a, penalty_factors=f)
            for a, f in ((0.02, [3.0] * D), (0.06, None))
        ]
        assert answer(both[0]) == near(answer(both[1]), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(("batch", "estimate"), [(16, "own_rows"), (16, "saga")])
def test_batches_penalise_by_factors(batch, estimate):
    """Compiled steps are the plain ones, and end at the optimum over all rows."""
    problem = Problem(penalty=L2(0.5), factors=tuple(FACTORS))
    rows = make_rows(X, Y)._replace(units=Units(X.mean(0), 1 / X.std(0)))
    method = Method("plain", 0.02, batch_size=batch, estimate=estimate)
    plain, fast = (descend(problem, method, rows, seed=3, compiled=c) for c in (False, True))
    first, second = (record(until(d, updates(40))).coef for d in (plain, fast))
    assert first == near(second, rel=1e-11, abs=1e-13)
    last = record(until(fast, updates(60 * 150 // batch)), keep=False).coef[-1]
    apart = (last - fitted("squared_error", alpha=0.5, penalty_factors=FACTORS).coef_) * X.std(0)
    assert np.abs(apart).max() < (1e-3 if estimate == "saga" else 0.2) * Y.std()


def test_sparse_steps_shrink_each_column_by_its_factor():
    table = sparse.random_array((300, 40), density=0.05, rng=3, format="csr")
    y = table @ np.ones(40) + 0.1 * np.random.default_rng(0).standard_normal(300)
    f = np.linspace(0.0, 3.0, 40)
    common = {"alpha": 0.1, "penalty_factors": f, "batch_size": 1, "learning_rate": 0.1, "max_iter": 3, "tol": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thin, full = (GDRegressor(**common).fit(T, y) for T in (table, table.toarray()))
    assert thin.coef_ == near(full.coef_, rel=1e-10, abs=1e-13)


def test_a_stream_penalises_by_factors():
    """One column, in many chunks: as with the strength alpha factor."""
    models = GDRegressor(alpha=0.5, penalty_factors=[3.0]), GDRegressor(alpha=1.5)
    for low in range(0, 150, 30):
        for model in models:
            model.partial_fit(X[low : low + 30, :1], Y[low : low + 30])
    assert models[0].coef_ == near(models[1].coef_, rel=1e-12)


# ------------------------------------------------------------------ signs


@pytest.mark.parametrize("intercept", [True, False])
def test_against_least_squares_of_no_negative_coefficient(intercept):
    ours = GDRegressor(signs="+", fit_intercept=intercept, tol=TIGHT).fit(X, Y)
    theirs = LinearRegression(positive=True, fit_intercept=intercept).fit(X, Y)
    assert ours.coef_ == near(theirs.coef_, rel=1e-9, abs=1e-11)
    assert 0 < np.count_nonzero(ours.coef_) < D
    assert ours.verdict_.status == "converged"
    if not intercept:
        assert ours.coef_ == near(nnls(X, Y)[0], rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("alpha", [0.01, 0.5])
def test_against_scikit_learn_of_no_negative_coefficient(alpha, l1_ratio):
    ours = GDRegressor(alpha=alpha, l1_ratio=l1_ratio, signs="+", tol=TIGHT).fit(X, Y)
    kind = Lasso(alpha=alpha) if l1_ratio == 1 else ElasticNet(alpha=alpha, l1_ratio=l1_ratio)
    theirs = kind.set_params(positive=True, tol=1e-13, max_iter=100_000).fit(X, Y)
    assert ours.coef_ == near(theirs.coef_, rel=1e-7, abs=1e-8)
    assert (ours.coef_ >= 0).all()
    assert ours.certificate_.kind == "duality gap"


def test_a_minus_is_a_plus_of_the_column_turned_round():
    turned = np.array([-1.0, 1, -1, 1, 1, -1])
    ours = GDRegressor(alpha=0.1, l1_ratio=0.5, signs={j: "-" if t < 0 else "+" for j, t in enumerate(turned)}).fit(
        X, Y
    )
    other = GDRegressor(alpha=0.1, l1_ratio=0.5, signs="+").fit(X * turned, Y)
    assert ours.coef_ == near(turned * other.coef_, rel=1e-10, abs=1e-13)


def objective(loss, alpha, l1_ratio, factors):
    """F and its gradient by w (d + 1,) in two halves: what is above 0 and what is below, so that sizes have a slope."""
    record, y, A = Problem(loss).loss, LOSSES[loss], np.column_stack((X, np.ones(len(X))))
    f = np.append(factors, 0.0)

    def cost_and_slopes(parts):
        w = parts[: D + 1] - parts[D + 1 :]
        z, l2 = A @ w, alpha * (1 - l1_ratio) * f
        g = A.T @ record.slope(z, y) / len(y) + l2 * w
        size = alpha * l1_ratio * f
        cost = record.value(z, y).mean() + 0.5 * l2 @ w**2 + size @ (parts[: D + 1] + parts[D + 1 :])
        return float(cost), np.concatenate((g + size, size - g))

    return cost_and_slopes


def least_cost(loss, alpha, l1_ratio, factors, sides):
    """The least cost that L-BFGS-B finds inside of the bounds, from several starts."""
    both, most = objective(loss, alpha, l1_ratio, factors), np.ones((2, D + 1)) * np.inf
    for j, side in sides.items():
        most["+-".index(side) ^ 1, j] = 0.0
    best = np.inf
    for start in (0.0, 0.01):
        first, limits = np.minimum(start, most.ravel()), {"maxiter": 20_000, "maxfun": 40_000, "ftol": 0, "gtol": 1e-12}
        bounds = [(0, b) for b in most.ravel()]
        found = minimize(both, first, jac=True, method="L-BFGS-B", bounds=bounds, options=limits)
        best = min(best, found.fun)
    return best


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("alpha", "l1_ratio"), [(0.0, 0.0), (0.05, 0.0), (0.05, 1.0), (0.05, 0.4)])
@pytest.mark.parametrize("factors", [np.ones(D), FACTORS, FACTORS * [1, 1, 0, 1, 0, 1]], ids=["ones", "some", "zeros"])
def test_against_bounded_quasi_newton(loss, alpha, l1_ratio, factors):
    model = fitted(loss, alpha=alpha, l1_ratio=l1_ratio, penalty_factors=factors, signs=SIDES, tol=1e-11)
    cost, theirs = float(model.trajectory_.cost[-1]), least_cost(loss, alpha, l1_ratio, factors, SIDES)
    w = np.ravel(model.coef_)
    assert (w[[0, 5]] <= 0).all()
    assert (w[[1, 3]] >= 0).all()
    assert cost <= theirs + 1e-10 * abs(theirs)
    assert cost - model.certificate_.gap <= theirs
    assert model.verdict_.status == "converged"
    proven = alpha > 0 and (factors > 0).all()
    assert model.certificate_.kind == ("duality gap" if proven else "decrement")


@pytest.mark.parametrize(
    "asked", [{"signs": "+"}, {"penalty_factors": FACTORS}, {"penalty_factors": {2: 0}, "signs": SIDES}]
)
@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
@pytest.mark.parametrize("loss", ["quantile", "epsilon_insensitive", "hinge"])
def test_kinked_losses_take_both(loss, l1_ratio, asked):
    """The gap bounds how much worse the answer is than that of a far stricter fit, which also is one."""
    kind, y = (GDClassifier, LABELS) if loss == "hinge" else (GDRegressor, Y)
    loose, strict = (kind(loss, alpha=0.05, l1_ratio=l1_ratio, tol=tol, **asked).fit(X, y) for tol in (1e-4, 1e-8))
    least = float(strict.trajectory_.cost[-1]) - strict.certificate_.gap
    assert float(loose.trajectory_.cost[-1]) - loose.certificate_.gap <= least + 1e-6 * least
    assert strict.verdict_.status == "converged"


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5])
def test_softmax_takes_both(l1_ratio):
    """No point near the answer that keeps its signs costs less than the gap says."""
    model = GDClassifier(alpha=0.05, l1_ratio=l1_ratio, penalty_factors=FACTORS, signs={1: "+", 2: "-"}).fit(X, KINDS)
    hot, A = np.eye(3)[KINDS], np.column_stack((X, np.ones(len(X))))

    def cost(w):
        z = A @ w
        size = 0.05 * FACTORS[:, None] * (0.5 * (1 - l1_ratio) * w[:-1] ** 2 + l1_ratio * np.abs(w[:-1]))
        return (np.logaddexp.reduce(z, axis=1) - (hot * z).sum(1)).mean() + size.sum()

    w = np.vstack((model.coef_.T, model.intercept_))
    assert (w[1] >= 0).all()
    assert (w[2] <= 0).all()
    assert model.trajectory_.cost[-1] == near(cost(w), rel=1e-12)
    for _ in range(200):
        other = w + RNG.standard_normal(w.shape) * 10.0 ** RNG.uniform(-6, 0)
        other[1], other[2] = np.maximum(other[1], 0), np.minimum(other[2], 0)
        assert cost(w) - model.certificate_.gap <= cost(other)
    assert model.certificate_.kind == "duality gap"


def test_several_targets_one_by_one():
    both = np.column_stack((Y, -Y + X[:, 0]))
    for l1_ratio in (0.0, 1.0):
        asked = {"alpha": 0.1, "l1_ratio": l1_ratio, "penalty_factors": FACTORS, "signs": SIDES, "tol": TIGHT}
        together = GDRegressor(**asked).fit(X, both)
        alone = [GDRegressor(**asked).fit(X, y).coef_ for y in both.T]
        assert together.coef_ == near(np.array(alone), rel=1e-9, abs=1e-12)
        assert together.certificate_.kind == "duality gap"


@pytest.mark.parametrize("asked", [{"rule": "plain"}, {"rule": "spectral"}, {"rule": "newton"}, {"rule": "whitened"}])
def test_every_rule_that_knows_l1_knows_signs(asked):
    model = GDRegressor(alpha=0.1, penalty_factors=FACTORS, signs="+", max_iter=3000, **asked).fit(X, Y)
    assert model.coef_ == near(fitted("squared_error", alpha=0.1, penalty_factors=FACTORS, signs="+").coef_, abs=1e-4)
    assert (model.trajectory_.coef >= 0).all()


def test_wide_and_sparse_tables_take_both():
    rng = np.random.default_rng(5)
    wide = rng.standard_normal((60, 1600))
    y = wide[:, :4] @ [3.0, -2.0, 1.0, 1.0] + 0.1 * rng.standard_normal(60)
    f = rng.uniform(0.5, 2.0, 1600)
    ours = GDRegressor(alpha=0.2, l1_ratio=1.0, signs="+", penalty_factors=f, tol=1e-10).fit(wide, y)
    theirs = Lasso(alpha=0.2, positive=True, tol=1e-12, max_iter=100_000).fit(wide / f, y)
    assert ours.coef_ == near(theirs.coef_ / f, abs=3e-4)
    assert ours.certificate_.kind == "duality gap"
    thin = sparse.random_array((400, 20), density=0.2, rng=1, format="csr")
    y = thin @ rng.standard_normal(20)
    asked = {"alpha": 0.001, "l1_ratio": 0.5, "signs": "+", "penalty_factors": f[:20], "tol": TIGHT}
    assert GDRegressor(**asked).fit(thin, y).coef_ == near(
        GDRegressor(**asked).fit(thin.toarray(), y).coef_, rel=1e-9, abs=1e-12
    )


# ------------------------------------------------------------------ properties


def tables():
    return st.tuples(st.integers(0, 10**6), st.integers(2, 40), st.integers(1, 8), st.sampled_from([0.0, 1e-3, 0.3]))


@settings(max_examples=40, deadline=None)
@given(tables(), st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.0, 1.0))
def test_the_gap_is_no_less_than_what_is_left_to_gain(table, l1_ratio, early):
    """Against non-negative least squares of the same problem: a squared loss, however few rows, columns copied."""
    seed, n, d, alpha = table
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-2, 2, d)
    A[:, -1] = A[:, 0] if d > 2 else A[:, -1]
    y, f = A @ rng.standard_normal(d) + rng.standard_normal(n), rng.uniform(0.2, 3.0, d)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotConvergedWarning)
        asked = {"signs": "+", "penalty_factors": f, "fit_intercept": False, "alpha": alpha, "l1_ratio": l1_ratio}
        model = GDRegressor(**asked, max_iter=1 + int(20 * early)).fit(A, y)
    l2, l1 = alpha * (1 - l1_ratio) * f, alpha * l1_ratio * f

    def cost(w):
        return 0.5 * ((A @ w - y) ** 2).mean() + 0.5 * l2 @ w**2 + l1 @ w

    # |A w - y|^2 / 2n + l2 w^2 / 2 + l1 w as a sum of squares: complete it by rows
    stack = np.vstack((A / np.sqrt(n), np.diag(np.sqrt(l2 + 1e-300))))
    target = np.append(y / np.sqrt(n), np.zeros(d))
    if l1.any():  # the linear part, as far as it lies in the span of the rows
        shift = np.linalg.lstsq(stack.T, -l1, rcond=None)[0]
        if np.abs(stack.T @ shift + l1).max() > 1e-10 * l1.max():
            return
        target = target + shift
    least = nnls(stack, target, maxiter=1000)[0]
    assert (model.coef_ >= 0).all()
    scale = 0.5 * (y @ y) / n
    assert cost(model.coef_) - model.certificate_.gap <= cost(least) + 1e-13 * scale
    if model.verdict_.status == "converged":
        assert cost(model.coef_) <= cost(least) + 1.01e-10 * scale


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.floats(0.0, 3.0), st.sampled_from(["", "+", "-", "mixed"]))
def test_the_step_in_a_metric_is_the_least_point(seed, m, price, side):
    """Subgradient 0 at the point found, and nothing near it that is less."""
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((m + 2, m))
    B, v = A.T @ A + 1e-3 * np.eye(m), 3 * rng.standard_normal((m, 1))
    signs = {"": (), "+": (1,) * m, "-": (-1,) * m, "mixed": tuple(int(s) for s in rng.integers(-1, 2, m))}[side]
    problem = Problem(penalty=L1(price), signs=signs, factors=tuple(rng.uniform(0, 2, m)))
    prices = Coordinates(problem, m).l1[:, :-1]
    u = in_metric(v, B, prices)
    assert (
        np.abs(smallest_subgradient(u, B @ (u - v), prices)).max()
        <= 1e-10 * (np.abs(B) @ (np.abs(u) + np.abs(v)) + price).max()
    )
    assert all(sign * x >= 0 for sign, x in zip(signs, u.ravel(), strict=False))


def test_prices_of_two_sides():
    prices = np.array([[1.0, 1.0, 9.0], [0.5, 0.5, 0.1]])
    assert penalty_value(np.array([2.0, -3.0, 0.0]), prices).tolist() == [1.0, 3.0, 0.0]
    assert soften(np.array([2.0, -3.0, -8.0]), prices).tolist() == [1.5, -2.0, 0.0]
    assert smallest_subgradient(np.zeros(3), np.array([1.5, -0.4, -0.3]), prices).round(9).tolist() == [0.5, 0.0, -0.2]


# ------------------------------------------------------------------ hostile tables


@pytest.mark.parametrize("loss", ["squared_error", "log_loss"])
def test_columns_that_say_nothing_or_the_same(loss):
    hard = np.column_stack((X[:, :2], X[:, 1], np.zeros(150), np.full(150, 1e3), 1e-3 * X[:, 2], 1e4 * X[:, 3]))
    kind, y = (GDRegressor, Y) if loss == "squared_error" else (GDClassifier, LABELS)
    for alpha, l1_ratio in ((0.0, 0.0), (0.01, 0.0), (0.01, 1.0)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model = kind(alpha=alpha, l1_ratio=l1_ratio, signs="+", penalty_factors={2: 3.0, 6: 0.5}).fit(hard, y)
        assert (model.coef_ >= 0).all()
        assert np.isfinite(model.coef_).all()
        assert model.verdict_.status == "converged"


def test_signs_that_leave_only_the_constant_model():
    model = GDRegressor(signs="-").fit(np.abs(X[:, :2]), np.abs(X[:, 0]) + 3 * np.abs(X[:, 1]))
    assert model.coef_.tolist() == [0.0, 0.0]
    assert model.intercept_ == near(np.mean(np.abs(X[:, 0]) + 3 * np.abs(X[:, 1])), rel=1e-12)


def test_classes_that_a_plane_with_these_signs_separates():
    x = np.linspace(-1, 1, 20)[:, None]
    with pytest.warns(SeparationWarning, match="completely separated"):
        GDClassifier(signs="+").fit(x, x[:, 0] > 0)
    model = GDClassifier(signs="-").fit(x, x[:, 0] > 0)  # no plane with that sign does
    assert model.verdict_.status == "converged"
    assert model.coef_.tolist() == [[0.0]]


# ------------------------------------------------------------------ the path


def test_alpha_path_takes_both():
    path = alpha_path(X, Y, penalty_factors=FACTORS, signs=SIDES, n_alphas=8)
    for alpha, coef in zip(path.alphas, path.coefs.T, strict=True):
        model = GDRegressor(alpha=alpha, l1_ratio=1.0, penalty_factors=FACTORS, signs=SIDES, tol=1e-13).fit(X, Y)
        assert coef == near(model.coef_, rel=1e-6, abs=1e-8)
    assert np.abs(path.coefs[:, 0]).max() == 0.0
    just_below = GDRegressor(alpha=0.999 * path.alphas[0], l1_ratio=1.0, penalty_factors=FACTORS, signs=SIDES).fit(X, Y)
    assert np.abs(just_below.coef_).max() > 0


def test_alpha_path_begins_at_the_model_of_what_is_not_penalised():
    path = alpha_path(X, Y, penalty_factors={2: 0.0}, n_alphas=5)
    line = LinearRegression().fit(X[:, 2:3], Y)
    assert path.coefs[2, 0] == near(line.coef_[0], rel=1e-8)
    assert np.abs(np.delete(path.coefs[:, 0], 2)).max() == 0.0
    with pytest.raises(UsageError, match="no column is correlated"):
        alpha_path(X, Y, penalty_factors=np.zeros(D))


# ------------------------------------------------------------------ names, refusals, exchange


def test_columns_by_name():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcdef"))
    by_name = GDRegressor(alpha=0.1, penalty_factors={"b": 3.0}, signs={"f": "-", 0: "+"}).fit(frame, Y)
    by_place = GDRegressor(alpha=0.1, penalty_factors=[1, 3, 1, 1, 1, 1], signs={5: "-", 0: "+"}).fit(X, Y)
    assert by_name.coef_.tolist() == by_place.coef_.tolist()


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"penalty_factors": [1, 2]}, "6 numbers >= 0"),
        ({"penalty_factors": 3.0}, "6 numbers >= 0"),
        ({"penalty_factors": "abcdef"}, "6 numbers >= 0"),
        ({"penalty_factors": [1, 2, [3], 4, 5, 6]}, "'x2' must be a number"),
        ({"penalty_factors": np.ones((D, 1))}, "'x0' must be a number"),
        ({"penalty_factors": {"z": 1}}, "no column is called 'z'"),
        ({"penalty_factors": {D: 1}}, "no column is called 6"),
        ({"penalty_factors": {-1: 1}}, "no column is called -1"),
        ({"penalty_factors": {True: 1}}, "no column is called True"),
        ({"penalty_factors": {0: -1}}, "number >= 0, not -1"),
        ({"penalty_factors": {0: np.nan}}, "number >= 0, not nan"),
        ({"penalty_factors": {0: np.inf}}, "number >= 0, not inf"),
        ({"penalty_factors": {0: "1"}}, "number >= 0, not '1'"),
        ({"penalty_factors": {0: True}}, "number >= 0, not True"),
        ({"signs": "++"}, "not '\\+\\+'"),
        ({"signs": 1}, "not 1"),
        ({"signs": ["+"] * D}, "signs must be"),
        ({"signs": {0: 1}}, "not 1"),
        ({"signs": {"intercept": "+"}}, "no column is called 'intercept'"),
        ({"signs": "+", "batch_size": 8}, "all rows in every step"),
        ({"signs": "+", "rule": "momentum", "learning_rate": 0.1}, "all rows in every step"),
        ({"signs": "+", "learning_rate": "polyak"}, "does not support a constraint on signs"),
        ({"signs": "+", "start": -np.ones(D + 1)}, "coefficient 1 of the start is < 0"),
        ({"signs": {3: "-"}, "start": np.ones(D + 1)}, "coefficient 4 of the start is > 0"),
    ],
)
def test_refusals(asked, match):
    with pytest.raises(UsageError, match=match) as caught:
        GDRegressor(alpha=0.1, **asked).fit(X, Y)
    assert len(str(caught.value).splitlines()) == 1


def test_a_column_named_twice_is_refused():
    with pytest.raises(UsageError, match="'x1' is named twice"):
        factors_of({"x1": 2.0, 1: 3.0}, ("x0", "x1"))
    with pytest.raises(UsageError, match="2 columns"):
        _ = Coordinates(Problem(factors=(1.0, 2.0, 3.0)), 2).penalty_factors
    with pytest.raises(UsageError, match="factors"):
        Problem(factors=(-1.0,))
    with pytest.raises(UsageError, match="signs"):
        Problem(signs=(2,))


def test_what_a_stream_standard_errors_and_batches_cannot_do():
    with pytest.raises(UsageError, match="a constraint on signs needs all rows"):
        GDRegressor(signs="+").partial_fit(X, Y)
    with pytest.raises(UsageError, match="no standard errors"):
        GDRegressor(signs="+").fit(X, Y).standard_errors(X, Y)
    with pytest.raises(UsageError, match="no standard errors"):
        GDRegressor(alpha=0.1, penalty_factors={0: 0.0}).fit(X, Y).standard_errors(X, Y)
    unpenalised = GDRegressor(penalty_factors=FACTORS).fit(X, Y)
    assert unpenalised.standard_errors(X, Y) == near(GDRegressor().fit(X, Y).standard_errors(X, Y), rel=1e-9)


@pytest.mark.parametrize(
    "theirs", [LinearRegression(), Ridge(2.0), Lasso(0.1), ElasticNet(0.1)], ids=lambda m: type(m).__name__
)
def test_positive_there_and_back(theirs):
    theirs.set_params(positive=True).fit(X, Y)
    ours = GDRegressor.from_sklearn(theirs, rows=len(Y))
    assert ours.signs == "+"
    again = ours.set_params(tol=TIGHT).fit(X, Y).to_sklearn()
    assert again.positive
    assert type(again) in (type(theirs), ElasticNet)
    assert again.predict(X) == near(theirs.predict(X), rel=1e-3, abs=1e-3)


def test_models_without_a_counterpart():
    for asked in ({"alpha": 0.1, "penalty_factors": {0: 2.0}}, {"signs": "-"}, {"signs": {0: "+"}}):
        with pytest.raises(UsageError, match="no counterpart"):
            GDRegressor(**asked).fit(X, Y).to_sklearn()
    with pytest.raises(UsageError, match="no counterpart"):
        GDClassifier(signs="+").fit(X, LABELS).to_sklearn()


def test_what_a_problem_knows_of_itself():
    assert Problem(penalty=L2(1.0), factors=(0.0, 0.0)).unpenalised
    assert not Problem(signs=(1, 0)).unpenalised
    assert Problem("log_loss", signs=(1, 0)).may_recede
    assert Problem("poisson", L2(1.0), factors=(0.0, 2.0), intercept=False).may_recede
    assert not Problem("poisson", L2(1.0), factors=(1.0, 2.0), intercept=False).may_recede
    assert not Problem("huber").may_recede
    assert Problem(penalty=L2(1.0), factors=(0.0, 2.0), fixed=(0,)).penalised_throughout
    assert not Problem(penalty=Elastic(1.0), factors=(0.0, 2.0)).penalised_throughout
    assert not Problem(penalty=NoPenalty(), factors=(1.0, 2.0)).penalised_throughout
    assert signs_of({}, ("a",)) == factors_of([1.0], ("a",)) == ()
    with pytest.raises(UsageError, match="an L1 penalty needs"):
        Method(batch_size=1).refuse_for(Problem(penalty=L1(1.0), signs=(1,)))
