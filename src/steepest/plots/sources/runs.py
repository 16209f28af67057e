"""Runs: the data that a picture of several runs needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ...solve.fitted import Classifying, Descended
from ..drawing.thinning import finite
from ..drawing.words import spelled

__all__ = [
    "by_settings",
    "cost_of",
    "first_of",
    "gaps",
    "leading",
    "least_of",
    "limit_of",
    "rule_of",
    "run_of",
    "spread",
    "status_of",
]

SETTLED = ("converged", "stationary")
FLOOR = 1e-15  # share of the first cost below which a cost above the minimum is rounding
SETTINGS = (  # of a run, in the order in which they are told
    "rule", "learning_rate", "batch_size", "sampling", "average", "estimate", "loss", "penalty", "standardized",
    "fixed", "seed", "max_iter", "tol",
)  # fmt: skip


def first_of(runs: Mapping[Any, Trajectory]) -> Trajectory:
    """The first of several runs."""
    if not runs:
        raise UsageError("there is no run to draw: give one, or a dict from label to run")
    return next(iter(runs.values()))


def run_of(fitted: object) -> tuple[Trajectory, tuple[Any, Any] | None]:
    """A run, or that of a fitted estimator of one target or two classes; and the estimator's classes."""
    path = fitted.trajectory_ if isinstance(fitted, Descended) else fitted
    if not isinstance(path, Trajectory):
        raise UsageError("this picture is one of a run with one target or two classes: here are more, or no run")
    return path, tuple(fitted.classes_.tolist()) if isinstance(fitted, Classifying) else None


def leading(runs: Mapping[Any, Trajectory]) -> Trajectory:
    """The lowest of the runs that found a minimum, otherwise the first run."""
    found = [run for run in runs.values() if run.verdict is not None and run.verdict.status in SETTLED]
    return min(found, key=lambda run: float(run.cost[-1])) if found else first_of(runs)


def cost_of(runs: Mapping[Any, Trajectory]) -> str:
    """The formula of the cost of these runs.

    Raises
    ------
    UsageError
        If there is no run, a run has no cost, or their costs differ.
    """
    if not runs or not all(isinstance(run, Trajectory) and len(run.cost) for run in runs.values()):
        raise UsageError("there is no cost to compare: give runs with costs by their labels, {'0.01': trajectory}")
    names = sorted({spelled(str(run.meta.get("loss_formula", ""))) for run in runs.values()})
    if len(names) > 1:
        raise UsageError(f"these runs have different costs, {' and '.join(names)}: compare runs of one cost")
    return names[0]


def status_of(run: Trajectory) -> str:
    """Status of a run; without a verdict "diverged" if it ended above its start, otherwise ""."""
    if run.verdict is not None:
        return run.verdict.status
    return "" if finite(run.cost[-1:])[0] and run.cost[-1] <= run.cost[0] else "diverged"


def least_of(runs: Mapping[Any, Trajectory]) -> float | None:
    """The minimum cost, if a run has an exact solution or converged."""
    exact = [run.meta["exact"]["cost"] for run in runs.values() if run.meta.get("exact")]
    reached = [run.cost.min() for run in runs.values() if len(run.cost) and status_of(run) == "converged"]
    return float(min(exact + reached)) if exact or reached else None


def gaps(costs: Array, least: float) -> Array:
    """Costs above the minimum, those that are rounding as the smallest that is not."""
    first = abs(float(costs[0])) if len(costs) else 0.0
    above: Array = np.maximum(costs - least, FLOOR * max(first, abs(least), 1e-290))
    return above


def by_settings(runs: Mapping[str, Trajectory]) -> dict[str, Trajectory]:
    """Runs by the settings in which they differ; those of the same settings, or of none that differ, by their labels.

    Examples
    --------
    >>> from steepest import minimize
    >>> runs = {f"run-{rate}": minimize("x**2", 1.0, learning_rate=rate, rule="plain", steps=3) for rate in (0.1, 0.2)}
    >>> list(by_settings(runs))
    ['learning rate 0.1', 'learning rate 0.2']
    """
    told = {label: [_setting(run, key) for key in SETTINGS] for label, run in runs.items()}
    differ = [i for i in range(len(SETTINGS)) if len({each[i] for each in told.values()}) > 1]
    pairs = {label: [(SETTINGS[i], each[i]) for i in differ] for label, each in told.items()}
    names = dict.fromkeys(runs, "")
    for k, whole in ((k, whole) for whole in (False, True) for k in range(1, len(differ) + 1)):
        found = {label: ", ".join(_said(*pair, whole) for pair in each[:k]) for label, each in pairs.items()}
        if len(set(found.values())) > len(set(names.values())) or not any(names.values()):
            names = found
        if len(set(names.values())) == len({tuple(each) for each in pairs.values()}):
            break
    counts = Counter(names.values())
    return {
        label if not names[label] else names[label] if counts[names[label]] == 1 else f"{names[label]} ({label})": run
        for label, run in runs.items()
    }


def _setting(run: Trajectory, key: str) -> str:
    value = run.meta.get(key)
    text = "none" if value is None else str(value)
    return text.replace("constant:eta=", "").removesuffix(".0") if key == "learning_rate" else text


def _said(key: str, text: str, whole: bool) -> str:
    """A setting in a label: a rule by its name, others with what they are; a record with its settings or without."""
    text = text if whole else text.partition(":")[0]
    if key == "batch_size":
        return "whole batches" if text == "none" else f"batches of {text}"
    return text if key in ("rule", "loss", "penalty", "sampling") else f"{key.replace('_', ' ')} {text}"


def rule_of(run: Trajectory) -> str:
    """The rule of a run, and whether it was in standardised columns, on which its learning rate depends."""
    rule = str(run.meta.get("rule", "")).partition(":")[0].replace("_", " ")
    return f"{rule} in standardised columns" if run.meta.get("standardized") else rule


def limit_of(runs: Iterable[Trajectory]) -> float | None:
    """The stability limit of plain steps: twice the learning rate that a verdict advises in its place.

    Notes
    -----
    The advice is a whole reciprocal of the largest curvature, which is half of the limit of a squared loss.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> model = GDRegressor(learning_rate=0.04, max_iter=2, tol=None).fit([[1.0], [3.0], [4.0]], [4.0, 3.0, 7.0])
    >>> round(limit_of([model.trajectory_]), 4)
    0.2104
    """
    for run in runs:
        plain = rule_of(run) == "plain" and run.meta.get("batch_size") is None and not run.meta.get("standardized")
        if not plain or run.verdict is None or run.meta.get("loss") not in ("squared_error", "mse"):
            continue
        for remedy in run.verdict.remedies:
            if remedy.setting == "learning_rate" and isinstance(remedy.value, float):
                return 2.0 * remedy.value
    return None


def spread(values: Array) -> float:
    """Decades that values span; 0 if one of them is not positive.

    Examples
    --------
    >>> spread(np.array([0.1, 10.0])), spread(np.array([0.0, 10.0]))
    (2.0, 0.0)
    """
    values = values[finite(values)]
    return float(np.log10(values.max() / values.min())) if len(values) and values.min() > 0 else 0.0
