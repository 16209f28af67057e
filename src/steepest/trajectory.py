"""Trajectory: what happened, state by state, in the user's own units. `record` makes one from a descent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .descent import Descent
from .errors import UsageError
from .progress import Progress, Told
from .records import to_spec
from .sketch import html_of
from .states import Block, Checkpoint, Spacing
from .verdict import Verdict
from .writing import data_frame

__all__ = ["Trajectory", "record", "record_on"]

Array = NDArray[np.float64]
RECORD_NUMBERS = 1 << 23  # parameters that record="auto" keeps at every step: 64 MB
SAMPLED_COSTS = 200  # costs evaluated at most in a sampled run
FREE_LOOK = 100_000  # numbers in a table whose full cost is looked at without counting
KEPT = ("t", "epoch", "eta", "cost", "gradient_norm", "seconds")


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Recorded states of one descent, start first, in raw units.

    Attributes
    ----------
    coef : (m, d) or (m, d, k) array
    intercept : (m,) or (m, k) array
    step : (m,) array
        Updates made so far; the start is 0.
    epoch : (m,) array
        Readings of all rows so far.
    learning_rate : (m,) array
        Rate of the step that led here; the first one, where there was none, is 0.
    seconds : (m,) array
        Wall time since the start, interpolated inside a block of states.
    cost, gradient_norm, cost_step : (c,) arrays
        Full objective, Euclidean norm of its gradient by the raw parameters, and the steps at which they were looked
        at: every recorded one in batch descent (c = m), at most 200 in a sampled one.
    names : tuple of str
        Names of the columns.
    meta : dict
        Settings, seed, versions and what the run found (JSON).
    verdict : Verdict or None
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
    _repr_html_ = html_of  # what a notebook shows

    def __len__(self) -> int:
        """Number of recorded states."""
        return len(self.step)

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

    def __repr__(self) -> str:
        cost = f", cost {self.cost[0]:.6g} -> {self.cost[-1]:.6g}" if len(self.cost) else ""
        status = f", {self.verdict.status}" if self.verdict else ""
        return f"<Trajectory of {len(self)} states, steps 0 .. {self.step[-1]}{cost}{status}>"

    def table(self) -> dict[str, NDArray[Any]]:
        """Columns of the table of recorded states; a sampled run's cost is left empty (NaN) where nobody looked."""
        where = np.searchsorted(self.step, self.cost_step)
        columns: dict[str, NDArray[Any]] = {"step": self.step, "epoch": self.epoch, "seconds": self.seconds}
        columns["learning_rate"] = self.learning_rate
        for name in ("cost", "gradient_norm"):
            column = np.full(len(self), np.nan)
            column[where] = getattr(self, name)
            columns[name] = column
        coef = self.coef.reshape(len(self), -1)
        names = self.names if coef.shape[1] == len(self.names) else tuple(f"w{j}" for j in range(coef.shape[1]))
        named = [f"coef {name}" if name in {*columns, "intercept"} else name for name in names]
        columns |= dict(zip(named, coef.T, strict=True))
        if "function" in self.meta:
            return columns
        intercept = self.intercept.reshape(len(self), -1)
        ends = ("intercept",) if intercept.shape[1] == 1 else tuple(f"intercept{c}" for c in range(intercept.shape[1]))
        return columns | {name: intercept[:, c] for c, name in enumerate(ends)}

    def to_frame(self) -> Any:
        """The table of recorded states as a pandas DataFrame.

        Raises
        ------
        UsageError
            If pandas is not installed.
        """
        return data_frame(self.table())

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write to .npz, .json or .parquet (everything, floats exactly) or .csv (the table only).

        Raises
        ------
        FileError
            If the file exists (unless ``force``) or cannot be written; nothing is left behind.
        """
        from .storage import save

        save(self, Path(path), force)

    @staticmethod
    def load(path: str | Path) -> Trajectory:
        """Read what `save` wrote. No code is executed; a file that is no trajectory is refused with one line."""
        from .storage import load

        return load(Path(path))


def record(
    states: Any,
    *,
    keep: Any = "auto",
    names: Iterable[str] = (),
    meta: dict[str, Any] | None = None,
    progress: Told | None = None,
) -> Trajectory:
    """Run a descent to its end and keep what happened.

    Parameters
    ----------
    states : Descent
        From `descend`, bounded by `until`.
    keep : "auto", True, int or False
        "auto": every step up to 64 MB, else twice as sparse each time the step number doubles. True: every step; an
        int k: every k-th; False: first and last only. First and last are always kept.
    names : iterable of str
        Names of the columns, for tables and pictures.
    meta : dict
        Added to the trajectory's own.
    progress : callable
        Told how far it is, a `Progress`, after each block of states.

    Returns
    -------
    Trajectory
        On Ctrl-C what was recorded so far, with ``meta["interrupted"]``.

    Examples
    --------
    >>> from steepest import Method, Problem, descend, make_rows, until, updates
    >>> rows = make_rows([[1.0], [3.0], [5.0]], [4.0, 3.0, 7.0])
    >>> path = record(until(descend(Problem(), Method(learning_rate=0.05), rows), updates(100)))
    >>> len(path), round(float(path.cost[-1]), 3)
    (101, 0.752)
    """
    return record_on(states, keep=keep, names=names, meta=meta, progress=progress)[0]


def record_on(
    states: Any, *, keep: Any = "auto", names: Iterable[str] = (), meta: Any = None, progress: Told | None = None
) -> tuple[Trajectory, Checkpoint]:
    """The trajectory of `record`, and where it ended, complete: what a descent can go on from."""
    if not isinstance(states, Descent):
        raise UsageError("record takes a descent: record(until(descend(problem, method, data), epochs(20)))")
    kept, interrupted = _gather(states, _spacing(keep, states), progress)
    path = _assembled(states, kept, tuple(names), {**(meta or {}), "interrupted": interrupted})
    assert kept.last is not None
    return path, kept.last.last


def _spacing(keep: Any, descent: Descent) -> Spacing:
    if isinstance(keep, bool) or keep is None:
        return Spacing(1) if keep else Spacing(1 << 40)
    if isinstance(keep, int) and keep >= 1:
        return Spacing(keep)
    if keep == "auto":
        return _affordable(descent.planned_updates, RECORD_NUMBERS // descent.start.at.size)
    raise UsageError(f"record must be 'auto', True, False or a whole number >= 1, not {keep!r}")


def _affordable(updates: float, states: int) -> Spacing:
    """Every step if so many states may be kept, else octaves of equally many states, a quarter as many in all."""
    if updates <= states:
        return Spacing(1)
    octave = 1 << max(6, states.bit_length() - 1)
    while octave > 64 and octave * (1 + np.log2(min(updates, 2.0**40) / octave)) > states / 4:
        octave >>= 1
    return Spacing(1, octave)


class Kept:
    """What is kept of the blocks of a descent: their kept states alone, so that a long run stays small."""

    def __init__(self, descent: Descent) -> None:
        self.answer = descent.answer
        self.columns: list[list[Any]] = []
        self.w: list[Array] = []
        self.last: Block | None = None  # the last block with a state in it
        self.end = "interrupted"

    def add(self, block: Block) -> None:
        """Take the kept states of one more block."""
        self.columns.append([getattr(block, name)[block.kept] for name in KEPT])
        self.w.append(block.w)
        self.last = block if len(block.t) else self.last
        self.end = block.end or self.end

    def arrays(self) -> tuple[list[Any], Array]:
        """Columns and parameters of all kept states; the last state is one of them, whatever the spacing."""
        assert self.last is not None
        if not len(self.last.kept) or self.last.kept[-1] != len(self.last.t) - 1:
            self.columns.append([getattr(self.last, name)[-1:] for name in KEPT])
            self.w.append(self.answer(self.last.last)[None])
        columns = [np.concatenate(pieces) for pieces in zip(*self.columns, strict=True)]
        w, self.w = np.concatenate(self.w), []
        return columns, w


def _gather(descent: Descent, spacing: Spacing, progress: Told | None) -> tuple[Kept, bool]:
    kept = Kept(descent)
    try:
        for block in descent.blocks(spacing):
            kept.add(block)
            if progress is not None and len(block.t):
                progress(Progress.of(block, descent.planned_epochs))
    except KeyboardInterrupt:
        if kept.last is None:
            raise
        kept.end = "interrupted"
    return kept, kept.end == "interrupted"


def _assembled(descent: Descent, kept: Kept, names: tuple[str, ...], meta: dict[str, Any]) -> Trajectory:
    (step, epoch, eta, cost, norm, seconds), w = kept.arrays()
    looked = step
    if descent.method.batch_size is not None:
        cost, norm, looked = _sampled_costs(descent, w, step)
    raw = descent.data.units.raw(w)
    coef, intercept = (raw[:, :-1, 0], raw[:, -1, 0]) if raw.shape[2] == 1 else (raw[:, :-1], raw[:, -1])
    meta = {**_settings(descent), "end": kept.end, **meta}
    return Trajectory(coef, intercept, step, epoch, np.nan_to_num(eta), seconds, cost, norm, looked, names, meta)


def _sampled_costs(descent: Descent, w: Array, step: NDArray[np.int64]) -> tuple[Array, Array, NDArray[np.int64]]:
    """Look at all rows for some of the kept states, half of them log-spaced, half evenly, first and last among them."""
    n, d = descent.data.shape
    epochs = step[-1] / descent.method.steps_per_epoch(n)
    most = SAMPLED_COSTS if n * (d + 1) <= FREE_LOOK else int(min(SAMPLED_COSTS, 4 + 2 * epochs))
    spaced = (np.geomspace(1, len(step), most // 2), np.linspace(1, len(step), most - most // 2))
    places = np.unique(np.concatenate(spaced).round().astype(int) - 1)
    looks = [descent.look(w[i]) for i in places]
    fine = [i for i, look in enumerate(looks) if np.isfinite(look[0]) and np.isfinite(look[1])]
    cost, norm = np.array([looks[i][0] for i in fine]), np.array([looks[i][1] for i in fine])
    return cost, norm, step[places[fine]]


def _settings(descent: Descent) -> dict[str, Any]:
    problem, method = descent.problem, descent.method
    return {
        "loss": to_spec(problem.loss),
        "loss_formula": problem.loss.formula,
        "penalty": to_spec(problem.penalty),
        "intercept": problem.intercept,
        "fixed": [str(c) for c in problem.fixed],
        "penalty_factors": list(problem.factors),
        "signs": list(problem.signs),
        "rule": to_spec(method.rule),
        "learning_rate": to_spec(method.learning_rate),
        "batch_size": method.batch_size,
        "sampling": method.sampling,
        "average": to_spec(method.average),
        "estimate": to_spec(method.estimate),
        "seed": descent.seed,
        "standardized": descent.data.units.scale is not None,
        "data": type(descent.data).__name__.lower(),
        **dict(zip(("rows", "columns"), descent.data.shape, strict=True)),
    }
