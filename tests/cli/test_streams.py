"""Standard streams that are closed, full or broken: the answer and the files are not lost with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import steepest
from steepest.cli import main
from steepest.data.samples import sample
from steepest.descent.trajectory import Trajectory
from steepest.solve.model import read_model

STEEPEST = f"{sys.executable} -c 'from steepest.cli import main; main()'"
FIT = "fit linear eight.txt -t y -o m.json --trajectory r.npz"
CLOSED_OUTPUT = "error: standard output is closed: the answer is not printed\n"
ALL = [(), ("<&-",), (">&-",), ("2>&-",), ("<&-", ">&-"), ("<&-", "2>&-"), (">&-", "2>&-"), ("<&-", ">&-", "2>&-")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(steepest.__file__).parents[1]))
    Path("eight.txt").write_text(sample("eight"))
    return tmp_path


def shell(words: str, streams: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", f"{STEEPEST} {words} {streams}"], capture_output=True, text=True, check=False)


def fit() -> None:
    """Make the files of ``FIT``, in this process: no stream of it is asked about."""
    assert CliRunner().invoke(main, FIT.split()).exit_code == 0


def whole_files() -> None:
    """Both files are there, sound, and nothing was written into them besides."""
    assert len(read_model("m.json").coef) == 1
    assert len(Trajectory.load("r.npz")) >= 2
    assert sorted(os.listdir()) == ["eight.txt", "m.json", "r.npz"]  # noqa: PTH208


@pytest.mark.parametrize("closed", ALL, ids="".join)
def test_a_fit_with_closed_streams_keeps_its_files_and_prints_where_it_can(closed: tuple[str, ...]) -> None:
    done = shell(FIT, " ".join(closed))
    whole_files()
    assert done.returncode == (1 if ">&-" in closed else 0)
    assert ("Converged after" in done.stdout) is (">&-" not in closed)
    assert done.stderr == (CLOSED_OUTPUT if closed in ((">&-",), ("<&-", ">&-")) else "")


OTHERS = ["predict m.json eight.txt", "show r.npz --json", "sample eight", "minimize 'x**2' --start 3", "--version"]


@pytest.mark.parametrize("words", OTHERS)
def test_other_commands_with_closed_streams(words: str) -> None:
    fit()
    assert shell(words, "<&- 2>&-").stdout == shell(words).stdout
    done = shell(words, ">&-")
    assert done.returncode == 1
    assert done.stderr.endswith(CLOSED_OUTPUT)
    whole_files()


def test_an_error_goes_to_the_stream_that_is_open() -> None:
    for words, streams in (("show none.npz", ">&-"), ("show none.npz --json", ">&-")):
        done = shell(words, streams)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "none.npz: no such file" in done.stderr
    done = shell("show none.npz --json", "2>&-")
    assert json.loads(done.stdout)["error"]["exit_code"] == done.returncode == 1
    assert shell("show none.npz", "2>&-").returncode == 1


def test_closed_standard_input_is_one_line() -> None:
    done = shell("fit linear - -t y", "<&-")
    assert (done.returncode, done.stderr) == (1, "error: standard input: closed: give a file\n")


@pytest.mark.parametrize("words", [FIT, FIT + " --learning-rate 1e-5 --steps 9"])
def test_a_full_disk_behind_standard_error_costs_nothing(words: str) -> None:
    done = shell(words, "2>/dev/full")
    assert done.returncode == 0
    assert "wrote     m.json, r.npz" in done.stdout
    whole_files()


@pytest.mark.parametrize(
    "words", ["predict m.json eight.txt", "show r.npz", "fit --help", "sample eight", FIT + " --force"]
)
def test_a_full_disk_behind_standard_output_is_one_line_and_keeps_the_files(words: str) -> None:
    fit()
    done = shell(words, ">/dev/full")
    assert done.returncode == 1
    assert done.stderr.endswith("error: the output cannot be written: no space left on device\n")
    whole_files()


def test_a_broken_pipe_keeps_the_files() -> None:
    line = f"{STEEPEST} {FIT} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.stdout.strip() in ("0", "141")
    assert done.stderr == ""
    whole_files()


LONG = "n" * 300
NAMES = ["loop", "loop/a.npz", "loop.npz", LONG, f"{LONG}.npz", "a\nb.npz", "\x1b[2J.npz", "folder", "folder.npz"]
USES = [
    "fit linear {} -t y",
    "fit linear eight.txt -t y -o {} --force",
    "fit linear eight.txt -t y --trajectory {} --force",
    "show {}",
    "predict {} eight.txt",
    "evaluate m.json {}",
    "plot cost-history {} -o p.svg",
    "plot fit m.json {} -o p.svg",
    "minimize x**2 --start 3 --trajectory {}",
    "limit {} -t y",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_used_is_one_line(name: str) -> None:
    assert CliRunner().invoke(main, ["fit", "linear", "eight.txt", "-t", "y", "-o", "m.json"]).exit_code == 0
    for link in ("loop", "loop.npz"):
        Path(link).symlink_to(link)
    for folder in ("folder", "folder.npz"):
        Path(folder).mkdir()
    for use in USES:
        done = CliRunner().invoke(main, [name if word == "{}" else word for word in use.split()])
        if done.exit_code == 0:  # an odd name that can be written
            assert Path(name).exists()
            Path(name).unlink()
            continue
        assert done.exit_code in (1, 2, 3), (use, done.output)
        assert "internal error" not in done.output
        assert done.stderr.count("\n") == 1
        assert done.stderr[:-1].isprintable()


@pytest.mark.parametrize("closed", ALL[1:], ids="".join)
def test_no_file_takes_the_number_of_a_closed_stream(closed: tuple[str, ...]) -> None:
    """Otherwise the messages of a library in C would be written into a model file."""
    code = (
        "import os, sys; from steepest.cli.streams import fill_closed; fill_closed(); sys.stderr.write('x');"
        "sys.exit(os.open('eight.txt', os.O_RDONLY))"
    )
    done = subprocess.run(["bash", "-c", f'{sys.executable} -c "{code}" {" ".join(closed)}'], check=False)
    assert done.returncode >= 3
