"""Predictions of a table in parts: written as they are computed, into a file, a folder or the standard output."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...data.readers.text_format import TextFormat
from ...parts.prediction_writers import cells
from ...parts.predictions import Predictions, check_target
from ...parts.scan import within
from ...solve.model import Model, predicted_at, probability_at, read_model, refuse_without_probabilities
from ..exit_status import print_object
from ..parts_input import engine_of, source_to_predict
from ..parts_options import PartsChoice, name_of
from ..prediction_file import write_csv
from ..text import label_text, say
from .predict import Flags, label_of

__all__ = ["predict_files"]


def predict_files(path: str, files: tuple[str, ...], form: TextFormat, choice: PartsChoice, asked: Flags) -> None:
    """Predict the rows of files, and print the predictions or write them."""
    model = read_model(path)
    if asked.as_json and asked.output is None:
        raise UsageError("--json of a table that is read in passes needs -o: name the file of the predictions")
    if asked.output is not None:
        check_target(asked.output, asked.force)
    if asked.proba:
        refuse_without_probabilities(model)
    source = source_to_predict(model, files, form, unknown=asked.unknown)
    with engine_of(choice.engine) as engine:
        table = within(source, choice.memory, engine, False)
        found = Predictions(table, model.w, partial(_columns, model, asked.proba), asked.keep or ())
        _check_kept(found, model, asked)
        if asked.output is None:
            for number, columns in enumerate(found.batches()):
                write_csv(sys.stdout, {name: cells(column) for name, column in columns.items()}, head=number == 0)
            return
        found.write(asked.output, force=asked.force)
    if asked.as_json:
        head = {"command": "predict", "target": model.target, "source": name_of(files), "rows": len(found)}
        print_object({**head, "files": [asked.output]})
    else:
        say([f"wrote     {asked.output}   ({len(found):,} rows)"])


def _columns(model: Model, proba: bool, z: Array) -> dict[str, Any]:
    """The columns of predictions, from linear predictors (m, k)."""
    names, own = _names(model, proba), z[:, 0] if model.outputs == 1 else z
    if proba:
        p = probability_at(model, own)
        return dict(zip(names, np.stack((1.0 - p, p)) if p.ndim == 1 else p.T, strict=True))
    spelt = model if model.classes is None else model._replace(classes=tuple(map(label_of, model.classes)))
    return dict(zip(names, np.atleast_2d(predicted_at(spelt, own).T), strict=True))


def _names(model: Model, proba: bool) -> list[str]:
    if proba:
        return [f"probability_{label_text(label)}" for label in model.classes or ()]
    return ["prediction"] if len(model.targets) == 1 else list(model.targets)


def _check_kept(found: Predictions, model: Model, asked: Flags) -> None:
    """Refuse a kept column with the name of one of predictions."""
    for name in found.keep:
        if name in _names(model, asked.proba):
            raise UsageError(f"--keep {name}: a column of predictions has this name: rename it in the file")
