"""The choice of --alpha cv: the penalty weight by cross-validation, before the fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.errors import UsageError
from ...core.record_types import Loss
from ...data.folds import folds, other_rows
from ...data.make_rows import make_rows
from ...data.readers.tables import Table
from ...objective.problem import Problem
from ...solve.cross_validation import TOL, cross_validate
from ...solve.model import Label
from ...solve.settings import Limits
from ...solve.validation_curve import Fold, Grid
from ..outcomes import column_settings
from ..table_input import class_numbers

if TYPE_CHECKING:
    from .fit_flags import Flags

__all__ = ["Chosen", "chosen_alpha"]

FOLDS = 5


class Chosen(NamedTuple):
    """The flags with a number as alpha, and how it was chosen, {} where it was given."""

    flags: Flags
    meta: dict[str, Any]


def chosen_alpha(flags: Flags, loss: Loss, table: Table, classes: tuple[Label, ...] | None) -> Chosen:
    """Choose alpha as ``--alpha cv`` or ``cv:1se`` says; a number stays.

    Raises
    ------
    UsageError
        If --fix is given too, or there are not enough rows for the folds.
    """
    if not isinstance(flags.alpha, str):
        return Chosen(flags, {})
    if flags.fix:
        raise UsageError("--alpha cv and --fix exclude each other: give a number as --alpha")
    if (k := len(classes or table.targets)) > (1 if classes is None else 2):
        what = "targets" if classes is None else "classes"
        raise UsageError(f"--alpha cv is for one target or two classes, here are {k} {what}: give a number as --alpha")
    y = table.y if classes is None else class_numbers(table, classes)
    rows = make_rows(table.X, y, weight=table.weight, offset=table.offset)
    n, labels = rows.shape[0], None if classes is None else rows.y[:, 0]
    parts = folds(n, FOLDS if flags.cv is None else flags.cv, seed=flags.seed, labels=labels)
    found = cross_validate(
        rows,
        Problem(loss, intercept=not flags.no_intercept, **column_settings(flags, table.names)),
        [Fold(other_rows(n, part), part) for part in parts],
        Grid(l1_ratios=(flags.l1_ratio,)),
        rule="1se" if flags.alpha == "cv:1se" else "min",
        limits=Limits(tol=TOL),
    )
    return Chosen(flags._replace(alpha=found.alpha), {"cross_validation": found.as_dict()})
