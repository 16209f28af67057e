"""The tables that the automatic mode and its peers are timed on; each is made when asked for, so that it can be freed.

A penalty is stated as ``alpha``, the factor of the mean objective: mean loss + alpha/2 |w|^2, intercept unpenalised.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import SEED, table

SPECTOR = Path(__file__).parents[1] / "tests" / "data" / "spector.csv"


class Workload(NamedTuple):
    """One table with its target and penalty; ``kind`` is "logistic" (targets 0 and 1) or "least squares"."""

    kind: str
    X: Any
    y: Any
    alpha: float


class MissingTableError(Exception):
    """The table is not on this machine; says what to set."""


def mixed(n: int, d: int, intercept: float, heavy: bool) -> Workload:
    """Correlated columns, if ``heavy`` with tails and scales 1e-3 to 1e3; the lower ``intercept``, the fewer 1s."""
    rng = np.random.default_rng(SEED)
    mix = rng.standard_normal((d, d)) * 0.9 / np.sqrt(d) + np.eye(d)
    X = rng.standard_normal((n, d)) @ mix
    if heavy:
        X = np.sinh(X) * 10.0 ** rng.uniform(-3, 3, d)
    w = rng.standard_normal(d) / np.sqrt(d) / X.std(0)
    return Workload("logistic", X, _labels(X @ w * 1.5 + intercept, rng), 1 / n)


def _labels(z: Any, rng: np.random.Generator) -> Any:
    """1 with chance 1 / (1 + exp(-z)), else 0."""
    with np.errstate(over="ignore"):
        return (rng.random(len(z)) < 1 / (1 + np.exp(-z))).astype(np.float64)


def words(n: int, d: int, each: int) -> Workload:
    """Counts of words as CSR: about ``each`` different ones a row, by Zipf's law, as 1 + log(count)."""
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(SEED)
    draws = each * 5 // 4  # some fall together
    name = rng.permutation(d).astype(np.int32)
    columns = name[np.minimum(np.exp(rng.random(n * draws) * np.log(d + 1)).astype(np.int32), d) - 1]
    X = csr_matrix((np.ones(n * draws), columns, np.arange(0, n * draws + 1, draws, dtype=np.int32)), (n, d))
    X.sum_duplicates()
    X.data = 1 + np.log(X.data)
    z = X @ (rng.standard_normal(d) * 1.5 / np.sqrt(each))
    return Workload("logistic", X, _labels(z - z.mean(), rng), 1 / n)


def a9a() -> Workload:
    """The libsvm file of that name, as CSR."""
    from sklearn.datasets import load_svmlight_file

    folder = os.environ.get("STEEPEST_DATA")
    path = Path(folder or "", "sparse", "a9a")
    if not folder or not path.exists():
        raise MissingTableError("set STEEPEST_DATA to a folder that holds sparse/a9a, a libsvm file")
    X, y = load_svmlight_file(str(path))
    X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)  # saga takes no others
    return Workload("logistic", X, (y > 0).astype(np.float64), 1 / len(y))


def breast_cancer() -> Workload:
    """scikit-learn's table of that name, columns as they are."""
    from sklearn.datasets import load_breast_cancer

    X, y = load_breast_cancer(return_X_y=True)
    return Workload("logistic", X, y.astype(np.float64), 1 / len(y))


def spector() -> Workload:
    """32 students: GPA, TUCE, PSI, and whether the grade went up."""
    values = np.loadtxt(SPECTOR, skiprows=1)
    return Workload("logistic", values[:, 1:4].copy(), values[:, 4].copy(), 1 / len(values))


def squares(n: int, d: int) -> Workload:
    """Normal columns and a linear target with noise, unpenalised."""
    X, y, _ = table(n, d)
    return Workload("least squares", X, y, 0.0)


class Entry(NamedTuple):
    """How a workload is called in tables, and how it is made."""

    title: str
    make: Callable[[], Workload]


WORKLOADS = {
    "correlated": Entry("correlated, 500k x 60", lambda: mixed(500_000, 60, 0.3, False)),
    "rare": Entry("0.1 % positives, 500k x 60", lambda: mixed(500_000, 60, -8, False)),
    "heavy": Entry("heavy tails, 500k x 60", lambda: mixed(500_000, 60, 0, True)),
    "heavy-rare": Entry("heavy tails, 1 % positives, 500k x 60", lambda: mixed(500_000, 60, -6, True)),
    "million": Entry("correlated, 1M x 100", lambda: mixed(1_000_000, 100, 0.3, False)),
    "a9a": Entry("a9a, 33k x 123 sparse", a9a),
    "breast-cancer": Entry("breast cancer, 569 x 30", breast_cancer),
    "spector": Entry("Spector, 32 x 3", spector),
    "words": Entry("words, 500k x 50,000 sparse", lambda: words(500_000, 50_000, 60)),
    "squares": Entry("least squares, 1M x 100", lambda: squares(1_000_000, 100)),
    "squares-long": Entry("least squares, 4M x 20", lambda: squares(4_000_000, 20)),
    "squares-wide": Entry("least squares, 200k x 500", lambda: squares(200_000, 500)),
}
