"""A recorded run with the objective that it descended: the problem, rows, rule and units that its settings say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.record_types import Rule
from ..core.records import from_name
from ..core.types import Array
from ..core.units import RAW
from ..data.counted import counted
from ..data.make_rows import make_rows
from ..data.rows import Rows
from ..descent.trajectory import Trajectory
from ..methods.method import read_rule
from ..objective import losses
from ..objective.functions.formula import read_formula
from ..objective.functions.function import from_formula
from ..objective.objective import Objective
from ..objective.problem import Problem
from .auto.plan import scaled_units
from .model_problem import problem_by

__all__ = ["RecordedRun", "recorded_run"]

LEAST = 1e-9  # share of the cost at the start that may be rounding
SAME = 1e-5  # relative difference of two costs of one table, where one of them was computed in single precision


class RecordedRun(NamedTuple):
    """What a run descended, and how; parameters w (p, 1) are in the units of the descent, the intercept last.

    Attributes
    ----------
    path : Trajectory
    objective : Objective
    rule : Rule or None
        None if it is one of the user's own.
    names : tuple of str
        Of the parameters.
    rows : Rows or None
        The rows, in raw units and as given; None for a function.
    quadratic : bool
        Whether second derivatives are the same everywhere.
    numbers : (n,) array
        The number of each row that counts in the table that was given, from 1.
    """

    path: Trajectory
    objective: Objective
    rule: Rule | None
    names: tuple[str, ...]
    rows: Rows | None
    quadratic: bool
    numbers: NDArray[np.int64]

    @property
    def seed(self) -> int:
        """The seed of the order of rows."""
        return int(self.path.meta.get("seed", 0))

    def state(self, place: int) -> Array:
        """A recorded state, (p, 1)."""
        return self.objective.units.scaled(self.path.x[place][:, None])


def recorded_run(
    path: Trajectory, X: Any = None, y: Any = None, *, sample_weight: Any = None, offset: Any = None
) -> RecordedRun:
    """The run with its objective: of a formula, or of the rows that it was fitted to.

    Raises
    ------
    UsageError
        If the rows are missing or of another size, or the run has several outputs, or settings unknown here.
    DataError
        If the cost over these rows is not the recorded one.
    """
    if path.coef.ndim > 2:
        raise UsageError("a step is explained of one target or two classes: this run has more")
    _refuse_pieces(path.meta)
    if "function" in path.meta:
        return _of_formula(path)
    if X is None or y is None:
        raise UsageError("the run was fitted to rows: give X and y, as to fit")
    problem = problem_by(from_name(path.meta["loss"], losses, "loss"), path.meta)
    given = make_rows(X, _numbers(y, problem, path.meta), weight=sample_weight, offset=offset)
    _refuse_other_size(path, given)
    rows = counted(given)
    units = scaled_units(rows, problem, rows.columns()) if path.meta.get("standardized") else RAW
    numbers = 1 + np.arange(len(given.y)) if given.weight is None else 1 + np.flatnonzero(given.weight)
    names = (*(path.names or tuple(f"x{j}" for j in range(path.coef.shape[1]))), "intercept")
    F, quadratic = Objective(problem, rows.in_units(units)), bool(problem.loss.quadratic)
    run = RecordedRun(path, F, _rule(path.meta), names, rows, quadratic, numbers)
    _refuse_other_rows(run)
    return run


def _refuse_pieces(meta: Mapping[str, Any]) -> None:
    """Refuse runs whose states do not follow each other by the rule's steps on one objective."""
    if "chunk" in meta:
        raise UsageError("the steps of a chunk of a stream are not explained: fit the rows at once")
    if "batch_sizes" in meta:
        raise UsageError("the steps of growing batches are not explained: take one batch size")


def _of_formula(path: Trajectory) -> RecordedRun:
    text = str(path.meta["function"])
    names = path.names or tuple(f"x{j + 1}" for j in range(path.coef.shape[1]))
    try:
        formula = read_formula(text, names)
    except UsageError:
        raise UsageError(f"the run is on {text}, which is not a formula: minimize the formula as text") from None
    bounds = path.meta.get("bounds")
    ends = None if bounds is None else np.array(
        [[end if b is None else b for b in side] for side, end in zip(bounds, (-np.inf, np.inf), strict=True)]
    )  # fmt: skip
    objective = Objective(Problem(), from_formula(formula, ends))
    return RecordedRun(path, objective, _rule(path.meta), names, None, formula.degree <= 2, np.zeros(0, np.int64))


def _rule(meta: Mapping[str, Any]) -> Rule | None:
    """The rule by its name; None for one of the user's own."""
    try:
        return read_rule(str(meta["rule"]))
    except UsageError:
        return None


def _numbers(y: Any, problem: Problem, meta: Mapping[str, Any]) -> Any:
    """Targets as numbers; labels of the two classes as 0 and 1."""
    if not problem.loss.labels:
        return y
    known = (meta.get("table") or {}).get("classes")
    labels = np.asarray(y).ravel()
    classes = np.unique(labels) if known is None else np.asarray(known)
    if len(classes) != 2 or not np.isin(labels, classes).all():
        raise DataError("y must hold the labels of the two classes that were fitted")
    return (labels == classes[1]).astype(np.float64)


def _refuse_other_size(path: Trajectory, rows: Rows) -> None:
    expected = (path.meta.get("rows", rows.shape[0]), path.coef.shape[1])
    kept = rows.shape[0] if rows.weight is None else int(np.count_nonzero(rows.weight))
    if expected[1] != rows.shape[1]:
        raise UsageError(f"the run has {expected[1]} columns, the table {rows.shape[1]}: give the same")
    if expected[0] != kept:
        others = " (it held rows out for early stopping)" if "validation" in path.meta else ""
        raise UsageError(f"the run was fitted to {expected[0]:,} rows{others}, the table has {kept:,}: give the same")


def _refuse_other_rows(run: RecordedRun) -> None:
    """Compare the cost at the first and the last state where it was evaluated with the recorded one."""
    path, F = run.path, run.objective
    for i in (0, -1) if len(path.cost) else ():
        with np.errstate(over="ignore", invalid="ignore"):
            cost = F(run.state(int(np.searchsorted(path.step, path.cost_step[i]))))[0]
        slack = SAME * max(abs(path.cost[i]), abs(cost)) + LEAST * abs(path.cost[0])
        if not abs(cost - path.cost[i]) <= slack:
            there = f"{cost:.6g} over this table and {path.cost[i]:.6g} in the run"
            mend = "give the rows, and their weights, that it was fitted to"
            raise DataError(f"the cost at step {path.cost_step[i]:,} is {there}: {mend}")
