"""Recorded runs: keeping every step must cost little beside taking it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Row, best_times, table
from steepest import Method, Problem, descend, make_rows, record, until, updates
from steepest.objective.losses import SquaredError
from steepest.solve.fit import fit
from steepest.solve.settings import Limits, Settings, Watch


def rows() -> Iterator[Row]:
    """A long batch run on a large table, a long stochastic run on a tiny one."""
    yield _batch(1_000_000, 20, 4000)
    yield _stochastic(1_000_000)


def _batch(n: int, d: int, steps: int) -> Row:
    X, y, _ = table(n, d)
    textbook = Settings(learning_rate=0.1)
    data, w = make_rows(X, y), np.zeros((d + 1, 1))
    times = best_times(
        {
            "pass": lambda: data.value_and_gradient(SquaredError(), w),
            "fit": lambda: fit(data, Problem(), textbook, Limits(steps, tol=None), watch=Watch(keep=True)),
        }
    )
    allowed = 3 * times["pass"] + 0.1
    figures = f"{times['fit'] * 1e3:.0f} ms; a pass {times['pass'] * 1e3:.1f} ms"
    what = f"{steps:,} recorded batch steps, 1M x {d}: share of 3 full passes + 0.1 s"
    return Row(what, f"{100 * times['fit'] / allowed:.0f} %", figures, "< 100 %")


def _stochastic(steps: int) -> Row:
    x, y = np.array([1, 3, 4, 5, 6, 7, 8, 10.0])[:, None], np.array([4, 3, 7, 7, 8, 10, 8, 11.0])
    data, method = make_rows(x, y), Method(learning_rate=0.001, batch_size=1)

    def run() -> None:
        path = record(until(descend(Problem(), method, data), updates(steps)), keep=True)
        assert len(path) == steps + 1

    seconds = best_times({"run": run}, repeats=3)["run"]
    return Row(f"{steps:,} stochastic steps, 8 rows, each recorded: seconds", f"{seconds:.2f} s", "compiled", "< 1 s")
