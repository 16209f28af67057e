"""The wheel, and the wheel of the source distribution: both carry the page, and need neither Node nor a new package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from conftest import ROOT

from lab.conftest import EIGHT, missing

STATIC = ("lab.js", "lab.css", "replay.js", "replay.css", "unpack.js", "THIRD_PARTY_NOTICES")
GROWTH = 250_000  # bytes of the wheel that are the lab's
BASE = {"numpy", "numba", "click", "tqdm", "scipy", "threadpoolctl"}


def build(folder, *targets, root):
    """Build with the hatchling that is installed; returns the new files."""
    code = "import sys; from hatchling.cli import hatchling; sys.exit(hatchling())"
    options = [word for target in targets for word in ("-t", target)]
    command = [sys.executable, "-c", code, "build", "-d", str(folder), *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of what is needed to build."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def wheels(tree, tmp_path_factory):
    """Two wheels: of the tree, and of its source distribution."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: it comes with the extra 'test'")
    for name in STATIC:
        if not (ROOT / "src" / "steepest" / "lab" / "static" / name).exists():
            missing(f"{name} is not built")
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    done = build(first, "sdist", "wheel", root=tree)
    assert done.returncode == 0, done.stderr
    shutil.unpack_archive(next(first.glob("*.tar.gz")), second / "unpacked", filter="data")
    done = build(second, "wheel", root=next((second / "unpacked").iterdir()))
    assert done.returncode == 0, done.stderr
    return next(first.glob("*.whl")), next(second.glob("*.whl"))


def test_both_wheels_have_the_page_as_it_is_committed(wheels):
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as opened:
            for name in STATIC:
                committed = (ROOT / "src" / "steepest" / "lab" / "static" / name).read_bytes()
                assert opened.read(f"steepest/lab/static/{name}") == committed


def test_both_wheels_have_the_same_files(wheels):
    names = [sorted(zipfile.ZipFile(wheel).namelist()) for wheel in wheels]
    assert names[0] == names[1]


def test_the_wheel_grows_by_at_most_250_000_bytes(wheels):
    with zipfile.ZipFile(wheels[0]) as opened:
        grown = sum(one.compress_size for one in opened.infolist() if one.filename.startswith("steepest/lab/"))
    assert grown <= GROWTH


def test_the_notices_name_every_library_inside(wheels):
    with zipfile.ZipFile(wheels[0]) as opened:
        notices = opened.read("steepest/lab/static/THIRD_PARTY_NOTICES").decode()
    sources = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "front" / "src").rglob("*.ts*"))
    imported = set(re.findall(r'from "((?:@[\w-]+/)?[a-z][\w-]*)', sources)) - {"node"}
    assert {"preact", "@preact/signals"} <= imported
    assert [name for name in imported if f"\n{name} " not in notices] == []
    assert "Permission is hereby granted" in notices  # MIT


def test_the_base_needs_no_new_package():
    needed = {re.match(r"[\w.-]+", line)[0] for line in requires("steepest") or () if "extra ==" not in line}
    assert needed == BASE


def test_an_installed_wheel_writes_a_page_without_node(wheels, tmp_path):
    site = tmp_path / "site"
    shutil.unpack_archive(wheels[1], site, "zip")
    (tmp_path / "t.csv").write_text(EIGHT)
    code = "import sys, steepest; print(steepest.__file__); from steepest.cli import main; main(sys.argv[1:])"
    path = os.pathsep.join(p for p in os.get_exec_path() if not (Path(p) / "node").exists())
    done = subprocess.run(
        [sys.executable, "-c", code, "lab", "t.csv", "-t", "y", "-o", "lab.html"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(site))
    assert (tmp_path / "lab.html").stat().st_size > 1000


def test_a_build_without_the_page_ends_in_one_line(tree, tmp_path):
    pytest.importorskip("hatchling", reason="hatchling is not installed: it comes with the extra 'test'")
    bare = tmp_path / "bare"
    shutil.copytree(tree, bare, ignore=shutil.ignore_patterns("static"))
    done = build(tmp_path / "out", "wheel", root=bare)
    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1] == (
        "src/steepest/lab/static/lab.js is missing: cd front && npm ci && npm run build"
    )
    assert "Traceback" not in done.stderr
