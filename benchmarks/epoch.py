"""One epoch of stochastic steps: against scikit-learn's SGDClassifier, rules beside each other, sparse rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.linear_model import SGDClassifier

from benchmarks.measure import Row, best_times, size_of, table
from benchmarks.workloads import words
from steepest import Method, Problem, make_rows
from steepest.descent.minibatch import SampledCompiled
from steepest.descent.states import Checkpoint
from steepest.objective.penalties import L2, NoPenalty

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
    yield from _rules(X, labels)
    yield from _sparse()


def _epoch(X: Any, y: Any, batch_size: int, rule: str = "plain", steps: int | None = None, **how: Any) -> Any:
    """A shuffled epoch, or its first steps, at the constant rate 0.01, the last point kept."""
    data, problem = make_rows(X, y), Problem("log_loss", how.pop("penalty", NoPenalty()))
    method = Method(rule, 0.01, batch_size=batch_size, **how)
    count, width = steps or method.steps_per_epoch(len(y)), X.shape[1] + 1
    first = Checkpoint(0, np.zeros((width, 1)), np.zeros((method.room(*X.shape), width, 1)))
    return lambda: SampledCompiled(problem, method, data, seed=0)(first, count, count)


def _rules(X: Any, y: Any) -> Iterator[Row]:
    """Batches of 32 by Adam beside the plain ones, and beside torch on a processor, rows in the order of the table."""
    how = {"batch_size": 32, "sampling": "sequential"}
    candidates = {name: _epoch(X, y, rule=name, **how) for name in ("plain", "momentum", "adam")}
    candidates |= {f"plain, {name}": _epoch(X, y, estimate=name, **how) for name in ("saga", "looplesssvrg")}
    times = best_times(candidates, repeats=4)
    for name, seconds in list(times.items())[1:]:
        what = f"epoch, {size_of(N, D)}, log loss, batch 32 in order, {name}: time against plain"
        wanted = "<= 1.5x" if name == "adam" else ""
        yield Row(what, f"{seconds / times['plain']:.2f}x", f"{seconds:.3f} s; {times['plain']:.3f} s", wanted)
    torch = _torch_adam(X, y)
    if torch is not None:
        times = best_times({"adam": candidates["adam"], "torch": torch}, repeats=1)
        what = f"epoch, {size_of(N, D)}, log loss, batch 32 in order, adam: times as fast as torch.optim.Adam"
        yield Row(
            what, f"{times['torch'] / times['adam']:.0f}x", f"{times['adam']:.3f} s; {times['torch']:.2f} s", ">= 5x"
        )


def _torch_adam(X: Any, y: Any) -> Callable[[], Any] | None:
    """The usual loop over slices of the same table, float64, on one thread as ours; None without torch."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    table, target = torch.from_numpy(X), torch.from_numpy(y)

    def run() -> None:
        w, b = (torch.zeros(size, dtype=torch.float64, requires_grad=True) for size in (X.shape[1], 1))
        descent, cost = torch.optim.Adam([w, b], lr=0.01), torch.nn.BCEWithLogitsLoss()
        for low in range(0, len(y), 32):
            descent.zero_grad()
            cost(table[low : low + 32] @ w + b, target[low : low + 32]).backward()
            descent.step()

    return run


def _sparse() -> Iterator[Row]:
    """Steps of one row on a table of words: each that waits for rows beside the plain one, and beside all columns."""
    table = words(500_000, 50_000, 60)
    kinds = {
        "plain": {},
        "plain, L2": {"penalty": L2(table.alpha)},
        "plain, mean of points": {"average": "weighted"},
        "momentum": {"rule": "momentum"},
        "momentum, L2": {"rule": "momentum", "penalty": L2(table.alpha)},
        "adam": {"rule": "adam"},
    }
    some = 20_000
    times = best_times({name: _epoch(table.X, table.y, 1, steps=some, **how) for name, how in kinds.items()}, repeats=3)
    for name, seconds in times.items():
        figures = f"{seconds / some * 1e6:.2f} us a step"
        wanted = "<= 5x" if name.startswith("momentum") else ""
        ratio = f"{seconds / times['plain']:.1f}x"
        yield Row(f"steps, words, 500k x 50,000 sparse, batch 1, {name}: time against plain", ratio, figures, wanted)


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
