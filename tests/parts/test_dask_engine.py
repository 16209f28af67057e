"""The engine of Dask: the bits of threads here, whatever its workers do."""

from __future__ import annotations

import _thread
import asyncio
import gc
import logging
import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Timer
from time import monotonic, sleep
from typing import Any, NamedTuple

import numpy as np
import pytest

from steepest import GDClassifier, scan
from steepest.core.errors import DataError, SteepestError, UsageError
from steepest.data.tree import Partial
from steepest.kernels.fingerprint import Fingerprint, fingerprint
from steepest.objective.losses.classes import LogLoss
from steepest.parts.engines import task
from steepest.parts.engines.dask import engine as engine_of_dask
from steepest.parts.engines.dask import tasks as dask_tasks
from steepest.parts.engines.dask import versions
from steepest.parts.engines.dask import workers as dask_workers
from steepest.parts.engines.dask.engine import Dask
from steepest.parts.engines.dask.tasks import FailedError, Tasks, answer
from steepest.parts.engines.dask.workers import Workforce
from steepest.parts.engines.here import Here
from steepest.parts.engines.task import Found
from steepest.parts.part import Block
from steepest.parts.parts import Parts
from steepest.parts.works import Curves, Slopes

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")

N = 30_011
W = np.full((5, 1), 0.3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("dask") / "table"
    X = rng.normal(size=(N, 4))
    table = pa.table({**dict(zip("abcd", X.T, strict=True)), "y": (X.sum(1) + rng.logistic(size=N) > 0) * 1})
    path.mkdir()
    for i, low in enumerate(range(0, N, 4_001)):
        parquet.write_table(table.slice(low, 4_001), path / f"{i}.parquet", row_group_size=1_000)
    return path


@contextmanager
def started(workers: int, threads: int, processes: bool) -> Iterator[Any]:
    """The client, not the default one, of a cluster that may be harmed."""
    settings = {"dashboard_address": ":0", "memory_limit": 0, "silence_logs": 50, "processes": processes}
    with ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.deploy.lost-worker-timeout": "200s"}))
        cluster = stack.enter_context(
            distributed.LocalCluster(n_workers=workers, threads_per_worker=threads, **settings)
        )
        yield stack.enter_context(distributed.Client(cluster, set_as_default=False))


@pytest.fixture(scope="module")
def threads() -> Iterator[Any]:
    with started(2, 4, processes=False) as client:
        yield client


@pytest.fixture(scope="module")
def fragile() -> Iterator[Any]:
    """Two processes, of which any that dies ends its tasks for Dask."""
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), started(2, 1, processes=True) as client:
        yield client


def table(folder: Path, engine: Any = None, **settings: Any) -> Parts:
    return scan(folder, "y", engine=Here(1) if engine is None else engine, **settings)


def answer_of(table: Parts) -> Any:
    model = GDClassifier().fit(table)
    return np.append(model.coef_, model.intercept_)


class Doing(NamedTuple):
    """The sums of `Slopes`, and something more before each block."""

    what: Callable[[Block], object]

    def __call__(self, block: Block) -> list[Partial]:
        self.what(block)
        return Slopes(LogLoss(), W)(block)

    def join(self, a: Partial, b: Partial) -> Partial:
        return Slopes(LogLoss(), W).join(a, b)


def refuse(block: Block) -> None:
    if block.first:
        raise DataError("missing", file="a.csv", line=3, column="x")


def fail(_: Block) -> None:
    raise ZeroDivisionError("no\nnumber")


def die(_: Block) -> None:
    os._exit(1)


def slow_once(known: Path, block: Block) -> None:
    """Take long with the first block, the first time."""
    if not block.first and not known.exists():
        known.touch()
        sleep(4)


def expect(folder: Path, engine: Any, work: Any = None) -> None:
    """That the engine works, with the bits of threads here."""
    found = table(folder, engine).sums(work or Slopes(LogLoss(), W))
    np.testing.assert_array_equal(found[0], table(folder).sums(Slopes(LogLoss(), W))[0])


@pytest.mark.parametrize("work", [Slopes(LogLoss(), W), Curves(LogLoss(), W)])
def test_workers_give_the_bits_of_threads(client: Any, threads: Any, folder: Path, work: Any) -> None:
    expected = table(folder).sums(work)
    for engine in (client, threads):
        for a, b in zip(table(folder, engine).sums(work), expected, strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_fit_has_the_bits_of_threads(client: Any, threads: Any, folder: Path) -> None:
    expected = answer_of(table(folder))
    for engine in (client, threads):
        np.testing.assert_array_equal(answer_of(table(folder, engine)), expected)


def test_the_number_of_workers(client: Any, threads: Any) -> None:
    assert Dask(client).workers == 2
    assert Dask(threads).workers == 8


def test_an_engine_is_given_by_its_address(cluster: Any, folder: Path) -> None:
    address = f"dask:{cluster.scheduler_address}"
    parts = table(folder, address)
    expect(folder, parts.engine)
    client = parts.engine.client  # type: ignore[attr-defined]
    frame = pytest.importorskip("dask.dataframe").from_dict({"x": [1.0, 2.0], "y": [1.0, 3.0]}, 1)
    assert scan(frame, "y", engine=address).shape == (2, 1)
    del parts
    gc.collect()
    assert client.status == "closed"
    assert scan([[1.0]], [1.0], engine="local:3").engine.workers == 3
    for wrong in ("dask", cluster.scheduler_address, "local:0"):
        with pytest.raises(UsageError, match=f"^the engine '{wrong}' is not known: write local:4 for 4 processes"):
            table(folder, wrong)


def nothing(*_: Any) -> Found:
    return Found({}, fingerprint())


def record(told: list[int], some: Any, _: Any) -> None:
    told.extend(some)


def test_a_pass_over_1000_parts_is_few_tasks(client: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_of_dask, "worked", nothing)
    engine, parts, times = Dask(client), [table(folder).parts[0]] * 1000, list[float]()
    for _ in range(9):
        told, begin = list[int](), monotonic()
        engine.run(Slopes(LogLoss(), W), parts, 4096, partial(record, told))
        times.append(monotonic() - begin)
        assert sorted(told) == list(range(1000))
        if min(times) < 0.1:
            break
    assert min(times) < 0.1


def test_a_worker_gets_the_same_parts_again(threads: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, give = list[tuple[int, Any]](), Tasks.give

    def recorded(tasks: Tasks, number: int, name: str, worker: Any, *rest: Any, **named: Any) -> None:
        given.append((number, worker))
        give(tasks, number, name, worker, *rest, **named)

    monkeypatch.setattr(Tasks, "give", recorded)
    parts = table(folder, threads)
    for _ in range(2):
        parts.sums(Slopes(LogLoss(), W))
    half = len(given) // 2
    assert given[:half] == given[half:]
    workers = [worker for _, worker in given[:half]]
    assert workers == sorted(workers)
    assert set(workers) == set(threads.nthreads())


def test_workers_that_differ_are_noted(threads: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of_worker() -> Fingerprint:
        return fingerprint()._replace(numpy=f"2.{distributed.get_worker().name}")

    parts = table(folder, threads)
    parts.sums(Slopes(LogLoss(), W))
    assert not parts.notes
    monkeypatch.setattr(task, "fingerprint", of_worker)
    parts.sums(Slopes(LogLoss(), W))
    assert any("workers differ (numpy" in note for note in parts.notes)


def test_bad_data_is_told_as_here(client: Any, folder: Path) -> None:
    with pytest.raises(DataError, match=r"^a\.csv, line 3, column 'x': missing$") as caught:
        table(folder, client).sums(Doing(refuse))
    assert caught.value.line == 3
    expect(folder, client)


def test_an_error_of_a_worker_is_one_line(client: Any, folder: Path) -> None:
    message = r"^rows \d+ to \d+: the worker tcp://.* failed: ZeroDivisionError: no$"
    with pytest.raises(SteepestError, match=message) as caught:
        table(folder, client).sums(Doing(fail))
    assert isinstance(caught.value.__cause__, FailedError)
    assert 'in fail\n    raise ZeroDivisionError("no\\nnumber")' in str(caught.value.__cause__)
    expect(folder, client)


def test_a_worker_with_another_version(threads: Any) -> None:
    reply = threads.submit(answer, "0.1", b"no task").result()
    assert "it has steepest " in str(reply.refused)
    assert "the client 0.1: install the same version everywhere" in str(reply.refused)


def test_a_cluster_with_another_version_is_refused_once(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_known", set())
    with monkeypatch.context() as patch:
        patch.setattr(versions, "__version__", "9.9")
        with pytest.raises(SteepestError, match=r"^the scheduler has steepest .*: install 9\.9 there"):
            scan([[1.0], [2.0]], [0.0, 1.0], engine=client)
    Dask(client)
    asked = list[object]()
    monkeypatch.setattr(client, "get_versions", asked.append)
    Dask(client)
    assert not asked
    with pytest.raises(SteepestError, match=r"^tcp://a:1 has no steepest: install .* there"):
        versions._refuse({"workers": {"tcp://a:1": {"packages": {"steepest": None}}}})


class Unknown:
    """A function that no worker can read."""

    def __reduce__(self) -> Any:
        return unread, ()


def unread() -> None:
    raise ImportError("no module")


def test_a_task_that_cannot_be_read(threads: Any) -> None:
    with pytest.raises(SteepestError, match=r"^item 1: .*cannot read the task \(ImportError: no module\): install"):
        list(Dask(threads).map(Unknown(), [1]))  # type: ignore[arg-type]


def test_ctrl_c_cancels(threads: Any, folder: Path, tmp_path: Path) -> None:
    Timer(0.4, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        table(folder, threads).sums(Doing(partial(slow_once, tmp_path / "known")))
    expect(folder, threads)
    assert not threads.futures


def test_a_slow_worker(threads: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_tasks, "SHORT", 0.5)
    begin = monotonic()
    expect(folder, threads, Doing(partial(slow_once, tmp_path / "known")))
    assert monotonic() - begin < 3.5


def address_after(slow: str, seconds: float) -> Any:
    """The address of this worker, after a while if it is a slow one."""
    here = distributed.get_worker().address
    sleep(seconds if here == slow else 0)
    return here


def test_a_slow_worker_gets_no_task_for_a_while(threads: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_tasks, "SHORT", 0.3)
    slow, other = sorted(threads.nthreads())
    force = Workforce(threads)
    tasks, late = Tasks(force), force.late
    tasks.give(0, "it", other, address_after, slow, 0)
    assert tasks.next() == (0, other)
    tasks.give(1, "it", slow, address_after, slow, 2)
    assert tasks.next() == (1, other)
    assert set(late) == {slow}
    for i in range(2, 12):
        tasks.give(i, "it", slow, address_after, slow, 0)
    assert {tasks.next() for _ in range(10)} == {(i, other) for i in range(2, 12)}
    late[slow] = 0.0  # the while is over
    tasks.give(12, "it", slow, address_after, slow, 0)
    assert tasks.next() == (12, slow)
    assert not late


def square(x: int) -> int:
    if x == 99:
        raise DataError("no number")
    return x * x


def test_a_map_is_in_order_and_some_ahead(threads: Any) -> None:
    asked, engine = list[int](), Dask(threads)
    items = (asked.append(i) or i for i in range(40))  # type: ignore[func-returns-value]
    found = engine.map(square, items)
    assert [next(found), next(found)] == [0, 1]
    assert len(asked) == 10
    assert list(found) == [i * i for i in range(2, 40)]
    assert list(engine.map(lambda x: x + 1, [1])) == [2]
    assert list(engine.map(square, [])) == []
    with pytest.raises(DataError, match="no number"):
        list(engine.map(square, [1, 99]))
    found = engine.map(square, range(40))
    assert next(found) == 0
    found.close()  # type: ignore[attr-defined]
    sleep(0.2)
    assert not threads.futures


def test_a_client_that_is_of_no_use(folder: Path) -> None:
    with started(1, 1, processes=False) as client:
        parts = table(folder, client)
        parts.sums(Slopes(LogLoss(), W))
        client.close()
        with pytest.raises(SteepestError, match=r"^the client of Dask is closed, or its scheduler ended: connect to"):
            parts.sums(Slopes(LogLoss(), W))
        frame = pytest.importorskip("dask.dataframe").from_dict({"x": [1.0, 2.0], "y": [1.0, 3.0]}, 1)
        with pytest.raises(SteepestError, match=r"^the client of Dask is closed"):
            scan(frame, "y", engine=client)

    logged = logging.getLogger("distributed.client")
    for error, shown in ((asyncio.CancelledError(), False), (OSError(), True)):
        record = logged.makeRecord(logged.name, logging.ERROR, "", 0, "", (), (type(error), error, None))
        assert bool(logged.filter(record)) == shown

    class Other:
        asynchronous = True

    with pytest.raises(UsageError, match="asynchronous=False"):
        Dask(Other())


def test_a_lost_scheduler_and_a_fit_that_goes_on(threads: Any, folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "fit.ckpt"
    with started(1, 1, processes=False) as client:
        parts = table(folder, client, checkpoint=saved)
        parts.told = lambda now: client.cluster.close() if now.number == 2 else None
        begin = monotonic()
        with pytest.raises(SteepestError, match=r"^the client of Dask .*; with a checkpoint a fit goes on"):
            answer_of(parts)
        assert monotonic() - begin < 10
    assert saved.exists()
    np.testing.assert_array_equal(answer_of(table(folder, threads, checkpoint=saved)), answer_of(table(folder)))
    assert not saved.exists()


def test_a_cluster_without_workers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with started(0, 1, processes=False) as client:
        parts = table(folder, client)
        monkeypatch.setattr(dask_workers, "ABSENT", 0.2)
        monkeypatch.setattr(dask_workers, "ALONE", 0.5)
        with (
            pytest.warns(UserWarning, match=r"^the cluster has no worker: waiting 0 seconds for one$"),
            pytest.raises(SteepestError, match=r"^the cluster has had no worker for 0 seconds: start some"),
        ):
            parts.sums(Slopes(LogLoss(), W))
        monkeypatch.setattr(dask_workers, "ABSENT", 30.0)
        monkeypatch.setattr(dask_workers, "ALONE", 30.0)
        tasks = Tasks(Workforce(client))
        tasks.give(0, "it", "tcp://127.0.0.1:1", square, 3)  # rather on a worker that is gone
        Timer(0.3, lambda: client.cluster.scale(1)).start()
        begin = monotonic()
        assert tasks.next() == (0, 9)
        assert monotonic() - begin < 20
        expect(folder, client)


def kill(client: Any, some: slice) -> None:
    for pid in list(client.run(os.getpid).values())[some]:
        os.kill(pid, 9)


def test_workers_that_are_killed_and_a_client_that_is_restarted(fragile: Any, folder: Path) -> None:
    expected = answer_of(table(folder))
    for harm in (lambda: kill(fragile, slice(1)), lambda: kill(fragile, slice(2)), fragile.restart):
        timer = Timer(random.uniform(0, 0.3), harm)
        timer.start()
        np.testing.assert_array_equal(answer_of(table(folder, fragile)), expected)
        timer.join()


def test_a_task_that_kills_its_workers(fragile: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_tasks, "TRIES", 0)
    with pytest.raises(SteepestError, match=r"^rows \d+ to \d+: 1 worker died .* give scan a smaller memory="):
        table(folder, fragile).sums(Doing(die))
