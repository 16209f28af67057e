"""The engine of Spark, and its DataFrames as tables: the bits of a scan of the same rows in memory.

Without pyspark or a Java runtime the tests are skipped with the reason; where STEEPEST_SPARK is set they fail. All
share one session on this machine.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steepest import GDClassifier, GDRegressor, Problem, scan
from steepest.core.errors import DataError, SteepestError, UsageError
from steepest.objective.losses.softmax import Softmax
from steepest.objective.penalties import L1
from steepest.parts.engines.collections import Predict, predicted
from steepest.parts.engines.spark.engine import Spark
from steepest.parts.labels import labels_of
from steepest.parts.works import Grams
from steepest.solve.passes.fit import fit_parts

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]

N, D = 12_011, 4  # three leaves, the last of which is shorter
NAMES = ["age", "height", "mass", "speed.kmh"]
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.log.level": "OFF",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",  # a short run
}


def absent(reason):
    if os.environ.get("STEEPEST_SPARK"):
        pytest.fail(f"{reason}, and STEEPEST_SPARK is set", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def session():
    """A session of two threads; its workers have the Python of the tests."""
    if find_spec("pyspark") is None:
        absent("pyspark is not installed: the extra is spark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        absent("there is no Java runtime")
    from pyspark.sql import SparkSession

    before = {name: os.environ.get(name) for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")}
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    handler = signal.getsignal(signal.SIGINT)
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    yield started
    started.stop()
    signal.signal(signal.SIGINT, handler)
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="module")
def table():
    """Columns of numbers, two targets, labels, weights."""
    rng = np.random.default_rng(18)
    X = rng.standard_normal((N, D))
    z = X @ rng.standard_normal(D) + rng.standard_normal(N)
    columns = {name: X[:, j] for j, name in enumerate(NAMES)}
    kinds = np.array(["ash", "elm", "oak"])[np.digitize(z, [-1.0, 1.0])]
    columns |= {"number": z, "label": (z > 0) * 1, "kind": kinds, "weight": rng.integers(0, 4, N) * 0.5}
    return pa.table(columns)


@pytest.fixture(scope="module")
def frames(session, table):
    """The table in 1, 3 and 17 partitions, each beside its rows in the order of the partitions."""
    found = {}
    whole = session.createDataFrame(table).coalesce(1).persist()
    for partitions in (1, 3, 17):
        frame = whole if partitions == 1 else whole.repartition(partitions).persist()
        found[partitions] = frame, frame.toArrow()
    return found


def bits(run):
    found = run.trajectory.cost[-1], str(run.certificate)
    return hashlib.sha256(run.coef.tobytes() + run.intercept.tobytes() + repr(found).encode()).hexdigest()


def fitted(files, target, problem, **roles):
    parts = scan(files, target, NAMES, **roles)
    if problem.loss.labels or parts.source.levels is not None:
        parts = labels_of(parts).coded(parts)
    return bits(fit_parts(parts, problem))


PROBLEMS = {
    "linear": ("number", Problem(), {}),
    "logistic": ("label", Problem("log_loss"), {}),
    "softmax": ("kind", Problem(Softmax()), {}),
    "L1": ("number", Problem("squared_error", L1(0.05)), {}),
    "weights": ("label", Problem("log_loss"), {"weights": "weight"}),
}


@pytest.mark.parametrize(("problem", "partitions"), [*((p, 3) for p in PROBLEMS), ("weights", 1), ("softmax", 17)])
def test_a_fit_to_a_frame_has_the_bits_of_its_rows_in_memory(frames, problem, partitions):
    frame, rows = frames[partitions]
    target, what, roles = PROBLEMS[problem]
    assert fitted(frame, target, what, **roles) == fitted(rows, target, what, **roles)


def test_a_fit_to_files_has_the_bits_of_their_rows_in_memory(session, table, tmp_path):
    for i in range(5):
        pq.write_table(table.slice(i * 2500, 2500), tmp_path / f"{i}.parquet", row_group_size=1000)
    target, what, _ = PROBLEMS["logistic"]
    assert fitted(str(tmp_path), target, what, engine=session) == fitted(table, target, what)


def test_an_estimator_takes_a_frame_with_the_name_of_its_target(frames):
    frame, rows = frames[3]
    model = GDClassifier().fit(frame.drop("number", "label", "weight"), "kind")
    same = GDClassifier().fit(scan(rows, "kind", NAMES))
    assert model.classes_.tolist() == ["ash", "elm", "oak"]
    assert model.feature_names_in_.tolist() == NAMES
    assert model.coef_.tobytes() == same.coef_.tobytes()

    found = model.predict_proba(model.predict(frame)).toArrow()
    assert found.column_names == [
        *rows.column_names,
        "prediction",
        "prediction_ash",
        "prediction_elm",
        "prediction_oak",
    ]
    best = np.column_stack([found[name] for name in found.column_names[-3:]]).argmax(1)
    assert found["prediction"].to_pylist() == model.classes_[best].tolist()
    np.testing.assert_array_equal(found["prediction"].to_numpy(), np.asarray(model.predict(scan(rows, features=NAMES))))


def test_text_dates_gaps_and_single_precision_are_as_in_memory(session):
    rng = np.random.default_rng(3)
    n = 9000
    days = (np.datetime64("2024-01-01") + rng.integers(0, 400, n)).astype("datetime64[D]")
    gaps = pa.array(rng.standard_normal(n), mask=rng.random(n) < 0.1)
    towns = np.array(["Bonn", "Köln", "Ulm"])[rng.integers(0, 3, n)]
    y = rng.standard_normal(n)
    frame = (
        session.createDataFrame(pa.table({"day": days, "gap": gaps, "town": towns, "y": y})).repartition(3).persist()
    )
    asked = {"missing": "indicator", "dates": "day"}
    ours, reference = scan(frame, "y", **asked), scan(frame.toArrow(), "y", **asked)
    assert ours.names == reference.names
    assert ours.recipe == reference.recipe
    work = Grams(np.zeros(len(ours.names) + 1))
    assert ours.sums(work)[0].tobytes() == reference.sums(work)[0].tobytes()

    single = session.createDataFrame(pa.table({"a": y.astype(np.float32), "y": y})).persist()
    assert next(scan(single, "y").source.read(0, 0, 10)).X.dtype == np.float32


def test_whole_numbers_that_are_rounded_are_noted(session):
    frame = session.createDataFrame(pa.table({"id": np.arange(5) + 2**53, "y": np.arange(5.0)})).persist()
    parts = scan(frame, "y")
    parts.sums(Grams(np.zeros(2)))
    assert [note for note in parts.source_notes if "'id'" in note]
    assert parts.source.identity == scan(frame, "y").source.identity
    assert parts.source.identity != scan(frame.limit(4), "y").source.identity


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf")])
def test_a_cell_at_fault_is_named(session, bad):
    column = pa.array([1.0, 2.0, bad, 4.0], pa.float64())
    frame = session.createDataFrame(pa.table({"a": column, "y": [1.0, 2.0, 3.0, 5.0]})).coalesce(1)
    with pytest.raises(DataError, match=r"^row 3 of partition 0, column 'a': ") as caught:
        GDRegressor().fit(frame, "y")
    assert "\n" not in str(caught.value)


def test_a_missing_label_is_named(session):
    frame = session.createDataFrame(pa.table({"a": [1.0, 2.0], "y": ["yes", None]})).coalesce(1)
    with pytest.raises(DataError, match=r"^row 2 of partition 0, column 'y': missing value"):
        GDClassifier().fit(frame, "y")


def test_an_error_of_a_file_is_the_one_that_it_was(session, tmp_path):
    pq.write_table(pa.table({"a": [1.0, float("nan")], "y": [1.0, 2.0]}), tmp_path / "bad.parquet")
    parts = [scan(str(tmp_path), "y", engine=engine, cache=False) for engine in (None, session)]
    told = []
    for one in parts:
        with pytest.raises(DataError) as caught:
            one.sums(Grams(np.zeros(2)))
        told.append((str(caught.value), caught.value.column))
    assert told[0] == told[1]


def test_a_frame_with_other_rows_than_before_is_refused(frames):
    source = scan(frames[3][0], "number", NAMES)
    first, rows = source.source.partitions[1]
    source.source.partitions[1] = first, rows - 1
    with pytest.raises(DataError, match="other rows than when they were counted"):
        source.sums(Grams(np.zeros(D + 1)))


def test_rows_that_are_no_longer_on_the_disk_of_a_worker_are_cut_again(frames):
    frame, rows = frames[1]
    source = scan(frame, "number", NAMES)
    before = source.source.identity
    folders = list(Path(tempfile.gettempdir()).glob(f"blockmgr-*/steepest-{source.source.token}"))
    assert len(folders) == 1
    shutil.rmtree(folders[0])
    del source.source.identity
    assert source.source.identity == before
    found, known = (table.sums(Grams(np.zeros(D + 1)))[0] for table in (source, scan(rows, "number", NAMES)))
    np.testing.assert_array_equal(found, known)


def test_a_later_table_removes_the_files_of_one_that_went(frames):
    tokens = []
    for _ in range(2):
        parts = scan(frames[1][0], "number", NAMES)
        parts.sums(Grams(np.zeros(D + 1)))
        tokens.append(parts.source.token)
        del parts
        gc.collect()
    there = [bool(list(Path(tempfile.gettempdir()).glob(f"blockmgr-*/steepest-{token}"))) for token in tokens]
    assert there == [False, True]


def test_vectors_and_roles_that_are_no_names_are_refused(session, frames):
    from pyspark.ml.linalg import Vectors

    frame = session.createDataFrame([(Vectors.dense([1.0]), 1.0)], ["v", "y"])
    with pytest.raises(DataError, match=r"column 'v': a column of vectors: name the columns .*vector_to_array"):
        scan(frame, "y")
    with pytest.raises(UsageError, match="target of a Spark DataFrame must be the name of one of its columns"):
        scan(frames[1][0], frames[1][0]["number"])
    with pytest.raises(UsageError, match="no column"):
        scan(frames[1][0], "number", ["x9"])


def test_the_executors_forget_a_table_that_goes(session, frames):
    count = session.sparkContext._jsc.getPersistentRDDs
    gc.collect()
    before = count().size()
    parts = scan(frames[17][0].drop("label", "kind", "weight"), "number")
    parts.sums(Grams(np.zeros(D + 1)))
    assert count().size() > before
    del parts
    gc.collect()
    assert count().size() == before


def test_map_keeps_the_order_and_tells_of_a_failure_in_one_line(session):
    engine = Spark(session)
    assert list(engine.map(abs, [-1, -2, -3])) == [1, 2, 3]
    with pytest.raises(
        SteepestError, match=r"^Spark could not run a pass \(TypeError: bad operand .*\): look"
    ) as caught:
        list(engine.map(abs, ["text"]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("python", ["/no/python", "/usr/bin/python3"])
def test_another_python_on_the_workers_is_told(session, monkeypatch, python):
    if not python.startswith("/no") and not shutil.which(python):
        pytest.skip("there is no other Python here")
    monkeypatch.setattr(session.sparkContext, "pythonExec", python)
    with pytest.raises(UsageError, match=r"workers of Spark have another Python or steepest .*: set PYSPARK_PYTHON"):
        list(Spark(session).map(scan, [None]))


def test_another_version_on_the_workers_is_told(session, table, monkeypatch):
    monkeypatch.setattr("steepest.parts.engines.spark.engine.__version__", "9.9")
    engine = Spark(session)
    with pytest.raises(SteepestError, match=r"workers have steepest .*, but here it is 9\.9"):
        scan(table.select(["age", "number"]), "number", engine=engine).sums(Grams(np.zeros(2)))


def test_an_interrupt_cancels_the_job(session):
    began = time.monotonic()
    timer = Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        list(Spark(session).map(time.sleep, [30, 30]))
    timer.join()
    assert time.monotonic() - began < 15
    tracker = session.sparkContext.statusTracker()
    while tracker.getActiveJobsIds() and time.monotonic() - began < 15:
        time.sleep(0.1)
    assert not tracker.getActiveJobsIds()
    assert list(Spark(session).map(abs, [-1])) == [1]


def test_sessions_without_workers_here_are_refused():
    stopped = SimpleNamespace(sparkContext=SimpleNamespace(_jsc=None))
    with pytest.raises(UsageError, match="the Spark session is stopped: make a new one"):
        Spark(stopped)
    with pytest.raises(UsageError, match="not of Spark Connect"):
        Spark(SimpleNamespace())


def test_predictions_are_columns_of_the_same_frame(frames):
    frame, rows = frames[3]
    w = np.arange(D + 1.0)[:, None]
    asked = Predict(tuple(NAMES), None, w, lambda z: {"prediction": z[:, 0], "prediction_sign": np.sign(z[:, 0])})
    found = predicted(frame, asked)
    assert found.columns == [*frame.columns, "prediction", "prediction_sign"]
    X = np.column_stack([rows[name].to_numpy() for name in NAMES])
    collected = found.toArrow()
    assert collected.select(rows.column_names).equals(rows)
    np.testing.assert_allclose(collected["prediction"].to_numpy(), X @ w[:-1, 0] + w[-1, 0], rtol=1e-12)
    with pytest.raises(UsageError, match="has a column 'prediction' already"):
        predicted(found, asked)
    with pytest.raises(UsageError, match="no column"):
        predicted(frame.drop("age"), asked)
