"""A pytest plugin (``-p adapter``) that runs scikit-learn's own test files on our classes.

It puts ours where those files look for theirs, and classes that refuse where ours has no counterpart, so that no case
passes by code of scikit-learn; leaves out the cases that a table of patterns names; and writes down what became of
each of the others.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import adapter_exact
import adapter_sgd
from sklearn import linear_model
from sklearn.linear_model import _logistic, _sgd_fast

OURS = (
    adapter_exact.LinearRegression,
    adapter_exact.LogisticRegression,
    adapter_exact.LogisticRegressionCV,
    adapter_sgd.SGDClassifier,
    adapter_sgd.SGDRegressor,
)
found: dict[str, Any] = {"collected": [], "deselected": {}, "outcome": {}, "seconds": {}}


def refuse(*args: Any, **settings: Any) -> None:
    raise NotImplementedError("there is no counterpart to this")


class SGDOneClassSVM:
    __init__ = refuse


def pytest_configure() -> None:
    for ours in (*OURS, SGDOneClassSVM):
        setattr(linear_model, ours.__name__, ours)
    for name in ("_log_reg_scoring_path", "_logistic_regression_path"):
        setattr(_logistic, name, refuse)
    for name in ("Hinge", "SquaredHinge", "ModifiedHuber", "EpsilonInsensitive", "SquaredEpsilonInsensitive"):
        setattr(_sgd_fast, name, adapter_sgd.LOSS_OBJECTS.get(name, refuse))


def pytest_collection_modifyitems(items: list[Any]) -> None:
    table = json.loads(Path(os.environ["THEIR_TESTS_TABLE"]).read_text())
    kept = []
    for item in items:
        name = item.nodeid.split("/")[-1]
        found["collected"].append(name)
        pattern = next((pattern for pattern in table if re.search(pattern, name)), None)
        if pattern is None:
            kept.append(item)
        else:
            found["deselected"][name] = pattern
    items[:] = kept


def pytest_runtest_logreport(report: Any) -> None:
    name = report.nodeid.split("/")[-1]
    if report.when == "call" or report.outcome != "passed":
        found["outcome"][name] = report.outcome
        found["seconds"][name] = report.duration


def pytest_sessionfinish() -> None:
    Path(os.environ["THEIR_TESTS_FOUND"]).write_text(json.dumps(found))
