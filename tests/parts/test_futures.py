"""The engine of an executor: the bits of threads here, whatever the executor; a broken one raises one line."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from steepest.core.errors import DataError, SteepestError
from steepest.core.threads import _libraries
from steepest.data.rows import Rows
from steepest.data.tree import Partial
from steepest.objective.losses.classes import LogLoss
from steepest.parts.engines.chosen import chosen_engine
from steepest.parts.engines.futures import Futures
from steepest.parts.engines.here import Here
from steepest.parts.part import Block
from steepest.parts.parts import Parts, Passing
from steepest.parts.sources.memory import MemorySource
from steepest.parts.works import Curves, Slopes

RNG = np.random.default_rng(0)
ROWS = Rows(RNG.standard_normal((200_011, 3)), np.asfortranarray(RNG.integers(0, 2, (200_011, 1)), np.float64))
SOURCE = MemorySource(ROWS, ("a", "b", "c"))
W = np.full((4, 1), 0.3)


class Asked:
    """A work that says what its worker is like, and may end it."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __call__(self, block: Block) -> list[Partial]:
        if self.what == "kill":
            os._exit(1)
        if self.what == "refuse":
            raise DataError("missing", file="a.csv", line=3, column="x")
        return [(np.array([library.get_num_threads() for library in _libraries()], float),)] * block.leaves

    def join(self, a: Partial, b: Partial) -> Partial:
        return tuple(np.maximum(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("work", [Slopes(LogLoss(), W), Curves(LogLoss(), W)])
def test_processes_give_the_bits_of_threads(processes: Executor, work: Any) -> None:
    expected = Parts(SOURCE, 1 << 26, Here(1)).sums(work)
    for workers in (None, 3):
        found = Parts(SOURCE, 1 << 26, Futures(processes, workers)).sums(work)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_processes_of_joblib() -> None:
    loky = pytest.importorskip("joblib.externals.loky")
    work = Slopes(LogLoss(), W)
    with loky.ProcessPoolExecutor(2) as pool:
        found = Parts(SOURCE, 1 << 26, Futures(pool)).sums(work)
    np.testing.assert_array_equal(found[0], Parts(SOURCE, 1 << 26, Here(1)).sums(work)[0])


class Recorded(Executor):
    """An executor that knows nothing of its workers, and runs its tasks backwards."""

    def __init__(self) -> None:
        self.tasks: list[Any] = []

    def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
        self.tasks.append(args)
        future: Future[Any] = Future()
        future.set_result(function(*args))
        return future


def test_parts_are_grouped_into_four_tasks_a_worker() -> None:
    executor = Recorded()
    parts = Parts(SOURCE, 1 << 26, Futures(executor, 1))
    parts.parts = Parts(SOURCE, 1 << 26, Here(16)).parts  # type: ignore[misc]
    told: list[Passing] = []
    parts.told = told.append
    parts.engine.run(Slopes(LogLoss(), W), [parts.parts[0]] * 13, parts.block, lambda i, forest: None)
    assert [len(task[1]) for task in executor.tasks] == [4, 4, 4, 1]


def test_every_part_is_told(processes: Executor) -> None:
    told: list[Passing] = []
    parts = Parts(SOURCE, 1 << 26, Futures(processes), told=told.append)
    parts.sums(Slopes(LogLoss(), W))
    assert [one.done for one in told] == list(range(1, len(parts.parts) + 1))
    assert told[-1].rows == 200_011


def test_the_number_of_workers(processes: Executor) -> None:
    assert Futures(processes).workers == 2
    assert Futures(processes, 5).workers == 5
    assert Futures(ThreadPoolExecutor(3)).workers == 3
    assert Futures(Recorded()).workers >= 1


def test_one_thread_of_blas_in_a_worker(processes: Executor) -> None:
    found = Parts(SOURCE, 1 << 26, Futures(processes)).sums(Asked("threads"))[0]
    assert (found == 1).all()


def test_bad_data_is_told_as_here(processes: Executor) -> None:
    with pytest.raises(DataError, match=r"^a\.csv, line 3, column 'x': missing$") as caught:
        Parts(SOURCE, 1 << 26, Futures(processes)).sums(Asked("refuse"))
    assert caught.value.line == 3
    Parts(SOURCE, 1 << 26, Futures(processes)).sums(Slopes(LogLoss(), W))  # the executor is as good as before


def test_a_worker_that_dies() -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        parts = Parts(SOURCE, 1 << 26, Futures(pool))
        for _ in range(2):  # then it is known to be broken
            with pytest.raises(
                SteepestError, match=r"^the executor is broken or shut down \(.*\): make a new executor"
            ) as found:
                parts.sums(Asked("kill"))
            assert "\n" not in str(found.value)


def test_an_executor_that_was_shut_down() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(SteepestError, match=r"broken or shut down \(cannot schedule new futures after shutdown"):
        Parts(SOURCE, 1 << 26, Futures(pool)).sums(Slopes(LogLoss(), W))


def test_the_executor_of_dask(client: Any) -> None:
    executor = client.get_executor()
    engine = chosen_engine(executor)
    assert isinstance(engine, Futures)
    assert engine.remote
    found = Parts(SOURCE, 1 << 26, engine).sums(Slopes(LogLoss(), W))
    np.testing.assert_array_equal(found[0], Parts(SOURCE, 1 << 26, Here(1)).sums(Slopes(LogLoss(), W))[0])
    assert list(engine.map(abs, range(-9, 0), 2)) == list(range(9, 0, -1))


def test_an_executor_that_says_how_many_workers_it_has() -> None:
    class Mpi(Recorded):
        num_workers = 7

    assert Futures(Mpi()).workers == 7
    assert Futures(Mpi()).remote
    with ThreadPoolExecutor(3) as pool:
        assert not Futures(pool).remote  # they have the disk and the memory of this process


@pytest.mark.parametrize("ahead", [1, 2, None])
def test_results_that_are_not_asked_for_are_few(ahead: int | None) -> None:
    executor = Recorded()
    found = Futures(executor, 4).map(abs, range(-20, 0), ahead)
    assert [next(found), next(found)] == [20, 19]
    assert len(executor.tasks) == 2 + (ahead or 4)
    assert list(found) == list(range(18, 0, -1))
