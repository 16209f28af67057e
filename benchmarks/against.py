"""Two versions side by side, the working tree and another: ``python -m benchmarks.against REVISION [WORKLOAD ...]``.

Each workload runs in processes of its own, the two versions taking turns, and the least time of each counts: a
neighbour's noise only adds. Only public names are used, so that older versions can be asked. A table of ratios goes to
standard output; nothing is written.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
ROUNDS, SECONDS = 4, 2.0  # processes of each version, and how long each repeats its workload
RUN = "import sys; from steepest.cli import main; main()"


def main(revision: str, chosen: list[str]) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", revision, "src"], cwd=ROOT, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        sources = {revision: Path(folder, "src"), "now": ROOT / "src"}
        print(f"| workload | {revision} | now | ratio |\n| --- | --- | --- | --- |")
        for name in chosen or WORKLOADS:
            best = dict.fromkeys(sources, np.inf)
            for _ in range(ROUNDS):
                for version, source in sources.items():
                    best[version] = min(best[version], _once(name, source))
            then, now = best.values()
            print(f"| {name} | {1e3 * then:.3g} ms | {1e3 * now:.3g} ms | {now / then:.2f} |", flush=True)


def _once(name: str, source: Path) -> float:
    """Least time of a workload in a process that sees this version."""
    command = [sys.executable, "-m", "benchmarks.against", "--one", name]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(source)}, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def one(name: str) -> float:
    """Least time of a workload here, after one run that compiles."""
    run = WORKLOADS[name]()
    run()
    best, began = np.inf, time.perf_counter()
    while best == np.inf or time.perf_counter() - began < SECONDS:
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return float(best)


def _table(n: int, d: int, labels: bool = True) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, d)) @ (np.eye(d) + 0.3 * rng.standard_normal((d, d)))
    z = X @ rng.standard_normal(d) / np.sqrt(d) - 1.0
    return X, (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int) if labels else z + rng.standard_normal(n)


def _pass(n: int, d: int, loss: str) -> Callable[[], Any]:
    from steepest import losses, make_rows

    X, y = _table(n, d)
    rows, w = make_rows(X, y), np.full((d + 1, 1), 0.01)
    record = getattr(losses, loss)()
    return lambda: rows.value_and_gradient(record, w)


def _fit(labels: bool, data: tuple[Any, Any], **settings: Any) -> Callable[[], Any]:
    from steepest import GDClassifier, GDRegressor

    return lambda: (GDClassifier if labels else GDRegressor)(**settings).fit(*data)


def _public(name: str) -> tuple[Any, Any]:
    from sklearn import datasets

    if name == "spector":
        table = np.loadtxt(ROOT / "tests" / "data" / "spector.csv", skiprows=1)
        return table[:, 1:4], table[:, 4]
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return X, y


def _command(*words: str) -> Callable[[], Any]:
    return lambda: subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, check=False)


PARK = ("fit", "linear", str(ROOT / "examples" / "park.txt"), "-t", "visitors")
TEXTBOOK = {"learning_rate": 0.01, "tol": None}
WORKLOADS: dict[str, Callable[[], Callable[[], Any]]] = {
    "small: spector": lambda: _fit(True, _public("spector")),
    "small: breast cancer": lambda: _fit(True, _public("breast_cancer"), alpha=1e-3),
    "small: diabetes": lambda: _fit(False, _public("diabetes")),
    "small: diabetes, lasso": lambda: _fit(False, _public("diabetes"), alpha=0.1, l1_ratio=1.0),
    "small: iris, three classes": lambda: _fit(True, _public("iris"), alpha=1e-2),
    "small: diabetes, quantile": lambda: _fit(False, _public("diabetes"), loss="quantile", alpha=0.01),
    "pass: squares, 1M x 100": lambda: _pass(1_000_000, 100, "SquaredError"),
    "pass: log loss, 200k x 500": lambda: _pass(200_000, 500, "LogLoss"),
    "recorded: 4,000 steps, 1M x 20": lambda: _fit(False, _table(1_000_000, 20, False), max_iter=4000, **TEXTBOOK),
    "recorded: 20,000 steps, 150 rows": lambda: _fit(False, _public("iris"), max_iter=20_000, record=True, **TEXTBOOK),
    "epoch: batch 1, 1M x 100": lambda: _fit(True, _table(1_000_000, 100), batch_size=1, max_iter=1, **TEXTBOOK),
    "epoch: batch 32, 1M x 100": lambda: _fit(True, _table(1_000_000, 100), batch_size=32, max_iter=1, **TEXTBOOK),
    "start: --help": lambda: _command("--help"),
    "start: fit of 14 rows": lambda: _command(*PARK),
    "auto: log loss, 500k x 60": lambda: _fit(True, _table(500_000, 60), alpha=1e-4),
    "auto: log loss, 32k x 100": lambda: _fit(True, _table(32_000, 100)),
    "auto: squares, 500k x 60": lambda: _fit(False, _table(500_000, 60, False)),
    "auto: quantile, 20k x 20": lambda: _fit(False, _table(20_000, 20, False), loss="quantile", alpha=1e-3),
}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(one(sys.argv[2]))
    else:
        main(sys.argv[1], sys.argv[2:])
