"""States of a run: the one that it reports, and the ones whose cost is known."""

from __future__ import annotations

import numpy as np

from ...core.types import Array
from ...descent.trajectory import Trajectory

__all__ = ["reported", "stood"]


def reported(run: Trajectory) -> int:
    """Which of its states a run gives as its answer."""
    return int(np.searchsorted(run.step, run.meta.get("reported_step", run.step[-1])))


def stood(run: Trajectory, by: str) -> Array:
    """Where a run stood when its costs were looked at, in steps, epochs or seconds."""
    column: Array = getattr(run, by)[np.searchsorted(run.step, run.cost_step)]
    return column.astype(np.float64)
