"""The line of one step of a run."""

from __future__ import annotations

import numpy as np

from ...core.errors import UsageError
from ...descent.trajectory import Trajectory
from ..drawing.words import number
from .landscape import Landscape
from .plane import Plane

__all__ = ["step_line"]

SHORT = 3  # parameters up to which both ends of a step are told


def step_line(landscape: Landscape, run: Trajectory, step: int | None) -> Plane:
    """The line of one step, by default the first that moves: its coordinate is the distance from where it begins.

    Raises
    ------
    UsageError
        If the state before or after this step is not recorded or not finite, or they are the same.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        moves = np.diff(run.x, axis=0)
        length = np.sqrt((moves**2).sum(1))
    sound = np.isfinite(length) & (length > 0) & (np.diff(run.step) == 1)
    if step is None:
        if not sound.any():
            raise UsageError("no recorded step of this run moves: name a parameter")
        i = int(sound.argmax())
    else:
        i = int(np.searchsorted(run.step, step)) - 1
        if not (0 <= i < len(sound) and run.step[i + 1] == step and sound[i]):
            raise UsageError(f"step {step} has no line: it is not recorded, not finite, or does not move")
    direction = (moves[i] / length[i])[None]
    words = f"line of step {run.step[i + 1]:,}"
    if len(landscape.names) <= SHORT:
        to = (
            f"{n} {number(a)} to {number(b)}" for n, a, b in zip(landscape.names, run.x[i], run.x[i + 1], strict=True)
        )
        words += f": {', '.join(to)}"
    return Plane(run.x[i].copy(), direction, direction, (f"distance along step {run.step[i + 1]:,}",), words)
