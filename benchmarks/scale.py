"""Tables in files, larger than memory if need be: epochs of batches, against a full shuffle and against peers.

CPU seconds are those of the process, reading included. A group of rows here is a function that yields `measure.Row`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, cast

import numpy as np
from sklearn.linear_model import SGDClassifier

from benchmarks.measure import SEED, Row, size_of
from benchmarks.scale_passes import cpu_of, forget, pass_rows, read_directly, wall_of
from steepest import Problem, make_rows, scan
from steepest.parts.cache.policy import cached
from steepest.parts.parts import Parts
from steepest.solve.fit import fit
from steepest.solve.passes.stochastic import fit_stochastic
from steepest.solve.settings import Limits, Settings

N, D, EPOCHS = 1_000_000, 50, 3
CHUNK = 1 << 16  # rows that the peers are given at a time
VW_ROWS = 200_000
LOSS = Problem("log_loss")
BATCHES = Settings(batch_size=32)


class Labelled(NamedTuple):
    """A table of two classes, and the least cost."""

    X: Any
    y: Any
    least: float

    def excess(self, w: Any) -> float:
        """Relative excess of the cost of w, intercept last."""
        z = self.X @ w[:-1] + w[-1]
        return float(np.mean(np.logaddexp(0, z) - self.y * z)) / self.least - 1


def rows() -> Iterator[Row]:
    """Passes, and epochs of batches."""
    with tempfile.TemporaryDirectory() as folder:
        yield from pass_rows(Path(folder))
    yield from _quality()
    yield from _epochs()
    yield from _against_vw()


def _table(n: int = N, by_class: bool = False) -> Labelled:
    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((n, D))
    y = (rng.random(n) < 1 / (1 + np.exp(-X @ rng.standard_normal(D)))).astype(np.float64)
    if by_class:
        order = np.argsort(y, kind="stable")
        X, y = X[order], y[order]
    return Labelled(X, y, float(fit(make_rows(X, y), LOSS).trajectory.cost[-1]))


def _weights(run: Any) -> Any:
    return np.append(run.coef, run.intercept)


def _quality() -> Iterator[Row]:
    """A table sorted by class: buffers of 64 blocks beside a shuffle of all rows, and the order of the file."""
    table, limits = _table(by_class=True), Limits(max_iter=EPOCHS, tol=None)
    data = make_rows(table.X, table.y)
    full = table.excess(_weights(fit(data, LOSS, BATCHES, limits)))
    in_order = Settings(batch_size=32, sampling="sequential")
    file_order = table.excess(_weights(fit(data, LOSS, in_order, limits)))
    ours = table.excess(_weights(fit_stochastic(scan(table.X, table.y), LOSS, BATCHES, limits)))
    what = f"epochs, {size_of(N, D)} sorted by class, {EPOCHS} epochs, 13 MB of rows: excess cost against"
    yield Row(f"{what} a shuffle of all rows", f"{ours / full:.1f}x", f"{ours:.1e}; {full:.1e}", "<= 2x")
    yield Row(f"{what} the order of the file", f"1/{file_order / ours:.0f}", f"{ours:.1e}; {file_order:.1e}")


def _in_cache(path: Path, folder: Path) -> Parts:
    """A Parquet file with its cache written."""
    parts = scan(str(path), "y")
    parts = parts.of(cached(parts.source, folder))
    _ = parts.survey
    return parts


def _parquet(table: Labelled, folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "table.parquet"
    columns = {f"c{j}": table.X[:, j] for j in range(D)} | {"y": table.y}
    pq.write_table(pa.table(columns), path, row_group_size=1 << 17)
    return path


def _epochs() -> Iterator[Row]:
    """One epoch from the cache, and scikit-learn's partial_fit over the chunks of the file."""
    table = _table()
    with tempfile.TemporaryDirectory() as folder:
        path = _parquet(table, Path(folder))
        parts = _in_cache(path, Path(folder))
        for size in (1, 32):
            yield _epoch(table, parts, path, size)
        yield _from_disk(parts)


def _from_disk(parts: Parts) -> Row:
    """Epochs over a cache that is read past the memory of the system, and direct reads of its files, in turns."""
    source = cast(Any, parts.source)
    source._found = source._stored._replace(mapped=False)
    files, epochs, disk = [path for path in source._stored.folder.iterdir() if path.is_file()], [], []
    size = sum(path.stat().st_size for path in files) / 1e9
    for _ in range(EPOCHS):
        forget(files)
        disk.append(wall_of(lambda: [read_directly(path) for path in files]))
        one, many = (
            wall_of(lambda limit=limit: fit_stochastic(parts, LOSS, BATCHES, Limits(max_iter=limit, tol=None)))
            for limit in (1, 1 + EPOCHS)
        )
        epochs.append((many - one) / EPOCHS)
    figures = f"{size / median(epochs):.2f} GB/s; {size / median(disk):.2f} GB/s"
    what = f"epoch from a cache on disk alone, {size_of(N, D)}, batch 32: its speed to that of direct reads"
    return Row(what, f"{median(disk) / median(epochs):.2f}", figures, ">= 0.5")


def _epoch(table: Labelled, parts: Parts, path: Path, size: int) -> Row:
    def ours(epochs: int) -> Any:
        return fit_stochastic(parts, LOSS, Settings(batch_size=size), Limits(max_iter=epochs, tol=None))

    ours(1)  # compiles
    one, many = cpu_of(lambda: ours(1)), cpu_of(lambda: ours(1 + EPOCHS))
    own = (many[0] - one[0]) / EPOCHS
    spent, model = cpu_of(lambda: _partial_fits(path))
    figures = f"{own:.2f} CPU-s, excess {table.excess(_weights(many[1])):.1e}; "
    figures += f"{spent / EPOCHS:.2f} CPU-s, {table.excess(np.append(model.coef_, model.intercept_)):.1e}"
    what = (
        f"epoch, {size_of(N, D)}, batch {size}, with reading and its cost: SGDClassifier.partial_fit's CPU time to ours"
    )
    return Row(what, f"{spent / EPOCHS / own:.1f}x", figures, ">= 3x")


def _partial_fits(path: Path) -> Any:
    import pyarrow.parquet as pq

    model = SGDClassifier(loss="log_loss", penalty=None, random_state=SEED, average=True)
    for _ in range(EPOCHS):
        for batch in pq.ParquetFile(path).iter_batches(CHUNK):
            chunk = np.column_stack([column.to_numpy() for column in batch.columns])
            model.partial_fit(chunk[:, :-1], chunk[:, -1], classes=np.array([0.0, 1.0]))
    return model


def _against_vw() -> Iterator[Row]:
    """Vowpal Wabbit's pass over its cache, where it is installed: here, or for the interpreter that VW_PYTHON names."""
    if find_spec("vowpalwabbit") is None and "VW_PYTHON" not in os.environ:
        return
    table = _table(VW_ROWS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.vw"
        _write_vw(table, path)
        theirs = (_vw_seconds(path, 1 + EPOCHS) - _vw_seconds(path, 1)) / EPOCHS
        parts = _in_cache(_parquet(table, Path(folder)), Path(folder))
        settings, limits = Settings(batch_size=1), [Limits(max_iter=epochs, tol=None) for epochs in (1, 1 + EPOCHS)]
        fit_stochastic(parts, LOSS, settings, limits[0])
        ours = [cpu_of(lambda limit=limit: fit_stochastic(parts, LOSS, settings, limit))[0] for limit in limits]
    own = (ours[1] - ours[0]) / EPOCHS
    what = f"epoch from the cache, {VW_ROWS // 1000}k x {D}, batch 1: CPU time of Vowpal Wabbit's cached pass to ours"
    yield Row(what, f"{theirs / own:.1f}x", f"{own:.3f} CPU-s; {theirs:.3f} CPU-s", ">= 5x")


def _write_vw(table: Labelled, path: Path) -> None:
    with path.open("w") as file:
        for x, y in zip(table.X, table.y, strict=True):
            values = " ".join(f"{j}:{v:.6g}" for j, v in enumerate(x))
            file.write(f"{'1' if y else '-1'} | {values}\n")


def _vw_seconds(path: Path, passes: int) -> float:
    """CPU seconds of a process with so many passes, the first of which writes the cache."""
    how = f"-d {path} --loss_function logistic -k --cache_file {path}.{passes} --passes {passes} --holdout_off --quiet"
    program = f"from vowpalwabbit import Workspace; Workspace({how!r}).finish()"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([os.environ.get("VW_PYTHON", sys.executable), "-c", program], check=True, env={})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
