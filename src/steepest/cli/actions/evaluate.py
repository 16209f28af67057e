"""The work of ``evaluate``: scores of a model on a table."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ...data.readers.tables import Table
from ...data.readers.text_format import TextFormat
from ...solve.model import Model, predictor
from ...solve.scores.of_model import class_predictions_at, scores_of_predictors
from ...solve.scores.probabilities import Calibration, calibration_table
from ..exit_status import print_object
from ..report import model_words
from ..score_text import calibration_lines, confusion_lines, score_name, score_text, scored
from ..split import held_out_part
from ..table_input import class_places, model_columns
from ..text import aligned, describe, label_text, say

__all__ = ["Flags", "Scored", "evaluate_command", "numbers_of", "print_scores"]


class Flags(NamedTuple):
    """The options of ``evaluate`` as Click hands them over."""

    file: str
    weights: str | None
    calibration: bool
    held_out: bool
    form: TextFormat
    unknown: str
    as_json: bool


def evaluate_command(model: Model, flags: Flags) -> None:
    """Read a table, score the model on it, print."""
    where = model.settings.get("where") if flags.held_out else None
    raw = model_columns(model, flags.file, flags.form, target=True, weights=flags.weights, where=where)
    if flags.held_out:
        raw = held_out_part(raw, model.settings, model.classes is not None)
    table = raw.encoded_by(model.recipe, "other" if flags.held_out else flags.unknown)
    z, y = predictor(model, table.X, table.offset), numbers_of(table, model)
    print_scores(model, Scored(table.source, z, y, table.weight, table.notes), flags)


class Scored(NamedTuple):
    """The linear predictors, targets and weights of rows."""

    source: str
    z: Array  # (n,) or (n, k)
    y: Array  # (n,) or (n, k); places of classes
    weight: Array | None
    notes: tuple[str, ...]


def print_scores(model: Model, rows: Scored, flags: Flags) -> None:
    """Score the predictions of a model, and print."""
    found = scores_of_predictors(model, rows.z, rows.y, rows.weight)
    tables = _calibration(model, rows) if flags.calibration else {}
    if flags.as_json:
        head = {"command": "evaluate", "kind": model.kind, "target": model.target, "source": rows.source}
        classes = {} if model.classes is None else {"classes": list(model.classes)}
        measures = found | classes | _calibration_object(tables)
        print_object({**head, "rows": len(rows.y), "measures": measures, "notes": rows.notes})
        return
    notes = ["", *(f"Note: {note}." for note in rows.notes)] if rows.notes else []
    say([_title(model, rows, flags), "", *_lines(found, rows.y, model), *calibration_lines(tables), *notes])


def numbers_of(table: Table, model: Model) -> Array:
    """Targets as numbers; labels as their places among the model's classes."""
    return np.asarray(table.y if model.classes is None else class_places(table, model.classes), np.float64)


def _calibration(model: Model, rows: Scored) -> dict[str, Calibration]:
    """The calibration table of each class; of two classes that of the second."""
    if model.classes is None:
        raise UsageError("--calibration is one of probabilities: this model predicts numbers")
    log_p = class_predictions_at(model, rows.z.reshape(len(rows.z), -1)).log_p
    if log_p is None:
        raise UsageError(f"--calibration is one of probabilities, which the loss {model.loss} does not give")
    own = [1] if len(model.classes) == 2 else range(len(model.classes))
    names = {c: f"P({model.target} = {label_text(model.classes[c])})" for c in own}
    return {name: calibration_table(rows.y == c, np.exp(log_p[:, c]), rows.weight) for c, name in names.items()}


def _calibration_object(tables: dict[str, Calibration]) -> dict[str, Any]:
    if not tables:
        return {}
    return {
        "calibration": {
            name: {part: values.tolist() for part, values in table._asdict().items()} for name, table in tables.items()
        }
    }


def _title(model: Model, rows: Scored, flags: Flags) -> str:
    on = f"{counted(len(rows.y), 'held-out row' if flags.held_out else 'row')} of {rows.source}"
    weighted = f", weighted by {flags.weights}" if flags.weights else ""
    return f"{model_words(model)} of {model.target} on {on}{weighted}"


def _lines(found: dict[str, Any], y: Array, model: Model) -> list[str]:
    if "targets" in found:
        return _by_target(found, y, model)
    facts = describe([(score_name(name), score_text(found, name, y)) for name in scored(found)])
    if model.classes is None:
        return facts
    return [*facts, "", *confusion_lines(found["confusion"], model.classes)]


def _by_target(found: dict[str, Any], y: Array, model: Model) -> list[str]:
    """The scores of each of several targets, and their means."""
    targets = list(model.targets)
    rows = [["", *map(score_name, scored(found))]]
    for title, one, column in zip([*targets, "mean"], [*found["targets"], found], [*y.T, y], strict=True):
        rows.append([title, *(score_text(one, name, column) for name in scored(found))])
    return aligned(rows)
