"""Parquet files in parts: the sums are those of the same table in memory, to the last bit, and faults have a place."""

from __future__ import annotations

import os
import pickle
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from part_sums import TABLE, X, bits, n, refused, written, y

from steepest import SteepestError, scan
from steepest.data.readers.asked import Asked
from steepest.parts.engines.here import Here
from steepest.parts.part import parts_of
from steepest.parts.parts import Parts
from steepest.parts.sources.arrow import grouped, without
from steepest.parts.sources.files import find_files
from steepest.parts.sources.parquet import ParquetSource
from steepest.parts.sources.typed_files import Facts


@pytest.fixture(scope="module")
def expected():
    return bits(scan(X, y))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("parquet"))


@pytest.mark.parametrize("rows", [1_000, 4_096, 131_072])
@pytest.mark.parametrize("cuts", [(), (1,), (4_096, 4_097, 12_000)])
def test_sums_over_files_have_the_bits_of_those_in_memory(tmp_path, expected, rows, cuts):
    assert bits(scan(written(tmp_path, cuts=cuts, rows=rows), "y")) == expected


@pytest.mark.parametrize("groups", [1, 2, 3, 7, 16])
@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_row_groups_makes_a_part(tmp_path, expected, groups, workers):
    source = scan(written(tmp_path, rows=1_000), "y").source
    table = Parts(source, 1 << 22, Here(workers))
    table.parts = parts_of(source, table.summation, groups * 1_000)
    assert bits(table) == expected


def test_float32_stays_float32_only_if_all_features_are(tmp_path):
    single = pa.table({"a": X[:, 0].astype(np.float32), "b": X[:, 1].astype(np.float32), "y": y})
    mixed = single.append_column("c", pa.array(X[:, 2]))
    found = [next(scan(written(tmp_path, table), "y").source.read(0, 0, 9)).X for table in (single, mixed)]
    assert [X.dtype for X in found] == [np.float32, np.float64]
    assert all(X.flags.c_contiguous for X in found)
    assert bits(scan(written(tmp_path, single), "y")) == bits(scan(X[:, :2].astype(np.float32), y))


@pytest.mark.parametrize("start", [0, 1, 999, 4_095])
def test_a_piece_is_read_from_any_row(folder, start):
    source = scan(folder, "y").source
    batches = list(source.read(0, start, 1_000))
    assert [rows.shape[0] for rows in batches[:-1]] == [1_000] * (len(batches) - 1)
    assert np.array_equal(np.concatenate([rows.X for rows in batches]), X[start:4_096])
    assert np.array_equal(np.concatenate([rows.y[:, 0] for rows in batches]), y[start:4_096])


def test_weights_offset_and_the_order_of_features_are_those_named(tmp_path):
    table = TABLE.append_column("m", pa.array(np.abs(X[:, 1]))).append_column("o", pa.array(X[:, 2]))
    found = scan(written(tmp_path, table), "y", ["x4", "x0"], weights="m", offset="o")
    assert found.names == ("x4", "x0")
    assert bits(found) == bits(scan(X[:, [4, 0]], y, weights=np.abs(X[:, 1]), offset=X[:, 2]))


def test_files_may_have_their_columns_in_any_order_and_others_between(tmp_path, expected):
    def write(part, path):
        names = part.column_names[:: -1 if path.stem == "1" else 1]
        pq.write_table(part.select(names).add_column(1, "s", [["text"] * len(part)]), path)

    assert bits(scan(written(tmp_path, write=write), "y", [f"x{j}" for j in range(5)])) == expected


def test_labels_are_places_among_the_sorted_ones_of_all_files(tmp_path):
    labels = pa.array(np.where(y > 0, "yes", "no"))
    for column in (labels, labels.dictionary_encode(), labels.cast("large_string")):
        table = TABLE.set_column(5, "y", column)
        found = scan(written(tmp_path, table), "y")
        assert found.source.levels == ("no", "yes")
        assert bits(found) == bits(scan(X, y))


def test_true_and_false_are_labels_too(tmp_path):
    found = scan(written(tmp_path, TABLE.set_column(5, "y", pa.array(y > 0))), "y")
    assert (found.source.levels, bits(found)) == (("False", "True"), bits(scan(X, y > 0)))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.array([True, False] * 3), [1, 0] * 3),
        (pa.array([Decimal("1.25")] * 6), [1.25] * 6),
        (pa.array([1.5, 2.5] * 3).dictionary_encode(), [1.5, 2.5] * 3),
        (pa.array([1, -2, 3] * 2, pa.int8()), [1, -2, 3] * 2),
        (pa.array(np.arange(6, dtype=np.float16)), range(6)),
        (pa.array([2**64 - 1] * 6, pa.uint64()), [2.0**64] * 6),
    ],
)
def test_numbers_of_any_type_are_numbers(tmp_path, column, values):
    pq.write_table(pa.table({"x": column, "y": np.arange(6.0)}), tmp_path / "a.parquet")
    rows = next(scan(tmp_path, "y").source.read(0, 0, 6))
    assert rows.X[:, 0].tolist() == list(values)


def test_whole_numbers_that_are_rounded_are_noted_once(tmp_path):
    pq.write_table(pa.table({"i": [2**53 + 1, 1], "j": [2**60, 1], "y": [1.0, 2.0]}), tmp_path / "a.parquet")
    table = scan(tmp_path, "y")
    bits(table)
    assert table.source.notes == ("column 'i': whole numbers beyond 2^53 are rounded to double precision",)


BAD = {
    "null": (pa.array([1, 2, 3, None, 5, 6.0]), "row group 2, row 4, column 'z': missing value: remove"),
    "null of whole numbers": (pa.array([1, 2, 3, None, 5, 6]), "row group 2, row 4, column 'z': missing value: remove"),
    "null in a dictionary": (pa.array([1, None] * 3).dictionary_encode(), "row 2, column 'z': missing value"),
    "nan": (pa.array([1, 2, 3, 4, np.nan, 6.0]), "row group 3, row 5, column 'z': missing value (NaN)"),
    "inf": (pa.array([1, 2, 3, 4, 5, -np.inf]), "row group 3, row 6, column 'z': -inf is not finite"),
    "large": (pa.array([1e200, 2, 3, 4, 5, np.inf]), "row 6, column 'z': inf is not finite"),
    "binary": (pa.array([b"a"] * 6), "column 'z': binary in a feature: leave it out with drop, or store numbers"),
    "list": (pa.array([[1]] * 6), "column 'z': list"),
    "struct": (pa.array([{"a": 1}] * 6), "column 'z': struct"),
    "nulls alone": (pa.nulls(6), "column 'z': null in a feature"),
}


def of_six(folder, **columns):
    x = np.arange(6.0)
    pq.write_table(pa.table({"x": x, "y": x, **columns}), folder / "a.parquet", row_group_size=2)
    return folder / "a.parquet"


@pytest.mark.parametrize("name", BAD)
def test_a_feature_that_is_not_finite_numbers_is_refused_with_its_place(tmp_path, name):
    column, words = BAD[name]
    told = refused(lambda: scan(of_six(tmp_path, z=column), "y"))
    assert told.startswith(f"{tmp_path / 'a.parquet'}, ")
    assert words in told


@pytest.mark.parametrize(
    ("role", "column", "words"),
    [
        ("weights", [1, 1, 1, 1, -1, 1.0], "row group 3, row 5, column 'z': weight -1 is negative"),
        ("weights", [1, 1, 1, 1, np.nan, 1], "row 5, column 'z': missing value (NaN)"),
        ("weights", list("abcdef"), "column 'z': text where a number is needed"),
        ("offset", [1, 1, 1, 1, np.inf, 1], "row 5, column 'z': inf is not finite"),
        ("target", [1, 1, 1, 1, np.nan, 1], "row 5, column 'z': missing value (NaN)"),
        ("target", ["a", "b", None, "a", "b", "a"], "row group 2, row 3, column 'z': missing value"),
        ("target", [date(2020, 1, 1)] * 6, "column 'z': date where a number is needed"),
    ],
)
def test_columns_of_other_roles_are_checked_too(tmp_path, role, column, words):
    roles = {"target": "y", role: "z"}
    assert words in refused(lambda: scan(of_six(tmp_path, z=pa.array(column)), **roles))


def test_a_target_of_many_labels_is_refused(tmp_path):
    pq.write_table(pa.table({"x": np.arange(2e3), "y": [str(i) for i in range(2_000)]}), tmp_path / "a.parquet")
    assert "more than 1,000 different labels: choose another target" in refused(lambda: scan(tmp_path, "y"))


def test_files_of_different_columns_are_refused_by_name(tmp_path):
    one, other = tmp_path / "a.parquet", tmp_path / "b.parquet"
    of_six(tmp_path)
    pq.write_table(pa.table({"y": [1.0]}), other)
    assert refused(lambda: scan(tmp_path, "y")).startswith(f"{other}: no column is called 'x', but one in {one}")
    pq.write_table(pa.table({"y": [1.0], "x": [1]}), other)
    assert f"{other}, column 'x': the type is int64, but double in {one}" in refused(lambda: scan(tmp_path, "y"))
    pq.write_table(pa.table([[1.0], [1.0], [1.0]], names=["x", "x", "y"]), other)
    assert refused(lambda: scan(other, "y")) == f"{other}: two columns are called 'x': rename one"
    assert f"{other}: two columns are called 'x', but one in {one}" in refused(lambda: scan(tmp_path, "y"))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pa.table({"x": pa.array([], "float64"), "y": pa.array([], "float64")}), "there are no rows"),
        (pa.table({"y": [1.0]}), "no column is left for the features"),
        (pa.table({}), "has no column 'y': it has none"),
    ],
)
def test_tables_without_rows_or_columns_are_refused(tmp_path, table, words):
    pq.write_table(table, tmp_path / "a.parquet")
    assert words in refused(lambda: scan(tmp_path / "a.parquet", "y"))


def test_row_groups_without_rows_are_passed_over(tmp_path, expected):
    written(tmp_path)
    pq.write_table(TABLE.slice(0, 0), tmp_path / "00.parquet")
    assert bits(scan(tmp_path, "y")) == expected


def test_a_file_that_changed_is_refused_by_name(tmp_path):
    path = of_six(tmp_path)
    table = scan(path, "y")
    os.utime(path, ns=(1, 1))
    told = refused(lambda: table)
    assert told == f"{path}: changed after the table was scanned: scan it again"
    path.unlink()
    assert refused(lambda: table) == f"{path}: no such file: check its name and place"


@pytest.mark.parametrize("cut", [0, 3, 100, -1, -20])
def test_a_truncated_file_is_one_line(folder, tmp_path, cut):
    path = tmp_path / "a.parquet"
    path.write_bytes((folder / "0.parquet").read_bytes()[:cut])
    assert refused(lambda: scan(path, "y")) == f"{path}: damaged or not a Parquet file: create it again"


def rows_of(source):
    return sum(rows_of_piece(source, i) for i in range(len(source.pieces)))


def test_a_damaged_file_is_one_line_or_as_it_was(folder, tmp_path):
    rng, path = np.random.default_rng(1), tmp_path / "a.parquet"
    for _ in range(30):
        data = bytearray((folder / "0.parquet").read_bytes())
        for at in rng.integers(len(data), size=20):
            data[at] ^= 1 << rng.integers(8)
        path.write_bytes(data)
        try:
            assert rows_of(scan(path, "y").source) <= n
        except SteepestError as told:
            assert str(told).startswith(str(path))  # noqa: PT017 - it may also be read


def test_a_source_can_be_pickled(folder, expected):
    table = scan(folder, "y")
    assert bits(Parts(pickle.loads(pickle.dumps(table.source)), table.memory, table.engine)) == expected


def test_identity_depends_on_files_and_columns(folder, tmp_path):
    known = {scan(folder, "y").source.identity, scan(str(folder / "*.parquet"), "y").source.identity}
    assert len(known) == 1
    known.add(scan(folder, "y", ["x1", "x0"]).source.identity)
    known.add(scan(folder / "0.parquet", "y").source.identity)
    path = of_six(tmp_path)
    known.add(scan(path, "y").source.identity)
    os.utime(path, ns=(1, 1))
    known.add(scan(path, "y").source.identity)
    assert len(known) == 5
    assert all(len(identity) == 64 for identity in known)


def test_another_number_of_rows_than_the_footer_says_is_refused(tmp_path):
    (file,) = find_files(of_six(tmp_path))
    source = ParquetSource([file], [Facts(pq.read_schema(file.path), (2, 3, 2))], Asked("y"))
    assert rows_of_piece(source, 0) == 2
    with pytest.raises(SteepestError, match="changed after the table was scanned: scan it again"):
        rows_of_piece(source, 1)


def rows_of_piece(source, piece):
    return sum(rows.shape[0] for rows in source.read(piece, 0, 4_096))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=9), st.integers(1, 12), st.integers(0, 40))
def test_batches_of_any_size_become_full_ones(counts, size, start):
    table = pa.table({"i": np.arange(sum(counts))})
    ends = np.cumsum([0, *counts])
    batches = [b for low, m in zip(ends, counts, strict=False) for b in table.slice(low, m).to_batches()]
    groups = list(grouped(without(iter(batches), start), size))
    found = [[i for batch in group for i in batch.column(0).to_pylist()] for group in groups]
    assert [i for group in found for i in group] == list(range(start, sum(counts)))
    assert all(len(group) == size for group in found[:-1])


def test_only_the_rows_asked_for_are_decoded(tmp_path, monkeypatch):
    """The rows of a leaf that end in the next piece are a batch of a leaf, not the piece."""
    source = scan(written(tmp_path, cuts=(), rows=131_072), "y").source
    sizes = []
    decoded = source._decoded
    monkeypatch.setattr(
        source, "_decoded", lambda *given: (sizes.append(b.num_rows) or b for b in decoded(*given)), raising=True
    )
    next(source.read(0, 0, 4_096))
    assert sum(sizes) == 4_096 < n
