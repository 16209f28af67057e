"""Predictions of a model over a table in parts: the columns of ``steepest predict``, from linear predictors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import DataError, UsageError
from ...core.types import Array
from ...parts.parts import Parts
from ...parts.predictions import Written, write_predictions
from ..model import Label, Model, predicted_at, probability_at, refuse_without_probabilities

__all__ = ["Predicted", "predict_in_parts", "weights_for"]


class Predicted(NamedTuple):
    """The columns of predictions of a model: "prediction", or one for each target; or probabilities, one a class."""

    model: Model
    proba: bool = False

    def __call__(self, z: Array) -> dict[str, Any]:
        """The columns of rows with linear predictors z (m, k)."""
        model = self.model
        own = z[:, 0] if model.outputs == 1 else z
        if self.proba:
            p = probability_at(model, own)
            columns = np.stack((1.0 - p, p)) if p.ndim == 1 else p.T
            labels = [_text(label) for label in model.classes or ()]
            return {f"probability_{label}": column for label, column in zip(labels, columns, strict=True)}
        found = predicted_at(model, own)
        if model.classes is not None:
            found = _plain(found, model.classes)
        names = ["prediction"] if found.ndim == 1 else model.targets
        return dict(zip(names, np.atleast_2d(found.T), strict=True))


def predict_in_parts(
    model: Model, parts: Parts, path: str | Path, proba: bool = False, keep: Sequence[str] = (), force: bool = False
) -> Written:
    """Write the predictions of a model for a table in parts; see `write_predictions`.

    Raises
    ------
    UsageError
        If the model has no probabilities, or other columns than the table.
    """
    if proba:
        refuse_without_probabilities(model)
    return write_predictions(parts, path, weights_for(model, parts), Predicted(model, proba), keep, force)


def weights_for(model: Model, parts: Parts) -> Array:
    """The parameters (d + 1, k) of a model, if the table has its columns in its order, and offsets where it has them.

    Raises
    ------
    UsageError, DataError
        If a column is another.
    """
    if parts.names != model.names:
        missing = [name for name in model.names if name not in parts.names]
        what = f"the model has a column {missing[0]!r}, which the table has not" if missing else "other columns"
        raise UsageError(f"{what}: scan the table with features={list(model.names[:20])!r}")
    some = next(iter(parts.parts[0].blocks(parts.summation.leaf))).rows
    if model.shifted and some.offset is None:
        raise DataError("the model was fitted with an offset: scan the table with offset=...")
    return model.w


def _text(label: Label) -> str:
    """A label as in a file: 1 rather than 1.0."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() and abs(label) < 1e15 else str(label)


def _plain(found: Any, classes: Sequence[Label]) -> Any:
    """Labels as they stand in files: whole numbers without a point."""
    whole = all(not isinstance(label, str) and float(label).is_integer() for label in classes)
    return found.astype(np.int64) if whole else found
