"""How many steps the blocks of a descent have: none goes beyond the update at which a stop may be true."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..methods.method import Method
from .states import Checkpoint, Spacing
from .stops import Stop, StopLike, next_check

__all__ = ["BlockPlan"]

BLOCK_NUMBERS = 1 << 20  # parameters stored by one block: 8 MB
BLOCK_STEPS = 1 << 18  # steps of one block at most
FIRST_NUMBERS = 1 << 16  # numbers that the first block of a sampled descent reads


@dataclass(frozen=True)
class BlockPlan:
    """The blocks of a descent over n rows, as its stops and its method allow them."""

    stops: tuple[StopLike, ...]
    method: Method
    start: Checkpoint
    n: int

    @property
    def first_count(self) -> int:
        """Steps of the first block: what takes far less than a block does."""
        size = self.method.batch_size
        return 16 if size is None else max(16, FIRST_NUMBERS // (min(size, self.n) * self.start.at.size))

    @cached_property
    def limit(self) -> float:
        """Update at which a stop is known to be true, if any."""
        per_epoch = self.method.steps_per_epoch(self.n)
        known = [min(s.limit, np.ceil(s.epochs * per_epoch)) for s in self.stops if isinstance(s, Stop)]
        return max(self.start.t, min(known, default=np.inf))

    @cached_property
    def checks(self) -> bool:
        """Whether a stop is evaluated at check points."""
        sampled = self.method.batch_size is not None
        return any(s.check or (s.looks and sampled) for s in self.stops if isinstance(s, Stop))

    @cached_property
    def each(self) -> bool:
        """Whether a stop is evaluated at the end of every epoch."""
        return any(s.each for s in self.stops if isinstance(s, Stop))

    def next_check(self, t: int, per_epoch: int) -> float:
        """First check point after update t, with so many updates an epoch: a pure function of t."""
        if not self.checks:
            return np.inf
        if self.method.preconditioned:
            return t + 1
        ordinary = next_check(t, None if self.method.batch_size is None else per_epoch)
        return min(ordinary, (t // per_epoch + 1) * per_epoch) if self.each else ordinary

    def room(self, t: int, spacing: Spacing, per_epoch: int, compiled: bool) -> int:
        """The largest number of steps of the next block; compiled ones store no state between those that are kept."""
        if self.method.preconditioned:
            return 1  # steps are expensive: none after a stop
        numbers = max(1, BLOCK_NUMBERS // self.start.at.size)
        room = min(self.limit - t, spacing.boundary(t) - t, numbers * (spacing.every(t) if compiled else 1))
        return int(min(room, self.next_check(t, per_epoch) - t, BLOCK_STEPS))
