"""Class rows: the class of each row beside its scores; and the base class of the Displays of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import DataError, UsageError
from ...core.types import Array
from ..drawing.words import class_name
from .predicted import OfRows, Predicted
from .several import Several

__all__ = ["ClassRows", "OfClasses", "class_rows", "places"]


class ClassRows(NamedTuple):
    """Rows with their classes and what is predicted of them.

    Attributes
    ----------
    y : (n,) array
        Classes, 0 .. k - 1.
    scores : (n, k) array
        By which rows are ranked for each class; the largest of a row is its predicted class.
    p : (n, k) array or None
        Probabilities, if there are any.
    classes : tuple of labels
    target : str
        Name of the target.
    weight : (n,) array or None
    cut : float
        Of two classes, the score of the second above which it is predicted.
    verdict : str
        The verdict of the fit, in one line.
    """

    y: Array
    scores: Array
    p: Array | None = None
    classes: tuple[Any, ...] = (0, 1)
    target: str = "y"
    weight: Array | None = None
    cut: float = 0.5
    verdict: str = ""

    @property
    def drawn(self) -> tuple[int, ...]:
        """The classes with a curve: of two classes the second, else all."""
        return (1,) if len(self.classes) == 2 else tuple(range(len(self.classes)))

    @property
    def cut_name(self) -> str:
        """The cut-off in words."""
        return "z = 0" if self.p is None else "P = 0.5"

    def name(self, c: int) -> str:
        """Class c, cut if it is long."""
        return class_name(self.classes[c])

    def own(self, c: int) -> Array:
        """Whether each row is of class c, (n,)."""
        return np.asarray(self.y == c)


class OfClasses(OfRows):
    """A Display of classes and scores, from an estimator or from predictions."""

    @classmethod
    def from_predictions(
        cls,
        y: Any,
        scores: ArrayLike,
        *,
        classes: Sequence[Any] | None = None,
        sample_weight: Any = None,
        target: str = "y",
    ) -> Self:
        """From labels and predicted probabilities.

        Parameters
        ----------
        y : (n,) array
            Labels.
        scores : (n,) or (n, k) array
            Probabilities of the second of two classes, or of each class.
        classes : sequence of k labels, optional
            In the order of the columns; by default the sorted labels of ``y``.
        sample_weight : (n,) array, optional
            Weights of the rows; by default 1.
        target : str, default "y"
            Name of the target.

        Raises
        ------
        UsageError, DataError
            If labels, probabilities and classes do not fit each other.
        """
        p = np.asarray(scores, np.float64)
        p = np.column_stack((1.0 - p, p)) if p.ndim == 1 else p
        known = np.unique(np.asarray(y)).tolist() if classes is None else list(classes)
        if p.ndim != 2 or p.shape != (len(np.asarray(y)), len(known)):
            raise UsageError(f"scores must have a row for each label and one of {len(known)} columns for each class")
        if not (np.isfinite(p).all() and p.min() >= 0 and p.max() <= 1):
            raise DataError("scores must be probabilities, numbers from 0 to 1")
        weight = None if sample_weight is None else np.asarray(sample_weight, np.float64)
        return cls._of_classes(ClassRows(places(y, known), p, p, tuple(known), target, weight))

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        return cls._of_classes(class_rows(found))

    @classmethod
    def _of_several(cls, found: Several) -> Self:
        return cls._of_classes(class_rows(found))

    @classmethod
    def _of_classes(cls, rows: ClassRows) -> Self:
        raise NotImplementedError


def class_rows(found: Predicted | Several) -> ClassRows:
    """Classes and scores of rows with their predictions.

    Raises
    ------
    UsageError
        If numbers are predicted.
    """
    weight, verdict = found.rows.weight, found.verdict
    if isinstance(found, Several):
        if not found.classes:
            raise UsageError("this picture is one of classes, these are numbers: draw ResidualsDisplay")
        p = None if found.together is None else found.predictions(found.z)
        y = np.asarray(found.y.argmax(axis=1), np.float64)
        return ClassRows(y, found.z if p is None else p, p, found.parts, "class", weight, 0.5, verdict)
    if not found.answer.loss.labels:
        raise UsageError("this picture is one of classes, these are numbers: draw ResidualsDisplay")
    z = np.column_stack((-found.z, found.z))
    p = None if found.answer.loss.attained else np.exp(-np.logaddexp(0.0, -z))
    classes = found.answer.classes or (0, 1)
    return ClassRows(found.y, z, p, tuple(classes), found.target, weight, 0.0, verdict)


def places(y: Any, classes: Sequence[Any]) -> Array:
    """Labels as their places among the classes.

    Raises
    ------
    DataError
        If a label is none of them.
    """
    own = np.asarray(y)[:, None] == np.asarray(classes)[None, :]
    if not own.any(axis=1).all():
        row = int(own.any(axis=1).argmin())
        raise DataError(f"row {row + 1}: the label {np.asarray(y)[row].item()!r} is none of the classes")
    return np.asarray(own.argmax(axis=1), np.float64)
