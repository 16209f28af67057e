"""The moments of a table against full passes over it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Row, best_times, size_of, table
from steepest import make_moments, make_rows
from steepest.losses import SquaredError


def rows() -> Iterator[Row]:
    """Two shapes, each layout."""
    for n, d in ((1_000_000, 20), (1_000_000, 100)):
        X, y, _ = table(n, d)
        w = np.full((d + 1, 1), 0.01)
        layouts = {"": X, ", columns contiguous": np.asfortranarray(X), ", float32": X.astype(np.float32)}
        for name, layout in layouts.items():
            data = make_rows(layout, y)
            times = best_times(
                {
                    "pass": lambda data=data, w=w: data.value_and_gradient(SquaredError(), w),
                    "moments": lambda data=data: make_moments(data),
                },
                repeats=5,
            )
            ratio = times["moments"] / times["pass"]
            figures = f"{times['moments'] * 1e3:.0f} ms; {times['pass'] * 1e3:.1f} ms"
            wanted = "near 3 passes" if d == 20 else "0.2 to 0.35 s"
            yield Row(f"moments, {size_of(n, d)}{name}: time in full passes", f"{ratio:.1f}x", figures, wanted)
