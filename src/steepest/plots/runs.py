"""Runs: what a picture of several runs reads from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..trajectory import Trajectory
from .paper import finite, spelled

__all__ = ["cost_of", "least_of", "listed", "spread", "status_of", "stood"]

Array = NDArray[np.float64]


def cost_of(runs: Mapping[Any, Trajectory]) -> str:
    """Which cost these runs went down on.

    Raises
    ------
    UsageError
        If there is none, a run has no cost, or they are different ones.
    """
    if not runs or not all(isinstance(run, Trajectory) and len(run.cost) for run in runs.values()):
        raise UsageError("there is no cost to compare: give runs with costs by their labels, {'0.01': trajectory}")
    names = sorted({spelled(str(run.meta.get("loss_formula", ""))) for run in runs.values()})
    if len(names) > 1:
        raise UsageError(f"these runs have different costs, {' and '.join(names)}: compare runs of one cost")
    return names[0]


def status_of(run: Trajectory) -> str:
    """What became of a run; without a verdict "diverged" where it ended above its start, else ""."""
    if run.verdict is not None:
        return run.verdict.status
    return "" if finite(run.cost[-1:])[0] and run.cost[-1] <= run.cost[0] else "diverged"


def least_of(runs: Mapping[Any, Trajectory]) -> float | None:
    """The least cost, if a run has an exact solution beside it or converged."""
    exact = [run.meta["exact"]["cost"] for run in runs.values() if run.meta.get("exact")]
    reached = [run.cost.min() for run in runs.values() if status_of(run) == "converged"]
    return float(min(exact + reached)) if exact or reached else None


def stood(run: Trajectory, by: str) -> Array:
    """Where a run stood when its costs were looked at, in steps, epochs or seconds."""
    column: Array = getattr(run, by)[np.searchsorted(run.step, run.cost_step)]
    return column.astype(np.float64)


def spread(values: Array) -> float:
    """Decades that values span; 0 where one is not above 0.

    Examples
    --------
    >>> spread(np.array([0.1, 10.0])), spread(np.array([0.0, 10.0]))
    (2.0, 0.0)
    """
    values = values[finite(values)]
    return float(np.log10(values.max() / values.min())) if len(values) and values.min() > 0 else 0.0


def listed(words: Sequence[str], most: int = 4) -> str:
    """Words one after the other.

    Examples
    --------
    >>> listed(["0.1", "0.7"]), listed(list("abcdef"), 3)
    ('0.1 and 0.7', 'a, b and 4 more')
    """
    shown = [*words[: most - 1], f"{len(words) - most + 1} more"] if len(words) > most else list(words)
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
