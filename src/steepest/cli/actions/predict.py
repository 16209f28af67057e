"""Predictions as CSV or JSON."""

from __future__ import annotations

import csv
import sys

import numpy as np

from ...core.shown_text import csv_cell, visible
from ...data.readers.tables import Table
from ...solve.model import Model, predict, probability
from ..exit_status import print_object
from ..text import label_text

__all__ = ["print_predictions"]


def print_predictions(model: Model, table: Table, proba: bool, as_json: bool) -> None:
    """Print the predictions of each row of a table, or the probabilities of all classes."""
    if proba:
        p = probability(model, table.X, table.offset)
        labels = [label_text(label) for label in model.classes or ()]
        columns = dict(zip(labels, (np.stack((1.0 - p, p)) if p.ndim == 1 else p.T).tolist(), strict=True))
    else:
        found = predict(model, table.X, table.offset)
        names = ["prediction"] if found.ndim == 1 else model.targets
        columns = dict(zip(names, np.atleast_2d(found.T).tolist(), strict=True))
    if as_json:
        several = {"prediction": columns} if len(model.targets) > 1 else columns
        members = {"probability": columns} if proba else several
        head = {"command": "predict", "target": model.target, "source": table.source, "rows": table.X.shape[0]}
        print_object({**head, **members})
        return
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([_cell(f"probability_{label}" if proba else label) for label in columns])
    if proba or model.classes is None:
        out.writerows(zip(*columns.values(), strict=True))  # the csv module writes floats exactly
    else:
        cells = {label: _cell(label) if isinstance(label, str) else label_text(label) for label in model.classes}
        out.writerows([cells[label]] for label in columns["prediction"])


def _cell(text: str) -> str:
    """A cell that no spreadsheet runs; on a terminal, one that gives it no orders."""
    return visible(csv_cell(text)) if sys.stdout.isatty() else csv_cell(text)
