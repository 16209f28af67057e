"""How a row is measured: candidates take turns in one run, each is judged by its best time, the row is a ratio."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from steepest.core.threads import thread_count

SEED = 0


class Row(NamedTuple):
    """One line of the results: its description, the ratio, the times or sizes behind it, and the requirement."""

    what: str
    ratio: str
    figures: str
    wanted: str = ""


def best_times(candidates: dict[str, Callable[[], Any]], repeats: int = 10) -> dict[str, float]:
    """Best time of each candidate in seconds; they take turns, so that a busy moment of the machine hits all alike."""
    for candidate in candidates.values():
        candidate()  # compiles, fills caches
    best = dict.fromkeys(candidates, float("inf"))
    for _ in range(repeats):
        for name, candidate in candidates.items():
            start = time.perf_counter()
            candidate()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def table(n: int, d: int) -> tuple[Any, Any, Any]:
    """Normal columns (n, d), a linear target with noise, and its sign as classes 0 and 1."""
    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((n, d))
    y = X @ rng.standard_normal(d) + rng.standard_normal(n)
    return X, y, (y > 0).astype(np.float64)


def reader(X: Any) -> Callable[[], Any]:
    """Read the table at the machine's speed: np.sum over one piece for each core."""
    pieces = np.array_split(X.ravel(order="K"), thread_count())
    pool = ThreadPoolExecutor(len(pieces))
    return lambda: list(pool.map(np.sum, pieces))


def size_of(n: int, d: int) -> str:
    """1,000,000 x 100 as "1M x 100"."""
    return f"{n // 1_000_000}M x {d}" if n >= 1_000_000 else f"{n // 1000}k x {d}"
