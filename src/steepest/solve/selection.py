"""L1 penalties in the automatic mode: rounds over working sets of columns, each of them certified."""

from __future__ import annotations

from dataclasses import replace

from ..data.rows import Rows
from ..descent.continuation import continued
from ..descent.engine import Descent
from ..descent.trajectory import Trajectory
from ..objective.data import ColumnStats
from ..objective.problem import Problem
from .auto.plan import Plan
from .auto.working_sets import Memory, WorkingSets
from .certified_stop import CertifiedRounds, CertifiedStop

__all__ = ["CertifiedSelection", "selected"]


class CertifiedSelection(CertifiedRounds):
    """The certified rounds of working sets."""

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory up to its best round."""
        path = super().chosen(path)
        if self.best is None:
            return path
        memory = Memory.of(self.best.origin.memory)
        found = {"working_set": len(memory.numbers), "proven_zero": int(memory.zero.sum())}
        return replace(path, meta={**path.meta, **found})


def selected(problem: Problem, rows: Rows, plan: Plan, target: float, scale: float) -> tuple[Descent, CertifiedStop]:
    """The descent by rounds over working sets, and its certified stop."""
    sequence = WorkingSets(problem, plan.rows, ColumnStats(plan.columns.mean, plan.columns.variance), target)
    states = continued(problem, plan.method, plan.rows, plan.point, sequence)
    return states, CertifiedSelection(problem, rows, plan, target, scale, sequence)
