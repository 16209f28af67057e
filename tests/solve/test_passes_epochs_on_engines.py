"""Epochs on engines whose workers are elsewhere: the bits of one machine, and no more in memory than was allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest import GDClassifier, GDRegressor, Problem, scan
from steepest.core.errors import DataError
from steepest.data.rows import Rows
from steepest.parts.cache.worker_cached import WorkerCached
from steepest.parts.engines.here import Here
from steepest.parts.epochs import Epochs
from steepest.parts.parts import Parts
from steepest.parts.shuffle import Shuffle, shuffle_of
from steepest.solve.passes.stochastic import fit_stochastic
from steepest.solve.settings import Limits, Settings

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

N = 3_011


@pytest.fixture(params=["processes", "client"])
def engine(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Row groups of 200 rows, sorted by class."""
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("epochs") / "table.parquet"
    X = rng.standard_normal((N, 4)) * [1, 2, 5, 0.1] + 1
    z = (X - 1) @ [1.0, -0.5, 0.2, 3.0] + 1
    y = np.sort((z + rng.logistic(size=N) > 0) * 1.0)
    columns = dict(zip("abcd", X[np.argsort(z)].T, strict=True)) | {"y": y, "w": rng.random(N)}
    parquet.write_table(pa.table(columns), path, row_group_size=200)
    return path


class Elsewhere(Here):
    """Threads that say that they are on other machines, and remember how far they were ahead."""

    remote = True

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.ahead: list[int | None] = []

    def map(self, function: Any, items: Iterable[Any], ahead: int | None = None) -> Iterator[Any]:
        self.ahead.append(ahead)
        return super().map(function, items, ahead)


def groups_of(parts: Parts, shuffle: Shuffle, batch: int, count: int) -> list[Rows]:
    epochs = Epochs(parts, shuffle, batch)
    wanted = [(epoch, i) for epoch in range(count) for i in range(len(epochs.bounds(epoch)) - 1)]
    return [epochs.group(*one).ordered() for one in wanted]


@pytest.mark.parametrize("batch", [1, 32])
def test_a_fit_has_the_bits_of_one_machine(engine: Any, table: Path, batch: int) -> None:
    settings = Settings(batch_size=batch, learning_rate=0.01, average="weighted", standardize=True)
    found, expected = (
        fit_stochastic(scan(table, "y", weights="w", engine=one), Problem("log_loss"), settings, Limits(max_iter=2))
        for one in (engine, Here(2))
    )
    np.testing.assert_array_equal(found.coef, expected.coef)
    assert found.intercept == expected.intercept
    np.testing.assert_array_equal(found.trajectory.cost, expected.trajectory.cost)


def test_early_stopping_has_the_bits_of_one_machine(engine: Any, table: Path) -> None:
    found, expected = (
        GDClassifier(batch_size=32, early_stopping=True, n_iter_no_change=1, random_state=3, max_iter=4, tol=None).fit(
            scan(table, "y", engine=one)
        )
        for one in (engine, Here(1))
    )
    np.testing.assert_array_equal(found.coef_, expected.coef_)
    assert found.n_iter_ == expected.n_iter_


def test_a_table_that_is_cached_has_the_bits_of_one_that_is_cached_here(
    processes: Executor, table: Path, tmp_path: Path
) -> None:
    parts = scan(table, "y", engine=processes, cache=tmp_path / "there")
    assert isinstance(parts.source, WorkerCached)
    expected = GDRegressor(batch_size=32, max_iter=2, tol=None).fit(
        scan(table, "y", engine=Here(1), cache=tmp_path / "here")
    )
    np.testing.assert_array_equal(GDRegressor(batch_size=32, max_iter=2, tol=None).fit(parts).coef_, expected.coef_)
    assert list((tmp_path / "there").glob("?" * 64))


@pytest.mark.parametrize(("together", "batch"), [(3, 1), (3, 32), (2, 1000), (3, 700), (40, 5000)])
def test_batches_cross_buffers_as_on_one_machine(table: Path, together: int, batch: int) -> None:
    far, here = (scan(table, "y", engine=engine) for engine in (Elsewhere(2), Here(1)))
    shuffle = shuffle_of(here, seed=5)._replace(together=together)
    assert not here.source.seeks
    found, expected = (groups_of(parts, shuffle, batch, 2) for parts in (far, here))
    assert [len(rows.y) for rows in found] == [len(rows.y) for rows in expected]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a.X, b.X)
        np.testing.assert_array_equal(a.y, b.y)
        assert a.total == b.total
        assert a.numbers is b.numbers is None
    whole = [rows for rows in found if len(rows.y) % batch == 0]
    assert len(found) - len(whole) <= 2  # the last batch of each epoch


def test_memory_says_how_far_workers_are_ahead(table: Path) -> None:
    for memory, ahead in ((5, 1), (8, 4), (100, 96)):
        parts = scan(table, "y", engine=Elsewhere(2))
        shuffle = shuffle_of(parts, seed=5)._replace(together=2)
        parts.memory = memory * 8 * (parts.shape[1] + 2) * shuffle.largest  # buffers
        groups_of(parts, shuffle, 10, 1)
        assert parts.engine.ahead == [ahead]


def test_rows_in_memory_are_read_here() -> None:
    far = Elsewhere(2)
    X = np.random.default_rng(0).standard_normal((500, 2))
    GDRegressor(batch_size=16, max_iter=2, tol=None).fit(scan(X, X[:, 0], engine=far))
    assert far.ahead == []


def test_a_file_that_changes_is_refused(processes: Executor, table: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(table.read_bytes())
    epochs = Epochs(scan(path, "y", engine=processes), Shuffle(np.append(np.arange(0, N, 200), N), 3, 0), 10)
    epochs.group(0, 0)
    path.write_bytes(table.read_bytes()[:-1] + b" ")
    with pytest.raises(DataError, match=r"a\.parquet: changed after the table was scanned"):
        _ = [epochs.group(0, i) for i in range(1, len(epochs.bounds(0)) - 1)]
