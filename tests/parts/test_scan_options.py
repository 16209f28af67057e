"""scan: the options of encodings and of text formats mean what they mean for a table in memory."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steepest import GDRegressor, scan
from steepest.core.errors import DataError, SteepestError, UsageError
from steepest.data.readers.tables import read_table
from steepest.parts.reading import some_rows

N = 200
SETTINGS = (
    {"reference": {"kind": "c"}},
    {"min_count": 60},
    {"terms": "a^2, a:kind"},
    {"dates": {"day": "year+month"}, "date_format": "%d/%m/%Y"},
    {"exposure": "size", "offset": "b"},
)


def columns() -> dict[str, list[object]]:
    rng = np.random.default_rng(5)
    dates = rng.integers((1, 1, 2020), (29, 13, 2023), (N, 3)).tolist()
    days = [f"{day:02d}/{month:02d}/{year}" for day, month, year in dates]
    numbers = {name: rng.normal(size=N).round(3).tolist() for name in ("a", "b", "y")}
    kinds = rng.choice(["x", "c", "z"], N, p=[0.6, 0.3, 0.1]).tolist()
    return {**numbers, "kind": kinds, "day": days, "size": rng.uniform(1, 5, N).round(3).tolist()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder, found = tmp_path_factory.mktemp("options"), columns()
    pq.write_table(pa.table(found), folder / "t.parquet", row_group_size=70)
    lines = [",".join(found), *(",".join(map(str, row)) for row in zip(*found.values(), strict=True))]
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    return folder


def same(table, read) -> None:
    rows = some_rows(table)
    assert table.names == read.names
    assert np.array_equal(rows.X, read.X)
    assert np.array_equal(rows.y[:, 0], read.y)
    assert (rows.offset is None) == (read.offset is None)
    assert rows.offset is None or np.array_equal(rows.offset, read.offset)


@pytest.mark.parametrize("name", ["t.parquet", "t.csv"])
@pytest.mark.parametrize("settings", SETTINGS)
def test_columns_become_the_numbers_of_a_table_in_memory(files, name, settings):
    asked = {"target": "y", "drop": () if "dates" in settings else "day", **settings}
    same(scan(files / name, **asked), read_table(files / name, **asked))


def test_text_is_read_as_it_is_written(tmp_path):
    file = tmp_path / "t.txt"
    lines = "\n".join(f"{i}.000,5;{i},25;caf\u00e9" for i in range(1, N + 1))
    file.write_bytes(lines.encode("latin-1"))
    form = {"header": False, "delimiter": ";", "decimal": ",", "thousands": ".", "encoding": "latin-1"}
    asked = {"target": "c2", "drop": "c3", **form}
    same(scan(file, **asked), read_table(file, **asked))


@pytest.mark.parametrize("form", [{"header": True}, {"delimiter": ","}, {"decimal": ","}, {"encoding": "latin-1"}])
def test_a_format_of_text_is_refused_for_others(files, form):
    for table in (files / "t.parquet", pa.table({"a": [1.0], "y": [2.0]})):
        with pytest.raises(UsageError, match="text"):
            scan(table, "y", **form)


@pytest.mark.parametrize("name", ["t.parquet", "t.csv"])
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"reference": {"nix": "x"}}, "no feature is called 'nix'"),
        ({"min_count": 0}, "min_count must be"),
        ({"exposure": "b"}, "is not above zero"),
    ],
)
def test_wrong_options_are_refused_in_one_line(files, name, asked, words):
    with pytest.raises((UsageError, DataError), match=words) as caught:
        some_rows(scan(files / name, "y", drop="day", **asked))
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, SteepestError)


def test_an_exposure_is_a_column_not_one_of_an_array():
    with pytest.raises(UsageError, match="an array has no column 'size'"):
        scan(np.ones((3, 1)), np.ones(3), exposure="size")


def test_text_that_holds_numbers_is_refused_unless_it_is_named(tmp_path):
    table = pa.table({"a": ["12", "7.5", "3", None] * 50, "b": np.arange(200.0), "y": np.arange(200.0) % 7})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=70)
    for found in (table, tmp_path / "t.parquet"):
        with pytest.raises(DataError, match="column 'a': text that holds numbers, such as '12'"):
            some_rows(scan(found, "y", missing="mean"))
    assert read_table(tmp_path / "t.parquet", target="y", missing="mean").names == ("a", "b")
    named = {"missing": "mean", "categories": "a"}
    same(scan(table, "y", **named), read_table(tmp_path / "t.parquet", target="y", **named))


def levelled(seed: int, levels: str, weights: tuple[float, ...]) -> pa.Table:
    rng = np.random.default_rng(seed)
    kinds, numbers = rng.choice(list(levels), N, p=weights), rng.random((2, N))
    return pa.table({"kind": kinds, "a": numbers[0], "y": numbers[1] + (kinds == levels[0])})


def test_other_levels_with_the_same_names_are_not_taken_for_those_of_the_fit(tmp_path):
    fitted, other = levelled(0, "abc", (0.2, 0.2, 0.6)), levelled(1, "abd", (0.2, 0.2, 0.6))
    table = scan(fitted, "y")
    model = GDRegressor().fit(table)
    assert scan(other, "y").names == table.names == ("kind=a", "kind=b", "a")
    for use in (model.predict, model.score):
        with pytest.raises(UsageError, match="another way than in the fit"):
            use(scan(other, "y"))
    with pytest.raises(DataError, match="'d' is not among the levels of the fit"):
        np.asarray(model.predict(scan(other, recipe=table.recipe)))
    few = fitted.filter(pa.array(np.asarray(fitted["kind"]) != "c"))  # alone, it would have another reference
    pq.write_table(few, tmp_path / "t.parquet")
    keep = np.asarray(fitted["kind"]) != "c"
    for files in (few, tmp_path / "t.parquet"):
        again = scan(files, "y", recipe=table.recipe)
        assert again.names == table.names
        assert np.array_equal(np.asarray(model.predict(again)), np.asarray(model.predict(table))[keep])
        assert 0 < model.score(again) <= 1


def test_a_recipe_leaves_no_other_choice():
    table = scan(levelled(0, "abc", (0.2, 0.2, 0.6)), "y")
    with pytest.raises(UsageError, match="leave features and the like out"):
        scan(levelled(0, "abc", (0.2, 0.2, 0.6)), "y", recipe=table.recipe, min_count=3)


def test_streams_do_not_fill_a_named_cache(tmp_path):
    def made():
        yield levelled(0, "ab", (0.5, 0.5)).select(["a", "y"])

    for _ in range(3):
        GDRegressor().fit(scan(made, "y", cache=tmp_path))
    assert [path for path in tmp_path.iterdir() if not path.name.startswith("process-")] == []
