"""All scores of a table of predictions: those of numbers, or those of classes, by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.types import Array
from .labels import accuracy, balanced_accuracy, confusion_matrix
from .numbers import mean_absolute_error, r2, root_mean_squared_error
from .probabilities import brier_score, log_loss, log_loss_explained
from .ranking import auc, average_precision, mean_over_classes

__all__ = ["class_scores", "number_scores"]


def number_scores(y: Any, predicted: Array, weight: Any = None) -> dict[str, Any]:
    """R2 (None where the target is constant), RMSE and MAE; see `numbers`.

    Examples
    --------
    >>> number_scores([1.0, 3.0], [1.0, 2.0])["r2"]
    0.5
    """
    measures = {"r2": r2, "rmse": root_mean_squared_error, "mae": mean_absolute_error}
    return {name: measure(y, predicted, weight) for name, measure in measures.items()}


def class_scores(y: Any, scores: Array, log_p: Array | None = None, weight: Any = None) -> dict[str, Any]:
    """All scores of predicted classes, and the confusion matrix.

    Parameters
    ----------
    y : (n,) array of int
        Classes, 0 .. k - 1.
    scores : (n, k) array
        By which rows are ranked for each class; the largest of a row is its predicted class, of equal ones the first.
    log_p : (n, k) array, optional
        Logarithms of the probabilities; without them log loss, D2 and Brier score are None.
    weight : (n,) array, optional

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> found = class_scores([0, 1, 1], p, np.log(p))
    >>> found["auc"], round(found["accuracy"], 4), found["confusion"]
    (1.0, 0.6667, [[1, 0], [1, 1]])
    """
    said, k = scores.argmax(axis=1), scores.shape[1]
    counts = confusion_matrix(y, said, k, weight)
    probable: dict[str, Any] = dict.fromkeys(("log_loss", "d2", "brier"))
    if log_p is not None:
        probable = {"log_loss": log_loss(y, log_p, weight), "d2": log_loss_explained(y, log_p, weight)}
        probable["brier"] = brier_score(y, np.exp(log_p), weight)
    return {
        "accuracy": accuracy(y, said, weight),
        "balanced_accuracy": balanced_accuracy(y, said, weight),
        **probable,
        "auc": mean_over_classes(auc, y, scores, weight),
        "average_precision": mean_over_classes(average_precision, y, scores, weight),
        "confusion": counts.tolist() if weight is not None else counts.astype(np.int64).tolist(),
    }
