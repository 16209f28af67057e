"""Gap-safe screening: coefficients that a duality gap proves to be 0 at the optimum.

The dual objective D is strongly concave: the conjugate of a loss of curvature at most c is 1/c-strongly convex. So
sum_i m_i (theta_i - theta*_i)^2 <= 2 c total (F(w) - D(theta)) for a feasible theta and the dual optimum theta*. By
Cauchy and Schwarz the slopes of column j differ by

    |v_j - v*_j| <= size_j sqrt(2 c gap)

with the root mean square size_j of the column, about its mean if the intercept is free. If |v*_j| is below the penalty
weight, w_j is 0 at every optimum. The proof of all later gaps then needs the other columns only.

Ndiaye, E., Fercoq, O., Gramfort, A. and Salmon, J. (2017). Gap safe screening rules for sparsity enforcing penalties.
J. Mach. Learn. Res. 18. arXiv:1611.05780
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..objective.objective import Objective
from .duality import PointGap

__all__ = ["zeros_proven"]

SAFE = 1 + 1e-9  # factor of the computed sizes that bounds their rounding


def zeros_proven(objective: Objective, found: PointGap, sizes: Array) -> NDArray[np.bool_]:
    """Which coefficients are 0 at every optimum, (d,); ``sizes`` (d,) in the units of the data."""
    c = objective.loss.curvature
    if not (np.isfinite(c) and np.isfinite(found.proven.gap)):
        return np.zeros(objective.d, bool)
    factor = np.abs(objective.factor[:-1, 0])
    radius = SAFE * sizes / factor * np.sqrt(2 * c * found.proven.gap) + found.slack
    below, above = objective.raw.l1[:, :-1, 0]
    inside: NDArray[np.bool_] = (found.v + radius < below) & (-found.v + radius < above)
    return inside & objective.moves[:-1]
