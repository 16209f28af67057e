"""Run a benchmark with benchopt and record it, in an environment that has its version of benchopt.

``python -m benchmarks.benchopt ols CLONE`` copies the files for ``ols`` into a clone of the benchmark and runs all
tables, `PASSES` times in turn; ``python -m benchmarks.benchopt ols FILE.parquet ...`` records runs of one's own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.benchopt.curves import SOLVERS, races, read
from benchmarks.benchopt.report import finding, load, save
from benchmarks.picture import FILE, draw

HERE = Path(__file__).parent
PASSES = 2
SETTINGS = {"ols": ["-s", "sklearn"], "logreg_l2": ["-o", "*[lmbd=1.0]"]}
TABLES = {  # and the seconds after which benchopt stops a solver
    "ols": {
        "tables": 4,
        "simulated[n_samples=5000,n_features=200]": 8,
        "simulated[n_samples=1000,n_features=500]": 8,
        "simulated[n_samples=200000,n_features=100]": 8,
    },
    "logreg_l2": {
        "tables": 4,
        "simulated[n_samples=1000,n_features=10]": 4,
        "simulated[n_samples=200,n_features=500]": 4,
        "simulated[n_samples=100000,n_features=400]": 40,
    },
}


def main(words: list[str]) -> None:
    if words and (len(words) < 2 or words[0] not in SOLVERS):
        sys.exit(f"usage: python -m benchmarks.benchopt [{'|'.join(SOLVERS)} CLONE or FILE.parquet ...]")
    found = load()
    if words:
        problem, *paths = words
        files = paths if paths[0].endswith(".parquet") else run(problem, Path(paths[0]))
        found = {key: race for key, race in found.items() if not key.startswith(problem)} | _recorded(problem, files)
    save(found)
    draw(found, FILE.with_name("benchopt.svg"), finding)


def run(problem: str, clone: Path) -> list[str]:
    """Every table in turn, a few times over; the parquet files."""
    for source in HERE.joinpath(problem).rglob("*.py"):
        shutil.copy(source, clone / ("datasets" if source.parent.name == "datasets" else "solvers"))
    folder = Path(tempfile.mkdtemp())
    return [
        _once(problem, clone, table, folder / f"{turn}-{number}.parquet")
        for turn in range(PASSES)
        for number, table in enumerate(TABLES[problem])
    ]


def _once(problem: str, clone: Path, table: str, file: Path) -> str:
    """One process of benchopt without what an earlier one cached."""
    for left in ("__cache__", "outputs"):
        shutil.rmtree(clone / left, ignore_errors=True)
    options = ["-s", "steepest[setting=[auto,secant]]", "-s", "peer", *SETTINGS[problem], "-d", table]
    limits = ["-n", "18", "-r", "2", "--timeout", str(TABLES[problem][table]), "--no-plot"]
    subprocess.run([Path(sys.executable).with_name("benchopt"), "run", str(clone), *options, *limits], check=True)
    shutil.move(next(clone.joinpath("outputs").glob("*.parquet")), file)
    return str(file)


def _recorded(problem: str, files: list[str]) -> dict[str, Any]:
    curves = read(files, problem)
    curves.to_parquet(HERE / problem / "curves.parquet", index=False)
    return races(curves, problem)


if __name__ == "__main__":
    main(sys.argv[1:])
