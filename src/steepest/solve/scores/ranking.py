"""Scores of a ranking of rows: ROC and precision-recall curves, AUC, average precision. Rows of one score are tied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...core.types import Array
from .weights import weighed

__all__ = ["Curve", "auc", "average_precision", "mean_over_classes", "precision_recall_curve", "roc_curve"]


class Curve(NamedTuple):
    """Shares at each cut-off: the rows of at least that score are said to be of the class.

    Attributes
    ----------
    x, y : (m,) arrays
        False and true positive rate of a ROC curve; recall and precision of a precision-recall curve.
    cut : (m,) array
        Scores, falling. The first point of a ROC curve has none of the rows: its cut-off is infinite.
    """

    x: Array
    y: Array
    cut: Array

    def at(self, cut: float) -> tuple[float, float] | None:
        """The point at a cut-off; None where no row has so large a score and the curve has no point for it.

        Examples
        --------
        >>> roc_curve([0, 1, 1], [0.2, 0.4, 0.9]).at(0.5)
        (0.0, 0.5)
        """
        i = int(np.searchsorted(-self.cut, -cut, side="right")) - 1
        return None if i < 0 else (float(self.x[i]), float(self.y[i]))


def roc_curve(y: Any, score: Array, weight: Any = None) -> Curve | None:
    """True by false positive rate, from (0, 0) to (1, 1), at each different score; None where one class is absent.

    Parameters
    ----------
    y : (n,) array of bool
        Whether a row is of the class.
    score : (n,) array
        Larger for rows that are more probably of it.
    weight : (n,) array, optional

    Notes
    -----
    Cost: one sort.

    References
    ----------
    Fawcett, T. (2006). An introduction to ROC analysis. Pattern Recognition Letters 27.
    doi:10.1016/j.patrec.2005.10.010

    Examples
    --------
    >>> curve = roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])
    >>> curve.x.tolist(), curve.y.tolist()
    ([0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])
    """
    hits, misses, cut = _above(y, score, weight)
    if not (hits[-1] > 0 and misses[-1] > 0):
        return None
    first = np.zeros(1)
    x, y = (np.concatenate((first, sums / sums[-1])) for sums in (misses, hits))
    return Curve(x, y, np.concatenate(([np.inf], cut)))


def auc(y: Any, score: Array, weight: Any = None) -> float | None:
    """Area under the ROC curve; None where one class is absent.

    It is the probability that a row of the class has a larger score than one of the others, a tie counted as a half.

    References
    ----------
    Hanley, J. A. and McNeil, B. J. (1982). The meaning and use of the area under a ROC curve. Radiology 143.
    doi:10.1148/radiology.143.1.7063747

    Examples
    --------
    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8]), auc([1, 1], [0.1, 0.4])
    (0.875, None)
    """
    curve = roc_curve(y, score, weight)
    return None if curve is None else float(np.trapezoid(curve.y, curve.x))


def precision_recall_curve(y: Any, score: Array, weight: Any = None) -> Curve | None:
    """Precision by recall, at each different score from the largest; None where no row is of the class.

    Parameters
    ----------
    y : (n,) array of bool
        Whether a row is of the class.
    score : (n,) array
        Larger for rows that are more probably of it.
    weight : (n,) array, optional

    Notes
    -----
    Between two points the curve is a step: precision does not change linearly with recall. Cost: one sort.

    References
    ----------
    Davis, J. and Goadrich, M. (2006). The relationship between precision-recall and ROC curves. ICML.
    doi:10.1145/1143844.1143874

    Examples
    --------
    >>> curve = precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])
    >>> curve.x.tolist(), curve.y.round(4).tolist()
    ([0.5, 1.0, 1.0], [1.0, 0.6667, 0.5])
    """
    hits, misses, cut = _above(y, score, weight)
    return Curve(hits / hits[-1], hits / (hits + misses), cut) if hits[-1] > 0 else None


def average_precision(y: Any, score: Array, weight: Any = None) -> float | None:
    """Precision averaged over the steps of recall, sum (R_i - R_{i-1}) P_i; None where no row is of the class.

    Examples
    --------
    >>> average_precision([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8]).__round__(4)
    0.8333
    """
    curve = precision_recall_curve(y, score, weight)
    return None if curve is None else float(np.diff(curve.x, prepend=0.0) @ curve.y)


def mean_over_classes(
    measure: Callable[[Any, Any, Any], float | None], y: Any, scores: Array, weight: Any = None
) -> float | None:
    """A measure of each class against the others, averaged (macro); None where one of them is undefined.

    Parameters
    ----------
    measure : callable
        `auc` or `average_precision`.
    y : (n,) array of int
        Classes, 0 .. k - 1.
    scores : (n, k) array
        Of two classes the measure is that of the second.
    weight : (n,) array, optional

    Examples
    --------
    >>> mean_over_classes(auc, [0, 1, 2], np.eye(3))
    1.0
    """
    k = scores.shape[1]
    each = [measure(np.asarray(y) == c, scores[:, c], weight) for c in range(1 if k == 2 else 0, k)]
    known = [value for value in each if value is not None]
    return float(np.mean(known)) if len(known) == len(each) else None


def _above(y: Any, score: Array, weight: Any) -> tuple[Array, Array, Array]:
    """Weight of the rows of the class, and of the others, with at least each different score, and the scores."""
    w, y, score = weighed(weight, np.asarray(y, bool), score)
    order = np.argsort(-score, kind="stable")
    y, score = y[order], score[order]
    w = np.ones(len(y)) if w is None else w[order]
    last = np.append(np.flatnonzero(score[1:] != score[:-1]), len(y) - 1)
    return np.cumsum(w * y)[last], np.cumsum(w * ~y)[last], score[last]
