"""Summaries against printed figures of R, Stata, NIST and the literature, and against figures of statsmodels."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from conftest import DATA, LABELS8, X8, Y8, linear_table, logistic_table
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import DataError, UsageError
from steepest.core.records import from_name
from steepest.objective import losses
from steepest.solve.summary_text import SORTS

near = pytest.approx
FIGURES = json.loads((DATA / "summaries.json").read_text(encoding="ascii"))  # of tests/support/record_summaries.py
TABLE = {name: np.array(value) for name, value in FIGURES["table"].items()}
OF_EACH = {"coef": "estimate", "error": "standard_error", "statistic": "statistic", "p": "p_value"} | {
    name: name for name in ("low", "high")
}


def column(summary, field):
    return [getattr(each, field) for each in summary.coefficients]


def digits(value, printed):
    """The value in the notation and with the digits of a printed text."""
    mantissa, _, power = printed.partition("e")
    places = len(mantissa.partition(".")[2])
    return f"{value:.{places}e}" if power else f"{value:.{places}f}"


def assert_printed(values, printed):
    assert [digits(value, text) for value, text in zip(values, printed.split(), strict=True)] == printed.split()


# ------------------------------------------------------------------ statsmodels


def asked(case):
    """Ours, fitted and summarised as a case says."""
    loss = case["loss"]
    y = TABLE[{"squared_error": "number", "log_loss": "label", "poisson": "count"}[loss]]
    weight = TABLE["weight"] if case["weighted"] else None
    offset = TABLE["offset"] if case["offset"] else None
    model = (GDClassifier if loss == "log_loss" else GDRegressor)(loss, tol=0).fit(TABLE["X"], y, weight, offset)
    groups = TABLE["groups"] if case["kind"] == "cluster" else None
    return model.summary(TABLE["X"], y, weight, offset, cov_type=case["kind"], groups=groups, level=0.9)


@pytest.mark.parametrize("case", FIGURES["cases"], ids=lambda c: "-".join(str(v) for v in list(c.values())[:4]))
def test_figures_of_statsmodels(case):
    found, figures = asked(case), case["figures"]
    for name, field in OF_EACH.items():
        assert column(found, field) == near(figures[name], rel=1e-8, abs=1e-12), name
    of_the_model = found.fit._asdict() | {"test": found.test.statistic, "test_p": found.test.p_value}
    for name in set(figures) - set(OF_EACH):
        assert of_the_model[name] == near(figures[name], rel=1e-8), name
    assert np.sqrt(np.diag(found.covariance)) == near(figures["error"], rel=1e-8)
    assert found.clusters == (9 if case["kind"] == "cluster" else None)


def test_variance_inflation_of_statsmodels():
    for y, model in ((TABLE["number"], GDRegressor()), (TABLE["label"], GDClassifier())):
        found = model.fit(TABLE["X"], y).summary(TABLE["X"], y)
        assert column(found, "vif")[:-1] == near(FIGURES["vif"], rel=1e-9)
        assert found.coefficients[-1].vif is None


# ------------------------------------------------------------------ printed figures


def longley():
    lines = (DATA / "Longley.dat").read_text(encoding="ascii").splitlines()
    table = np.array([line.split() for line in lines[60:76]], float)
    names = ("deflator", "GNP", "unemployed", "forces", "population", "year")
    return pd.DataFrame(table[:, 1:], columns=names), table[:, 0]


def test_longley():
    """NIST's certified figures; the VIF of R's car and the condition number of Belsley's book; R's AIC of lm."""
    X, y = longley()
    found = GDRegressor(tol=0).fit(X, y).summary(X, y)
    errors = [84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675, 0.226073200069370]
    assert column(found, "standard_error") == near([*errors, 455.478499142212, 890420.383607373], rel=1e-12)
    assert found.fit.r2 == near(0.995479004577296, rel=1e-13)
    assert np.sqrt(found.fit.dispersion) == near(304.854073561965, rel=1e-12)
    assert found.test.statistic == near(330.285339234588, rel=1e-11)
    assert found.test.degrees == (6.0, 9.0)
    assert_printed([found.test.p_value, found.fit.adjusted_r2], "4.984e-10 0.9925")
    assert_printed(column(found, "vif")[:-1], "135.53 1788.51 33.62 3.59 399.15 758.98")
    assert_printed([found.condition], "43275")
    thousand = 2 * len(y) * np.log(1000.0)  # R's table has millions
    assert_printed([found.fit.aic - thousand, found.fit.bic - thousand], "14.187 20.367")
    assert_printed(column(found, "statistic"), "0.177 -1.070 -4.136 -4.822 -0.226 4.016 -3.911")
    assert_printed(column(found, "p_value"), "0.86314 0.31268 0.00254 0.00094 0.82621 0.00304 0.00356")
    assert "largest VIF 1789, of GNP" in str(found)


def test_norris():
    lines = (DATA / "Norris.dat").read_text(encoding="ascii").splitlines()
    y, x = np.array([line.split() for line in lines[60:96]], float).T
    found = GDRegressor(tol=0).fit(x[:, None], y).summary(x[:, None], y)
    assert column(found, "standard_error") == near([0.429796848199937e-03, 0.232818234301152], rel=1e-13)
    assert found.fit.r2 == near(0.999993745883712, rel=1e-14)
    assert found.test.statistic == near(5436385.54079785, rel=1e-9)
    assert found.fit.deviance == near(26.6173985294224, rel=1e-13)
    assert found.coefficients[0].vif == near(1.0)


def test_without_an_intercept_shares_are_of_the_uncentred_squares():
    """NIST's NoInt1: R squared is uncentred, as in R."""
    lines = (DATA / "NoInt1.dat").read_text(encoding="ascii").splitlines()
    y, x = np.array([line.split() for line in lines[60:71]], float).T
    found = GDRegressor(tol=0, fit_intercept=False).fit(x[:, None], y).summary(x[:, None], y)
    assert len(found.coefficients) == 1
    assert found.coefficients[0].standard_error == near(0.165289256198347e-01, rel=1e-13)
    assert found.fit.r2 == near(0.999365492298663, rel=1e-14)
    assert found.fit.adjusted_r2 == near(1 - (1 - 0.999365492298663) * 11 / 10, rel=1e-12)
    assert found.test.statistic == near(15750.25, rel=1e-11)
    assert found.fit.degrees == 10


def test_prostate(shared):
    """Table 3.2 of The Elements of Statistical Learning: errors and Z scores of 67 men."""
    frame = pd.read_csv(shared("regression/prostate.csv"))
    X = frame.iloc[:, 1:9]
    X, train = (X - X.mean()) / X.std(), frame.train == "T"
    found = GDRegressor().fit(X[train], frame.lpsa[train]).summary(X[train], frame.lpsa[train])
    assert_printed(column(found, "standard_error"), "0.13 0.10 0.10 0.10 0.12 0.15 0.15 0.15 0.09")
    assert_printed(column(found, "statistic"), "5.37 2.75 -1.40 2.06 2.47 -1.87 -0.15 1.74 27.60")
    assert_printed([found.fit.deviance], "29.43")
    assert found.fit.rows == 67


def test_admissions(shared):
    """R's summary and confint.default of the UCLA admissions, as UCLA prints them."""
    table = np.loadtxt(shared("logistic/ucla_binary.csv"), delimiter=",", skiprows=1)
    X, y = np.column_stack((table[:, 1:3], *(table[:, 3] == rank for rank in (2, 3, 4)))), table[:, 0]
    found = GDClassifier().fit(X, y).summary(X, y)
    assert_printed(column(found, "standard_error"), "0.001094 0.331819 0.316490 0.345306 0.417832 1.139951")
    assert_printed(column(found, "statistic"), "2.070 2.423 -2.134 -3.881 -3.713 -3.500")
    assert_printed(column(found, "p_value"), "0.038465 0.015388 0.032829 0.000104 0.000205 0.000465")
    assert_printed(column(found, "low"), "0.0001202 0.15368 -1.29575 -2.01699 -2.37040 -6.22424")
    assert_printed([found.fit.deviance, found.fit.null_deviance, found.fit.aic], "458.52 499.98 470.52")
    assert_printed([found.test.statistic, found.test.p_value], "41.46 7.578e-08")
    assert (found.reference.name, found.test.name, found.fit.degrees) == ("z", "likelihood ratio", 394)


def test_spector():
    """Stata's logit of the course in economics."""
    table = np.loadtxt(DATA / "spector.csv", skiprows=1)
    X, y = np.column_stack((table[:, 1].astype(np.float32).astype(float), table[:, 2:4])), table[:, 4]
    found = GDClassifier(tol=0).fit(X, y).summary(X, y)
    assert_printed(column(found, "standard_error"), "1.262941 0.1415542 1.064564 4.93132")
    assert_printed(column(found, "low"), "0.3507938 -0.1822835 0.29218 -22.68657")
    assert_printed(column(found, "high"), "5.301432 0.3725988 4.465195 -3.35613")
    assert_printed([found.fit.pseudo_r2, found.test.statistic, found.test.p_value], "0.3740 15.40 0.0015")


def test_counts_of_dobson():
    """The example of R's help page of glm."""
    counts = np.array([18, 17, 15, 20, 10, 20, 25, 13, 12.0])
    outcome, treatment = np.tile([1, 2, 3], 3), np.repeat([1, 2, 3], 3)
    X = np.column_stack((outcome == 2, outcome == 3, treatment == 2, treatment == 3)).astype(float)
    found = GDRegressor("poisson").fit(X, counts).summary(X, counts)
    assert_printed(column(found, "standard_error"), "0.2022 0.1927 0.2000 0.2000 0.1709")
    assert_printed(column(found, "statistic")[:2], "-2.247 -1.520")
    assert_printed(column(found, "p_value")[:2], "0.0246 0.1285")
    assert_printed([found.fit.null_deviance, found.fit.deviance, found.fit.aic], "10.5814 5.1291 56.76")
    assert (found.fit.degrees, found.fit.dispersion) == (4, 1.0)


# ------------------------------------------------------------------ what statsmodels does not have


@pytest.mark.parametrize(("kind", "power"), [("HC1", 0), ("HC2", 1), ("HC3", 2)])
def test_robust_errors_of_log_loss_are_those_of_the_sandwich_package(kind, power):
    """vcovHC of R: scores divided by a power of 1 - h, h the diagonal of the hat matrix of the weighted columns."""
    X, y, w = TABLE["X"], TABLE["label"], TABLE["weight"]
    model = GDClassifier(tol=0).fit(X, y, w)
    A, q = np.column_stack((X, np.ones(len(y)))), model.predict_proba(X)[:, 1]
    V = w * q * (1 - q)
    inverse = np.linalg.inv(A.T @ (V[:, None] * A))
    scores = (w * (q - y))[:, None] * A / (1 - V * np.einsum("ij,jk,ik->i", A, inverse, A))[:, None] ** (power / 2)
    direct = inverse @ scores.T @ scores @ inverse * (48 / 44 if kind == "HC1" else 1.0)
    assert model.summary(X, y, w, cov_type=kind).covariance == near(direct, rel=1e-7)


def test_a_robust_loss_has_robust_errors_alone():
    """Huber's M-estimator: the sandwich of psi and psi'."""
    X, y = linear_table(3, 60, 2)
    y[:4] += 20.0
    model = GDRegressor("huber:delta=1.0", tol=0).fit(X, y)
    A, r = np.column_stack((X, np.ones(60))), model.predict(X) - y
    inverse = np.linalg.inv(A.T @ (A * (np.abs(r) <= 1.0)[:, None]))
    psi = np.clip(r, -1.0, 1.0)[:, None] * A
    found = model.summary(X, y, cov_type="hc0")
    assert found.covariance == near(inverse @ psi.T @ psi @ inverse, rel=1e-7)
    assert (found.fit.aic, found.fit.deviance, found.test.name) == (None, None, "Wald")
    assert 0 < found.fit.d2 < 1
    with pytest.raises(UsageError, match=r"no likelihood.*cov_type='HC0'"):
        model.summary(X, y)


@pytest.mark.parametrize("loss", ["squared_hinge", "modified_huber"])
def test_a_margin_has_robust_errors_and_no_probability(loss):
    X, y = TABLE["X"], TABLE["label"]
    model, record = GDClassifier(loss, tol=0).fit(X, y), from_name(loss, losses, "loss")
    A, z = np.column_stack((X, np.ones(len(y)))), model.decision_function(X)
    inverse = np.linalg.inv(A.T @ (A * record.second_derivative(z, y)[:, None]))
    scores = record.slope(z, y)[:, None] * A
    found = model.summary(X, y, cov_type="HC0")
    assert found.covariance == near(inverse @ scores.T @ scores @ inverse, rel=1e-6)
    assert found.target == "y = 1"


def test_each_row_its_own_cluster_is_hc0_but_for_the_factor():
    X, y = linear_table(5, 40, 3)
    model = GDRegressor().fit(X, y)
    robust, each = model.summary(X, y, cov_type="HC0"), model.summary(X, y, groups=np.arange(40))
    assert each.covariance == near(robust.covariance * 40 / 36, rel=1e-10)
    assert each.reference.degrees == 39
    alike = model.summary(X, y, groups=[f"g{i}" for i in range(40)])
    assert alike.covariance == near(each.covariance, rel=1e-12)


@given(seed=st.integers(0, 2**31), power=st.integers(-6, 6), kind=st.sampled_from(["nonrobust", "HC3"]))
@settings(max_examples=15, deadline=None)
def test_units_change_no_test(seed, power, kind):
    X, y = linear_table(seed, 30, 2)
    scale, shift = np.array([2.0**power, 1.0]), np.array([0.0, 100.0])
    one, other = (GDRegressor(tol=0).fit(x, y).summary(x, y, cov_type=kind) for x in (X, X * scale + shift))
    for field in ("statistic", "standardized", "vif"):
        assert column(other, field)[:2] == near(column(one, field)[:2], rel=1e-6)
    assert column(other, "low")[0] * scale[0] == near(column(one, "low")[0], rel=1e-6)
    assert other.test.statistic == near(one.test.statistic, rel=1e-7)


def test_weights_have_the_meaning_of_r():
    """Of squares only ratios of weights count; in a likelihood a row of weight 3 is three rows."""
    X, y = linear_table(7, 30, 2)
    weight = np.random.default_rng(0).integers(0, 4, 30).astype(float)
    model = GDRegressor(tol=0).fit(X, y, weight)
    one, other = model.summary(X, y, weight), model.summary(X, y, 7.0 * weight)
    assert one.fit.rows == np.count_nonzero(weight)
    assert one.covariance == near(other.covariance, rel=1e-9)
    assert one.fit.aic == near(other.fit.aic, rel=1e-9)
    X, y = logistic_table(7, 60, 2)
    weight = np.random.default_rng(1).integers(0, 4, 60)
    model = GDClassifier(tol=0).fit(X, y, weight)
    one, times = model.summary(X, y, weight), np.repeat(np.arange(60), weight)
    other = model.summary(X[times], y[times])
    assert one.covariance == near(other.covariance, rel=1e-9)
    assert one.fit.log_likelihood == near(other.fit.log_likelihood, rel=1e-9)
    assert (one.fit.rows, other.fit.rows) == (np.count_nonzero(weight), weight.sum())
    groups = np.arange(60) % 10
    alone = weight > 0
    by_cluster = model.summary(X, y, weight, groups=groups)
    assert by_cluster.covariance == near(
        model.summary(X[alone], y[alone], weight[alone], groups=groups[alone]).covariance, rel=1e-10
    )


def test_sparse_tables_and_fixed_coefficients():
    X, y = linear_table(9, 50, 3)
    X[np.abs(X) < 0.3] = 0.0
    for kind in ("nonrobust", "HC2"):
        dense = GDRegressor(tol=0).fit(X, y).summary(X, y, cov_type=kind)
        thin = GDRegressor(tol=0).fit(sp.csr_array(X), y).summary(sp.csr_array(X), y, cov_type=kind)
        assert thin.covariance == near(dense.covariance, rel=1e-8)
        assert thin.condition == near(dense.condition, rel=1e-8)
    model = GDRegressor(tol=0, fixed=(1,), start=[0, 0.5, 0, 0]).fit(X, y)
    found, rest = model.summary(X, y), np.delete(X, 1, axis=1)
    without = GDRegressor(tol=0).fit(rest, y - 0.5 * X[:, 1]).summary(rest, y - 0.5 * X[:, 1])
    assert found.coefficients[1][:5] == ("x1", 0.5, None, None, None)
    assert found.coefficients[1].vif is None
    assert column(found, "vif")[0] == near(column(without, "vif")[0])
    assert found.fit.deviance == near(without.fit.deviance)
    assert found.fit.null_deviance == near(without.fit.null_deviance)
    assert found.test.statistic == near(without.test.statistic)
    assert " -" in str(found)


def test_wide_tables_have_no_inflation_factors(monkeypatch):
    monkeypatch.setattr("steepest.optimality.collinearity.MATRIX_COLUMNS", 2)
    X, y = linear_table(2, 20, 3)
    found = GDRegressor().fit(X, y).summary(X, y)
    assert found.condition is None
    assert column(found, "vif") == [None] * 4
    assert "Note: VIF and condition number are left out" in str(found)
    assert "condition number " not in str(found).replace("VIF and condition number", "")


def test_an_exact_fit_says_that_its_errors_say_nothing():
    X, _ = linear_table(2, 20, 2)
    y = X @ [1.0, 2.0] + 3.0
    found = GDRegressor(tol=0).fit(X, y).summary(X, y)
    assert found.test is None
    same = GDRegressor().fit(X, np.ones(20)).summary(X, np.ones(20))
    assert column(same, "p_value") == [None] * 3
    assert (same.fit.r2, same.fit.log_likelihood) == (None, None)
    assert "exact up to rounding" in str(found)
    assert not re.search(r"\b(nan|inf)\b", str(found))


# ------------------------------------------------------------------ refusals


def refused(model, X, y, said, kind=UsageError, **more):
    with pytest.raises(kind, match=said):
        model.summary(X, y, **more)


def test_what_has_no_summary():
    X, y = linear_table(1, 30, 2)
    model = GDRegressor().fit(X, y)
    refused(model, None, None, r"keeps no table: .* summary\(X, y\)")
    refused(model, X[:20], y[:20], "not the optimum on these rows")
    refused(model, X, y, "cov_type must be one of", cov_type="HC9")
    refused(model, X, y, "needs groups", cov_type="cluster")
    refused(model, X, y, "leave one of them out", cov_type="HC1", groups=np.arange(30))
    refused(model, X, y, "one label for each of 30 rows", groups=[1, 2], kind=DataError)
    refused(model, X, y, "need two or more", groups=np.zeros(30))
    refused(model, X, y, "level must be", level=95)
    refused(GDRegressor(alpha=0.1).fit(X, y), X, y, "fit with alpha=0")
    refused(GDRegressor("quantile").fit(X, y), X, y, "fit a smooth loss")
    refused(GDRegressor().fit(X, np.column_stack((y, y))), X, np.column_stack((y, y)), "one target, not for 2")
    refused(GDClassifier().fit(X, np.arange(30) % 3), X, np.arange(30) % 3, "two classes, not for 3")
    twin = np.column_stack((X, X[:, 0]))
    refused(GDRegressor().fit(twin, y), twin, y, "columns depend on each other.*leave one out")
    alone = np.column_stack((X, np.arange(30) == 4))
    refused(GDRegressor().fit(alone, y), alone, y, "take cov_type='HC1'", cov_type="HC3")
    with pytest.raises(NotFittedError):
        GDRegressor().summary(X, y)


@pytest.mark.filterwarnings("ignore")
def test_what_is_not_finished_has_no_summary():
    refused(GDClassifier().fit(X8, LABELS8), X8, LABELS8, "separable: there is no finite optimum")
    refused(GDRegressor(learning_rate=1e-4, max_iter=9, tol=None).fit(X8, Y8), X8, Y8, "no summary of a fit that is")


# ------------------------------------------------------------------ how it is shown


def wide(names=()):
    X, y = linear_table(4, 60, 15)
    X = pd.DataFrame(X, columns=[*names, *(f"column {j}" for j in range(15 - len(names)))])
    return GDRegressor().fit(X, y).summary(X, y)


@pytest.mark.parametrize("sort", [None, *SORTS])
def test_order_and_number_of_coefficients(sort):
    found = wide()
    names = [line.split("  ")[0] for line in found.text(sort=sort).splitlines()[3:19]]
    by = {
        None: column(found, "name")[:-1],
        "name": sorted(column(found, "name")[:-1]),
        "size": [c.name for c in sorted(found.coefficients[:-1], key=lambda c: -abs(c.standardized))],
        "p": [c.name for c in sorted(found.coefficients[:-1], key=lambda c: c.p_value)],
    }
    assert names == [*by[sort], "intercept"]
    few = found.text(sort=sort, most=12).splitlines()[3:]
    assert few[11].strip() == "... 4 more"
    assert [line.split("  ")[0] for line in few[:11]] == by[sort][:11]
    assert few[12].startswith("intercept")


def test_a_series_has_its_name():
    frame = pd.DataFrame({"x": X8[:, 0], "stop": Y8, "late": LABELS8})
    found = GDRegressor().fit(frame[["x"]], frame.stop).summary(frame[["x"]], frame.stop)
    assert str(found).startswith("stop by 1 column")
    y = frame.late.where(frame.x != 8, 0).map({0: "no", 1: "yes"})
    said = GDClassifier().fit(frame[["x"]], y).summary(frame[["x"]], y)
    assert said.target == "P(late = yes)"


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_constant_model_of_a_loss_without_a_formula(scale):
    """By the share of Huber's loss that is explained: against a fine grid of constants."""
    X, y = linear_table(3, 50, 2)
    model = GDRegressor(f"huber:delta={scale}", tol=0).fit(X, scale * y)
    found = model.summary(X, scale * y, cov_type="HC0").fit.d2
    grid = np.linspace(scale * y.min(), scale * y.max(), 20_001)[:, None]
    loss = from_name(f"huber:delta={scale}", losses, "loss")
    least = loss.value(grid, scale * y).sum(1).min()
    assert found == near(1 - loss.value(model.predict(X), scale * y).sum() / least, abs=1e-6)


def test_an_unknown_order_is_refused():
    with pytest.raises(UsageError, match="sort must be size, name, p or None"):
        wide().text(sort="big")


def test_text_is_no_wider_than_a_hundred():
    found = str(wide(names=["a very long name of a column of a table", "two\nlines\x1b[2J"]))
    assert max(map(len, found.splitlines())) <= 100
    assert "\x1b" not in found
    assert len(found.splitlines()) == 26


def test_html_escapes_every_text():
    found = wide(names=["<script>alert(1)</script>", '"&', "x\x1b"])
    text = found._repr_html_()
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert text.count("<tr>") == 14


def test_dictionary_and_frame_hold_the_full_numbers():
    found = wide()
    frame, plain = found.to_frame(), found.as_dict()
    assert frame.loc["column 3", "p_value"] == found.coefficients[3].p_value
    assert frame.shape == (16, 8)
    assert np.isnan(frame.loc["intercept", "vif"])
    assert json.loads(json.dumps(plain)) == plain
    assert plain["coefficients"][3]["estimate"] == found.coefficients[3].estimate
    assert plain["distribution"] == "t"


def test_a_summary_is_of_the_model_within_a_pipeline_too():
    X, y = linear_table(6, 40, 2)
    pipe = make_pipeline(StandardScaler(), GDRegressor()).fit(X, y)
    found = pipe[-1].summary(pipe[:-1].transform(X), y)
    raw = GDRegressor().fit(X, y).summary(X, y)
    assert column(found, "statistic")[:2] == near(column(raw, "statistic")[:2], rel=1e-8)
