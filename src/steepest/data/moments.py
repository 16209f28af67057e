"""Moments: for a squared loss the sufficient statistics stand in for the rows, at O(d^2) a step whatever n."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..kernels.threads import in_ranges, one_blas_thread
from ..losses import SquaredError
from .csr import CSR
from .rows import Rows
from .units import RAW, Units

__all__ = ["Moments", "central_moments", "gram_matrix", "hessian_in", "make_moments", "null_directions", "without"]

ROOM = 1 << 18  # numbers a thread holds of the augmented rows: 2 MB, about what its own cache holds
Array = NDArray[np.float64]


class Moments(NamedTuple):
    """Mean squared loss as a parabola about its least point, never as the raw w'Gw - 2w'c + y'y, which cancels.

    mean (z - y)^2 / 2 = cost + gradient'(w - least) + (w - least)' hessian (w - least) / 2, exact to rounding; cost
    and gradient come from one pass over the residuals at ``least``. A value is never negative.
    """

    hessian: Array  # (d + 1, d + 1)
    least: Array  # (d + 1, k), the minimiser of smallest raw coefficients
    cost: float
    gradient: Array  # (d + 1, k), the rounding left at the minimiser
    mean: Array  # (d,) of the raw columns
    spread: Array  # (d, d) covariance of the raw columns, divided by the sum of weights
    null: Array  # (d, r) raw directions that change no prediction
    shape: tuple[int, int]
    units: Units = RAW

    def value(self, loss: Any, w: Array) -> float:
        """Mean loss at w (d + 1, k). Cost: about 2 d^2 flops."""
        return self.value_and_gradient(loss, w)[0]

    def value_and_gradient(self, loss: Any, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: about 2 d^2 flops."""
        away = w - self.least
        slope = self.hessian @ away
        cost = self.cost + float(np.vdot(away, 0.5 * slope + self.gradient))
        return loss.curvature * max(cost, 0.0), loss.curvature * (slope + self.gradient)

    def in_units(self, units: Units) -> Moments:
        """Express the same parabola in parameters for shifted and scaled columns."""
        d = len(self.mean)
        to_raw = units.raw(np.eye(d + 1)[:, :, None])[..., 0].T  # columns: raw parameters of each scaled one
        back = self.units.raw(np.eye(d + 1)[:, :, None])[..., 0].T
        change = np.linalg.solve(back, to_raw)
        return self._replace(
            hessian=hessian_in(units, self.mean, self.spread),
            least=units.scaled(self.units.raw(self.least)),
            gradient=change.T @ self.gradient,
            units=units,
        )


def make_moments(rows: Rows) -> Moments:
    """Read the rows twice: once for the moments, shifted by the first row, and once for the residuals.

    Cost: about n (d + 2)^2 flops; memory 2 MB a thread and 1/30 of the table.

    Examples
    --------
    >>> from steepest.data.rows import make_rows
    >>> make_moments(make_rows([[1.0], [2.0], [3.0]], [3.0, 5.0, 7.0])).least.ravel().round(9)
    array([2., 1.])
    """
    mean, spread, cross, centre = central_moments(rows)
    centred, d = Units(shift=mean), len(mean)
    with one_blas_thread(2.0 * d**3):
        coef, null = _solve(spread, cross)
        least = np.concatenate((coef, centre[None]))
        cost, gradient = _residuals(rows, mean, least)
        moments = Moments(np.eye(d + 1), least, cost, gradient, mean, spread, null, rows.shape, centred)
        return moments.in_units(RAW)


def _residuals(rows: Rows, mean: Array, w: Array) -> tuple[float, Array]:
    """Cost and gradient at w for centred columns; sparse rows are not centred, their gradient is."""
    centred = Units(shift=mean)
    if not isinstance(rows.X, CSR):
        return rows._replace(units=centred).value_and_gradient(SquaredError(), w)
    cost, g = rows._replace(units=RAW).value_and_gradient(SquaredError(), centred.raw(w))
    g[:-1] -= np.outer(mean, g[-1])
    return cost, g


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
    d, k = rows.shape[1], rows.y.shape[1]
    first = _augmented(rows, 0, 1, np.zeros(d + k), np.empty((1, d + k + 1)))[0, :-1]
    with np.errstate(invalid="ignore", over="ignore"):
        gram = gram_matrix(rows, first, rows.masses)
    rows.read(rows.shape[0])
    refuse_unless_finite(gram)
    total = gram[-1, -1]
    shifted = gram[-1, :-1] / total
    spread = gram[:-1, :-1] / total - shifted[:, None] * shifted
    mean = first + shifted
    return mean[:d], spread[:d, :d], spread[:d, d:], mean[d:]


def refuse_unless_finite(sums: Array) -> None:
    """Refuse a table whose sums of squares are no numbers."""
    if not np.isfinite(sums).all():
        raise DataError("a column holds a number that is not finite, or so large that its square overflows: rescale it")


def gram_matrix(rows: Rows, first: Array, masses: Callable[[int, int], Array | None]) -> Array:
    """Sum of mass x x' over the rows [x, y - offset] - first, 1; ``masses`` gives those of rows low .. high - 1.

    In fixed blocks, whose matrices together stay far smaller than the table.
    """
    n, d = rows.shape
    m = len(first) + 1
    size = max(8192, 32 * m)
    out = np.zeros((-(-n // size), m, m))

    def work(low: int, high: int) -> None:
        room = np.empty((max(64, min(size, n, ROOM // m)), m))
        for b in range(low, high):
            for start in range(b * size, min(n, (b + 1) * size), len(room)):
                part = _augmented(rows, start, min(n, (b + 1) * size, start + len(room)), first, room)
                mass = masses(start, start + len(part))
                if mass is not None:
                    part *= np.sqrt(mass)[:, None]
                out[b] += part.T @ part

    with one_blas_thread(2.0 * n * d * d):
        in_ranges(work, len(out), rows.threads if n * d > 100_000 else 1)
    gram: Array = out.sum(0)
    return gram


def _augmented(rows: Rows, low: int, high: int, first: Array, room: Array) -> Array:
    """Rows low .. high - 1 as [x, y - offset, 1], shifted by ``first``, put into ``room``."""
    d, part = rows.shape[1], room[: high - low]
    np.subtract(dense_rows(rows.X, low, high), first[:d], out=part[:, :d])
    np.subtract(rows.y[low:high], first[d:], out=part[:, d:-1])
    if rows.offset is not None:
        part[:, d:-1] -= rows.offset[low:high, None]
    part[:, -1] = 1.0
    return part


def dense_rows(X: Any, low: int, high: int) -> Any:
    """Rows low .. high - 1 as a dense array."""
    if not isinstance(X, CSR):
        return X[low:high]
    out = np.zeros((high - low, X.columns))
    places = slice(X.indptr[low], X.indptr[high])
    numbers = np.repeat(np.arange(high - low), np.diff(X.indptr[low : high + 1]))
    np.add.at(out, (numbers, X.indices[places]), X.data[places])
    return out


def _solve(spread: Array, cross: Array) -> tuple[Array, Array]:
    """Least-squares coefficients (d, k) of least raw norm, and the raw directions (d, r) that change nothing."""
    inverse, values, vectors, flat = _correlation(spread)
    steep = inverse[:, None] * vectors[:, ~flat]
    coef = steep @ ((steep.T @ cross) / values[~flat, None])
    null = null_directions(spread)
    return without(coef, null), null


def null_directions(spread: Array) -> Array:
    """Raw directions (d, r) along which every row has the same predictor: constant and dependent columns."""
    inverse, _, vectors, flat = _correlation(spread)
    live = np.diag(spread) > 0
    return np.where(live[:, None], inverse[:, None] * vectors, vectors)[:, flat]


def _correlation(spread: Array) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """1 / standard deviations, eigenvalues and -vectors of the correlations, and which eigenvalues are rounding."""
    scale = np.sqrt(np.maximum(np.diag(spread), 0.0))
    inverse = np.where(scale > 0, 1.0 / np.where(scale > 0, scale, 1.0), 0.0)
    values, vectors = np.linalg.eigh(spread * inverse[:, None] * inverse)
    return inverse, values, vectors, values <= len(values) * 8 * np.finfo(float).eps * max(values.max(initial=0.0), 1.0)


def without(coef: Array, null: Array) -> Array:
    """Remove from the coefficients (..., d, k) what lies in the span of the null directions (d, r)."""
    if null.shape[1] == 0:
        return coef
    basis, _ = np.linalg.qr(null)
    return coef - basis @ (basis.T @ coef)
