"""The engine of `descend`: it computes states in blocks, keeps the wanted ones, and ends at the first true stop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.threads import one_blas_thread
from ..core.types import Array
from ..data.layout import jit_allowed
from ..data.rows import Rows
from ..methods.method import Method
from ..objective.data import Data
from ..objective.problem import Problem
from ..optimality.preconditioner import Preconditioner
from .block_plan import BlockPlan
from .loop import Walker, norms
from .minibatch import Sampled, SampledCompiled
from .states import Block, Checkpoint, Look, Spacing, State
from .stops import Stop, StopLike, next_check

__all__ = ["Descent"]

BLOCK_SECONDS = 0.1  # target duration of a block; Ctrl-C is handled between blocks
BLAS_ROWS = 4096  # most rows of one matrix product
EVERY_STEP = Spacing()
COMPILE_STEPS, COMPILE_NUMBERS = 20_000, 1_000_000  # sampled updates, or numbers of a table, worth a compilation


@dataclass(frozen=True)
class Descent:
    """The states of one descent, start first, by iteration or in ``blocks``. `descend` makes it.

    Attributes
    ----------
    problem, method, data, seed, compiled : as given to `descend`
    start : Checkpoint
        The state before the first step.
    stops : tuple of Stop or callable
        The first that is true ends it.
    walker : Walker or None
        What takes the steps, in place of the method's own.

    Notes
    -----
    Parameters of the methods:

    block, place : Block, int
        Consecutive states, and which of them, from 0.
    there, first : Checkpoint
        A point with its memory.
    at, t : (d + 1, k) array, int
        A point, in the units of the data; the update to go on to.
    spacing : Spacing, default Spacing()
        Which states are kept.

    Examples
    --------
    >>> from steepest import Method, Problem, descend, make_rows, until, updates
    >>> descent = until(descend(Problem(), Method(learning_rate=0.1), make_rows([[1.0]], [2.0])), updates(2))
    >>> [state.t for state in descent], descent.planned_updates
    ([0, 1, 2], 2)
    """

    problem: Problem
    method: Method
    data: Data
    start: Checkpoint
    seed: int
    compiled: bool | None = None
    stops: tuple[StopLike, ...] = ()
    walker: Walker | None = None  # takes the steps, in place of the method's own

    def __iter__(self) -> Iterator[State]:
        """One State after the other."""
        for block in self.blocks():
            for place in range(len(block.t)):
                yield self.state(block, place)

    def blocks(self, spacing: Spacing = EVERY_STEP) -> Iterator[Block]:
        """Blocks of consecutive states; ``spacing`` says for which of them the parameters are kept."""
        block = self._stopped(self._opening())
        count, began = self._plan.first_count, time.perf_counter()
        while block.end is None:
            yield block
            t, spent = block.last.t, time.perf_counter()
            block = self._stopped(self._walked(block.last, min(count, self._room(t, spacing)), spacing, began))
            spent = time.perf_counter() - spent
            count = max(1, int(len(block.t) * min(4.0, BLOCK_SECONDS / max(spent, 1e-9))))
        yield block

    def state(self, block: Block, place: int) -> State:
        """One state of a block."""
        at = self._point(block, place)
        origin = block.last if place == len(block.t) - 1 and block.end is None else block.first
        eta, cost, norm, change, seconds = (float(a[place]) for a in block[4:9])
        gradient = None if block.gradient is None else block.gradient[place]
        if gradient is None and np.isfinite(cost):
            gradient = self.look(at).gradient  # at a check point, which was looked at just before
        return State(
            int(block.t[place]), float(block.epoch[place]), at, eta, cost, norm, change, seconds,
            block.seed, block.compiled, origin, gradient,
        )  # fmt: skip

    def _point(self, block: Block, place: int) -> Array:
        kept = int(np.searchsorted(block.kept, place))
        if kept < len(block.kept) and block.kept[kept] == place:
            w: Array = block.w[kept]
            return w
        if block.last.t == block.t[place]:
            return self.answer(block.last)
        return self.answer(self.replay(block.first, int(block.t[place])))

    def answer(self, there: Checkpoint) -> Array:
        """The answer (d + 1, k) at a checkpoint: the point itself, or that of the rule or the average."""
        return self.method.answer(there.at, there.memory, there.t)

    def replay(self, first: Checkpoint, t: int) -> Checkpoint:
        """Recompute the steps from a checkpoint to update t, with the same bits."""
        if t == first.t:
            return first
        with self._quiet():
            last: Checkpoint = self._walker(first, t - first.t, t - first.t + 1)[0]
        return last._replace(cost=first.cost if self._sampled else last.cost)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Silence overflow warnings, and limit BLAS so that the bits do not depend on its number of threads."""
        n, d = self.data.shape
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread(2.0 * d * max(min(n, BLAS_ROWS), d)):
            yield

    @property
    def _sampled(self) -> bool:
        return self.method.batch_size is not None

    @cached_property
    def _plan(self) -> BlockPlan:
        return BlockPlan(self.stops, self.method, self.start, self.data.shape[0])

    @property
    def planned_updates(self) -> float:
        """Updates until the earliest stop that is known beforehand; infinite if none is."""
        return self._plan.limit - self.start.t

    @property
    def planned_epochs(self) -> float:
        """Passes over all rows at the earliest stop that is known beforehand; infinite if none is."""
        return self._plan.limit / self.method.steps_per_epoch(self.data.shape[0])

    @cached_property
    def _compile(self) -> bool:
        if self.compiled is not None or not self._sampled:
            return bool(self.compiled) and jit_allowed() and not self.data.supports.joint
        n, d = self.data.shape
        worth = n * (d + 1) >= COMPILE_NUMBERS or COMPILE_STEPS <= self._plan.limit < np.inf
        return worth and jit_allowed() and not self.data.supports.joint

    @property
    def preconditioner(self) -> Preconditioner:
        """The preconditioner of the steps."""
        return self._walker.preconditioner

    @cached_property
    def _walker(self) -> Walker:
        if self.walker is not None:
            return self.walker
        kind = SampledCompiled if self._compile else Sampled
        return kind(self.problem, self.method, cast(Rows, self.data), self.seed)

    def _next_check(self, t: int) -> float:
        return self._plan.next_check(t, self._walker.per_epoch)

    def _room(self, t: int, spacing: Spacing) -> int:
        return self._plan.room(t, spacing, self._walker.per_epoch, self._compile)

    def _opening(self) -> Block:
        """The block with the start only."""
        first, w, unknown = self.start, self.answer(self.start), np.array([np.nan])
        cost, norm, gradient = np.nan, np.nan, None
        if not self._sampled or self._plan.checks:
            cost, norm, gradient, g = self.look(w)
            if not np.isfinite(cost):
                raise DataError("the cost at the start is not finite: look for NaN or huge numbers in the table")
            first = first._replace(cost=cost, g=None if self._sampled or w is not first.at else g)
        t, slopes = np.array([first.t]), None if self._sampled or gradient is None else gradient[None]
        numbers = unknown, np.array([cost]), np.array([norm]), unknown, np.array([first.seconds])
        return self._block((first, first), t, numbers, (np.array([0]), w[None].copy(), slopes))

    def look(self, at: Array) -> Look:
        """The objective at a point, over all data."""
        if (point := at.tobytes()) not in self._latest:
            with self._quiet():
                cost, g = self._walker.objective(at)
            subgradient = self._walker.view.subgradient
            slope = g if self._sampled or subgradient is None else subgradient(at, g)
            slope = self._walker.preconditioner.objective.raw_gradient(slope)
            self._latest.clear()
            self._latest[point] = Look(cost, float(norms(slope[None])[0]), slope, g)
        return self._latest[point]

    @cached_property
    def _latest(self) -> dict[bytes, Look]:
        """The latest point that was looked at, and what was seen there."""
        return {}

    def _block(
        self, ends: tuple[Checkpoint, Checkpoint], t: NDArray[np.int64],
        numbers: tuple[Array, Array, Array, Array, Array],
        kept: tuple[NDArray[np.int64], Array, Array | None],
    ) -> Block:  # fmt: skip
        """The block between two checkpoints: ``numbers`` of each state, and which are kept, with w and gradients."""
        epoch, (places, w, gradient) = self._walker.epochs(t, ends[1]), kept
        return Block(*ends, t, epoch, *numbers, places, w, gradient, self.seed, self._compile)

    def _walked(self, first: Checkpoint, count: int, spacing: Spacing, began: float) -> Block:
        """The next ``count`` states, fewer if numbers overflow."""
        every = 1 if any(not isinstance(s, Stop) for s in self.stops) else spacing.every(first.t)
        with self._quiet():
            last, eta, cost, gradient, w = self._walker(first, count, every)
            norm = np.full(count, np.nan) if gradient is None else norms(gradient)
        t = np.arange(first.t + 1, last.t + 1)
        if self._sampled:
            last = last._replace(cost=first.cost)
            if last.t == self._next_check(first.t) and last.fits:
                cost[-1], norm[-1], *_ = self.look(self.answer(last))
                last = last._replace(cost=cost[-1])
        before, kept = np.full(count, first.cost), np.arange(count) if every == 1 else np.flatnonzero(t % every == 0)
        before[1:] = first.cost if self._sampled else cost[:-1]
        with np.errstate(invalid="ignore"):
            change = before - cost
        now = self.start.seconds + time.perf_counter() - began
        last = last._replace(seconds=now)
        seconds = now - (now - first.seconds) * (last.t - t) / count  # the steps of a block share its time
        numbers = (eta, cost, norm, change, seconds)
        return self._finite(self._block((first, last), t, numbers, (kept, w, gradient)))

    def _finite(self, block: Block) -> Block:
        """Cut the block before its first state with a cost or gradient that is not finite."""
        if self._sampled:
            return block if block.last.fits else self._last_finite(block)
        wrong = ~(np.isfinite(block.cost) & np.isfinite(block.gradient_norm))
        if not wrong.any():
            return block
        return self._cut(block, int(wrong.argmax()) - 1, "overflow")

    def _last_finite(self, block: Block) -> Block:
        """Cut a sampled block after its last finite state, found by bisection."""
        good, bad = block.first, block.last.t
        while bad - good.t > 1:
            middle = self.replay(good, (good.t + bad) // 2)
            good, bad = (middle, bad) if middle.fits else (good, middle.t)
        return block.upto(good.t - block.first.t - 1, good, "overflow")

    def _stopped(self, block: Block) -> Block:
        """Cut the block after its first state at which a stop is true."""
        for stop in self.stops:
            place = self._first_true(stop, block)
            if place is not None:
                name = stop.name if isinstance(stop, Stop) else "a condition of the caller"
                block = self._cut(block, place, name)
        return block

    def _first_true(self, stop: StopLike, block: Block) -> int | None:
        """Place of the first state of the block at which a stop is true."""
        if not isinstance(stop, Stop):
            return next((i for i in range(len(block.t)) if stop(self.state(block, i))), None)
        if stop.check:
            return self._checked(stop, block)
        hits = np.asarray(stop(block))
        return int(hits.argmax()) if hits.any() else None

    def _cut(self, block: Block, place: int, end: str) -> Block:
        """End the block, and the descent, with the state at ``place``; -1 leaves an empty block."""
        if place == len(block.t) - 1:
            return block if block.end else block._replace(end=end)
        if place < 0:
            return block.upto(place, block.first, end)
        t, memory = int(block.t[place]), block.first.memory  # not that at t: states of a last block are recomputed
        there = self.replay(block.first, t) if self.method.answers else Checkpoint(t, self._point(block, place), memory)
        return block.upto(place, there, end)

    def _checked(self, stop: Stop, block: Block) -> int | None:
        """Place of the last state, if it is a check point and an expensive stop is true there."""
        if not len(block.t) or block.t[-1] not in (0, self._next_check(block.first.t)):
            return None
        t, usual = int(block.t[-1]), self._walker.per_epoch if self._sampled else None
        if not (stop.each or t == 0 or self.method.preconditioned) and t != next_check(t - 1, usual):
            return None
        last = len(block.t) - 1
        return last if stop(self.state(block, last)) else None
