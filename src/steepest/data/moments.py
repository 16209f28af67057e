"""Moments: for a squared loss the sufficient statistics replace the rows, at O(d^2) a step for any n."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from ..core.record_types import Loss
from ..core.types import UNIT, Array
from ..core.units import RAW, Units
from ..objective.data import ColumnStats, Supports
from ..objective.losses import SquaredError
from .blockwise import in_double
from .centre import centre, near_shift
from .csr import CSR
from .curvature import MomentsCurvature
from .gram import augmented, gram_matrix, refuse_unless_usable
from .null_directions import least_squares, null_directions
from .rows import Rows

__all__ = [
    "Moments",
    "central_moments",
    "gradient_in",
    "hessian_in",
    "make_moments",
    "solved_moments",
]

MOMENTS = Supports(any_loss=False)


class Moments(NamedTuple):
    """Mean squared loss as a parabola about its minimiser; the raw w'Gw - 2w'c + y'y would cancel.

    mean (z - y)^2 / 2 = cost + gradient'(w - minimiser) + (w - minimiser)' hessian (w - minimiser) / 2, exact to
    rounding. Cost and gradient come from one pass over the residuals at the minimiser. A value is never negative.

    Attributes
    ----------
    hessian : (d + 1, d + 1) array
        Second moments of the columns and of 1, by weight.
    minimiser : (d + 1, k) array
        The one of least norm in columns of size 1.
    cost : float
        The minimum, of half the mean square.
    gradient : (d + 1, k) array
        The gradient at the minimiser: rounding.
    mean, spread : (d,) array, (d, d) array
        Weighted means and covariances of the raw columns.
    null : (d, r) array
        Raw directions that change no prediction.
    shape : (int, int)
        Rows and columns.
    units : Units
        Shift and scale of the columns.

    Notes
    -----
    Parameters of the methods:

    loss, w : SquaredError or MSE, (d + 1, k) array
        The parameters are in the same units, intercept last.

    Examples
    --------
    >>> from steepest import losses, make_moments, make_rows
    >>> moments = make_moments(make_rows([[1.0], [2.0], [4.0]], [3.0, 5.0, 8.0]))
    >>> w = moments.minimiser + 1.0
    >>> round(moments.value(losses.MSE(), w) - 2.0 * moments.cost, 9)
    12.666666667
    """

    hessian: Array
    minimiser: Array
    cost: float
    gradient: Array
    mean: Array
    spread: Array
    null: Array
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
    """Moments of the rows: mean (z - y)^2 / 2 = cost + (w - minimiser)' hessian (w - minimiser) / 2.

    Two passes are made: one for the sums, shifted by the first row, one for the residuals. With a fixed ``intercept``
    the parabola is about the minimiser under it: away from there, columns far from 0 cancel in the cost.

    Parameters
    ----------
    rows : Rows
        In memory; one target or several.
    intercept : (k,) array, optional
        The intercept, where it is fixed.

    Returns
    -------
    Moments

    Raises
    ------
    DataError
        If a number of the table is not finite, or too large for its square.

    Notes
    -----
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
        coef = least_squares(hessian[:-1, :-1], cross + np.outer(mean, middle - intercept))[0]
        minimiser, null = np.concatenate((coef, intercept[None])), null_directions(spread)
        cost, gradient = residuals(columns._replace(mean=0.0 * mean), minimiser)
        return Moments(hessian, minimiser, cost, gradient, mean, spread, null, shape)
    coef, null = least_squares(spread, cross)
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
