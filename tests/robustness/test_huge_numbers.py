"""Tables of huge and tiny numbers end in a model of finite numbers or in one of the package's own errors."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import DataError, SteepestError

NUMBERS = ("squared_error", "mse", "huber", "quantile", "epsilon_insensitive", "squared_epsilon_insensitive", "poisson")
CLASSES = ("log_loss", "hinge", "squared_hinge", "modified_huber")
PENALTIES = ({}, {"alpha": 0.1}, {"alpha": 1e150, "l1_ratio": 0.5}, {"signs": "+"})
METHODS = (
    *({}, {"rule": "plain"}, {"rule": "newton"}, {"rule": "spectral"}, {"learning_rate": 0.1}, {"batch_size": 2}),
    *({"batch_size": 1, "learning_rate": 0.001}, {"rule": "momentum"}),
)

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # of overflow on the way to an answer
]


def table(rng):
    n, d = int(rng.integers(2, 9)), int(rng.integers(1, 4))
    X = rng.standard_normal((n, d))
    for j in range(d):
        size = 10.0 ** (rng.uniform(100, 150) if rng.random() < 0.7 else rng.uniform(-308, 308))
        if (kind := rng.integers(4)) == 0:
            X[:, j] *= size
        elif kind == 1:
            X[rng.integers(n), j] = size
        elif kind == 2:
            X[:, j] = size
    return X


@pytest.mark.parametrize(("loss", "method"), list(product(NUMBERS + CLASSES, METHODS)), ids=str)
def test_a_model_of_finite_numbers_or_an_error_of_our_own(loss, method):
    rng = np.random.default_rng([(NUMBERS + CLASSES).index(loss), METHODS.index(method)])
    for penalty in PENALTIES:
        X, cls = table(rng), GDClassifier if loss in CLASSES else GDRegressor
        y = np.arange(len(X)) % 2 if loss in CLASSES else np.abs(rng.standard_normal(len(X)))
        if cls is GDRegressor and rng.random() < 0.4:
            y = y * 10.0 ** rng.uniform(100, 308)
        X = csr_array(X) if rng.random() < 0.3 else X
        try:
            model = cls(loss, max_iter=10, fit_intercept=bool(rng.random() < 0.7), **penalty, **method).fit(X, y)
        except SteepestError:
            continue
        assert np.isfinite(model.coef_).all()
        assert np.isfinite(model.intercept_).all()


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("size", [1e146, 1e150, -1e200, 1e308, np.inf, -np.inf, np.nan])
def test_a_number_that_is_too_large_is_named_by_row_and_column(size, sparse):
    X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    X[1, 1] = size
    for n in (3, 2):
        for settings in ({}, {"batch_size": 2}, {"learning_rate": 0.1}):
            with pytest.raises(DataError, match="row 2, column 'x1' holds"):
                GDRegressor(**settings).fit(csr_array(X[:n]) if sparse else X[:n], [1.0, 2.0, 4.0][:n])


def test_a_start_that_is_too_far_and_a_penalty_that_is_too_large_say_so():
    with pytest.raises(DataError, match="the cost at the start, or its gradient, is too large for a number: rescale"):
        GDRegressor("mse", learning_rate=0.001, batch_size=1).fit([[6e62], [5e62], [7e62]], [-1e113, 1e112, -2e112])
    with pytest.raises(SteepestError, match="the penalty is too large for the small numbers of column 1"):
        GDRegressor(alpha=1e150, rule="momentum").fit([[1e-140], [2e-140], [4e-140]], [1.0, 2.0, 4.0])
