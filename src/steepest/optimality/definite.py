"""Second derivatives made positive definite: the numbers that preconditioners begin with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..objective.functions.function import upward
from ..objective.objective import Objective
from ..objective.problem import Problem, read_loss
from .curvature import hessian

__all__ = ["damping", "definite", "definite_hessian", "positive_diagonal", "shared_metric"]

FLAT = 8 * float(np.finfo(float).eps)  # relative to the largest curvature and the number of columns: rounding
DAMPING = 1e-6  # curvature of flat directions, relative to a column's: the minimum may be far away in these


def shared_metric(objective: Objective) -> Array:
    """The Hessian's block of a class at equal probabilities (d + 1, d + 1), made positive definite; see `Shared`."""
    B = _squares(objective) / objective.data.outputs + np.diag(objective.l2[:, 0])
    return definite(B, objective.moves, damping=1.0)


def _squares(objective: Objective) -> Array:
    """Weighted mean of a_i a_i' over the rows a_i = (x_i, 1)."""
    if not objective.data.supports.rows:
        return objective.data.curvature(read_loss("squared_error"), np.zeros((objective.d + 1, 1))).matrix()
    rows = objective.rows
    return np.asarray(rows.weighted_curvature(np.ones(rows.shape[0]) if rows.weight is None else rows.weight).matrix())


def definite_hessian(objective: Objective, w: Array) -> Array:
    """The Hessian of the objective at w (d + 1, k), made positive definite.

    For a non-convex function the absolute values of its eigenvalues are used, so that saddle points repel.
    Cost: that of `hessian`, and d^3 / 3 flops (10 d^3 if a direction is flat).
    """
    data = objective.data
    if not data.supports.convex:
        return upward(data.curvature(objective.loss, w).matrix())
    if data.supports.joint:
        return definite(hessian(objective, w), objective.parameters(objective.free > 0).ravel())
    return definite(hessian(objective, w), objective.moves, damping=damping(objective.problem))


def damping(problem: Problem) -> float:
    """Curvature of flat directions, relative to a column's.

    It is small where the gradient may have a component in flat directions: under an L1 penalty, or for a robust loss
    beyond its parabola. The step in such a direction is then long. For a squared loss the component is rounding.
    """
    return 1.0 if problem.loss.quadratic and not problem.proximal else DAMPING


def positive_diagonal(objective: Objective, w: Array) -> Array:
    """Diagonal of the Hessian of the objective at w, (d + 1, 1), or (d + 1, k) for joint outputs.

    It is 1 where the diagonal is 0 or a coordinate is fixed. Cost: two passes over the rows.
    """
    diagonal = objective.data.curvature(objective.loss, w).diagonal()
    if not objective.data.supports.convex:
        return diagonal
    sums = diagonal + objective.l2
    return np.where((objective.free > 0) & (sums > 0), sums, 1.0)


def definite(H: Array, free: NDArray[np.bool_], *, damping: float = DAMPING) -> Array:
    """H (m, m) made positive definite: 1 for fixed coordinates, ``damping`` times a column's curvature if flat.

    Examples
    --------
    >>> definite(np.array([[4.0, 4.0], [4.0, 4.0]]), np.array([True, True])).round(9)
    array([[4.000002, 3.999998],
           [3.999998, 4.000002]])
    """
    if not free.all():
        H = np.where(np.outer(free, free), H, 0.0)
    size = np.sqrt(np.maximum(H.diagonal(), 0.0))
    curved = size.all()
    size = size if curved else np.where(size > 0.0, size, np.where(free, damping**0.5, 1.0))
    correlation = H / (size[:, None] * size)
    correlation.flat[:: len(H) + 1] = 1.0
    firm = _is_definite(correlation)
    if firm and curved:
        return H.copy()
    if not firm:
        values, vectors = np.linalg.eigh(correlation)
        values[values <= len(values) * FLAT] = damping
        correlation = np.where(np.outer(free, free), (vectors * values) @ vectors.T, np.eye(len(H)))
    out: Array = correlation * (size[:, None] * size)
    return out


def _is_definite(correlation: Array) -> bool:
    """Whether a Cholesky factor exists whose pivots are well above rounding."""
    try:
        return bool(np.linalg.cholesky(correlation).diagonal().min() ** 2 > 100 * len(correlation) * FLAT)
    except np.linalg.LinAlgError:
        return False
