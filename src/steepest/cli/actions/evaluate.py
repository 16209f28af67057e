"""The work of ``evaluate``: scores of a model on a table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ...data.readers.tables import Table
from ...data.readers.text_format import TextFormat
from ...solve.model import Model
from ...solve.scores.of_model import class_predictions, model_scores
from ...solve.scores.probabilities import Calibration, calibration_table
from ..exit_status import print_object
from ..report import model_words
from ..score_text import calibration_lines, confusion_lines, score_name, score_text, scored
from ..split import held_out_part
from ..table_input import class_places, model_columns
from ..text import aligned, describe, label_text, number, say

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
    y = numbers_of(table, model)
    found = model_scores(model, table.X, y, table.weight, table.offset)
    tables = _calibration(model, table, y) if flags.calibration else {}
    print_scores(model, Scored(table.source, table.X.shape[0], found, y, tables, table.notes), flags)


class Scored(NamedTuple):
    """The scores of a model on rows."""

    source: str
    rows: int
    measures: dict[str, Any]
    y: Array  # targets, or some of them that say why a score is undefined
    calibration: Mapping[str, Calibration] = MappingProxyType({})
    notes: tuple[str, ...] = ()


def print_scores(model: Model, found: Scored, flags: Flags) -> None:
    """Print the scores of a model."""
    if flags.as_json:
        head = {"command": "evaluate", "kind": model.kind, "target": model.target, "source": found.source}
        classes = {} if model.classes is None else {"classes": list(model.classes)}
        measures = found.measures | classes | _calibration_object(found.calibration)
        print_object({**head, "rows": found.rows, "measures": measures, "notes": found.notes})
        return
    notes = ["", *(f"Note: {note}." for note in found.notes)] if found.notes else []
    scores = [*_lines(found.measures, found.y, model), *calibration_lines(found.calibration)]
    say([_title(model, found, flags), "", *scores, *notes])


def numbers_of(table: Table, model: Model) -> Array:
    """Targets as numbers; labels as their places among the model's classes."""
    return np.asarray(table.y if model.classes is None else class_places(table, model.classes), np.float64)


def _calibration(model: Model, table: Table, y: Array) -> dict[str, Calibration]:
    """The calibration table of each class; of two classes that of the second."""
    if model.classes is None:
        raise UsageError("--calibration is one of probabilities: this model predicts numbers")
    log_p = class_predictions(model, table.X, table.offset).log_p
    if log_p is None:
        raise UsageError(f"--calibration is one of probabilities, which the loss {model.loss} does not give")
    own = [1] if len(model.classes) == 2 else range(len(model.classes))
    names = {c: f"P({model.target} = {label_text(model.classes[c])})" for c in own}
    return {name: calibration_table(y == c, np.exp(log_p[:, c]), table.weight) for c, name in names.items()}


def _calibration_object(tables: Mapping[str, Calibration]) -> dict[str, Any]:
    if not tables:
        return {}
    return {
        "calibration": {
            name: {part: values.tolist() for part, values in table._asdict().items()} for name, table in tables.items()
        }
    }


def _title(model: Model, found: Scored, flags: Flags) -> str:
    on = f"{counted(found.rows, 'held-out row' if flags.held_out else 'row')} of {found.source}"
    weighted = f", weighted by {flags.weights}" if flags.weights else ""
    return f"{model_words(model)} of {model.target} on {on}{weighted}"


def _lines(found: dict[str, Any], y: Array, model: Model) -> list[str]:
    if "targets" in found:
        return _by_target(found, y, model)
    facts = describe([(score_name(name), score_text(found, name, y) + _within(found, name)) for name in scored(found)])
    if model.classes is None:
        return facts
    return [*facts, "", *confusion_lines(found["confusion"], model.classes)]


def _within(found: dict[str, Any], name: str) -> str:
    """How far a score may be from that of scores that are not rounded, if they are rounded."""
    bound = found.get(f"{name}_within")
    return "" if bound is None else f"   (within {number(bound, 2)}: scores are rounded)"


def _by_target(found: dict[str, Any], y: Array, model: Model) -> list[str]:
    """The scores of each of several targets, and their means."""
    targets = list(model.targets)
    rows = [["", *map(score_name, scored(found))]]
    for title, one, column in zip([*targets, "mean"], [*found["targets"], found], [*y.T, y], strict=True):
        rows.append([title, *(score_text(one, name, column) for name in scored(found))])
    return aligned(rows)
