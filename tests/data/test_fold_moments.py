"""Moments of parts: those of their rows alone, whichever way they are computed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from steepest import make_rows
from steepest.core.errors import DataError
from steepest.data.fold_moments import moments_of_parts

PARTS = [np.arange(5), np.arange(2, 30), np.arange(30), np.array([0, 7, 7, 20])]


@pytest.mark.parametrize("kind", ["dense", "float32", "sparse", "weighted", "offset"])
@pytest.mark.parametrize("intercept", [True, False])
def test_moments_are_those_of_the_rows_of_the_part(kind, intercept):
    rng = np.random.default_rng(0)
    X, y = rng.normal([100, 0, -3, 1], size=(30, 4)), rng.standard_normal(30) + 50
    X = X.astype(np.float32) if kind == "float32" else X
    weight = rng.integers(0, 3, 30) * 1.0 if kind == "weighted" else None
    offset = rng.standard_normal(30) if kind == "offset" else None
    rows = make_rows(csr_array(X) if kind == "sparse" else X, y, weight=weight, offset=offset)
    target = y if offset is None else y - offset
    for part, found in zip(PARTS, moments_of_parts(rows, PARTS, intercept), strict=True):
        m = np.ones(len(part)) if weight is None else weight[part]
        Z = np.column_stack((X[part].astype(float), target[part]))
        mean = np.average(Z, axis=0, weights=m) if intercept else np.zeros(5)
        products = (Z - mean).T @ ((Z - mean) * m[:, None]) / m.sum()
        np.testing.assert_allclose(found.spread, products[:-1, :-1], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.cross, products[:-1, -1], rtol=1e-9, atol=1e-12)
        assert found.square == pytest.approx(products[-1, -1])
        np.testing.assert_allclose([*found.mean, found.middle], mean)


def test_a_number_that_is_not_finite_is_refused():
    X = np.ones((6, 2))
    X[3, 1] = np.inf
    with pytest.raises(DataError, match="not finite"):
        list(moments_of_parts(make_rows(X, np.arange(6.0)), [np.arange(4)], False))
