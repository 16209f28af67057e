"""What a fit on the command line predicts: several targets, classes together or each against the rest, offsets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.record_types import Loss
from ..data.classes import Classes
from ..data.make_rows import make_rows
from ..data.readers.tables import Table
from ..data.rows import Rows
from ..objective.column_settings import factors_of, signs_of
from ..objective.losses import LogLoss
from ..objective.losses.softmax import Softmax
from ..solve.fit import Run
from ..solve.model import Label
from ..solve.one_against_rest import as_one
from .described import Described
from .table_input import class_numbers
from .text import label_text

__all__ = [
    "check_outcomes",
    "column_settings",
    "fit_outputs",
    "fixed_values",
    "outcome_meta",
    "outcome_rows",
    "start_points",
    "together",
]

Classed = tuple[Label, ...] | None


class OutcomeFlags(Protocol):
    """The options that say what is predicted, and those of single columns."""

    @property
    def multi_class(self) -> str | None:
        """--multi-class."""

    @property
    def trajectory(self) -> str | None:
        """--trajectory."""

    @property
    def start(self) -> tuple[float, ...] | None:
        """--start."""

    @property
    def weights(self) -> str | None:
        """--weights."""

    @property
    def offset(self) -> str | None:
        """--offset."""

    @property
    def exposure(self) -> str | None:
        """--exposure."""

    @property
    def alpha(self) -> float | str:
        """--alpha."""

    @property
    def penalty_factors(self) -> dict[str, float] | None:
        """--penalty-factors."""

    @property
    def signs(self) -> str | dict[str, str] | None:
        """--signs."""


def together(flags: OutcomeFlags, classes: Classed) -> str | None:
    """How three or more classes are fitted, "softmax" or "ovr"; None of two classes and of numbers."""
    return None if classes is None or len(classes) == 2 else flags.multi_class or "softmax"


def check_outcomes(flags: OutcomeFlags, loss: Loss, targets: Sequence[str], classes: Classed) -> None:
    """Refuse options that do not suit the targets or classes of the table.

    Raises
    ------
    UsageError
        In one line, with what to do instead.
    """
    how, k = together(flags, classes), len(classes or targets)
    if flags.exposure is not None and not _log_link(loss):
        raise UsageError("--exposure enters as its logarithm, for counts: add --loss poisson, or take --offset")
    if how and (flags.offset, flags.exposure) != (None, None):
        raise UsageError(f"an offset needs two classes, not {k}: leave --offset out")
    if how == "softmax" and not isinstance(loss, LogLoss):
        raise UsageError(f"this --loss is one of two classes, here are {k}: add --multi-class ovr, or leave --loss out")
    if how == "ovr" and flags.trajectory:
        raise UsageError("--multi-class ovr makes a run for each class, none of all: leave --trajectory out")
    if (how or len(targets) > 1) and flags.start:
        raise UsageError(f"--start is for one target or two classes, here are {k}: leave it out")


def _log_link(loss: Loss) -> bool:
    """Whether a loss predicts exp(z)."""
    return not loss.labels and not loss.identity_link and float(loss.inverse(1.0)) == float(np.exp(1.0))


def fixed_values(fix: tuple[dict[str, float], ...], names: Sequence[str], no_intercept: bool) -> dict[int | str, float]:
    """The values of --fix by number of the column, or "intercept".

    Raises
    ------
    UsageError
        If there is no such column, or no intercept.
    """
    fixed = {name: value for group in fix for name, value in group.items()}
    if no_intercept and "intercept" in fixed:
        raise UsageError("--no-intercept and --fix intercept contradict each other: give one of them")
    places: dict[str, int | str] = {name: j for j, name in enumerate(names)} | {"intercept": "intercept"}
    for name in fixed:
        if name not in places:
            raise UsageError(f"--fix: no feature is called {name!r}: there is {', '.join(names[:20])}, intercept")
    return {places[name]: value for name, value in fixed.items()}


def column_settings(flags: OutcomeFlags, names: tuple[str, ...]) -> dict[str, Any]:
    """The penalty factors and signs of a problem.

    Raises
    ------
    UsageError
        If there is no such column, a factor is below 0, or there is no penalty for the factors.
    """
    if flags.penalty_factors is not None and flags.alpha == 0:
        raise UsageError("--penalty-factors are factors of the penalty, which is 0: add --alpha A")
    try:
        return {"factors": factors_of(flags.penalty_factors, names), "signs": signs_of(flags.signs, names)}
    except UsageError as error:
        said = str(error)
        words = said.replace("penalty_factors", "--penalty-factors").replace("signs:", "--signs:")
        raise UsageError(words) from None


def outcome_rows(table: Table, classes: Classed, how: str | None) -> Rows:
    """The rows of a table with their targets, or their classes as numbers.

    Raises
    ------
    DataError
        If all rows of a class have weight 0.
    """
    for label in classes or () if table.weight is not None else ():
        if not np.any(np.asarray(table.weight)[np.asarray(table.y) == label] > 0):
            problem = f"every row of class {label_text(label)} has weight 0: leave the class out"
            raise DataError(problem, file=table.source, column=table.target)
    y = table.y if classes is None else class_numbers(table, classes)
    rows = make_rows(table.X, y, weight=table.weight, offset=table.offset)
    return Classes(*rows) if how == "softmax" else rows


def fit_outputs(loss: Loss, classes: Classed, how: str | None, fit: Callable[[Any, int | None], Run]) -> Run:
    """One fit of all outputs, or one of each class against the rest, put together.

    ``fit`` takes a loss, and the place of the class or None for all outputs.

    Raises
    ------
    KeyboardInterrupt
        If the fit of a class is interrupted, since the others have no answer then.
    """
    if how != "ovr" or classes is None:
        return fit(Softmax() if how else loss, None)
    runs: list[Run] = []
    for c in range(len(classes)):
        runs.append(fit(loss, c))
        if runs[-1].trajectory.meta["interrupted"]:
            raise KeyboardInterrupt
    return as_one(runs, [label_text(label) for label in classes])


def outcome_meta(flags: OutcomeFlags, table: Described, classes: Classed) -> dict[str, Any]:
    """What a recorded run keeps of the columns that it was fitted to."""
    found: dict[str, Any] = {"target": table.target, "weights": flags.weights, "classes": classes}
    more: dict[str, Any] = {"targets": table.targets if len(table.targets) > 1 else None}
    more |= {"offset": flags.offset, "exposure": flags.exposure}
    return found | {name: value for name, value in more.items() if value is not None}


def start_points(point: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """The start (d + 1, k) of k outputs, the same for each."""
    return np.repeat(point[:, None], k, axis=1)
