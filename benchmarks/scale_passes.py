"""Passes over a table in files: CPU seconds a GB, from Parquet, from the cache and from CSV, and the disk's speed."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, cast

import numpy as np

from benchmarks.measure import SEED, Row, size_of
from steepest import scan
from steepest.core.units import Units
from steepest.objective.losses import LogLoss
from steepest.parts.parts import Parts
from steepest.parts.survey import survey_of
from steepest.parts.works import Curves, Slopes

__all__ = ["cpu_of", "forget", "pass_rows", "read_directly", "wall_of"]

N, D, REPEATS = 1_000_000, 50, 3
CSV_ROWS = 100_000
MEMORY = 10.0  # GB/s from memory, the floor of a pass from the page cache


def cpu_of(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what the work gives."""
    before = time.process_time()
    found = work()
    return time.process_time() - before, found


def pass_rows(folder: Path) -> Iterator[Row]:
    """Passes over float32 rows in Parquet, the same rows in a cache, and some of them as CSV."""
    path, cache = _written(folder), folder / "cache"
    parquet, again = scan(str(path), "y", cache=False), scan(str(path), "y", cache=cache)
    survey, gb = again.survey, N * D * 4 / 1e9
    units, w = Units(survey.mean, survey.variance**-0.5), np.full((D + 1, 1), 0.01)
    slopes, curves = Slopes(LogLoss(), w, units), Curves(LogLoss(), w, units)
    slow, curved = (_seconds(lambda work=work: parquet.sums(work)) / gb for work in (slopes, curves))
    surveyed = _seconds(lambda: survey_of(parquet, True)) / gb
    fast, fast_curved = (_seconds(lambda work=work: again.sums(work)) / gb for work in (slopes, curves))
    what = f"{size_of(N, D)} float32, CPU seconds a GB of table"
    floor = f"floor {1 / MEMORY:.1f}, reading memory"
    yield Row(f"gradient pass from Parquet, {what}", f"{slow:.2f}", floor, "<= 1.8")
    yield Row(f"pass with Hessian from Parquet, {what}", f"{curved:.2f}", floor)
    yield Row(
        "survey from Parquet: its CPU time to that of a pass with Hessian", f"{surveyed / curved:.2f}x", "", "<= 1x"
    )
    yield Row(f"gradient pass from the cache, {what}", f"{fast:.2f}", floor, "<= 0.45")
    yield Row("gradient pass: CPU time from Parquet to that from the cache", f"{slow / fast:.1f}x", "", ">= 4x")
    figures = f"{curved:.2f}; {fast_curved:.2f} CPU-s a GB"
    yield Row("pass with Hessian: the same", f"{curved / fast_curved:.1f}x", figures, ">= 2x")
    yield _disk(again, slopes, cache)
    yield _csv(folder)


def _written(folder: Path) -> Path:
    """A Parquet file of two classes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng, path = np.random.default_rng(SEED), folder / "single.parquet"
    X = rng.standard_normal((N, D), np.float32)
    y = (X @ rng.standard_normal(D) + rng.logistic(size=N) > 0).astype(np.int8)
    columns = {f"c{j}": X[:, j] for j in range(D)} | {"y": y}
    pq.write_table(pa.table(columns), path, row_group_size=1 << 17, use_dictionary=False)
    return path


def _seconds(run: Callable[[], Any]) -> float:
    run()  # compiles, compares checksums
    return median(cpu_of(run)[0] for _ in range(REPEATS))


def _disk(parts: Parts, work: Slopes, cache: Path) -> Row:
    """A pass over a cache that is not in the memory of the system, and direct reads of the same files, in turns."""
    files, ours, disk = [path for path in cache.rglob("*") if path.is_file()], [], []
    size = sum(path.stat().st_size for path in files) / 1e9
    for _ in range(REPEATS):
        cast(Any, parts.source)._stored.maps.clear()
        forget(files)
        disk.append(wall_of(lambda: [read_directly(path) for path in files]))
        cast(Any, parts.source)._stored.maps.clear()  # the system keeps what is mapped
        forget(files)
        ours.append(wall_of(lambda: parts.sums(work)))
    figures = f"{size / median(ours):.2f} GB/s; {size / median(disk):.2f} GB/s"
    what = "gradient pass from a cache on disk alone: its speed to that of direct reads"
    return Row(what, f"{median(disk) / median(ours):.2f}", figures, ">= 0.8")


def wall_of(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def forget(files: list[Path]) -> None:
    """Have the system forget the files."""
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read_directly(path: Path) -> None:
    room = mmap.mmap(-1, 1 << 24)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_DIRECT), "rb", buffering=0) as file:
        while file.readinto(room):
            pass


def _csv(folder: Path) -> Row:
    """A pass over text."""
    import pyarrow as pa
    from pyarrow import csv

    X, path = np.random.default_rng(SEED).standard_normal((CSV_ROWS, D)), folder / "table.csv"
    csv.write_csv(pa.table({f"c{j}": X[:, j] for j in range(D)}), path)
    parts = scan(str(path), "c0", cache=False)
    spent = _seconds(lambda: parts.sums(Slopes(LogLoss(), np.zeros((D, 1)))))
    rate = path.stat().st_size / 1e6 / spent
    return Row(f"gradient pass from CSV, {size_of(CSV_ROWS, D)}, MB of text a CPU second", f"{rate:.0f}", "", ">= 140")
