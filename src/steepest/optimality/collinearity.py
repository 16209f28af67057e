"""Collinearity: how far the columns of a table determine each other."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..core.types import Array
from ..core.units import Units
from ..data.refinement import inverse_root, triangle
from ..objective.data import MATRIX_COLUMNS
from ..objective.losses import SquaredError
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from .information import Information

__all__ = ["Collinearity", "collinearity"]


class Collinearity(NamedTuple):
    """Variance inflation of each coefficient, and the condition number of the table.

    Attributes
    ----------
    inflation : (d,) array
        1 / (1 - R_j^2), with R_j^2 the R2 of column j by the other free columns: the factor by which they inflate the
        variance of its coefficient. NaN where it is fixed.
    condition : float
        Largest divided by smallest singular value of the table with its column of ones, each column scaled to length 1.
    """

    inflation: Array
    condition: float


def collinearity(found: Information, problem: Problem) -> Collinearity | None:
    """Collinearity of the free columns, by the weights of the rows; None beyond 1,500 columns.

    Cost: d^3 flops for a squared loss, whose information has the QR factor; else two passes and 2.5 n d^2 flops more.

    References
    ----------
    Belsley, D. A., Kuh, E. and Welsch, R. E. (1980). Regression Diagnostics. doi:10.1002/0471725153

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest.optimality.information import information
    >>> rows = make_rows([[0.0, 1.0], [1.0, 1.0], [2.0, 4.0], [3.0, 2.0]], [4.0, 6.0, 17.0, 13.0])
    >>> at_optimum = information(rows, Problem(), np.array([[2.0], [3.0], [1.0]]), ("a", "b"))
    >>> found = collinearity(at_optimum, Problem())
    >>> found.inflation.round(6).tolist(), round(found.condition, 4)
    ([1.428571, 1.428571], 4.5579)
    """
    d = found.rows.shape[1]
    if d > MATRIX_COLUMNS:
        return None
    units, R = found.units, found.triangle
    if found.seconds is not None:
        units, R = triangle(found.rows, replace(problem, loss=SquaredError()))
    free = coordinates_of(problem, d).free
    inflation = np.sum((inverse_root(units, R, free) * np.linalg.norm(R, axis=0)[:, None]) ** 2, axis=1)
    return Collinearity(np.where(free[:-1, 0] > 0, inflation[:-1], np.nan), _condition(units, R, free))


def _condition(units: Units, R: Array, free: Array) -> float:
    """Ratio of the singular values of the free columns, in raw units but of length 1."""
    d = len(R) - 1
    raw = np.eye(d + 1)
    if units.scale is not None:
        raw[range(d), range(d)] = 1.0 / units.scale
    if units.shift is not None:
        raw[d, :d] = units.shift
    table = (R @ raw)[:, free[:, 0] > 0]
    values = np.linalg.svd(table / np.linalg.norm(table, axis=0), compute_uv=False)
    return float(values[0] / values[-1]) if len(values) else 1.0
