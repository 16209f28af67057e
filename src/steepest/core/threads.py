"""Threads: their number, the pool that runs kernels, and BLAS limited to one thread inside a fit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any

__all__ = ["in_ranges", "one_blas_thread", "thread_count"]

_pools: dict[tuple[int, int], ThreadPoolExecutor] = {}  # by process id: a pool does not survive a fork


def thread_count(n_jobs: int | None = None) -> int:
    """Threads to use: n_jobs, else STEEPEST_NUM_THREADS, else every core; one inside a joblib worker."""
    if n_jobs is not None and n_jobs > 0:
        return n_jobs
    if n_jobs is None and os.environ.get("STEEPEST_NUM_THREADS", "").isdigit():
        return max(1, int(os.environ["STEEPEST_NUM_THREADS"]))
    if n_jobs is None and _is_worker():
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores + 1 + n_jobs) if n_jobs is not None else cores


def _is_worker() -> bool:
    import multiprocessing
    import threading

    in_process = multiprocessing.parent_process() is not None
    return in_process or threading.current_thread() is not threading.main_thread()


def in_ranges(task: Callable[[int, int], Any], count: int, threads: int) -> None:
    """Call ``task(first, last)`` on contiguous ranges of 0 .. count - 1, one range a thread."""
    threads = max(1, min(threads, count))
    cuts = [count * i // threads for i in range(threads + 1)]
    if threads == 1:
        task(0, count)
        return
    for future in [_pool(threads).submit(task, a, b) for a, b in pairwise(cuts)]:
        future.result()


def _pool(threads: int) -> ThreadPoolExecutor:
    key = (os.getpid(), threads)
    if key not in _pools:
        _pools[key] = ThreadPoolExecutor(threads, thread_name_prefix="steepest")
    return _pools[key]


@lru_cache(1)
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class _Hold:
    """BLAS limited to one thread in the whole process while at least one user of this context is active."""

    def __init__(self) -> None:
        self.lock, self.count, self.limit = Lock(), 0, ExitStack()

    def take(self) -> None:
        with self.lock:
            self.count += 1
            if self.count == 1:
                self.limit.enter_context(_controller().limit(limits=1, user_api="blas"))

    def drop(self) -> None:
        with self.lock:
            self.count -= 1
            if self.count == 0:
                self.limit.close()


_hold = _Hold()


@contextmanager
def one_blas_thread(work: float) -> Iterator[None]:
    """Limit BLAS to one thread if it would start more (``work`` in flops): same bits on any number of cores."""
    if work < 5e3:
        yield
        return
    _hold.take()
    try:
        yield
    finally:
        _hold.drop()
