"""Weak scaling: a pass over 250k x 50 rows for each of 1 to 4 worker processes, beside the cost model's curve.

More processes than cores share them: the model takes the lesser of both. Its speed is that of one process here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.cluster_passes import overhead
from benchmarks.cluster_tables import write_files
from benchmarks.measure import SEED, Row, size_of
from benchmarks.processes import load, local_client, spent
from benchmarks.slow_network import model
from steepest import scan
from steepest.objective.losses import LogLoss
from steepest.parts.engines.here import Here
from steepest.parts.engines.task import TASKS
from steepest.parts.works import Curves

__all__ = ["Scaled", "draw", "rows"]

N, D, MOST, REPEATS = 250_000, 50, 4, 5  # rows for each worker, columns, workers
FILE = Path(__file__).parents[1] / "docs" / "pictures" / "weak_scaling.svg"
OURS, MODEL = "#D55E00", "#666666"


class Scaled(NamedTuple):
    """A pass with so many workers, and that of the model."""

    workers: int
    wall: float
    cpu: float
    model: float


def rows() -> Iterator[Row]:
    """One row for each number of workers, and the picture."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(_measured(Path(folder)))
    for one in found:
        figures = f"{one.wall:.2f} s, {one.cpu:.2f} CPU-s; {one.model:.2f} s; {os.cpu_count()} cores, {load()}"
        what = f"pass with Hessian, {one.workers} x {size_of(N, D)} from files, {one.workers} workers"
        yield Row(f"{what}: time to that of the model", f"{one.wall / one.model:.1f}x", figures)
    draw(found)


def _measured(folder: Path) -> Iterator[Scaled]:
    rng, work = np.random.default_rng(SEED), Curves(LogLoss(), np.full((D + 1, 1), 0.01))
    for i in range(MOST):
        X = rng.standard_normal((N, D))
        write_files(folder / str(i), X, (X[:, 0] > 0).astype(np.float64), 1)
    one = _pass(folder, 1, Here(1), work).cpu
    for workers in range(1, MOST + 1):
        with local_client(workers) as client:
            each, ours = overhead(client, TASKS * workers) / (TASKS * workers), _pass(folder, workers, client, work)
            yield Scaled(workers, ours.wall, ours.cpu, _model(one, workers, each))


def _model(one: float, workers: int, each: float) -> float:
    """Seconds of a pass: work of so many workers on the cores that there are, and the tasks."""
    return model(one * workers, 1, min(workers, os.cpu_count() or 1), each, tasks=TASKS * workers)


def _pass(folder: Path, workers: int, engine: Any, work: Curves) -> Any:
    """The best of several passes."""
    table = scan([str(folder / str(i)) for i in range(workers)], "y", engine=engine, cache=False)
    table.sums(work)  # loads what is needed
    return min((spent(lambda: table.sums(work)) for _ in range(REPEATS)), key=lambda run: run.wall)


def draw(found: list[Scaled], file: Path = FILE) -> None:
    """Write the picture as SVG, always the same bytes for the same figures."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    workers, cores = [one.workers for one in found], os.cpu_count()
    with mpl.rc_context({"svg.hashsalt": "scaling", "axes.spines.top": False, "axes.spines.right": False}):
        figure, axes = plt.subplots(figsize=(6, 3.8), layout="constrained")
        axes.plot(workers, [one.wall for one in found], color=OURS, marker="o", label="measured, seconds")
        axes.plot(
            workers,
            [one.cpu / one.workers for one in found],
            color=OURS,
            marker="^",
            ls=":",
            label="CPU seconds a worker",
        )
        axes.plot(workers, [one.model for one in found], color=MODEL, marker="s", ls="--", label="cost model, seconds")
        axes.set(xlabel="worker processes, each with its own rows", ylabel="one pass (s)", xticks=workers)
        axes.set_ylim(bottom=0)
        axes.set_title(f"{size_of(N, D)} rows a worker, on {cores} cores", fontsize=11)
        axes.legend(frameon=False)
        figure.savefig(file, metadata={"Date": None})
        plt.close(figure)
