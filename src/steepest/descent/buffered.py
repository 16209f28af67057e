"""Steps over batches of a table in parts: those of ``minibatch.py`` over one group of shuffled rows after the other."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.rows import Rows
from ..methods.method import Method
from ..objective.problem import Problem
from ..parts.epochs import Epochs
from ..parts.table import Table
from .minibatch import Sampled, SampledCompiled

__all__ = ["Buffered", "BufferedCompiled"]


class Buffered(Sampled):
    """Stochastic and mini-batch descent over groups of rows that are read one after the other."""

    def __init__(self, problem: Problem, method: Method, data: Table, seed: int, epochs: Epochs) -> None:
        super().__init__(problem, method, cast(Rows, data), seed)
        self.table, self.read, self.here = data, epochs, (-1, -1)  # epoch and number of the group at hand
        self.turned = 0  # places by which its order is rotated

    def expect(self, points: Array) -> None:
        """Compute the mean loss at all points in one pass."""
        self.table.at_once(self.problem.loss, list(points))

    def seek(self, t: int) -> int:
        """Have the group of update t + 1 at hand; return the number of its batch in it."""
        epoch, batch = divmod(t, self.per_epoch)
        bounds = self.read.bounds(epoch)
        group = int(np.searchsorted(bounds, batch * self.batch_size, side="right")) - 1
        if self.here != (epoch, group):
            rows, self.order = self.read.group(epoch, group)
            self.rows, self.here, self.turned = rows.in_units(self.data.units), (epoch, group), 0
        return batch - int(bounds[group]) // self.batch_size

    def batch(self, numbers: NDArray[np.int64]) -> Rows:
        """The rows of a batch, as a table whose mean estimates the mean over all rows."""
        return self.rows.take(numbers)._replace(total=self.data.total / self.n * len(numbers))


class BufferedCompiled(Buffered, SampledCompiled):
    """The same steps in compiled calls, each of which ends at the end of a group."""

    def steps(self, t: int, count: int, every: int, at: Array, memory: Array, kept: Array, etas: Array) -> None:
        """Take ``count`` steps after update t in place.

        The kernel finds a batch by the count of updates, so the order is rotated until each is where that looks, and a
        call ends where the kernel would begin at the first place again.
        """
        end, first = t + count, t
        while t < end:
            place = self.seek(t)
            batches = -(-len(self.order) // self.batch_size)
            turn = (t - place) % batches * self.batch_size
            if turn != self.turned:
                self.order, self.turned = np.roll(self.order, turn - self.turned), turn
            some = min(end - t, batches - place, batches - t % batches)
            part = slice(t // every - first // every, (t + some) // every - first // every)
            self.run(t, some, every, at, memory, kept[part], etas[t - first : t + some - first])
            t += some
