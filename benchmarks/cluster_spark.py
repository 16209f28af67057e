"""Spark: a logistic fit from files and from a DataFrame, against MLlib, in sessions of two threads.

CPU seconds are those of the driver, the JVM and the workers together, in a process and a session for each candidate.
The table is that of the fits on Dask, of correlated columns. Before the clock starts, the same candidate fits a small
table, so that neither compilers nor the start of Spark are judged; MLlib's vectors are assembled and cached before,
too, as is the DataFrame.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

import numpy as np

from benchmarks.cluster_tables import D, N, make_table
from benchmarks.measure import Row, size_of

__all__ = ["rows"]

AGREE = 1e-6  # of the costs of two answers: the tolerance of MLlib
NAMES = [f"c{j}" for j in range(D)]
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "4g",
    "spark.log.level": "OFF",
}


class Answer(NamedTuple):
    """What a candidate costs, and its weights, intercept last."""

    cpu: float
    wall: float
    w: list[float]


def rows() -> Iterator[Row]:
    """CPU seconds of MLlib to ours, from files and from a DataFrame, and the costs of the answers."""
    if find_spec("pyspark") is None or which("java") is None:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        X, y, _ = make_table(folder)
        answers = {candidate: _measured(candidate, folder) for candidate in CANDIDATES}
    theirs = answers["mllib"]
    for candidate, wanted in (("files", ">= 6x"), ("frame", ">= 2x")):
        ours = answers[candidate]
        if not np.isclose(_cost(X, y, ours), _cost(X, y, theirs), rtol=AGREE, atol=0):
            raise RuntimeError("the answers differ, so that their times cannot be compared")
        figures = f"{ours.cpu:.1f}; {theirs.cpu:.1f} CPU-s; costs {_cost(X, y, ours):.12f}; {_cost(X, y, theirs):.12f}"
        yield Row(
            f"Spark, {size_of(N, D)}, logistic, {SOURCES[candidate]}: CPU time of MLlib to ours",
            f"{theirs.cpu / ours.cpu:.1f}x",
            figures,
            wanted,
        )


SOURCES = {"files": "from files", "frame": "from a DataFrame in memory"}


def _cost(X: Any, y: Any, answer: Answer) -> float:
    w = np.array(answer.w)
    z = X @ w[:-1] + w[-1]
    return float(np.mean(np.logaddexp(0, z) - y * z))


def _measured(candidate: str, folder: Path) -> Answer:
    """The answer of a candidate, from a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.cluster_spark", candidate, str(folder)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    cpu, wall, *w = map(float, found)
    return Answer(cpu, wall, w)


def _session() -> Any:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _files(session: Any, path: str) -> Callable[[], Any]:
    from steepest import GDClassifier, scan

    return lambda: _of(GDClassifier().fit(scan(path, "y", engine=session)))


def _frame(session: Any, path: str) -> Callable[[], Any]:
    from steepest import GDClassifier

    frame = session.read.parquet(path).persist()
    frame.count()
    return lambda: _of(GDClassifier().fit(frame, "y"))


def _mllib(session: Any, path: str) -> Callable[[], Any]:
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.feature import VectorAssembler

    assembler = VectorAssembler(inputCols=NAMES, outputCol="features")
    frame = assembler.transform(session.read.parquet(path)).select("features", "y").persist()
    frame.count()

    def fit() -> Any:
        model = LogisticRegression(labelCol="y", maxIter=100, tol=1e-6, regParam=0.0).fit(frame)
        return np.append(model.coefficients.toArray(), model.intercept)

    return fit


def _of(model: Any) -> Any:
    return np.append(model.coef_, model.intercept_)


CANDIDATES: dict[str, Callable[[Any, str], Callable[[], Any]]] = {"files": _files, "frame": _frame, "mllib": _mllib}


def _main(candidate: str, folder: Path) -> None:
    """Print CPU seconds, seconds and the weights."""
    from benchmarks.processes import spent

    session = _session()
    for _ in range(2):
        CANDIDATES[candidate](session, str(folder / "small"))()
    run = spent(CANDIDATES[candidate](session, str(folder / "large")))
    print(run.cpu, run.wall, *run.found)
    session.stop()


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
