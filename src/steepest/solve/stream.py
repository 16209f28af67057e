"""Streams: descent that goes on from one chunk of rows to the next, each row seen once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.records import from_name, to_name
from ..core.types import Array
from ..core.units import RAW, Units
from ..data.csr import CSR
from ..data.rows import Rows
from ..data.running_stats import Running, batch_curvature
from ..descent.descent import descend, until
from ..descent.recording import record_on
from ..descent.states import Checkpoint
from ..descent.stops import updates
from ..descent.trajectory import Trajectory
from ..methods import estimates, steps
from ..methods.method import Method
from ..objective.problem import Problem
from ..optimality.curvature import longest_row
from .auto.plan import chosen_average, chosen_rule, is_auto

__all__ = ["Stream", "advance", "open_stream"]

BATCH = 32  # rows a step where none are asked for; a smaller chunk is one batch
SHARE = 0.5  # of 1/L that a step at the rate "auto" goes
WARM = 32  # rows until which that rate rises: the units are not known yet
LOOKS = 8  # batches of a chunk at most whose curvature is looked at


class Stream(NamedTuple):
    """Where a stream stands after some chunks: everything that the next one needs."""

    problem: Problem
    method: Method
    auto: bool  # whether the learning rate is chosen here
    standardize: bool
    whole: bool  # whether the batch size is: BATCH, or all rows of a smaller chunk
    order: str  # the sampling asked for, inside a chunk
    seed: int
    there: Checkpoint  # in these units
    running: Running
    units: Units = RAW
    bend: float = 0.0  # mean curvature of the batches so far, by rows
    chunks: int = 0

    @property
    def w(self) -> Array:
        """The answer (d + 1, k) in raw units, intercept last."""
        return self.units.raw(self.method.answer(self.there.at, self.there.memory, self.there.t))


def open_stream(
    problem: Problem,
    start: Array,
    *,
    rule: Any = "auto",
    learning_rate: Any = "auto",
    batch_size: int | None = None,
    sampling: str = "shuffle",
    average: Any = "auto",
    estimate: Any = "own_rows",
    standardize: Any = "auto",
    seed: int = 0,
) -> Stream:
    """A stream of no chunk yet, which starts at ``start`` (d + 1, k), raw; settings as in `steepest.solve.fit.fit`.

    Raises
    ------
    UsageError
        If a setting needs all rows at once, or rows that come again.
    """
    auto = is_auto(learning_rate)
    rule, rate = chosen_rule(rule), 1.0 if auto else learning_rate
    average = chosen_average(average, auto and not rule.answers)
    method = Method(rule, rate, BATCH if batch_size is None else batch_size, sampling, average)
    standardize = auto if is_auto(standardize) else bool(standardize)
    _refuse(problem, method, from_name(estimate, estimates, "estimate"), standardize)
    if auto and not np.isfinite(problem.loss.curvature):
        name = to_name(type(problem.loss))
        raise UsageError(f"loss {name!r} bends without bound: give a stream a learning rate, such as 'inverse_scaling'")
    d = len(start) - 1
    problem.free(d)
    there = Checkpoint(0, start, np.zeros((method.slots, *start.shape)))
    whole = batch_size is None
    method = replace(method, sampling="sequential")
    return Stream(problem, method, auto, standardize, whole, sampling, seed, there, Running.of(d))


def _refuse(problem: Problem, method: Method, estimate: Any, standardize: bool) -> None:
    method.refuse_for(problem)
    if not isinstance(estimate, estimates.OwnRows):
        name = to_name(type(estimate))
        raise UsageError(f"estimate {name!r} comes back to rows, but those of a stream pass once: use 'own_rows'")
    points = method.rule.answers or "point" in method.rule.sees
    if standardize and points:
        name = to_name(type(method.rule))
        raise UsageError(f"rule {name!r} remembers points, in units that change with a stream: use standardize=False")


def advance(stream: Stream, rows: Rows, *, keep: Any = False, names: tuple[str, ...] = ()) -> tuple[Stream, Trajectory]:
    """Take the steps of one chunk; the stream given stays as it is.

    Returns
    -------
    Stream, Trajectory
        Where it stands now, and the steps of this chunk.

    Raises
    ------
    DataError, UsageError
        If the chunk holds numbers that are not finite, or its steps lead to such.

    Notes
    -----
    Cost: some four readings of the chunk, one of which takes the steps.
    """
    running = stream.running.add(rows)
    shifted = bool(stream.problem.free(rows.shape[1])[-1, 0]) and not isinstance(rows.X, CSR)
    units = running.units(shifted) if stream.standardize else RAW
    n, size = rows.shape[0], min(rows.shape[0], BATCH) if stream.whole else int(stream.method.batch_size or 1)
    rows = rows._replace(units=units, total=n * running.weight)
    stream = stream._replace(there=_in_units(stream, units), units=units, running=running)
    method, bend = replace(stream.method, batch_size=size), stream.bend
    order = _order(stream, n)
    if stream.auto:
        rate, bend = _rate(stream, rows, order, size)
        method = replace(method, learning_rate=steps.Constant(rate))
    last, path = _descended(stream, method, rows.rows(order), keep, names)
    return stream._replace(there=last, bend=bend, chunks=stream.chunks + 1), path


def _in_units(stream: Stream, units: Units) -> Checkpoint:
    """Point and mean of points in other units, so that predictions stay the same; other memory as it is."""
    there, old = stream.there, stream.units
    memory = there.memory.copy()
    if stream.method.averaged:
        memory[stream.method.own] = units.scaled(old.raw(memory[stream.method.own]))
    return Checkpoint(there.t, units.scaled(old.raw(there.at)), memory, seconds=there.seconds)


def _order(stream: Stream, n: int) -> NDArray[np.int64]:
    """Rows of the chunk in the order of the steps: a function of the seed and the number of the chunk."""
    rng = np.random.default_rng((stream.seed & 0xFFFFFFFF, stream.chunks))
    if stream.order == "replacement":
        return rng.integers(n, size=n)
    return rng.permutation(n) if stream.order == "shuffle" else np.arange(n)


def _rate(stream: Stream, rows: Rows, order: NDArray[np.int64], size: int) -> tuple[float, float]:
    """Half of 1/L, L from the mean curvature of batches so far; at most 1/L of the longest row's batch."""
    n, problem, units = rows.shape[0], stream.problem, rows.units
    firsts = np.linspace(0, n - size, min(LOOKS, -(-n // size))).astype(int)
    intercept = bool(problem.free(rows.shape[1])[-1, 0])
    found = np.mean([batch_curvature(rows.rows(order[i : i + size]), intercept) for i in firsts])
    bend = stream.bend + (float(found) - stream.bend) * n / stream.running.rows
    penalty = float(problem.squares(rows.shape[1], units).max())
    L, most = (problem.loss.curvature * b + penalty for b in (bend, longest_row(rows) / size))
    rate = min(SHARE / L if L > 0 else 1.0, 1.0 / most if most > 0 else 1.0)
    return rate * min(1.0, stream.running.rows / WARM), bend


def _descended(
    stream: Stream, method: Method, rows: Rows, keep: Any, names: tuple[str, ...]
) -> tuple[Checkpoint, Trajectory]:
    """One reading of the rows in this order, by updates that count on.

    A descent knows by its count of updates which batch comes next: rows are turned until that is the first one.
    """
    first, count = stream.there, method.steps_per_epoch(rows.shape[0])
    turn = first.t % count * int(method.batch_size or 1)
    data = rows.rows(np.roll(np.arange(rows.shape[0]), turn))._replace(total=rows.total)
    states = until(descend(stream.problem, method, data, start=first, seed=stream.seed), updates(first.t + count))
    path, last = record_on(states, keep=keep, names=names, meta={"chunk": stream.chunks + 1})
    if path.meta["interrupted"]:
        raise KeyboardInterrupt
    if path.meta["end"] == "overflow" or not last.fits:
        mend = "look for huge targets" if stream.auto else "use a smaller learning rate, or learning_rate='auto'"
        raise UsageError(f"the steps of chunk {stream.chunks + 1} overflowed, and it was not taken: {mend}")
    epoch = stream.chunks + (path.step - first.t) / count
    return last, replace(path, epoch=epoch)
