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
from typing import Any

import numpy as np

from benchmarks import cluster_passes, cluster_scaling, slow_network
from benchmarks.cluster_tables import D, Labelled, N, make_table
from benchmarks.measure import Row, size_of
from benchmarks.processes import Spent, load, local_client, spent
from steepest import Problem, scan
from steepest.parts.parts import Parts
from steepest.solve.passes.fit import fit_parts

LOSS = Problem("log_loss")  # fitted to the default tolerance, a relative cost of 1e-10 above the optimum
ROOT = Path(__file__).parents[1]
WANTED = {"newton": ">= 4x", "lbfgs": ">= 12x"}


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


def _fits(folder: Path) -> Iterator[Row]:
    table, what = make_table(folder), f"logistic fit, {size_of(N, D)}, 2 workers"
    with local_client() as client:
        ours = {name: _ours(table, lambda path, make=make: make(path, client)) for name, make in TABLES.items()}
    for name, run in ours.items():
        yield Row(f"{what}, ours {name}: CPU seconds", f"{run.cpu:.1f}", f"{_figures(table, run)}; {load()}")
    for solver, peer_run in _dask_ml(table):
        for name, run in ours.items():
            figures = f"{run.cpu:.1f}; {peer_run.cpu:.1f} CPU-s, {_figures(table, peer_run)}"
            row = f"{what}: CPU time of dask-ml {solver}, resident, to ours {name}"
            yield Row(row, f"{peer_run.cpu / run.cpu:.1f}x", figures, WANTED[solver] if name == RESIDENT else "")


def _ours(table: Labelled, make: Callable[[Path], Parts]) -> Spent:
    """A whole fit of the large table, after one of the small table that loads what is needed, as for the peers."""
    small, large = make(table.folder / "small"), make(table.folder / "large")
    fit_parts(small, LOSS)
    run = spent(lambda: fit_parts(large, LOSS))
    return run._replace(found=np.append(run.found.coef, run.found.intercept))


def _resident(path: Path, client: Any) -> Parts:
    """Rows in the memory of the workers, as the arrays of the peers are before they are fitted."""
    frame = _frame(path, client)
    frame.sums(cluster_passes.Nothing())
    return frame.of(frame.source)


def _frame(path: Path, client: Any) -> Parts:
    """A data frame in the memory of the workers, whose rows the first pass lays out."""
    import dask.dataframe as dd
    from distributed import wait

    frame = dd.read_parquet(path).persist()
    wait(frame)
    return scan(frame, "y", engine=client)


RESIDENT = "resident"
TABLES: dict[str, Callable[[Path, Any], Parts]] = {
    "from files": lambda path, client: scan(path, "y", engine=client, cache=False),
    "from files, with a cache": lambda path, client: scan(path, "y", engine=client, cache=True),
    "from a data frame in memory": _frame,
    RESIDENT: _resident,
}


def _figures(table: Labelled, run: Spent) -> str:
    return f"{run.wall:.1f} s, relative excess of the cost {table.excess(run.found):.0e}"


def _dask_ml(table: Labelled) -> Iterator[tuple[str, Spent]]:
    """Fits by dask-ml, where it is installed: here, or for the interpreter that DASK_ML_PYTHON names."""
    if find_spec("dask_ml") is None and "DASK_ML_PYTHON" not in os.environ:
        return
    command = [os.environ.get("DASK_ML_PYTHON", sys.executable), "-m", "benchmarks.cluster_dask_ml"]
    command += [str(table.folder / name) for name in ("small", "large")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"cluster: {' '.join(command[:3])} failed, no row of dask-ml", file=sys.stderr)
    for line in done.stdout.splitlines():
        run = json.loads(line)
        yield run["solver"], Spent(run["cpu"], run["wall"], np.array(run["w"]))
