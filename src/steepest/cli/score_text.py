"""Scores on a terminal: their names, why one is undefined, the confusion matrix and the calibration table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.types import Array
from ..solve.model import Label
from ..solve.scores.probabilities import Calibration
from .text import aligned, label_text, number

__all__ = ["calibration_lines", "confusion_lines", "main_score", "score_name", "score_text", "scored", "undefined"]

NAMES = {
    "r2": "R2",
    "d2": "D2",
    "rmse": "RMSE",
    "mae": "MAE",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "log_loss": "log loss",
    "brier": "Brier score",
    "auc": "AUC",
    "average_precision": "average precision",
}
FROM_PROBABILITIES = ("log_loss", "d2", "brier")  # of classes; None of a model without probabilities, not undefined
DIGITS = 4  # of a calibration table


def score_name(name: str) -> str:
    """A score as it is called, such as "Brier score"."""
    return NAMES[name]


def scored(found: Mapping[str, Any]) -> list[str]:
    """The scores that a model has, in the order in which they are shown."""
    probable = "confusion" not in found or found["log_loss"] is not None
    return [name for name in found if name in NAMES and (probable or name not in FROM_PROBABILITIES)]


def main_score(found: Mapping[str, Any]) -> str:
    """The one that a fit shows."""
    return next(name for name in ("r2", "accuracy", "d2") if name in found)


def score_text(found: Mapping[str, Any], name: str, y: Array, digits: int = 10) -> str:
    """A score with its digits, or why it is undefined for these targets."""
    return undefined(name, found, y) if found[name] is None else number(found[name], digits)


def undefined(name: str, found: Mapping[str, Any], y: Array) -> str:
    """Why a score is undefined for targets (n,); classes are numbered."""
    if "confusion" in found:
        few = "one class only" if len(np.unique(y)) < 2 else "a class has no row"
        return f"undefined ({few})"
    below = name == "d2" and y.min() < min(0.0, y.max())
    return f"undefined ({'the target has numbers below 0' if below else 'the target is constant'})"


def confusion_lines(confusion: Sequence[Sequence[float]], classes: Sequence[Label]) -> list[str]:
    """The confusion matrix: a line for each true class, a column for each predicted one."""
    names = [label_text(label) for label in classes]
    rows = [["true \\ predicted", *names]]
    rows += [[name, *map(number, counts)] for name, counts in zip(names, confusion, strict=True)]
    return ["confusion matrix", *aligned(rows)]


def calibration_lines(tables: Mapping[str, Calibration]) -> list[str]:
    """Calibration tables, one for each probability named."""
    lines = []
    for name, table in tables.items():
        rows = [["predicted", "observed", "rows"]]
        for predicted, observed, count in zip(*table, strict=True):
            rows.append([number(predicted, DIGITS), number(observed, DIGITS), f"{count:,}"])
        lines += ["", f"calibration of {name}: mean predicted probability and observed share", *aligned(rows, left=0)]
    return lines
