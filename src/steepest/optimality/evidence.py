"""Evidence: the facts of a run from which its verdict follows."""

from __future__ import annotations

import math
from enum import Enum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import Step
from ..core.types import Array

__all__ = ["ENDED", "Evidence", "Sense", "quarters", "reversals", "run_out", "steady"]

ENDED = ("interrupted", "validation", "callback")  # ends of a run that is only stopped


class Sense(Enum):
    """What the gap of a certificate says of the distance of the cost from the minimum."""

    EXACT = "it is the distance, to rounding"
    PROVEN = "the distance is at most this"
    ESTIMATED = "the distance is at most about this"
    PREDICTED = "second derivatives predict it, which is accurate near the minimum only"

    @classmethod
    def of(cls, kind: str, exact: bool) -> Sense:
        """The sense of a certificate of this kind; ``exact``: of a quadratic whose Hessian was formed."""
        return {"duality gap": cls.PROVEN, "dual estimate": cls.ESTIMATED}.get(
            kind, cls.EXACT if exact else cls.PREDICTED
        )


class RecordedSteps(Protocol):
    """The part of a trajectory that `reversals` needs."""

    @property
    def step(self) -> NDArray[np.int64]:
        """Updates, (m,)."""

    @property
    def coef(self) -> Array:
        """Coefficients, (m, ...)."""

    @property
    def intercept(self) -> Array:
        """Intercepts, (m, ...)."""

    def __len__(self) -> int: ...


class Evidence(NamedTuple):
    """The facts for a verdict; costs are the full objective at the recorded steps."""

    cost: Array  # (c,)
    step: NDArray[np.int64]  # (c,) updates at which these costs were evaluated
    end: str  # why the run ended: a stop's name, "overflow" or "interrupted"
    gap: float | None  # certified gap of the reported cost, if known
    reached: float  # cost of the reported state
    target: float  # the gap that counts as converged: tol x cost of the constant model
    scale: float  # cost of the constant model: 1e-12 of it is rounding
    gradient_norm: float
    rate: float  # learning rate of the last step
    limit: float | None  # largest constant rate at which batch descent by this rule is stable, if the rule has one
    safe: float  # a rate at which any rule converges, on batches too
    condition: float | None  # kappa
    quadratic: bool  # squared loss
    sampled: bool  # steps used batches of rows
    rule: str  # its name
    constant: bool  # a constant rate
    auto: bool  # the rate was chosen by the package
    separated: str | None  # the direction of recession, if one is proven
    reversals: float  # share of the last steps that were opposite to the one before
    sense: Sense = Sense.EXACT  # what the gap is
    local: bool = True  # whether the gap holds up to the optimum
    standard_errors: float | None = None  # bound of the distance of each coefficient from the optimum
    left: float | None = None  # steps until the gap is at most the target, if computed; infinite if it never is
    bias: float | None = None  # of sampled steps: share of their late gap that is not noise about their mean
    unproven: str | None = None  # why an optimum at infinity is not ruled out
    function: bool = False  # the objective is a function, without a table
    convex: bool = True  # the objective is known to be convex
    endless: str | None = None  # how the objective is known to be unbounded below
    spent: bool = False  # the schedule of learning rates has run out
    standing: str | None = None  # kind of the last point, if its gradient is 0 to rounding

    @property
    def steps(self) -> int:
        """Updates made."""
        return int(self.step[-1])

    @property
    def above(self) -> Array | None:
        """Costs minus the minimum as far as it is known: from the certificate and the reported cost."""
        if self.gap is None:
            return None
        gap = 0.5 * self.gap if self.sense is Sense.PREDICTED and not self.quadratic else self.gap
        return np.maximum(self.cost - (self.reached - gap), 0.0)

    @property
    def risen(self) -> int:
        """The step from which on the cost was above that of the start."""
        last_below = int(np.flatnonzero(self.cost <= self.cost[0])[-1])
        return int(self.step[min(last_below + 1, len(self.step) - 1)])

    @property
    def recent(self) -> tuple[float, float]:
        """Lowest and highest cost of the last quarter."""
        late, _ = quarters(self.cost)
        return float(late.min()), float(late.max())

    @property
    def batch_limit(self) -> float:
        """The stability limit of batch descent at a constant rate; infinite where there is none."""
        return self.limit if self.limit is not None and self.constant and not self.sampled else math.inf

    @property
    def late(self) -> tuple[float, float] | None:
        """Gap in the middle of the steps and at their end, if it fell; of sampled steps the medians of two quarters.

        None where it is not known or small enough, and if the schedule of learning rates has run out.
        """
        if self.spent or self.above is None or len(self.cost) < 3 or self.above[-1] <= self.target:
            return None
        quarter = 4 * self.step // (self.steps + 1)
        if not {1, 3} <= set(quarter.tolist()):
            return None
        if self.sampled:
            before, last = (float(np.median(self.above[quarter == q])) for q in (1, 3))
        else:
            before, last = float(self.above[quarter > 1][0]), float(self.above[-1])
        return (before, last) if before >= last > 0 else None

    @property
    def farther(self) -> bool:
        """Whether more steps are still needed than were made: computed, or at the pace of the later half."""
        if self.left is not None:
            return self.left > self.steps > 1
        if self.late is None:
            return False
        before, last = self.late
        return (before / last) ** 2 * self.target < last


def quarters(values: Array) -> tuple[Array, Array]:
    """The last quarter of the values and the quarter before it."""
    quarter = max(1, len(values) // 4)
    return values[-quarter:], values[-2 * quarter : -quarter]


def run_out(rate: Step, steps: int) -> bool:
    """Whether a schedule has run out after ``steps``: the sum of eta over as many more is below 1 % of the sum so far.

    Each sum is estimated from at most a hundred places.

    Examples
    --------
    >>> from steepest.methods.steps import Constant, Cosine, InverseScaling
    >>> [run_out(eta, 500) for eta in (Cosine(0.1, steps=500), Cosine(0.1, steps=900), Constant(), InverseScaling())]
    [True, False, False, False]
    """
    if steps < 2 or rate.looks:
        return False
    places = np.linspace(1, steps, min(100, steps)).astype(int)
    far, further = (sum(float(rate.rate(int(t) + past)) for t in places) for past in (0, steps))
    return further < 0.01 * far


def steady(rate: Step, steps: int) -> bool:
    """Whether the learning rate after ``steps`` is hardly lower after as many more."""
    return not rate.looks and rate.rate(2 * steps) > 0.8 * rate.rate(max(1, steps))


def reversals(path: RecordedSteps, last: int = 20) -> float:
    """Share of the last recorded steps that are opposite to the one before; 0 if not every step was kept."""
    m = min(last, len(path) - 1)
    if m < 3 or path.step[-1] - path.step[-1 - m] != m:
        return 0.0
    w = np.column_stack((path.coef[-m - 1 :].reshape(m + 1, -1), path.intercept[-m - 1 :].reshape(m + 1, -1)))
    moves = np.diff(w / max(1.0, float(np.abs(w).max())), axis=0)
    return float(np.mean((moves[1:] * moves[:-1]).sum(1) < 0))
