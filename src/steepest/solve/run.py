"""A run: the result of a fit, whatever way it took."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..core.types import Array
from ..descent.trajectory import Trajectory
from ..optimality.certificate import ROUNDING, Certificate
from ..optimality.verdict import Verdict

__all__ = ["Run", "reported_place"]


class Run(NamedTuple):
    """The result of a fit: the answer in raw units, its trajectory, certificate and verdict."""

    coef: Array  # (d, k)
    intercept: Array  # (k,)
    trajectory: Trajectory
    certificate: Certificate
    verdict: Verdict

    def noted(self, notes: tuple[str, ...]) -> Run:
        """The same run with more notes, which come first, each once."""
        if not notes:
            return self
        verdict = self.verdict._replace(notes=tuple(dict.fromkeys((*notes, *self.verdict.notes))))
        return self._replace(verdict=verdict, trajectory=replace(self.trajectory, verdict=verdict))


def reported_place(path: Trajectory) -> int:
    """The last state, or the recorded one of lowest cost if it increased from above 0; with held-out rows the best."""
    if "validation" in path.meta:
        return int(np.searchsorted(path.step, path.meta["validation"]["step"]))
    by_gap = not path.meta.keys().isdisjoint(("interior", "smoothed", "working_set"))  # it may cost a rounding more
    if path.meta["end"] == "certified" or by_gap:
        return len(path) - 1
    risen = path.cost[-1] > path.cost[0] + ROUNDING * abs(path.cost[0]) and path.cost[0] != 0.0
    if path.meta["end"] != "overflow" and path.cost_step[-1] == path.step[-1] and not risen:
        return len(path) - 1
    return int(np.searchsorted(path.step, path.cost_step[np.argmin(path.cost)]))
