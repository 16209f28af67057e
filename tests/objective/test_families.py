"""Gamma, Tweedie, probit and perceptron: figures of R's glm and statsmodels, scikit-learn, tails to 50 digits."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from conftest import DATA, needs_compiler
from short_fit import fit
from sklearn.linear_model import GammaRegressor, Perceptron, TweedieRegressor

from steepest import GDClassifier, GDRegressor, NotConvergedWarning, Problem, make_rows
from steepest.core.normal import log_normal_cdf, normal_excess, normal_ratio
from steepest.estimators.probabilities import log_probabilities
from steepest.objective import losses
from steepest.objective.penalties import elastic
from steepest.solve.model import Model, predict, probability

near = pytest.approx

# Brownlee (1965), 21 days of a plant that oxidises ammonia: air flow, water temperature, acid; stack loss comes first.
STACK = np.array(
    [
        *([42, 80, 27, 89], [37, 80, 27, 88], [37, 75, 25, 90], [28, 62, 24, 87], [18, 62, 22, 87], [18, 62, 23, 87]),
        *([19, 62, 24, 93], [20, 62, 24, 93], [15, 58, 23, 87], [14, 58, 18, 80], [14, 58, 18, 89], [13, 58, 17, 88]),
        *([11, 58, 18, 82], [12, 58, 19, 93], [8, 50, 18, 89], [7, 50, 18, 86], [8, 50, 19, 72], [8, 50, 19, 79]),
        *([9, 50, 20, 80], [15, 56, 20, 82], [15, 70, 20, 91]),
    ],
    float,
)


def amounts(n=200, d=3, seed=0, zeros=False):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * np.array([1.0, 30.0, 0.1])[:d]
    y = rng.gamma(2.0, 0.5 * np.exp(1 + 0.5 * X[:, 0]), n)
    return X, np.where(rng.uniform(size=n) < 0.4, 0.0, y) if zeros else y


# ------------------------------------------------------------------ figures of others


@pytest.mark.parametrize(
    ("loss", "figures", "deviance"),
    [  # statsmodels 0.14, GLM(y, X, family=Gamma(Log())) and Tweedie(Log(), var_power=1.5), tol=1e-14
        (
            "gamma",
            (0.03505623960889776, 0.06230109697784979, 0.0026650420023988865, -0.9238064769361649),
            0.5415470025803,
        ),
        (
            "tweedie",
            (0.0314787993501957, 0.06794125593851708, 0.002952984845294635, -0.8497724904056763),
            2.18151554360113,
        ),
    ],
)
def test_stack_loss_is_that_of_statsmodels(loss, figures, deviance):
    X, y = STACK[:, 1:], STACK[:, 0]
    model = GDRegressor(loss, tol=0).fit(X, y)
    assert [*model.coef_, model.intercept_] == near(list(figures), rel=1e-8)
    assert 2 * len(y) * model.trajectory_.cost[-1] == near(deviance, rel=1e-10)
    assert (model.verdict_.status, model.certificate_.kind) == ("converged", "decrement")


def test_probit_of_spector_is_that_of_greene_and_statsmodels():
    """Greene, Econometric Analysis, example 21.3; the digits are those of statsmodels 0.14, Probit, tol=1e-14."""
    _, X, y = np.split(np.loadtxt(DATA / "spector.csv", skiprows=1), [1, 4], axis=1)
    model = GDClassifier("probit", tol=0).fit(X, y[:, 0])
    assert [*model.intercept_, *model.coef_[0]] == near(
        [-7.452319648220316, 1.625810039451583, 0.051728945507599954, 1.4263323420071485], rel=1e-8
    )
    assert 32 * model.trajectory_.cost[-1] == near(12.818804068889442, rel=1e-12)
    assert "standard errors of the optimum" in model.verdict_.message


@pytest.mark.parametrize("alpha", [1e-3, 1.0])
@pytest.mark.parametrize("power", [1.1, 1.5, 1.9, 2])
def test_amounts_are_those_of_scikit_learn(power, alpha):
    X, y = amounts(zeros=power != 2)
    X, weight = X / X.std(0), np.random.default_rng(3).uniform(0.5, 2.0, len(y))
    ours = GDRegressor("gamma" if power == 2 else f"tweedie:power={power}", alpha=alpha, tol=0).fit(X, y, weight)
    settings = {"alpha": alpha, "tol": 1e-12, "max_iter": 10_000, "solver": "newton-cholesky"}
    other = GammaRegressor(**settings) if power == 2 else TweedieRegressor(power=power, **settings)
    other.fit(X, y, weight)
    np.testing.assert_allclose(ours.coef_, other.coef_, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.predict(X), other.predict(X), rtol=1e-6)
    assert ours.score(X, y, weight) == near(other.score(X, y, weight), rel=1e-8)
    assert ours.certificate_.kind == "duality gap"


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_steps_on_single_rows_are_rosenblatts_perceptron(fit_intercept):
    """scikit-learn's Perceptron, one row a step in the order of the table, at the rate 1: the same numbers."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((60, 3))
    y = (X @ [1.0, -2.0, 0.5] + 0.3 + 0.5 * rng.standard_normal(60) > 0).astype(int)
    settings = {"fit_intercept": fit_intercept, "max_iter": 7, "tol": None}
    other = Perceptron(shuffle=False, **settings).fit(X, y)
    ours = GDClassifier("perceptron", learning_rate=1.0, batch_size=1, sampling="sequential", **settings).fit(X, y)
    assert ours.coef_ == near(other.coef_, rel=1e-12)
    assert ours.intercept_ == near(other.intercept_, rel=1e-12)


# ------------------------------------------------------------------ what an optimum means


def test_the_optimum_of_the_perceptron_says_nothing_about_the_classes_and_the_fit_says_so():
    X = np.random.default_rng(0).standard_normal((50, 2))
    model = GDClassifier("perceptron").fit(X, X[:, 0] > 0)
    assert model.trajectory_.cost[-1] < 1e-9
    assert any("says nothing about the classes" in note for note in model.verdict_.notes)
    assert not GDClassifier("hinge").fit(X, X[:, 0] > 0).verdict_.notes


def test_a_perceptron_that_separates_has_converged_and_one_that_cannot_has_not():
    X = np.random.default_rng(0).standard_normal((50, 2))
    steps = {"learning_rate": 1.0, "batch_size": 1, "max_iter": 60}
    model = GDClassifier("perceptron", **steps).fit(X, X[:, 0] > 0.1)
    assert (model.verdict_.status, model.score(X, X[:, 0] > 0.1)) == ("converged", 1.0)
    X[:, 0] = np.arange(50) % 2
    with pytest.warns(NotConvergedWarning):
        assert GDClassifier("perceptron", **steps).fit(X, np.arange(50) % 3 == 0).verdict_.status != "converged"


def test_probit_of_separated_classes_has_no_optimum():
    x = np.array([1.0, 2.0, 3.0, 7.0, 8.0, 9.0])[:, None]
    assert fit(make_rows(x, [0.0, 0, 0, 1, 1, 1]), Problem("probit")).verdict.status == "separable"
    assert fit(make_rows(x, [0.0, 0, 1, 0, 1, 1]), Problem("probit")).verdict.status == "converged"
    assert fit(make_rows(x, [0.0, 0, 0, 1, 1, 1]), Problem("probit", elastic(1e-3))).verdict.status == "converged"


def test_a_group_of_zeros_alone_has_no_tweedie_optimum_and_amounts_always_have_a_gamma_one():
    x = np.array([1.0, 1.0, 0.0, 0.0])[:, None]
    run = fit(make_rows(x, [0.0, 0.0, 1.0, 2.0]), Problem("tweedie"))
    assert run.verdict.status == "separable"
    assert "all with a target of 0" in run.verdict.message
    assert fit(make_rows(x, [0.0, 1e-9, 1.0, 2.0]), Problem("tweedie")).verdict.status == "converged"
    run = fit(make_rows(x, [1e-9, 1e-9, 1.0, 2.0]), Problem("gamma"))
    assert run.verdict.status == "converged"
    assert run.coef[0, 0] == near(np.log(1e-9 / 1.5), rel=1e-6)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("loss", ["gamma", "tweedie"])
def test_the_unit_of_amounts_moves_the_intercept_alone(loss, scale):
    X, y = amounts(zeros=loss == "tweedie")
    one, other = GDRegressor(loss, tol=0).fit(X, y), GDRegressor(loss, tol=0).fit(X, scale * y)
    np.testing.assert_allclose(one.coef_, other.coef_, rtol=1e-6)
    assert other.intercept_ - one.intercept_ == near(np.log(scale), rel=1e-8)
    assert other.verdict_.status == "converged"


# ------------------------------------------------------------------ tails


def exact(x):
    """log Phi(x), phi / Phi, and phi / Phi + x to 50 digits."""
    with mp.workdps(60 + int(2 * np.log10(1 + abs(x)))):
        X = mp.mpf(float(x))
        if x > -40:
            share = mp.erfc(-X / mp.sqrt(2)) / 2
            log = mp.log1p(-mp.erfc(X / mp.sqrt(2)) / 2) if x > 0 else mp.log(share)
            return log, mp.npdf(X) / share, mp.npdf(X) / share + X
        below = -X
        for i in range(200, 1, -1):
            below = -X + i / below
        ratio = 1 / below - X
        return -X * X / 2 - mp.log(2 * mp.pi) / 2 - mp.log(ratio), ratio, 1 / below


TAILS = np.concatenate(
    [np.linspace(-45, 37, 165), -np.logspace(1.7, 9, 20), [-4 - 1e-9, -4 + 1e-9, 4 - 1e-9, 4 + 1e-9]]
)
FUNCTIONS = (log_normal_cdf, normal_ratio, normal_excess)


def test_the_normal_distribution_is_right_to_13_digits_in_its_tails():
    found = np.array([f(TAILS) for f in FUNCTIONS])
    for x, mine in zip(TAILS, found.T, strict=True):
        for one, true in zip(mine, exact(x), strict=True):
            assert abs((mp.mpf(float(one)) - true) / true) < 1e-13, x


@needs_compiler
def test_the_compiled_normal_distribution_is_right_to_13_digits_in_its_tails():
    import numba

    from steepest.kernels import normal as normal  # which says how the functions are compiled

    compiled = numba.njit(lambda x: (log_normal_cdf(x), normal_ratio(x), normal_excess(x)))
    for x in TAILS:
        for one, true in zip(compiled(x), exact(x), strict=True):
            assert abs((mp.mpf(float(one)) - true) / true) < 1e-13, x


@pytest.mark.parametrize("margin", [-1e150, -1e8, -800.0, -36.7, -1e-9, 0.0, 1e-9, 36.7, 700.0, 1e150])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_probit_neither_overflows_nor_cancels(margin, y):
    loss, z = losses.Probit(), margin * (2 * y - 1)
    value, slope, second = loss.value(z, y), loss.slope(z, y), loss.second_derivative(z, y)
    assert np.isfinite([value, slope, second]).all()
    if margin < -30:
        assert value == near(margin**2 / 2, rel=1e-2)
        assert -slope * (2 * y - 1) == near(-margin, rel=1e-2)
        assert 0.99 < second <= 1.0
    assert loss.value(z, y) + loss.conjugate(slope, y) == near(slope * z, rel=1e-12, abs=1e-12)


def test_third_derivatives_are_below_their_bounds():
    z = np.linspace(-30, 30, 6001)
    h = z[1] - z[0]
    for loss, y in ((losses.Probit(), 1.0), (losses.Probit(), 0.0), (losses.Gamma(), 2.0), (losses.Tweedie(1.7), 3.0)):
        second = loss.second_derivative(z, np.full_like(z, y))
        seen = second > 1e-280
        change = np.abs(np.diff(np.log(second[seen]))) / h
        bound = loss.third_ratio(z, np.full_like(z, y))[seen]
        assert (change <= np.maximum(bound[1:], bound[:-1]) * (1 + 1e-6)).all()
        assert (bound >= 1).all()


# ------------------------------------------------------------------ predictions


def test_probit_predicts_normal_probabilities():
    x = np.array([1, 3, 4, 5, 6, 7, 8, 10.0])[:, None]
    model = GDClassifier("probit").fit(x, [0, 0, 1, 0, 1, 1, 1, 1])
    z = model.decision_function(x)
    assert model.predict_proba(x)[:, 1] == near(np.exp(log_normal_cdf(z)), rel=1e-14)
    assert model.predict_proba(x).sum(1) == near(np.ones(8), rel=1e-14)
    assert log_probabilities(np.array([-40.0]), "probit")[0, 1] == near(-804.6084420137538, rel=1e-14)
    coef, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    file = Model("logistic", ("y",), ("x",), ((coef,),), (intercept,), (0.0, 1.0), "probit", {}, {}, {})
    assert probability(file, x) == near(model.predict_proba(x)[:, 1], rel=1e-14)


@pytest.mark.parametrize("loss", ["gamma", "tweedie:power=1.5"])
def test_a_model_of_amounts_predicts_means_from_its_file(loss):
    model = Model("linear", ("y",), ("x",), ((1.0,),), (0.5,), None, loss, {}, {}, {})
    assert predict(model, [[0.0], [2.0]]).tolist() == near([np.exp(0.5), np.exp(2.5)])
