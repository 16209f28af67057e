"""Moments, Hessians, means and variances of all columns, against one read of the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.measure import Row, best_times, reader, size_of, table
from steepest import Problem, make_moments, make_rows
from steepest.data.csr import CSR
from steepest.objective.losses import SquaredError
from steepest.objective.objective import Objective
from steepest.optimality.curvature import hessian


def rows() -> Iterator[Row]:
    """Moments of three shapes in each layout; then the sums of columns, and Hessians of log loss."""
    for n, d in ((1_000_000, 20), (1_000_000, 100), (4_000_000, 20)):
        X, y, _ = table(n, d)
        for name, layout in _layouts(X).items():
            yield _moments(f"{size_of(n, d)}{name}", make_rows(layout, y), d)
    X, y, _ = table(1_000_000, 100)
    for name, layout in _layouts(X).items():
        yield _columns(f"1M x 100{name}", make_rows(layout, y), layout)
    for n, d, wanted in ((500_000, 60, "<= 45 ms"), (1_000_000, 100, "<= 200 ms")):
        X, _, labels = table(n, d)
        yield _hessian(size_of(n, d), make_rows(X, labels), wanted)
    yield _hessian("32561 x 123 sparse with 14 numbers a row", _few_a_row(32_561, 123, 14), "<= 15 ms")


def _layouts(X: Any) -> dict[str, Any]:
    return {"": X, ", columns contiguous": np.asfortranarray(X), ", float32": X.astype(np.float32)}


def _few_a_row(n: int, d: int, each: int) -> Any:
    rng = np.random.default_rng(0)
    columns = rng.integers(0, d, n * each, np.int32)
    X = CSR(rng.standard_normal(n * each), columns, np.arange(0, n * each + 1, each), d)
    return make_rows(X, rng.integers(0, 2, n))


def _moments(what: str, data: Any, d: int) -> Row:
    w = np.full((d + 1, 1), 0.01)
    times = best_times(
        {"pass": lambda: data.value_and_gradient(SquaredError(), w), "moments": lambda: make_moments(data)}, repeats=5
    )
    figures = f"{times['moments'] * 1e3:.0f} ms; {times['pass'] * 1e3:.1f} ms"
    wanted = "near 3 passes" if d == 20 else "0.15 s"
    return Row(f"moments, {what}: time in full passes", f"{times['moments'] / times['pass']:.1f}x", figures, wanted)


def _columns(what: str, data: Any, X: Any) -> Row:
    times = best_times({"read": reader(X), "sums": lambda: data.columns()})
    figures = f"{times['sums'] * 1e3:.1f} ms; reading {times['read'] * 1e3:.1f} ms"
    share = f"{100 * times['read'] / times['sums']:.0f} %"
    return Row(f"means and variances, {what}: share of the reading speed", share, figures, ">= 80 %")


def _hessian(what: str, data: Any, wanted: str) -> Row:
    problem, w = Problem("log_loss"), np.zeros((data.shape[1] + 1, 1))
    times = best_times({"Hessian": lambda: hessian(Objective(problem, data), w)})
    return Row(f"Hessian of log loss, {what}", f"{times['Hessian'] * 1e3:.1f} ms", "", wanted)
