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
from ...data.readers.tables import Table
from ...data.rows import make_rows
from ...objective import losses
from ...objective.penalties import elastic
from ...objective.problem import Problem
from ...solve.fit import Run, fit
from ...solve.model import Label, Model, write_model
from ...solve.settings import DEFAULT_TOL, Limits, Settings, Watch
from ..exit_status import INTERRUPTED, of_verdict, print_object
from ..outputs import check_outputs
from ..plugins import own_record
from ..progress import shown
from ..report import Outcome, as_object, lines_of
from ..table_input import class_numbers, classes_of, target_table
from ..text import note, say, warn
from .training_rows import EarlyStopping, settings_in_short, weights_by_class

__all__ = ["Flags", "check", "chosen_loss", "descend", "fit_command"]

DEFAULT_EPOCHS = 1000
OF_THE_RUN = ("exact", "table")  # settings that are not written to a model file


class Flags(NamedTuple):
    """The options of ``fit`` as Click hands them over."""

    kind: str
    file: str
    target: str | None
    features: tuple[str, ...] | None
    weights: str | None
    loss: str | None
    alpha: float
    no_intercept: bool
    positive: str | None
    learning_rate: str | float
    rule: str
    batch_size: int | None
    sampling: str
    average: str
    estimate: str
    max_iter: int | None
    steps: int | None
    tol: str | float | None
    l1_ratio: float
    fix: tuple[dict[str, float], ...]
    start: tuple[float, ...] | None
    seed: int
    at: dict[str, float] | None
    output: str | None
    trajectory: str | None
    require_converged: bool
    no_header: bool
    delimiter: str | None
    as_json: bool
    force: bool
    standardize: bool | None = None
    class_weight: str | dict[str, float] | None = None
    early_stopping: bool = False
    validation_fraction: float | None = None
    n_iter_no_change: int | None = None

    @property
    def stopping(self) -> EarlyStopping:
        """How held-out rows end the run."""
        return EarlyStopping(self.early_stopping, self.validation_fraction, self.n_iter_no_change)


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
    table = target_table(flags.file, flags, labels=logistic)
    _check_at(flags.at, table)
    classes = classes_of(table, flags.positive) if logistic else None
    run = descend(flags, loss, table, classes)
    outcome = Outcome(table, _model(flags, loss, table, classes, run), run, flags.at, _files(flags))
    lines = lines_of(outcome)  # before any file is written, since --at may be refused
    _deliver(outcome, flags, lines)
    return _status(run, flags)


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
    if flags.kind == "linear" and flags.class_weight is not None:
        raise UsageError("--class-weight weighs classes: it is for fit logistic")
    flags.stopping.check()
    if flags.steps is not None and flags.max_iter is not None:
        raise UsageError("--steps counts steps and --max-iter passes over the data: give one of them")
    if flags.tol is not None and flags.tol != "none" and float(flags.tol) < 0:
        raise UsageError(f"--tol must be a number >= 0 or none, not {flags.tol:g}")


def _check_at(at: dict[str, float] | None, table: Table) -> None:
    if at is None:
        return
    missing = [name for name in table.names if name not in at]
    unknown = [name for name in at if name not in table.names]
    if unknown:
        raise UsageError(f"--at: no feature is called {unknown[0]!r}: there is {', '.join(table.names[:20])}")
    if missing:
        raise UsageError(f"--at needs a value for {missing[0]!r} too: write COL=VALUE,COL=VALUE")


def _start(flags: Flags, table: Table) -> Start:
    """Put --start, --fix and --no-intercept together."""
    d = len(table.names)
    fixed = {name: value for group in flags.fix for name, value in group.items()}
    if flags.no_intercept and "intercept" in fixed:
        raise UsageError("--no-intercept and --fix intercept contradict each other: give one of them")
    given = flags.start or (0.0,) * (d + 1)
    if flags.no_intercept and len(given) == d:
        given = (*given, 0.0)
    if len(given) != d + 1:
        raise UsageError(f"--start needs {d + 1} numbers, the coefficients and then the intercept, not {len(given)}")
    point = np.array(given)
    places = {name: j for j, name in enumerate(table.names)} | {"intercept": d}
    for name, value in fixed.items():
        if name not in places:
            raise UsageError(f"--fix: no feature is called {name!r}: there is {', '.join(table.names[:20])}, intercept")
        point[places[name]] = value
    return Start(point, tuple("intercept" if places[name] == d else places[name] for name in fixed))


def descend(flags: Flags, loss: Loss, table: Table, classes: tuple[Label, Label] | None) -> Run:
    """Fit as the flags say."""
    start = _start(flags, table)
    problem = Problem(loss, elastic(flags.alpha, flags.l1_ratio), not flags.no_intercept, start.fixed)
    y: Any = table.y if classes is None else class_numbers(table, classes)
    weight = table.weight if classes is None else weights_by_class(flags.class_weight, y, classes, table.weight)
    rows = make_rows(table.X, y, weight=weight)
    rows, held_out = flags.stopping.parted(rows, flags.seed, labels=classes is not None)
    with shown() as progress, told(lambda: note(COMPILING)):
        run = fit(
            rows,
            problem,
            _settings(flags),
            Limits(flags.max_iter or flags.steps or DEFAULT_EPOCHS, flags.steps, _tolerance(flags)),
            names=table.names,
            start=start.point,
            watch=Watch(progress=progress, validation=held_out, patience=flags.stopping.epochs),
        ).noted((*table.notes, *table.roundings))
    run.trajectory.meta["table"] = {"target": table.target, "weights": flags.weights, "classes": classes}
    return run


def _settings(flags: Flags) -> Settings:
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


def _tolerance(flags: Flags) -> float | None:
    """The tolerance of --tol; without it --steps N takes all N steps."""
    if flags.tol == "none" or (flags.tol is None and flags.steps is not None):
        return None
    return DEFAULT_TOL if flags.tol is None else float(flags.tol)


def _model(flags: Flags, loss: Any, table: Table, classes: tuple[Label, Label] | None, run: Run) -> Model:
    return Model(
        flags.kind,
        str(table.target),
        tuple(table.names),
        tuple(run.coef[:, 0].tolist()),
        float(run.intercept[0]),
        classes,
        to_spec(loss),
        _settings_of(run, flags),
        plain(run.verdict.as_dict()),
        plain(run.certificate._asdict()),
    )


def _settings_of(run: Run, flags: Flags) -> dict[str, Any]:
    """How the model was fitted, with the column of weights where there was one."""
    meta = settings_in_short(run.trajectory.meta)
    kept = {name: plain(value) for name, value in meta.items() if name not in OF_THE_RUN}
    given = {"weights": flags.weights, "class_weight": flags.class_weight}
    return kept | {name: value for name, value in given.items() if value}


def _files(flags: Flags) -> tuple[str, ...]:
    return tuple(path for path in (flags.output, flags.trajectory) if path)


def _deliver(outcome: Outcome, flags: Flags, lines: Any) -> None:
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
        print_object(as_object(outcome, _status(outcome.run, flags)))
    else:
        say(lines)
    _warn(outcome.run)


def _warn(run: Run) -> None:
    """Warn on stderr, in one line, of an outcome that a script must not overlook."""
    status = run.verdict.status
    if run.trajectory.meta.get("interrupted"):
        warn("interrupted: this is the state reached")
    elif status in ("diverged", "separable"):
        warn(status)
    elif status != "converged" and run.trajectory.meta["end"] != "validation":  # which is as the user asked
        warn(f"not converged: {status}")


def _status(run: Run, flags: Flags) -> int:
    """Exit status of a fit that was not interrupted by an error."""
    if run.trajectory.meta.get("interrupted"):
        return INTERRUPTED
    return of_verdict(run.verdict, flags.require_converged and run.verdict.status != "converged")
