"""Cold starts: what a first command costs in a process of its own, beside a bare Python."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row
from steepest.data.samples import sample

RUN = "import sys; from steepest.cli import main; main()"


def rows() -> Iterator[Row]:
    """Help, and a fit of 14 rows with 20,000 recorded steps; best of 10."""
    with tempfile.TemporaryDirectory() as folder:
        park = Path(folder, "park.txt")
        park.write_text(sample("park"), encoding="utf-8")
        bare = _best(["-c", "pass"])
        textbook = ["--loss", "mse", "--learning-rate", "0.001", "--max-iter", "20000", "--tol", "none"]
        for what, words, wanted in (
            ("steepest --help", ["--help"], "< 0.15 s CPU"),
            ("steepest fit, 14 rows, automatic", ["fit", "linear", str(park), "-t", "visitors"], "< 0.6 s"),
            (
                "steepest fit, 14 rows, 20,000 steps",
                ["fit", "linear", str(park), "-t", "visitors", *textbook],
                "< 0.6 s",
            ),
        ):
            wall, cpu = _best(["-c", RUN, *words])
            yield Row(f"{what}: wall time in bare Pythons", f"{wall / bare[0]:.1f}x", _figures(wall, cpu), wanted)


def _figures(wall: float, cpu: float) -> str:
    return f"{wall:.3f} s wall, {cpu:.3f} s CPU"


def _best(words: list[str], repeats: int = 10) -> tuple[float, float]:
    """Least wall and CPU time of a process."""
    walls, cpus = [], []
    for _ in range(repeats):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, *words], capture_output=True, check=False)
        walls.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls), min(cpus)
