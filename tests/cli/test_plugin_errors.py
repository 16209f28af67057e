"""Errors that a rule of the user's raises are told with their file and line; python -m steepest is the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from steepest.cli import main
from steepest.data.samples import sample

RULE = """from typing import NamedTuple

from steepest import rule


@rule(slots=0)
class Own(NamedTuple):
    def direction(self, g, memory, t):
        {body}
"""

RATE = """from typing import NamedTuple

from steepest import step


@step()
class Own(NamedTuple):
    def rate(self, t):
        return 1 / (t - t)
"""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return g if g > 0 else -g", "write np.where(a > b, c, d) in place of if"),
        ("return 1 / (t - t)", "ZeroDivisionError: division by zero"),
        ("return gradient", "NameError: name 'gradient' is not defined"),
        ("import numpy as np; return np.linalg.solve(np.zeros((2, 2)), g)", "LinAlgError: Singular matrix"),
    ],
)
def test_an_error_in_a_rule_of_ones_own_names_its_line(
    body: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "own_with_error", raising=False)
    Path("own_with_error.py").write_text(RULE.format(body=body))
    Path("t.txt").write_text(sample("eight"))
    words = ["fit", "linear", "t.txt", "-t", "y", "--rule", "own_with_error:Own", "--learning-rate", "0.01"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith("error: own_with_error.py, line 9: "), done.stderr
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_error_in_a_learning_rate_of_ones_own_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "own_rate", raising=False)
    Path("own_rate.py").write_text(RATE)
    Path("t.txt").write_text(sample("eight"))
    words = ["fit", "linear", "t.txt", "-t", "y", "--learning-rate", "own_rate:Own", "--batch-size", "1"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith("error: own_rate.py, line 9: ZeroDivisionError"), done.stderr


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "steepest", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("steepest")
