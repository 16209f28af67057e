"""The machine behind `descend`: states computed in blocks, kept as sparsely as asked, cut where a stop is true."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..core.errors import DataError
from ..core.threads import one_blas_thread
from ..core.types import Array
from ..data.layout import jit_allowed
from ..methods.method import Method
from ..objective.problem import Problem
from .loop import Whole
from .minibatch import Sampled, SampledCompiled
from .states import Block, Checkpoint, Spacing, State
from .stops import Stop, next_check

__all__ = ["Descent"]

BLOCK_SECONDS = 0.1  # length of a block to aim for; Ctrl-C is heard between blocks
BLOCK_NUMBERS = 1 << 20  # parameters held by one block: 8 MB
BLOCK_STEPS = 1 << 18  # steps of one block at most
BLAS_ROWS = 4096  # rows of one matrix product at most
EVERY_STEP = Spacing()
COMPILE_STEPS = 20_000  # sampled updates from which entering Numba pays


@dataclass(frozen=True)
class Descent:
    """The states of one descent, start first: iterate over it, or over its ``blocks``. Made by `descend`."""

    problem: Problem
    method: Method
    data: Any
    start: Checkpoint
    seed: int
    compiled: bool | None = None
    stops: tuple[Any, ...] = ()
    walker: Any = None  # what takes the steps, where it is not the method's own

    def __iter__(self) -> Iterator[State]:
        """One State after the other."""
        for block in self.blocks():
            for place in range(len(block.t)):
                yield self.state(block, place)

    def blocks(self, spacing: Spacing = EVERY_STEP) -> Iterator[Block]:
        """Blocks of consecutive states; ``spacing`` says which of them keep their parameters."""
        block = self._stopped(self._opening())
        count, began = 16, time.perf_counter()
        while block.end is None:
            yield block
            t, spent = block.last.t, time.perf_counter()
            block = self._stopped(self._walked(block.last, min(count, self._room(t, spacing)), spacing, began))
            spent = time.perf_counter() - spent
            count = max(1, int(len(block.t) * min(4.0, BLOCK_SECONDS / max(spent, 1e-9))))
        yield block

    def state(self, block: Block, place: int) -> State:
        """Look at one state of a block."""
        at = self._point(block, place)
        origin = block.last if place == len(block.t) - 1 and block.end is None else block.first
        eta, cost, norm, change, seconds = (float(a[place]) for a in block[4:9])
        return State(
            int(block.t[place]), float(block.epoch[place]), at, eta, cost, norm, change, seconds,
            block.seed, block.compiled, origin,
        )  # fmt: skip

    def _point(self, block: Block, place: int) -> Array:
        kept = int(np.searchsorted(block.kept, place))
        if kept < len(block.kept) and block.kept[kept] == place:
            w: Array = block.w[kept]
            return w
        return self.answer(self.replay(block.first, int(block.t[place])))

    def answer(self, there: Checkpoint) -> Array:
        """The answer at a checkpoint: the point that moves, or what the rule or an average makes of it."""
        return self.method.answer(there.at, there.memory, there.t)

    def replay(self, first: Checkpoint, t: int) -> Checkpoint:
        """Take the steps from a checkpoint to update t again: the same bits."""
        if t == first.t:
            return first
        with self._quiet():
            last: Checkpoint = self._walker(first, t - first.t, t - first.t + 1)[0]
        return last._replace(cost=first.cost if self._sampled else last.cost)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Let numbers overflow without a word, and the same bits come out whatever number of threads BLAS has."""
        n, d = self.data.shape
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread(2.0 * d * max(min(n, BLAS_ROWS), d)):
            yield

    @property
    def _sampled(self) -> bool:
        return self.method.batch_size is not None

    @cached_property
    def _limit(self) -> float:
        """Update at which a stop is known to be true, if any."""
        per_epoch = self.method.steps_per_epoch(self.data.shape[0])
        known = [min(s.limit, np.ceil(s.epochs * per_epoch)) for s in self.stops if isinstance(s, Stop)]
        return max(self.start.t, min(known, default=np.inf))

    @property
    def planned_updates(self) -> float:
        """Updates until the earliest stop that is known beforehand; infinite if none is."""
        return self._limit - self.start.t

    @property
    def planned_epochs(self) -> float:
        """Readings of all rows at the latest stop that is known; infinite if none is."""
        return self._limit / self.method.steps_per_epoch(self.data.shape[0])

    @cached_property
    def _compile(self) -> bool:
        if self.compiled is not None or not self._sampled:
            return bool(self.compiled) and jit_allowed() and not self.data.supports.joint
        worth = self.data.worth_compiling or COMPILE_STEPS <= self._limit < np.inf
        return jit_allowed() and not self.data.supports.joint and worth

    @cached_property
    def _walker(self) -> Any:
        if self.walker is not None:
            return self.walker
        if not self._sampled:
            return Whole(self.problem, self.method, self.data)
        kind = SampledCompiled if self._compile else Sampled
        return kind(self.problem, self.method, self.data, self.seed)

    @cached_property
    def _checks(self) -> bool:
        """Whether a stop wants to be asked at check points."""
        return any(s.check or (s.looks and self._sampled) for s in self.stops if isinstance(s, Stop))

    @cached_property
    def _each(self) -> bool:
        """Whether a stop wants to be asked at the end of every epoch."""
        return any(s.each for s in self.stops if isinstance(s, Stop))

    def _next_check(self, t: int) -> float:
        """First check point after update t: a pure function of t."""
        if not self._checks:
            return np.inf
        if self.method.preconditioned:
            return t + 1
        ordinary = next_check(t, self._walker.per_epoch if self._sampled else None)
        return min(ordinary, (t // self._walker.per_epoch + 1) * self._walker.per_epoch) if self._each else ordinary

    def _room(self, t: int, spacing: Spacing) -> int:
        """How many steps the next block may take at most."""
        if self.method.preconditioned:
            return 1  # few steps, and expensive ones: none beyond a stop
        numbers = max(1, BLOCK_NUMBERS // self.start.at.size)
        room = min(self._limit - t, spacing.boundary(t) - t, numbers * (spacing.every(t) if self._compile else 1))
        return int(min(room, self._next_check(t) - t, BLOCK_STEPS))

    def _opening(self) -> Block:
        """The block that holds the start alone."""
        first, w, unknown = self.start, self.answer(self.start), np.array([np.nan])
        cost = norm = np.nan
        if not self._sampled or self._checks:
            cost, norm, g = self.look(w)
            if not np.isfinite(cost):
                raise DataError("the cost at the start is no finite number: look for NaN or huge numbers in the table")
            first = first._replace(cost=cost, g=None if self._sampled or w is not first.at else g)
        t, zero = np.array([first.t]), np.array([0])
        numbers = (unknown, np.array([cost]), np.array([norm]), unknown, np.array([first.seconds]))
        return self._block(first, first, t, numbers, zero, w[None].copy())

    def look(self, at: Array) -> tuple[float, float, Array]:
        """Objective, norm of its gradient in raw units, and the gradient, over all of the data."""
        with self._quiet():
            cost, g = self._walker.objective(at)
        least = g if self._sampled else self._walker.view.least(at, g)
        return cost, float(np.linalg.norm(self.data.units.raw_gradient(least))), g

    def _block(self, first: Checkpoint, last: Checkpoint, t: Any, numbers: Any, kept: Any, w: Array) -> Block:
        eta, cost, norm, change, seconds = numbers
        epoch = self._walker.epochs(t, last)
        return Block(first, last, t, epoch, eta, cost, norm, change, seconds, kept, w, self.seed, self._compile)

    def _walked(self, first: Checkpoint, count: int, spacing: Spacing, began: float) -> Block:
        """The next ``count`` states, fewer if numbers overflow."""
        every = 1 if any(not isinstance(s, Stop) for s in self.stops) else spacing.every(first.t)
        with self._quiet():
            last, eta, cost, norm, w = self._walker(first, count, every)
        t = np.arange(first.t + 1, last.t + 1)
        if self._sampled:
            last = last._replace(cost=first.cost)
            if last.t == self._next_check(first.t) and last.fits:
                cost[-1], norm[-1], _ = self.look(self.answer(last))
                last = last._replace(cost=cost[-1])
        before = np.full(count, first.cost) if self._sampled else np.concatenate(([first.cost], cost[:-1]))
        with np.errstate(invalid="ignore"):
            change = before - cost
        now = self.start.seconds + time.perf_counter() - began
        last = last._replace(seconds=now)
        seconds = np.linspace(first.seconds, now, count + 1)[1:]
        numbers = (eta, cost, norm, change, seconds)
        return self._finite(self._block(first, last, t, numbers, np.flatnonzero(t % every == 0), w))

    def _finite(self, block: Block) -> Block:
        """Cut the block before its first state that is not finite, or has a cost that is not."""
        if self._sampled:
            return block if block.last.fits else self._last_finite(block)
        wrong = ~(np.isfinite(block.cost) & np.isfinite(block.gradient_norm))
        if not wrong.any():
            return block
        return self._cut(block, int(wrong.argmax()) - 1, "overflow")

    def _last_finite(self, block: Block) -> Block:
        """Find the last finite state of a sampled block by taking half the steps again and again."""
        good, bad = block.first, block.last.t
        while bad - good.t > 1:
            middle = self.replay(good, (good.t + bad) // 2)
            good, bad = (middle, bad) if middle.fits else (good, middle.t)
        return block.upto(good.t - block.first.t - 1, good, "overflow")

    def _stopped(self, block: Block) -> Block:
        """Cut the block after its first state at which a stop is true."""
        for stop in self.stops:
            name = "a condition of the caller"
            if isinstance(stop, Stop):
                hits, name = self._checked(stop, block) if stop.check else np.flatnonzero(stop(block)), stop.name
            else:
                hits = np.array([i for i in range(len(block.t)) if stop(self.state(block, i))][:1], int)
            if len(hits):
                block = self._cut(block, int(hits[0]), name)
        return block

    def _cut(self, block: Block, place: int, end: str) -> Block:
        """End the block, and the descent, with the state at ``place``; -1 leaves nothing of it."""
        if place == len(block.t) - 1:
            return block if block.end else block._replace(end=end)
        if place < 0:
            return block.upto(place, block.first, end)
        t, memory = int(block.t[place]), block.first.memory  # not the memory there: States of a last block are replayed
        there = self.replay(block.first, t) if self.method.answers else Checkpoint(t, self._point(block, place), memory)
        return block.upto(place, there, end)

    def _checked(self, stop: Stop, block: Block) -> Any:
        """Ask an expensive stop, if the block ends at a check point."""
        if not len(block.t) or block.t[-1] not in (0, self._next_check(block.first.t)):
            return ()
        t, usual = int(block.t[-1]), self._walker.per_epoch if self._sampled else None
        if not (stop.each or t == 0 or self.method.preconditioned) and t != next_check(t - 1, usual):
            return ()
        return (len(block.t) - 1,) if stop(self.state(block, len(block.t) - 1)) else ()
