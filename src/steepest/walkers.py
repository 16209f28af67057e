"""Walkers take the next steps of a descent: `walk` is the loop, its compiled twin steps over sampled rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .data.order import BUFFER, SAMPLINGS, fill_order
from .problem import Method, Problem
from .states import Checkpoint

__all__ = ["Sampled", "SampledCompiled", "Whole", "walk"]

Array = NDArray[np.float64]
Look = Callable[[int, Array], tuple[float, Array]]
Steps = tuple[Checkpoint, Array, Array, Array, Array]  # last, eta (T,), cost (T,), gradient or its norm, kept w
WINDOW_NUMBERS = 1 << 18  # numbers fetched at once where rows are not contiguous: 2 MB


def walk(look: Look, method: Method, first: Checkpoint, count: int, every: int) -> Steps:
    """Take ``count`` steps: the loop itself. ``look(t, at)`` gives cost (or NaN) and gradient for the step after t."""
    rule, step = method.rule, method.learning_rate
    t, at, memory = first.t, first.at, first.memory.copy()
    cost, g = (first.cost, first.g.copy()) if first.g is not None else look(t, at)
    etas, costs, slopes = np.empty(count), np.empty(count), np.empty((count, *at.shape))
    kept = np.empty(((t + count) // every - t // every, *at.shape))
    for i in range(count):
        eta = step.rate(t + 1)
        at = at - eta * rule.direction(g, memory, t + 1)
        t += 1
        cost, g = look(t, at)
        etas[i], costs[i], slopes[i] = eta, cost, g
        if t % every == 0:
            kept[t // every - first.t // every - 1] = at
    return Checkpoint(t, at, memory, g, cost), etas, costs, slopes, kept


class Whole:
    """Batch descent: every step looks at all of the data."""

    per_epoch = 1

    def __init__(self, problem: Problem, method: Method, data: Any) -> None:
        self.method, self.objective, self.units = method, problem.objective(data), data.units

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps."""
        last, etas, costs, slopes, kept = walk(lambda _, at: self.objective(at), self.method, first, count, every)
        slopes = self.units.raw_gradient(slopes)
        return last, etas, costs, np.sqrt(np.einsum("tjk,tjk->t", slopes, slopes)), kept


class Sampled:
    """Stochastic and mini-batch descent: every step looks at its own batch of rows."""

    def __init__(self, problem: Problem, method: Method, data: Any, seed: int) -> None:
        self.problem, self.method, self.data, self.seed = problem, method, data, seed
        self.n, self.d = data.shape
        self.batch_size = int(method.batch_size or self.n)
        self.per_epoch = method.steps_per_epoch(self.n)
        self.complete = problem.penalised(self.d, data.units)
        self.epoch, self.order = -1, np.empty(self.n, np.int64)

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps; cost and gradient of all rows stay unknown, NaN."""
        last, etas, costs, _, kept = walk(self.look, self.method, first, count, every)
        return last, etas, costs, np.full(count, np.nan), kept

    def look(self, t: int, at: Array) -> tuple[float, Array]:
        """Gradient at ``at`` over the rows of update t + 1."""
        place = self.seek(t) * self.batch_size
        rows = self.data.rows(self.order[place : place + self.batch_size])
        _, g = self.complete(at, *rows.value_and_gradient(self.problem.loss, at))
        return float("nan"), g

    def seek(self, t: int) -> int:
        """Have the order of update t + 1's epoch at hand; say which batch of it comes next."""
        epoch, place = divmod(t, self.per_epoch)
        if epoch != self.epoch:
            self.fill(self.order, self.seed, epoch, SAMPLINGS.index(self.method.sampling))
            self.epoch = epoch
        return place

    fill = staticmethod(fill_order)


class SampledCompiled(Sampled):
    """The same steps in one compiled call."""

    def __init__(self, problem: Problem, method: Method, data: Any, seed: int) -> None:
        from .kernels.compiler import compiled
        from .kernels.sampled import sampled_steps

        super().__init__(problem, method, data, seed)
        records = (problem.loss, problem.penalty, method.rule, method.learning_rate)
        self.fill = compiled(fill_order)
        self.kernel, self.records = compiled(sampled_steps, *records), records
        self.free = np.ascontiguousarray(problem.free(self.d)[:, 0])
        self.factor = np.ascontiguousarray(data.units.factor(self.d)[:, 0])
        self.window = np.empty((max(1, min(self.n, BUFFER, WINDOW_NUMBERS // self.d)), self.d))

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps; cost and gradient of all rows stay unknown, NaN."""
        rows, t = self.data, first.t
        at = np.array(first.at.T, order="C")  # copies: the kernel writes to both
        memory = np.array(first.memory.swapaxes(1, 2), order="C")
        etas, kept = np.empty(count), np.empty(((t + count) // every - t // every, *at.shape))
        self.seek(t)
        self.kernel(
            *self.records, rows.X, rows.y, rows.weight, rows.offset, rows.units.shift, rows.units.scale,
            self.n / rows.total, self.factor, self.free, self.batch_size, SAMPLINGS.index(self.method.sampling),
            self.seed, t, count, every, at, memory, self.order, self.window, kept, etas,
        )  # fmt: skip
        self.epoch = (t + count - 1) // self.per_epoch
        rows.read(min(count * self.batch_size, count * self.n))
        unknown = np.full(count, np.nan)
        last = Checkpoint(t + count, at.T.copy(), memory.swapaxes(1, 2).copy())
        return last, etas, unknown, unknown, kept.swapaxes(1, 2)
