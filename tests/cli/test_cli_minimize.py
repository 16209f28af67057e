"""``steepest minimize``: what it prints, writes and refuses, and what it loads."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest.cli import main
from steepest.descent.trajectory import Trajectory

HEAVY = {"scipy", "numba", "llvmlite", "sklearn", "pandas", "pyarrow", "matplotlib"}
CALL = "import sys; from steepest.cli import main; main()"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["minimize", *words])


def run_json(*words: str, status: int = 0) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_textbook_parabola_shows_its_slopes() -> None:
    result = run("(x-3)**2+2", "--start", "6", "--rule", "plain", "--learning-rate", "0.25")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["step", "x", "cost", "slope"] in rows
    assert ["0", "6", "11", "6"] in rows
    assert ["1", "4.5", "4.25", "3"] in rows
    assert ["x", "3"] in rows
    assert "Converged" in result.stdout
    assert result.stderr == ""


def test_slopes_keep_their_sign() -> None:
    assert ["0", "0", "11", "-6"] in [line.split() for line in run("(x-3)**2+2", "--start", "0").stdout.splitlines()]


@pytest.mark.parametrize(("formula", "word"), [("2*x+1", "its slope is 2 everywhere"), ("-x**2", "a curvature of -2")])
def test_without_a_minimum_that_is_said(formula: str, word: str) -> None:
    result = run(formula, "--start", "6")
    assert result.exit_code == 4
    assert "has no minimum, because" in result.stdout
    assert word in result.stdout
    assert result.stderr == "warning: unbounded\n"


def test_a_start_chosen_by_the_user_leads_to_its_own_minimum() -> None:
    himmelblau = "(x**2+y-11)**2 + (x+y**2-7)**2"
    found = run_json(himmelblau, "--start", "-3,3")
    assert found["x"] == pytest.approx([-2.805118086952745, 3.131312518250573])
    assert found["names"] == ["x", "y"]
    assert found["verdict"]["status"] == "stationary"
    assert "a local minimum" in found["verdict"]["message"]
    assert "gradient norm" in run(himmelblau, "--start", "3,3").stdout


def test_bounds_steps_and_tol() -> None:
    assert run_json("(x-3)**2+2", "--start", "1", "--bounds", "x=0:2")["x"] == [2.0]
    assert (
        run_json("x*y", "--start", "1,1", "--bounds", "x=0:2,y=-1:", "--bounds", "z=1:", status=2)["error"]["kind"]
        == "usage"
    )
    assert run_json("x**4", "--start", "1", "--steps", "3")["steps"] == 3
    assert run_json("x**4", "--start", "1", "--tol", "0.01")["steps"] < run_json("x**4", "--start", "1")["steps"]
    assert run_json("x**2", "--start", "1", "--rule", "adam", "--learning-rate", "0.1")["settings"]["rule"].startswith(
        "adam"
    )


def test_a_run_is_written_once_and_can_be_shown() -> None:
    words = ("x**2 + y**2", "--start", "1,2", "--trajectory", "run.npz")
    assert "run.npz" in run(*words).stdout
    np.testing.assert_array_equal(Trajectory.load("run.npz").x[0], [1.0, 2.0])
    again = run(*words)
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert run(*words, "--force").exit_code == 0
    shown = CliRunner().invoke(main, ["show", "run.npz"])
    assert shown.exit_code == 0
    assert "x**2 + y**2" in shown.stdout
    assert "intercept" not in shown.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("x^2", "--start", "1"), "position 2"),
        (("x*y", "--start", "1"), "start must hold 2 numbers, x, y, not 1"),
        (("x", "--start", "a"), "not a finite number"),
        (("x",), "--start"),
        (("x", "--start", "1", "--stps", "5"), "--stps"),
        (("x", "--start", "1", "--bounds", "x"), "NAME=LOW:HIGH"),
        (("x", "--start", "1", "--bounds", "x=a:2"), "not a number"),
        (("x", "--start", "1", "--bounds", "x=0:2,x=0:3"), "given twice"),
        (("x", "--start", "1", "--tol", "-1"), "tol must be"),
        (("x", "--start", "1", "--rule", "momentum"), "needs a learning rate"),
        (("x", "--start", "1", "--trajectory", "run.txt"), "run.txt"),
        (("log(x)", "--start", "-1"), "no finite value at the start"),
    ],
)
def test_refusals_are_one_line(words: tuple[str, ...], why: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert why in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_saddle_is_no_minimum() -> None:
    result = run("x**4 - x**2 + y**2", "--start", "0,1", "--require-converged")
    assert result.exit_code == 5
    assert "a saddle" in result.stdout
    assert result.stderr == "warning: not converged: stationary\n"
    assert run("cos(x)", "--start", "1", "--require-converged").exit_code == 0


def test_formulas_may_begin_with_a_minus() -> None:
    assert run("-cos(x)", "--start", "0.1").exit_code == 0
    assert run("--cosh(x)", "--start", "0.1").exit_code == 0
    assert "Usage" in run("--help").stdout


def test_a_small_run_loads_numpy_alone_and_is_quick() -> None:
    code = f"{CALL[:-6]}main(['minimize', '(x-3)**2+2', '--start', '6'], standalone_mode=True)"
    probe = f"import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); {code}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {name.partition(".")[0] for name in done.stderr.split()}.isdisjoint(HEAVY)
    assert "Converged" in done.stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.6
