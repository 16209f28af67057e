"""A cluster whose messages take 20 ms each way, where one task in a hundred fails: all fits end, with the same bits.

Client and workers reach the scheduler, and all reach the workers, through a relay that delays each direction. The time
of a fit is compared with the cost model's: a pass takes its work by the workers, + G s + log_8(G) alpha.
"""

from __future__ import annotations

import math
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.cluster_passes import overhead
from benchmarks.cluster_tables import write_files
from benchmarks.measure import SEED, Row, size_of
from benchmarks.processes import HOST, Spent, free_ports, load, local_client, program, spent
from steepest import Problem, scan
from steepest.data.tree import Partial
from steepest.parts.engines.dask.engine import Dask
from steepest.parts.engines.engine import Done
from steepest.parts.engines.here import Here
from steepest.parts.engines.task import TASKS
from steepest.parts.part import Block, Part
from steepest.parts.works import Work
from steepest.solve.passes.fit import fit_parts

__all__ = ["Failing", "Unreliable", "delayed_client", "model", "rows"]

ALPHA, SHARE = 0.02, 0.01  # seconds that a message takes, tasks that fail
WORKERS, FITS, AT_ONCE, TIMED = 2, 100, 10, 5
N, FEW, D, FILES = 400_000, 40_000, 20, 8  # rows of the fits that are timed, and of those that fail
GROUPS = TASKS * WORKERS  # tasks of a pass
LOSS = Problem("log_loss")
QUIET, ONE = ("--no-dashboard",), ("--nthreads", 1, "--no-nanny")
NETWORK = f"{WORKERS} workers, messages take {1e3 * ALPHA:.0f} ms"


class Failing(NamedTuple):
    """A work some of whose copies fail: each task unpickles one, and has its own luck."""

    work: Work
    fails: bool = False

    def __call__(self, block: Block) -> list[Partial]:
        """What the work gives, if it does not fail."""
        if self.fails:
            raise OSError("the disk does not answer")
        return self.work(block)

    def join(self, a: Partial, b: Partial) -> Partial:
        """That of the work."""
        return self.work.join(a, b)

    def __reduce__(self) -> tuple[Any, ...]:
        return _drawn, (self.work,)


def _drawn(work: Work) -> Failing:
    return Failing(work, random.SystemRandom().random() < SHARE)


class Unreliable(Dask):
    """A cluster on which some tasks of every pass fail."""

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """The pass, with tasks that fail."""
        super().run(Failing(work), parts, size, done)


class Fitted(NamedTuple):
    """A fit of the table: its bits, its passes, its time."""

    bits: bytes
    passes: int
    seconds: float


def rows() -> Iterator[Row]:
    """Fits one after the other, for their time; then many, some of whose tasks fail, several at a time."""
    with tempfile.TemporaryDirectory() as folder:
        X, y = _table()
        for n in (N, FEW):
            write_files(Path(folder) / str(n), X[:n], y[:n], FILES)
        large, small = (str(Path(folder) / str(n)) for n in (N, FEW))
        _fit(large, Here(1))  # loads what is needed
        here = spent(lambda: _fit(large, Here(1)))
        with local_client(WORKERS) as client:
            each = overhead(client, GROUPS) / GROUPS
        with delayed_client() as client:
            yield _timed(large, client, here, each)
            yield _unreliable(small, client)


def model(cpu: float, passes: int, workers: float, each: float, alpha: float = 0.0, tasks: int = GROUPS) -> float:
    """Seconds of a fit by the cost model: its work shared by the workers, then tasks and messages of each pass."""
    return cpu / workers + passes * (tasks * each + math.log(tasks, 8) * alpha)


def _table() -> tuple[Any, Any]:
    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((N, D))
    return X, (X @ rng.standard_normal(D) + rng.logistic(size=N) > 0).astype(np.float64)


def _fit(path: str, engine: Any) -> Fitted:
    table, start = scan(path, "y", engine=engine, cache=False), time.perf_counter()
    run = fit_parts(table, LOSS)
    bits = np.append(run.coef, run.intercept).tobytes() + np.asarray(run.trajectory.cost).tobytes()
    return Fitted(bits, table.passes, time.perf_counter() - start)


def _timed(path: str, client: Any, here: Spent, each: float) -> Row:
    _fit(path, Dask(client))  # loads what is needed
    seconds = [_fit(path, Dask(client)).seconds for _ in range(TIMED)]
    wanted, passes = model(here.cpu, here.found.passes, WORKERS, each, ALPHA), here.found.passes
    figures = f"{min(seconds):.2f} s, median {np.median(seconds):.2f} s; {wanted:.2f} s for {passes} passes; {load()}"
    return Row(
        f"logistic fit, {size_of(N, D)}, {NETWORK}: time to that of the model",
        f"{min(seconds) / wanted:.1f}x",
        figures,
        "<= 3x",
    )


def _unreliable(path: str, client: Any) -> Row:
    bits = _fit(path, Here(1)).bits
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda _: _fit(path, Unreliable(client)), range(FITS)))
    same, slowest = sum(one.bits == bits for one in found), max(one.seconds for one in found)
    what = f"{FITS} fits, {size_of(FEW, D)}, {NETWORK}, {SHARE:.0%} of tasks fail: those that end with the same bits"
    return Row(what, f"{same}", f"slowest {slowest:.1f} s, {AT_ONCE} at a time; {load()}", f"{FITS}")


@contextmanager
def delayed_client() -> Iterator[Any]:
    """The client of a cluster whose scheduler and workers are reached through a relay."""
    from distributed import Client

    scheduler, *workers = ports = free_ports(WORKERS + 1)
    relayed = free_ports(len(ports))
    address = f"tcp://{HOST}:{relayed[0]}"
    with ExitStack() as stack:
        pairs = [f"{a}:{b}" for a, b in zip(relayed, ports, strict=True)]
        stack.enter_context(program("benchmarks.relay", ALPHA, *pairs))
        stack.enter_context(program("distributed.cli.dask_scheduler", "--host", HOST, "--port", scheduler, *QUIET))
        for port, contact in zip(workers, relayed[1:], strict=True):
            places = "--listen-address", f"tcp://{HOST}:{port}", "--contact-address", f"tcp://{HOST}:{contact}"
            stack.enter_context(program("distributed.cli.dask_worker", address, *places, *ONE, *QUIET))
        client = stack.enter_context(Client(address, timeout=60))
        client.wait_for_workers(WORKERS, timeout=60)
        yield client
