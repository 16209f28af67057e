"""The work of ``evaluate`` over a table in parts: its predictions are gathered in one pass, and scored in memory."""

from __future__ import annotations

import numpy as np

from ...core.errors import DataError
from ...core.types import Array
from ...data.readers.text_format import PLAIN
from ...parts.gathered import gathered
from ...parts.parts import Parts
from ...solve.model import Label, Model, predictor
from ..parts_input import open_to_predict, refuse_in_passes
from ..text import label_text
from .evaluate import Flags, Scored, print_scores

__all__ = ["evaluate_in_parts"]


def evaluate_in_parts(model: Model, files: tuple[str, ...], memory: int | None, flags: Flags) -> None:
    """Read a table in passes, score the model on it, print."""
    refuse_in_passes(
        {
            "--held-out": flags.held_out,
            "--header, --delimiter and the like": flags.form != PLAIN,
            "--unknown other": flags.unknown != "error",
        }
    )
    table = open_to_predict(model, files, memory, target=True, weights=flags.weights)
    rows = gathered(table, lambda rows: predictor(model, rows.X, rows.offset), model.outputs)
    y = _places(rows.y[:, 0], table, model.classes) if model.classes else rows.y
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    print_scores(model, Scored(flags.file, rows.found, y, rows.weight, ()), flags)


def _places(y: Array, table: Parts, classes: tuple[Label, ...]) -> Array:
    """The place of each label among the classes of the model.

    Raises
    ------
    DataError
        If a label is none of them.
    """
    values, where = np.unique(y, return_inverse=True)
    levels = table.source.levels
    labels = [value if levels is None else levels[int(value)] for value in values.tolist()]
    for label in labels:
        if label not in classes:
            names = ", ".join(label_text(known) for known in classes[:10])
            problem = f"{label_text(label)} is none of the model's classes {names}: write labels as in the fit"
            raise DataError(problem, column=table.source.targets[0])
    places = np.array([classes.index(label) for label in labels], np.float64)
    found: Array = places[where]
    return found
