"""Curvature: how strongly the objective bends. It sets the largest safe step, the pace, and what is left to gain."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..core.errors import UsageError
from ..core.records import from_name, to_name
from ..core.types import Array, LossLike
from ..core.units import RAW, Units
from ..data.column_sums import bends
from ..data.csr import CSR
from ..data.moments import Moments, central_moments, gram_matrix, hessian_in
from ..data.rows import Rows, make_rows
from ..objective import losses
from ..objective.losses import SquaredError
from ..objective.penalties import elastic
from ..objective.problem import Problem

__all__ = ["Spectrum", "bounded", "hessian", "longest_row", "spectrum", "stability_limit"]

MATRIX_COLUMNS = 1500  # up to so many columns a (d + 1)^2 matrix is formed; beyond, power iteration
BLOCK = 4096


class Spectrum(NamedTuple):
    """Largest and smallest curvature of the objective over the coordinates that may move; upper bounds for log loss."""

    largest: float
    smallest: float | None  # None where no matrix was formed

    @property
    def limit(self) -> float:
        """Largest constant learning rate of plain descent that settles, 2 / largest."""
        return 2.0 / self.largest if self.largest > 0 else float("inf")

    @property
    def condition(self) -> float | None:
        """Condition number kappa: plain descent needs about kappa steps for each factor e."""
        return None if not self.smallest or self.smallest < 1e-15 * self.largest else self.largest / self.smallest


def longest_row(rows: Rows) -> float:
    """Largest weighted squared length of a row with its intercept's 1, in the rows' units. Cost: one reading."""
    rows.read(rows.shape[0])
    blocks = range(0, rows.shape[0], BLOCK)
    return max(_longest_in(rows, low, min(rows.shape[0], low + BLOCK)) for low in blocks)


def _longest_in(rows: Rows, low: int, high: int) -> float:
    scale = np.ones(rows.shape[1]) if rows.units.scale is None else rows.units.scale
    if isinstance(rows.X, CSR):
        places = slice(rows.X.indptr[low], rows.X.indptr[high])
        numbers = np.repeat(np.arange(high - low), np.diff(rows.X.indptr[low : high + 1]))
        squares = (rows.X.data[places] * scale[rows.X.indices[places]]) ** 2
        lengths = np.bincount(numbers, squares, minlength=high - low) + 1.0
    else:
        shift = 0.0 if rows.units.shift is None else rows.units.shift
        lengths = (((rows.X[low:high] - shift) * scale) ** 2).sum(1) + 1.0
    mass = rows.masses(low, high)
    return float(lengths.max() if mass is None else (lengths * mass).max() * rows.shape[0] / rows.total)


def spectrum(problem: Problem, data: Any, location: tuple[Array, Array] | None = None) -> Spectrum:
    """Bounds of the curvature of the objective in the units of the data.

    For a squared loss exact: the eigenvalues of curvature * X'WX / sum(W) plus the penalty's; for log loss those of a
    matrix that is never smaller; 0 where the loss has no largest curvature. Cost: one moments pass (none if
    ``location``, means and covariances, is known), or some 30 readings of the rows beyond 1,500 columns.
    """
    free = problem.free(data.shape[1])[:, 0] > 0
    if not free.any() or not np.isfinite(problem.loss.curvature):
        return Spectrum(0.0, None)
    if data.shape[1] > MATRIX_COLUMNS:
        return Spectrum(_power_iteration(problem, data), None)
    matrix = _bound(problem, data, location)[np.ix_(free, free)]
    values = np.linalg.eigvalsh(matrix)
    return Spectrum(float(values[-1]), max(0.0, float(values[0])))


def _bound(problem: Problem, data: Any, location: tuple[Array, Array] | None) -> Array:
    if isinstance(data, Moments):
        location = data.mean, data.spread
    mean, spread = location or central_moments(data)[:2]
    matrix = problem.loss.curvature * hessian_in(data.units, mean, spread)
    return _add_penalty(matrix, problem, data.units)


def _add_penalty(matrix: Array, problem: Problem, units: Units) -> Array:
    matrix[np.diag_indices_from(matrix)] += problem.squares(len(matrix) - 1, units)[:, 0]
    return matrix


def _power_iteration(problem: Problem, data: Any, steps: int = 40) -> float:
    """Largest eigenvalue by repeated products, 5 % added: the iteration approaches it from below."""
    free = problem.free(data.shape[1])
    factor = problem.loss.curvature
    _, g0 = data.value_and_gradient(SquaredError(), np.zeros_like(free))
    g0 = g0[:, :1]
    v = free * np.random.default_rng(0).standard_normal(free.shape)
    value = 0.0
    for _ in range(steps):
        v = v / np.linalg.norm(v)
        _, g = data.value_and_gradient(SquaredError(), v)
        v = free * (factor * (g - g0) + problem.squares(data.shape[1], data.units) * v)
        before, value = value, float(np.linalg.norm(v))
        if abs(value - before) <= 1e-3 * value:
            break
    return 1.05 * value


def hessian(problem: Problem, data: Any, w: Array | None) -> Array:
    """Second derivatives of the objective at w (d + 1, 1), over all rows. Cost: about n (d + 1)^2 flops."""
    if isinstance(data, Moments):
        matrix = problem.loss.curvature * data.hessian
    else:
        matrix = _rows_hessian(problem.loss, data, np.zeros((data.shape[1] + 1, 1)) if w is None else w)
    return _add_penalty(matrix, problem, data.units)


def _rows_hessian(loss: Any, rows: Rows, w: Array) -> Array:
    """Mean of bend x x' over the rows: a Gram matrix whose weights are the second derivatives."""
    d, k = rows.shape[1], rows.y.shape[1]
    rows.read(rows.shape[0])
    first, scale = np.zeros(d + k), np.ones(d + 1)
    first[:d] = 0.0 if rows.units.shift is None else rows.units.shift
    scale[:d] = 1.0 if rows.units.scale is None else rows.units.scale
    own = np.append(np.arange(d), d + k)  # leave out the targets
    matrix: Array = (
        gram_matrix(rows, first, bends(rows, loss, w))[np.ix_(own, own)] * scale[:, None] * scale / rows.total
    )
    return matrix


def stability_limit(
    X: Any, y: Any = None, *, loss: LossLike = "squared_error", alpha: float = 0.0, fit_intercept: bool = True
) -> float:
    """Largest constant learning rate at which plain batch descent on these very columns settles.

    limit = 2 / lambda_max, with lambda_max the largest eigenvalue of c X'X / n + alpha I (X with a column of ones for
    the intercept, which alpha leaves out) and c the loss's curvature bound: 1 for "squared_error", 2 for "mse", 1/4 for
    "log_loss". For least squares the descent diverges exactly beyond it; for log loss any rate below it is safe.

    Parameters
    ----------
    X : (n, d) array or sparse matrix
    y : ignored
        Accepted so that the call looks like a fit.
    loss : name or record
    alpha : float >= 0
        L2 strength, as a factor of the mean objective.
    fit_intercept : bool

    Returns
    -------
    float
        In units of cost and columns as given; infinite if every column is 0.

    Notes
    -----
    Cost: n d^2 flops up to 1,500 columns (exact), some 30 passes beyond (then 5 % on the safe side).

    Examples
    --------
    >>> X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
    >>> round(stability_limit(X, fit_intercept=False), 5), round(stability_limit(X, loss="mse"), 4)
    (0.05333, 0.0261)
    """
    del y
    rows = make_rows(X, np.zeros(_length(X)))
    penalty = elastic(alpha)
    problem = Problem(from_name(loss, losses, "loss"), penalty, fit_intercept)
    bounded(problem.loss)
    return spectrum(problem, rows._replace(units=RAW)).limit


def bounded(loss: Any) -> None:
    """Refuse a loss without a largest second derivative where a rate is asked for that is safe everywhere."""
    if not np.isfinite(loss.curvature):
        why = "its slope jumps" if loss.nonsmooth else "its curvature has no bound"
        raise UsageError(f"no learning rate is safe for the {to_name(type(loss))} loss, {why}: give a learning rate")


def _length(X: Any) -> int:
    return int(X.shape[0]) if hasattr(X, "shape") else len(X)
