"""A column gets a note of rounding where a whole number of it is no double, and nowhere else."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from steepest.data.readers.tables import read_table

NOTE = "column {!r}: whole numbers beyond 2^53 are rounded to double precision"


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("n,y\n1e18,2\n3e18,4\n2e16,3\n", ()),
        ("n,y\n1e18,2\n9007199254740993,4\n", ("n",)),
        ("n,y\n1000000000000000000,2\n3,4\n", ()),
        ("n,y\n-9007199254740993,2\n3,4\n", ("n",)),
        ("n,y\n9007199254740993.0,2\n3,4\n", ()),
        ("n,y\n1,123456789012345678901234567890\n3,4\n", ("y",)),
        ("n,y\n" + "0" * 5000 + "9007199254740993,2\n3,4\n", ("n",)),
    ],
)
def test_only_cells_spelled_as_whole_numbers_are_said_to_be_rounded(tmp_path, text, noted):
    (tmp_path / "t.csv").write_text(text)
    table = read_table(tmp_path / "t.csv", target="y")
    assert table.roundings == tuple(map(NOTE.format, noted))
    assert read_table(tmp_path / "t.csv", target="y", labels=True).roundings == table.roundings


def test_labels_of_libsvm_and_arrays(tmp_path):
    (tmp_path / "t.svm").write_text("9007199254740993 1:2 2:3\n1 1:1\n")
    assert read_table(tmp_path / "t.svm").roundings == (NOTE.format("label"),)
    (tmp_path / "t.svm").write_text("1e18 1:2 2:3\n1 1:1\n")
    assert read_table(tmp_path / "t.svm").roundings == ()
    for dtype in (np.int64, np.uint64, np.float64, np.float32):
        np.save(tmp_path / "t.npy", np.array([[2**53 + 1, 1], [3, 4]], dtype))
        assert len(read_table(tmp_path / "t.npy").roundings) == (np.dtype(dtype).kind in "iu")


@pytest.mark.parametrize("seed", range(200))
def test_generated_columns_in_each_format(tmp_path, seed):
    """By Python's exact whole numbers."""
    draw = random.Random(seed)
    high = 2 ** draw.randint(48, 63) - 1
    step = draw.choice([1, 1, 2**10])
    values = [draw.randint(-high, high) // step * step for _ in range(draw.randint(2, 8))]
    as_floats = draw.random() < 0.3
    values = [float(v) for v in values] if as_floats else values
    lossy = not as_floats and any(int(float(v)) != v for v in values)
    kind = draw.choice(["csv", "jsonl", "npz", "parquet"])
    path = tmp_path / f"t.{kind}"
    if kind == "csv":
        path.write_text("id,y\n" + "".join(f"{v:.17e},1\n" if as_floats else f"{v},1\n" for v in values))
    elif kind == "jsonl":
        path.write_text("".join(json.dumps({"id": v, "y": 1}) + "\n" for v in values))
    elif kind == "npz":
        np.savez(path, X=np.array(values).reshape(-1, 1), y=np.ones(len(values)), names=["id"])
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pa.table({"id": values, "y": [1] * len(values)}), path)
    table = read_table(path, target="y")
    assert table.X.ravel().tolist() == list(map(float, values))
    assert table.roundings == ((NOTE.format("id"),) if lossy else ())
