"""Columns of text, dates and gaps in parts: the recipe of a pass is that of the table in memory."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from steepest import read_table
from steepest.core.errors import DataError, UsageError
from steepest.data.encoding.settings import settings_of
from steepest.data.readers.asked import Asked
from steepest.parts.sources.files import find_files
from steepest.parts.sources.parquet import scan_parquet

N = 20_011
KINDS = {
    "text alone": ({}, ("c",)),
    "pooled": ({"min_count": 4000}, ("c", "b")),
    "reference": ({"reference": {"c": "blue"}}, ("b", "c")),
    "means": ({"missing": "mean", "dates": "d"}, ("a", "c0", "d")),
    "marks": ({"missing": "indicator", "dates": {"d": "days+month"}, "categories": "k"}, ("a", "c0", "d", "k")),
    "dropped": ({"missing": "drop", "terms": "a^2, a:c0"}, ("a", "c0", "b")),
    "categories of numbers": ({"categories": "k"}, ("k", "b")),
}


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    colours = rng.choice(["red", "green", "blue"], N, p=[0.6, 0.3, 0.1])
    days = np.datetime64("2024-01-01") + rng.integers(0, 400, N)
    return pa.table(
        {
            "a": pa.array(rng.standard_normal(N), mask=rng.random(N) < 0.05),
            "b": rng.standard_normal(N),
            "c": colours,
            "c0": pa.array(colours, mask=rng.random(N) < 0.02),
            "d": pa.array(days),
            "k": rng.integers(0, 5, N),
            "y": rng.standard_normal(N),
        }
    )


def scanned(tmp_path, table, group, asked):
    half = table.num_rows // 2 + 7
    for i, part in enumerate((table.slice(0, half), table.slice(half))):
        parquet.write_table(part, tmp_path / f"part-{i}.parquet", row_group_size=group)
    return scan_parquet(find_files(tmp_path), asked)


def read_all(source, size=5000):
    rows = [batch for piece in range(len(source.pieces)) for batch in source.read(piece, 0, size)]
    weight = None if rows[0].weight is None else np.concatenate([batch.weight for batch in rows])
    return np.concatenate([batch.X for batch in rows]), weight


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_encoded_as_the_table_in_memory_is(tmp_path, table, kind):
    settings, features = KINDS[kind]
    source = scanned(tmp_path, table, 3000, Asked("y", features, settings=settings_of(**settings)))
    parquet.write_table(table, tmp_path / "whole.parquet")
    whole = read_table(tmp_path / "whole.parquet", target="y", features=list(features), **settings)
    X, weight = read_all(source)
    assert source.names == whole.names
    assert source.learnt.decided == whole.decided
    kept = slice(None) if weight is None else weight > 0
    np.testing.assert_allclose(X[kept], whole.X, rtol=1e-14, atol=1e-15)
    assert np.isfinite(X).all()


def test_a_recipe_does_not_depend_on_the_division_into_files(tmp_path, table):
    recipes = []
    for group in (1000, 4096, N):
        folder = tmp_path / str(group)
        folder.mkdir()
        asked = Asked("y", ("a", "c0", "d"), settings=settings_of(missing="mean", dates="d"))
        recipes.append(scanned(folder, table, group, asked).learnt)
    assert recipes[0] == recipes[1] == recipes[2]  # to the last bit of the means


def test_rows_to_predict_are_encoded_by_the_recipe_of_the_fit(tmp_path, table):
    asked = Asked("y", ("a", "c0"), settings=settings_of(missing="mean"))
    fitted = scanned(tmp_path, table, 3000, asked)
    other = tmp_path / "other"
    other.mkdir()
    few = table.filter(pa.compute.equal(table["c"], "green"))
    again = scanned(other, few, 500, Asked(None, ("a", "c0"), recipe=fitted.learnt.recipe))
    assert again.names == fitted.names
    green = fitted.names.index("c0=green")
    assert read_all(again)[0][:, green].mean() > 0.9


def test_a_level_that_the_fit_has_not_seen_is_refused_with_its_place(tmp_path, table):
    fitted = scanned(tmp_path, table, 3000, Asked("y", ("c",)))
    other = tmp_path / "other"
    other.mkdir()
    strange = pa.table({"c": ["red"] * 5000 + ["pink"], "y": np.zeros(5001)})
    source = scanned(other, strange, 1000, Asked(None, ("c",), recipe=fitted.learnt.recipe))
    with pytest.raises(DataError, match=r"part-1\.parquet, row group 3, row 2,494.*'pink' is not among the levels"):
        read_all(source)


def test_gaps_are_refused_with_their_place_and_a_remedy(tmp_path, table):
    source = scanned(tmp_path, table, 3000, Asked("y", ("c0", "b")))
    with pytest.raises(DataError, match=r"part-0\.parquet, row group 1, row \d+.*missing value.*mean"):
        _ = source.names


@pytest.mark.parametrize(("name", "settings"), [("x", {"categories": "x"}), ("z", {"dates": "z"})])
def test_settings_that_name_no_feature_are_refused(tmp_path, table, name, settings):
    with pytest.raises(UsageError, match=f"no feature is called {name!r}"):
        scanned(tmp_path, table, 3000, Asked("y", ("a", "b"), settings=settings_of(**settings)))


def test_texts_that_name_rows_are_no_categories(tmp_path):
    names = pa.table({"id": [f"row {i}" for i in range(900)], "y": np.zeros(900)})
    with pytest.raises(DataError, match="900 different texts in 900 rows are no categories"):
        _ = scanned(tmp_path, names, 100, Asked("y")).names


def test_levels_of_rows_that_are_left_out_are_no_levels(tmp_path):
    gaps = pa.array([float(i) for i in range(2500)], mask=np.arange(2500) >= 1000)
    colours = ["red", "blue"] * 500 + ["pink"] * 1500
    few = pa.table({"a": gaps, "c": colours, "y": np.zeros(2500)})
    source = scanned(tmp_path, few, 300, Asked("y", settings=settings_of(missing="drop")))
    X, weight = read_all(source, 128)
    assert source.names == ("a", "c=red")
    assert weight.sum() == 1000
    assert not X[weight == 0].any()
