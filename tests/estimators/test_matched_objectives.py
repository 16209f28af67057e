"""The same objective solved by others: scikit-learn, statsmodels, and rows repeated in place of weights."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import DATA, linear_table, logistic_table
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import (
    ElasticNet,
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
)
from sklearn.utils.class_weight import compute_sample_weight

from steepest import GDClassifier, GDRegressor

near = pytest.approx
EXACT = {"tol": 0, "max_iter": 10_000}


def classes(seed, n=120, d=3, k=3):
    """Overlapping classes in columns of one scale."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    return X, (X @ rng.standard_normal((d, k)) + 1.5 * rng.gumbel(size=(n, k))).argmax(1)


def masses(seed, n):
    return np.random.default_rng(seed).uniform(0.2, 3.0, n)


def same_line(ours, theirs, atol=1e-6):
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6, atol=atol)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-6, atol=2 * atol)


def same_classes(X, ours, theirs):
    """Of several classes a common shift of the intercepts changes nothing: theirs is left where it started."""
    shift = theirs.intercept_.mean() if len(theirs.classes_) > 2 else 0.0
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_ - shift, rtol=1e-6, atol=2e-6)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)


# ------------------------------------------------------------------ lines


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.1])
@pytest.mark.parametrize("alpha", [0.003, 0.3])
def test_elastic_net(alpha, l1_ratio, weighted):
    X, y = linear_table(3, 80, 6, spread=0.3)
    weight = masses(1, 80) if weighted else None
    ours = GDRegressor(alpha=alpha, l1_ratio=l1_ratio, **EXACT).fit(X, y, sample_weight=weight)
    theirs = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, tol=1e-15, max_iter=10**6).fit(X, y, sample_weight=weight)
    same_line(ours, theirs)
    assert ((ours.coef_ == 0) == (theirs.coef_ == 0)).all()


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("alpha", [0.0, 2.0])
@pytest.mark.parametrize("kind", [np.asarray, csr_array])
def test_weighted_least_squares(kind, alpha, intercept):
    X, y = linear_table(4, 70, 4)
    X[::3, 1], weight = 0.0, masses(2, 70)
    ours = GDRegressor(alpha=alpha / weight.sum(), fit_intercept=intercept, **EXACT).fit(kind(X), y, weight)
    line = {"fit_intercept": intercept}
    theirs = (Ridge(alpha, solver="svd", **line) if alpha else LinearRegression(**line)).fit(X, y, weight)
    same_line(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("alpha", [0.0, 0.01, 1.0])
def test_poisson(alpha):
    rng = np.random.default_rng(5)
    X, weight = rng.standard_normal((100, 3)), masses(3, 100)
    y = rng.poisson(np.exp(0.4 * X[:, 0] - 0.3 * X[:, 1] + 0.5))
    ours = GDRegressor("poisson", alpha=alpha, **EXACT).fit(X, y, weight)
    theirs = PoissonRegressor(alpha=alpha, solver="newton-cholesky", tol=1e-14, max_iter=1000).fit(X, y, weight)
    same_line(ours, theirs)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize("weighted", [False, True])
def test_huber_at_the_scale_that_theirs_finds(alpha, weighted):
    """At a scale s their objective is 2/s sum m_i huber(r_i; 1.35 s) + alpha |w|^2."""
    X, y = linear_table(6, 90, 3, spread=0.1)
    y[::9] += 15
    weight = masses(4, 90) if weighted else np.ones(90)
    theirs = HuberRegressor(alpha=alpha, tol=1e-10, max_iter=10_000).fit(X, y, weight)
    delta, strength = 1.35 * theirs.scale_, alpha * theirs.scale_ / weight.sum()
    ours = GDRegressor(f"huber:delta={float(delta)!r}", alpha=strength, **EXACT).fit(X, y, weight)
    assert 0 < theirs.outliers_.sum() < 45
    same_line(ours, theirs, atol=3e-6)


@pytest.mark.parametrize("q", [0.2, 0.5])
@pytest.mark.parametrize("alpha", [0.0, 0.01])
def test_weighted_quantiles(q, alpha):
    """Theirs takes the penalty beside the sum of the weighted losses: alpha n / sum of weights beside the mean."""
    X, y = linear_table(7, 60, 2, spread=0.1)
    weight = masses(5, 60)
    theirs = QuantileRegressor(quantile=q, alpha=alpha, solver="highs").fit(X, y, sample_weight=weight)
    ours = GDRegressor(f"quantile:q={q}", alpha=alpha, l1_ratio=1.0).fit(X, y, sample_weight=weight)
    same_line(ours, theirs)


# ------------------------------------------------------------------ classes


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 1.0, 1: 3.0}])
def test_ridge_of_classes(k, C, class_weight):
    """Balanced weights go by the weights of the rows, not by their number, so that their sum stays as it is."""
    X, y = classes(1, k=k)
    weight = masses(6, 120)
    total = compute_sample_weight(class_weight, y) @ weight if isinstance(class_weight, dict) else weight.sum()
    settings = {"class_weight": class_weight, "solver": "newton-cg", "tol": 1e-12, "max_iter": 10_000}
    ours = GDClassifier(alpha=1 / (C * total), class_weight=class_weight, **EXACT).fit(csr_array(X), y, weight)
    same_classes(X, ours, LogisticRegression(C=C, **settings).fit(X, y, sample_weight=weight))


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.4])
@pytest.mark.parametrize("C", [0.5, 2.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.filterwarnings("ignore::steepest.NotConvergedWarning")  # a lasso of softmax is proven to 1e-9 only
def test_elastic_net_of_classes(k, l1_ratio, C, weighted):
    """Weights above 1, and penalties that leave no coefficient, are left out: there their saga ends off the optimum."""
    X, y = classes(2, n=60, d=4, k=k)
    weight = masses(7, 60) / 3 if weighted else np.ones(60)
    ours = GDClassifier(alpha=1 / (C * weight.sum()), l1_ratio=l1_ratio, **EXACT).fit(X, y, weight)
    found = {"C": C, "l1_ratio": l1_ratio, "solver": "saga", "tol": 1e-10, "max_iter": 30_000, "random_state": 0}
    theirs = LogisticRegression(**found).fit(X, y, weight)
    same_classes(X, ours, theirs)
    assert ((ours.coef_ == 0) == (np.abs(theirs.coef_) < 1e-9)).all()


@pytest.mark.parametrize("multi_class", ["softmax", "ovr"])
def test_class_weights_are_weights_of_rows(multi_class):
    X, y = classes(3)
    masses_of = {0: 2.0, 1: 1.0, 2: 0.25}
    by_class = GDClassifier(alpha=0.01, class_weight=masses_of, multi_class=multi_class, **EXACT).fit(X, y)
    by_row = GDClassifier(alpha=0.01, multi_class=multi_class, **EXACT).fit(X, y, compute_sample_weight(masses_of, y))
    np.testing.assert_allclose(by_class.coef_, by_row.coef_, rtol=1e-9, atol=1e-12)


# ------------------------------------------------------------------ statsmodels 0.15.0


def test_weighted_line_and_its_error_bars():
    """sm.WLS(y, add_constant(X, prepend=False), weights=w).fit()"""
    table = np.loadtxt(DATA / "Advertising.csv", delimiter=",", skiprows=1, quotechar='"')
    X, y, weight = table[:, 1:4], table[:, 4], 1 / (1 + np.arange(200) % 4)
    model = GDRegressor(tol=0).fit(X, y, sample_weight=weight)
    line = [0.04558462730836266, 0.18662139240506898, -0.002208318379379553, 3.0912601511070728]
    bars = [0.001307507203712191, 0.008231983382958103, 0.00524775935953641, 0.28934783237193507]
    assert [*model.coef_, model.intercept_] == near(line, rel=1e-11)
    assert model.standard_errors(X, y, sample_weight=weight) == near(bars, rel=1e-11)
    assert model.score(X, y, sample_weight=weight) == near(0.9091583545596486, rel=1e-12)


def election():
    return np.genfromtxt(DATA / "anes96.csv", skip_header=1)


def test_weighted_counts():
    """sm.GLM(news, add_constant(X, prepend=False), sm.families.Poisson(), freq_weights=count).fit(tol=1e-14)"""
    table = election()
    X, y, count = table[:, 6:9], table[:, 1], 1 + np.arange(944) % 3
    model = GDRegressor("poisson", tol=0).fit(X, y, sample_weight=count)
    line = [0.016393276898484497, 0.017207390156315346, -0.004460528276592539, 0.5014338167106305]
    assert [*model.coef_, model.intercept_] == near(line, rel=1e-7)
    assert 2 * count.sum() * model.trajectory_.cost[-1] == near(4106.265211433179, rel=1e-12)


def test_weighted_classes_and_their_error_bars():
    """sm.GLM(vote, add_constant(X, prepend=False), sm.families.Binomial(), var_weights=w).fit(tol=1e-14)"""
    table = election()
    X, y, weight = table[:, [2, 6, 7, 8]], table[:, 9], 1 / (1 + np.arange(944) % 4)
    model = GDClassifier(tol=0).fit(X, y, sample_weight=weight)
    line = [1.1748287616748214, 0.005480227522675643, 0.17339997883723035, 0.0750868000083944, -7.85396562043567]
    bars = [0.10666362852836381, 0.007012252328428891, 0.07808033201858786, 0.02188835062805624, 0.831434713317982]
    assert [*model.coef_[0], *model.intercept_] == near(line, rel=1e-9)
    assert model.standard_errors(X, y, sample_weight=weight) == near(bars, rel=1e-9)
    assert 2 * weight.sum() * model.trajectory_.cost[-1] == near(458.92955299529325, rel=1e-12)


# ------------------------------------------------------------------ weight k is the row k times

LINES = ["squared_error", "huber:delta=0.7", "poisson", "quantile:q=0.3", "epsilon_insensitive:epsilon=0.2"]
MARGINS = ["log_loss", "squared_hinge", "modified_huber", "hinge"]


@pytest.mark.filterwarnings("ignore::steepest.core.errors.NotConvergedWarning")  # kinks: some end at a gap of 1e-9
@given(
    seed=st.integers(0, 2**31),
    loss=st.sampled_from([*LINES, *MARGINS, "softmax"]),
    l1_ratio=st.sampled_from([0.0, 0.6]),
    sparse=st.booleans(),
)
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_a_weight_is_the_row_so_many_times(seed, loss, l1_ratio, sparse):
    """For every loss; of those with kinks the least cost is compared, since their answer may be a whole set."""
    count = np.random.default_rng(seed).integers(0, 4, 50)
    X, y = (linear_table if loss in LINES else logistic_table)(seed, 50, 2, spread=0.2)
    y = np.abs(y) if loss == "poisson" else y
    if loss == "softmax":
        X, y = classes(seed, 50, 2)
    count[:9] = 1 + np.arange(9) % 3  # no class goes
    cls, given_loss = (GDRegressor, loss) if loss in LINES else (GDClassifier, loss.replace("softmax", "log_loss"))
    nonsmooth = loss in ("hinge", *LINES[-2:])
    model = cls(given_loss, alpha=0.05, l1_ratio=l1_ratio, tol=1e-10 if nonsmooth else 0, max_iter=10_000)
    kind = csr_array if sparse else np.asarray
    repeated = model.fit(kind(np.repeat(X, count, 0)), np.repeat(y, count))
    answer, cost = np.array(repeated.coef_), repeated.trajectory_.cost[-1]
    weighted = model.fit(kind(X), y, sample_weight=count)
    assert weighted.trajectory_.cost[-1] == near(cost, rel=1e-8)
    if not nonsmooth:
        np.testing.assert_allclose(weighted.coef_, answer, rtol=1e-6, atol=1e-6)
