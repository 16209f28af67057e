"""Labels as numbers, and class weights: of a table, of held-out rows, and of chunks of a stream."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets

from ..core.errors import DataError, UsageError
from ..core.types import Array

__all__ = ["chunk_target", "classes_of", "numbers", "row_weights", "shown"]


def classes_of(y: NDArray[Any]) -> NDArray[Any]:
    """The labels that occur, (k,); scikit-learn's check is left out for two whole numbers, which pass it.

    Raises
    ------
    ValueError
        If they are no labels but numbers of any size.

    Examples
    --------
    >>> classes_of(np.array([1, 0, 1]))
    array([0, 1])
    """
    if y.dtype.kind in "biuf" and len(found := np.unique(y)) <= 2 and (found == np.floor(found)).all():
        return np.asarray(found)
    check_classification_targets(y)
    return np.unique(y)


def numbers(y: Any, classes: NDArray[Any]) -> NDArray[np.float64]:
    """Labels of known classes as 0 and 1; of more than two classes one-hot.

    Raises
    ------
    DataError
        If a label is none of the classes.

    Examples
    --------
    >>> numbers(np.array(["no", "yes", "no"]), np.array(["no", "yes"]))
    array([0., 1., 0.])
    """
    own = np.asarray(y)[:, None] == classes
    if not (own[:, 0] | own[:, 1] if len(classes) == 2 else own.any(1)).all():
        listed = ", ".join(map(repr, np.setdiff1d(y, classes)[:5].tolist()))
        raise DataError(f"labels must be of the classes known so far, found {listed}")
    return np.asarray(own[:, 1] if len(classes) == 2 else own, np.float64)


def shown(label: object) -> str:
    """A label as its user writes it: 1 and not np.int64(1).

    Examples
    --------
    >>> shown(np.int64(1)), shown(np.str_("yes"))
    ('1', "'yes'")
    """
    return repr(label.item() if isinstance(label, np.generic) else label)


def row_weights(class_weight: object, y: Any, weight: Array | None) -> Array | None:
    """Weight of each row times that of its class; None where neither is given.

    "balanced" gives every class the same total weight, so that a row of weight k counts as k rows.

    Examples
    --------
    >>> row_weights("balanced", np.array(["a", "a", "b"]), np.array([1.0, 1.0, 2.0])).tolist()
    [1.0, 1.0, 2.0]
    >>> row_weights({"b": 3.0}, np.array(["a", "a", "b"]), None).tolist()
    [1.0, 1.0, 3.0]
    """
    if class_weight is None:
        return weight
    if weight is None or not isinstance(class_weight, str):
        by_class: Array = compute_sample_weight(class_weight, y)
        return by_class if weight is None else weight * by_class
    compute_sample_weight(class_weight, y)  # an unknown name is refused
    _, own = np.unique(y, return_inverse=True)
    total = np.bincount(own, weight)
    balanced: Array = weight * (total.sum() / (np.count_nonzero(total) * np.where(total > 0, total, 1.0)))[own]
    return balanced


def chunk_target(classifier: Any, y: Any, weight: Any, classes: Any) -> tuple[NDArray[np.float64], Any]:
    """Labels of a chunk as 0 and 1, and the weights of its rows, by class too; sets ``classes_`` in the first call.

    Raises
    ------
    DataError, UsageError
        If there is one class only, a label is none of them, or weights need all rows.
    """
    _check_partial_fit_first_call(classifier, classes)
    if len(classifier.classes_) < 2:
        raise DataError(f"the labels must be of two or more classes, found 1 class: {shown(classifier.classes_[0])}")
    if len(classifier.classes_) > 2 and classifier.multi_class != "softmax":
        raise UsageError("a stream of more than two classes needs multi_class='softmax'")
    target, by_class = numbers(y, classifier.classes_), classifier.class_weight
    if isinstance(by_class, str):
        raise UsageError("class_weight='balanced' needs all rows: give a stream a dict of weights")
    return target, row_weights(by_class, y, weight)
