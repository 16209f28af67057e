"""The cost model: its formula against figures computed by hand, its forests against those of the tree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.data.tree import Forest, plus, put
from steepest.parts.cost_model import Machines, Size, Speeds, pass_time
from steepest.parts.engines.task import grouped, tasks_of

FAST = Speeds(decoding=0.65e9, products=5e10)


def test_a_billion_rows_on_a_hundred_machines() -> None:
    """400 GB: 200 s of a disk of 2 GB/s; 615 s of a core for decoding, 208 s for 1.04e13 products."""
    found = pass_time(Size(1e9, 100, 400.0), Machines(100, 8, 2e9), FAST)
    assert found.disk == pytest.approx(2.0)
    assert found.decoding == pytest.approx(400 / 0.65 / 800)
    assert found.arithmetic == pytest.approx(1e9 * 102**2 / 5e10 / 800)
    assert found.tasks == 954  # parts of 2^20 rows
    assert found.scheduler == pytest.approx(1.908)
    assert found.network == pytest.approx(0.001 + 954 * 8.0 * 102 * 103 * 8 / 1.25e9, rel=1e-3)  # 256 leaves a task
    assert found.seconds == pytest.approx(2.0 + 1.908 + 0.514, rel=1e-2)


def test_a_trillion_rows_on_a_thousand_machines() -> None:
    """400 TB: 160 s of 1,000 disks of 2.5 GB/s; 60 parts a task."""
    found = pass_time(Size(1e12, 100, 400.0), Machines(1000, 16, 2.5e9), FAST)
    assert found.disk == pytest.approx(160)
    assert found.decoding + found.arithmetic == pytest.approx(38.5 + 13.0, rel=1e-2)
    assert found.tasks == 15_895
    assert found.scheduler == pytest.approx(31.8, rel=1e-2)
    assert found.seconds == pytest.approx(207, rel=1e-2)


def test_threads_of_one_machine_have_no_scheduler() -> None:
    found = pass_time(Size(1e7, 50, 200.0), Machines(1, 2), FAST)
    assert (found.tasks, found.scheduler, found.network, found.disk) == (0, 0, 0, 0)
    assert found.seconds == pytest.approx(2 / 0.65 / 2 + 1e7 * 52**2 / 5e10 / 2)


def test_many_columns_send_gradients() -> None:
    wide = Size(1e9, 10_000, 40_000.0)
    assert (wide.hessian, wide.products, wide.sums) == (False, 10_002, 10_002)
    assert Size(1e9, 1_500, 6_000.0).hessian


@given(st.floats(1e3, 1e13), st.integers(1, 1000), st.integers(2, 2000), st.integers(1, 64))
def test_the_time_grows_with_rows_and_columns(rows: float, columns: int, machines: int, cores: int) -> None:
    there, size = Machines(machines, cores, 1e9), Size(rows, columns, 4.0 * columns)
    found = pass_time(size, there, FAST)
    assert found.seconds >= max(found.disk, found.decoding, found.scheduler, found.network)
    assert pass_time(size._replace(columns=columns + 100), there, FAST).arithmetic > found.arithmetic
    assert pass_time(size._replace(rows=2 * rows), there, FAST).disk == pytest.approx(2 * found.disk)


@given(st.integers(1, 5_000_000), st.integers(1, 20_000))
def test_the_tasks_are_those_of_a_pass(count: int, workers: int) -> None:
    assert tasks_of(count, workers) <= max(workers, min(4 * workers, 4096))
    if count < 50_000:
        groups = grouped(count, workers)
        assert len(groups) == tasks_of(count, workers)
        assert [i for some in groups for i in some] == list(range(count))


@pytest.mark.parametrize("leaves", [16, 100, 1000])
def test_the_nodes_of_a_forest_are_the_mean_over_where_it_begins(leaves: int) -> None:
    counts = []
    for first in np.random.default_rng(0).integers(0, 1 << 20, 50).tolist():
        forest: Forest = {}
        for i in range(first, first + leaves):
            put(forest, plus, 0, i, (np.zeros(1),))
        counts.append(len(forest))
    assert np.mean(counts) == pytest.approx(np.log2(leaves), rel=0.3)
