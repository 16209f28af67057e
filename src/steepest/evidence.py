"""Evidence: the facts of a run that its verdict is judged by."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Evidence"]

Array = NDArray[np.float64]


class Evidence(NamedTuple):
    """What a verdict is judged by; costs are the full objective at the recorded steps."""

    cost: Array  # (c,)
    step: NDArray[np.int64]  # (c,) updates at which those costs were looked at
    end: str  # why the run ended: a stop's name, "overflow" or "interrupted"
    gap: float | None  # certified cost of the reported state above the least, if known
    reached: float  # cost of the reported state
    target: float  # the gap that counts as converged: tol x cost of the constant model
    scale: float  # cost of the constant model: 1e-12 of it is rounding
    gradient_norm: float
    rate: float  # learning rate of the last step
    limit: float  # largest constant rate of plain batch descent that settles
    safe: float  # a rate at which any rule, on batches too, settles
    condition: float | None  # kappa
    quadratic: bool  # squared loss
    sampled: bool  # steps looked at batches of rows
    plain: bool  # plain rule at a constant rate
    auto: bool  # the rate was chosen by the package
    separated: str | None  # how the classes are separated, if they are proven to be
    reversals: float  # share of the last steps that went back against the one before

    @property
    def steps(self) -> int:
        """Updates made."""
        return int(self.step[-1])

    @property
    def above(self) -> Array | None:
        """Costs above the least cost, which certificate and reported cost give together."""
        return None if self.gap is None else np.maximum(self.cost - (self.reached - self.gap), 0.0)

    @property
    def batch_limit(self) -> float:
        """The limit where it is one: beyond it plain batch descent at a constant rate cannot settle; else infinity."""
        return self.limit if self.plain and not self.sampled else math.inf
