"""Recording: run a descent to its end and keep some of its states as a `Trajectory`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.progress import Progress, Told
from ..core.records import to_spec
from ..core.setting_types import Keep
from ..core.types import Array
from ..core.units import coef_and_intercept, squeezed
from .descent import Descent
from .states import Block, Checkpoint, Look, Spacing
from .trajectory import Trajectory

__all__ = ["Kept", "assembled", "gather", "record", "record_on", "settings_of"]

RECORD_NUMBERS = 1 << 23  # parameters and gradients up to which record="auto" keeps every step: 64 MB
SAMPLED_COSTS = 200  # most costs evaluated in a sampled run
FREE_LOOK = 100_000  # numbers of a table up to which all these costs are evaluated
TOO_LARGE = "the cost at the start, or its gradient, is too large for a number: rescale the columns or the target"
KEPT = ("t", "epoch", "eta", "cost", "gradient_norm", "seconds")


def record(
    states: Descent,
    *,
    keep: Keep = "auto",
    names: Iterable[str] = (),
    meta: dict[str, Any] | None = None,
    progress: Told | None = None,
) -> Trajectory:
    """Run a descent to its end and record its states.

    Parameters
    ----------
    states : Descent
        From `descend`, bounded by `until`.
    keep : "auto", True, int or False, default "auto"
        "auto": every step up to 64 MB, else half as many each time the step number doubles. True: every step. An int k:
        every k-th. False: none. First and last are always kept.
    names : iterable of str, default ()
        Names of the columns, for tables and pictures.
    meta : dict, optional
        Added to the trajectory's ``meta``.
    progress : callable, optional
        Called with a `Progress` after each block of states.

    Returns
    -------
    Trajectory
        After Ctrl-C the part recorded so far, with ``meta["interrupted"]``.

    Raises
    ------
    UsageError
        If ``states`` is not a descent, or ``keep`` is none of these.
    DataError
        If numbers of the table are too large for a cost.

    Notes
    -----
    Cost: that of the descent. In sampled descent the cost of at most 200 states, one pass over the data each.

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
    states: Descent,
    *,
    keep: Keep = "auto",
    names: Iterable[str] = (),
    meta: dict[str, Any] | None = None,
    progress: Told | None = None,
) -> tuple[Trajectory, Checkpoint]:
    """The trajectory of `record`, and its end as a checkpoint, from which a descent can continue."""
    kept = gather(states, keep=keep, progress=progress)
    return assembled(states, kept, names=names, meta=meta), kept.end_point


def gather(states: Descent, *, keep: Keep = "auto", progress: Told | None = None) -> Kept:
    """Run a descent to its end; `assembled` makes the trajectory of what is kept."""
    if not isinstance(states, Descent):
        mend = "record(until(descend(problem, method, data), epochs(20)))"
        mend = "a class of your own is decorated with @loss, @rule or @step" if isinstance(states, type) else mend
        raise UsageError(f"record takes a descent: {mend}")
    kept = Kept(states)
    try:
        for block in states.blocks(_spacing(keep, states)):
            kept.add(block)
            if progress is not None and len(block.t):
                progress(Progress.of(block, states.planned_epochs))
    except KeyboardInterrupt:
        if kept.last is None:
            raise
        kept.end = "interrupted"
    if kept.last is None:
        raise DataError(TOO_LARGE)
    return kept


def _spacing(keep: Keep, descent: Descent) -> Spacing:
    if isinstance(keep, bool) or keep is None:
        return Spacing(1) if keep else Spacing(1 << 40)
    if isinstance(keep, int) and keep >= 1:
        return Spacing(keep)
    if keep == "auto":
        each = descent.start.at.size * (2 if descent.method.batch_size is None else 1)  # with the gradient
        return _affordable(descent.planned_updates, RECORD_NUMBERS // each)
    raise UsageError(f"record must be 'auto', True, False or a whole number >= 1, not {keep!r}")


def _affordable(updates: float, states: int) -> Spacing:
    """Every step if there are at most ``states``, else octaves with equal numbers, a quarter of ``states`` in all."""
    if updates <= states:
        return Spacing(1)
    octave = 1 << max(6, states.bit_length() - 1)
    while octave > 64 and octave * (1 + np.log2(min(updates, 2.0**40) / octave)) > states / 4:
        octave >>= 1
    return Spacing(1, octave)


class Kept:
    """The kept states of the blocks of a descent."""

    def __init__(self, descent: Descent) -> None:
        self.answer = descent.answer
        self.columns: list[list[Any]] = []
        self.w: list[Array] = []
        self.gradient: list[Array] = []  # those of batch descent
        self.last: Block | None = None  # the last block that is not empty
        self.end = "interrupted"

    def add(self, block: Block) -> None:
        """Add the kept states of a block."""
        whole = len(block.kept) == len(block.t)
        self.columns.append([getattr(block, name) if whole else getattr(block, name)[block.kept] for name in KEPT])
        self.w.append(block.w)
        if block.gradient is not None:
            self.gradient.append(block.gradient if whole else block.gradient[block.kept])
        self.last = block if len(block.t) else self.last
        self.end = block.end or self.end

    @property
    def end_point(self) -> Checkpoint:
        """The end of the descent, from which it can continue."""
        assert self.last is not None
        return self.last.last

    def arrays(self) -> tuple[list[Any], Array, Array | None]:
        """Columns, parameters and gradients of all kept states, the last state included."""
        assert self.last is not None
        if not len(self.last.kept) or self.last.kept[-1] != len(self.last.t) - 1:
            self.columns.append([getattr(self.last, name)[-1:] for name in KEPT])
            self.w.append(self.answer(self.last.last)[None])
            self.gradient += [] if self.last.gradient is None else [self.last.gradient[-1:]]
        columns = [np.concatenate(pieces) for pieces in zip(*self.columns, strict=True)]
        w, self.w = np.concatenate(self.w), []
        gradient, self.gradient = np.concatenate(self.gradient) if self.gradient else None, []
        return columns, w, gradient


def assembled(
    descent: Descent, kept: Kept, *, names: Iterable[str] = (), meta: dict[str, Any] | None = None
) -> Trajectory:
    """The trajectory of the kept states. Cost: for a sampled descent a pass over the rows for each cost."""
    (step, epoch, eta, cost, norm, seconds), w, gradient = kept.arrays()
    looked = step
    if descent.method.batch_size is not None:
        looked, looks = _sampled_looks(descent, w, step)
        cost, norm = (np.array([getattr(look, name) for look in looks]) for name in ("cost", "gradient_norm"))
        gradient = np.array([look.gradient for look in looks])
    coef, intercept = coef_and_intercept(descent.data.units.raw(w))
    interrupted = kept.end == "interrupted"
    meta = {**settings_of(descent), "end": kept.end, **(meta or {}), "interrupted": interrupted}
    eta = np.where(np.isnan(eta), 0.0, eta)
    gradient = None if gradient is None else squeezed(gradient)
    columns = (step, epoch, eta, seconds, cost, norm, looked)
    return Trajectory(coef, intercept, *columns, tuple(names), meta, gradient=gradient)


def _sampled_looks(descent: Descent, w: Array, step: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[Look]]:
    """Steps of some of the kept states, first and last included, and the objective over all rows there."""
    n, d = descent.data.shape
    epochs = step[-1] / descent.method.steps_per_epoch(n)
    most = SAMPLED_COSTS if n * (d + 1) <= FREE_LOOK else int(min(SAMPLED_COSTS, 4 + 2 * epochs))
    places = _spread(len(step), most)
    if descent.walker is not None:
        descent.walker.expect(w[places])
    looks = [descent.look(w[i]) for i in places]
    fine = [i for i, look in enumerate(looks) if np.isfinite(look.cost) and np.isfinite(look.gradient_norm)]
    if not fine:
        raise DataError(TOO_LARGE)
    return step[places[fine]], [looks[i] for i in fine]


def _spread(count: int, most: int) -> NDArray[np.int64]:
    """Places of 0 .. count - 1, at most ``most``: half log-spaced, half evenly spaced; all of them if they are few."""
    if count <= most // 2:
        return np.arange(count)
    spaced = (np.geomspace(1, count, most // 2), np.linspace(1, count, most - most // 2))
    return np.unique(np.concatenate(spaced).round().astype(int) - 1)


def settings_of(descent: Descent) -> dict[str, Any]:
    """The settings of a descent, as its trajectory tells them."""
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
