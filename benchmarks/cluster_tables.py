"""The table of the fits on clusters, in files of Parquet, and how far weights are from its optimum."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import SEED

__all__ = ["D", "Labelled", "N", "make_table", "write_files"]

N, D, FILES = 1_000_000, 50, 8
SMALL = 400_000  # rows of a table that is large enough for compiled passes


class Labelled(NamedTuple):
    """A table of two classes, and the folder of its files."""

    X: Any
    y: Any
    folder: Path

    def excess(self, w: Any) -> float:
        """Relative cost above the optimum of w, intercept last, by the decrement of Newton's method."""
        z = self.X @ w[:-1] + w[-1]
        p = 1 / (1 + np.exp(-z))
        A = np.column_stack([self.X, np.ones(len(z))])
        g, H = A.T @ (p - self.y), (A.T * (p * (1 - p))) @ A
        return float(g @ np.linalg.solve(H, g)) / 2 / float(np.logaddexp(0, z).sum() - self.y @ z)


def make_table(folder: Path) -> Labelled:
    """Correlated columns of scales 0.1 to 10, shifted, and labels drawn by a logistic model."""
    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((N, D)) @ (np.eye(D) + 0.3 * rng.standard_normal((D, D)))
    z = X @ rng.standard_normal(D) / np.linalg.norm(X[0])
    y = (rng.random(N) < 1 / (1 + np.exp(-z))).astype(np.float64)
    X = X * 10 ** rng.uniform(-1, 1, D) + rng.standard_normal(D)
    for name, n in (("large", N), ("small", SMALL)):
        write_files(folder / name, X[:n], y[:n], FILES)
    return Labelled(X, y, folder)


def write_files(folder: Path, X: Any, y: Any, files: int) -> None:
    """A table as Parquet files, whose rows are not whole leaves."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    for i, some in enumerate(np.array_split(np.arange(len(y)), files)):
        columns = {f"c{j}": X[some, j] for j in range(X.shape[1])} | {"y": y[some]}
        pq.write_table(pa.table(columns), folder / f"{i:03}.parquet", row_group_size=1 << 16, use_dictionary=False)
