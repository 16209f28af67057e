"""Metrics: curvature made safe to divide by, all of it or its diagonal alone. Rules measure their directions in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..data.classes import Classes
from ..data.column_sums import bends, column_sums
from ..data.moments import Moments
from ..data.rows import Rows
from ..objective.functions.function import Function
from ..objective.problem import Problem
from .curvature import hessian

__all__ = ["definite", "diagonal", "metric", "spare"]

FLAT = 8 * float(np.finfo(float).eps)  # share of the largest curvature, for each column, that is rounding
SPARE = 1e-6  # curvature, as a share of a column's, where there is none: what is to be gained there may lie far off


def metric(problem: Problem, data: Any, w: Array) -> Array:
    """Second derivatives of the objective at w (d + 1, k), made safe to divide by: (d + 1, d + 1), positive definite.

    Of softmax it couples the classes, ((d + 1) k, (d + 1) k).

    Coordinates that are held stand alone with curvature 1; directions without curvature get that of `spare`.
    Cost: that of `hessian`, and d^3 / 3 flops (10 d^3 where a direction is without curvature). Of a function that may
    bend downwards the sizes of its curvatures are taken.
    """
    if isinstance(data, Function):
        return data.metric(w)
    if isinstance(data, Classes):
        free = np.broadcast_to(problem.free(data.shape[1]) > 0, w.shape)
        return definite(data.curvature(problem, w), free.ravel())
    return definite(hessian(problem, data, w), problem.free(data.shape[1])[:, 0] > 0, spare=spare(problem))


def spare(problem: Problem) -> float:
    """Curvature, as a share of a column's, for directions without: little, so that a slope there leads far.

    An L1 penalty has one, or a robust loss beyond its parabola. Under a squared loss alone only rounding slopes there.
    """
    return 1.0 if problem.loss.quadratic and not problem.proximal else SPARE


def diagonal(problem: Problem, data: Any, w: Array) -> Array:
    """Diagonal of the second derivatives of the objective at w, (d + 1, 1), of softmax (d + 1, k).

    1 where that is 0 or a coordinate is held.

    Cost: two readings of the rows. A function is taken to bend alike in all of them.
    """
    if isinstance(data, Function):
        return data.diagonal(w)
    if isinstance(data, Moments):
        sums = problem.loss.curvature * np.diag(data.hessian)[:, None]
    elif isinstance(data, Classes):
        sums = data.diagonal(w)
    else:
        sums = _squares(problem.loss, data, w)[:, None] / data.total
    sums = sums + problem.squares(data.shape[1], data.units)
    live = (problem.free(data.shape[1]) > 0) & (sums > 0)
    return np.where(live, sums, 1.0)


def _squares(loss: Any, rows: Rows, w: Array) -> Array:
    """Sum of bend x^2 over the rows, intercept last."""
    n, d = rows.shape
    rows.read(2 * n)
    masses = bends(rows, loss, w[:, :1])
    squares = column_sums(rows, np.zeros(d) if rows.units.shift is None else rows.units.shift, masses)[1]
    return np.append(squares if rows.units.scale is None else squares * rows.units.scale**2, masses.sum())


def definite(H: Array, free: NDArray[np.bool_], *, spare: float = SPARE) -> Array:
    """H (m, m) with curvature where it has none: 1 where one is held, ``spare`` of a column's where it is flat.

    Examples
    --------
    >>> definite(np.array([[4.0, 4.0], [4.0, 4.0]]), np.array([True, True])).round(9)
    array([[4.000002, 3.999998],
           [3.999998, 4.000002]])
    """
    if not free.all():
        H = np.where(np.outer(free, free), H, 0.0)
    size = np.sqrt(np.maximum(H.diagonal(), 0.0))
    size = np.where(size > 0.0, size, np.where(free, spare**0.5, 1.0))
    likeness = H / (size[:, None] * size)
    likeness.flat[:: len(H) + 1] = 1.0
    if not _is_definite(likeness):
        values, vectors = np.linalg.eigh(likeness)
        values[values <= len(values) * FLAT] = spare
        likeness = np.where(np.outer(free, free), (vectors * values) @ vectors.T, np.eye(len(H)))
    out: Array = likeness * (size[:, None] * size)
    return out


def _is_definite(likeness: Array) -> bool:
    """Whether a Cholesky factor exists, whose pivots are well above rounding."""
    try:
        return bool(np.linalg.cholesky(likeness).diagonal().min() ** 2 > 100 * len(likeness) * FLAT)
    except np.linalg.LinAlgError:
        return False
