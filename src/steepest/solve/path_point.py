"""One point of a path of penalty weights."""

from __future__ import annotations

from typing import NamedTuple

from ..core.types import Array
from ..descent.trajectory import Trajectory

__all__ = ["FEW", "PathPoint"]

FEW = 4  # penalty weights for the first pass


class PathPoint(NamedTuple):
    """The optimum for one penalty weight."""

    w: Array  # (d + 1, 1), raw
    gap: float
    late: bool  # whether the gap is larger than asked for
    trajectory: Trajectory
