"""Saves that are killed, that meet each other, and names that no file can have."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from steepest.core import part_files
from steepest.core.errors import FileError
from steepest.core.files import check_new, write_new

KILLS = 200
# Forks children that save the same name for ever, in turn one of two contents, kills each after a random time, and
# reads what is there then.
KILLER = """
import json, os, random, signal, sys, time
import numpy as np
from steepest import Trajectory
from steepest.solve.model import Model, read_model, write_model

name, kills = sys.argv[1], int(sys.argv[2])

def path(m):
    w = np.random.default_rng(m).standard_normal((m, 3, 1))
    return Trajectory.of(w, np.ones(m), np.ones_like(w))

def model(m):
    return Model("linear", ("y",), tuple(f"x{j}" for j in range(m)), ((0.1,) * m,), (0.5,), None, "mse", {}, {}, {})

made = [(model if name == "m.json" else path)(m) for m in (400, 700)]
save = write_model if name == "m.json" else lambda item, name, force: item.save(name, force=force)
load = (lambda: len(read_model(name).names)) if name == "m.json" else lambda: len(Trajectory.load(name))
save(made[0], name, True)
draw, found = random.Random(5), []
for _ in range(kills):
    child = os.fork()
    if child == 0:
        while True:
            for item in made:
                save(item, name, True)
    time.sleep(draw.uniform(0, 0.015))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found.append(load())
left = len(os.listdir("."))
save(made[1], name, True)
print(json.dumps({"found": sorted(set(found)), "left": left, "after": os.listdir("."), "last": load()}))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork")
@pytest.mark.parametrize("name", ["r.npz", "r.json", "r.parquet", "m.json"])
def test_killed_saves_lose_nothing_and_leave_nothing_after_the_next_save(name, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    words = [sys.executable, "-W", "ignore", "-c", KILLER, name, str(KILLS)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told["found"]) <= {400, 700}
    assert told["after"] == [name]
    assert told["last"] == 700
    assert told["left"] <= 3  # each save removes what the killed one before it left


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def part_of(target, digits="0123456789abcdef"):
    return target.with_name(f".{target.name}.{digits}.part")


def test_a_file_that_is_being_written_is_not_removed(tmp_path):
    target = tmp_path / "a"
    with part_files.part_file(target) as (part, file):
        write_new(target, lambda other: other.write(b"other"))
        file.write(b"first")
        assert part.exists()
        part.replace(target)
    assert target.read_bytes() == b"first"
    assert names_in(tmp_path) == ["a"]


def test_only_abandoned_files_of_the_same_target_are_removed(tmp_path):
    target = tmp_path / "a.json"
    kept = [
        tmp_path / name for name in (".a.json.part", ".b.json.01234567.part", ".a.json.0123456z.part", "a.json.part")
    ]
    folder, link = part_of(target, "0" * 16), part_of(target, "1" * 16)
    folder.mkdir()
    os.mkfifo(pipe := part_of(target, "2" * 16))
    link.symlink_to(kept[0])
    for path in (*kept, part_of(target), part_of(target, "01234567")):
        path.write_bytes(b"half")
    write_new(target, lambda file: file.write(b"whole"))
    assert sorted(tmp_path.iterdir()) == sorted([*kept, folder, link, pipe, target])
    assert kept[0].read_bytes() == b"half"


def test_a_file_swept_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    lock, times = part_files.locked, []

    def late(number):
        times.append(number)
        if len(times) == 1:
            part_files._sweep(tmp_path, ".a.")
        return lock(number)

    monkeypatch.setattr(part_files, "locked", late)
    write_new(tmp_path / "a", lambda file: file.write(b"1"))
    assert len(times) == 2
    assert names_in(tmp_path) == ["a"]


def test_many_writers_of_one_name_all_succeed(tmp_path):
    contents = [bytes([65 + i]) * 5000 for i in range(8)]

    def write(content):
        for _ in range(25):
            write_new(tmp_path / "a", lambda file: file.write(content), force=True)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, contents))
    assert (tmp_path / "a").read_bytes() in contents
    assert names_in(tmp_path) == ["a"]


def test_file_and_folder_are_brought_to_the_disk_in_this_order(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda number: seen.append((os.fstat(number).st_ino, names_in(tmp_path))))
    write_new(tmp_path / "a", lambda file: file.write(b"1"))
    (first, before), (second, after) = seen
    assert (first, second) == ((tmp_path / "a").stat().st_ino, tmp_path.stat().st_ino)
    assert "a" not in before
    assert after == ["a"]


NAMES = {
    "loop": "too many levels of symbolic links",
    "ring1": "too many levels of symbolic links",
    "loop/a": "there is no folder 'loop'",
    "n" * 300: "file name too long",
    "ö" * 130: "file name too long",
    "a\0b": "null",
    "folder": "is a directory",
    "to_folder": "is a directory",
    "file/a": "there is no folder 'file'",
    "none/a": "there is no folder 'none'",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("force", [False, True])
def test_a_name_that_cannot_be_written_is_one_line(name, force, tmp_path):
    for link, target in (("loop", "loop"), ("ring1", "ring2"), ("ring2", "ring1"), ("to_folder", "folder")):
        (tmp_path / link).symlink_to(target)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    before = names_in(tmp_path)
    for act in (lambda path: check_new(path, force), lambda path: write_new(path, lambda _: None, force)):
        with pytest.raises(FileError) as caught:
            act(tmp_path / name)
        assert NAMES[name] in str(caught.value)
        assert str(caught.value).isprintable()
    assert names_in(tmp_path) == before


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2Jb", "n" * 255, "ö" * 127, " ", "-", "a.part", ".a.012.part"])
def test_an_odd_name_is_a_name(name, tmp_path):
    for content in (b"1", b"2"):
        write_new(tmp_path / name, lambda file, content=content: file.write(content), force=True)
        assert (tmp_path / name).read_bytes() == content
    with pytest.raises(FileError, match="exists") as caught:
        write_new(tmp_path / name, lambda _: None)
    assert str(caught.value).isprintable()
    assert names_in(tmp_path) == [name]
