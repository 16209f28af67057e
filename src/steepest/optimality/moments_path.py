"""Paths on moments: the optima of a squared loss for many penalty weights, from products of columns alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.fold_moments import PartMoments
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from ..objective.prox import FORBIDDEN
from .homotopy import homotopy

__all__ = ["MomentsPath", "moments_path"]

SAFE = 1e-15  # share of a weight by which slopes are kept inside


class MomentsPath(NamedTuple):
    """The optima for each penalty weight, with their gaps."""

    points: Array  # (m, d + 1), raw, intercept last
    gaps: Array  # (m,)


class _Scaled(NamedTuple):
    """The problem for u = factor w, so that each |u_j| has the same weight."""

    G: Array  # (d, d)
    c: Array  # (d,)
    square: float
    factor: Array  # (d,)
    allowed: NDArray[np.bool_]  # (2, d): whether u_j may be positive, negative
    rounding: float

    def slopes(self, U: Array) -> Array:
        """The gradient of the mean loss at each U, (d, m)."""
        v: Array = self.G @ U - self.c[:, None]
        return v


def moments_path(problem: Problem, part: PartMoments, alphas: Array, l1_ratio: float) -> MomentsPath:
    """The minimisers of mean (z - y)^2 / 2 + alpha ((1 - l1_ratio)/2 |w|^2 + l1_ratio |w|_1), each with a duality gap.

    Every coefficient is penalised, alphas are decreasing and > 0. The penalty of the problem is not used, but its
    factors and signs are.

    Cost: with an L1 penalty that of `homotopy`; without one 9 d^3 flops for the eigenvalues; then 4 d^2 for each alpha.
    """
    raw = coordinates_of(problem, len(part.cross))
    factor, down_up = raw.penalty_factors[:-1, 0], raw.l1[:, :-1, 0]
    scaled = _Scaled(
        part.spread / (factor[:, None] * factor) if problem.factors else part.spread,
        part.cross / factor, part.square, factor, (down_up < FORBIDDEN)[::-1], part.rounding,
    )  # fmt: skip
    c = problem.loss.curvature
    l1, l2 = alphas * l1_ratio / c, alphas * (1.0 - l1_ratio) / c
    U = _ridge(scaled, l2) if not l1.any() else homotopy(scaled.G, scaled.c, l1, l2[:, None] / factor, scaled.allowed)
    coefs = U / factor[:, None]
    return MomentsPath(np.vstack((coefs, part.intercepts(coefs))).T, c * _gaps(scaled, U, l1, l2))


def _ridge(scaled: _Scaled, l2: Array) -> Array:
    """The minimisers without an L1 penalty, by the eigenvalues of G."""
    root = np.sqrt(scaled.factor)
    values, vectors = np.linalg.eigh(scaled.G * root[:, None] * root)
    inner = vectors.T @ (root * scaled.c)
    found: Array = root[:, None] * (vectors @ (inner[:, None] / (np.maximum(values, 0.0)[:, None] + l2)))
    return found


def _gaps(scaled: _Scaled, U: Array, l1: Array, l2: Array) -> Array:
    """Duality gaps (m,) at U (d, m), rounding included; the formula is that of `optimality.duality`."""
    v, size = scaled.slopes(U), np.sqrt(np.maximum(np.diag(scaled.G), 0.0))
    reach = size @ np.abs(U) + np.sqrt(scaled.square)
    slack = scaled.rounding * size[:, None] * reach
    over = np.maximum(
        np.where(scaled.allowed[0][:, None], -v, -np.inf), np.where(scaled.allowed[1][:, None], v, -np.inf)
    )
    cost = 0.5 * (scaled.square - scaled.c @ U + (U * v).sum(0))
    ridge = l2 / scaled.factor[:, None]
    beyond = np.maximum(over + slack - l1, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(l2 > 0, 1.0, np.minimum(1.0, l1 / (l1 + beyond.max(0, initial=0.0))))
        surplus = np.where(l2 > 0, 0.5 * beyond**2 / ridge, 0.0).sum(0)
    inner = l1 * np.abs(U) + share * v * U + 0.5 * ridge * U * U
    gap = (1.0 - share) ** 2 * np.maximum(cost, 0.0) + inner.sum(0) + surplus
    rounding = (slack * np.abs(U)).sum(0) + (1.0 - share) ** 2 * scaled.rounding * reach**2
    found: Array = np.maximum(gap, 0.0) + rounding
    return found
