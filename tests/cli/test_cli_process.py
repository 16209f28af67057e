"""The command line as a process of its own: time, imports, pipes, Ctrl-C, full disks."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

import steepest
from steepest.data.samples import sample
from steepest.descent.trajectory import Trajectory
from steepest.solve.model import read_model

RUN = "from steepest.cli import main; main()"
COMMAND = [sys.executable, "-c", RUN]
# Sampled steps that would take minutes, without compiled code, so that nothing but the descent takes time.
SAMPLED = ["fit", "linear", "eight.txt", "-t", "y", "--batch-size", "1", "--tol", "none"]
STOCHASTIC = [*SAMPLED, "--learning-rate", "0.001"]
LONG = [*SAMPLED, "--max-iter", "10000000"]
SLOW = {"NUMBA_DISABLE_JIT": "1"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(steepest.__file__).parents[1]))
    Path("eight.txt").write_text(sample("eight"))
    return tmp_path


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, env=os.environ | more, check=False)


def modules(*words: str) -> set[str]:
    """Top-level packages that a command imports."""
    tell = (
        "import sys; from steepest.cli import main\n"
        f"try: main({list(words)!r}, standalone_mode=False)\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, check=False)
    return {name.split(".")[0] for name in done.stderr.split()}


def seconds_of_cpu(*words: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(*words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


HEAVY = {"scipy", "numba", "rich", "sklearn", "pyarrow", "matplotlib", "pandas", "llvmlite", "tqdm"}


def test_help_imports_click_alone() -> None:
    for words in (["--help"], ["fit", "--help"], ["--version"]):
        found = modules(*words)
        assert "click" in found
        assert not found & {"numpy", *HEAVY}


def test_small_commands_import_nothing_heavy() -> None:
    assert not modules("fit", "linear", "eight.txt", "-t", "y", "-o", "m.json", "--trajectory", "r.npz") & HEAVY
    for words in (["predict", "m.json", "eight.txt"], ["show", "r.npz"], ["limit", "eight.txt", "-t", "y"]):
        found = modules(*words)
        assert "numpy" in found
        assert not found & HEAVY


def test_version_and_bare_call() -> None:
    assert run("--version").stdout.startswith("steepest ")
    assert "Usage: steepest" in run().stdout


def test_a_closed_pipe_is_quiet() -> None:
    Path("long.csv").write_text("x,y\n" + "".join(f"{i},{i % 7}\n" for i in range(50_000)))
    run("fit", "linear", "long.csv", "-t", "y", "-o", "m.json", "--trajectory", "r.npz")
    python = f"{sys.executable} -c '{RUN}'"
    for words in ("predict m.json long.csv", "predict m.json long.csv --json", "show r.npz", "--help"):
        line = f"{python} {words} | head -c 10 > /dev/null; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
        assert done.stdout.strip() in ("0", "141"), words
        assert done.stderr == ""


def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        words = [*COMMAND, "fit", "linear", "eight.txt", "-t", "y"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: no space left on device\n"


SIGN = """
from pathlib import Path
from typing import NamedTuple

from steepest import step


@step()
class Told(NamedTuple):
    \"\"\"A constant learning rate; the file 'begun' says that many steps were taken.\"\"\"

    def rate(self, t):
        if t == 50_000:
            Path("begun").touch()
        return 0.001
"""


def seconds_of(process: int) -> float:
    """CPU seconds of a process that runs."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def interrupted(*words: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Send Ctrl-C to a descent once it has begun, and measure the CPU seconds that it takes to end."""
    Path("told.py").write_text(SIGN)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [*COMMAND, *words, "--learning-rate", "told:Told"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, env=os.environ | SLOW, **pipes)  # type: ignore[call-overload]
    end = time.monotonic() + 120
    while not Path("begun").exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    assert Path("begun").exists(), process.communicate()
    began = seconds_of(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return subprocess.CompletedProcess([], process.returncode, out, err), used - began


def test_ctrl_c_keeps_what_was_recorded() -> None:
    done, seconds = interrupted(*LONG, "--trajectory", "r.npz", "-o", "m.json")
    assert done.returncode == 130
    assert seconds < 2.0  # half a second
    assert "0." in done.stdout
    assert done.stderr == "warning: interrupted: this is the state reached\n"
    path = Trajectory.load("r.npz")
    assert path.meta["interrupted"]
    assert read_model("m.json").coef[0] == pytest.approx(path.coef[-1, 0])


def test_ctrl_c_prints_the_last_state_as_an_object() -> None:
    done, _ = interrupted(*LONG, "--json")
    found = json.loads(done.stdout)
    assert found["interrupted"]
    assert found["exit_code"] == done.returncode == 130


def test_ctrl_c_before_anything_was_done() -> None:
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*COMMAND, "fit", "linear", "-", "-t", "y"], **pipes)  # type: ignore[call-overload]
    process.stdin.write(b"x,y\n" + b"1,2\n" * 50_000)  # more than the pipe holds: this returns when it is being read
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert err == b"interrupted: nothing was written\n"


def on_terminal(words: list[str], **more: str) -> tuple[str, str]:
    """Output and errors of a command whose both ends are terminals."""
    texts = []
    pairs = [pty.openpty(), pty.openpty()]
    for _, theirs in pairs:
        termios.tcsetwinsize(theirs, (24, 80))
    process = subprocess.Popen([*COMMAND, *words], stdout=pairs[0][1], stderr=pairs[1][1], env=os.environ | more)
    for ours, theirs in pairs:
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 4096):
                text += part
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        texts.append(text.decode())
    process.wait()
    return texts[0], texts[1]


def test_colour_is_for_terminals_that_want_it() -> None:
    words = ["fit", "linear", "eight.txt", "-t", "y"]
    assert "\x1b[" in on_terminal(words, TERM="xterm")[0]
    assert "\x1b[" not in on_terminal(words, TERM="xterm", NO_COLOR="1")[0]
    assert "\x1b[" not in on_terminal(words, TERM="dumb")[0]
    assert "\x1b[" not in run(*words, TERM="xterm").stdout


def test_progress_is_shown_on_a_terminal_and_only_for_long_runs() -> None:
    assert "epochs" in on_terminal([*STOCHASTIC, "--max-iter", "6000"], **SLOW)[1]
    assert "epochs" not in on_terminal([*STOCHASTIC, "--max-iter", "10"], **SLOW)[1]
    assert "epochs" not in run(*STOCHASTIC, "--max-iter", "6000", **SLOW).stderr


def test_output_in_ascii_only_does_not_fail() -> None:
    Path("odd.csv").write_text("größe,y\n1,2\n2,3\n", encoding="utf-8")
    done = run("fit", "linear", "odd.csv", "-t", "y", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "regression" in done.stdout
