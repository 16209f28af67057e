"""Processes: a Dask cluster on this machine, and the CPU seconds of this process with all that it started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

__all__ = ["HOST", "Spent", "cpu_seconds", "free_ports", "load", "local_client", "program", "spent"]

HOST = "127.0.0.1"


class Spent(NamedTuple):
    """What a run costs, and what it gives."""

    cpu: float  # seconds of all processes
    wall: float
    found: Any


def cpu_seconds() -> float:
    """CPU seconds of this process and its descendants, those that ended included."""
    import psutil

    total = 0.0
    for process in (own := psutil.Process(), *own.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def spent(run: Callable[[], Any]) -> Spent:
    """CPU and wall seconds of a run."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    found = run()
    return Spent(cpu_seconds() - cpu, time.perf_counter() - wall, found)


@contextmanager
def local_client(workers: int = 2) -> Iterator[Any]:
    """The client of a cluster of so many processes with a thread each, without a profiler, which costs as time does."""
    import dask
    from distributed import Client, LocalCluster

    dask.config.set({"distributed.worker.profile.enabled": False})
    settings = {
        "n_workers": workers,
        "threads_per_worker": 1,
        "dashboard_address": ":0",
        "silence_logs": 50,
        "protocol": "tcp",
    }
    with LocalCluster(**settings) as cluster, Client(cluster) as client:
        yield client


@contextmanager
def program(module: str, *words: object) -> Iterator[Any]:
    """A module that runs as a program of its own until the end."""
    process = subprocess.Popen([sys.executable, "-m", module, *map(str, words)], stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens to."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def load() -> str:
    """The load average, which says how much else ran."""
    return f"load {os.getloadavg()[0]:.1f}"
