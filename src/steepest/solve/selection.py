"""L1 penalties in the automatic mode: rounds over working sets of columns, each of them certified."""

from __future__ import annotations

from dataclasses import replace

from ..descent.trajectory import Trajectory
from .auto.working_sets import Memory, WorkingSets
from .rounds import CertifiedRounds

__all__ = ["CertifiedSelection", "WorkingSets"]


class CertifiedSelection(CertifiedRounds):
    """The certified rounds of working sets."""

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory up to its best round."""
        path = super().chosen(path)
        if self.best is None:
            return path
        memory = Memory.of(self.best.origin.memory)
        found = {"working_set": int(memory.inside.sum()), "proven_zero": int(memory.zero.sum())}
        return replace(path, meta={**path.meta, **found})
