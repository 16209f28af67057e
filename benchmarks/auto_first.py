"""The first fit of a fresh process: ``python -m benchmarks.auto_first correlated`` prints its seconds."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from benchmarks.auto_race import ours
from benchmarks.workloads import WORKLOADS


def first_calls(name: str) -> tuple[float, float]:
    """Seconds of the first fit with an empty cache folder, and of one in the next process."""
    with tempfile.TemporaryDirectory() as folder:
        return _fresh(name, folder), _fresh(name, folder)


def _fresh(name: str, folder: str) -> float:
    words = [sys.executable, "-m", "benchmarks.auto_first", name]
    environment = os.environ | {"STEEPEST_CACHE_DIR": folder}
    here = Path(__file__).parents[1]
    done = subprocess.run(words, cwd=here, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout.split()[-1])


def main(name: str) -> None:
    work = WORKLOADS[name].make()
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    ours(work)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(sys.argv[1])
