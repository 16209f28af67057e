"""Continuation: descent on a sequence of problems, each started from the last solution. One update is one problem."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..methods.method import Method
from ..objective.data import TableData
from ..objective.problem import Problem, check_start
from .descent import descend
from .engine import Descent
from .loop import Steps, Whole
from .states import Checkpoint

__all__ = ["ProblemSequence", "continued"]


class ProblemSequence(Protocol):
    """A sequence of problems. It has no state of its own: that is in the memory of the checkpoint."""

    def open(self, at: Array) -> Array:
        """The initial memory of a descent that starts at ``at``."""

    def look(self, at: Array) -> tuple[float, Array]:
        """The original objective at ``at``, and the gradient of its smooth part."""

    def next(self, there: Checkpoint) -> tuple[Checkpoint, Array]:
        """Solve the next problem: its end, with the original objective as cost, and the raw subgradient there."""

    def epochs(self, there: Checkpoint) -> float:
        """Steps taken for all problems so far."""


class Continuation(Whole):
    """The steps of a descent on a sequence of problems; costs and gradients are those of the original problem."""

    def __init__(self, descent: Descent, sequence: ProblemSequence) -> None:
        super().__init__(descent.problem, descent.method, descent.data)
        self.sequence, self.objective = sequence, sequence.look

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Solve the next ``count`` problems."""
        there, costs, slopes, kept = first, np.empty(count), np.empty((count, *first.at.shape)), []
        for i in range(count):
            there, slopes[i] = self.sequence.next(there)
            costs[i] = there.cost
            kept += [there.at] if there.t % every == 0 else []
        return Steps(there, np.ones(count), costs, slopes, np.array(kept).reshape(-1, *there.at.shape))

    def epochs(self, t: NDArray[np.int64], last: Checkpoint) -> Array:
        """Steps taken for all problems up to the block's only state."""
        return np.full(len(t), self.sequence.epochs(last))


def continued(
    problem: Problem, method: Method, data: TableData, at: Array | None, sequence: ProblemSequence
) -> Descent:
    """The descent from ``at`` (d + 1, k), None for 0, on a sequence of problems."""
    start = np.zeros((data.shape[1] + 1, data.outputs)) if at is None else np.array(at, np.float64)
    check_start(problem, start)
    descent = descend(problem, method, data, start=Checkpoint(0, start, sequence.open(start)))
    return replace(descent, walker=Continuation(descent, sequence))
