"""The work of ``fit``: from flags to a problem, a descent, files, and an exit status."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.compile_notice import COMPILING, told
from ...core.errors import SteepestError, UsageError
from ...core.files import plain
from ...core.record_types import Loss
from ...core.records import from_name, to_spec
from ...data.encoding.recipe_json import spec_of
from ...data.readers.tables import Table
from ...objective import losses
from ...objective.penalties import elastic
from ...objective.problem import Problem
from ...solve.fit import Run, fit
from ...solve.model import Label, Model, write_model
from ...solve.settings import DEFAULT_TOL, Limits, Settings, Watch
from ..described import Described, describe_table
from ..exit_status import INTERRUPTED, of_verdict, print_object
from ..outcomes import (
    check_outcomes,
    column_settings,
    fit_outputs,
    fixed_values,
    outcome_meta,
    outcome_rows,
    start_points,
    together,
)
from ..outputs import check_outputs
from ..plugins import own_record
from ..progress import shown
from ..report import Outcome, as_object, lines_of
from ..split import check_split, split_table
from ..table_input import classes_of, target_columns
from ..text import note, say, warn
from .alpha_choice import chosen_alpha
from .fit_flags import Flags
from .held_out import scores_of
from .training_rows import settings_in_short, weights_by_class

__all__ = ["check", "chosen_loss", "descend", "fit_command", "without_columns"]

DEFAULT_EPOCHS = 1000
OF_THE_RUN = ("exact", "table")  # settings that are not written to a model file


class Start(NamedTuple):
    """The start of the descent, and the coefficients that are fixed there."""

    point: NDArray[np.float64]  # (d + 1,), intercept last
    fixed: tuple[int | str, ...]


def fit_command(flags: Flags) -> int:
    """Fit as the flags say, print the answer, write the files, and return the exit status."""
    loss = chosen_loss(flags.kind, flags.loss)
    check(flags)
    check_outputs(flags.file, flags.output, flags.trajectory, flags.force)
    logistic = flags.kind == "logistic"
    flags = without_columns(flags)
    raw = target_columns(flags.file, flags, labels=logistic, offset=flags.offset, exposure=flags.exposure)
    classes = classes_of(raw, flags.positive) if logistic else None
    split = split_table(raw, flags, labels=logistic)
    settings = flags.columns.settings
    table = split.fitted.encoded(settings)
    check_at(flags, describe_table(table))
    flags, choice = chosen_alpha(flags, loss, table, classes)
    model, run = _fitted(flags, loss, table, classes, choice | split.meta | flags.columns.meta)
    scores = scores_of(model, table, split, lambda part: _fitted(flags, loss, part.encoded(settings), classes, {}))
    outcome = Outcome(describe_table(table), model, run, flags.at, files_of(flags), scores, flags.everything)
    lines = lines_of(outcome)  # before any file is written, since --at may be refused
    deliver(outcome, flags, lines)
    return status_of(outcome, flags)


def _fitted(
    flags: Flags, loss: Loss, table: Table, classes: tuple[Label, ...] | None, meta: dict[str, Any]
) -> tuple[Model, Run]:
    """Fit to a table; what was chosen before and held out is kept among the settings."""
    run = descend(flags, loss, table, classes)
    run.trajectory.meta.update(meta)
    return model_of(flags, loss, describe_table(table), classes, run), run


def chosen_loss(kind: str, name: str | None) -> Loss:
    """Find the loss by name, or the default of the kind.

    Raises
    ------
    UsageError
        If there is no such loss, or it belongs to the other kind.
    """
    logistic = kind == "logistic"
    loss: Loss = from_name(name or ("log_loss" if logistic else "squared_error"), losses, "loss")
    if loss.labels != logistic:
        raise UsageError(f"the loss {name!r} is for fit {'linear' if logistic else 'logistic'}: leave --loss out")
    return loss


def check(flags: Flags) -> None:
    """Refuse flags that contradict each other, before anything is read."""
    if flags.kind == "linear" and flags.positive is not None:
        raise UsageError("--positive names a class: it is for fit logistic")
    if flags.kind == "linear" and flags.multi_class is not None:
        raise UsageError("--multi-class says how classes are fitted: it is for fit logistic")
    if flags.kind == "linear" and flags.class_weight is not None:
        raise UsageError("--class-weight weighs classes: it is for fit logistic")
    flags.stopping.check()
    if flags.steps is not None and flags.max_iter is not None:
        raise UsageError("--steps counts steps and --max-iter passes over the data: give one of them")
    check_split(flags)
    if flags.tol is not None and flags.tol != "none" and float(flags.tol) < 0:
        raise UsageError(f"--tol must be a number >= 0 or none, not {flags.tol:g}")


def without_columns(flags: Flags) -> Flags:
    """The flags, with no columns to use where --intercept-only asks for that.

    Raises
    ------
    UsageError
        If other options ask for columns, or for no intercept.
    """
    if not flags.intercept_only:
        return flags
    asked = {"-x": flags.features, "--no-intercept": flags.no_intercept or None, "--signs": flags.signs}
    asked |= {"--penalty-factors": flags.penalty_factors}
    for option, value in asked.items():
        if value is not None:
            raise UsageError(f"--intercept-only uses no column: leave {option} out")
    return flags._replace(features=())


def check_at(flags: Flags, table: Described) -> None:
    if (at := flags.at) is None:
        return
    names = table.names if table.recipe is None else table.recipe.columns
    needed = (*names, *(name for name in (flags.offset, flags.exposure) if name is not None))
    missing = [name for name in needed if name not in at]
    unknown = [name for name in at if name not in needed]
    if unknown:
        raise UsageError(f"--at: no feature is called {unknown[0]!r}: there is {', '.join(needed[:20])}")
    if missing:
        raise UsageError(f"--at needs a value for {missing[0]!r} too: write COL=VALUE,COL=VALUE")


def start_of(flags: Flags, names: tuple[str, ...]) -> Start:
    """Put --start, --fix and --no-intercept together."""
    d = len(names)
    fixed = fixed_values(flags.fix, names, flags.no_intercept)
    given = flags.start or (0.0,) * (d + 1)
    if flags.no_intercept and len(given) == d:
        given = (*given, 0.0)
    if len(given) != d + 1:
        raise UsageError(f"--start needs {d + 1} numbers, the coefficients and then the intercept, not {len(given)}")
    point = np.array(given)
    for place, value in fixed.items():
        point[d if place == "intercept" else int(place)] = value
    return Start(point, tuple(fixed))


def descend(flags: Flags, loss: Loss, table: Table, classes: tuple[Label, ...] | None) -> Run:
    """Fit as the flags say."""
    check_outcomes(flags, loss, table.targets, classes)
    start, how = start_of(flags, table.names), together(flags, classes)
    if classes is not None and flags.class_weight is not None:
        table = table._replace(weight=weights_by_class(flags.class_weight, table, classes))
    whole = outcome_rows(table, classes, how)
    with shown() as progress, told(lambda: note(COMPILING)):

        def fit_one(loss: Loss, c: int | None) -> Run:
            rows = whole if c is None else whole.one_target(c)
            rows, held_out = flags.stopping.parted(rows, flags.seed, labels=classes is not None)
            return fit(
                rows,
                problem_of(flags, loss, start, table.names),
                settings_of(flags),
                limits_of(flags),
                names=table.names,
                start=start_points(start.point, rows.outputs),
                watch=Watch(progress=progress, validation=held_out, patience=flags.stopping.epochs),
            )

        run = fit_outputs(loss, classes, how, fit_one)
    return noted(run, flags, describe_table(table), classes)


def problem_of(flags: Flags, loss: Loss, start: Start, names: tuple[str, ...]) -> Problem:
    """The problem of a loss."""
    assert not isinstance(flags.alpha, str)  # it is chosen before
    penalty, by_column = elastic(flags.alpha, flags.l1_ratio), column_settings(flags, names)
    return Problem(loss, penalty, not flags.no_intercept, start.fixed, **by_column)


def noted(run: Run, flags: Flags, table: Described, classes: tuple[Label, ...] | None) -> Run:
    """The run with the notes on its table, and with what is kept of the table."""
    run = run.noted(table.notes)
    run.trajectory.meta["table"] = outcome_meta(flags, table, classes)
    if table.recipe is not None:
        run.trajectory.meta["table"]["encoding"] = spec_of(table.recipe)
    return run


def settings_of(flags: Flags) -> Settings:
    return Settings(
        rule=own_record(flags.rule, "rule"),
        learning_rate=own_record(flags.learning_rate, "learning rate"),
        batch_size=flags.batch_size,
        sampling=flags.sampling,
        average=flags.average,
        estimate=flags.estimate,
        standardize="auto" if flags.standardize is None else flags.standardize,
        seed=flags.seed,
    )


def limits_of(flags: Flags) -> Limits:
    """When the fit ends."""
    return Limits(flags.max_iter or flags.steps or DEFAULT_EPOCHS, flags.steps, _tolerance(flags))


def _tolerance(flags: Flags) -> float | None:
    """The tolerance of --tol; without it --steps N takes all N steps."""
    if flags.tol == "none" or (flags.tol is None and flags.steps is not None):
        return None
    return DEFAULT_TOL if flags.tol is None else float(flags.tol)


def model_of(flags: Flags, loss: Loss, table: Described, classes: tuple[Label, ...] | None, run: Run) -> Model:
    return Model(
        flags.kind,
        table.targets,
        tuple(table.names),
        tuple(map(tuple, run.coef.T.tolist())),
        tuple(run.intercept.tolist()),
        classes,
        to_spec(loss),
        _settings_of(run, flags),
        plain(run.verdict.as_dict()),
        plain(run.certificate._asdict()),
        together(flags, classes),
        flags.offset,
        flags.exposure,
        encoding=table.recipe,
    )


def _settings_of(run: Run, flags: Flags) -> dict[str, Any]:
    """How the model was fitted, and by which weights."""
    meta = settings_in_short(run.trajectory.meta)
    kept = {name: plain(value) for name, value in meta.items() if name not in OF_THE_RUN}
    given = {"weights": flags.weights, "class_weight": flags.class_weight}
    return kept | {name: value for name, value in given.items() if value}


def files_of(flags: Flags) -> tuple[str, ...]:
    return tuple(path for path in (flags.output, flags.trajectory) if path)


def deliver(outcome: Outcome, flags: Flags, lines: list[str]) -> None:
    """Write the files, then print; if a file fails, the answer is printed all the same, then the error."""
    try:
        if flags.trajectory:
            outcome.run.trajectory.save(flags.trajectory, force=flags.force)
        if flags.output:
            write_model(outcome.model, flags.output, flags.force)
    except SteepestError:
        if not flags.as_json:
            say(lines_of(outcome._replace(files=())))
        raise
    if flags.as_json:
        print_object(as_object(outcome, status_of(outcome, flags)))
    else:
        say(lines)
    _warn(outcome)


def _warn(outcome: Outcome) -> None:
    """Warn on stderr, in one line, of an outcome that a script must not overlook."""
    status = outcome.run.verdict.status
    if outcome.interrupted:
        warn("interrupted: this is the state reached")
    elif status in ("diverged", "separable"):
        warn(status)
    elif status != "converged" and outcome.run.trajectory.meta["end"] != "validation":  # which is as the user asked
        warn(f"not converged: {status}")


def status_of(outcome: Outcome, flags: Flags) -> int:
    """Exit status of a fit that was not interrupted by an error."""
    run = outcome.run
    if outcome.interrupted:
        return INTERRUPTED
    return of_verdict(run.verdict, flags.require_converged and run.verdict.status != "converged")
