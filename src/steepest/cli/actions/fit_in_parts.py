"""The work of ``fit`` over a table in parts: the same problem, answer and files as of a table in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ...core.compile_notice import COMPILING, told
from ...core.errors import UsageError
from ...core.pass_progress import PassProgress
from ...core.progress import Told
from ...core.record_types import Loss
from ...parts.held_out import held_out
from ...parts.labels import Labels, labels_of
from ...parts.parts import Parts
from ...solve.fit import Run
from ...solve.passes.fit import fit_parts
from ...solve.passes.plan import passes_of
from ...solve.settings import Watch
from ..described import Described
from ..fit_scores import Part, Scores
from ..outcomes import check_outcomes, fit_outputs, start_points, together
from ..outputs import check_outputs
from ..parts_input import checkpointed, describe_parts, engine_of, open_to_fit
from ..parts_options import PartsChoice
from ..progress import shown
from ..report import Outcome, lines_of
from ..table_input import ordered_classes
from ..text import note
from .fit import (
    check,
    check_at,
    chosen_loss,
    deliver,
    files_of,
    limits_of,
    model_of,
    noted,
    problem_of,
    settings_of,
    start_of,
    status_of,
)
from .fit_flags import Flags
from .training_rows import class_weights

__all__ = ["fit_in_parts"]

NO_SCORES = Scores(Part({}, np.zeros(0), "they take a pass of their own"))


def fit_in_parts(flags: Flags, files: tuple[str, ...], choice: PartsChoice) -> int:
    """Fit as the flags say, print the answer, write the files, and return the exit status."""
    loss = chosen_loss(flags.kind, flags.loss)
    check(flags)
    check_outputs(files[0], flags.output, flags.trajectory, flags.force)
    with engine_of(choice.engine) as engine, checkpointed(choice, flags):
        table = open_to_fit(flags, files, choice, engine)
        about = describe_parts(table, flags.file)
        check_at(flags, about)
        with _progress(table, loss) as progress:
            table.plan(_passes(flags, loss, table))
            labels = _labels(table, about, flags) if flags.kind == "logistic" else None
            run = _descend(flags, loss, table, labels, progress)
    classes = None if labels is None else labels.labels
    run = noted(run, flags, about, classes)
    model = model_of(flags, loss, about, classes, run)
    outcome = Outcome(about, model, run, flags.at, files_of(flags), NO_SCORES, flags.everything)
    deliver(outcome, flags, lines_of(outcome))
    table.completed()
    return status_of(outcome, flags)


@contextmanager
def _progress(table: Parts, loss: Loss) -> Iterator[PassProgress]:
    """The progress of a fit and of its passes, on a bar."""
    with shown("passes") as tell, told(lambda: note(COMPILING)):
        numbers = table.shape[1] + len(table.source.targets)
        progress = PassProgress(tell, 8.0 * numbers, loss)
        table.told = progress.passing
        yield progress


def _passes(flags: Flags, loss: Loss, table: Parts) -> int:
    """About how many passes the fit takes; one that is made by batches is not made of passes."""
    if flags.batch_size is not None:
        return 1
    problem = problem_of(flags, loss, start_of(flags, table.names), table.names)
    return passes_of(table, problem, settings_of(flags), limits_of(flags))


def _labels(table: Parts, about: Described, flags: Flags) -> Labels:
    """The classes, in the order that --positive asks for."""
    if len(about.targets) > 1:
        raise UsageError(f"-t names {len(about.targets)} columns, but classes are in one: fit each by itself")
    found = labels_of(table)
    return found.ordered(ordered_classes(found.labels, about.rows, flags.positive, about))


def _descend(flags: Flags, loss: Loss, table: Parts, labels: Labels | None, progress: Told) -> Run:
    """Fit as the flags say."""
    classes = None if labels is None else labels.labels
    check_outcomes(flags, loss, table.source.targets, classes)
    start, how = start_of(flags, table.names), together(flags, classes)
    outputs = len(classes or ()) if how else len(table.source.targets)

    def fit_one(loss: Loss, c: int | None) -> Run:
        coded, validation = _coded(table, labels, flags, c), None
        if flags.early_stopping:
            coded, validation = held_out(coded, flags.stopping.validation_share, flags.seed)
        return fit_parts(
            coded,
            problem_of(flags, loss, start, table.names),
            settings_of(flags),
            limits_of(flags),
            start=start_points(start.point, outputs if c is None else 1),
            watch=Watch(progress=progress, validation=validation, patience=flags.stopping.epochs),
        )

    return fit_outputs(loss, classes, how, fit_one)


def _coded(table: Parts, labels: Labels | None, flags: Flags, one: int | None) -> Parts:
    """The table of a problem: of numbers as it is, of classes with the weights that are asked for."""
    if labels is None:
        return table
    asked = flags.class_weight
    weights = () if asked is None else class_weights(asked, labels.labels, labels.balanced)
    return labels.coded(table, weights, one)
