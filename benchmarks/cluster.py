"""Fits on a Dask cluster of two processes on this machine, against dask-ml and MLlib; and what a pass costs there.

CPU seconds are those of the client, the scheduler and the workers together. The weights are judged in float64 at the
optimum's own Hessian: the decrement g' H^-1 g / 2 by the cost is the relative cost above the optimum, to 1e-30.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import cluster_passes, cluster_scaling, slow_network
from benchmarks.measure import SEED, Row, size_of
from benchmarks.processes import Spent, load, local_client, spent
from steepest import Problem, scan
from steepest.solve.passes.fit import fit_parts

N, D, FILES, SMALL = 1_000_000, 50, 8, 20_000
LOSS = Problem("log_loss")
ROOT = Path(__file__).parents[1]
WANTED = {"newton": ">= 4x, nearer", "lbfgs": ">= 12x, nearer"}


class Labelled(NamedTuple):
    """A table of two classes, and the folder of its files."""

    X: Any
    y: Any
    folder: Path

    def excess(self, w: Any) -> float:
        """Relative cost above the optimum of w, intercept last, by the decrement of Newton's method."""
        z = self.X @ w[:-1] + w[-1]
        p = 1 / (1 + np.exp(-z))
        A = np.column_stack([self.X, np.ones(len(z))])
        g, H = A.T @ (p - self.y), (A.T * (p * (1 - p))) @ A
        return float(g @ np.linalg.solve(H, g)) / 2 / float(np.logaddexp(0, z).sum() - self.y @ z)


def rows() -> Iterator[Row]:
    """Whole fits, passes, a slow network, and more workers."""
    if find_spec("distributed") is None:
        print("cluster: no package called distributed, nothing is measured", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _fits(Path(folder))
        yield from cluster_passes.rows()
        yield from slow_network.rows()
        yield from cluster_scaling.rows()
    if find_spec("benchmarks.cluster_spark") is not None and find_spec("pyspark") is not None:
        from benchmarks import cluster_spark

        yield from cluster_spark.rows()


def _table(folder: Path) -> Labelled:
    """Correlated columns of scales 0.1 to 10, shifted, and labels drawn by a logistic model."""
    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((N, D)) @ (np.eye(D) + 0.3 * rng.standard_normal((D, D)))
    z = X @ rng.standard_normal(D) / np.linalg.norm(X[0])
    y = (rng.random(N) < 1 / (1 + np.exp(-z))).astype(np.float64)
    X = X * 10 ** rng.uniform(-1, 1, D) + rng.standard_normal(D)
    for name, n in (("large", N), ("small", SMALL)):
        write_files(folder / name, X[:n], y[:n], FILES)
    return Labelled(X, y, folder)


def write_files(folder: Path, X: Any, y: Any, files: int) -> None:
    """A table as Parquet files, whose rows are not whole leaves."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    for i, some in enumerate(np.array_split(np.arange(len(y)), files)):
        columns = {f"c{j}": X[some, j] for j in range(X.shape[1])} | {"y": y[some]}
        pq.write_table(pa.table(columns), folder / f"{i:03}.parquet", row_group_size=1 << 16, use_dictionary=False)


def _fits(folder: Path) -> Iterator[Row]:
    table, what = _table(folder), f"logistic fit, {size_of(N, D)}, 2 workers"
    with local_client() as client:
        ours = {name: _second(table, lambda x, way=way: way(x, client)) for name, way in WAYS.items()}
    first = ours["from files"]
    for name, run in ours.items():
        figures = f"{_figures(table, run)}; first fit {run.first.cpu:.1f} CPU-s"
        yield Row(f"{what}, ours {name}: CPU time to that from files", f"{run.best.cpu / first.best.cpu:.2f}x", figures)
    for peer in _dask_ml(table.folder):
        run = Spent(peer["cpu"], peer["wall"], np.array(peer["w"]))
        for name, own in ours.items():
            ratio, nearer = run.cpu / own.best.cpu, table.excess(run.found) / table.excess(own.best.found)
            row = f"{what}: CPU time of dask-ml {peer['solver']}, resident, to ours {name}"
            figures = f"{own.best.cpu:.1f} CPU-s; {run.cpu:.1f} CPU-s, excess {table.excess(run.found):.0e}"
            yield Row(row, f"{ratio:.1f}x", f"{figures}, {nearer:.0e} times ours; {load()}", WANTED[peer["solver"]])
