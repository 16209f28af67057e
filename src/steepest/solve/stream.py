"""Streams: a descent that continues from one chunk of rows to the next and uses each row once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.record_types import Step
from ..core.records import from_name, to_name
from ..core.setting_types import Keep
from ..core.types import Array
from ..core.units import RAW, Units
from ..data.rows import Rows
from ..data.running_stats import Running, batch_curvatures
from ..descent.descent import Descent, descend, until
from ..descent.recording import Kept, assembled, gather
from ..descent.states import Checkpoint
from ..descent.stops import updates
from ..descent.trajectory import Trajectory
from ..methods import estimates
from ..methods.method import Method, read_rate
from ..objective.objective import Coordinates, Objective, coordinates_of
from ..objective.problem import Problem
from .auto.plan import chosen_average, chosen_rule
from .settings import Settings

__all__ = ["Stream", "advance", "open_stream"]

BATCH = 32  # default rows per step; a smaller chunk is one batch
SHARE = 0.5  # learning rate "auto" as a share of 1/L
WARM = 32  # rows over which that rate rises, since the units are not known yet
LOOKS, MORE = 8, 2  # most batches of the first chunk, and of each later one, whose curvature is computed
EACH, EVERY = 16, 4  # chunks of which each is looked at in this way, and of later ones every so many


class Stream(NamedTuple):
    """The state of a stream after some chunks: all that the next one needs."""

    problem: Problem
    method: Method
    settings: Settings
    there: Checkpoint  # in these units
    running: Running
    units: Units = RAW
    curvature: float = 0.0  # mean curvature of the batches so far, by rows
    chunks: int = 0
    loss: float = float("nan")  # mean loss of the last chunk before its steps

    @property
    def w(self) -> Array:
        """The answer (d + 1, k) in raw units, intercept last."""
        return self.units.raw(self.method.answer(self.there.at, self.there.memory, self.there.t))


def open_stream(
    problem: Problem,
    start: Array,
    settings: Settings = Settings(),
) -> Stream:
    """A stream of no chunk yet, which starts at ``start`` (d + 1, k), raw.

    Raises
    ------
    UsageError
        If a setting needs all rows at once, or more than one pass.
    """
    rule, rate = chosen_rule(settings.rule), 1.0 if settings.auto else settings.learning_rate
    average = chosen_average(settings.average, settings.auto and not rule.answers)
    size = BATCH if settings.batch_size is None else settings.batch_size
    method = Method(rule, rate, size, settings.sampling, average)
    _refuse(problem, method, from_name(settings.estimate, estimates, "estimate"), settings.scaled)
    if settings.auto and not np.isfinite(problem.loss.curvature):
        name = to_name(type(problem.loss))
        raise UsageError(f"loss {name!r} has an unbounded second derivative: set a rate, such as 'inverse_scaling'")
    d = len(start) - 1
    _ = coordinates_of(problem, d).free  # refuses columns that are not there
    there = Checkpoint(0, start, np.zeros((method.slots, *start.shape)))
    return Stream(problem, replace(method, sampling="sequential"), settings, there, Running.of(d))


def _refuse(problem: Problem, method: Method, estimate: Any, standardize: bool) -> None:
    method.refuse_for(problem)
    if not isinstance(estimate, estimates.OwnRows):
        name = to_name(type(estimate))
        raise UsageError(f"estimate {name!r} needs each row more than once, but a stream has one pass: use 'own_rows'")
    points = method.rule.answers or "point" in method.rule.sees
    if standardize and points:
        name = to_name(type(method.rule))
        raise UsageError(f"rule {name!r} stores points, in units that change during a stream: use standardize=False")


def advance(
    stream: Stream, rows: Rows, *, keep: Keep = False, names: tuple[str, ...] = ()
) -> tuple[Stream, Callable[[], Trajectory]]:
    """The steps of one chunk; the given stream is not changed.

    Returns
    -------
    Stream, callable
        The new state, and what makes the trajectory of this chunk: its last cost is a pass over the chunk.

    Raises
    ------
    DataError, UsageError
        If the chunk has numbers that are not finite, or its steps overflow.

    Notes
    -----
    Cost: some three passes over the chunk, one of them for the steps.
    """
    running, given = stream.running.add(rows), rows.total
    shifted = coordinates_of(stream.problem, rows.shape[1]).free_intercept
    units = running.units(rows, shifted) if stream.settings.scaled else RAW
    n, size = rows.shape[0], min(rows.shape[0], stream.settings.batch_size or BATCH)
    rows = rows.in_units(units).with_rows(total=n * running.weight)
    stream = stream._replace(there=_in_units(stream, units), units=units, running=running)
    rate, curvature, order = stream.method.learning_rate, stream.curvature, _order(stream, n, size)
    if stream.settings.auto:
        rate, curvature = _rate(stream, rows, order, size)
    method = replace(stream.method, batch_size=size, learning_rate=rate)
    states = _descent(stream, method, rows, order)
    loss = _loss(states) * (rows.total / given)
    last, recorded = _descended(stream, states, keep, names)
    return stream._replace(there=last, curvature=curvature, chunks=stream.chunks + 1, loss=loss), recorded


def _in_units(stream: Stream, units: Units) -> Checkpoint:
    """Point and mean of points in other units, with the same predictions; other memory is unchanged."""
    there, old = stream.there, stream.units
    memory = there.memory.copy()
    if stream.method.averaged:
        memory[stream.method.own] = units.scaled(old.raw(memory[stream.method.own]))
    return Checkpoint(there.t, units.scaled(old.raw(there.at)), memory, seconds=there.seconds)


def _order(stream: Stream, n: int, size: int) -> NDArray[np.int64]:
    """Rows of the chunk in the order of the steps: a function of the seed and the number of the chunk."""
    if stream.settings.sampling == "sequential" or (stream.settings.sampling == "shuffle" and n <= size):
        return np.arange(n)
    rng = np.random.default_rng((stream.settings.seed & 0xFFFFFFFF, stream.chunks))
    return rng.permutation(n) if stream.settings.sampling == "shuffle" else rng.integers(n, size=n)


def _rate(stream: Stream, rows: Rows, order: NDArray[np.int64], size: int) -> tuple[Step, float]:
    """Half of 1/L, L from the mean curvature of batches so far; at most 1/L of the longest row's batch."""
    problem, curvature, every = stream.problem, stream.curvature, 1 if stream.chunks < EACH else EVERY
    if stream.chunks % every == 0:
        share = min(1.0, every * rows.shape[0] / stream.running.rows)
        curvature += share * (_curvature(stream, rows, order, size) - curvature)
    penalty = float(Coordinates(problem, rows.shape[1], rows.units).l2.max()) if problem.l2 > 0 else 0.0
    L, most = (problem.loss.curvature * c + penalty for c in (curvature, rows.longest_row() / size))
    rate = min(SHARE / L if L > 0 else 1.0, 1.0 / most if most > 0 else 1.0) * min(1.0, stream.running.rows / WARM)
    return read_rate(rate), curvature


def _curvature(stream: Stream, rows: Rows, order: NDArray[np.int64], size: int) -> float:
    """Mean curvature of some batches of the chunk."""
    n = rows.shape[0]
    looks = min(MORE if stream.chunks else LOOKS, -(-n // size))
    firsts = (np.arange(looks) * ((n - size) / max(1, looks - 1))).astype(int)
    some = rows.take(order[firsts[:, None] + np.arange(size)].ravel())
    intercept = coordinates_of(stream.problem, rows.shape[1]).free_intercept
    return float(np.mean(batch_curvatures(some, looks, intercept)))


def _descent(stream: Stream, method: Method, rows: Rows, order: NDArray[np.int64]) -> Descent:
    """One pass over the rows in this order; the count of updates continues.

    A descent finds its next batch by the count of updates, so the rows are rotated until that batch is the first.
    """
    first, count = stream.there, method.steps_per_epoch(rows.shape[0])
    turn = first.t % count * int(method.batch_size or 1)
    data = rows.take(np.concatenate((order[-turn:], order[:-turn])) if turn else order).with_rows(total=rows.total)
    states = descend(stream.problem, method, data, start=first, seed=stream.settings.seed)
    return until(states, updates(first.t + count))


def _loss(states: Descent) -> float:
    """Mean loss at the start: the objective, which the trajectory needs too, without its penalty."""
    w = states.answer(states.start)
    (cost, norm, *_), objective = states.look(w), Objective(states.problem, states.data)
    if not (np.isfinite(cost) and np.isfinite(norm)):
        raise DataError("the loss of the chunk is not finite: look for huge numbers in it")
    return cost - objective.complete(w, 0.0, 0.0 * w)[0]


def _descended(
    stream: Stream, states: Descent, keep: Keep, names: tuple[str, ...]
) -> tuple[Checkpoint, Callable[[], Trajectory]]:
    """The end of the steps of a chunk, and what makes their trajectory."""
    kept = gather(states, keep=keep)
    if kept.end == "interrupted":
        raise KeyboardInterrupt
    if kept.end == "overflow" or not kept.end_point.fits:
        mend = (
            "look for huge targets" if stream.settings.auto else "use a smaller learning rate, or learning_rate='auto'"
        )
        raise UsageError(f"the steps of chunk {stream.chunks + 1} overflowed, and it was rejected: {mend}")
    return kept.end_point, partial(_trajectory, states, kept, names, stream.chunks)


def _trajectory(states: Descent, kept: Kept, names: tuple[str, ...], chunks: int) -> Trajectory:
    """The trajectory of a chunk after so many others, each of which counts as an epoch."""
    path = assembled(states, kept, names=names, meta={"chunk": chunks + 1})
    return replace(path, epoch=chunks + (path.step - states.start.t) / states.planned_updates)
