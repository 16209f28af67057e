"""Predictions as CSV or JSON."""

from __future__ import annotations

import csv
import sys

from ...core.shown_text import csv_cell, visible
from ...data.readers.tables import Table
from ...solve.model import Model, predict, probability
from ..exit_status import print_object
from ..text import label_text

__all__ = ["print_predictions"]


def print_predictions(model: Model, table: Table, proba: bool, as_json: bool) -> None:
    """Print a prediction, or the probabilities of both classes, for each row of a table."""
    if proba:
        p = probability(model, table.X)
        labels = [label_text(label) for label in model.classes or ()]
        columns = dict(zip(labels, ((1.0 - p).tolist(), p.tolist()), strict=True))
    else:
        columns = {"prediction": predict(model, table.X).tolist()}
    if as_json:
        found = {"probability": columns} if proba else columns
        head = {"command": "predict", "target": model.target, "source": table.source, "rows": table.X.shape[0]}
        print_object({**head, **found})
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
