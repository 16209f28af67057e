"""Metrics: curvature made safe to divide by, all of it or its diagonal alone. Rules measure their directions in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .curvature import hessian
from .data.csr import CSR
from .data.moments import Moments
from .data.rows import Rows
from .problem import Problem

__all__ = ["definite", "diagonal", "metric"]

Array = NDArray[np.float64]
BLOCK = 4096
FLAT = 8 * float(np.finfo(float).eps)  # share of the largest curvature, for each column, that is rounding


def metric(problem: Problem, data: Any, w: Array) -> Array:
    """Second derivatives of the objective at w (d + 1, k), made safe to divide by: (d + 1, d + 1), positive definite.

    Coordinates that are held stand alone with curvature 1; directions without curvature get that of a single column.
    Cost: that of `hessian`, and d^3 / 3 flops (10 d^3 where a direction is without curvature).
    """
    return definite(hessian(problem, data, w), problem.free(data.shape[1])[:, 0] > 0)


def diagonal(problem: Problem, data: Any, w: Array) -> Array:
    """Diagonal (d + 1, 1) of the second derivatives of the objective at w; 1 where that is 0 or a coordinate is held.

    Cost: one reading of the rows, and n d flops.
    """
    if isinstance(data, Moments):
        sums = problem.loss.curvature * np.diag(data.hessian)
    else:
        sums = _rows_diagonal(problem.loss, data, w) / data.total
    sums = sums + problem.l2 * data.units.factor(data.shape[1])[:, 0] ** 2
    live = (problem.free(data.shape[1])[:, 0] > 0) & (sums > 0)
    return np.where(live, sums, 1.0)[:, None]


def _rows_diagonal(loss: Any, rows: Rows, w: Array) -> Array:
    """Sum of bend x^2 over the rows, intercept last."""
    n, d = rows.shape
    rows.read(n)
    sums = np.zeros(d + 1)
    for low in range(0, n, BLOCK):
        high = min(n, low + BLOCK)
        bend = loss.bend(rows.predictor(w[:, :1], low, high), rows.y[low:high, :1])[:, 0]
        bend = bend if rows.weight is None else bend * rows.weight[low:high]
        sums[:d] += _squares(rows, bend, low, high)
        sums[d] += bend.sum()
    if rows.units.scale is not None:
        sums[:d] *= rows.units.scale**2
    return sums


def _squares(rows: Rows, mass: Array, low: int, high: int) -> Array:
    """Sum of mass (x - shift)^2 over rows low .. high - 1."""
    if isinstance(rows.X, CSR):
        places = slice(rows.X.indptr[low], rows.X.indptr[high])
        share = np.repeat(mass, np.diff(rows.X.indptr[low : high + 1]))
        return np.bincount(rows.X.indices[places], rows.X.data[places] ** 2 * share, rows.X.columns).astype(float)
    block = rows.X[low:high] - (0.0 if rows.units.shift is None else rows.units.shift)
    sums: Array = mass @ (block * block)
    return sums


def definite(H: Array, free: NDArray[np.bool_]) -> Array:
    """H (m, m) with curvature where it has none: 1 on the diagonal of what is held, that of a column where it is flat.

    Examples
    --------
    >>> definite(np.array([[4.0, 4.0], [4.0, 4.0]]), np.array([True, True])).round(9)
    array([[6., 2.],
           [2., 6.]])
    """
    if not free.all():
        H = np.where(np.outer(free, free), H, 0.0)
    size = np.sqrt(np.maximum(H.diagonal(), 0.0))
    size[size == 0.0] = 1.0
    likeness = H / (size[:, None] * size)
    likeness.flat[:: len(H) + 1] = 1.0
    if not _is_definite(likeness):
        values, vectors = np.linalg.eigh(likeness)
        values[values <= len(values) * FLAT] = 1.0
        likeness = (vectors * values) @ vectors.T
    out: Array = likeness * (size[:, None] * size)
    return out


def _is_definite(likeness: Array) -> bool:
    """Whether a Cholesky factor exists, whose pivots are well above rounding."""
    try:
        return bool(np.linalg.cholesky(likeness).diagonal().min() ** 2 > 100 * len(likeness) * FLAT)
    except np.linalg.LinAlgError:
        return False
