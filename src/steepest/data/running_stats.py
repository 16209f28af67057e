"""Running statistics of the columns of a stream, and the units that follow from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.types import Array
from ..core.units import Units, standard_units
from ..objective.data import ColumnStats
from .centre import centre
from .column_sums import mean_and_variance
from .csr import CSR
from .rows import Rows

__all__ = ["Running", "batch_curvatures"]


class Running(NamedTuple):
    """Weighted mean and variance of each column over the rows of a stream so far.

    A chunk is added by mean += delta m / M, S += s + delta^2 (M - m) m / M, with m and M the weight of the chunk and
    of all rows, delta the distance of their means and S the weighted sum of squared deviations.

    Parameters
    ----------
    rows : int
        Number of rows.
    total : float
        Sum of their weights.
    mean, square : (d,) arrays
        Mean of each column and sum of weight times squared deviation from it.

    References
    ----------
    Chan, T. F., Golub, G. H. and LeVeque, R. J. (1983). Algorithms for computing the sample variance: analysis and
    recommendations. Am. Stat. 37(3). doi:10.1080/00031305.1983.10483115. Welford, B. P. (1962). Note on a method for
    calculating corrected sums of squares and products. Technometrics 4(3). doi:10.1080/00401706.1962.10490022

    Examples
    --------
    >>> from steepest import make_rows
    >>> two = Running.of(1).add(make_rows([[1.0], [3.0]], [0.0, 0.0]))
    >>> three = two.add(make_rows([[8.0]], [0.0]))
    >>> float(three.mean[0]), round(float(three.variance[0]), 6)
    (4.0, 8.666667)
    """

    rows: int
    total: float
    mean: Array
    square: Array

    @staticmethod
    def of(d: int) -> Running:
        """The statistics of no rows, for d columns."""
        return Running(0, 0.0, np.zeros(d), np.zeros(d))

    @property
    def variance(self) -> Array:
        """Weighted variance of each column; 0 before the first row."""
        return self.square / self.total if self.total else self.square

    @property
    def weight(self) -> float:
        """Mean weight of a row; 1 before the first row."""
        return self.total / self.rows if self.rows else 1.0

    def add(self, rows: Rows) -> Running:
        """The statistics with these rows added. Cost: one pass over them.

        Raises
        ------
        DataError
            If a mean or variance is not finite.
        """
        mean, variance = mean_and_variance(rows)
        total, away = self.total + rows.total, mean - self.mean
        square = self.square + rows.total * (variance + away * away * (self.total / total))
        return Running(self.rows + rows.shape[0], total, self.mean + away * (rows.total / total), square)

    def units(self, rows: Rows, shifted: bool) -> Units:
        """Units in which columns have mean 0 and variance 1; if they may not be shifted, root mean square 1."""
        varying = self.variance > (1e-12 * self.mean) ** 2  # smaller is the rounding of a constant column
        columns = ColumnStats(self.mean, np.where(varying, self.variance, 0.0))
        return standard_units(*columns, centre(rows, columns) if shifted else None)


def batch_curvatures(rows: Rows, count: int, intercept: bool) -> Array:
    """Largest eigenvalue of Z'Z/m over the m rows of each of ``count`` batches, in their units, (count,).

    The batches follow each other in the rows; an intercept adds a column of ones to Z. Cost: m^2 d flops for each.

    Examples
    --------
    >>> from steepest import make_rows
    >>> batch_curvatures(make_rows([[3.0, 4.0], [1.0, 0.0]], [0.0, 0.0]), 2, intercept=False)
    array([25.,  1.])
    """
    if rows.sparse and count > 1:  # together they would hold the columns of all batches
        each = np.split(np.arange(rows.shape[0]), count)
        return np.concatenate([batch_curvatures(rows.take(numbers), 1, intercept) for numbers in each])
    Z, mean = _dense(rows), rows.total / rows.shape[0]
    if intercept:
        Z = np.column_stack((Z, np.ones(len(Z))))
    if rows.weight is not None:
        Z = Z * np.sqrt(rows.weight / mean)[:, None]
    Z = Z.reshape(count, -1, Z.shape[1])
    turned = Z.swapaxes(1, 2)
    product = Z @ turned if Z.shape[1] <= Z.shape[2] else turned @ Z
    return np.asarray(np.linalg.eigvalsh(product)[:, -1] / Z.shape[1])


def _dense(rows: Rows) -> Array:
    """The rows in their units; sparse rows without columns that are 0."""
    X, units = rows.X, rows.units
    if not isinstance(X, CSR):
        Z: Array = X.astype(np.float64) if units.shift is None else X - units.shift
        return Z if units.scale is None else Z * units.scale
    columns, place = np.unique(X.indices, return_inverse=True)
    Z = np.zeros((rows.shape[0], len(columns)))
    np.add.at(Z, (np.repeat(np.arange(rows.shape[0]), np.diff(X.indptr)), place), X.data)
    return Z if units.scale is None else Z * units.scale[columns]
