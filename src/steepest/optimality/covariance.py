"""Covariance of the coefficients of an unpenalised fit: by the information, or robust to what the loss assumes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.types import Array
from ..data.layout import dense_rows
from ..data.rows import Rows
from .information import Information
from .standard_errors import refuse_without_likelihood

__all__ = ["COVARIANCES", "Covariance", "covariance", "read_kind"]

COVARIANCES = ("nonrobust", "HC0", "HC1", "HC2", "HC3", "cluster")
POWERS = {"HC2": 1, "HC3": 2}  # of 1 - leverage, by which squared scores are divided
CERTAIN = 1e-10  # 1 - leverage below which a row alone determines a coefficient
BLOCK = 1 << 19  # numbers of a block of rows


class Covariance(NamedTuple):
    """Covariance of the raw coefficients, intercept last; rows and columns of fixed ones are 0.

    Attributes
    ----------
    matrix : (d + 1, d + 1) array
    kind : str
        One of ``COVARIANCES``.
    dispersion : float
        s^2 of a squared loss, 1 of a likelihood.
    degrees : int
        Rows of weight > 0 minus free coefficients.
    clusters : int or None
        Number of clusters.
    """

    matrix: Array
    kind: str
    dispersion: float
    degrees: int
    clusters: int | None = None


def read_kind(kind: object, groups: object) -> str:
    """The kind of covariance of that name; ``groups`` alone mean clusters.

    Raises
    ------
    UsageError
        If there is no such kind, or it does not fit the groups.

    Examples
    --------
    >>> read_kind("hc3", None), read_kind("nonrobust", [1, 1, 2])
    ('HC3', 'cluster')
    """
    found = {name.lower(): name for name in COVARIANCES}.get(str(kind).lower())
    if found is None:
        raise UsageError(f"cov_type must be one of {', '.join(COVARIANCES)}, not {kind!r}")
    if groups is not None and found.startswith("HC"):
        raise UsageError(f"groups are for cov_type='cluster', not for {found!r}: leave one of them out")
    if groups is None and found == "cluster":
        raise UsageError("cov_type='cluster' needs groups: give the cluster of each row")
    return found if groups is None else "cluster"


def covariance(found: Information, w: Array, kind: str = "nonrobust", groups: object = None) -> Covariance:
    """Covariance of the answer w (d + 1, 1), raw, from its information.

    "nonrobust" is s^2 H^-1 for a squared loss and H^-1 for a likelihood, with H = sum m_i l''_i a_i a_i' over the rows
    a_i = (x_i, 1), m the weights and l'' the second derivatives of the loss. The others are H^-1 (sum u_i u_i') H^-1
    with the scores u_i = m_i l'_i a_i, valid for every smooth loss, whatever the variance of each row:

    HC0: as it stands. HC1: times n / (n - p). HC2, HC3: u_i u_i' divided by 1 - h_i or its square, h_i = m_i l''_i a_i'
    H^-1 a_i the leverage. cluster: scores are summed within each cluster first, which allows any dependence there, and
    the sum over G clusters is multiplied by G / (G - 1) (n - 1) / (n - p).

    Cost: none, or one pass and 2 n d^2 flops.

    Parameters
    ----------
    found : Information
    w : (d + 1, 1) array
    kind : str
        One of ``COVARIANCES``.
    groups : (n,) array of labels, optional
        The cluster of each row of the table, those of weight 0 included.

    Raises
    ------
    UsageError
        If "nonrobust" is asked of a loss that is no likelihood, a row alone determines a coefficient (HC2, HC3), or
        there are fewer than two clusters.
    DataError
        If there is not one group for each row.

    References
    ----------
    MacKinnon, J. G. and White, H. (1985). doi:10.1016/0304-4076(85)90158-7
    Zeileis, A. (2006). Object-oriented computation of sandwich estimators. doi:10.18637/jss.v016.i09
    Cameron, A. C. and Miller, D. L. (2015). Cluster-robust inference. doi:10.3368/jhr.50.2.317

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0])
    >>> from steepest import Problem
    >>> from steepest.optimality.information import information
    >>> w = np.array([[0.5], [0.5]])
    >>> covariance(information(rows, Problem(), w, ("x",)), w, "HC0").matrix.round(6).tolist()
    [[0.125, -0.125], [-0.125, 0.291667]]
    """
    root, n, degrees = found.raw_root, len(found.rows.y), found.degrees
    if kind == "nonrobust":
        refuse_without_likelihood(found.loss)
        return Covariance(found.dispersion * (root @ root.T), kind, found.dispersion, degrees)
    codes, count = (None, None) if groups is None else _clusters(groups, found.rows)
    scores = _scores(found, w, POWERS.get(kind, 0), codes, count)
    meat = scores if codes is None else scores.T @ scores
    factor = n / degrees if kind == "HC1" else 1.0
    if count is not None:
        factor = count / (count - 1) * (n - 1) / degrees
    return Covariance(factor * (root @ meat @ root.T), kind, found.dispersion, degrees, count)


def _clusters(groups: object, rows: Rows) -> tuple[NDArray[np.int64], int]:
    """Cluster numbers of the rows of weight > 0, and how many clusters there are."""
    labels = np.asarray(groups)
    n = rows.tally[1]
    if labels.shape != (n,):
        raise DataError(f"groups must hold one label for each of {n} rows, but their shape is {labels.shape}")
    labels = labels if rows.numbers is None else labels[rows.numbers]
    if labels.dtype.kind == "O":
        labels = labels.astype(str)
    found, codes = np.unique(labels, return_inverse=True)
    if len(found) < 2:
        raise UsageError("all rows are of one cluster: standard errors by cluster need two or more")
    return codes.ravel().astype(np.int64), len(found)


def _scores(found: Information, w: Array, power: int, codes: NDArray[np.int64] | None, count: int | None) -> Array:
    """Sum of u u' (r, r) over the rows, with u = S'(m l' a); or the sums of u by cluster (count, r)."""
    rows, (n, d), r = found.rows, found.rows.shape, found.root.shape[1]
    size = max(64, BLOCK // (d + 1))
    sums = np.zeros((r, r) if codes is None else (count or 0, r))
    for low in range(0, n, size):
        high = min(n, low + size)
        whitened = _scaled(found, low, high) @ found.root
        weight = rows.weights(low, high)
        slope = found.loss.slope(rows.predictor(w, low, high), rows.y[low:high])[:, 0]
        slope = slope if weight is None else slope * weight
        if power:
            slope = slope / _remainder(found, whitened, low, high) ** (power / 2)
        whitened *= slope[:, None]
        if codes is None:
            sums += whitened.T @ whitened
        else:
            np.add.at(sums, codes[low:high], whitened)
    return sums


def _scaled(found: Information, low: int, high: int) -> Array:
    """Rows (x, 1) in the units of the root."""
    units, d = found.units, found.rows.shape[1]
    block = np.ones((high - low, d + 1))
    block[:, :d] = dense_rows(found.rows.X, low, high)
    if units.shift is not None:
        block[:, :d] -= units.shift
    if units.scale is not None:
        block[:, :d] *= units.scale
    return block


def _remainder(found: Information, whitened: Array, low: int, high: int) -> Array:
    """1 - leverage of each row."""
    seconds = found.rows.weights(low, high) if found.seconds is None else found.seconds[low:high]
    leverage = np.einsum("ij,ij->i", whitened, whitened) * (1.0 if seconds is None else seconds)
    if leverage.max() > 1.0 - CERTAIN:
        raise UsageError("a row alone determines a coefficient, and HC2 and HC3 divide by 0 there: take cov_type='HC1'")
    return np.asarray(1.0 - leverage)
