"""scan: which files a name stands for, arrays in memory, and the memory that blocks may take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from part_sums import NAMES, TABLE, X, bits, refused, written, y
from scipy.sparse import csr_array

import steepest
from steepest import scan
from steepest.core.memory import free_memory
from steepest.parts.engines.here import Here


@pytest.fixture(scope="module")
def expected():
    return bits(scan(X, y))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize(
    "files",
    [
        lambda f: f,
        lambda f: str(f),
        lambda f: f / "*.parquet",
        lambda f: [f / "2.parquet", f / "0.parquet", f / "1.parquet"],
        lambda f: f.as_uri(),
        lambda f: [f"{f}/[01].parquet", f.as_uri() + "/2.parquet"],
        lambda f: f / "**" / "*.parquet",
    ],
)
def test_files_are_named_in_many_ways_and_sorted(folder, expected, files):
    assert bits(scan(files(folder), "y")) == expected


def test_a_folder_is_all_tables_below_it_but_hidden_ones(tmp_path, expected):
    for name in ("a/b", "c"):
        (tmp_path / name).mkdir(parents=True)
    pq.write_table(TABLE.slice(0, 7_001), tmp_path / "a" / "b" / "z.parquet")
    pq.write_table(TABLE.slice(7_001), tmp_path / "c" / "a.PQ")
    for other in ("_metadata", ".hidden.parquet", "readme.md", "a/_temporary.parquet", "_SUCCESS"):
        (tmp_path / other).write_text("no table")
    assert bits(scan(tmp_path, "y")) == expected


def test_relative_names_are_those_of_the_working_folder(folder, expected, monkeypatch):
    monkeypatch.chdir(folder)
    assert bits(scan("*.parquet", "y")) == expected
    assert scan("0.parquet", "y").source.identity == scan(folder / "0.parquet", "y").source.identity


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    pq.write_table(TABLE.slice(0, 5), tmp_path / "a[1].parquet")
    assert scan(tmp_path / "a[1].parquet", "y").shape == (5, 5)


@pytest.fixture(scope="module")
def store(folder):
    """A store that pyarrow does not know: of fsspec, in memory."""
    store = fsspec.filesystem("memory")
    for path in folder.iterdir():
        store.pipe(f"/bucket/tables/{path.name}", path.read_bytes())
    yield store
    store.rm("/bucket", recursive=True)


@pytest.mark.parametrize("files", ["memory://bucket/tables", "memory://bucket/**/*.parquet"])
@pytest.mark.parametrize("options", [None, {"skip_instance_cache": True}])
@pytest.mark.usefixtures("store")
def test_files_behind_a_uri_are_read_through_fsspec(expected, files, options):
    table = scan(files, "y", storage_options=options, cache=False)
    assert bits(table) == expected
    assert table.source.remote
    assert table.source.place(0, 0) == "memory:///bucket/tables/0.parquet, row group 1, row 1"


def test_a_file_of_a_store_that_changed_is_refused(store):
    store.pipe("/bucket/b.parquet", (data := store.cat("/bucket/tables/0.parquet")))
    table = scan("memory://bucket/b.parquet", "y", cache=False)
    store.pipe("/bucket/b.parquet", data)
    assert refused(lambda: table) == "memory:///bucket/b.parquet: changed after the table was scanned: scan it again"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ("none*.parquet", "no file has such a name: check the pattern and its folder"),
        ("none.parquet", "none.parquet: no such file: check its name and place"),
        ("a" * 300, "cannot be read (file name too long): check the file"),
        ("a\0b", "cannot be read (embedded null byte): check the file"),
        ([], "no file: name one or more"),
        ("memory://none.parquet", "memory:///none.parquet: no such file: check its name and place"),
        ("nix://a/b.parquet", "check the kind of the URI and storage_options"),
        (3, "int is no table: give files, a data frame, arrays X and y, or a function"),
    ],
)
def test_files_that_are_not_there_are_one_line(files, words):
    assert words in refused(lambda: scan(files, "y"))


def test_folders_without_tables_and_mixed_formats_are_refused(tmp_path, folder):
    (tmp_path / "readme.md").write_text("no table")
    assert "no table in this folder" in refused(lambda: scan(tmp_path, "y"))
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    both = [tmp_path / "a.csv", folder / "0.parquet"]
    assert "have different formats: scan one format at a time" in refused(lambda: scan(both, "y"))
    assert "is named twice: name each file once" in refused(lambda: scan([folder, folder / "0.parquet"], "y"))


@pytest.fixture
def years(tmp_path):
    for i, year in enumerate((2023, 2024)):
        for j, town in enumerate(("New%20York", "Rome")):
            (tmp_path / f"year={year}" / f"town={town}").mkdir(parents=True)
            part = TABLE.slice((2 * i + j) * 5_000, 5_000)
            pq.write_table(part, tmp_path / f"year={year}" / f"town={town}" / "a.parquet")
    return tmp_path


def test_columns_of_folders_are_used_where_they_are_named(years):
    assert scan(years, "y").names == tuple(NAMES)
    year = np.repeat([2023.0, 2024.0], 10_000)
    assert bits(scan(years, "y", ["x0", "year"])) == bits(scan(np.column_stack([X[:20_000, 0], year]), y[:20_000]))
    table = scan(years, "town", ["x0"])
    assert table.source.levels == ("New York", "Rome")
    places = np.tile(np.repeat([0.0, 1.0], 5_000), 2)
    assert bits(table) == bits(scan(X[:20_000, :1], places))


def test_a_file_outside_of_such_folders_is_refused(years):
    pq.write_table(TABLE.slice(0, 5), years / "b.parquet")
    assert (
        refused(lambda: scan(years, "year", ["x0"]))
        == f"{years}/b.parquet: no folder year=..., which others have: move the file"
    )


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("type_", [np.float32, np.float64, np.int64])
def test_arrays_are_taken_as_they_are(order, type_):
    table = np.round(10 * X).astype(type_, order=order)
    found = scan(table, y)
    assert bits(found) == bits(scan(table.tolist(), y.tolist()))
    assert found.names == tuple(f"x{j}" for j in range(5))


def test_a_sparse_table_is_a_table():
    rows = next(scan(csr_array(np.round(X)), y).source.read(0, 0, 9))
    assert rows.sparse
    assert rows.shape == (9, 5)


def test_labels_of_arrays_are_places_among_the_sorted_ones(expected):
    table = scan(X, np.where(y > 0, "yes", "no"), ["a", "b", "c", "d", "e"])
    assert (table.source.levels, table.names, bits(table)) == (("no", "yes"), tuple("abcde"), expected)
    assert scan(X, np.where(y > 0, "yes", "no").astype(object)).source.levels == ("no", "yes")
    assert scan([[1.0], [2.0]], ["b", "a"]).source.levels == ("a", "b")


@pytest.mark.parametrize(
    ("table", "target", "words"),
    [
        ([[1.0], [np.nan]], [1, 2], "column 'x0': row 2: missing value (NaN)"),
        ([[1.0], [np.inf]], [1, 2], "column 'x0': row 2: inf is not finite"),
        ([[1.0], [2.0]], [1, np.nan], "column 'y': row 2: missing value (NaN)"),
        ([[1.0], [2.0]], ["a", None], "column 'y': row 2: missing value"),
        ([[1.0], [2.0]], ["a"], "the table has 2 rows but the target has 1"),
        (np.zeros(3), np.zeros(3), "the table must have two dimensions"),
        (np.zeros((0, 2)), np.zeros(0), "the table has no rows"),
        (csr_array([[0, 1.0], [0, np.nan]]), [1, 2], "column 'x1': row 2: missing value (NaN)"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(table, target, words):
    assert words in refused(lambda: scan(table, target))


def test_memory_is_an_amount_and_a_quarter_of_what_is_free_by_default(folder):
    assert scan(folder, "y", memory="64MB").memory == 64_000_000
    assert scan(folder, "y", memory=1 << 26).memory == 1 << 26
    assert 0 < scan(folder, "y").memory <= free_memory()


def test_memory_for_less_than_a_leaf_is_refused_with_what_is_needed(folder):
    told = refused(lambda: scan(folder, "y", memory="1MB", engine=Here(1)))
    assert told == "1 MB of memory is too little for 5 columns: give 1.38 MB"
    assert scan(folder, "y", memory="1.38MB", engine=Here(1)).block == 4_096
    assert "is not an amount of memory: write 512MB or 2GB" in refused(lambda: scan(folder, "y", memory="much"))


def test_names_of_columns_are_checked(folder):
    assert "has no column 'z': it has x0, x1, x2, x3, x4, y" in refused(lambda: scan(folder, "z"))
    assert "did you mean 'x1'?" in refused(lambda: scan(folder, "y", ["X1"]))
    assert "column 'x1' is asked for twice" in refused(lambda: scan(folder, "y", ["x1", "x1"]))
    assert "no feature is named: name one or more" in refused(lambda: scan(folder, "y", []))
    assert scan(folder, "y", drop=["x1", "x3"]).names == ("x0", "x2", "x4")


def test_rows_to_predict_have_no_target(folder):
    table = scan(folder, features=NAMES)
    assert (table.source.targets, next(table.source.read(0, 0, 9)).y.shape) == ((), (9, 0))


def test_a_table_without_features_named_takes_all_columns_but_the_roles(tmp_path):
    table = TABLE.append_column("m", pa.array(y + 1)).append_column("index", pa.array(y))
    pq.write_table(pa.Table.from_pandas(table.to_pandas().set_index("index")), tmp_path / "a.parquet")
    assert scan(tmp_path, "y", weights="m").names == tuple(NAMES)


def test_importing_scan_loads_no_library_of_files():
    code = "import sys, steepest\nsteepest.scan([[1.0], [2.0]], [1.0, 2.0])\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pyarrow", "fsspec", "polars", "pandas"} & set(done.stdout.split())


def test_scan_and_parts_are_public():
    assert steepest.scan is scan
    assert isinstance(scan(X, y), steepest.Parts)
    assert Path(scan.__code__.co_filename).name == "scan.py"


def test_columns_of_arrays_are_named_dropped_and_encoded():
    table = scan(X, y, ["a", "b", "c", "d", "e"], drop=["b", "d"])
    assert (table.names, bits(table)) == (("a", "c", "e"), bits(scan(X[:, ::2], y)))
    gaps = np.where(X > 1, np.nan, X)
    filled = np.where(np.isnan(gaps), np.nanmean(gaps, axis=0), gaps)
    found = next(scan(gaps, y, missing="mean").source.read(0, 0, 99)).X
    np.testing.assert_allclose(found, filled[:99], rtol=1e-12)


@pytest.mark.parametrize("names", [["a"], list("aabcd"), list("abcdef")])
def test_names_of_arrays_that_do_not_fit_are_refused(names):
    assert "for 5 columns: name each column of the array once" in refused(lambda: scan(X, y, names))


def test_a_target_of_numbers_beside_files_is_refused(folder):
    assert "the target is an array, but the table is not: name a column" in refused(lambda: scan(folder, y))


def test_roles_of_a_frame_are_columns_or_arrays():
    known = bits(scan(X, y, weights=np.abs(X[:, 0]), offset=X[:, 1]))
    frame = TABLE.append_column("o", pa.array(X[:, 1]))
    assert bits(scan(frame, "y", NAMES, weights=np.abs(X[:, 0]), offset="o")) == known


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda f: scan(f, "y", weights=y), "the weights is an array, but the table is not: name a column"),
        (lambda f: scan(X, y, weights="w"), "an array has no column 'w': give the weights as an array"),
        (lambda f: scan(f, "y", rows=3), "rows is for a function that makes tables: leave it out"),
        (lambda f: scan(X[:2], [{}, {}]), "column 'y': neither numbers nor one text a row: correct it"),
        (lambda f: scan(X[:1], np.array(["2020-01-01"], "M8[D]")), "column 'y': neither numbers nor one text"),
        (lambda f: scan(X[:2], [["a", "b"], ["c", "d"]]), "column 'y': neither numbers nor one text"),
    ],
)
def test_roles_that_do_not_fit_the_table_are_refused(folder, call, words):
    assert words in refused(lambda: call(folder))
