"""Fits one of whose workers is killed at a random moment, or all of them, or the scheduler too: they end the same.

A fit that finds workers again ends by itself; one without a scheduler ends with an error, and the same fit on another
cluster goes on from its checkpoint. Either way its weights and costs have the bits of a fit on threads of this process.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.cluster_tables import write_files
from benchmarks.measure import SEED, Row, size_of
from benchmarks.processes import HOST, free_ports, load, program, spent
from steepest import Problem, scan
from steepest.core.errors import SteepestError
from steepest.parts.engines.here import Here
from steepest.parts.parts import Passing
from steepest.solve.passes.fit import fit_parts

__all__ = ["rows"]

N, D, FILES, TRIES, PARTS = 200_000, 20, 24, 20, 24  # killed at one of so many moments in which parts are done
KILLS, CLUSTERS = 200, (2, 3, 4)  # single workers that are killed, in clusters of so many in turn
LOSS = Problem("log_loss")
SCHEDULER, WORKER = "distributed.cli.dask_scheduler", "distributed.cli.dask_worker"


class Ended(NamedTuple):
    """How a fit ended whose cluster was harmed."""

    bits: bytes
    resumed: bool  # by a second fit, on another cluster
    seconds: float  # of both, without the start of that cluster


class Killed(NamedTuple):
    """How a fit ended one of whose workers was killed."""

    bits: bytes
    hit: bool  # killed before the fit ended
    seconds: float


def rows() -> Iterator[Row]:
    """One worker killed, which is started again; then all workers; then workers and scheduler."""
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder:
        X = rng.standard_normal((N, D))
        write_files(Path(folder) / "files", X, (X @ rng.standard_normal(D) + rng.logistic(size=N) > 0) * 1.0, FILES)
        want = _fit(folder, Here(1))
        yield _killed(folder, want, rng)
        for what, scheduler in (("all workers", False), ("all workers and the scheduler", True)):
            found = [_harmed(folder, part, scheduler) for part in rng.integers(1, PARTS, TRIES).tolist()]
            yield _row(what, want, found)


def _killed(folder: str, want: bytes, rng: np.random.Generator) -> Row:
    """Fits one of whose workers is killed at any moment."""
    found = [one for i, count in enumerate(CLUSTERS) for one in _fits_with_kills(folder, count, rng, _share(i))]
    hit, slowest = sum(one.hit for one in found), max(one.seconds for one in found)
    clusters = f"{', '.join(map(str, CLUSTERS[:-1]))} or {CLUSTERS[-1]} workers"
    row = f"{KILLS} fits, {size_of(N, D)}, one of {clusters} killed: those that end with the same bits"
    figures = f"{hit} killed before the fit ended, slowest {slowest:.0f} s; {load()}"
    return Row(row, str(sum(one.bits == want for one in found)), figures, f"{KILLS}, none over 60 s")


def _share(cluster: int) -> int:
    """How many of the fits a cluster makes."""
    return len(range(cluster, KILLS, len(CLUSTERS)))


def _fits_with_kills(folder: str, workers: int, rng: np.random.Generator, count: int) -> Iterator[Killed]:
    """Fits on one cluster, whose workers are started again."""
    with _cluster(workers) as (client, _):
        _fit(folder, client)  # loads what is needed
        quiet = spent(lambda: _fit(folder, client)).wall
        for _ in range(count):
            client.wait_for_workers(workers, timeout=60)
            process = int(rng.choice([*client.run(os.getpid, on_error="ignore").values()]))
            yield _with_kill(folder, client, process, rng.uniform(0.0, quiet))


def _with_kill(folder: str, client: Any, process: int, moment: float) -> Killed:
    """A fit during which a process is killed."""
    timer, bits, start = threading.Timer(moment, os.kill, (process, signal.SIGKILL)), b"", time.perf_counter()
    timer.start()
    with suppress(SteepestError):
        bits = _fit(folder, client)
    seconds, hit = time.perf_counter() - start, not timer.is_alive()
    timer.join()
    return Killed(bits, hit, seconds)


def _row(what: str, want: bytes, found: list[Ended]) -> Row:
    resumed, slowest = sum(one.resumed for one in found), max(one.seconds for one in found)
    figures = f"{resumed} resumed, slowest {slowest:.0f} s; {load()}"
    row = f"{TRIES} fits, {size_of(N, D)}, {what} killed: those that end with the same bits"
    return Row(row, str(sum(one.bits == want for one in found)), figures, f"{TRIES}, none over 60 s")


def _fit(folder: str, engine: Any, told: Callable[[Passing], None] | None = None) -> bytes:
    checkpoint = None if told is None else Path(folder) / "run.ckpt"
    table = scan(Path(folder) / "files", "y", engine=engine, cache=False, checkpoint=checkpoint)
    table.told = told
    run = fit_parts(table, LOSS)
    return np.append(run.coef, run.intercept).tobytes() + np.asarray(run.trajectory.cost).tobytes()


def _harmed(folder: str, part: int, scheduler: bool) -> Ended:
    """A fit under which all workers are killed when so many parts are done, and the scheduler."""
    seconds = 0.0
    (Path(folder) / "run.ckpt").unlink(missing_ok=True)  # of the fit before, which is whole
    for resumed in (False, True):
        with _cluster() as (client, processes):
            doomed = [*client.run(os.getpid).values(), *([processes[0].pid] if scheduler else [])]
            start = time.perf_counter()
            with suppress(SteepestError):
                bits = _fit(folder, client, Countdown(-1 if resumed else part, doomed))
                return Ended(bits, resumed, seconds + time.perf_counter() - start)
            seconds += time.perf_counter() - start
    return Ended(b"", True, seconds)


class Countdown:
    """Kills processes when so many parts are done."""

    def __init__(self, part: int, doomed: Sequence[int]) -> None:
        self.left, self.doomed = part, doomed

    def __call__(self, now: Passing) -> None:
        """One more."""
        del now
        self.left -= 1
        if self.left == 0:
            for process in self.doomed:
                os.kill(process, signal.SIGKILL)


@contextmanager
def _cluster(workers: int = 2) -> Iterator[tuple[Any, list[Any]]]:
    """A client, and the processes of a scheduler and of those that start workers, again if need be."""
    from distributed import Client

    (port,) = free_ports(1)
    address = f"tcp://{HOST}:{port}"
    with ExitStack() as stack:
        processes = [stack.enter_context(program(SCHEDULER, "--host", HOST, "--port", port, "--no-dashboard"))]
        for _ in range(workers):
            processes.append(stack.enter_context(program(WORKER, address, "--nthreads", 1, "--no-dashboard")))
        client = stack.enter_context(Client(address, timeout=60, set_as_default=False))
        client.wait_for_workers(workers, timeout=60)
        yield client, processes
