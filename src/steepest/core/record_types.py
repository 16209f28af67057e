"""What records must have, as `LossRecord`, and what they offer with the facts that a decorator adds, as `Loss`."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .loss_types import Loss, LossRecord
from .types import Array, Coefficient, Gradient, Memory, Preconditioning, Probe

__all__ = [
    "Average",
    "AverageRecord",
    "BatchRows",
    "Estimate",
    "EstimateRecord",
    "Loss",
    "LossRecord",
    "Penalty",
    "Rule",
    "RuleRecord",
    "Step",
    "StepRecord",
]


class Penalty(Protocol):
    """r(w) = l2/2 |w|^2 + l1 |w|_1 of raw coefficients."""

    @property
    def l2(self) -> float:
        """Weight of |w|^2 / 2."""

    @property
    def l1(self) -> float:
        """Weight of |w|_1."""

    def value(self, w: Coefficient, /) -> Coefficient:
        """r(w_j) for each coefficient, shaped like w."""

    def slope(self, w: Coefficient, /) -> Coefficient:
        """Derivative of the smooth part, l2 w, shaped like w."""


class RuleRecord(Protocol):
    """What a rule of one's own must have: the direction p of the step w <- w - eta p."""

    def direction(self, g: Gradient, memory: Memory, t: int, /) -> Gradient:
        """p_t, shaped like g; ``memory`` is updated in place."""


class Rule(RuleRecord, Protocol):
    """A rule with its facts; learn and answer only where a fact says so."""

    @property
    def slots(self) -> int:
        """Number of arrays in its memory."""

    @property
    def elementwise(self) -> bool:
        """Whether each coordinate is treated by itself."""

    @property
    def preconditioner(self) -> Preconditioning:
        """Which second derivatives its memory begins with."""

    @property
    def proximal(self) -> bool:
        """Whether an L1 penalty may follow its step."""

    @property
    def sees(self) -> tuple[str, ...]:
        """What it is shown before each step: "rate", "point", "weights"."""

    @property
    def batch(self) -> bool:
        """Whether every step needs all rows."""

    @property
    def memory_share(self) -> float:
        """Share of the last direction that is kept in the next one; 0 without momentum."""

    @property
    def stability(self) -> float | None:
        """Largest stable product of constant rate and curvature on a quadratic; None where the rule is not linear."""

    @property
    def learns(self) -> bool:
        """Whether it has learn."""

    @property
    def answers(self) -> bool:
        """Whether it has answer."""

    def learn(self, step: Array, change: Array, memory: Array, /) -> None:
        """Update the memory from a step and the change of the gradient over it."""

    def answer(self, at: Gradient, memory: Memory, /) -> Gradient:
        """The answer where the point that moves is ``at``, shaped like it."""


class StepRecord(Protocol):
    """What a learning rate of one's own must have: eta_t."""

    def rate(self, t: int, /) -> float:
        """eta_t, t from 1."""


class Step(StepRecord, Protocol):
    """A learning rate with its facts; seek and adapt only where a fact says so."""

    @property
    def slots(self) -> int:
        """Number of arrays in its memory."""

    @property
    def seeks(self) -> bool:
        """Whether it has seek."""

    @property
    def adapts(self) -> bool:
        """Whether it has adapt."""

    @property
    def looks(self) -> bool:
        """Whether it has one of the two, and so needs all rows."""

    def seek(self, probe: Probe, cost: float, fall: float, memory: Array, /) -> float:
        """Share of the step that is taken, 0 where none is better."""

    def adapt(self, t: int, at: Array, g: Array, cost: float, memory: Array, /) -> float:
        """eta_t from the cost and gradient where the step begins."""


class AverageRecord(Protocol):
    """What an average of one's own must have: mean <- mean + share (w - mean)."""

    def share(self, t: int, /) -> float:
        """Weight of the point after update t in the mean, from 0 to 1."""


class Average(AverageRecord, Protocol):
    """An average with its fact."""

    @property
    def slots(self) -> int:
        """1 where a mean of points is kept, else 0."""


class BatchRows(Protocol):
    """The rows of a batch, as a gradient estimate asks them."""

    @property
    def y(self) -> Array:
        """Targets (m, k)."""

    @property
    def tally(self) -> tuple[list[int], int]:
        """Rows read so far, and the rows of the whole table."""

    def predictor(self, w: Array) -> Array:
        """Linear predictors (m, k) at w."""

    def gradient(self, loss: LossRecord, w: Array) -> Array:
        """Gradient of the mean loss over the batch, (d + 1, k)."""

    def transpose_product(self, r: Array) -> Array:
        """Weighted mean of r_i (x_i, 1) over the batch, (d + 1, k)."""


class EstimateRecord(Protocol):
    """What a gradient estimate of one's own must have: an unbiased g from the rows of a batch."""

    def slots(self, n: int, d: int, /) -> int:
        """Number of arrays (d + 1, k) that it stores over n rows."""

    def gradient(self, loss: Loss, rows: BatchRows, numbers: NDArray[np.int64], at: Array, stored: Array, /) -> Array:
        """g (d + 1, k) at ``at``; ``stored`` is updated in place."""


class Estimate(EstimateRecord, Protocol):
    """A gradient estimate with its fact; renews only where it says so."""

    @property
    def renewing(self) -> bool:
        """Whether it has renews."""

    def renews(self, t: Any, seed: int, share: float, /) -> Any:
        """Whether the gradient over all rows is needed before update t."""
