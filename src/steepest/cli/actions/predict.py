"""Predictions as CSV or JSON, or in a file."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...data.readers.raw_table import RawTable
from ...data.readers.tables import Table
from ...data.readers.text_format import TextFormat
from ...solve.model import Label, Model, predict, probability, read_model
from ..exit_status import print_object
from ..outputs import check_outputs
from ..prediction_file import check_file, write_csv, write_predictions
from ..table_input import encoded_aloud, model_columns
from ..text import label_text, say

__all__ = ["Flags", "label_of", "predict_command"]


class Flags(NamedTuple):
    """The options of ``predict`` as Click hands them over, beside model and table."""

    proba: bool = False
    output: str | None = None  # -o
    keep: tuple[str, ...] | None = None
    unknown: str = "error"
    force: bool = False
    as_json: bool = False


def predict_command(path: str, file: str, form: TextFormat, asked: Flags) -> None:
    """Predict the rows of a file, and print the predictions or write them into a file."""
    model = read_model(path)
    if asked.output is not None:
        check_file(asked.output)
        check_outputs(file, asked.output, None, asked.force)
    raw = model_columns(model, file, form, kept=asked.keep or ())
    table = encoded_aloud(raw, model.recipe, asked.unknown)
    found = _predictions(model, table, asked.proba)
    columns = _beside(raw, found, model, asked.proba)
    if asked.output is not None:
        write_predictions(asked.output, columns, asked.force)
    if asked.as_json:
        _print_json(model, table, raw, found, asked)
    elif asked.output is not None:
        say([f"wrote     {asked.output}   ({table.X.shape[0]:,} rows)"])
    else:
        write_csv(sys.stdout, columns)


def _predictions(model: Model, table: Table, proba: bool) -> dict[str, list[Any]]:
    """The predictions, by target; or the probabilities, by class."""
    if proba:
        p = probability(model, table.X, table.offset)
        labels = [label_text(label) for label in model.classes or ()]
        return dict(zip(labels, (np.stack((1.0 - p, p)) if p.ndim == 1 else p.T).tolist(), strict=True))
    found = predict(model, table.X, table.offset)
    names = ["prediction"] if found.ndim == 1 else model.targets
    return dict(zip(names, np.atleast_2d(found.T).tolist(), strict=True))


def _beside(raw: RawTable, found: Mapping[str, list[Any]], model: Model, proba: bool) -> dict[str, Sequence[Any]]:
    """The columns of a file: those that are kept, then the predictions, labels as the file of the fit has them."""
    labels = not proba and model.classes is not None
    own = {
        f"probability_{name}" if proba else name: list(map(label_of, column)) if labels else column
        for name, column in found.items()
    }
    for name in raw.kept:
        if name in own:
            raise UsageError(f"--keep {name}: a column of predictions has this name: rename it in the file")
    return {**raw.kept, **own}


def label_of(label: Label) -> str | float:
    """A class label as in the file of the fit: 1 rather than 1.0."""
    text = label_text(label)
    return int(text) if not isinstance(label, str) and text.lstrip("-").isdigit() else label


def _print_json(model: Model, table: Table, raw: RawTable, found: dict[str, list[Any]], asked: Flags) -> None:
    several = {"prediction": found} if len(model.targets) > 1 else found
    members: dict[str, Any] = {"probability": found} if asked.proba else several
    more: dict[str, Any] = {"kept": dict(raw.kept)} if asked.keep else {}
    more |= {} if asked.output is None else {"files": [asked.output]}
    head = {"command": "predict", "target": model.target, "source": table.source, "rows": table.X.shape[0]}
    print_object({**head, **members, **more})
