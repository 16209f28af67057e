"""Continuation: descent on a sequence of problems, each begun where the last one ended. One update is one problem."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from .engine import Descent
from .loop import Steps, Whole
from .states import Checkpoint

__all__ = ["Sequence", "continued"]


class Sequence(Protocol):
    """A sequence of problems, as a pure function of where a descent stands: its state is in the checkpoint's memory."""

    def open(self, at: Array) -> Array:
        """The memory of a descent that starts at ``at``."""

    def next(self, there: Checkpoint) -> tuple[Checkpoint, float]:
        """Where the next problem ends, with the cost of the objective itself, and the norm of its raw subgradient."""

    def epochs(self, there: Checkpoint) -> float:
        """Steps of all problems so far."""


class Continuation(Whole):
    """What takes the steps of a descent on a sequence; costs and gradients are those of the problem itself."""

    def __init__(self, descent: Descent, sequence: Sequence) -> None:
        super().__init__(descent.problem, descent.method, descent.data)
        self.sequence = sequence

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Solve the next ``count`` problems."""
        there, costs, norms, kept = first, np.empty(count), np.empty(count), []
        for i in range(count):
            there, norms[i] = self.sequence.next(there)
            costs[i] = there.cost
            kept += [there.at] if there.t % every == 0 else []
        return there, np.ones(count), costs, norms, np.array(kept).reshape(-1, *there.at.shape)

    def epochs(self, t: NDArray[np.int64], last: Checkpoint) -> Array:
        """Steps of all problems up to the block's last state; a block holds one."""
        return np.full(len(t), self.sequence.epochs(last))


def continued(descent: Descent, sequence: Sequence) -> Descent:
    """The same descent on a sequence of problems, from its start."""
    at: Any = descent.start.at
    start = Checkpoint(0, at, sequence.open(at))
    return replace(descent, start=start, walker=Continuation(descent, sequence))
