"""Gram matrices, moments, sums of columns and second derivatives against sums one would write first, on every path."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from conftest import needs_compiler
from test_full_pass import LAYOUTS, close, sparse

from steepest import make_rows
from steepest.core.errors import DataError
from steepest.core.units import Units
from steepest.data import column_sums as sums
from steepest.data import gram, moments
from steepest.data.csr import CSR
from steepest.data.gram import gram_leaves, gram_matrix
from steepest.data.rows import Rows
from steepest.data.tree import Summation
from steepest.objective.losses import LogLoss, SquaredError
from steepest.objective.objective import Objective
from steepest.objective.problem import Problem
from steepest.optimality.curvature import hessian

EXACT = 1e-12
every_layout = pytest.mark.parametrize("layout", [make for make, _ in LAYOUTS.values()], ids=LAYOUTS)
with_and_without = pytest.mark.parametrize("extras", [False, True], ids=["plain", "weight, offset"])
on_both_paths = pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_compiler)])


@pytest.fixture
def path(compiled, monkeypatch):
    """Everything through the compiled layer, however small the table, or nothing."""
    monkeypatch.setattr(Rows, "worth_compiling", compiled)


def table(n=203, d=13, k=2, share=0.7, seed=0):
    """Odd sizes: a remainder after every tile of rows and every panel of columns."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)) * (rng.random((n, d)) < share), rng.standard_normal((n, k))


def rows_of(X, y, extras, threads=2):
    rng, n = np.random.default_rng(1), len(y)
    known = {"weight": rng.integers(0, 3, n), "offset": rng.standard_normal(n)} if extras else {}
    return make_rows(X, y, n_jobs=threads, **known)


def mass_of(rows):
    return np.ones(rows.shape[0]) if rows.weight is None else rows.weight


def wide(rows, first):
    """[x, y - offset] - first, 1 for every row."""
    y = rows.y if rows.offset is None else rows.y - rows.offset[:, None]
    return np.column_stack((np.hstack((naive.dense(rows.X), y)) - first, np.ones(len(y))))


def with_wide_indices(X):
    return CSR(X.data, X.indices.astype(np.int64), X.indptr.astype(np.int64), X.columns)


def with_narrow_indices(X):
    return CSR(X.data, X.indices.astype(np.int32), X.indptr.astype(np.int32), X.columns)


# ------------------------------------------------------------------ Gram matrix


@every_layout
@with_and_without
@on_both_paths
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("shifted", [False, True])
def test_gram_matrix_is_the_plain_product(layout, extras, shifted, tmp_path):
    X, y = table()
    rows = rows_of(layout(X, tmp_path), y, extras)
    first = np.random.default_rng(2).standard_normal(15) * np.where(np.arange(15) < 13, shifted, 1.0)
    A = wide(rows, first)
    found = gram_matrix(rows, first, rows.weight)
    assert close(found, (A * mass_of(rows)[:, None]).T @ A, EXACT)
    assert (found == found.T).all()


@pytest.mark.parametrize("d", [1, 5, 6, 7, 8, 14, 15, 16, 100])
@pytest.mark.parametrize("n", [1, 7, 64, 65, 20_011])
@pytest.mark.parametrize("order", ["C", "F"])
@needs_compiler
def test_compiled_gram_matrix_of_every_size(n, d, order):
    X, y = table(n, d, 1)
    rows = make_rows(np.array(X, order=order), y)
    first = np.append(X[0], y[0])
    A = wide(rows, first)
    assert close(gram_leaves(rows, first, None, Summation(1 << 15, compiled=True, large=False))[0], A.T @ A, EXACT)


@pytest.mark.parametrize("indices", [with_wide_indices, with_narrow_indices])
@pytest.mark.parametrize("share", [0.02, 0.7], ids=["by pairs", "by panels"])
@on_both_paths
@pytest.mark.usefixtures("path")
def test_gram_matrix_of_sparse_rows_with_any_indices_doubled_and_unsorted(indices, share):
    X, y = table(d=90, share=share)
    X = sparse(X)
    twice = np.repeat(X.data, 2) * np.tile([0.25, 0.75], len(X.data)), np.repeat(X.indices, 2)[::-1]
    odd = CSR(twice[0], twice[1].copy(), 2 * X.indptr[-1] - 2 * X.indptr[::-1], 90)
    rows = rows_of(indices(odd), y, extras=True)
    first = np.where(np.arange(92) < 90, 0.0, 0.5)
    assert gram._worth_pairs(rows, first) == (share < 0.1)
    A = wide(rows, first)
    assert close(gram_matrix(rows, first, rows.weight), (A * rows.weight[:, None]).T @ A, EXACT)


@pytest.mark.parametrize("order", ["C", "F", "CSR", "few a row"])
@on_both_paths
@pytest.mark.usefixtures("path")
def test_same_bits_with_any_number_of_threads(order):
    X, y = table(3 * 8192 + 17, 40, 1, share=0.05 if order == "few a row" else 0.7)
    layout = LAYOUTS["CSR" if order == "few a row" else order][0]
    said = []
    for threads in (1, 2, 3):
        rows, w = rows_of(layout(X, None), y, extras=True, threads=threads), np.full((41, 1), 0.1)
        found = (
            *moments.central_moments(rows),
            *sums.mean_and_variance(rows),
            sums.second_derivatives(rows, LogLoss(), w),
        )
        said.append(b"".join(part.tobytes() for part in found))
    assert said[0] == said[1] == said[2]


@on_both_paths
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
@pytest.mark.parametrize("order", ["C", "F", "CSR"])
def test_numbers_that_have_no_square_are_refused(bad, order):
    X, y = table()
    X[17, 3] = bad
    rows = make_rows(LAYOUTS[order][0](X, None), y)
    with pytest.raises(DataError, match="not finite"):
        moments.central_moments(rows)
    with pytest.raises(DataError, match="not finite"):
        sums.mean_and_variance(rows)


@on_both_paths
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("order", ["C", "F", "CSR", "C float32"])
def test_columns_far_from_0_lose_no_digits(order):
    X, y = table(share=1.0, k=1)
    X = np.rint(X * 64.0) / 64.0 + 4096.0  # exact in float32
    rows = make_rows(LAYOUTS[order][0](X, None), y)
    expected = np.cov(X.T, bias=True)
    assert close(moments.central_moments(rows)[1], expected, 1e-13)
    if order != "CSR":  # sums of sparse columns are taken about 0
        assert close(sums.mean_and_variance(rows)[1], np.diag(expected), 1e-13)


# ------------------------------------------------------------------ columns and second derivatives


@every_layout
@with_and_without
@on_both_paths
@pytest.mark.usefixtures("path")
def test_mean_and_variance_are_those_of_the_plain_sums(layout, extras, tmp_path):
    X, y = table()
    rows = rows_of(layout(X, tmp_path), y, extras)
    A, mass = naive.dense(rows.X), mass_of(rows)
    mean, variance = sums.mean_and_variance(rows)
    expected = mass @ A / mass.sum()
    assert close(mean, expected, EXACT)
    assert close(variance, mass @ (A - expected) ** 2 / mass.sum(), EXACT)


@every_layout
@on_both_paths
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("scaled", [False, True])
def test_hessian_of_log_loss_is_the_plain_sum(layout, scaled, tmp_path):
    X, y = table(k=1)
    rows = rows_of(layout(X, tmp_path), (y > 0).astype(float), extras=True)
    single = rows.X.dtype == np.float32
    if scaled:
        rng = np.random.default_rng(3)
        rows = rows._replace(units=Units(None if isinstance(rows.X, CSR) else rng.standard_normal(13), rng.random(13)))
    w = np.random.default_rng(4).standard_normal((14, 1)) * 0.5
    A = np.array([naive.seen(x, rows.units) for x in naive.dense(rows.X)])
    bend = LogLoss().second_derivative((A @ w)[:, 0] + rows.offset, rows.y[:, 0]) * rows.weight
    expected = (A * bend[:, None]).T @ A / rows.total
    assert close(hessian(Objective(Problem("log_loss"), rows), w), expected, 1e-5 if single else EXACT)


@on_both_paths
@pytest.mark.usefixtures("path")
def test_moments_answer_like_the_rows():
    X, y = table(k=2)
    rows = rows_of(X, y, extras=True)
    found, w = moments.make_moments(rows), np.random.default_rng(5).standard_normal((14, 2))
    for units in (Units(), Units(X.mean(0), 1.0 / X.std(0))):
        cost, g = rows._replace(units=units).value_and_gradient(SquaredError(), w)
        mine, slope = found.in_units(units).value_and_gradient(SquaredError(), w)
        assert mine == pytest.approx(cost, rel=1e-12)
        assert close(slope, g, EXACT)


# ------------------------------------------------------------------ directions that change nothing


@pytest.mark.parametrize("noise", [0.0, 1e-10, 1e-5, 1e-3, 1.0])
def test_coefficients_are_right_however_near_two_columns_come(noise):
    rng = np.random.default_rng(6)
    X = rng.standard_normal((400, 5))
    X[:, 4] = X[:, 0] + noise * X[:, 4]
    y = X @ np.arange(1.0, 6.0) + rng.standard_normal(400)
    found = moments.make_moments(make_rows(X, y))
    r = y - X @ found.minimiser[:-1, 0] - found.minimiser[-1, 0]
    assert found.null.shape[1] == (noise < 1e-6)  # correlations hold the square of the noise
    assert np.abs(X.T @ r).max() / 400 < 1e-9
    if noise == 0.0:
        np.testing.assert_allclose(found.minimiser[:-1, 0], np.linalg.lstsq(X - X.mean(0), y - y.mean())[0], rtol=1e-9)


def test_constant_columns_are_directions_that_change_nothing():
    X, y = table(share=1.0, k=1)
    X[:, 3] = 7.0
    found = moments.make_moments(make_rows(X, y))
    assert close(np.abs(found.null[:, 0]), np.eye(13)[3], 1e-13)
    assert abs(found.minimiser[3, 0]) < 1e-13
