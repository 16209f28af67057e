"""Scores of predicted probabilities: log loss, Brier score, deviance explained, calibration."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.types import Array
from .weights import mean, weighed

__all__ = ["Calibration", "brier_score", "calibration_table", "log_loss", "log_loss_explained"]

BINNINGS = ("quantile", "width")
ROUNDING = 1e-9  # share of the weight below which two edges are the same


class Calibration(NamedTuple):
    """Predicted and observed shares of a class, in bins of rows by predicted probability.

    Attributes
    ----------
    predicted : (b,) array
        Weighted mean probability of the rows of each bin, rising.
    observed : (b,) array
        Weighted share of the class among them.
    rows : (b,) array of int
        Number of rows of weight > 0.
    """

    predicted: Array
    observed: Array
    rows: NDArray[np.int64]


def log_loss(y: Any, log_p: Array, weight: Any = None) -> float:
    """Mean of minus the log probability of each row's class.

    Parameters
    ----------
    y : (n,) array of int
        Classes, 0 .. k - 1.
    log_p : (n, k) array
        Logarithms of the probabilities, which keep the digits of those near 0.
    weight : (n,) array, optional

    References
    ----------
    Good, I. J. (1952). Rational decisions. J. R. Stat. Soc. B 14. doi:10.1111/j.2517-6161.1952.tb00104.x

    Examples
    --------
    >>> log_loss([0, 1], np.log([[0.5, 0.5], [0.75, 0.25]])).__round__(6)
    1.039721
    """
    w, y, log_p = weighed(weight, y, log_p)
    return -mean(_own(log_p, y), w)


def log_loss_explained(y: Any, log_p: Array, weight: Any = None) -> float | None:
    """D2 = 1 - log loss / log loss of the shares of the classes in these rows; None where there is one class only.

    It is the share of the deviance that is explained (McFadden's R2).

    References
    ----------
    McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. Frontiers in Econometrics, ch. 4.

    Examples
    --------
    >>> log_loss_explained([0, 1], np.log([[0.5, 0.5], [0.5, 0.5]]))
    0.0
    """
    w, y, log_p = weighed(weight, y, log_p)
    present, own = np.unique(y, return_inverse=True)
    if len(present) < 2:
        return None
    shares = np.array([mean(own == c, w) for c in range(len(present))])
    return 1.0 - mean(_own(log_p, y), w) / mean(np.log(shares)[own], w)


def brier_score(y: Any, p: Array, weight: Any = None) -> float:
    """Mean of sum_c (p_c - [y = c])^2 over the k classes; halved for two classes, as scikit-learn does.

    Parameters
    ----------
    y : (n,) array of int
        Classes, 0 .. k - 1.
    p : (n, k) array
        Probabilities.
    weight : (n,) array, optional

    Notes
    -----
    So it is from 0 to 1 for two classes, where it is the mean of (p_1 - y)^2, and from 0 to 2 for more.

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review 78.
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2

    Examples
    --------
    >>> brier_score([0, 1], [[0.5, 0.5], [0.5, 0.5]]), brier_score([0, 1], [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    (0.25, 1.0)
    """
    w, y, p = weighed(weight, y, p)
    k = p.shape[1]
    squares = np.square(p - (y[:, None] == np.arange(k))).sum(axis=1)
    return mean(squares, w) * (0.5 if k == 2 else 1.0)


def calibration_table(y: Any, p: Array, weight: Any = None, *, bins: int = 10, by: str = "quantile") -> Calibration:
    """Mean predicted probability and observed share of a class, in bins of rows by probability.

    Parameters
    ----------
    y : (n,) array of bool
        Whether a row is of the class.
    p : (n,) array
        Predicted probabilities of it.
    weight : (n,) array, optional
    bins : int
        At most so many bins: empty ones are left out, and rows of one probability stay together.
    by : {"quantile", "width"}
        Bins of equal weight, or of equal width from 0 to 1. A row on an edge belongs to the lower bin.

    Returns
    -------
    Calibration

    Raises
    ------
    UsageError
        If there is no bin, or no such binning.

    References
    ----------
    Niculescu-Mizil, A. and Caruana, R. (2005). Predicting good probabilities with supervised learning. ICML.
    doi:10.1145/1102351.1102430

    Examples
    --------
    >>> table = calibration_table([0, 0, 1, 1], [0.1, 0.3, 0.6, 0.8], bins=2)
    >>> table.predicted.round(6).tolist(), table.observed.tolist(), table.rows.tolist()
    ([0.2, 0.7], [0.0, 1.0], [2, 2])
    """
    if bins < 1 or by not in BINNINGS:
        raise UsageError(f"a calibration table has 1 bin or more, by {' or '.join(BINNINGS)}, not {bins} by {by!r}")
    w, y, p = weighed(weight, y, p)
    inner = np.arange(1, bins) / bins
    edges = inner if by == "width" else _quantiles(p, inner, w)
    _, place = np.unique(np.searchsorted(edges, p), return_inverse=True)
    heavy = np.bincount(place, w)
    sums = [np.bincount(place, v if w is None else v * w) for v in (p, y.astype(np.float64))]
    return Calibration(sums[0] / heavy, sums[1] / heavy, np.bincount(place))


def _quantiles(p: Array, shares: Array, w: Array | None) -> Array:
    """The smallest of p that has each share of the weight up to it, whatever the rounding of the sums."""
    order = np.argsort(p)
    reached = np.cumsum(np.ones(len(p)) if w is None else w[order])
    found: Array = p[order][np.searchsorted(reached, (shares - ROUNDING) * reached[-1])]
    return found


def _own(log_p: Array, y: Array) -> Array:
    """The log probability of each row's class, (n,)."""
    own: Array = np.take_along_axis(log_p, y.astype(np.int64)[:, None], axis=1)[:, 0]
    return own
