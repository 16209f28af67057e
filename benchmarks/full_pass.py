"""The full pass, loss and gradient of all rows, against reading the table once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.measure import Row, best_times, reader, size_of, table
from steepest import make_rows
from steepest.data.csr import CSR
from steepest.objective.losses import LogLoss, SquaredError

SHAPES = ((1_000_000, 100), (200_000, 500), (4_000_000, 20))


def rows() -> Iterator[Row]:
    """Each shape in each layout."""
    for n, d in SHAPES:
        yield from _dense(n, d)
    yield _sparse(1_000_000, 1000, 20)


def _dense(n: int, d: int) -> Iterator[Row]:
    X, y, labels = table(n, d)
    regression, in_single = make_rows(X, y), make_rows(X.astype(np.float32), labels)
    w = np.full((d + 1, 1), 0.01)
    by_rows, by_columns = make_rows(X, labels), make_rows(np.asfortranarray(X), labels)
    times = best_times(
        {
            "read": reader(X),
            "squared error": lambda: regression.value_and_gradient(SquaredError(), w),
            "log loss": lambda: by_rows.value_and_gradient(LogLoss(), w),
            "log loss, columns contiguous": lambda: by_columns.value_and_gradient(LogLoss(), w),
            "log loss, float32": lambda: in_single.value_and_gradient(LogLoss(), w),
        }
    )
    wanted = {"squared error": ">= 80 %", "log loss": ">= 50 %"} if d >= 50 else {}
    read = times.pop("read")
    for name, seconds in times.items():
        half = 0.5 if "float32" in name else 1.0
        figures = f"{seconds * 1e3:.1f} ms; reading {half * read * 1e3:.1f} ms"
        what = f"full pass, {size_of(n, d)}, {name}: share of the reading speed"
        yield Row(what, f"{100 * half * read / seconds:.0f} %", figures, wanted.get(name, ""))


def _sparse(n: int, d: int, each: int) -> Row:
    """``each`` numbers a row in random columns: 12 bytes a number are read."""
    rng = np.random.default_rng(0)
    X = CSR(rng.standard_normal(n * each), rng.integers(0, d, n * each, np.int32), np.arange(0, n * each + 1, each), d)
    data, w = make_rows(X, np.ones(n)), np.full((d + 1, 1), 0.01)
    bytes_read: Any = np.empty(n * each * 12 // 8)
    times = best_times({"read": reader(bytes_read), "pass": lambda: data.value_and_gradient(LogLoss(), w)})
    figures = f"{times['pass'] * 1e3:.1f} ms; reading {times['read'] * 1e3:.1f} ms"
    what = f"full pass, {size_of(n, d)} sparse with {each} numbers a row, log loss: share of the reading speed"
    return Row(what, f"{100 * times['read'] / times['pass']:.0f} %", figures)
