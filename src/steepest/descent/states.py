"""States of a descent: a state, a checkpoint to continue from, and a block of consecutive states as arrays."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.types import Array

__all__ = ["Block", "Checkpoint", "Look", "Spacing", "Start", "State"]


class Checkpoint(NamedTuple):
    """Everything that the next step depends on, and values at the point that are known already."""

    t: int
    at: Array  # (d + 1, k), where the next gradient is taken
    memory: Array  # (slots, d + 1, k), the rule's
    g: Array | None = None  # (d + 1, k), the gradient for the next step, if it was computed
    cost: float = float("nan")  # the objective here, if it was computed
    seconds: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether all numbers are finite, and small enough for a finite cost."""
        return bool(np.isfinite(self.at).all() and np.abs(self.at).max() < 1e150)


class Look(NamedTuple):
    """The objective at a point, over all data."""

    cost: float
    gradient_norm: float
    gradient: Array  # (d + 1, k), the subgradient of least norm, by the raw parameters
    g: Array  # (d + 1, k), the gradient of the smooth part, in the units of the descent


class State(NamedTuple):
    """The state after update t. ``descend(..., start=state)`` continues from it with the same bits.

    Attributes
    ----------
    t : int
        Updates made so far.
    epoch : float
        Passes over all rows so far.
    w : (d + 1, k) array
        The answer at this state, intercept last, in the units of the descent.
    eta : float
        Learning rate of the step that led here; NaN at the start.
    cost, gradient_norm : float
        The objective at w, and the norm of its gradient; NaN if a sampled descent did not evaluate them.
    change : float
        The last evaluated cost minus this one.
    seconds : float
        Wall time since the start.
    seed, compiled : int, bool
        As of the descent.
    origin : Checkpoint
        A checkpoint at or before this state, from which it is recomputed.
    gradient : (d + 1, k) array or None
        Gradient of the objective at w by the raw parameters; None where the cost is NaN.

    Examples
    --------
    >>> from steepest import Method, Problem, descend, make_rows, until, updates
    >>> *_, last = until(descend(Problem(), Method(learning_rate=0.1), make_rows([[1.0]], [2.0])), updates(3))
    >>> last.t, last.w.ravel().round(6).tolist(), round(last.cost, 6)
    (3, [0.488, 0.488], 0.524288)
    """

    t: int
    epoch: float
    w: Array
    eta: float
    cost: float
    gradient_norm: float
    change: float
    seconds: float
    seed: int
    compiled: bool
    origin: Checkpoint
    gradient: Array | None = None


Start: TypeAlias = State | Checkpoint | ArrayLike | None  # of a descent; None is 0


class Block(NamedTuple):
    """Consecutive states as arrays of length T; parameters are kept for those whose t ``every`` divides.

    The first block of a descent contains only its start.
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
    gradient: Array | None  # (T, d + 1, k), of the objective by the raw parameters; None in a sampled descent
    seed: int
    compiled: bool
    end: str | None = None  # why the descent ended with this block: a stop's name, or "overflow"

    def upto(self, place: int, last: Checkpoint, end: str) -> Block:
        """The block with the states at places 0 .. place only; ``last`` is the one at ``place``."""
        cut = {name: getattr(self, name)[: place + 1] for name in self._fields[2:9]}
        m = int(np.searchsorted(self.kept, place, side="right"))
        gradient = None if self.gradient is None else self.gradient[: place + 1]
        return self._replace(last=last, **cut, kept=self.kept[:m], w=self.w[:m], gradient=gradient, end=end)


class Spacing(NamedTuple):
    """Which states are kept: every ``base``-th, half as many each time t doubles beyond ``octave``.

    It is a pure function of t, so that the recording does not depend on time.

    Examples
    --------
    >>> [Spacing(1, 1000).every(t) for t in (0, 999, 2000, 7999)]
    [1, 1, 2, 4]
    """

    base: int = 1
    octave: float = float("inf")

    def every(self, t: int) -> int:
        """Steps between kept states after t."""
        return self.base if t < self.octave else self.base << (int(t // self.octave).bit_length() - 1)

    def boundary(self, t: int) -> float:
        """The t at which this distance changes next."""
        return self.octave if t < self.octave else self.octave * (1 << int(t // self.octave).bit_length())
