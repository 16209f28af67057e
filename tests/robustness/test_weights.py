"""Weights count by their ratios alone: their unit moves nothing, and a row of weight 0 is as good as left out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array

from steepest import GDClassifier, GDRegressor, alpha_path
from steepest.core.errors import DataError

LOSSES = ("squared_error", "huber", "quantile", "poisson", "log_loss", "squared_hinge", "softmax")
PENALTIES = ({}, {"alpha": 0.1}, {"alpha": 0.1, "l1_ratio": 1.0}, {"signs": "+"})
METHODS = (
    {},
    {"rule": "spectral"},
    {"learning_rate": 0.01},
    {"batch_size": 3, "learning_rate": 0.01},
    {"early_stopping": True},
)
UNITS = (1e-300, 2.0**-1000, 1e-308, 1e-150, 1e150, 1e300)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def problem(rng, loss):
    X = rng.standard_normal((24, 3)) * [1.0, 5.0, 0.2] + [0.0, 3.0, 1.0]
    z = X @ [1.0, -0.3, 2.0] + rng.standard_normal(24)
    if loss == "softmax":
        return X, np.digitize(z, np.quantile(z, [0.3, 0.7]))
    if loss in ("log_loss", "squared_hinge"):
        return X, (z + 2 * rng.standard_normal(24) > np.median(z)).astype(int)
    return X, rng.poisson(np.exp(np.clip(z / 3, -3, 3))).astype(float) if loss == "poisson" else z


def fitted(loss, settings, X, y, weight):
    if loss in ("log_loss", "squared_hinge", "softmax"):
        name = "log_loss" if loss == "softmax" else loss
        return GDClassifier(name, max_iter=40, **settings).fit(X, y, sample_weight=weight)
    return GDRegressor(loss, max_iter=40, **settings).fit(X, y, sample_weight=weight)


def allowed(loss, method, penalty):
    """Proximal steps need all rows, and a non-smooth loss the rule "auto" or "plain"."""
    proximal = "signs" in penalty or "l1_ratio" in penalty
    return not ("batch_size" in method and proximal) and not ("rule" in method and loss == "quantile")


CASES = [case for case in product(LOSSES, METHODS, PENALTIES) if allowed(*case)]


@pytest.mark.parametrize(("loss", "method", "penalty"), CASES, ids=str)
def test_units_of_weights_and_rows_of_weight_0_move_nothing(loss, method, penalty):
    """Rows of weight 0 may hold anything: huge, tiny or missing numbers, and counts below 0."""
    rng = np.random.default_rng([LOSSES.index(loss), METHODS.index(method), PENALTIES.index(penalty)])
    X, y = problem(rng, loss)
    weight = rng.uniform(0.5, 2.0, 24)
    settings = method | penalty
    plain = fitted(loss, settings, X, y, weight)
    for unit in (2.0**-1000, UNITS[rng.integers(len(UNITS))]):
        other = fitted(loss, settings, X, y, weight * unit)
        assert_allclose(other.coef_, plain.coef_, rtol=1e-9, atol=1e-12)
        assert other.verdict_.status == plain.verdict_.status
    dirty = np.vstack((X, np.full(3, 1e200), [np.nan, np.inf, -1e306], np.full(3, 1e-300)))
    labels = np.append(y, y[:3] if isinstance(plain, GDClassifier) else [-7.0, 1e300, 0.0])
    other = fitted(loss, settings, dirty, labels, np.append(weight, np.zeros(3)))
    assert_array_equal(other.coef_, plain.coef_)
    assert other.verdict_ == plain.verdict_
    if "early_stopping" not in method:
        where = rng.permutation(27)  # anywhere in the table, which may be sparse
        mixed = np.append(weight, np.zeros(3))[where]
        sparse = fitted(loss, settings, csr_array(dirty[where]), labels[where], mixed)
        kept = mixed > 0
        assert_array_equal(sparse.coef_, fitted(loss, settings, csr_array(dirty[where][kept]), labels[where][kept],
                                                mixed[kept]).coef_)  # fmt: skip


def test_a_path_of_alphas_counts_weights_by_their_ratios():
    rng = np.random.default_rng(0)
    X, y = problem(rng, "squared_error")
    weight = rng.uniform(0.5, 2.0, 24)
    plain = alpha_path(X, y, sample_weight=weight, n_alphas=5)
    far = alpha_path(
        np.vstack((X, np.full(3, 1e200))),
        np.append(y, 1e300),
        sample_weight=np.append(weight * 2.0**-1020, 0),
        n_alphas=5,
    )
    assert_array_equal(plain.coefs, far.coefs)


def test_streams_leave_out_rows_of_weight_0():
    rng = np.random.default_rng(0)
    X, y = problem(rng, "squared_error")
    far, weight = np.vstack((X, np.full(3, 1e200))), np.ones(25)
    weight[-1] = 0.0
    ours = GDRegressor().partial_fit(far, np.append(y, 1e200), weight)
    assert_array_equal(ours.coef_, GDRegressor().partial_fit(X, y, np.ones(24)).coef_)


def test_standard_errors_leave_out_rows_of_weight_0():
    rng = np.random.default_rng(0)
    X, y = problem(rng, "log_loss")
    far, labels, weight = np.vstack((X, np.full(3, 1e200))), np.append(y, 1), np.append(np.ones(24), 0.0)
    model = GDClassifier(tol=0).fit(X, y)
    assert_array_equal(model.standard_errors(far, labels, weight), model.standard_errors(X, y, np.ones(24)))


def test_errors_count_rows_as_the_table_does():
    X, y = [[1.0], [2.0], [3.0], [np.nan], [4.0]], [1.0, 2.0, 3.0, 4.0, 5.0]
    with pytest.raises(DataError, match="row 4, column 'x0' holds NaN"):
        GDRegressor().fit(X, y, sample_weight=[1, 0, 0, 1, 1])
    with pytest.raises(DataError, match="the target of row 5 is -1"):
        GDRegressor("poisson").fit(np.ones((5, 1)), [0, -1, 0, 0, -1], sample_weight=[1, 0, 1, 1, 1])
    with pytest.raises(DataError, match="the sum of the weights is too large"):
        GDRegressor().fit(np.ones((5, 1)), y, sample_weight=np.full(5, 1.7e308))
