"""What a type checker sees of the public names in a user's scripts: mypy --strict, no Any where a type is known."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import steepest

RECORDS = """
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest import GDRegressor, Method, Problem, loss, penalties, rule, step

Array = NDArray[np.float64]


@loss(curvature=1.0, formula="mean log cosh")
class LogCosh(NamedTuple):
    def value(self, z: Array, y: Array) -> Array:
        costs: Array = np.logaddexp(z - y, y - z) - np.log(2.0)
        return costs

    def slope(self, z: Array, y: Array) -> Array:
        return np.tanh(z - y)

    def second_derivative(self, z: Array, y: Array) -> Array:
        return 1.0 - np.tanh(z - y) ** 2


@rule(slots=1)
class Heavy(NamedTuple):
    beta: float = 0.5

    def direction(self, g: Array, memory: Array, t: int) -> Array:
        memory[0] = self.beta * memory[0] + g
        return np.asarray(memory[0])


@step()
class Harmonic(NamedTuple):
    eta: float = 0.1

    def rate(self, t: int) -> float:
        return self.eta / t


reveal_type(Heavy(0.9).beta)  # float
reveal_type(Problem(LogCosh(), penalties.L2(0.1)).loss)  # Loss
reveal_type(Problem("squared_error").penalty.l2)  # float
reveal_type(Problem("huber:delta=2").nonsmooth)  # bool
reveal_type(Method("momentum", 0.1).rule)  # Rule
reveal_type(Method(Heavy(), Harmonic()).learning_rate)  # Step
reveal_type(Method("adam", "cosine:eta=0.1,steps=9", batch_size=8).average)  # Average
GDRegressor(LogCosh(), rule=Heavy(), learning_rate=Harmonic())
"""

FITS = """
import numpy as np

from steepest import GDClassifier, GDRegressor

x, y = np.arange(8.0)[:, None], np.arange(8.0)
line = GDRegressor(alpha=0.1, learning_rate=0.01, rule="momentum:beta=0.5", signs="+").fit(x, y)
reveal_type(line)  # GDRegressor
reveal_type(line.coef_)  # Array
reveal_type(line.intercept_)  # float | Array
reveal_type(line.predict(x))  # Array
reveal_type(line.trajectory_)  # Trajectory
reveal_type(line.certificate_)  # Certificate
reveal_type(line.certificate_.gap)  # float | None
reveal_type(line.verdict_)  # Verdict
reveal_type(line.verdict_.status)  # str
reveal_type(line.n_iter_)  # int
sigmoid = GDClassifier("log_loss", average=True, callback=lambda state: state.cost < 0.1).fit(x, y > 3)
reveal_type(sigmoid.coef_)  # Array
reveal_type(sigmoid.intercept_)  # Array
reveal_type(sigmoid.predict_proba(x))  # Array
reveal_type(sigmoid.predict_log_proba(x))  # Array
reveal_type(sigmoid.decision_function(x))  # Array
"""

DESCENTS = """
from steepest import Method, Problem, State, alpha_path, descend, epochs, find_learning_rate, gradient_below
from steepest import make_rows, minimize, record, stability_limit, until, updates

rows = make_rows([[1.0], [2.0], [4.0]], [2.0, 3.0, 5.0])
descent = until(descend(Problem("mse"), Method(learning_rate=0.1), rows), epochs(5), lambda s: s.cost < 1.0)
reveal_type(rows)  # Rows
reveal_type(descent)  # Descent
reveal_type([state.cost for state in descent])  # list[float]
path = record(until(descent, gradient_below(1e-9)), keep=2)
reveal_type(path)  # Trajectory
reveal_type(path.coef)  # Array
reveal_type(path.verdict)  # Verdict | None


def states() -> list[State]:
    return list(descent)


reveal_type(until(states(), updates(3)))  # Iterable[State]
reveal_type(minimize("x**2", 1.0, rule="newton"))  # Trajectory
reveal_type(minimize("x**2 + y**2", [1.0, 2.0], learning_rate=0.1))  # Trajectory
reveal_type(minimize("x**2 + y**2", [[1.0, 2.0], [3.0, 4.0]]))  # list[Trajectory]
reveal_type(minimize("x**2", 1.0).x)  # Array
reveal_type(alpha_path([[1.0], [2.0]], [1.0, 2.0]).coefs)  # Array
reveal_type(find_learning_rate([[1.0], [2.0]], [1.0, 2.0]).suggestion)  # float
reveal_type(stability_limit([[1.0], [2.0]]))  # float
"""

WRONG = """
from steepest import GDClassifier, GDRegressor, Method, Problem

GDRegressor(learning_rate=object())
GDClassifier(rule=3.5)
Method(rule=3.5)
Method(learning_rate=object())
Problem(loss=0.1)
Problem(penalty="l2")
Method().rule = Method().rule
"""

SCRIPTS = {"records": RECORDS, "fits": FITS, "descents": DESCENTS, "wrong": WRONG}
ARRAY = r"numpy\.ndarray\[tuple\[Any, \.\.\.\], numpy\.dtype\[numpy\.(float64|floating\[numpy\._typing\._64Bit\])\]\]"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What one run of mypy --strict says of each script: line number -> revealed type, or error."""
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed: it comes with the extra 'test'")
    folder = tmp_path_factory.mktemp("scripts")
    for name, script in SCRIPTS.items():
        (folder / f"{name}.py").write_text(script)
    (folder / "mypy.ini").write_text("[mypy]\nstrict = true\n[mypy-steepest.*]\nfollow_imports = silent\n")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", *(f"{name}.py" for name in SCRIPTS)]
    env = {**os.environ, "MYPYPATH": str(Path(steepest.__file__).parents[1])}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert not done.stderr, done.stderr
    found = {name: {} for name in SCRIPTS}
    for line in done.stdout.splitlines():
        name, number, text = re.match(r"(\w+)\.py:(\d+): (.*)", line).groups()
        if "note: " not in text or "Revealed" in text:
            found[name][int(number)] = shortened(text)
    return found


def shortened(text):
    """A revealed type as it stands in the scripts: names without modules, a NamedTuple by its name."""
    text = re.sub(r'note: Revealed type is "(.*)"', r"\1", text)
    text = re.sub(ARRAY, "Array", text.replace("builtins.", "").replace("typing.", ""))
    text = re.sub(r"(steepest|records)(\.\w+)*\.(?=\w)", "", text)
    return re.sub(r"tuple\[.*, fallback=(\w+)\]", r"\1", text)


@pytest.mark.parametrize("name", ["records", "fits", "descents"])
def test_a_users_script_has_types_throughout(name, said):
    lines = enumerate(SCRIPTS[name].splitlines(), 1)
    assert said[name] == {i: line.split("  # ")[1] for i, line in lines if "reveal_type" in line}


def test_settings_of_another_kind_are_type_errors(said):
    wrong = [i for i, line in enumerate(WRONG.splitlines(), 1) if line and "import" not in line]
    assert sorted(said["wrong"]) == wrong
    assert all(text.startswith("error: ") for text in said["wrong"].values())
