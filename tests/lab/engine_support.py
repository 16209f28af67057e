"""Asks the page's engine in Node what it computes, and Python for the same.

The engine is bundled once a process. Without Node or the front end's packages the tests are skipped with the reason;
where CI is set in the environment they fail.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from steepest import Method, Problem, descend, make_rows, until, updates
from steepest.core.records import from_name
from steepest.methods import steps

FRONT = Path(__file__).parents[2] / "front"
START = (0.3, -0.2, 0.1)
HOW = {
    "rate": 0.01,
    "schedule": "constant",
    "batch": 0,
    "sampling": "shuffle",
    "seed": 3,
    "steps": 200,
    "start": START,
    "fixed": (),
}


def missing(reason):
    """Skip, or fail where nothing may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI is set", pytrace=False)
    pytest.skip(reason)


@lru_cache(1)
def bundle():
    """Path of the engine as one file."""
    esbuild = FRONT / "node_modules" / "esbuild" / "bin" / "esbuild"
    if shutil.which("node") is None:
        missing("there is no Node to run the page's engine")
    if not esbuild.exists():
        missing("the packages of the front end are not installed: run npm ci in front")
    folder = tempfile.TemporaryDirectory(prefix="steepest-engine-")
    bundle.folder = folder  # lives as long as the process
    path = Path(folder.name, "driver.mjs")
    driver = FRONT / "test" / "engine_driver.ts"
    given = [str(driver), "--bundle", "--format=esm", "--platform=node", f"--outfile={path}", "--log-level=error"]
    subprocess.run([str(esbuild), *given], check=True)
    return path


def ask(what, questions):
    """The engine's answers to questions of one kind."""
    text = json.dumps({"what": what, "asked": questions})
    done = subprocess.run(["node", str(bundle())], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def question(X, y, *, loss="squared_error", rule="plain", standardize=False, w=(), **how):
    """A question about a table with the columns of X, all of them features."""
    names = [f"x{j}" for j in range(X.shape[1])]
    columns = [{"name": name, "values": x.tolist()} for name, x in zip((*names, "y"), (*X.T, y), strict=True)]
    how = {**HOW, **how}
    choice = {"target": "y", "features": names, "loss": loss, "standardize": standardize, "fixed": how["fixed"]}
    table = {"name": "t", "columns": columns, "rows": len(y)}
    return {"table": table, "choice": choice, "rule": rule, "how": how, "w": list(w)}


def numbers(text, columns=1):
    """Numbers that the engine wrote as base64."""
    found = np.frombuffer(base64.b64decode(text))
    return found if columns == 1 else found.reshape(-1, columns)


def in_python(X, y, *, loss="squared_error", rule="plain", units=None, **how):
    """The states (m, d + 1) of the same descent in Python."""
    how = {**HOW, **how}
    fixed = [j for j, is_fixed in enumerate(how["fixed"]) if is_fixed]
    d = X.shape[1]
    problem = Problem(loss, fixed=tuple("intercept" if j == d else j for j in fixed))
    rate = from_name(how["schedule"], steps, "learning rate")._replace(eta=how["rate"])
    method = Method(rule, rate, batch_size=how["batch"] or None, sampling=how["sampling"])
    rows = make_rows(X, y) if units is None else make_rows(X, y).in_units(units)
    states = descend(problem, method, rows, start=np.array(how["start"]), seed=how["seed"], compiled=False)
    return np.array([state.w[:, 0] for state in until(states, updates(how["steps"]))])
