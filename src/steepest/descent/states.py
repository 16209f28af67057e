"""States of a descent: one of them, a complete one to go on from, and a block of consecutive ones as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array

__all__ = ["Block", "Checkpoint", "Spacing", "State"]


class Checkpoint(NamedTuple):
    """Everything the next step depends on, and what is known at this point already."""

    t: int
    at: Array  # (d + 1, k), where the next gradient is taken
    memory: Array  # (slots, d + 1, k), the rule's
    g: Array | None = None  # (d + 1, k), the gradient for the next step, if it was taken
    cost: float = float("nan")  # the objective here, if it was looked at
    seconds: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether all numbers are finite, and small enough for a finite cost."""
        return bool(np.isfinite(self.at).all() and np.abs(self.at).max() < 1e150)


class State(NamedTuple):
    """Where the descent stands after update t. ``descend(..., start=state)`` goes on from it, bit for bit."""

    t: int
    epoch: float  # readings of all rows so far
    w: Array  # (d + 1, k), the answer if we stopped now, intercept last, in the units of the descent
    eta: float  # learning rate of the step that led here; NaN at the start
    cost: float  # objective at w; NaN where a sampled descent did not look at all rows
    gradient_norm: float  # of the objective at w; NaN likewise
    change: float  # cost at the last look minus cost
    seconds: float
    seed: int
    compiled: bool
    origin: Checkpoint  # a complete state at or before this one, from which it is replayed


class Block(NamedTuple):
    """Consecutive states as arrays of length T; the parameters of those whose t ``every`` divides are kept.

    The first block of a descent holds its start alone.
    """

    first: Checkpoint  # before the first of these states
    last: Checkpoint  # the last of these states
    t: NDArray[np.int64]
    epoch: Array
    eta: Array
    cost: Array
    gradient_norm: Array
    change: Array
    seconds: Array
    kept: NDArray[np.int64]  # places 0 .. T - 1
    w: Array  # (len(kept), d + 1, k)
    seed: int
    compiled: bool
    end: str | None = None  # why the descent ended with this block: a stop's name, or "overflow"

    def upto(self, place: int, last: Checkpoint, end: str) -> Block:
        """Keep the states at places 0 .. place; ``last`` is the one at ``place``."""
        cut = {name: getattr(self, name)[: place + 1] for name in self._fields[2:9]}
        m = int(np.searchsorted(self.kept, place, side="right"))
        return self._replace(last=last, **cut, kept=self.kept[:m], w=self.w[:m], end=end)


class Spacing(NamedTuple):
    """Which states are kept: every ``base``-th, twice as sparse each time t doubles beyond ``octave``.

    A pure function of t, so what is recorded depends on no clock.

    Examples
    --------
    >>> [Spacing(1, 1000).every(t) for t in (0, 999, 2000, 7999)]
    [1, 1, 2, 4]
    """

    base: int = 1
    octave: float = float("inf")

    def every(self, t: int) -> int:
        """Distance between kept states just after t."""
        return self.base if t < self.octave else self.base << (int(t // self.octave).bit_length() - 1)

    def boundary(self, t: int) -> float:
        """Where the distance changes next."""
        return self.octave if t < self.octave else self.octave * (1 << int(t // self.octave).bit_length())
