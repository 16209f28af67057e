"""Stochastic and mini-batch descent: the loop over batches of rows, in NumPy and compiled."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.rows import Rows
from ..methods import rules
from ..methods.estimates import OwnRows
from ..methods.method import Method
from ..methods.sampling import BUFFER, SAMPLINGS, fill_order
from ..objective.objective import Objective
from ..objective.penalties import L2, NoPenalty
from ..objective.problem import Problem
from ..optimality.preconditioner import preconditioner_of
from .loop import Steps, make_view, walk
from .states import Checkpoint

__all__ = ["Sampled", "SampledCompiled"]

WINDOW_NUMBERS = 1 << 18  # numbers of a window, for a table stored by columns: 2 MB
STILL, MOVING = 50, 150  # coordinates of a dense step in the time of one lazy update: at rest, or moving


class Sampled:
    """Stochastic and mini-batch descent: every step uses its own batch of rows."""

    waiting = 0  # slots of memory for the state of lazy updates

    def __init__(self, problem: Problem, method: Method, data: Rows, seed: int) -> None:
        self.problem, self.method, self.data, self.seed = problem, method, data, seed
        self.rows = data  # where the rows of a batch are
        self.n, self.d = data.shape
        self.batch_size = int(method.batch_size or self.n)
        self.per_epoch = method.steps_per_epoch(self.n)
        self.objective = Objective(problem, data)
        self.preconditioner = preconditioner_of(self.objective, method)
        self.view = make_view(self.preconditioner, lambda w: (np.nan, w))
        self.epoch, self.order = -1, np.empty(0, np.int64)

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps; cost and gradient over all rows are unknown, NaN.

        The gradient after the last step is left to the next call, as of compiled steps.
        """
        memory, end = self.remembered(first), first.t + count
        stored = memory[self.method.slots :].copy()
        first = first._replace(memory=memory)
        last, etas, costs, _, kept = walk(
            lambda t, at: self.look(t, at, stored) if t < end else (np.nan, at),
            self.method, first, count, every, self.view,
        )  # fmt: skip
        last.memory[self.method.slots :] = stored
        return Steps(last._replace(g=None), etas, costs, None, kept)

    def remembered(self, first: Checkpoint) -> Array:
        """Memory at a checkpoint, padded with slots of zeros."""
        lack = self.method.room(self.n, self.d) + self.waiting - len(first.memory)
        return np.concatenate((first.memory, np.zeros((max(0, lack), *first.at.shape))))

    def epochs(self, t: NDArray[np.int64], last: Checkpoint) -> Array:
        """Passes over all rows at these updates."""
        return t / self.per_epoch

    def expect(self, points: Array) -> None:
        """Nothing to prepare: rows in memory are read again."""

    def look(self, t: int, at: Array, stored: Array) -> tuple[float, Array]:
        """Gradient estimate at ``at`` from the rows of update t + 1."""
        if self.method.estimate.renewing and self.renewals(t, 1, stored)[0]:
            stored[0], stored[1] = at, self.data.value_and_gradient(self.problem.loss, at)[1]
        place = self.seek(t) * self.batch_size
        numbers = self.order[place : place + self.batch_size]
        g = self.method.estimate.gradient(self.problem.loss, self.batch(numbers), numbers, at, stored)
        return self.objective.complete(at, float("nan"), g)

    def batch(self, numbers: NDArray[np.int64]) -> Rows:
        """The rows of a batch, as a table whose mean estimates the mean over all rows."""
        return self.rows.take(numbers)

    def renewals(self, t: int, count: int, stored: Array) -> NDArray[np.bool_]:
        """Before which of the updates t + 1 .. t + count the estimate needs the gradient over all rows."""
        if not self.method.estimate.renewing:
            return np.zeros(count, bool)
        updates, share = np.arange(t + 1, t + count + 1), self.batch_size / self.n
        renewals: NDArray[np.bool_] = self.method.estimate.renews(updates, self.seed, share)
        renewals[0] |= not stored.any()
        return renewals

    def seek(self, t: int) -> int:
        """Set the order to that of update t + 1's epoch; return the number of its batch."""
        epoch, place = divmod(t, self.per_epoch)
        if epoch != self.epoch:
            self.order = self.order if len(self.order) else np.empty(self.n, np.int64)
            self.fill(self.order, self.seed, epoch, SAMPLINGS.index(self.method.sampling))
            self.epoch = epoch
        return place

    fill = staticmethod(fill_order)


class SampledCompiled(Sampled):
    """The same steps in one compiled call, or a few calls if the estimate needs passes in between."""

    def __init__(self, problem: Problem, method: Method, data: Rows, seed: int) -> None:
        from ..kernels.compiler import compiled

        super().__init__(problem, method, data, seed)
        lazy = lazily(self.objective, method)
        self.waiting = method.own + method.averaged + 2 if lazy else 0
        self.records: tuple[Any, ...] = (problem.loss, problem.penalty, method.rule, method.learning_rate)
        self.records += (method.average,) + (() if isinstance(method.estimate, OwnRows) else (method.estimate,))
        self.fill, self.kernel = compiled(fill_order), compiled(kernel_for(method, lazy), *self.records)
        self.norm = self.n / data.total
        self.free = np.ascontiguousarray(self.objective.free[:, 0])
        self.factor = np.ascontiguousarray(rooted(self.objective)[:, 0])
        self.window = np.empty((max(1, min(self.n, BUFFER, WINDOW_NUMBERS // max(1, self.d))), self.d))

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps; cost and gradient over all rows are unknown, NaN."""
        t, at = first.t, np.array(first.at.T, order="C")  # copies: the kernel writes to both
        memory = np.array(self.remembered(first).swapaxes(1, 2), order="C")
        etas, kept = np.empty(count), np.empty(((t + count) // every - t // every, *at.shape))
        stored = memory[self.method.slots :]
        renewals = self.renewals(t, count, stored)
        for a, b in pairwise(sorted({0, *np.flatnonzero(renewals).tolist(), count})):
            if renewals[a]:
                stored[0], stored[1] = at, self.data.value_and_gradient(self.problem.loss, at.T)[1].T
            here = kept[(t + a) // every - t // every : (t + b) // every - t // every]
            self.steps(t + a, b - a, every, at, memory, here, etas[a:b])
        self.data.read(min(count * self.batch_size, count * self.n))
        last = Checkpoint(t + count, at.T.copy(), memory.swapaxes(1, 2).copy())
        return Steps(last, etas, np.full(count, np.nan), None, kept.swapaxes(1, 2))

    def steps(self, t: int, count: int, every: int, at: Array, memory: Array, kept: Array, etas: Array) -> None:
        """Take ``count`` steps after update t in place."""
        self.seek(t)
        self.run(t, count, every, at, memory, kept, etas)
        self.epoch = (t + count - 1) // self.per_epoch

    def run(self, t: int, count: int, every: int, at: Array, memory: Array, kept: Array, etas: Array) -> None:
        """Call the kernel for steps over the rows at hand, in their order."""
        rows = self.rows
        self.kernel(
            *self.records, rows.X, rows.y, rows.weight, rows.offset, rows.shift, rows.units.scale,
            self.norm, self.factor, self.free, self.method.own, self.batch_size,
            SAMPLINGS.index(self.method.sampling), self.seed, t, count, every, at, memory,
            self.order, self.window, kept, etas,
        )  # fmt: skip


def rooted(objective: Objective) -> Array:
    """Raw coefficient per scaled one, times the square root of its penalty factor, so that one L2 weight fits all."""
    root: Array = objective.factor * np.sqrt(objective.penalty_factors)
    return root


def kernel_for(method: Method, lazy: bool) -> Callable[..., None]:
    """The compiled loop that a method needs."""
    from ..kernels.lazy_sparse import sparse_steps
    from ..kernels.minibatch import sampled_steps
    from ..kernels.variance_reduced import estimated_steps

    if not isinstance(method.estimate, OwnRows):
        return estimated_steps
    return sparse_steps if lazy else sampled_steps


def lazily(objective: Objective, method: Method) -> bool:
    """Whether steps over sparse rows use lazy updates: if they are possible, and faster."""
    problem, data = objective.problem, objective.rows
    if not data.sparse or not isinstance(method.rule, (rules.Plain, rules.Momentum, rules.Nesterov)):
        return False
    (n, d), free = data.shape, isinstance(problem.penalty, NoPenalty)
    alike = free or (isinstance(problem.penalty, L2) and len(np.unique(rooted(objective)[:d])) < 2)
    still = free and isinstance(method.rule, rules.Plain) and not method.averaged
    numbers = data.size.numbers / n * min(n, method.batch_size or n)
    faster = numbers * (STILL if still else MOVING) < d
    return faster and alike and bool(objective.free[:d].all()) and isinstance(method.estimate, OwnRows)
