"""Scores of a model on a table: its predictions as arrays, and all measures of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.types import Array
from ...objective.explained import deviance_explained, explains_deviance
from ...objective.losses import LogLoss
from ..model import Model, loss_of, predicted_at, predictor, probability_at, probable
from .summary import class_scores, number_scores
from .weights import weighed

__all__ = ["ClassPredictions", "class_predictions", "class_predictions_at", "model_scores", "scores_of_predictors"]


class ClassPredictions(NamedTuple):
    """What a model of k classes predicts for n rows.

    Attributes
    ----------
    scores : (n, k) array
        By which rows are ranked; the largest of a row is its predicted class. Of two classes -z and z.
    log_p : (n, k) array or None
        Logarithms of the probabilities; None of a model without probabilities.
    """

    scores: Array
    log_p: Array | None


def class_predictions(model: Model, X: Any, offset: Array | None = None) -> ClassPredictions:
    """What a model of two or more classes predicts for the rows of X (n, d) or CSR; see `predictor`."""
    return class_predictions_at(model, predictor(model, X, offset).reshape(X.shape[0], -1))


def class_predictions_at(model: Model, own: Array) -> ClassPredictions:
    """The same where the linear predictors are known, (n, k), or (n, 1) of two classes."""
    two = own.shape[1] == 1
    z = np.hstack((-own, own)) if two else own
    if not probable(model):
        return ClassPredictions(z, None)
    if two and isinstance(loss_of(model), LogLoss):
        return ClassPredictions(z, -np.logaddexp(0.0, -z))
    p = probability_at(model, own[:, 0] if two else own)
    p = np.stack((1.0 - p, p), axis=1) if two else p
    return ClassPredictions(z if two else p, np.log(np.maximum(p, np.finfo(float).tiny)))


def model_scores(
    model: Model, X: Any, y: Array, weight: Array | None = None, offset: Array | None = None
) -> dict[str, Any]:
    """All scores of a model: of numbers R2 (D2 of a loss with a deviance), RMSE, MAE; or those of classes.

    Parameters
    ----------
    model : Model
    X : (n, d) array or CSR
    y : (n,) or (n, k) array
        Targets; of classes their places among the model's, 0 .. k - 1.
    weight, offset : (n,) array, optional

    Returns
    -------
    dict
        Of several targets the means over them, and "targets", a list with the scores of each.

    Raises
    ------
    DataError
        If a prediction is too large for a number.

    Examples
    --------
    >>> line = Model("linear", ("y",), ("x",), ((1.0,),), (0.0,), None, "mse", {}, {}, {})
    >>> model_scores(line, np.array([[1.0], [2.0]]), np.array([1.0, 3.0]))["r2"]
    0.5
    """
    return scores_of_predictors(model, predictor(model, X, offset), y, weight)


def scores_of_predictors(model: Model, z: Array, y: Array, weight: Array | None = None) -> dict[str, Any]:
    """The same from the linear predictors, (n,) or (n, k)."""
    if model.classes is not None:
        return class_scores(y, *class_predictions_at(model, z.reshape(len(z), -1)), weight)
    found = predicted_at(model, z)
    if y.ndim == 1:
        return _of_numbers(model, y, found.reshape(len(y)), z.reshape(len(y)), weight)
    each = [_of_numbers(model, *columns, weight) for columns in zip(y.T, found.T, z.T, strict=True)]
    return {**{name: _mean([one[name] for one in each]) for name in each[0]}, "targets": each}


def _of_numbers(model: Model, y: Array, said: Array, z: Array, weight: Array | None) -> dict[str, Any]:
    found, loss = number_scores(y, said, weight), loss_of(model)
    if loss is None or not explains_deviance(loss):
        return found
    del found["r2"]
    w, y, z = weighed(weight, y, z)
    return {"d2": deviance_explained(loss, z, y, w), **found}


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None
