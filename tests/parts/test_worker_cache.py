"""Caches on the disks of workers: the bits of no cache, no second look at the files, and never stale rows."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest import GDClassifier, scan
from steepest.core.errors import DataError, SteepestError
from steepest.objective.losses.classes import LogLoss
from steepest.parts.cache import folders, policy, worker_cached
from steepest.parts.cache.cached import Cached
from steepest.parts.cache.worker_cached import WorkerCached
from steepest.parts.engines.here import Here
from steepest.parts.parts import Parts
from steepest.parts.works import Curves, LongestRow

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

N, FILES = 30_011, 7
WORK = Curves(LogLoss(), np.full((6, 1), 0.3))


@pytest.fixture(params=["processes", "client"])
def engine(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def write(folder: Path, seed: int = 0) -> Path:
    """A table of seven files, most of which end within a leaf."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((N, 5))
    columns = dict(zip("abcde", X.T, strict=True)) | {"y": (X.sum(1) + rng.logistic(size=N) > 0) * 1}
    for i, low in enumerate(range(0, N, 4501)):
        part = pa.table({name: column[low : low + 4501] for name, column in columns.items()})
        parquet.write_table(part, folder / f"{i}.parquet", row_group_size=1000)
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write(tmp_path / "table")


def sums(table: Path, engine: Any, cache: Any, passes: int = 1) -> Any:
    parts = scan(table, "y", engine=engine, cache=cache)
    return [parts.sums(WORK) for _ in range(passes)][-1]


def assert_same(found: Any, expected: Any) -> None:
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def overwritten(table: Path) -> None:
    """Put other bytes into all files, which look as before by size, time and number."""
    for path in table.iterdir():
        found, data = path.stat(), path.read_bytes()
        with path.open("r+b") as file:
            file.write(bytes(len(data)))
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def caches(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if len(path.name) == 64)


# The same bits; files are read once.


def test_further_passes_read_no_file(engine: Any, table: Path, tmp_path: Path) -> None:
    expected = sums(table, Here(1), False)
    parts = scan(table, "y", engine=engine, cache=tmp_path / "cache")
    assert_same(parts.sums(WORK), expected)
    overwritten(table)
    with pytest.raises(SteepestError):
        sums(table, engine, False)
    assert_same(parts.sums(WORK), expected)
    assert_same(parts.sums(WORK), expected)
    assert parts.notes == []
    assert len(caches(tmp_path / "cache")) == len(parts.parts) == len(parts.source.pieces)


def test_a_named_cache_is_found_by_the_next_fit(processes: Executor, client: Any, table: Path, tmp_path: Path) -> None:
    fitted = GDClassifier().fit(scan(table, "y", engine=processes, cache=tmp_path / "cache"))
    before = [(path, path.stat().st_ino) for path in caches(tmp_path / "cache")]
    again = GDClassifier().fit(scan(table, "y", engine=client, cache=tmp_path / "cache"))
    expected = GDClassifier().fit(scan(table, "y", engine=Here(1), cache=False))
    for found in (fitted, again):
        np.testing.assert_array_equal(found.coef_, expected.coef_)
    assert [(path, path.stat().st_ino) for path in caches(tmp_path / "cache")] == before
    assert [path for path in (tmp_path / "cache").iterdir() if path.name.startswith("process-")]  # of the two pools


@pytest.mark.parametrize("kind", ["text", "sparse", "classes", "float32"])
def test_the_bits_of_no_cache(processes: Executor, tmp_path: Path, kind: str) -> None:
    rng, path = np.random.default_rng(1), tmp_path / "table"
    X = np.round(rng.standard_normal((N, 5)), 2)
    if kind == "text":
        path = path.with_suffix(".csv")
        np.savetxt(path, np.c_[X, X.sum(1) > 0], delimiter=",", header="a,b,c,d,e,y", comments="", fmt="%.2f")
    elif kind == "sparse":
        path, kept = path.with_suffix(".svm"), X > 0.5
        rows = zip(X.tolist(), kept.tolist(), strict=True)
        lines = [" ".join(f"{j + 1}:{x}" for j, x in enumerate(x) if keep[j]) for x, keep in rows]
        path.write_text("".join(f"{int(i % 2)} {line}\n" for i, line in enumerate(lines)))
    else:
        X = X.astype(np.float32) if kind == "float32" else X
        y = np.where(X.sum(1) > 0, "yes", "no") if kind == "classes" else X.sum(1).astype(np.float64)
        path = path.with_suffix(".parquet")
        parquet.write_table(pa.table({**dict(zip("abcde", X.T, strict=True)), "y": y}), path, row_group_size=5000)
    target = None if kind == "sparse" else "y"
    expected = scan(path, target, engine=Here(1), cache=False)
    parts = scan(path, target, engine=processes, cache=tmp_path / "cache")
    assert (parts.names, parts.shape, parts.source.levels) == (expected.names, expected.shape, expected.source.levels)
    for _ in range(2):
        assert_same(parts.sums(WORK), expected.sums(WORK))
    assert caches(tmp_path / "cache")


def test_tables_in_pieces_of_any_length(tmp_path: Path) -> None:
    X = np.random.default_rng(2).standard_normal((20_000, 3))
    for size in (333, 1000, 4096, 20_000):
        path = tmp_path / f"{size}.parquet"
        parquet.write_table(pa.table({**dict(zip("abc", X.T, strict=True)), "y": X[:, 0]}), path, row_group_size=size)
        parts = scan(path, "y", engine=Here(1), cache=False)
        sent = pickle.loads(pickle.dumps(WorkerCached(parts.parts, tmp_path / "cache")))
        assert all(one.rows % parts.summation.leaf == 0 for one in sent.pieces[:-1])
        assert sum(one.rows for one in sent.pieces) == 20_000
        for start in (0, 1000):
            rows = [rows.X for piece in range(len(sent.pieces)) for rows in sent.read(piece, start, 999)]
            firsts = np.cumsum([0, *(one.rows for one in sent.pieces)])
            whole = [X[low + start : high] for low, high in pairwise(firsts)]
            np.testing.assert_array_equal(np.concatenate(rows), np.concatenate(whole))
        assert sent.place(0, 17) == parts.source.place(17 // size, 17 % size)


# Which tables have one.


class Elsewhere(Here):
    """Threads that say that they are on other machines."""

    remote = True


def test_which_tables_have_one(table: Path, tmp_path: Path) -> None:
    csv, far = tmp_path / "a.csv", Elsewhere(1)
    csv.write_text("x,y\n1,2\n3,4\n")
    for cache, files, has in [
        ("auto", table, False),
        ("auto", csv, True),
        (True, table, True),
        (False, csv, False),
        (tmp_path / "cache", table, True),
    ]:
        assert isinstance(scan(files, "y", engine=far, cache=cache).source, WorkerCached) == has
    parts = scan(table, "y", engine=far)
    parts.plan(policy.FEW)
    assert not isinstance(parts.source, WorkerCached)
    parts.plan(policy.FEW + 1)
    assert isinstance(parts.source, WorkerCached)
    assert isinstance(scan([[1.0], [2.0]], [0.0, 1.0], engine=far, cache=True).source.rows.X, np.ndarray)
    with ThreadPoolExecutor(1) as pool:  # threads of this process have its disk
        assert isinstance(scan(csv, "y", engine=pool).source, Cached)


def test_the_process_that_made_it_reads_the_files(table: Path, tmp_path: Path) -> None:
    parts = scan(table, "y", engine=Elsewhere(1), cache=tmp_path / "cache")
    assert_same(parts.sums(WORK), sums(table, Here(1), False))
    assert not (tmp_path / "cache").exists()


# Never stale.


@pytest.mark.parametrize("change", ["touch", "rewrite", "remove"])
def test_a_file_that_changes_between_passes_is_refused(engine: Any, table: Path, tmp_path: Path, change: str) -> None:
    parts = scan(table, "y", engine=engine, cache=tmp_path / "cache")
    parts.sums(WORK)
    path = table / "3.parquet"
    if change == "touch":
        os.utime(path, ns=(1, 1))
    elif change == "rewrite":
        write(table, seed=1)
    else:
        path.unlink()
    with pytest.raises(SteepestError, match=r"parquet: (changed after the table was scanned|no such file)"):
        parts.sums(WORK)
    if change == "rewrite":
        assert_same(sums(table, engine, tmp_path / "cache", 2), sums(table, Here(1), False))


def test_a_damaged_cache_is_written_anew(processes: Executor, client: Any, table: Path, tmp_path: Path) -> None:
    expected = sums(table, processes, tmp_path / "cache")
    for folder in caches(tmp_path / "cache")[:3]:
        path = next(folder.glob("*.X"))
        data = bytearray(path.read_bytes())
        data[1234] ^= 1
        path.write_bytes(data)
    shutil.rmtree(caches(tmp_path / "cache")[-1])
    assert_same(sums(table, Here(1), False), expected)
    assert_same(sums(table, client, tmp_path / "cache", 2), expected)
    assert len(caches(tmp_path / "cache")) == len(scan(table, "y", engine=client, cache=tmp_path / "cache").parts)


def test_the_files_of_a_part_alone_are_checked(table: Path, tmp_path: Path) -> None:
    parts = scan(table, "y", engine=Here(1), cache=False)
    sent = pickle.loads(pickle.dumps(WorkerCached(parts.parts, tmp_path / "cache")))
    os.utime(table / "6.parquet", ns=(1, 1))
    sent.check(range(2))
    next(sent.read(0, 0, 4096))
    for pieces in (None, range(len(sent.pieces) - 1, len(sent.pieces))):
        with pytest.raises(DataError, match=r"6\.parquet: changed after"):
            sent.check(pieces)


# No room, and the ends of workers.


def test_no_room_is_noted_once(processes: Executor, table: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    parts = scan(table, "y", engine=processes, cache=tmp_path / "cache")
    for _ in range(2):
        assert_same(parts.sums(WORK), sums(table, Here(1), False))
    assert [note.split(" (")[0] for note in parts.notes] == [f"no cache in {tmp_path / 'cache'}"]


class Kill(LongestRow):
    """A work that ends its worker in the middle of a pass."""

    def __call__(self, block: Any) -> Any:
        if block.first > N // 2:
            os._exit(1)
        return super().__call__(block)


def test_caches_of_killed_workers_go_with_the_last_one_after_them(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEEPEST_CACHE_DIR", str(tmp_path))
    shared, spawn = tmp_path / "steepest" / "tables" / folders.SHARED, multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as pool, pytest.raises(SteepestError, match="executor is broken or shut down"):
        scan(table, "y", engine=pool, cache=True).sums(Kill())
    kept = caches(shared)
    with ProcessPoolExecutor(2, spawn) as pool:
        parts = scan(table, "y", engine=pool, cache=True)
        assert_same(parts.sums(WORK), sums(table, Here(1), False))
        assert 0 < len(kept) < len(caches(shared)) == len(parts.parts)
    assert list(shared.parent.iterdir()) == []


CHILD = """
import os, signal, sys
from pathlib import Path
from steepest.parts.cache.folders import shared_folder
(shared_folder(Path({0!r})) / {1!r}).touch()
print("there", flush=True)
sys.stdin.readline()
"""


def test_the_folder_of_a_machine_stays_as_long_as_a_process_is_there(tmp_path: Path) -> None:
    def begun(name: str) -> Any:
        code = CHILD.format(str(tmp_path), name)
        child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        return child

    shared = tmp_path / folders.SHARED
    killed, one, other = begun("killed"), begun("one"), begun("other")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    one.communicate(b"\n")
    assert {path.name for path in shared.iterdir()} == {"lock", "killed", "one", "other"}
    other.communicate(b"\n")
    assert list(tmp_path.iterdir()) == []


def test_a_process_has_few_caches_open(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = scan(table, "y", engine=Here(1), cache=False)
    sent = pickle.loads(pickle.dumps(WorkerCached(parts.parts, tmp_path / "cache")))
    monkeypatch.setattr(worker_cached, "OPEN", 2)
    for _ in range(2):
        assert sum(rows.shape[0] for piece in range(len(sent.pieces)) for rows in sent.read(piece, 0, 4096)) == N
    assert len(worker_cached._opened) == 2
    assert Parts(sent, 1 << 26, Here(2)).sums(WORK)[0].shape == sums(table, Here(1), False)[0].shape
