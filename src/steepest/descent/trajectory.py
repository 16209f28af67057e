"""Trajectory: the recorded states of a descent in raw units. `record` makes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.files import data_frame, plain
from ..core.shown_text import visible
from ..core.types import Array
from ..core.units import coef_and_intercept, squeezed
from ..optimality.verdict import Verdict
from .entries import LOOKS, STATES, looks_of, with_entry
from .state_table import state_table
from .states import State

__all__ = ["Trajectory"]


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Recorded states of one descent, start first, in raw units.

    Attributes
    ----------
    coef : (m, d) or (m, d, k) array
        Coefficients by raw columns; of a function its variables.
    intercept : (m,) or (m, k) array
        In the units of the linear predictor.
    step : (m,) array
        Updates made so far; the start is 0.
    epoch : (m,) array
        Passes over all rows so far.
    learning_rate : (m,) array
        Rate of the step to this state; 0 for the start.
    seconds : (m,) array
        Wall time since the start, interpolated inside a block of states.
    cost, gradient_norm, cost_step : (c,) arrays
        Full objective, Euclidean norm of its gradient by the raw parameters, and the steps at which they were
        evaluated: every recorded one in batch descent (c = m), at most 200 in sampled descent.
    names : tuple of str
        Names of the columns.
    meta : dict
        Settings, seed, versions and results of the run (JSON).
    verdict : Verdict or None
        What happened; None where the descent was recorded alone.
    gradient : (c, d + 1) or (c, d + 1, k) array, or None
        Gradient of the objective by the raw parameters where the cost was evaluated, intercept last; of a function (c,
        d). With an L1 penalty the subgradient of least norm. None for paths of alpha and files of earlier versions.

    Notes
    -----
    Parameters of the methods:

    w, cost, gradient : as of `of`
        Points, and the objective and its gradient there.
    path : str or Path
        The file; its ending gives the format.
    force : bool, default False
        Whether an existing file is replaced.
    steps, epochs, seconds : int, float, float, default 0.0
        What is added to the counts.
    f : callable, (m, d + 1, k) array -> array of that shape
        From parameters to parameters.
    t : int
        A step.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> path = GDRegressor(learning_rate=0.1, max_iter=3, tol=None).fit([[0.0], [1.0]], [1.0, 3.0]).trajectory_
    >>> path.step.tolist(), path.coef.round(3).ravel().tolist(), path.cost.round(3).tolist()
    ([0, 1, 2, 3], [0.0, 0.15, 0.283, 0.4], [2.5, 1.916, 1.473, 1.138])
    """

    coef: Array
    intercept: Array
    step: NDArray[np.int64]
    epoch: Array
    learning_rate: Array
    seconds: Array
    cost: Array
    gradient_norm: Array
    cost_step: NDArray[np.int64]
    names: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None
    gradient: Array | None = None

    def __len__(self) -> int:
        """Number of recorded states."""
        return len(self.step)

    def _repr_html_(self) -> str:
        from .replay import cell_of  # a notebook alone needs the page

        return cell_of(self)

    def __getitem__(self, i: int) -> dict[str, Any]:
        """One recorded state as a dict: step, epoch, seconds, learning_rate, coef, intercept."""
        names = ("step", "epoch", "seconds", "learning_rate", "coef", "intercept")
        return {name: getattr(self, name)[i] for name in names}

    @property
    def x(self) -> Array:
        """Points (m, d) of the run of a function; of a fit the coefficients with the intercept last."""
        if "function" in self.meta:
            return self.coef
        return np.concatenate((self.coef, self.intercept[:, None]), axis=1)

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of several targets or classes, as far as they are recorded: () if not."""
        table = self.meta.get("table") or {}
        return tuple(map(str, table.get("targets") or table.get("classes") or ()))

    @property
    def validation_step(self) -> NDArray[np.int64]:
        """Steps at which the loss over held-out rows was evaluated (v,): ends of epochs; empty without such rows."""
        return np.array(self.meta.get("validation", {}).get("steps", ()), np.int64)

    @property
    def validation_cost(self) -> Array:
        """Mean loss over held-out rows at ``validation_step``, (v,); ``meta["validation"]`` has its lowest value."""
        return np.array(self.meta.get("validation", {}).get("costs", ()), np.float64)

    def __repr__(self) -> str:
        cost = f", cost {self.cost[0]:.6g} -> {self.cost[-1]:.6g}" if len(self.cost) else ""
        status = f", {visible(self.verdict.status)}" if self.verdict else ""
        return f"<Trajectory of {len(self)} states, steps 0 .. {self.step[-1]}{cost}{status}>"

    def table(self) -> dict[str, NDArray[Any]]:
        """Columns of the table of recorded states, (m,) each; NaN where a sampled run did not evaluate the cost."""
        return state_table(self)

    @classmethod
    def of(cls, w: Array, cost: Array, gradient: Array) -> Trajectory:
        """Trajectory of consecutive points w (m, d + 1, k), raw, intercept last: step and epoch 0 .. m - 1, rate 1.

        Parameters
        ----------
        w : (m, d + 1, k) array
            The points.
        cost, gradient : (m,) array, (m, d + 1, k) array
            The objective at each of them, and its gradient.

        Examples
        --------
        >>> path = Trajectory.of(np.zeros((2, 4, 1)), np.array([2.0, 1.0]), np.ones((2, 4, 1)))
        >>> path.coef.shape, path.intercept.shape, path.step.tolist(), path.gradient_norm.tolist()
        ((2, 3), (2,), [0, 1], [2.0, 2.0])
        """
        step, norms = np.arange(len(w)), np.array([np.linalg.norm(g) for g in gradient])
        epoch, rates, seconds, slopes = step.astype(float), np.ones(len(w)), np.zeros(len(w)), squeezed(gradient)
        return cls(*coef_and_intercept(w), step, epoch, rates, seconds, cost, norms, step, gradient=slopes)

    def extended(self, w: Array, cost: Array, gradient: Array) -> Trajectory:
        """The states of this trajectory, then one step of rate 1 to each of w (m, d + 1, k), raw, intercept last.

        Examples
        --------
        >>> path = Trajectory.of(np.ones((2, 3, 1)), np.array([4.0, 2.0]), np.ones((2, 3, 1)))
        >>> longer = path.extended(np.zeros((1, 3, 1)), np.array([1.0]), np.zeros((1, 3, 1)))
        >>> longer.step.tolist(), longer.cost.tolist()
        ([0, 1, 2], [4.0, 2.0, 1.0])
        """
        more, last = Trajectory.of(w, cost, gradient), self.seconds[-1]
        return self.then(replace(more.shifted(int(self.step[-1]) + 1, self.epoch[-1] + 1, last), verdict=self.verdict))

    def then(self, later: Trajectory) -> Trajectory:
        """The states of this trajectory, then those of a later one beyond its last step; the later meta wins.

        Parameters
        ----------
        later : Trajectory
            Continues the counts of this one, see `shifted`. Its verdict is that of the result.

        Examples
        --------
        >>> path = Trajectory.of(np.ones((3, 2, 1)), np.array([4.0, 2.0, 1.0]), np.ones((3, 2, 1)))
        >>> both = path.then(path.shifted(2))
        >>> both.step.tolist(), both.cost.tolist()
        ([0, 1, 2, 3, 4], [4.0, 2.0, 1.0, 2.0, 1.0])
        """
        new, looked = later.step > self.step[-1], later.cost_step > self.step[-1]
        joined: dict[str, Any] = {
            name: np.concatenate((getattr(self, name), getattr(later, name)[new])) for name in STATES
        }
        joined |= looks_of(self, lambda mine, its: np.concatenate((mine, its[looked])), later)
        return replace(self, **joined, meta={**self.meta, **later.meta}, verdict=later.verdict)

    def upto(self, t: int) -> Trajectory:
        """The states up to step t.

        Examples
        --------
        >>> Trajectory.of(np.ones((3, 2, 1)), np.array([4.0, 2.0, 1.0]), np.ones((3, 2, 1))).upto(1).cost.tolist()
        [4.0, 2.0]
        """
        kept = {name: getattr(self, name)[self.step <= t] for name in STATES}
        looked = looks_of(self, lambda mine, _: mine[self.cost_step <= t], self)
        later = {"reported_step"} if self.meta.get("reported_step", t) > t else set()
        meta = {name: value for name, value in self.meta.items() if name not in later}
        return replace(self, **kept, **looked, meta=meta)

    def insert(self, state: State) -> Trajectory:
        """The trajectory with this state and its cost inserted; unchanged if it contains both.

        Parameters
        ----------
        state : State
            With ``w`` (d + 1, k) in raw units.

        Examples
        --------
        >>> from steepest import Method, Problem, descend, make_rows, record, until, updates
        >>> states = until(descend(Problem(), Method(learning_rate=0.05), make_rows([[1.0]], [2.0])), updates(9))
        >>> second = list(states)[2]
        >>> record(states, keep=False).insert(second).step.tolist()
        [0, 2, 9]
        """
        (coef,), (intercept,) = coef_and_intercept(state.w[None])
        eta, gradient = np.nan_to_num(state.eta), None if state.gradient is None else squeezed(state.gradient)
        path = with_entry(self, STATES, (coef, intercept, state.t, state.epoch, eta, state.seconds), state.t)
        return with_entry(path, LOOKS, (state.t, state.cost, state.gradient_norm, gradient), state.t)

    def shifted(self, steps: int, epochs: float = 0.0, seconds: float = 0.0) -> Trajectory:
        """The same states, with their counts increased by steps, epochs and seconds.

        Examples
        --------
        >>> Trajectory.of(np.zeros((3, 2, 1)), np.ones(3), np.ones((3, 2, 1))).shifted(7).step.tolist()
        [7, 8, 9]
        """
        counts: dict[str, Any] = {"step": self.step + steps, "cost_step": self.cost_step + steps}
        return replace(self, **counts, epoch=self.epoch + epochs, seconds=self.seconds + seconds)

    def mapped(self, f: Callable[[Array], Array]) -> Trajectory:
        """The trajectory with parameters f(w), for all of them at once, w (m, d + 1, k), raw, intercept last.

        Costs and gradients are not changed, so f must not change predictions.

        Examples
        --------
        >>> path = Trajectory.of(np.ones((2, 3, 1)), np.ones(2), np.ones((2, 3, 1)))
        >>> path.mapped(lambda w: 2 * w).coef.tolist()
        [[2.0, 2.0], [2.0, 2.0]]
        """
        m, d = self.coef.shape[:2]
        last = self.intercept.reshape(m, 1, -1)
        coef, intercept = coef_and_intercept(f(np.concatenate((self.coef.reshape(m, d, last.shape[2]), last), axis=1)))
        return replace(self, coef=coef, intercept=intercept)

    def to_frame(self) -> Any:
        """The table of recorded states as a pandas DataFrame; UsageError if pandas is not installed."""
        return data_frame(self.table())

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write to .npz, .json or .parquet (everything, floats exactly) or .csv (the table only).

        Raises
        ------
        FileError
            If the file exists (unless ``force``) or cannot be written; no partial file remains.
        DataError
            If the trajectory holds what `load` would refuse, such as names of another number of columns.
        """
        from .file_members import ARRAYS, GRADIENT
        from .storage import Stored, save

        verdict = plain(self.verdict.as_dict()) if self.verdict else None
        header = {"names": list(self.names), "meta": plain(self.meta), "verdict": verdict}
        arrays = {a: getattr(self, a) for a in (*ARRAYS, GRADIENT) if getattr(self, a) is not None}
        save(Stored(header, arrays, self.table()), Path(path), force)

    @staticmethod
    def load(path: str | Path) -> Trajectory:
        """Read a file that `save` wrote. No code is executed.

        Raises
        ------
        DataError
            If the file is damaged, is not a trajectory, or has a member that does not fit: the error names it.
        FileError
            If it cannot be read.
        """
        from .storage import load

        header, arrays = load(Path(path))
        verdict = None if header["verdict"] is None else Verdict.from_dict(header["verdict"])
        return Trajectory(**arrays, names=tuple(header["names"]), meta=header["meta"], verdict=verdict)
