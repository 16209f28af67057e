"""Evidence: the facts of a run from which its verdict follows."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import Step
from ..core.types import Array

__all__ = ["ENDED", "Evidence", "quarters", "reversals", "run_out"]

ENDED = ("interrupted", "validation", "callback")  # ends of a run that is only stopped


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
    limit: float  # largest constant rate at which plain batch descent converges
    safe: float  # a rate at which any rule converges, on batches too
    condition: float | None  # kappa
    quadratic: bool  # squared loss
    sampled: bool  # steps used batches of rows
    plain: bool  # plain rule at a constant rate
    auto: bool  # the rate was chosen by the package
    separated: str | None  # the direction of recession, if one is proven
    reversals: float  # share of the last steps that were opposite to the one before
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
        """Costs minus the minimum, which follows from the certificate and the reported cost."""
        return None if self.gap is None else np.maximum(self.cost - (self.reached - self.gap), 0.0)

    @property
    def batch_limit(self) -> float:
        """The stability limit for plain batch descent at a constant rate; infinite for other methods."""
        return self.limit if self.plain and not self.sampled else math.inf

    @property
    def remaining(self) -> float | None:
        """Steps still needed at the present pace; infinite if plain descent stands still, None if unknown.

        It is also None if the schedule of learning rates has run out, since more steps do not help.
        """
        if self.spent or self.above is None or len(self.cost) < 3 or self.steps < 2:
            return None
        middle = int(np.searchsorted(self.step, self.steps / 2))
        if middle >= len(self.cost) - 1 or self.above[-1] <= self.target:
            return None
        if self.above[middle] <= self.above[-1]:
            return math.inf if self.rate <= self.batch_limit < math.inf else None
        pace = math.log(self.above[middle] / self.above[-1]) / (self.steps - int(self.step[middle]))
        return math.log(self.above[-1] / self.target) / pace if self.target > 0 else math.inf


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


def reversals(path: RecordedSteps, last: int = 20) -> float:
    """Share of the last recorded steps that are opposite to the one before; 0 if not every step was kept."""
    m = min(last, len(path) - 1)
    if m < 3 or path.step[-1] - path.step[-1 - m] != m:
        return 0.0
    w = np.column_stack((path.coef[-m - 1 :].reshape(m + 1, -1), path.intercept[-m - 1 :].reshape(m + 1, -1)))
    moves = np.diff(w / max(1.0, float(np.abs(w).max())), axis=0)
    return float(np.mean((moves[1:] * moves[:-1]).sum(1) < 0))
