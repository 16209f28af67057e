"""Scores of predicted classes: confusion matrix, accuracy, balanced accuracy. Classes are numbered 0 .. k - 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.types import Array
from .weights import mean, weighed

__all__ = ["accuracy", "balanced_accuracy", "confusion_matrix"]


def accuracy(y: Any, predicted: Array, weight: Any = None) -> float:
    """Share of the weight of the rows whose class is predicted.

    Examples
    --------
    >>> accuracy([0, 1, 1, 2], [0, 1, 2, 2])
    0.75
    """
    w, y, predicted = weighed(weight, y, predicted)
    return mean(y == predicted, w)


def balanced_accuracy(y: Any, predicted: Array, weight: Any = None) -> float:
    """Mean over the classes of the rows of the share of each that is predicted (recall).

    References
    ----------
    Brodersen, K. H. et al. (2010). The balanced accuracy and its posterior distribution. ICPR.
    doi:10.1109/ICPR.2010.764

    Examples
    --------
    >>> balanced_accuracy([0, 0, 0, 1], [0, 0, 0, 0])
    0.5
    """
    w, y, predicted = weighed(weight, y, predicted)
    right = y == predicted
    shares = [mean(right[y == c], None if w is None else w[y == c]) for c in np.unique(y)]
    return float(np.mean(shares))


def confusion_matrix(y: Any, predicted: Array, k: int, weight: Any = None) -> Array:
    """Rows by class and prediction, (k, k): entry (a, b) counts those of class a that are predicted to be b.

    With weights it is their sum, in the units given.

    Examples
    --------
    >>> confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2], 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]
    """
    w, y, predicted = weighed(weight, y, predicted)
    counts = np.bincount(y.astype(np.int64) * k + predicted.astype(np.int64), w, k * k).astype(np.float64)
    largest = 1.0 if weight is None else float(np.max(np.asarray(weight)))
    return largest * counts.reshape(k, k)
