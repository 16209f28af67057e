"""The automatic mode through the public estimators: published answers, certified digits, readings of the table."""

from __future__ import annotations

import re

import numpy as np
import pytest
from conftest import DATA

from steepest import GDClassifier, GDRegressor
from steepest.estimators.convergence import SeparationWarning
from steepest.solve.certified_stop import CertifiedStop

near = pytest.approx


# ------------------------------------------------------------------ published answers


def test_spector_to_the_digits_of_stata(known):
    """Stata kept GPA as float32."""
    table = np.loadtxt(DATA / "spector.csv", skiprows=1)
    X = np.column_stack((table[:, 1].astype(np.float32).astype(float), table[:, 2:4]))
    model = GDClassifier(tol=0).fit(X, table[:, 4])
    printed = known["spector"]["expected"]
    assert [*model.coef_[0], model.intercept_[0]] == near(
        [printed[name] for name in ("GPA", "TUCE", "PSI", "const")], rel=1e-10
    )
    assert -32 * model.trajectory_.cost[-1] == near(printed["llf"], rel=1e-12)
    assert model.verdict_.status == "converged"


def test_ucla_admissions_to_the_printed_digits(shared, known):
    table = np.loadtxt(shared("logistic/ucla_binary.csv"), delimiter=",", skiprows=1)
    X = np.column_stack((table[:, 1:3], *(table[:, 3] == rank for rank in (2, 3, 4))))
    model = GDClassifier().fit(X, table[:, 0])
    printed = known["ucla_binary"]["expected"]
    names = ("gre", "gpa", "rank2", "rank3", "rank4")
    assert [round(float(w), 6) for w in model.coef_[0]] == [printed[name] for name in names]
    assert round(float(model.intercept_[0]), 6) == printed["const"]
    assert round(2 * 400 * float(model.trajectory_.cost[-1]), 2) == printed["residual_deviance"]


def test_challenger_to_the_printed_digits():
    table = np.loadtxt(DATA / "challenger_montgomery24.csv", delimiter=",", skiprows=1)
    model = GDClassifier(tol=1e-14).fit(table[:, :1], table[:, 1])
    assert [round(float(model.intercept_[0]), 5), round(float(model.coef_[0, 0]), 5)] == [10.87535, -0.17132]
    assert round(-24 * float(model.trajectory_.cost[-1]), 3) == -11.515


GLMNET = [
    (0, 6.618737, 0.004032037, 0.01433665, 0.01265635, 0.006173346, 0.01067706),
    (0, 1.029661, 0.02180239, 0.07769613, 0.06756466, 0.03156418, 0.05851878),
    (0, 0.1601819, 0.07111087, 0.2544921, 0.2110318, 0.08577924, 0.1984383),
    (0.5, 0.05343991, 0.004990061, 0.2838563, 0.2167881, 0.02370156, 0.2096612),
    (0.5, 0.02313286, 0.0708914, 0.3791042, 0.2938332, 0.07506391, 0.2982251),
    (0.5, 0.009124078, 0.106681, 0.4327268, 0.3362166, 0.1019452, 0.3479955),
    (1, 0.02932512, 0, 0.3085764, 0.2300801, 0.01143652, 0.2291531),
    (1, 0.01269414, 0.07022348, 0.396642, 0.3044255, 0.07151663, 0.31301),
    (1, 0.005494992, 0.1049623, 0.4385186, 0.3391729, 0.09907393, 0.3527401),
]


@pytest.mark.parametrize(("share", "alpha", *"abcde"), GLMNET)
def test_r_glmnet(share, alpha, a, b, c, d, e):
    """R took the first row for a header."""
    table = np.loadtxt(DATA / "enet_binomial.csv", delimiter=",")[1:]
    X = (table[:, 1:] - table[:, 1:].mean(0)) / table[:, 1:].std(0, ddof=1)
    model = GDClassifier(alpha=alpha, l1_ratio=share, fit_intercept=False).fit(X, table[:, 0])
    assert model.coef_[0] == near([a, b, c, d, e], abs=2e-5)
    assert ((model.coef_[0] == 0) == (np.array([a, b, c, d, e]) == 0)).all()
    assert model.verdict_.status == "converged"
    assert model.certificate_.kind == "duality gap"


def test_a9a_without_making_it_dense(shared, known):
    from steepest import read_table

    table = read_table(shared("sparse/a9a"))
    n, y = len(table.y), (table.y > 0).astype(int)
    model = GDClassifier(alpha=1 / n, fit_intercept=False, tol=0).fit(as_scipy(table.X), y)
    printed = known["a9a_l2"]["expected"]
    assert model.trajectory_.cost[-1] == near(printed["obj"] / n, rel=1e-12)
    assert model.verdict_.status == "converged"
    assert model.score(as_scipy(table.X), y) == near(printed["train_acc"], abs=1e-10)


def as_scipy(X):
    from scipy.sparse import csr_array

    return csr_array((X.data, X.indices.astype(np.int64), X.indptr.astype(np.int64)), shape=X.shape)


@pytest.mark.parametrize("kind", ["complete", "quasi"])
def test_classes_without_a_finite_optimum(kind):
    table = np.loadtxt(DATA / f"ucla_{kind}_separation.csv", delimiter=",", skiprows=1)
    with pytest.warns(SeparationWarning, match="There is no finite optimum"):
        model = GDClassifier().fit(table[:, 1:], table[:, 0])
    assert model.verdict_.status == "separable"
    word = {"complete": "the classes are completely separated", "quasi": "the classes are quasi-separated along x0"}
    assert word[kind] in model.verdict_.message
    assert GDClassifier(alpha=0.01).fit(table[:, 1:], table[:, 0]).verdict_.status == "converged"


# ------------------------------------------------------------------ digits


def nist(name):
    """Columns, target and certified coefficients, the intercept first if there is one."""
    lines = (DATA / f"{name}.dat").read_text(encoding="ascii").splitlines()
    places = dict(re.findall(r"(Certified Values|Data) +\(lines +(\d+ to +\d+)\)", "\n".join(lines[:15])))
    spans = {key: [int(n) for n in place.split("to")] for key, place in places.items()}
    first, last = spans["Certified Values"]
    found = (re.match(r" *B\d+ +(\S+) +\S+", line) for line in lines[first - 1 : last])
    first, last = spans["Data"]
    table = np.array([line.split() for line in lines[first - 1 : last]], float)
    return table[:, 1:], table[:, 0], [float(match[1]) for match in found if match]


def digits(found, certified):
    error = np.abs(np.array(found) - certified) / np.abs(certified)
    return -np.log10(np.maximum(error, 1e-16)).min()


@pytest.mark.parametrize(
    ("name", "powers", "wanted"),
    [
        ("Norris", 1, 13),
        ("Pontius", 2, 13),
        ("NoInt1", 1, 13),
        ("Longley", 1, 13),
        ("Wampler1", 5, 13),
        ("Wampler3", 5, 13),
        ("Filip", 10, 7.5),
    ],
)
def test_nist_digits(name, powers, wanted):
    X, y, certified = nist(name)
    columns = [X]
    for _ in range(powers - 1):
        columns.append(columns[-1] * X)
    through = name == "NoInt1"
    model = GDRegressor(tol=0, fit_intercept=not through).fit(np.column_stack(columns), y)
    answer = [*model.coef_] if through else [model.intercept_, *model.coef_]
    assert len(answer) == len(certified)
    assert digits(answer, certified) >= wanted
    assert model.verdict_.status == "converged"


def test_columns_far_from_zero_keep_twelve_digits():
    from fractions import Fraction

    rng = np.random.default_rng(0)
    X = rng.standard_normal((10_000, 5)) + 1e6
    y = X @ np.arange(1.0, 6.0) + rng.standard_normal(10_000)
    model = GDRegressor(tol=0).fit(X, y)
    # exact sums of the same doubles: all are whole multiples of 2^-60
    whole = [[int(Fraction(v) * 2**60) for v in (*row, 1.0, t)] for row, t in zip(X.tolist(), y.tolist(), strict=True)]
    gram = np.array(whole, dtype=object).T @ np.array(whole, dtype=object)
    assert digits([*model.coef_, model.intercept_], solve(gram[:6, :6], gram[:6, 6])) >= 12


def solve(A, b):
    """Gauss elimination in exact fractions."""
    from fractions import Fraction

    rows = [[Fraction(int(v)) for v in (*row, t)] for row, t in zip(A, b, strict=True)]
    for i in range(len(rows)):
        for j in range(len(rows)):
            if j != i:
                factor = rows[j][i] / rows[i][i]
                rows[j] = [v - factor * w for v, w in zip(rows[j], rows[i], strict=True)]
    return [float(row[-1] / row[i]) for i, row in enumerate(rows)]


# ------------------------------------------------------------------ the way there


def sampled_table(n, d, intercept, heavy, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) @ (rng.standard_normal((d, d)) * 0.9 / np.sqrt(d) + np.eye(d))
    if heavy:
        X = np.sinh(X) * 10.0 ** rng.uniform(-3, 3, d)
    z = X @ (rng.standard_normal(d) / np.sqrt(d) / X.std(0)) * 1.5 + intercept
    return X, (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)


@pytest.mark.parametrize(
    ("intercept", "heavy", "most"), [(0.3, False, 15), (-7, False, 15), (0, True, 15), (-5, True, 18)]
)
def test_a_sample_leads_to_the_optimum_in_few_readings(intercept, heavy, most):
    X, y = sampled_table(100_000, 20, intercept, heavy)
    model = GDClassifier(alpha=1e-5).fit(X, y)
    meta = model.trajectory_.meta
    assert (meta["rule"], model.verdict_.status) == ("whitened", "converged")
    assert meta["passes"] <= most
    again = GDClassifier(alpha=1e-5, rule="newton", tol=1e-13).fit(X, y)
    assert model.trajectory_.cost[-1] - again.trajectory_.cost[-1] <= model.certificate_.gap
    assert model.certificate_.gap <= 1e-10 * np.log(2)


def test_a_column_that_the_sample_misses_is_found():
    X, y = sampled_table(100_000, 30, 0.0, False)
    X[:, 5] = 0.0
    X[7:100_000:20_011, 5] = 1.0
    model = GDClassifier(alpha=1e-5).fit(X, y)
    assert (model.trajectory_.meta["rule"], model.verdict_.status) == ("whitened", "converged")


def test_a_wide_sparse_table_needs_no_matrix():
    from scipy.sparse import random_array

    rng = np.random.default_rng(0)
    X = random_array((3000, 2000), density=0.01, rng=rng, format="csr")
    y = (X @ rng.standard_normal(2000) > 0).astype(int)
    smooth = GDClassifier(alpha=1e-3).fit(X, y)
    sparse = GDClassifier(alpha=2e-3, l1_ratio=1.0).fit(X, y)
    assert (smooth.trajectory_.meta["rule"], smooth.verdict_.status) == ("secant:pairs=10", "converged")
    assert (sparse.trajectory_.meta["rule"], sparse.verdict_.status) == ("newton", "converged")
    assert sparse.trajectory_.meta["working_set"] < X.shape[1]
    assert 0 < (sparse.coef_ != 0).sum() < 1000
    z = X @ sparse.coef_[0] + sparse.intercept_[0]
    slope = X.T @ (1 / (1 + np.exp(-z)) - y) / 3000
    zero = sparse.coef_[0] == 0
    assert np.abs(slope[zero]).max() <= 2e-3
    assert np.abs(slope + 2e-3 * np.sign(sparse.coef_[0]))[~zero].max() < 1e-6


def test_a_proof_that_fails_teaches_the_step_it_has_found(monkeypatch):
    """Where squares are penalised little, conjugate gradients know more of the flat directions than ten secants."""
    from scipy.sparse import diags_array, random_array

    rng = np.random.default_rng(0)
    X = random_array((6000, 3000), density=0.01, rng=rng, format="csr") @ diags_array(10.0 ** -(4 * rng.random(3000)))
    y = (X @ rng.standard_normal(3000) + 0.01 * rng.standard_normal(6000) > 0).astype(int)
    taught = GDClassifier(alpha=1e-6).fit(X, y)
    monkeypatch.setattr(CertifiedStop, "_learns", False)
    alone = GDClassifier(alpha=1e-6).fit(X, y)
    assert taught.verdict_.status == alone.verdict_.status == "converged"
    assert taught.trajectory_.meta["passes"] < alone.trajectory_.meta["passes"]
    assert taught.n_iter_ < alone.n_iter_
