"""Odd tables in parts: very few rows, very many columns, labels that are large numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.sparse import csr_array

from steepest import GDClassifier, GDRegressor, SeparationWarning, scan
from steepest.errors import DataError, UsageError


@pytest.mark.parametrize("n", [2, 3, 7])
def test_fewer_rows_than_a_sample_has_parts_are_fitted(n):
    X, y = np.arange(2.0 * n).reshape(n, 2) ** 2, np.arange(n) % 2
    table, rows = (GDClassifier(alpha=0.1).fit(*each) for each in ((scan(X, y),), (X, y)))
    np.testing.assert_allclose(table.coef_, rows.coef_, rtol=1e-3)
    with pytest.warns(SeparationWarning):
        GDClassifier().fit(scan(X[:2], y[:2]))


@pytest.mark.parametrize("model", [GDClassifier, GDRegressor])
def test_a_matrix_of_very_many_columns_is_not_formed(model):
    columns = [0, 1, 59_999]  # 60,000 squared numbers would be 29 GB
    X = csr_array((np.linspace(-1.0, 2.0, 90), (np.arange(90), np.resize(columns, 90))), shape=(90, 60_000))
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


def test_labels_that_double_precision_rounds_are_refused():
    labels = np.resize([2**53, 2**53 + 1], 8)
    table = pa.table({"x": np.arange(8.0), "y": labels})
    with pytest.raises(DataError, match=r"column 'y': a label beyond 2\^53.*store the labels as text"):
        GDClassifier(alpha=0.1).fit(scan(table, "y"))


@pytest.mark.parametrize("count", [0, 5])
def test_tuples_of_another_number_of_arrays_are_refused(count):
    with pytest.raises(UsageError, match=f"a tuple of {count} array.*make \\(X, y\\)"):
        scan(lambda: iter([(np.ones((4, 1)),) * count]))


def test_several_targets_are_no_classes():
    with pytest.raises(DataError, match="classes are one target, not 2: name one, or fit a regression"):
        GDClassifier().fit(scan(np.ones((4, 1)), np.eye(2)[[0, 1, 0, 1]]))


def test_infinite_weights_are_told_as_such():
    with pytest.raises(DataError, match="weight"):
        GDClassifier(alpha=0.1).fit(scan(np.eye(4), [0, 1, 0, 1], weights=np.full(4, 1e308)))


@pytest.mark.filterwarnings("ignore::steepest.NotConvergedWarning")
@pytest.mark.parametrize("cache", [False, True])
def test_whole_numbers_that_are_rounded_are_noted(tmp_path, monkeypatch, cache):
    monkeypatch.setenv("STEEPEST_CACHE_DIR", str(tmp_path / "cache"))
    x = np.arange(60)
    pq.write_table(pa.table({"x": x, "id": 2**53 + 1 + x % 7, "y": x % 3}), tmp_path / "a.parquet")
    model = GDRegressor(alpha=0.1).fit(scan(tmp_path / "a.parquet", "y", cache=cache))
    assert "column 'id': whole numbers beyond 2^53 are rounded to double precision" in model.verdict_.notes
