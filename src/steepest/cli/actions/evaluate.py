"""The work of ``evaluate``: error measures of a model on a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...data.readers.tables import Table
from ...data.readers.text_format import TextFormat
from ...objective.explained import deviance_explained, explains_deviance
from ...objective.losses import LogLoss
from ...solve.model import Label, Model, loss_of, predict, predictor, probable
from ..exit_status import print_object
from ..report import model_words
from ..table_input import class_numbers, model_table
from ..text import aligned, describe, label_text, number, say

__all__ = ["linear_measures", "logistic_measures", "print_measures"]


def print_measures(model: Model, file: str, form: TextFormat, as_json: bool) -> None:
    """Read a table, measure, print."""
    if model.outputs > 1 or model.shifted:
        several = "several targets" if model.classes is None else "3 classes or more"
        what = several if model.outputs > 1 else "an offset"
        raise UsageError(f"evaluate measures models of one target or two classes, this one has {what}: use predict")
    table = model_table(model, file, form, target=True)
    if model.classes is None:
        found = _numeric_measures(model, table)
    else:
        found = logistic_measures(class_numbers(table, model.classes), predictor(model, table.X), model.classes)
        found["log_loss"] = found["log_loss"] if probable(model) else None
    if as_json:
        head = {"command": "evaluate", "kind": model.kind, "target": model.target, "source": table.source}
        print_object({**head, "rows": table.X.shape[0], "measures": found})
    else:
        rows = f"{counted(table.X.shape[0], 'row')} of {table.source}"
        title = f"{model_words(model)} of {model.target} on {rows}"
        say([title, "", *_lines(found, table)])


def _numeric_measures(model: Model, table: Table) -> dict[str, Any]:
    """Error measures of numbers; a loss with a deviance has D2 in place of R2."""
    y, loss = np.asarray(table.y, np.float64), loss_of(model)
    found = linear_measures(y, predict(model, table.X))
    if loss is None or not explains_deviance(loss):
        return found
    del found["r2"]
    return {"d2": deviance_explained(loss, predictor(model, table.X), y), **found}


def linear_measures(y: NDArray[np.float64], z: NDArray[np.float64]) -> dict[str, Any]:
    """R2 (None where the target is constant), root mean squared error, mean absolute error.

    Examples
    --------
    >>> linear_measures(np.array([1.0, 3.0]), np.array([1.0, 2.0]))["r2"]
    0.5
    """
    r = z - y
    scale = max(float(np.abs(r).max()), 1e-300)
    spread, error = float(np.square((y - y.mean()) / scale).sum()), float(np.square(r / scale).sum())
    r2 = 1.0 - error / spread if spread > 0 else None
    return {"r2": r2, "rmse": scale * math.sqrt(error / len(y)), "mae": float(np.abs(r).mean())}


def logistic_measures(y: NDArray[np.float64], z: NDArray[np.float64], classes: tuple[Label, ...]) -> dict[str, Any]:
    """Accuracy, mean log loss, and counts by true and predicted class."""
    said = (z > 0).astype(np.float64)
    counts = [[int(np.sum((y == true) & (said == guess))) for guess in (0, 1)] for true in (0, 1)]
    loss = float(np.mean(LogLoss().value(z, y)))
    return {"accuracy": float(np.mean(y == said)), "log_loss": loss, "classes": list(classes), "confusion": counts}


def _lines(found: dict[str, Any], table: Table) -> list[str]:
    share = next((name for name in ("r2", "d2") if name in found), None)
    if share is not None:
        part = f"undefined ({_reason(table)})" if found[share] is None else number(found[share])
        return describe([(share.upper(), part), ("RMSE", number(found["rmse"])), ("MAE", number(found["mae"]))])
    names = [label_text(label) for label in found["classes"]]
    rows = [["true \\ predicted", *names]]
    rows += [[name, *map(str, counts)] for name, counts in zip(names, found["confusion"], strict=True)]
    chance = [] if found["log_loss"] is None else [("log loss", number(found["log_loss"]))]
    facts = describe([("accuracy", number(found["accuracy"])), *chance])
    return [*facts, "", *aligned(rows)]


def _reason(table: Table) -> str:
    """Why a share of what is explained is undefined."""
    y = np.asarray(table.y, np.float64)
    return "the target has numbers below 0" if y.min() < min(0.0, y.max()) else "the target is constant"
