"""The work of ``evaluate``: error measures of a model on a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...objective.losses import LogLoss
from ...solve.model import Label, Model, predict, predictor, probable
from ..exit_status import print_object
from ..table_input import class_numbers, model_table
from ..text import aligned, describe, label_text, number, say

__all__ = ["linear_measures", "logistic_measures", "print_measures"]


def print_measures(model: Model, file: str, no_header: bool, delimiter: str | None, as_json: bool) -> None:
    """Read a table, measure, print."""
    table = model_table(model, file, no_header, delimiter, target=True)
    if model.classes is None:
        found = linear_measures(np.asarray(table.y, np.float64), predict(model, table.X))
    else:
        found = logistic_measures(class_numbers(table, model.classes), predictor(model, table.X), model.classes)
        found["log_loss"] = found["log_loss"] if probable(model) else None
    if as_json:
        head = {"command": "evaluate", "kind": model.kind, "target": model.target, "source": table.source}
        print_object({**head, "rows": table.X.shape[0], "measures": found})
    else:
        title = f"{model.kind} model of {model.target} on {table.X.shape[0]:,} rows of {table.source}"
        say([title, "", *_lines(found)])


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


def logistic_measures(y: NDArray[np.float64], z: NDArray[np.float64], classes: tuple[Label, Label]) -> dict[str, Any]:
    """Accuracy, mean log loss, and counts by true and predicted class."""
    said = (z > 0).astype(np.float64)
    counts = [[int(np.sum((y == true) & (said == guess))) for guess in (0, 1)] for true in (0, 1)]
    loss = float(np.mean(LogLoss().value(z, y)))
    return {"accuracy": float(np.mean(y == said)), "log_loss": loss, "classes": list(classes), "confusion": counts}


def _lines(found: dict[str, Any]) -> list[str]:
    if "r2" in found:
        r2 = "undefined (the target is constant)" if found["r2"] is None else number(found["r2"])
        return describe([("R2", r2), ("RMSE", number(found["rmse"])), ("MAE", number(found["mae"]))])
    names = [label_text(label) for label in found["classes"]]
    rows = [["true \\ predicted", *names]]
    rows += [[name, *map(str, counts)] for name, counts in zip(names, found["confusion"], strict=True)]
    chance = [] if found["log_loss"] is None else [("log loss", number(found["log_loss"]))]
    facts = describe([("accuracy", number(found["accuracy"])), *chance])
    return [*facts, "", *aligned(rows)]
