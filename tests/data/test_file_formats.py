"""Every file format gives back the same bits, and whatever is damaged or hostile one clear line."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from steepest.core.errors import SteepestError
from steepest.data.readers.tables import read_table

numbers = st.floats(allow_nan=False, allow_infinity=False)
matrices = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6), elements=numbers)
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def as_text(X, delimiter):
    rows = [[f"x{j}" for j in range(X.shape[1])], *([repr(v) for v in row] for row in X.tolist())]
    return "".join(delimiter.join(row) + "\n" for row in rows).encode()


def as_json(X):
    return "".join(json.dumps({f"x{j}": v for j, v in enumerate(row)}) + "\n" for row in X.tolist()).encode()


def as_arrow(X, write):
    import pyarrow as pa

    stream = io.BytesIO()
    write(pa.table({f"x{j}": column for j, column in enumerate(X.T)}), stream)
    return stream.getvalue()


def as_parquet(X):
    from pyarrow import parquet

    return as_arrow(X, parquet.write_table)


def as_ipc(X, new):
    import pyarrow as pa

    def write(table, stream):
        with getattr(pa.ipc, new)(stream, table.schema) as writer:
            writer.write_table(table)

    return as_arrow(X, write)


def as_numpy(save, *args, **named):
    stream = io.BytesIO()
    save(stream, *args, **named)
    return stream.getvalue()


def as_libsvm(X):
    rows = [" ".join(f"{j}:{v!r}" for j, v in enumerate(row, 1)) for row in X.tolist()]
    return "".join(f"{i} {row}\n" for i, row in enumerate(rows)).encode()


WRITERS = {
    "a.csv": lambda X: as_text(X, ","),
    "a.tsv": lambda X: as_text(X, "\t"),
    "a.dat": lambda X: as_text(X, ";"),
    "a.txt": lambda X: as_text(X, "   "),
    "windows.csv": lambda X: b"\xef\xbb\xbf" + as_text(X, ",").replace(b"\n", b"\r\n") + b"\r\n",
    "a.csv.gz": lambda X: gzip.compress(as_text(X, ",")),
    "a.TSV.bz2": lambda X: bz2.compress(as_text(X, "\t")),
    "a.xz": lambda X: lzma.compress(as_text(X, ",")),
    "a.jsonl": as_json,
    "json": as_json,
    "a.parquet": as_parquet,
    "a.arrow": lambda X: as_ipc(X, "new_file"),
    "a.ipc": lambda X: as_ipc(X, "new_stream"),
    "a.npz": lambda X: as_numpy(np.savez, X=X, names=[f"x{j}" for j in range(X.shape[1])]),
}


@pytest.mark.parametrize("name", WRITERS)
@in_one_folder
@given(X=matrices)
def test_every_format_reads_back_bit_for_bit(tmp_path, name, X):
    path = tmp_path / name
    path.write_bytes(WRITERS[name](X))
    table = read_table(path)
    assert table.X.tobytes() == X.tobytes()
    assert table.X.flags.c_contiguous
    assert table.names == tuple(f"x{j}" for j in range(X.shape[1]))
    assert (table.y, table.weight, table.target, table.source) == (None, None, None, str(path))


@in_one_folder
@given(X=matrices)
def test_npy_has_its_target_last(tmp_path, X):
    path = tmp_path / "a.npy"
    path.write_bytes(as_numpy(np.save, np.column_stack([X, X[:, 0]])))
    table = read_table(path)
    assert table.X.tobytes() == X.tobytes()
    assert table.y.tobytes() == X[:, 0].tobytes()
    assert read_table(path, features=[f"c{X.shape[1] + 1}", "c1"]).y is None


@pytest.mark.parametrize("name", ["a.libsvm", "a9a", "a.svm.gz"])
@in_one_folder
@given(X=matrices)
def test_libsvm_reads_back_bit_for_bit(tmp_path, name, X):
    path = tmp_path / name
    path.write_bytes(gzip.compress(as_libsvm(X)) if name.endswith("gz") else as_libsvm(X))
    table = read_table(path)
    assert table.X.shape == X.shape
    assert table.X.data.tobytes() == X.tobytes()
    assert table.X.indices.tolist() == list(range(X.shape[1])) * len(X)
    assert table.y.tolist() == list(range(len(X)))
    assert (table.names[-1], table.target) == (f"c{X.shape[1]}", "label")


def test_libsvm_columns_are_chosen_reordered_and_filled_with_zeros(tmp_path):
    path = tmp_path / "a.libsvm"
    path.write_text("+1 1:1 2:2 3:3 # all\n\n# none follow\n-1\n-1 3:4\n")
    X = read_table(path, features=["c3", "c9", "c1"]).X
    assert [array.tolist() for array in X[:3]] == [[3, 1, 4], [0, 2, 0], [0, 2, 2, 3]]
    assert X.shape == (3, 3)
    assert read_table(path, labels=True).y.tolist() == [1, -1, -1]


def test_npz_brings_its_target_and_weights(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, X=np.array([[1, 2], [3, 4]], np.int8), y=["no", "yes"], weight=[1, 2])
    table = read_table(path, labels=True)
    assert (table.X.tolist(), table.y.tolist(), table.weight.tolist()) == ([[1, 2], [3, 4]], ["no", "yes"], [1, 2])
    assert (table.names, table.target) == (("c1", "c2"), "y")


def test_parquet_keeps_columns_apart_and_reads_every_kind_of_number(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {"a": pa.array([1, 2], "int8"), "a.b": [True, False], "h": np.array([0.5, 1], np.float16)}
    text = {"d": pa.array([1, 2], pa.decimal128(3)), "": ["7", "8"], "when": pa.array([1, 2], "timestamp[s]")}
    parquet.write_table(pa.table(kinds | text | {"who": pa.array(["b", "a"]).dictionary_encode()}), tmp_path / "a.pq")
    table = read_table(tmp_path / "a.pq", features=["a", "a.b", "h", "d", "c5"], target="who", labels=True)
    assert table.X.tolist() == [[1, 1, 0.5, 1, 7], [2, 0, 1, 2, 8]]
    assert table.y.tolist() == ["b", "a"]


# ------------------------------------------------------------------ hostile files


X3 = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
SEEDS = {name: write(X3) for name, write in WRITERS.items()} | {"b.libsvm": as_libsvm(X3)}
SEEDS |= {"b.npy": as_numpy(np.save, X3), "b.npz": as_numpy(np.savez_compressed, X=X3, y=["a", "b", "a"])}


def assert_read_or_refused_in_one_line(path, **options):
    try:
        X = read_table(path, **options).X
    except SteepestError as error:
        line, values = str(error), []
    else:
        line, values = "read", X if isinstance(X, np.ndarray) else X.data
    assert line.isprintable()
    assert 0 < len(line) < 1000
    assert np.isfinite(values).all()


@pytest.mark.parametrize("separator", [b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\x85", b"\xc2\x85", b"\xe2\x80\x83"])
def test_a_separator_inside_of_a_libsvm_value_was_a_value_error(tmp_path, separator):
    for row in (b"1 1:1" + separator + b".0 2:2\n", b"1 1" + separator + b":1 2:2\n", b"1" + separator + b" 1:1\n"):
        (tmp_path / "b.libsvm").write_bytes(b"0 1:3\n" + row)
        assert_read_or_refused_in_one_line(tmp_path / "b.libsvm")


@pytest.mark.parametrize("name", SEEDS)
@in_one_folder
@given(noise=st.binary(max_size=60))
def test_random_bytes_are_refused_in_one_line(tmp_path, name, noise):
    (tmp_path / name).write_bytes(noise)
    assert_read_or_refused_in_one_line(tmp_path / name)


@pytest.mark.parametrize("name", SEEDS)
@in_one_folder
@given(where=st.floats(0, 1), cut=st.integers(0, 5), noise=st.binary(max_size=3) | st.sampled_from([b"\n", b'"', b","]))
def test_damaged_files_are_refused_in_one_line(tmp_path, name, where, cut, noise):
    at = int(where * len(SEEDS[name]))
    (tmp_path / name).write_bytes(SEEDS[name][:at] + noise + SEEDS[name][at + cut :])
    assert_read_or_refused_in_one_line(tmp_path / name, labels=True)


@pytest.mark.parametrize("suffix", [".csv", ".npy", ".npz", ".parquet", ".arrow", ".jsonl", ".libsvm", ".gz", ""])
def test_a_pickle_is_never_loaded(tmp_path, suffix):
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "exploded",))

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        (tmp_path / f"p{suffix}").write_bytes(pickle.dumps(Bomb(), protocol))
        with pytest.raises(SteepestError):
            read_table(tmp_path / f"p{suffix}")
    assert not (tmp_path / "exploded").exists()
