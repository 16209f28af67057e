"""The engine of Dask: the bits of threads here, whatever its workers do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, perf_counter, process_time, sleep
from typing import Any, NamedTuple

import numpy as np
import pytest

from steepest import GDClassifier, scan
from steepest.core.errors import DataError, SteepestError, UsageError
from steepest.data.tree import Partial
from steepest.kernels.fingerprint import Fingerprint
from steepest.objective.losses.classes import LogLoss
from steepest.parts.engines import dask as engine_of_dask
from steepest.parts.engines.dask import Dask, Places
from steepest.parts.engines.engine import forest_of
from steepest.parts.engines.here import Here
from steepest.parts.engines.task import Found
from steepest.parts.part import Block, Part
from steepest.parts.parts import Parts, Passing
from steepest.parts.sources.memory import MemorySource
from steepest.parts.works import Curves, Slopes

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
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


@pytest.fixture(scope="module")
def threads() -> Iterator[Any]:
    """A client of a cluster in this process, with workers of four threads and of one, that is not the default one."""
    settings = {"dashboard_address": ":0", "memory_limit": 0, "processes": False, "silence_logs": 50}
    with distributed.LocalCluster(n_workers=1, threads_per_worker=4, **settings) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            yield client


def table(folder: Path, engine: Any = None, **settings: Any) -> Parts:
    return scan(folder, "y", engine=Here(1) if engine is None else engine, **settings)


def answer(table: Parts) -> Any:
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


@pytest.mark.parametrize("work", [Slopes(LogLoss(), W), Curves(LogLoss(), W)])
def test_workers_give_the_bits_of_threads(client: Any, threads: Any, folder: Path, work: Any) -> None:
    expected = table(folder).sums(work)
    for engine in (client, threads):
        for a, b in zip(table(folder, engine).sums(work), expected, strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_fit_has_the_bits_of_threads(client: Any, threads: Any, folder: Path) -> None:
    expected = answer(table(folder))
    for engine in (client, threads):
        np.testing.assert_array_equal(answer(table(folder, engine)), expected)


def test_the_number_of_workers(client: Any, threads: Any) -> None:
    assert Dask(client).workers == 2
    assert Dask(threads).workers == 4


def nothing(work: object, parts: object, size: int) -> Found:
    return Found({}, Fingerprint("", "", "", ""))


def test_a_pass_over_1000_parts(client: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_of_dask, "worked", nothing)
    engine, parts = Dask(client), [table(folder).parts[0]] * 1000
    engine.run(Slopes(LogLoss(), W), parts, 4096, lambda some, forest: None)
    for _ in range(10):
        told: list[int] = []
        begin, cpu = perf_counter(), process_time()
        engine.run(Slopes(LogLoss(), W), parts, 4096, lambda some, forest: told.extend(some))
        print(perf_counter() - begin, process_time() - cpu)
    assert sorted(told) == list(range(1000))
