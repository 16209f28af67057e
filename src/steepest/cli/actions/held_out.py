"""The scores of ``fit``: of the training rows, of those that ``--test`` holds out, and of the folds of ``--cv``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core.errors import DataError
from ...data.folds import other_rows
from ...data.readers.raw_table import RawTable, Table
from ...solve.fit import Run
from ...solve.model import Model
from ...solve.scores.of_model import model_scores
from ..fit_scores import Folds, Part, Scores
from ..split import Split
from ..table_input import class_places

__all__ = ["part_of", "scores_of"]

Refit = Callable[[RawTable], tuple[Model, Run]]


def scores_of(model: Model, table: Table, split: Split, refit: Refit) -> Scores:
    """The scores of a model on the table it was fitted to and on held-out rows; with --cv, of a fit for each fold.

    Levels that the rows of a fit do not have are taken as other ones.
    """
    held_out = None if split.held_out is None else part_of(model, split.held_out.encoded_by(model.recipe, "other"))
    rows = split.meta["held_out"]["rows"] if split.meta else split.fitted.n
    found = Scores(part_of(model, table), held_out, None, rows)
    return found._replace(folds=_folds(split, refit)) if split.folds else found


def part_of(model: Model, table: Table) -> Part:
    """The scores of the rows of a table; or the reason, where a prediction is too large for a number."""
    y = np.asarray(table.y if model.classes is None else class_places(table, model.classes), np.float64)
    try:
        return Part(model_scores(model, table.X, y, table.weight, table.offset), y)
    except DataError as error:
        return Part({}, y, error.problem)


def _folds(split: Split, refit: Refit) -> Folds:
    """Fit to the other rows of each fold, and score its own; an interruption leaves the folds so far."""
    table, found = split.fitted, Folds((), (), len(split.folds))
    for rows in split.folds:
        try:
            fitted, run = refit(table.rows(other_rows(table.n, rows)))
        except KeyboardInterrupt:
            return found
        if run.trajectory.meta.get("interrupted"):
            return found
        part = part_of(fitted, table.rows(rows).encoded_by(fitted.recipe, "other"))
        found = found._replace(parts=(*found.parts, part), statuses=(*found.statuses, run.verdict.status))
    return found
