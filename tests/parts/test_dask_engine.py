"""The engine of Dask: the bits of threads here, whatever its workers do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest import GDClassifier, scan
from steepest.objective.losses.classes import LogLoss
from steepest.parts.engines.here import Here
from steepest.parts.parts import Parts
from steepest.parts.works import Curves, Slopes

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("distributed")

N = 30_011


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("dask") / "table"
    X = rng.normal(size=(N, 4))
    table = pa.table({**dict(zip("abcd", X.T, strict=True)), "y": (X.sum(1) + rng.logistic(size=N) > 0) * 1})
    path.mkdir()
    for i, low in enumerate(range(0, N, 4_001)):
        parquet.write_table(table.slice(low, 4_001), path / f"{i}.parquet", row_group_size=1_000)
    return path


def table(folder: Path, engine: Any = None, **settings: Any) -> Parts:
    return scan(folder, "y", engine=Here(1) if engine is None else engine, **settings)


@pytest.mark.parametrize("work", [Slopes(LogLoss(), np.full((5, 1), 0.3)), Curves(LogLoss(), np.full((5, 1), 0.3))])
def test_workers_give_the_bits_of_threads(client: Any, folder: Path, work: Any) -> None:
    for found, expected in zip(table(folder, client).sums(work), table(folder).sums(work), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_fit_has_the_bits_of_threads(client: Any, folder: Path) -> None:
    found, expected = (GDClassifier().fit(table(folder, engine)) for engine in (client, None))
    np.testing.assert_array_equal(found.coef_, expected.coef_)
    np.testing.assert_array_equal(found.intercept_, expected.intercept_)
