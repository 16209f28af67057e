"""Early stopping: the loss over held-out rows ends a descent and chooses its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..core.errors import UsageError
from ..core.record_types import Loss
from ..core.units import Units
from ..data.checks import check_targets
from ..data.counted import counted
from ..data.rows import Rows
from ..objective.problem import Problem
from .states import State
from .stops import Stop
from .trajectory import Trajectory

__all__ = ["Callback", "Validation", "callback_stop", "validation_on"]

Callback = Callable[[State], bool | None]


class Validation:
    """Mean loss over held-out rows after each epoch (batch: each update), and the state where it is lowest.

    Parameters
    ----------
    loss : record
    rows : Rows
        Held-out rows.
    units : Units
        Units of the descent.
    patience : int >= 1
        Epochs without an improvement after which the descent ends.
    least_fall : float >= 0
        Decrease of the loss that counts as an improvement.

    Raises
    ------
    UsageError
        If ``patience`` is not an integer >= 1.

    Notes
    -----
    Cost: one pass over the held-out rows each epoch.

    References
    ----------
    Prechelt, L. (1998). Early stopping, but when? Neural Networks: Tricks of the Trade. doi:10.1007/3-540-49430-8_3

    Examples
    --------
    >>> from steepest import Method, Problem, descend, epochs, make_rows, record, until
    >>> validation = Validation(Problem().loss, make_rows([[1.0], [2.0]], [1.1, 1.9]), Units(), patience=3)
    >>> states = descend(Problem(), Method(learning_rate=0.2), make_rows([[1.0], [2.0], [3.0]], [0.9, 2.1, 3.6]))
    >>> path = validation.chosen(record(until(states, validation.stop(), epochs(500))))
    >>> path.meta["end"], path.meta["validation"]["step"], path.validation_cost.round(4).tolist()
    ('validation', 2, [1.205, 0.1489, 0.048, 0.0542, 0.0515, 0.05])
    """

    def __init__(self, loss: Loss, rows: Rows, units: Units, patience: int = 5, least_fall: float = 0.0) -> None:
        if isinstance(patience, bool) or not isinstance(patience, (int, np.integer)) or patience < 1:
            raise UsageError(f"n_iter_no_change must be a whole number >= 1, not {patience!r}")
        self.loss, self.rows, self.units = loss, rows.in_units(units), units
        self.patience, self.least_fall = patience, least_fall
        self.best: State | None = None
        self.lowest = self.reference = np.inf  # lowest loss so far, and the loss at the last improvement
        self.since = 0.0  # epoch of the last improvement
        self.course: dict[int, float] = {}  # the loss by step, where it is finite

    def stop(self) -> Stop:
        """End after ``patience`` epochs without an improvement."""
        return Stop(self._settled, "validation", check=True, each=True)

    def _settled(self, state: State) -> bool:
        with np.errstate(over="ignore", invalid="ignore"):
            loss = self.rows.value(self.loss, state.w)
        if np.isfinite(loss):
            self.course[state.t] = float(loss)
        if self.best is None or loss < self.lowest:
            self.best, self.lowest = state, loss
        if loss < self.reference - self.least_fall:
            self.reference, self.since = loss, state.epoch
        return bool(state.epoch - self.since >= self.patience)

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory with the state of lowest loss inserted; ``meta["validation"]`` names it and has all losses."""
        if self.best is None:
            return path
        end, found = path.meta["end"], {"step": self.best.t, "loss": self.lowest, "rows": self.rows.shape[0]}
        course = {"steps": list(self.course), "costs": list(self.course.values())}
        if self.best.t < path.step[-1] and end not in ("overflow", "interrupted"):
            end = "validation"
        path = path.insert(self.best._replace(w=self.units.raw(self.best.w)))
        return replace(path, meta={**path.meta, "end": end, "validation": {**found, **course}})


def validation_on(
    problem: Problem, rows: Rows | None, units: Units, patience: int, least_fall: float
) -> Validation | None:
    """Validation on these rows, or None without rows.

    Raises
    ------
    DataError
        If they contain a number that is not finite.
    """
    if rows is None:
        return None
    rows = counted(rows)
    check_targets(rows, problem)
    rows.columns()  # raises if a number is not finite
    return Validation(problem.loss, rows, units, patience, least_fall)


def callback_stop(callback: Callback, units: Units) -> Stop:
    """A stop where the user's function returns True. It gets each update (sampled: the end of each epoch), ``w`` raw.

    Raises
    ------
    UsageError
        If it is not callable.
    """
    if not callable(callback):
        raise UsageError(f"callback must be a function of a State, or None, not {callback!r}")

    def asked(state: State) -> bool:  # with a copy of w: the user may change it
        return bool(callback(state._replace(w=units.raw(state.w.copy()))))

    return Stop(asked, "callback", check=True, each=True)
