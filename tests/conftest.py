"""What several test files share: the eight points of the textbook, tables from files, tables made from a seed."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest import make_moments, make_rows

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
X8 = np.array([1.0, 3, 4, 5, 6, 7, 8, 10])[:, None]
Y8 = np.array([4.0, 3, 7, 7, 8, 10, 8, 11])
LABELS8 = np.array([0.0, 0, 0, 1, 1, 1, 1, 1])
COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}
needs_compiler = pytest.mark.skipif(not COMPILED, reason="NUMBA_DISABLE_JIT is set: nothing is compiled")


@pytest.fixture(params=["rows", "moments"])
def eight(request):
    """The eight points as each kind of data that can hold them."""
    rows = make_rows(X8, Y8)
    return rows if request.param == "rows" else make_moments(rows)


@pytest.fixture
def shared():
    """Path of a file that has no stated licence and so is not kept in this project."""
    folder = os.environ.get("STEEPEST_DATA")
    if not folder:
        pytest.skip("STEEPEST_DATA names no folder with the data that has no stated licence")
    return Path(folder).joinpath


@pytest.fixture
def known(shared):
    """Published answers by their id."""
    return {entry["id"]: entry for entry in json.loads(shared("known_answers.json").read_text(encoding="utf-8"))}


@pytest.fixture
def california(shared):
    """Median income and house value, 17,938 districts."""
    table = np.genfromtxt(shared("tables/california_housing.csv"), delimiter=",", names=True)
    x, y = table["medianIncome"], table["medianHouseValue"] / 1e5
    keep = (y < 3.5) & (x < 8)
    return x[keep][:, None], y[keep]


@pytest.fixture(scope="session")
def processes() -> Iterator[Executor]:
    """Two processes that are started once; a test that ends one starts its own."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """A Dask cluster of two processes with a thread each; a test that harms one starts its own."""
    distributed = pytest.importorskip("distributed")
    settings = {"dashboard_address": ":0", "memory_limit": 0, "protocol": "tcp", "silence_logs": 50}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, **settings) as started:
        yield started


@pytest.fixture(scope="session")
def client(cluster: Any) -> Iterator[Any]:
    """The client of the cluster."""
    from distributed import Client

    with Client(cluster) as connected:
        yield connected


def linear_table(seed, n=60, d=3, noise=0.5, spread=1.0):
    """A seeded table with columns of scales 10^-spread .. 10^spread around means of like size."""
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.uniform(-spread, spread, d)
    X = (rng.standard_normal((n, d)) + rng.standard_normal(d)) * scale
    y = X @ (rng.standard_normal(d) / scale) + rng.standard_normal() + noise * rng.standard_normal(n)
    return X, y


def logistic_table(seed, n=80, d=2, spread=0.5, mixed=0.15):
    """A seeded table with classes that overlap: a share of the labels is drawn by a coin."""
    rng = np.random.default_rng(seed)
    X, z = linear_table(seed, n, d, 1.0, spread)
    y = (z > np.median(z)).astype(float)
    coin = rng.random(n) < mixed
    y[coin] = rng.integers(0, 2, coin.sum())
    return X, y
