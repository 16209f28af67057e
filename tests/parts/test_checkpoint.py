"""Checkpoints: a fit that was killed goes on to the same bits, and no checkpoint of another fit is taken."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import time
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.core.checksum import BLANK, sealed
from steepest.core.errors import DataError, FileError, UsageError
from steepest.data.regroup import rows_between
from steepest.data.rows import Rows
from steepest.objective.losses.classes import LogLoss, SquaredHinge
from steepest.objective.objective import coordinates_of
from steepest.objective.problem import Problem
from steepest.parts.checkpoint import Checkpoint
from steepest.parts.coding import Coding
from steepest.parts.engines.here import Here
from steepest.parts.part import parts_of
from steepest.parts.parts import Parts, Passing
from steepest.parts.running import hash_of_values
from steepest.parts.sources.source import Piece
from steepest.parts.works import Curves, Slopes

KILLS = int(os.environ.get("STEEPEST_TEST_KILLS", "5"))
N, PASSES, PARTS = 30_011, 6, 8
PLAN = {"identity": "1", "alpha": 0.1, "loss": ["log", None]}


class Slow:
    """A table of pieces of 4,096 rows that tells a file which of them are read, and takes its time."""

    names, targets, levels = ("a", "b", "c"), ("y",), None
    remote, waits, stored = False, False, None

    def __init__(self, log: Path | None = None, pause: float = 0.0, identity: str = "1") -> None:
        rng = np.random.default_rng(0)
        y = np.asfortranarray(rng.integers(0, 2, (N, 1)), np.float64)
        self.rows, self.log, self.pause, self.identity = Rows(rng.standard_normal((N, 3)), y), log, pause, identity

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(Piece("", i, min(4096, N - low)) for i, low in enumerate(range(0, N, 4096)))

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        if self.log is not None:
            with self.log.open("ab", buffering=0) as log:
                log.write(b"%d\n" % piece)
        time.sleep(self.pause)
        low = piece * 4096
        yield rows_between(self.rows, low + start, low + self.pieces[piece].rows)

    def place(self, piece: int, row: int) -> str:
        return ""


def table(checkpoint: Checkpoint | None = None, **named: Any) -> Parts:
    parts = Parts(Slow(**named), 1 << 20, Here(1))
    parts.parts = parts_of(parts.source, parts.summation, 4096)  # type: ignore[misc]
    parts.checkpoint = checkpoint
    assert len(parts.parts) == PARTS
    return parts


def fitted(parts: Parts) -> np.ndarray[Any, Any]:
    """Some steps of gradient descent, each after a pass; every other state is given to the checkpoint."""
    w, first, saved = np.zeros((4, 1)), 0, parts.checkpoint
    if saved is not None and saved.restored is not None:
        w, first = saved.restored.arrays["w"], saved.restored.values["passes"]
    for i in range(first, PASSES):
        g = parts.sums(Slopes(LogLoss(), w))[0][1:, None]
        w = w - 0.5 * g / N
        if saved is not None and i % 2:
            saved.state({"passes": i + 1}, {"w": w})
    return w


WORK = Slopes(LogLoss(), np.full((4, 1), 0.1))


def reads(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()]


def child(folder: str, every: float, pause: float) -> None:
    path = Path(folder)
    checkpoint = Checkpoint(path / "fit.checkpoint", PLAN, every)
    w = fitted(table(checkpoint, log=path / "log", pause=pause))
    np.save(path / "w.npy", w)


def test_a_fit_that_is_killed_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    expected, kills, rng = fitted(table()), 0, np.random.default_rng(int(time.time()))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "steepest.parts.checkpoint", "steepest.objective.losses.classes"])
    for fit in range(KILLS + 1):
        if kills >= KILLS:
            break
        folder, before = tmp_path / str(fit), kills
        folder.mkdir()
        log = folder / "log"
        log.touch()
        while not (folder / "w.npy").exists():
            process = context.Process(target=child, args=(str(folder), 0.0, 0.005))
            before_it = log.stat().st_size
            process.start()
            while process.is_alive() and log.stat().st_size == before_it:
                time.sleep(0.002)
            process.join(rng.uniform(0, 0.2))
            if process.exitcode is None:
                process.kill()
                kills += 1
            process.join()
            assert process.exitcode in (0, -9)
        np.testing.assert_array_equal(np.load(folder / "w.npy"), expected)
        assert len(reads(log)) <= PASSES * PARTS + kills - before
    assert kills >= KILLS


# What is saved, and when.


LARGE_WORK = Curves(LogLoss(), WORK.w)


def broken(checkpoint: Checkpoint, after: int, error: BaseException, log: Path | None = None) -> None:
    """A pass that ends with an error when some parts are done."""
    parts = table(checkpoint, log=log)

    def told(now: Passing) -> None:
        if now.done == after:
            raise error

    parts.told = told
    with pytest.raises(type(error)):
        parts.sums(WORK)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), DataError("missing")])
@pytest.mark.parametrize("after", [1, 5, PARTS])
def test_a_pass_that_is_broken_off_is_saved(tmp_path: Path, error: BaseException, after: int) -> None:
    path = tmp_path / "c"
    broken(Checkpoint(path, PLAN), after, error)
    parts, told = table(Checkpoint(path, PLAN), log=tmp_path / "log"), list[Passing]()
    parts.told = told.append
    np.testing.assert_array_equal(parts.sums(WORK)[0], table().sums(WORK)[0])
    assert [(one.done, one.rows) for one in told] == [(i, min(N, i * 4096)) for i in range(after + 1, PARTS + 1)]
    assert after == PARTS or reads(tmp_path / "log") == list(range(after, PARTS))


def test_how_often_a_pass_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saves: list[float] = []
    monkeypatch.setattr(Checkpoint, "save", lambda self: saves.append(1.0))
    for every, times in ((0.0, PARTS + 1), (60.0, 0)):
        saves.clear()
        table(Checkpoint(tmp_path / "c", PLAN, every)).sums(WORK)
        assert len(saves) == times


def test_the_time_between_saves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, saves = [0.0], list[float]()
    monkeypatch.setattr("steepest.parts.checkpoint.time.monotonic", lambda: now[0])
    write = Checkpoint._content
    monkeypatch.setattr(Checkpoint, "_content", lambda *args: (saves.append(now[0]), write(*args))[1])
    parts = table(Checkpoint(tmp_path / "c", PLAN, every=60.0))

    def told(_: Passing) -> None:
        now[0] += 25.0

    parts.told = told
    parts.sums(WORK)
    assert saves == [75.0, 150.0]


def test_passes_since_the_last_state_are_not_made_again(tmp_path: Path) -> None:
    path, other = tmp_path / "c", Curves(LogLoss(), WORK.w)
    first = table(Checkpoint(path, PLAN, every=0.0))
    sums = [first.sums(work) for work in (WORK, other)]
    again = table(Checkpoint(path, PLAN), log=tmp_path / "log")
    for work, expected in zip((WORK, other), sums, strict=True):
        for a, b in zip(again.sums(work), expected, strict=True):
            np.testing.assert_array_equal(a, b)
    assert not (tmp_path / "log").exists()
    assert again.passes == 2


def large_pass_and_broken(path: Path) -> Checkpoint:
    """A pass with second derivatives, whose sums are the most of all, and half of another, without."""
    checkpoint = Checkpoint(path, PLAN, every=60.0)
    table(checkpoint).sums(LARGE_WORK)
    checkpoint.save()
    broken(checkpoint, 4, KeyboardInterrupt())
    return checkpoint


def test_large_sums_are_written_once(tmp_path: Path) -> None:
    path, new = tmp_path / "c", tmp_path / "c.new"
    large_pass_and_broken(path).remove()
    assert not list(tmp_path.iterdir())
    large_pass_and_broken(path)
    written = path.read_bytes()
    assert new.exists()
    again = table(checkpoint := Checkpoint(path, PLAN, every=0.0), log=tmp_path / "log")
    for work in (LARGE_WORK, WORK):
        np.testing.assert_array_equal(again.sums(work)[0], table().sums(work)[0])
    assert reads(tmp_path / "log") == list(range(4, PARTS))
    assert path.read_bytes() == written
    checkpoint.remove()
    assert [file.name for file in tmp_path.iterdir()] == ["log"]


def test_what_is_new_since_another_file_is_ignored(tmp_path: Path) -> None:
    path, new = tmp_path / "c", tmp_path / "c.new"
    large_pass_and_broken(path)
    other = new.read_bytes()
    Checkpoint(tmp_path / "d", PLAN).save()
    path.write_bytes((tmp_path / "d").read_bytes())
    table(Checkpoint(path, PLAN), log=tmp_path / "log").sums(WORK)
    assert reads(tmp_path / "log") == list(range(PARTS))
    new.write_bytes(other[:-1])
    with pytest.raises(DataError, match=r"c\.new: a damaged checkpoint: remove it"):
        Checkpoint(path, PLAN)


def test_a_state_is_restored_to_the_last_bit(tmp_path: Path) -> None:
    values = {"passes": 3, "cost": 0.1 + 0.2, "names": ["a/b", "ü\x1b"], "none": None, "deep": {"x": [1, [True]]}}
    arrays = {"w": np.array([[-0.0, np.nan], [np.inf, 5e-324]]), "a/../b": np.arange(3), "": np.array(1.5)}
    checkpoint = Checkpoint(tmp_path / "c", PLAN)
    checkpoint.state(values, arrays)
    found = Checkpoint(tmp_path / "c", PLAN).restored
    assert found is not None
    assert found.values == values
    assert found.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert found.arrays[name].shape == array.shape
        assert found.arrays[name].tobytes() == array.tobytes()


def test_passes_before_a_state_are_forgotten(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "c", PLAN)
    table(checkpoint).sums(WORK)
    large = (tmp_path / "c").stat().st_size
    checkpoint.state({}, {})
    assert (tmp_path / "c").stat().st_size < large
    table(Checkpoint(tmp_path / "c", PLAN), log=tmp_path / "log").sums(WORK)
    assert reads(tmp_path / "log") == list(range(PARTS))


def test_a_complete_fit_removes_its_checkpoint(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "c", PLAN)
    checkpoint.state({}, {})
    checkpoint.remove()
    assert list(tmp_path.iterdir()) == []


# Sums of another pass are never taken.

OTHERS = {
    "w": lambda: (table(), WORK._replace(w=WORK.w + 1e-16)),
    "loss": lambda: (table(), WORK._replace(loss=SquaredHinge())),
    "work": lambda: (table(), Curves(LogLoss(), WORK.w)),
    "coding": lambda: (recut(coding=Coding(weights=(1.0, 2.0))), WORK),
    "table": lambda: (table(identity="2"), WORK),
    "parts": lambda: (recut(rows=8192), WORK),
}


def recut(rows: int = 4096, coding: Coding | None = None) -> Parts:
    parts = table()
    parts.parts = parts_of(parts.source, parts.summation, rows, coding or Coding())  # type: ignore[misc]
    return parts


@pytest.mark.parametrize("other", OTHERS)
def test_the_sums_of_another_pass_are_not_taken(tmp_path: Path, other: str) -> None:
    broken(Checkpoint(tmp_path / "c", PLAN), 5, KeyboardInterrupt())
    parts, work = OTHERS[other]()
    expected = parts.sums(work)
    parts.checkpoint = Checkpoint(tmp_path / "c", PLAN)
    for a, b in zip(parts.sums(work), expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_hashes_of_values() -> None:
    values = [0, 0.0, False, None, "0", (0,), [0], np.zeros(1), np.zeros((1, 1)), np.zeros(1, np.float32), {}, -0.0]
    values += [{"a": 1}, {"a": 2}, WORK, WORK._replace(w=-WORK.w), Coding(), len, Slopes, (0, (0,)), ((0, 0),)]
    assert len({hash_of_values(value) for value in values}) == len(values)
    assert hash_of_values(WORK) == hash_of_values(Slopes(LogLoss(), WORK.w.copy()))


def test_what_a_problem_keeps_for_speed_is_not_hashed() -> None:
    problem = Problem("log_loss")
    before = hash_of_values(problem)
    coordinates_of(problem, 3)
    assert hash_of_values(problem) == before != hash_of_values(Problem("mse"))


# Other plans, and damaged files.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alpha": 0.2}, "alpha is 0.1 there, 0.2 here: give the same, or name another file"),
        ({"loss": ["log", 1]}, r"loss is \[\"log\", null\] there, \[\"log\", 1\] here:"),
        ({"tol": 1e-3}, "tol is not set there, 0.001 here:"),
        ({"identity": "2"}, 'identity is "1" there, "2" here:'),
    ],
)
def test_another_plan_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    Checkpoint(tmp_path / "c", PLAN).state({}, {})
    before = (tmp_path / "c").read_bytes()
    with pytest.raises(UsageError, match=f"c: a checkpoint of another fit: {message}"):
        Checkpoint(tmp_path / "c", {**PLAN, **change})
    assert (tmp_path / "c").read_bytes() == before


def test_a_fit_fills_in_the_plan_and_another_is_refused(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path / "c", PLAN)
    first.settle({"tol": 0.1, "signs": (1, 0)})
    first.state({}, {})
    again = Checkpoint(tmp_path / "c", PLAN)
    again.settle({"tol": 0.1, "signs": (1, 0)})
    for other, message in (({"tol": 0.2}, r"tol is 0\.1 there, 0\.2 here"), ({"tol": 0.1}, "signs is .* not set here")):
        with pytest.raises(UsageError, match=message):
            again.settle({"signs": (1, 0), **other} if "0.2" in str(other) else other)
    again.remove()
    again.settle({"tol": 0.3})


def test_a_whole_pass_is_known_by_its_sums_whatever_the_parts(tmp_path: Path) -> None:
    expected = table(Checkpoint(tmp_path / "c", PLAN, every=0.0)).sums(WORK)
    other = recut(rows=8192)
    other.checkpoint, other.told = Checkpoint(tmp_path / "c", PLAN), lambda _: pytest.fail("a part was read")
    np.testing.assert_array_equal(other.sums(WORK)[0], expected[0])


def test_a_setting_that_is_missing_is_refused(tmp_path: Path) -> None:
    Checkpoint(tmp_path / "c", PLAN).state({}, {})
    with pytest.raises(UsageError, match=r"alpha is 0\.1 there, not set here:"):
        Checkpoint(tmp_path / "c", {name: value for name, value in PLAN.items() if name != "alpha"})


def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Checkpoint(tmp_path / "c", PLAN).state({}, {})
    monkeypatch.setattr("steepest.parts.checkpoint.__version__", "9.9")
    with pytest.raises(UsageError, match=r'version of steepest is ".*" there, "9\.9" here'):
        Checkpoint(tmp_path / "c", PLAN)


def test_a_damaged_checkpoint_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "fit.checkpoint"
    broken(Checkpoint(path, PLAN), 5, KeyboardInterrupt())
    data, rng = path.read_bytes(), np.random.default_rng(0)
    for at in [*rng.integers(0, len(data), 30), len(data) - 1]:
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(DataError, match=r"fit\.checkpoint: (a damaged|not a) checkpoint: "):
            Checkpoint(path, PLAN)
    for at in [*rng.integers(1, len(data), 10), 0]:
        path.write_bytes(data[:at])
        with pytest.raises(DataError, match=r"fit\.checkpoint: (a damaged|not a) checkpoint: "):
            Checkpoint(path, PLAN)
    path.write_bytes(data)
    Checkpoint(path, PLAN)


def archive(header: str, **arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, header=np.array(header), **arrays)
    with zipfile.ZipFile(out, "a") as file:
        file.comment = BLANK.encode()
    return sealed(out.getvalue())


HEADER = {"format": "steepest-checkpoint", "version": 2}
HEADER |= {"plan": {}, "fit": None, "state": None, "arrays": [], "passes": []}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        sealed(BLANK.encode()),
        archive("{}"),
        archive("[]"),
        archive(json.dumps({**HEADER, "version": 1})),
        archive(json.dumps({**HEADER, "plan": 3})),
        archive(json.dumps({**HEADER, "arrays": ["w"]})),
        archive(json.dumps({**HEADER, "passes": [["a", "b", False, [0], [[0, 0, 1]]]]})),
        archive(json.dumps({**HEADER, "passes": [["a", "b", False, ["x"], []]]})),
        archive(json.dumps({**HEADER, "passes": 1})),
    ],
)
def test_no_checkpoint(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(DataError, match="c: not a checkpoint: name a file that a fit wrote, or a new one"):
        Checkpoint(tmp_path / "c", {})


def test_no_code_is_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "bomb"),)

    out = io.BytesIO()
    np.savez(out, header=np.array(json.dumps({**HEADER, "arrays": ["w"]})), **{"0": np.array(Bomb(), object)})
    with zipfile.ZipFile(out, "a") as file:
        file.comment = BLANK.encode()
    (tmp_path / "c").write_bytes(sealed(out.getvalue()))
    with pytest.raises(DataError, match="not a checkpoint"):
        Checkpoint(tmp_path / "c", {})
    assert not (tmp_path / "bomb").exists()


def test_a_place_where_nothing_can_be_written_is_refused_before_any_pass(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no folder"):
        Checkpoint(tmp_path / "none" / "c", PLAN)
    with pytest.raises(FileError, match="is a directory"):
        Checkpoint(tmp_path, PLAN)
