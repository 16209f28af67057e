"""Non-smooth losses in the automatic mode: rounds of `smoothing`, each of them certified."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from ..core.types import UNIT, Array
from ..data.moments import central_moments, null_directions
from ..data.rows import Rows
from ..descent.continuation import continued
from ..descent.engine import Descent
from ..descent.states import State
from ..descent.trajectory import Trajectory
from ..objective.problem import Problem
from ..optimality.certificate import Certificate
from ..optimality.duality import provable
from .auto.plan import Plan
from .auto.smoothing import Memory, Smoothing
from .certified_stop import CertifiedRounds, CertifiedStop

__all__ = ["CertifiedSmoothing", "smoothed"]

UNSEEN, SLOPED = 16, 1e-6  # roundings of a predictor, and share of the largest possible slope, that count as none


class CertifiedSmoothing(CertifiedRounds):
    """The certified rounds of smoothing: without a penalty on every coefficient a gap is an estimate."""

    def _certificate(self, state: State) -> Certificate:
        """A duality gap if it is a proof, else an estimate by the same slopes."""
        proven = self.sequence.proven(state.origin)
        if provable(self.problem) or not np.isfinite(proven.gap):
            return super()._certificate(state)
        if self._misses(Memory.of(state.origin.memory).slopes.theta):
            return Certificate(None, "none", state.gradient_norm)
        return Certificate(proven.gap, "dual estimate", state.gradient_norm, proven.rounding)

    def _misses(self, theta: Array) -> bool:
        """Whether slopes theta (n,) go down along a direction that the covariances of the columns have lost.

        Where a column is nearly a copy of another, their difference changes predictors beyond rounding.
        """
        V, rows = self._flat, self.rows.with_rows(offset=None)
        if not V.shape[1]:
            return False
        A, size = rows.predictor(V), rows.sizes().predictor(np.abs(V))
        weight = np.ones(len(theta)) if rows.weight is None else rows.weight
        slope, length = np.abs(weight * theta @ A), np.sqrt(weight @ (A * A) * (weight @ theta**2))
        return bool(((np.abs(A) > UNSEEN * UNIT * len(V) * size).any(0) & (slope > SLOPED * length)).any())

    @cached_property
    def _flat(self) -> Array:
        """Raw directions (d + 1, r) along which the covariances see no predictor change."""
        if not self.rows.forms_curvature:
            return np.zeros((self.rows.shape[1] + 1, 0))
        mean, spread, *_ = central_moments(self.rows)
        null = null_directions(spread)
        return np.vstack((null, -mean @ null if self.objective.free_intercept else np.zeros(null.shape[1])))

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory up to its best round."""
        path = super().chosen(path)
        return replace(path, meta={**path.meta, "smoothed": int(path.step[-1])})


def smoothed(problem: Problem, rows: Rows, plan: Plan, target: float, scale: float) -> tuple[Descent, CertifiedStop]:
    """The descent by rounds of smoothing, and its certified stop."""
    sequence = Smoothing(problem, plan.rows, target)
    states = continued(problem, plan.method, plan.rows, plan.point, sequence)
    return states, CertifiedSmoothing(problem, rows, plan, target, scale, sequence)
