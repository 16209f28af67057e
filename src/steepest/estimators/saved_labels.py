"""Class labels as a model file holds them, texts or numbers, and back with their own type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError

__all__ = ["kept_labels", "labels_from"]


def kept_labels(classes: NDArray[Any]) -> tuple[tuple[str | float, ...], str]:
    """Labels for a model file, and their type; False and True become texts, as in a CSV file.

    Raises
    ------
    DataError
        If they are neither texts nor finite numbers, or some of each.

    Examples
    --------
    >>> kept_labels(np.array([False, True]))
    (('False', 'True'), 'bool')
    >>> kept_labels(np.array([1, 2], np.int8))
    ((1, 2), 'int8')
    """
    values = classes.tolist()
    kind = "object" if classes.dtype.kind == "O" else "str" if classes.dtype.kind == "U" else classes.dtype.name
    if all(isinstance(value, bool) for value in values):
        return tuple(map(str, values)), kind if kind == "object" else "bool"
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) and np.isfinite(v) for v in values)
    if not numbers and not all(isinstance(value, str) for value in values):
        raise DataError(f"labels of type {kind} cannot be kept in a model file: fit labels that are texts or numbers")
    return tuple(values), kind


def labels_from(classes: Sequence[str | float], kind: object) -> NDArray[Any]:
    """The labels of a model file, of the type that was saved; by default texts or numbers as they stand there.

    Raises
    ------
    UsageError
        If the type is none of labels, or does not suit them.

    Examples
    --------
    >>> labels_from(("False", "True"), "bool")
    array([False,  True])
    >>> labels_from((1, 2), "int8").dtype
    dtype('int8')
    """
    if kind is None:
        return np.array(classes)
    if kind == "bool" and set(classes) == {"False", "True"}:
        return np.array([label == "True" for label in classes])
    if kind in ("str", "object"):
        return np.array(classes, None if kind == "str" else object)
    found = np.array(classes, np.dtype(str(kind)))
    if found.dtype.kind not in "iuf" or (found != np.array(classes)).any():
        raise UsageError(f"labels of type {kind!r:.40} do not suit the classes")
    return found
