"""Predictions over a table in parts are those in memory, in the order of the rows, complete or not at all."""

import csv

import numpy as np
import pytest

from steepest.core.errors import DataError, FileError, UsageError
from steepest.parts.engines.here import Here
from steepest.parts.predictions import predictions
from steepest.parts.scan import scan
from steepest.solve.model import Model, predict, probability
from steepest.solve.passes.predicted import Predicted, predict_in_parts

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

N, D = 30_011, 5
NAMES = tuple(f"x{j}" for j in range(D))
rng = np.random.default_rng(5)
X = rng.normal(size=(N, D))
KEYS = [f"k{i}" for i in range(N)]
LINE = Model("linear", ("y",), NAMES, (tuple(rng.normal(size=D)),), (0.5,), None, "mse", {}, {}, {})
TWO = LINE._replace(kind="logistic", classes=(0.0, 1.0), loss="log_loss")
THREE = TWO._replace(
    classes=("a", "b", "c"),
    coef=tuple(tuple(row) for row in rng.normal(size=(3, D))),
    intercept=(0.1, -0.2, 0.3),
    multi_class="softmax",
)


@pytest.fixture
def files(tmp_path):
    """Three files of odd sizes, with a column of keys."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i, (low, high) in enumerate(((0, 7_001), (7_001, 7_010), (7_010, N))):
        columns = {name: X[low:high, j] for j, name in enumerate(NAMES)}
        table = pa.table({"id": KEYS[low:high], **columns})
        parquet.write_table(table, folder / f"{i}.parquet", row_group_size=3_000)
    return folder


def table_of(files, workers=2):
    return scan(files, features=list(NAMES), engine=Here(workers))


@pytest.mark.parametrize("model", [LINE, TWO, THREE], ids=["numbers", "two", "three"])
def test_predictions_are_those_in_memory(files, tmp_path, model):
    done = predict_in_parts(model, table_of(files), tmp_path / "p.parquet", keep=("id",))
    found = parquet.read_table(tmp_path / "p.parquet")
    assert done.rows == N
    assert found.column_names == ["id", "prediction"]
    assert found["id"].to_pylist() == KEYS
    expected = predict(model, X)
    if model.classes is None:
        np.testing.assert_allclose(found["prediction"].to_numpy(), expected, rtol=1e-12, atol=1e-12)
    else:
        assert found["prediction"].to_pylist() == expected.tolist()


@pytest.mark.parametrize("model", [TWO, THREE], ids=["two", "three"])
def test_probabilities_have_a_column_for_each_class(files, tmp_path, model):
    predict_in_parts(model, table_of(files), tmp_path / "p.parquet", proba=True)
    found = parquet.read_table(tmp_path / "p.parquet")
    labels = ["0", "1"] if model is TWO else ["a", "b", "c"]
    assert found.column_names == ["row", *(f"probability_{label}" for label in labels)]
    assert found["row"].to_pylist() == list(range(1, N + 1))
    p = probability(model, X)
    p = np.column_stack((1 - p, p)) if p.ndim == 1 else p
    got = np.column_stack([found[name].to_numpy() for name in found.column_names[1:]])
    np.testing.assert_allclose(got, p, rtol=1e-12, atol=1e-300)


def test_the_bits_do_not_depend_on_the_cut(files):
    w = THREE.w
    columns = [
        np.concatenate([c["probability_b"] for c in predictions(table, w, Predicted(THREE, True))])
        for table in (table_of(files, 1), table_of(files, 5), scan(X), scan(X, memory="16MB"))
    ]
    for other in columns[1:]:
        assert np.array_equal(columns[0], other)


def test_a_folder_gets_a_file_for_each_part(files, tmp_path):
    table = table_of(files)
    done = predict_in_parts(LINE, table, tmp_path / "out", keep=["id"])
    assert len(done.files) > 1
    assert done.rows == N
    assert sorted(map(str, (tmp_path / "out").iterdir())) == list(done.files)
    assert parquet.read_table(tmp_path / "out")["id"].to_pylist() == KEYS
    with pytest.raises(FileError, match="exists: add --force"):
        predict_in_parts(LINE, table, tmp_path / "out")
    predict_in_parts(LINE, table, f"{tmp_path}/out/", force=True)
    assert parquet.read_table(tmp_path / "out").column_names == ["row", "prediction"]
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(FileError, match="has other files"):
        predict_in_parts(LINE, table, tmp_path / "out", force=True)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_csv_holds_the_same_numbers(files, tmp_path):
    predict_in_parts(LINE, table_of(files), tmp_path / "p.csv", keep=["id"])
    with (tmp_path / "p.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "prediction"]
    assert len(rows) == N + 1
    np.testing.assert_allclose([float(row[1]) for row in rows[1:]], predict(LINE, X), rtol=1e-12, atol=1e-12)


def test_nothing_is_overwritten_or_left_behind(files, tmp_path):
    (tmp_path / "p.csv").write_text("mine")
    with pytest.raises(FileError, match="exists"):
        predict_in_parts(LINE, table_of(files), tmp_path / "p.csv")
    assert (tmp_path / "p.csv").read_text() == "mine"
    huge = LINE._replace(coef=((1e308,) * D,))
    for name in ("q.parquet", "q"):
        with pytest.raises(DataError, match=r"row [\d,]+: the prediction is too large"):
            predict_in_parts(huge, table_of(files), tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "p.csv"]


def test_what_cannot_be_done_is_refused(files, tmp_path):
    table = table_of(files)
    with pytest.raises(UsageError, match=r"\.csv or \.parquet"):
        predict_in_parts(LINE, table, tmp_path / "p.xlsx")
    with pytest.raises(UsageError, match="no such column"):
        predict_in_parts(LINE, table, tmp_path / "p.csv", keep=["nope"])
    with pytest.raises(UsageError, match="has this name"):
        predict_in_parts(
            LINE._replace(targets=("id", "b"), coef=LINE.coef * 2, intercept=(0.0, 1.0)),
            table,
            tmp_path / "p.csv",
            keep=["id"],
        )
    with pytest.raises(UsageError, match="only columns of files"):
        predict_in_parts(LINE, scan(X, features=list(NAMES)), tmp_path / "p.csv", keep=["id"])
    with pytest.raises(UsageError, match="no probabilities"):
        predict_in_parts(LINE, table, tmp_path / "p.csv", proba=True)
    with pytest.raises(UsageError, match="scan the table with features"):
        predict_in_parts(LINE, scan(files, features=list(NAMES[::-1])), tmp_path / "p.csv")
