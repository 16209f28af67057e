"""Arrow files, data frames, datasets, lazy frames and streams: the bits of the same table in memory."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from part_sums import TABLE, X, bits, n, refused, written, y
from pyarrow import feather

from steepest import scan
from steepest.parts.engines.here import Here
from steepest.parts.part import parts_of
from steepest.parts.parts import Parts


@pytest.fixture(scope="module")
def expected():
    return bits(scan(X, y))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("parquet"))


class Exporter:
    """What another library offers as a stream of Arrow."""

    def __arrow_c_stream__(self, requested_schema=None):
        return TABLE.__arrow_c_stream__(requested_schema)


def tables(size=997):
    for low in range(0, n, size):
        yield TABLE.slice(low, size)


def arrays(size=997):
    for low in range(0, n, size):
        yield X[low : low + size], y[low : low + size]


KINDS = {
    "table": lambda f: scan(TABLE, "y"),
    "table of many chunks": lambda f: scan(pa.concat_tables(tables()), "y"),
    "pandas": lambda f: scan(TABLE.to_pandas(), "y"),
    "polars": lambda f: scan(pl.from_arrow(TABLE), "y"),
    "pandas beside an array": lambda f: scan(TABLE.to_pandas().drop(columns="y"), y),
    "polars beside a list": lambda f: scan(pl.from_arrow(TABLE).drop("y"), y.tolist()),
    "dataset of files": lambda f: scan(ds.dataset(f), "y"),
    "dataset that chooses rows": lambda f: scan(ds.dataset(f).filter(ds.field("x0") > -99), "y"),
    "dataset in memory": lambda f: scan(ds.dataset(TABLE), "y"),
    "lazy frame": lambda f: scan(pl.scan_parquet(f / "*.parquet"), "y"),
    "lazy frame of what is computed": lambda f: scan(pl.from_arrow(TABLE).lazy().with_columns(pl.col("x0") * 1.0), "y"),
    "function of tables": lambda f: scan(tables, "y"),
    "function of batches": lambda f: scan(lambda: (b for t in tables() for b in t.to_batches(99)), "y"),
    "function of pandas": lambda f: scan(lambda: (t.to_pandas() for t in tables()), "y"),
    "function of a reader": lambda f: scan(TABLE.to_reader, "y"),
    "function of arrays": lambda f: scan(arrays),
    "function of lists": lambda f: scan(lambda: ((a.tolist(), b.tolist()) for a, b in arrays())),
    "function whose rows are known": lambda f: scan(arrays, rows=n),
    "exporter of a stream": lambda f: scan(Exporter(), "y"),
    "list of tables": lambda f: scan(list(tables()), "y"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_source_has_the_bits_of_arrays(folder, expected, kind):
    table = KINDS[kind](folder)
    assert table.shape == (n, 5)
    assert bits(table) == expected


@pytest.mark.parametrize("groups", [1, 2, 3, 7, 16])
def test_record_batches_of_files_are_pieces(tmp_path, expected, groups):
    feather.write_feather(TABLE.slice(0, 20_000), tmp_path / "a.feather", chunksize=1_000)
    feather.write_feather(TABLE.slice(20_000), tmp_path / "b.arrow", chunksize=3_000, compression="zstd")
    source = scan(tmp_path, "y").source
    assert len(source.pieces) == 24
    assert source.place(21, 5) == f"{tmp_path}/b.arrow, record batch 2, row 3,006"
    table = Parts(pickle.loads(pickle.dumps(source)), 1 << 24, Here(2))
    table.parts = parts_of(source, table.summation, groups * 1_000)
    assert bits(table) == expected


def test_an_arrow_stream_is_one_piece(tmp_path, expected):
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as out, pa.ipc.new_stream(out, TABLE.schema) as stream:
        stream.write_table(TABLE, max_chunksize=777)
    table = scan(tmp_path, "y")
    assert [piece.rows for piece in table.source.pieces] == [n]
    assert bits(table) == expected


@pytest.mark.parametrize("cut", [0, 3, 100, 4_000, -1])
def test_a_truncated_arrow_file_is_one_line(tmp_path, cut):
    path = tmp_path / "a.feather"
    feather.write_feather(TABLE.slice(0, 9_000), path, compression="uncompressed")
    path.write_bytes(path.read_bytes()[:cut])
    assert refused(lambda: scan(path, "y")) == f"{path}: damaged or not an Arrow file: create it again"


def test_frames_of_labels_weights_and_gaps():
    frame = pd.DataFrame({"x": X[:, 0], "y": np.where(y > 0, "yes", "no"), "w": np.abs(X[:, 1])})
    found = [scan(table, "y", weights="w") for table in (frame, pl.from_pandas(frame), frame.astype({"y": "category"}))]
    assert {table.source.levels for table in found} == {("no", "yes")}
    known = bits(scan(X[:, :1], y, weights=np.abs(X[:, 1])))
    assert [bits(table) for table in found] == [known] * 3
    for library in (pd, pl):
        gap = library.DataFrame({"x": [1, None], "y": [1, 2]})
        assert refused(lambda gap=gap: scan(gap, "y")).startswith("row 2, column 'x': missing value")


def test_a_column_without_one_type_is_refused():
    told = refused(lambda: scan(pd.DataFrame({"x": [1, "a"], "y": [1, 2]}), "y"))
    assert told.startswith("the table: no column of one type (")
    assert "column x" in told


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (lambda: iter(arrays()), "generator passes once, but a fit makes several passes: give a function"),
        (lambda: TABLE.to_reader(), "RecordBatchReader passes once, but a fit makes several"),
        (lambda: lambda: 3, "the function makes int: let it make an iterator of tables or (X, y)"),
        (lambda: lambda: [3], "int is no table"),
        (lambda: list, "the stream: there are no rows: nothing to fit"),
        (lambda: lambda: [TABLE.slice(0, 0)], "the table has no rows: nothing to fit"),
        (lambda: lambda: [TABLE, TABLE.drop(["x1"])], "the stream: no column is called 'x1', but one in its first"),
        (lambda: lambda: [([[1.0]], [1.0, 2.0])], "the table has 1 rows but the y has 2: they must agree"),
        (lambda: lambda: [(X, y), (X * np.inf, y)], "the stream, row 30,012, column 'x0'"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_streams_that_cannot_be_used_are_refused(table, words):
    assert words in refused(lambda: scan(table(), "y"))


@pytest.mark.parametrize("change", [-1, 1])
def test_another_number_of_rows_in_a_later_pass_is_refused(change):
    rows = [1_000]
    table = scan(lambda: [(X[: rows[0]], y[: rows[0]])], rows=1_000, cache=False)
    bits(table)
    rows[0] += change
    told = refused(lambda: table)
    assert told == "the stream: not 1,000 rows, as before: let the function make the same rows each time"


def test_numbers_of_a_stream_may_change_their_type_unless_all_are_float32():
    def make(second):
        return lambda: [pa.table({"x": pa.array([1, 2]), "y": [0.0, 1]}), pa.table({"x": second, "y": [0.0, 1]})]

    assert scan(make(pa.array([1.5, 2.0])), "y").shape == (4, 1)
    bits(scan(make(pa.array([1.5, 2.0])), "y"))
    assert "the type is string, but int64" in refused(lambda: scan(make(pa.array(["a", "b"])), "y"))
    single = pa.table({"x": pa.array([1.0, 2], "float32"), "y": [0.0, 1]})
    double = pa.table({"x": [0.1, 2], "y": [0.0, 1]})
    assert "the type is double, but float" in refused(lambda: scan(lambda: [single, double], "y"))


def test_a_dataset_that_chooses_rows_gives_those(folder):
    table = scan(ds.dataset(folder).filter(ds.field("y") == 1), "y")
    assert bits(table) == bits(scan(X[y == 1], y[y == 1]))


def test_a_dataset_has_the_columns_of_its_folders(tmp_path):
    pq.write_to_dataset(TABLE.append_column("part", pa.array(["a"] * n)), tmp_path, partition_cols=["part"])
    table = scan(ds.dataset(tmp_path, partitioning="hive"), "part", ["x0"])
    assert table.source.levels == ("a",)


def test_a_lazy_frame_that_cannot_be_computed_is_one_line(tmp_path):
    frame = pl.scan_parquet(tmp_path / "none.parquet")
    assert refused(lambda: scan(frame, "y")).startswith("the table cannot be computed (")
