"""One pass over a stream of raw columns: against scikit-learn's partial_fit at the best of six learning rates."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import SGDClassifier, SGDRegressor

from benchmarks.measure import SEED, Row
from steepest import GDClassifier, GDRegressor

RATES = 10.0 ** np.arange(-8, -2)  # of the peers
CHUNKS, LONGEST, D = 500, 199, 20


class Stream(NamedTuple):
    """Chunks of 1 to 199 rows of 20 columns, deviations 1e-3 to 1e3, means of that size; fresh rows to judge."""

    chunks: list[tuple[Any, Any]]
    X: Any
    z: Any  # the true linear predictors of X
    labels: bool

    def excess(self, model: Any) -> float:
        """Risk of a model above that of the truth."""
        z = self.X @ np.ravel(model.coef_) + model.intercept_
        if not self.labels:
            return float(np.mean((z - self.z) ** 2) / 2)
        p = 1 / (1 + np.exp(-self.z))
        return float(np.mean(np.logaddexp(0, z) - p * z - np.logaddexp(0, self.z) + p * self.z))

    def passed(self, model: Any) -> tuple[float, float]:
        """Excess risk after one pass, and its seconds."""
        first, start = {"classes": [0.0, 1.0]} if self.labels else {}, time.perf_counter()
        for X, y in self.chunks:
            model.partial_fit(X, y, **first)
        return self.excess(model), time.perf_counter() - start


def rows() -> Iterator[Row]:
    """Least squares and log loss."""
    for labels in (False, True):
        stream = _stream(labels)
        ours, seconds = stream.passed(GDClassifier() if labels else GDRegressor())
        theirs = [stream.passed(peer) for peer in _peers(labels)]
        best = min((excess, spent) for excess, spent in theirs if np.isfinite(excess))
        what = f"stream, {CHUNKS} chunks x {D} raw columns, {'log loss' if labels else 'least squares'}"
        peer = "SGDClassifier" if labels else "SGDRegressor"
        figures = f"{ours:.2e}; {best[0]:.2e}"
        yield Row(
            f"{what}: excess risk of {peer} at its best of 6 rates to ours", f"{best[0] / ours:.0f}x", figures, ">= 10x"
        )
        yield Row(
            f"{what}: time against one pass of {peer}", f"{seconds / best[1]:.1f}x", f"{seconds:.2f} s; {best[1]:.2f} s"
        )


def _peers(labels: bool) -> Iterator[Any]:
    settings = {"penalty": None, "learning_rate": "constant", "random_state": SEED}
    warnings.simplefilter("ignore")
    for rate in RATES:
        yield SGDClassifier(loss="log_loss", eta0=rate, **settings) if labels else SGDRegressor(eta0=rate, **settings)


def _stream(labels: bool) -> Stream:
    rng = np.random.default_rng(SEED)
    scale = rng.permutation(np.logspace(-3, 3, D))
    mean = 3 * scale * rng.standard_normal(D)
    w = 2 * rng.standard_normal(D) / scale / np.sqrt(D)

    def draw(n: int) -> tuple[Any, Any, Any]:
        X = mean + scale * rng.standard_normal((n, D))
        z = (X - mean) @ w + 0.3
        return X, z, (rng.random(n) < 1 / (1 + np.exp(-z))).astype(float) if labels else z + rng.standard_normal(n)

    chunks = [draw(int(rng.integers(1, LONGEST + 1)))[::2] for _ in range(CHUNKS)]
    return Stream(chunks, *draw(20_000)[:2], labels)
