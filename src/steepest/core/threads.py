"""Threads: their number, the pool that runs kernels, and BLAS limited to one thread inside a fit."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
def _libraries() -> list[Any]:
    """The BLAS libraries of the process."""
    from threadpoolctl import ThreadpoolController

    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


class _Hold:
    """BLAS limited to one thread in the whole process while at least one user of this context is active."""

    def __init__(self) -> None:
        self.lock, self.count, self.before = Lock(), 0, [0]

    def take(self) -> None:
        with self.lock:
            self.count += 1
            if self.count == 1:
                self.before = [library.get_num_threads() for library in _libraries()]
                self._set([1] * len(self.before))

    def drop(self) -> None:
        with self.lock:
            self.count -= 1
            if self.count == 0:
                self._set(self.before)

    def _set(self, threads: list[int]) -> None:
        for library, before, number in zip(_libraries(), self.before, threads, strict=True):
            if before != 1:
                library.set_num_threads(number)


_hold = _Hold()


class one_blas_thread:  # noqa: N801  # used like a function
    """Limit BLAS to one thread if it would start more (``work`` in flops): same bits on any number of cores."""

    def __init__(self, work: float) -> None:
        self.limits = work >= 5e3

    def __enter__(self) -> None:
        if self.limits:
            _hold.take()

    def __exit__(self, *_: object) -> None:
        if self.limits:
            _hold.drop()
