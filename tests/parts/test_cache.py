"""The cache: the rows of its source to the last bit, and never those of another source or of damaged files."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steepest.core.errors import DataError
from steepest.data.csr import CSR
from steepest.data.readers.asked import Asked
from steepest.data.regroup import joined, rows_between
from steepest.data.rows import Rows
from steepest.objective.losses.classes import LogLoss
from steepest.parts.cache import folders, policy, reading, stored, writing
from steepest.parts.cache.cached import Cached
from steepest.parts.cache.policy import cached
from steepest.parts.engines.here import Here
from steepest.parts.parts import Parts
from steepest.parts.sources.files import find_files
from steepest.parts.sources.formats import text_stream
from steepest.parts.sources.memory import MemorySource
from steepest.parts.sources.numbering import BEGIN, Mark, Numbered
from steepest.parts.sources.parquet import scan_parquet
from steepest.parts.sources.source import Piece, Source
from steepest.parts.works import Slopes

N = 30_011


def table(n: int = N, d: int = 5, kind: str = "dense", k: int = 1) -> Rows:
    rng = np.random.default_rng(n + d)
    X = rng.standard_normal((n, d))
    y = np.asfortranarray(rng.integers(0, 2, (n, k)), np.float64)
    extra = (rng.random(n), rng.standard_normal(n)) if kind == "weighted" else (None, None)
    if kind == "float32":
        return Rows(X.astype(np.float32), y)
    if kind == "sparse":
        full = X > 0.8
        indptr = np.concatenate(([0], np.cumsum(full.sum(1))))
        return Rows(CSR(X[full], np.nonzero(full)[1].astype(np.int32), indptr, d), y)
    return Rows(X, y, *extra)


class Counting:
    """A table whose readings are counted, in odd pieces."""

    levels = None
    seeks = False

    def __init__(self, rows: Rows, size: int = 7001, remote: bool = True) -> None:
        self.rows, self.remote, self.size, self.begun = rows, remote, size, 0
        self.names = tuple(f"x{j}" for j in range(rows.shape[1]))
        self.targets = tuple(f"y{j}" for j in range(rows.outputs))

    @cached_property
    def identity(self) -> str:
        return MemorySource(self.rows, self.names).identity

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        n = self.rows.shape[0]
        return tuple(Piece("a", i, min(self.size, n - low)) for i, low in enumerate(range(0, n, self.size)))

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        self.begun += 1
        first = piece * self.size
        stop = first + self.pieces[piece].rows
        for low in range(first + start, stop, size):
            yield rows_between(self.rows, low, min(stop, low + size))

    def check(self, pieces: Any = None) -> None:
        pass

    def place(self, piece: int, row: int) -> str:
        return f"piece {piece}, row {row}"


def arrays(rows: Rows) -> list[np.ndarray[Any, Any]]:
    X = [rows.X.data, rows.X.indices, np.diff(rows.X.indptr)] if isinstance(rows.X, CSR) else [rows.X]
    return [np.asarray(part) for part in (*X, rows.y, rows.weight, rows.offset) if part is not None]


def assert_same(found: Rows, expected: Rows) -> None:
    assert found.shape == expected.shape
    for a, b in zip(arrays(found), arrays(expected), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    assert found.y.flags.f_contiguous


def whole(source: Any, size: int = 4096) -> Rows:
    return joined([rows for i in range(len(source.pieces)) for rows in source.read(i, 0, size)])


@pytest.fixture(params=["mapped", "direct", "dropped"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "mapped":
        monkeypatch.setattr(stored, "SHARE", 0.0)
    if request.param == "dropped":
        monkeypatch.setattr(reading, "DIRECT", 0)
    return str(request.param)


@pytest.mark.parametrize("kind", ["dense", "float32", "weighted", "sparse"])
@pytest.mark.usefixtures("way")
def test_the_rows_are_those_of_the_source(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST", 8192)  # several pieces
    monkeypatch.setattr(writing, "PIECES", 2)  # and files
    source = Counting(table(kind=kind))
    found = cached(source, tmp_path)
    assert [piece.rows for piece in found.pieces] == [8192, 8192, 8192, N - 3 * 8192]
    for size in (4096, 8192, 1000, 65536):
        assert_same(whole(found, size), source.rows)
    assert_same(joined(list(found.read(2, 777, 4096))), rows_between(source.rows, 2 * 8192 + 777, 3 * 8192))
    assert source.begun == len(source.pieces)
    assert found.place(1, 0) == "piece 1, row 1191"  # 8192 = 7001 + 1191


@pytest.mark.parametrize("shape", [(1, 1), (4096, 1), (4097, 3), (20, 0)])
@pytest.mark.usefixtures("way")
def test_tables_of_any_shape(tmp_path: Path, shape: tuple[int, int]) -> None:
    source = Counting(table(*shape, k=2))
    assert_same(whole(cached(source, tmp_path)), source.rows)


@pytest.mark.usefixtures("way")
def test_sums_have_the_same_bits(tmp_path: Path) -> None:
    source = Counting(table())
    work = Slopes(LogLoss(), np.full((6, 1), 0.1))
    expected = Parts(MemorySource(source.rows, source.names), 1 << 26, Here(1)).sums(work)
    found = Parts(cached(source, tmp_path), 1 << 26, Here(2)).sums(work)
    np.testing.assert_array_equal(found[0], expected[0])


def test_a_file_system_without_direct_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "SHARE", 0.0)
    really = os.open

    def without(path: Any, flags: int, *mode: int) -> int:
        if flags & reading.DIRECT:
            raise OSError(errno.EINVAL, "no direct reads")
        return really(path, flags, *mode)

    found = cached(source := Counting(table()), tmp_path)
    _ = found.pieces
    monkeypatch.setattr(reading.os, "open", without)
    assert_same(whole(found), source.rows)


# Caches of other processes, and at the end.


def test_a_named_cache_is_used_again(tmp_path: Path) -> None:
    source = Counting(table())
    whole(cached(source, tmp_path))
    again = Counting(source.rows)
    assert_same(whole(cached(again, tmp_path)), source.rows)
    assert again.begun == 0
    assert [path.name for path in tmp_path.iterdir() if "process" not in path.name] == [source.identity]


def test_a_pickled_cache_reads_the_same_files(tmp_path: Path) -> None:
    found = cached(Counting(table()), tmp_path)
    again = pickle.loads(pickle.dumps(found))
    assert_same(whole(again), found.origin.rows)
    assert again.origin.begun == found.origin.begun
    third = pickle.loads(pickle.dumps(again))
    assert third._stored is again._stored  # blocks are checked once in a process


def test_processes_that_write_one_cache_at_once(tmp_path: Path) -> None:
    child = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_cache import *
source = Counting(table())
assert_same(whole(cached(source, Path({str(tmp_path)!r}))), source.rows)
"""
    children = [subprocess.Popen([sys.executable, "-c", child]) for _ in range(3)]
    assert [one.wait(60) for one in children] == [0, 0, 0]
    assert len(list(tmp_path.iterdir())) == 1  # the cache; the folders of the processes are gone


def test_threads_write_one_cache(tmp_path: Path) -> None:
    found, source = None, Counting(table())
    found = cached(source, tmp_path)
    with ThreadPoolExecutor(4) as pool:
        for rows in pool.map(lambda _: whole(found), range(4)):
            assert_same(rows, source.rows)
    assert source.begun == len(source.pieces)


ENDS = {
    "end": "",
    "error": "raise ValueError",
    "interrupt": "import signal; signal.raise_signal(signal.SIGINT)",
    "kill": "import os; os.kill(os.getpid(), 9)",
}


@pytest.mark.parametrize("end", ENDS)
def test_a_cache_without_a_name_goes_with_its_process(tmp_path: Path, end: str) -> None:
    child = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_cache import *
found = cached(Counting(table()), True)
whole(found)
print(found._stored.folder, flush=True)
{ENDS[end]}
"""
    environment = os.environ | {"STEEPEST_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", child], env=environment, capture_output=True, text=True)
    folder = Path(done.stdout.strip())
    assert folder.is_relative_to(tmp_path / "steepest" / "tables")
    assert folder.exists() == (end == "kill")
    folders.own_folder.__globals__["_own"].cache_clear()
    folders.own_folder(tmp_path / "steepest" / "tables")
    assert not folder.exists()


def test_the_folder_of_a_process_that_lives_stays(tmp_path: Path) -> None:
    own = folders.own_folder(tmp_path)
    child = f"from pathlib import Path; from steepest.parts.cache.folders import *; own_folder(Path({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", child], check=True)
    assert list(tmp_path.iterdir()) == [own]


def test_a_killed_writer_leaves_no_cache(tmp_path: Path) -> None:
    child = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_cache import *
class Slow(Counting):
    def read(self, *args):
        time.sleep(0.2); print("read", flush=True); yield from super().read(*args)
whole(cached(Slow(table()), Path({str(tmp_path)!r})))
"""
    with subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    source = Counting(table())
    assert not (tmp_path / source.identity).exists()
    assert_same(whole(cached(source, tmp_path)), source.rows)
    assert len([path for path in tmp_path.iterdir() if "process" in path.name]) == 1  # its own


# Damage, and sources that change.


def damages(folder: Path) -> dict[str, Any]:
    X, y = next(folder.glob("*.X")), next(folder.glob("*.y"))

    def flip(path: Path, at: int) -> None:
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)

    return {
        "X": lambda: flip(X, 12_345),
        "y": lambda: flip(y, 4097),
        "truncated": lambda: os.truncate(X, 4096),
        "longer": lambda: X.write_bytes(X.read_bytes() + b"x"),
        "missing": y.unlink,
        "plan": lambda: flip(folder / "plan.json", 30),
        "empty": lambda: (folder / "plan.json").write_bytes(b""),
        "unsealed": lambda: (folder / "plan.json").write_text("{}"),
        "none": (folder / "plan.json").unlink,
        "checksums": lambda: flip(folder / "checksums.npy", 130),
        "starts": lambda: flip(folder / "starts.npy", 130),
    }


@pytest.mark.parametrize(
    "damage", ["X", "y", "truncated", "longer", "missing", "plan", "empty", "unsealed", "none", "checksums", "starts"]
)
@pytest.mark.usefixtures("way")
def test_a_damaged_cache_is_written_anew(tmp_path: Path, damage: str) -> None:
    source = Counting(table())
    whole(cached(source, tmp_path))
    damages(tmp_path / source.identity)[damage]()
    again = Counting(source.rows)
    assert_same(whole(cached(again, tmp_path)), source.rows)
    assert again.begun == len(source.pieces)
    third = Counting(source.rows)
    assert_same(whole(cached(third, tmp_path)), source.rows)
    assert third.begun == 0


def test_a_cache_of_another_version_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Counting(table())
    with monkeypatch.context() as patch:
        patch.setattr("steepest.parts.cache.plan.VERSION", 0)
        whole(cached(source, tmp_path))
    whole(cached(source, tmp_path))
    assert source.begun == 2 * len(source.pieces)


@pytest.mark.usefixtures("way")
def test_damage_in_the_middle_of_a_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST", 8192)
    monkeypatch.setattr(writing, "PIECES", 1)
    source = Counting(table())
    found = cached(source, tmp_path)
    _ = found.pieces
    path = sorted((tmp_path / source.identity).glob("*.X"))[2]
    data = bytearray(path.read_bytes())
    data[5000 * 40] ^= 128
    path.write_bytes(data)
    work = Slopes(LogLoss(), np.full((6, 1), 0.1))
    expected = Parts(MemorySource(source.rows, source.names), 1 << 26, Here(1)).sums(work)
    np.testing.assert_array_equal(Parts(found, 1 << 26, Here(2)).sums(work)[0], expected[0])
    assert source.begun == 2 * len(source.pieces)  # once more, for all threads


def write_parquet(path: Path, seed: int, n: int = 500) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 1 << 20, (2, n)).astype(float)
    pq.write_table(pa.table({"x": x, "y": y}), path, compression="none", use_dictionary=False)


def write_csv(path: Path, seed: int, n: int = 500) -> None:
    cells = np.random.default_rng(seed).integers(10_000, 100_000, (n, 2))
    path.write_text("x,y\n" + "".join(f"{x},{y}\n" for x, y in cells))


def source_of(*files: Path) -> Source:
    found, asked = find_files(files), Asked("y")
    return scan_parquet(found, asked) if files[0].suffix == ".parquet" else Numbered(text_stream(found, asked))


def swapped(a: Path, b: Path) -> None:
    """Two files of equal size, and of equal times of change, that take each other's names."""
    for path in (a, b):
        os.utime(path, ns=(1_700_000_000_000_000_000,) * 2)
    a.rename(a.with_suffix(".old"))
    b.rename(a)
    a.with_suffix(".old").rename(b)


WRITERS: dict[str, Callable[..., None]] = {".parquet": write_parquet, ".csv": write_csv}
CHANGES: dict[str, Callable[[Path, Path, int, Callable[..., None]], None]] = {
    "touch": lambda a, b, i, write: os.utime(a, ns=(i * 10**9,) * 2),
    "rewrite": lambda a, b, i, write: write(a, i),
    "swap": lambda a, b, i, write: swapped(a, b),
    "truncate": lambda a, b, i, write: write(a, i, 300),
    "append": lambda a, b, i, write: write(a, i, 700),
}


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_source_that_changed_is_not_served(tmp_path: Path, change: str, ending: str) -> None:
    write = WRITERS[ending]
    a, b = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    write(a, 1000)
    write(b, 1001)
    before = ""
    for i in range(5):
        expected, found = whole(source_of(a, b)), cached(source_of(a, b), tmp_path / "cache")
        assert found.identity != before
        before = found.identity
        assert_same(whole(found), expected)
        CHANGES[change](a, b, i, write)
        with pytest.raises(DataError, match="changed after the table was scanned: scan it again"):
            whole(found)


# No room, no cache.


def test_which_sources_have_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_CACHE_DIR", str(tmp_path))
    slow, fast = Counting(table(100)), Counting(table(100), remote=False)
    assert isinstance(cached(slow), Cached)
    assert cached(slow, False) is slow
    assert cached(fast) is fast
    assert cached(fast, "auto", 3) is fast
    assert isinstance(cached(fast, "auto", 4), Cached)
    assert isinstance(cached(fast, True), Cached)
    memory = MemorySource(table(100), ("x",))
    assert cached(memory, "auto", 9) is memory
    assert cached(found := cached(slow)) is found


def test_twice_the_room_must_be_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_CACHE_DIR", str(tmp_path))
    fast, notes = Counting(table(100), remote=False), list[str]()
    monkeypatch.setattr(policy.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 12_799})())
    assert cached(fast, "auto", 4, notes.append) is fast
    assert notes == ["no cache: it needs 12.8 kB of room and 12.8 kB are free: every pass reads the files"]
    monkeypatch.setattr(policy.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 12_800})())
    assert isinstance(cached(fast, "auto", 4), Cached)


@pytest.mark.parametrize("source", ["Counting", "stream"])
def test_without_room_every_pass_reads_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.setattr(writing.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    notes: list[str] = []
    origin: Any = Counting(table()) if source == "Counting" else Numbered(Lines(table()))
    found = cached(origin, tmp_path, told=notes.append)
    assert_same(whole(found), table())
    assert_same(whole(pickle.loads(pickle.dumps(found))), table())
    assert len(notes) == 1
    assert "no space left on device" in notes[0]
    assert all("process" in path.name for path in tmp_path.iterdir())


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    notes: list[str] = []
    assert_same(whole(cached(Counting(table()), tmp_path / "file", told=notes.append)), table())
    assert len(notes) == 1


def test_an_error_of_the_source_is_passed_on(tmp_path: Path) -> None:
    class Bad(Counting):
        def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
            if piece == 2:
                raise DataError("missing", file="a", line=3)
            yield from super().read(piece, start, size)

    with pytest.raises(DataError, match="a, line 3: missing"):
        whole(cached(Bad(table()), tmp_path))
    assert all("process" in path.name for path in tmp_path.iterdir())


# Streams are numbered by the pass that writes.


class Lines:
    """A stream of two files whose labels get their places at the end."""

    names, targets, remote, identity = tuple(f"x{j}" for j in range(5)), ("y",), True, "0" * 64
    files = ("a.csv", "b.csv")

    def __init__(self, rows: Rows, levels: bool = False) -> None:
        self.rows, self.passes, self.coded = rows, 0, levels

    @property
    def levels(self) -> tuple[str, ...] | None:
        assert self.passes
        return ("no", "yes") if self.coded else None

    def marked(self, file: int, start: Mark = BEGIN) -> Iterator[tuple[Mark | None, Rows]]:
        low, stop = (0, 10_000) if file == 0 else (10_000, self.rows.shape[0])
        for first in range(low + start.line, stop, 1000):
            rows = rows_between(self.rows, first, min(stop, first + 1000))
            yield Mark((first - low) << 14, first - low), rows._replace(y=1 - rows.y) if self.coded else rows
        self.passes += file == 1

    def check(self, pieces: Any = None) -> None:
        pass

    def settled(self, rows: Rows) -> Rows:
        return rows._replace(y=np.asfortranarray(1 - rows.y)) if self.coded else rows

    def line(self, file: int, start: Mark, row: int) -> int:
        return start.line + row


@pytest.mark.parametrize("levels", [False, True])
@pytest.mark.usefixtures("way")
def test_a_stream_is_numbered_by_being_written(tmp_path: Path, levels: bool) -> None:
    stream = Lines(table(), levels)
    found = cached(Numbered(stream), tmp_path)
    assert_same(whole(found), table())
    assert stream.passes == 1
    assert found.levels == (("no", "yes") if levels else None)
    again = cached(Numbered(later := Lines(table(), levels)), tmp_path)  # as in another process
    assert_same(whole(again), table())
    assert again.levels == found.levels
    assert again.place(0, 10_001) == found.place(0, 10_001) == "b.csv, line 1"
    assert later.passes == 0


def test_a_sparse_stream_knows_its_columns_at_the_end(tmp_path: Path) -> None:
    class Growing(Lines):
        def marked(self, file: int, start: Mark = BEGIN) -> Iterator[tuple[Mark | None, Rows]]:
            for mark, rows in super().marked(file, start):
                yield mark, rows._replace(X=rows.X._replace(columns=1 + int(rows.X.indices.max())))

        def settled(self, rows: Rows) -> Rows:
            return rows._replace(X=rows.X._replace(columns=5))

    found = cached(Numbered(Growing(table(kind="sparse"))), tmp_path)
    rows = whole(found)
    assert rows.shape == (N, 5)
    assert found.stored == len(rows.X.data)
    assert_same(rows, table(kind="sparse"))
