"""Odd tables in parts: very few rows, very many columns, labels that are large numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from steepest import GDClassifier, GDRegressor, SeparationWarning, scan
from steepest.errors import UsageError


@pytest.mark.parametrize("n", [2, 3, 7])
def test_fewer_rows_than_a_sample_has_parts_are_fitted(n):
    X, y = np.arange(2.0 * n).reshape(n, 2) ** 2, np.arange(n) % 2
    table, rows = (GDClassifier(alpha=0.1).fit(*each) for each in ((scan(X, y),), (X, y)))
    np.testing.assert_allclose(table.coef_, rows.coef_, rtol=1e-3)
    with pytest.warns(SeparationWarning):
        GDClassifier().fit(scan(X[:2], y[:2]))


@pytest.mark.parametrize("model", [GDClassifier, GDRegressor])
def test_a_matrix_of_very_many_columns_is_not_formed(model):
    columns = [0, 1, 199_999]  # 200,000 squared numbers would be 320 GB
    X = csr_array((np.linspace(-1.0, 2.0, 90), (np.arange(90), np.resize(columns, 90))), shape=(90, 200_000))
    y = (np.arange(90) * 7 % 5 > 1).astype(int)
    wide = model(alpha=0.01).fit(scan(X, y))
    few = model(alpha=0.01).fit(scan(X[:, columns].toarray(), y))
    assert wide.verdict_.status == "converged"
    np.testing.assert_allclose(wide.coef_.ravel()[columns], few.coef_.ravel(), atol=1e-4)


@pytest.mark.parametrize("labels", [(0.0, 1e300), (-(2.0**63), 2.0**63), (-1.0, 2.0**53)])
def test_labels_that_are_large_numbers_stay_those(labels):
    X, y = np.arange(8.0)[:, None], np.resize(labels, 8)
    model = GDClassifier(alpha=0.1).fit(scan(X, y))
    assert model.classes_.tolist() == list(labels)


@pytest.mark.parametrize("count", [0, 5])
def test_tuples_of_another_number_of_arrays_are_refused(count):
    with pytest.raises(UsageError, match=f"a tuple of {count} array.*make \\(X, y\\)"):
        scan(lambda: iter([(np.ones((4, 1)),) * count]))
