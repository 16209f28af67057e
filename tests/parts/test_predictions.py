"""Predictions over a table in parts are those in memory, in the order of the rows, complete or not at all."""

from __future__ import annotations

import csv
import errno
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from steepest.core.errors import DataError, FileError, UsageError
from steepest.core.new_folder import new_folder
from steepest.parts import predictions as module
from steepest.parts.engines.here import Here
from steepest.parts.predictions import NAMED, Predictions
from steepest.parts.scan import scan
from steepest.solve.model import Model, predict

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

N, D = 30_011, 5
NAMES = tuple(f"x{j}" for j in range(D))
rng = np.random.default_rng(5)
X = rng.normal(size=(N, D))
KEYS = [f"k{i}" for i in range(N)]
W = rng.normal(size=(D + 1, 1))
LINE = Model("linear", ("y",), NAMES, (tuple(W[:-1, 0]),), (float(W[-1, 0]),), None, "mse", {}, {}, {})
CUTS = ((0, 7_001), (7_001, 7_010), (7_010, N))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Three files of odd sizes, with a column of keys."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i, (low, high) in enumerate(CUTS):
        columns = {name: X[low:high, j] for j, name in enumerate(NAMES)}
        table = pa.table({"id": KEYS[low:high], **columns})
        parquet.write_table(table, folder / f"{i}.parquet", row_group_size=3_000)
    return folder


def found(files, keep=("id",), w=W, workers=2):
    table = scan(files, features=list(NAMES), engine=Here(workers), cache=False)
    return Predictions(table, w, lambda z: {"prediction": z[:, 0]}, keep)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def check(keys, values) -> None:
    assert list(keys) == KEYS
    np.testing.assert_allclose(np.array(values, float), predict(LINE, X), rtol=1e-12, atol=1e-12)


def test_a_file_has_the_keys_and_predictions_of_the_rows_in_their_order(files, tmp_path):
    found(files).write(tmp_path / "p.parquet")
    table = parquet.read_table(tmp_path / "p.parquet")
    assert table.column_names == ["id", "prediction"]
    check(table["id"].to_pylist(), table["prediction"].to_numpy())
    found(files).write(tmp_path / "p.csv")
    with (tmp_path / "p.csv").open() as file:
        head, *rows = csv.reader(file)
    assert head == ["id", "prediction"]
    check(*zip(*rows, strict=True))
    assert [float(row[1]) for row in rows] == table["prediction"].to_pylist()


def test_a_folder_has_a_file_for_each_part(files, tmp_path):
    found(files).write(f"{tmp_path}/out/")
    assert len(left(tmp_path / "out")) > 1
    whole = parquet.read_table(tmp_path / "out")
    check(whole["id"].to_pylist(), whole["prediction"].to_numpy())
    assert left(tmp_path) == ["in", "out"]


def test_the_bits_do_not_depend_on_the_cut(files):
    whole = [np.asarray(found(files, (), workers=workers)) for workers in (1, 5)]
    for table in (scan(X), scan(X, memory="16MB"), scan(np.asfortranarray(X))):
        whole.append(np.asarray(Predictions(table, W, lambda z: {"prediction": z[:, 0]})))
    assert len({values.tobytes() for values in whole}) == 1


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "jsonl"])
def test_columns_of_text_are_kept_as_the_files_spell_them(tmp_path, kind):
    for i, (low, high) in enumerate(CUTS):
        if kind == "jsonl":
            records = zip(KEYS[low:high], X[low:high].tolist(), strict=True)
            lines = [json.dumps({"id": key, **dict(zip(NAMES, row, strict=True))}) for key, row in records]
        else:
            pairs = zip(KEYS[low:high], X[low:high].tolist(), strict=True)
            lines = [",".join(("id", *NAMES)), *(f"{key},{','.join(map(repr, row))}" for key, row in pairs)]
        data = ("\n".join(lines) + "\n").encode()
        (tmp_path / f"{i}.{kind}").write_bytes(gzip.compress(data) if kind.endswith("gz") else data)
    for name in ("p.parquet", "q/"):
        found(f"{tmp_path}/*.{kind}").write(f"{tmp_path}/{name}")
        whole = parquet.read_table(tmp_path / name)
        check(whole["id"].to_pylist(), whole["prediction"].to_numpy())


def test_nothing_is_overwritten_without_force(files, tmp_path):
    (tmp_path / "p.csv").write_text("mine")
    with pytest.raises(FileError, match=r"exists: add --force"):
        found(files).write(tmp_path / "p.csv")
    assert (tmp_path / "p.csv").read_text() == "mine"
    found(files).write(f"{tmp_path}/out/")
    with pytest.raises(FileError, match="is not empty"):
        found(files).write(tmp_path / "out")
    found(files, ()).write(tmp_path / "out", force=True)
    assert parquet.read_table(tmp_path / "out").column_names == ["prediction"]
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(FileError, match=r"has other files, such as 'notes.txt'"):
        found(files).write(tmp_path / "out", force=True)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    assert left(tmp_path) == ["in", "out", "p.csv"]


def test_the_table_itself_is_never_replaced(files, tmp_path):
    for name in (files / "1.parquet", files):
        with pytest.raises((UsageError, FileError), match=r"is read|has other files"):
            found(files).write(name, force=True)
    for i in range(3):
        (files / f"{i}.parquet").rename(files / f"part-0000{i}.parquet")
    (tmp_path / "link").symlink_to(files)
    for name in (files, tmp_path / "link"):
        with pytest.raises(UsageError, match="is read: give the predictions a name of their own"):
            found(files).write(name, force=True)
    assert left(files) == [f"part-0000{i}.parquet" for i in range(3)]


FAILURES = [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), DataError("a cell is wrong")]


@pytest.mark.parametrize("failure", FAILURES, ids=["disk full", "Ctrl-C", "bad cell"])
@pytest.mark.parametrize("name", ["p.csv", "p.parquet", "out/", "old/"])
def test_an_error_leaves_nothing_behind(files, tmp_path, monkeypatch, failure, name):
    found(files).write(f"{tmp_path}/old/")
    before, calls = left(tmp_path / "old"), []

    def failing(block, *_):
        calls.append(block.first)
        if len(calls) > 2:
            raise failure
        return np.zeros((block.rows.shape[0], 1))

    monkeypatch.setattr(module, "linear_predictors", failing)
    expected = FileError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected) as caught:
        found(files).write(f"{tmp_path}/{name}", force=True)
    if isinstance(failure, OSError):
        assert "cannot be written (no space left on device): no part of it was kept" in str(caught.value)
    assert left(tmp_path) == ["in", "old"]
    assert left(tmp_path / "old") == before


def test_folders_of_killed_processes_are_removed(tmp_path):
    abandoned = tmp_path / ".out.0123456789abcdef.parts"
    abandoned.mkdir()
    (abandoned / "part-00000.parquet").write_bytes(b"half")
    with new_folder(tmp_path / "out", NAMED) as one:
        (one / "part-00000.parquet").write_bytes(b"1")
        with new_folder(tmp_path / "out", NAMED) as other:  # the one being filled is not
            (other / "part-00000.parquet").write_bytes(b"2")
        with pytest.raises(FileError, match="is not empty"):
            raise_from(one, tmp_path)
        (tmp_path / "out" / "part-00000.parquet").unlink()
    assert left(tmp_path) == ["out"]
    assert (tmp_path / "out" / "part-00000.parquet").read_bytes() == b"1"


def raise_from(one: Path, tmp_path: Path) -> None:
    assert one.is_dir()
    with new_folder(tmp_path / "out", NAMED):
        raise AssertionError("it is refused before")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("p.xlsx", "predictions are written as .csv or .parquet, or into a folder"),
        ("none/out/", "there is no folder 'none': make it first"),
        ("none/p.csv", "there is no folder 'none': make it first"),
        ("in/0.parquet/", "is a file: name a folder"),
    ],
)
def test_a_name_that_cannot_be_is_refused(files, tmp_path, name, words):
    with pytest.raises((UsageError, FileError), match=words):
        found(files).write(f"{tmp_path}/{name}")


def test_a_column_to_keep_must_be_in_all_files_with_one_type(files, tmp_path):
    with pytest.raises(UsageError, match=r"0.parquet has no column 'nope': keep one that it has"):
        found(files, ("nope",))
    with pytest.raises(UsageError, match="leave --keep out for this format"):
        Predictions(scan(X), W, lambda z: {"prediction": z[:, 0]}, ("id",))
    last = parquet.read_table(files / "2.parquet")
    parquet.write_table(last.drop(["id"]), files / "2.parquet")
    with pytest.raises(DataError, match=r"2.parquet: it lacks a column to keep, but .*0.parquet has it"):
        found(files).write(tmp_path / "p.csv")
    parquet.write_table(last.set_column(0, "id", pa.array([[1]] * len(last))), files / "2.parquet")
    with pytest.raises(
        DataError, match=r"2.parquet, column 'id': a column to keep has another type than in .*0.parquet"
    ):
        found(files).write(tmp_path / "p.csv")
    assert left(tmp_path) == ["in"]


def test_a_prediction_too_large_for_a_number_is_refused_with_its_place(files, tmp_path):
    table = parquet.read_table(files / "2.parquet")
    values = table["x0"].to_pylist()
    values[3_456] = 1e308
    parquet.write_table(table.set_column(1, "x0", pa.array(values)), files / "2.parquet", row_group_size=3_000)
    for name in ("p.csv", "out/"):
        with pytest.raises(
            DataError, match=r"2.parquet, row group 2, row 3,457: the prediction is too large"
        ) as caught:
            found(files, w=W * 1e6).write(f"{tmp_path}/{name}")
        assert "\n" not in str(caught.value)
    assert left(tmp_path) == ["in"]


# Workers that are elsewhere send predictions, and files are written here.


@pytest.mark.parametrize("engine", ["processes", "client"])
def test_workers_elsewhere_give_the_bits_of_threads(files, tmp_path, engine, request):
    table = scan(files, features=list(NAMES), engine=request.getfixturevalue(engine), cache=False)
    far, here = Predictions(table, W, lambda z: {"prediction": z[:, 0]}, ("id",)), found(files)
    np.testing.assert_array_equal(np.asarray(far)[:, 1], np.asarray(here)[:, 1])
    for name in ("p.csv", "p.parquet", "p/"):
        far.write(f"{tmp_path}/far-{name}")
        here.write(f"{tmp_path}/here-{name}")
    for name in ("p.csv", "p.parquet", *(f"p/{path.name}" for path in (tmp_path / "here-p").iterdir())):
        assert (tmp_path / f"far-{name}").read_bytes() == (tmp_path / f"here-{name}").read_bytes()
    assert left(tmp_path / "far-p") == left(tmp_path / "here-p")


def test_a_prediction_that_is_too_large_elsewhere_leaves_no_file(files, tmp_path, processes):
    table = scan(files, features=list(NAMES), engine=processes, cache=False)
    for name in ("p.csv", "p/"):
        with pytest.raises(DataError, match=r"parquet, row group \d+, row \d[\d,]*: the prediction is too large"):
            Predictions(table, W * 1e308, lambda z: {"prediction": z[:, 0]}).write(f"{tmp_path}/{name}")
    assert left(tmp_path) == ["in"]
