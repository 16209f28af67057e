"""One epoch of stochastic steps in shuffled order against scikit-learn's SGDClassifier on the same table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.linear_model import SGDClassifier

from benchmarks.measure import Row, best_times, size_of, table
from steepest import Method, Problem, make_rows
from steepest.states import Checkpoint
from steepest.walkers import SampledCompiled

N, D = 1_000_000, 100


def rows() -> Iterator[Row]:
    """Batches of 1 and 32, each layout; then how fast steps are that are all recorded."""
    X, _, labels = table(N, D)
    single = X.astype(np.float32)
    columns = np.asfortranarray(X)
    candidates = {
        "scikit-learn": _peer(X, labels),
        "scikit-learn, float32": _peer(single, labels),
        "batch 1": _epoch(X, labels, 1),
        "batch 1, columns contiguous": _epoch(columns, labels, 1),
        "batch 1, float32": _epoch(single, labels, 1),
        "batch 32": _epoch(X, labels, 32),
        "batch 32, columns contiguous": _epoch(columns, labels, 32),
    }
    times = best_times(candidates, repeats=4)
    wanted = {"batch 1": ">= 5x"}
    for name, seconds in list(times.items())[2:]:
        peer = times["scikit-learn, float32" if "float32" in name else "scikit-learn"]
        what = f"epoch, {size_of(N, D)}, log loss, {name}: times as fast as SGDClassifier.partial_fit"
        yield Row(what, f"{peer / seconds:.1f}x", f"{seconds:.3f} s; {peer:.3f} s", wanted.get(name, ""))
    slower = times["batch 1, columns contiguous"] / times["batch 1"]
    figures = f"{times['batch 1, columns contiguous']:.3f} s; {times['batch 1']:.3f} s"
    yield Row("epoch, columns contiguous: time against rows contiguous", f"{slower:.1f}x", figures, "<= 4x")
    yield _recorded()


def _epoch(X: Any, y: Any, batch_size: int) -> Callable[[], Any]:
    """A shuffled epoch, the constant rate 0.01, the last point kept."""
    data = make_rows(X, y)
    problem, method = Problem("log_loss"), Method("plain", 0.01, batch_size=batch_size)
    count = method.steps_per_epoch(len(y))
    first = Checkpoint(0, np.zeros((X.shape[1] + 1, 1)), np.zeros((0, X.shape[1] + 1, 1)))
    return lambda: SampledCompiled(problem, method, data, seed=0)(first, count, count)


def _peer(X: Any, y: Any) -> Callable[[], Any]:
    classes = np.array([0.0, 1.0])
    settings = {"loss": "log_loss", "penalty": None, "learning_rate": "constant", "eta0": 0.01}
    return lambda: SGDClassifier(**settings).partial_fit(X, y, classes=classes)


def _recorded() -> Row:
    X, y = np.linspace(-1, 1, 8)[:, None], np.array([0.0, 1.0] * 4)
    walker = SampledCompiled(Problem("log_loss"), Method("plain", 0.01, batch_size=1), make_rows(X, y), seed=0)
    first = Checkpoint(0, np.zeros((2, 1)), np.zeros((0, 2, 1)))
    seconds = best_times({"steps": lambda: walker(first, 1_000_000, 1)}, repeats=4)["steps"]
    return Row("steps, 8 x 1, batch 1, all of 1M recorded: time", f"{seconds:.3f} s", "1M steps", "< 0.5 s")
