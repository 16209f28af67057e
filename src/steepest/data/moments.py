"""Moments: for a squared loss the sufficient statistics replace the rows, at O(d^2) a step for any n."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import Loss
from ..core.threads import one_blas_thread
from ..core.types import UNIT, Array
from ..core.units import RAW, Units
from ..objective.data import ColumnStats, Supports
from ..objective.losses import SquaredError
from .blockwise import in_double
from .centre import centre, near_shift
from .csr import CSR
from .curvature import MomentsCurvature
from .gram import augmented, gram_matrix, refuse_unless_usable
from .rows import Rows

__all__ = [
    "Moments",
    "central_moments",
    "gradient_in",
    "hessian_in",
    "make_moments",
    "null_directions",
    "solved_moments",
    "without",
]

NOISE = 1e-12  # part of a direction, in columns of size 1, that is rounding
FIRM = 1e8  # largest norm of the inverse of the correlations; eigenvalues of 1e-13 are rounding


MOMENTS = Supports(any_loss=False)


class Moments(NamedTuple):
    """Mean squared loss as a parabola about its minimiser; the raw w'Gw - 2w'c + y'y would cancel.

    mean (z - y)^2 / 2 = cost + gradient'(w - minimiser) + (w - minimiser)' hessian (w - minimiser) / 2, exact to
    rounding. Cost and gradient come from one pass over the residuals at the minimiser. A value is never negative.
    """

    hessian: Array  # (d + 1, d + 1)
    minimiser: Array  # (d + 1, k), the one of least norm in columns of size 1
    cost: float
    gradient: Array  # (d + 1, k), the gradient at the minimiser: rounding
    mean: Array  # (d,) of the raw columns
    spread: Array  # (d, d) covariance of the raw columns, divided by the sum of weights
    null: Array  # (d, r) raw directions that change no prediction
    shape: tuple[int, int]
    units: Units = RAW

    @property
    def supports(self) -> Supports:
        """Squared losses alone; no rows."""
        return MOMENTS

    @property
    def outputs(self) -> int:
        """Targets, k."""
        return int(self.minimiser.shape[1])

    def curvature(self, loss: Loss, w: Array) -> MomentsCurvature:
        """The Hessian of the mean loss, which is constant."""
        return MomentsCurvature(loss.curvature * self.hessian)

    def columns(self) -> ColumnStats:
        """Mean and variance of each raw column, known."""
        return ColumnStats(self.mean, np.diag(self.spread))

    def value(self, loss: Loss, w: Array) -> float:
        """Mean loss at w (d + 1, k). Cost: about 2 d^2 flops."""
        return self.value_and_gradient(loss, w)[0]

    def value_and_gradient(self, loss: Loss, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: about 2 d^2 flops."""
        away = w - self.minimiser
        slope = self.hessian @ away
        cost = self.cost + float(np.vdot(away, 0.5 * slope + self.gradient))
        return loss.curvature * max(cost, 0.0), loss.curvature * (slope + self.gradient)

    def rounding(self, w: Array) -> float:
        """Bound of the rounding of the mean squared loss at w (d + 1, k), relative to the size of its terms."""
        size = np.sqrt(np.maximum(np.diag(self.hessian), 0.0))
        return 2 * (len(w) + 8) * UNIT * float(((size @ np.abs(w - self.minimiser)) ** 2).sum())

    def in_units(self, units: Units) -> Moments:
        """The same moments, in parameters for shifted and scaled columns."""
        return self._replace(
            hessian=hessian_in(units, self.mean, self.spread),
            minimiser=units.scaled(self.units.raw(self.minimiser)),
            gradient=gradient_in(units, self.units.raw_gradient(self.gradient)),
            units=units,
        )


def gradient_in(units: Units, g: Array) -> Array:
    """Gradient (d + 1, k) by parameters for shifted and scaled columns, from that by raw parameters."""
    out = g.copy()
    if units.shift is not None:
        out[:-1] -= units.shift[:, None] * g[-1:]
    if units.scale is not None:
        out[:-1] *= units.scale[:, None]
    return out


def make_moments(rows: Rows, intercept: Array | None = None) -> Moments:
    """Moments of the rows, in two passes: one for the sums, shifted by the first row, one for the residuals.

    With a fixed ``intercept`` (k,) the parabola is about the minimiser under it: away from there, columns far from 0
    cancel in the cost.

    Cost: about n (d + 2)^2 flops; memory 2 MB and a few matrices a thread.

    Examples
    --------
    >>> from steepest import make_rows
    >>> make_moments(make_rows([[1.0], [2.0], [3.0]], [3.0, 5.0, 7.0])).minimiser.ravel().round(9)
    array([2., 1.])
    """
    return solved_moments(central_moments(rows), rows.shape, partial(_residuals, rows), intercept)


Residuals = Callable[[ColumnStats, Array], tuple[float, Array]]  # cost and gradient at w for centred columns


def solved_moments(
    location: tuple[Array, Array, Array, Array], shape: tuple[int, int], residuals: Residuals,
    intercept: Array | None = None,
) -> Moments:  # fmt: skip
    """Moments from means, covariances and means of the target; ``residuals`` gives cost and gradient."""
    mean, spread, cross, middle = location
    hessian, columns, centred = hessian_in(RAW, mean, spread), ColumnStats(mean, np.diag(spread)), Units(shift=mean)
    if intercept is not None:
        coef = _solve(hessian[:-1, :-1], cross + np.outer(mean, middle - intercept))[0]
        minimiser, null = np.concatenate((coef, intercept[None])), null_directions(spread)
        cost, gradient = residuals(columns._replace(mean=0.0 * mean), minimiser)
        return Moments(hessian, minimiser, cost, gradient, mean, spread, null, shape)
    coef, null = _solve(spread, cross)
    minimiser = np.concatenate((coef, middle[None]))
    cost, gradient = residuals(columns, minimiser)
    gradient = centred.raw_gradient(gradient)
    return Moments(hessian, centred.raw(minimiser), cost, gradient, mean, spread, null, shape)


def _residuals(rows: Rows, columns: ColumnStats, w: Array) -> tuple[float, Array]:
    """Cost and gradient at w for centred columns; they are centred afterwards where the layout is not."""
    if not columns.mean.any():
        return _evaluated(rows.in_units(RAW), w)
    shift = centre(rows, columns)
    rest = Units(shift=columns.mean - shift)
    cost, g = _evaluated(rows.in_units(Units(shift)), rest.raw(w))
    return cost, gradient_in(rest, g)


def _evaluated(rows: Rows, w: Array) -> tuple[float, Array]:
    """Cost and gradient in double precision."""
    return rows.value_and_gradient(SquaredError(), w) if rows.double else in_double(rows, SquaredError(), w)


def hessian_in(units: Units, mean: Array, spread: Array) -> Array:
    """T' diag(spread, 1) T, with T from scaled parameters to (raw coefficients, intercept at the mean)."""
    d = len(mean)
    scale = np.ones(d) if units.scale is None else units.scale
    away = (mean if units.shift is None else mean - units.shift) * scale
    hessian = np.empty((d + 1, d + 1))
    hessian[:d, :d] = spread * scale[:, None] * scale + away[:, None] * away
    hessian[d, :d] = hessian[:d, d] = away
    hessian[d, d] = 1.0
    return hessian


def central_moments(rows: Rows) -> tuple[Array, Array, Array, Array]:
    """Means (d,), covariances (d, d) and (d, k) with the target, means of the target (k,), all by weight."""
    rows, i = rows.in_units(RAW), rows.first
    d, k = rows.shape[1], rows.y.shape[1]
    first = augmented(rows, i, i + 1, np.zeros(d + k), np.empty((1, d + k + 1)))[0, :-1]
    if not isinstance(rows.X, CSR):
        return _central(rows, first)
    first[:d] = 0.0  # an unshifted table stays sparse
    found = _central(rows, first)
    shift = near_shift(rows, ColumnStats(found[0], np.diag(found[1])))
    if shift is None:
        return found
    mean, spread, cross, centre = _central(rows.in_units(Units(shift)), first)
    return shift + mean, spread, cross, centre


def _central(rows: Rows, first: Array) -> tuple[Array, Array, Array, Array]:
    d = rows.shape[1]
    with np.errstate(invalid="ignore", over="ignore"):
        gram = gram_matrix(rows, first, rows.weight)
        total = gram[-1, -1]
        shifted = gram[-1, :-1] / total
        spread = gram[:-1, :-1] / total - shifted[:, None] * shifted
    mean = first + shifted
    refuse_unless_usable(mean, np.diag(spread))
    return mean[:d], spread[:d, :d], spread[:d, d:], mean[d:]


def _solve(spread: Array, cross: Array) -> tuple[Array, Array]:
    """Least-squares coefficients (d, k), of least norm in columns of size 1, and null directions."""
    scale, matrix = _correlation(spread)
    with one_blas_thread(2.0 * len(matrix) ** 3):
        inverse = _firm_inverse(matrix)
        if inverse is not None:
            goal = cross * scale[:, None]
            coef = inverse @ goal
            coef += inverse @ (goal - matrix @ coef)
            return scale[:, None] * coef, np.zeros((len(scale), 0))
        values, vectors, flat = _directions(matrix)
        basis = scale[:, None] * vectors[:, ~flat]
        null = _null(spread, scale, vectors[:, flat])
        return basis @ ((basis.T @ cross) / values[~flat, None]), null


def null_directions(spread: Array) -> Array:
    """Raw directions (d, r) along which every row has the same predictor: constant and dependent columns."""
    scale, matrix = _correlation(spread)
    with one_blas_thread(2.0 * len(matrix) ** 3):
        if _firm_inverse(matrix) is not None:
            return np.zeros((len(scale), 0))
        _, vectors, flat = _directions(matrix)
        return _null(spread, scale, vectors[:, flat])


def _null(spread: Array, scale: Array, vectors: Array) -> Array:
    vectors = np.where(np.abs(vectors) < NOISE, 0.0, vectors)  # columns outside the direction, which may be much larger
    return np.where(np.diag(spread)[:, None] > 0, scale[:, None] * vectors, vectors)


def _correlation(spread: Array) -> tuple[Array, Array]:
    """1 / standard deviations, 0 where a column is constant, and the correlations."""
    size = np.sqrt(np.maximum(np.diag(spread), 0.0))
    scale = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 0.0)
    return scale, spread * scale[:, None] * scale


def _firm_inverse(matrix: Array) -> Array | None:
    """Inverse of the correlations if no eigenvalue is near 0, at a tenth of the cost of the eigenvalues.

    The norm of the inverse is at least 1 / the smallest eigenvalue, rounding included.
    """
    if not np.diag(matrix).all():
        return None
    try:
        inverse = np.asarray(np.linalg.inv(matrix), np.float64)
    except np.linalg.LinAlgError:
        return None
    return inverse if np.linalg.norm(inverse) < FIRM else None


def _directions(matrix: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Eigenvalues and eigenvectors of the correlations, and which eigenvalues are rounding."""
    values, vectors = np.linalg.eigh(matrix)
    return values, vectors, values <= len(values) * 8 * np.finfo(float).eps * max(values.max(initial=0.0), 1.0)


def without(coef: Array, null: Array) -> Array:
    """Coefficients (..., d, k) minus their part in the span of the null directions (d, r)."""
    if null.shape[1] == 0:
        return coef
    basis, triangle = np.linalg.qr(null)
    return coef - null @ np.linalg.solve(
        triangle, basis.T @ coef
    )  # null itself rather than its basis: its columns cancel in predictions
