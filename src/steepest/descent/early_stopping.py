"""Validation: rows held back from a descent tell when it has learnt what it will, and which answer was best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..core.errors import UsageError
from ..core.types import Loss
from ..core.units import Units
from ..data.checks import check_rows
from ..data.rows import Rows
from ..objective.problem import Problem
from .states import State
from .stops import Stop
from .trajectory import Trajectory

__all__ = ["Validation", "called", "held_back"]


class Validation:
    """Mean loss over rows that no step looks at, after each epoch (batch: each update), and the answer of the least.

    Parameters
    ----------
    loss : record
    rows : Rows
        Those held back.
    units : Units
        In which the descent sees the columns.
    patience : int >= 1
        Epochs without an improvement after which the descent ends.
    least_fall : float >= 0
        By how much the loss must fall to count as an improvement.

    Raises
    ------
    UsageError
        If ``patience`` is no whole number >= 1.

    Notes
    -----
    Cost: one reading of the rows held back each epoch.

    References
    ----------
    Prechelt, L. (1998). Early stopping, but when? Neural Networks: Tricks of the Trade. doi:10.1007/3-540-49430-8_3

    Examples
    --------
    >>> from steepest import Method, Problem, descend, epochs, make_rows, record, until
    >>> held = Validation(Problem().loss, make_rows([[1.0], [2.0]], [1.1, 1.9]), Units(), patience=3)
    >>> states = descend(Problem(), Method(learning_rate=0.2), make_rows([[1.0], [2.0], [3.0]], [0.9, 2.1, 3.6]))
    >>> path = held.chosen(record(until(states, held.stop(), epochs(500))))
    >>> path.meta["end"], path.meta["validation"]["step"]
    ('validation', 2)
    """

    def __init__(self, loss: Loss, rows: Rows, units: Units, patience: int = 5, least_fall: float = 0.0) -> None:
        if isinstance(patience, bool) or not isinstance(patience, (int, np.integer)) or patience < 1:
            raise UsageError(f"n_iter_no_change must be a whole number >= 1, not {patience!r}")
        self.loss, self.rows, self.units = loss, rows.in_units(units), units
        self.patience, self.least_fall = patience, least_fall
        self.best: State | None = None
        self.least = self.bar = np.inf  # least loss so far, and that of the last improvement
        self.since = 0.0  # epoch of that

    def stop(self) -> Stop:
        """End after ``patience`` epochs without an improvement."""
        return Stop(self._settled, "validation", check=True, each=True)

    def _settled(self, state: State) -> bool:
        with np.errstate(over="ignore", invalid="ignore"):
            loss = self.rows.value(self.loss, state.w)
        if self.best is None or loss < self.least:
            self.best, self.least = state, loss
        if loss < self.bar - self.least_fall:
            self.bar, self.since = loss, state.epoch
        return bool(state.epoch - self.since >= self.patience)

    def chosen(self, path: Trajectory) -> Trajectory:
        """The trajectory, with the state of least loss among those it keeps, named in ``meta["validation"]``."""
        if self.best is None:
            return path
        end, found = path.meta["end"], {"step": self.best.t, "loss": self.least, "rows": self.rows.shape[0]}
        if self.best.t < path.step[-1] and end not in ("overflow", "interrupted"):
            end = "validation"
        path = path.insert(self.best._replace(w=self.units.raw(self.best.w)))
        return replace(path, meta={**path.meta, "end": end, "validation": found})


def held_back(problem: Problem, rows: Rows | None, units: Units, patience: int, least_fall: float) -> Validation | None:
    """Validation on these rows, if there are any.

    Raises
    ------
    DataError
        If they hold what is no finite number.
    """
    if rows is None:
        return None
    check_rows(rows, problem)
    rows.columns()  # refuses what is no finite number
    return Validation(problem.loss, rows, units, patience, least_fall)


def called(callback: Callable[[State], bool | None], units: Units) -> Stop:
    """End when the user's function says True; it is given each update (sampled: the end of each epoch), ``w`` raw.

    Raises
    ------
    UsageError
        If it cannot be called.
    """
    if not callable(callback):
        raise UsageError(f"callback must be a function of a State, or None, not {callback!r}")

    def asked(state: State) -> bool:  # of a copy: what is done to it must not reach the point that moves
        return bool(callback(state._replace(w=units.raw(state.w.copy()))))

    return Stop(asked, "callback", check=True, each=True)
