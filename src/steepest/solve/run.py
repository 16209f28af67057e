"""Run: the result of a fit, whatever its data are."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ..core.types import Array
from ..descent.trajectory import Trajectory
from ..optimality.certificate import Certificate
from ..optimality.verdict import Verdict

__all__ = ["Run"]


class Run(NamedTuple):
    """The result of a fit: the answer in raw units, its trajectory, certificate and verdict."""

    coef: Array  # (d, k)
    intercept: Array  # (k,)
    trajectory: Trajectory
    certificate: Certificate
    verdict: Verdict

    def noted(self, notes: tuple[str, ...]) -> Run:
        """The same run with more notes, which come first."""
        if not notes:
            return self
        verdict = self.verdict._replace(notes=(*notes, *self.verdict.notes))
        return self._replace(verdict=verdict, trajectory=replace(self.trajectory, verdict=verdict))
