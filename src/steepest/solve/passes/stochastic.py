"""A fit by batches of rows of a table in parts: the steps of a table in memory, over shuffled groups of its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import DataError, UsageError
from ...core.units import RAW
from ...core.version import __version__
from ...data.layout import jit_allowed
from ...data.rows import Rows
from ...descent.buffered import Buffered, BufferedCompiled
from ...descent.descent import until
from ...descent.early_stopping import Validation, callback_stop, validation_on
from ...descent.engine import COMPILE_NUMBERS, Descent
from ...descent.recording import record
from ...descent.states import Checkpoint
from ...descent.stops import Stop, epochs, updates
from ...descent.trajectory import Trajectory
from ...methods import estimates
from ...methods.method import Method, read_estimate
from ...objective.data import ColumnStats
from ...objective.problem import Problem, read_start
from ...optimality.certificate import ROUNDING
from ...optimality.null_model import constant_cost
from ...parts.epochs import Epochs
from ...parts.parts import Parts
from ...parts.shuffle import BUFFER_BLOCKS, Shuffle, shuffle_of
from ...parts.table import Table
from ..auto.plan import Plan, chosen_average, chosen_rule, planned, scaled_units
from ..postprocess import centre, with_fixed
from ..run import Run
from ..settings import DEFAULT_TOL, Limits, Settings, Watch
from .judged import CertifiedEpochs, judged
from .known_columns import known_columns

__all__ = ["fit_stochastic", "shuffled_descent"]


class Setup(NamedTuple):
    """What an epoch needs."""

    parts: Parts
    problem: Problem
    plan: Plan
    shuffle: Shuffle
    seed: int

    @property
    def table(self) -> Table:
        """The table in the units of the descent."""
        return cast(Table, self.plan.data)


def fit_stochastic(
    parts: Parts,
    problem: Problem,
    settings: Settings = Settings(batch_size=32),
    limits: Limits = Limits(),
    *,
    start: ArrayLike | None = None,
    watch: Watch = Watch(),
) -> Run:
    """Fit a problem to a table in parts by batches of its rows.

    Parameters
    ----------
    parts, problem, settings, limits, watch : Parts, Problem, Settings, Limits, Watch
        ``settings.batch_size`` is given. ``watch.keep`` "auto" keeps the states at the ends of epochs.
    start : (d + 1,) array
        Start in raw units, intercept last; fixed coordinates keep it.

    Raises
    ------
    DataError, UsageError
        If the table or a setting is not valid.

    Notes
    -----
    Cost: one pass for the statistics of the columns, an epoch for each epoch, two passes at the end for the costs and
    the certificate and, unless tol is None, one pass after each epoch. The steps are a function of the table, the
    settings and the seed: not of how the table is cut, of threads or of the format, if its rows can be read in blocks.
    """
    method = _method(problem, settings)
    survey, sample = parts.survey, parts.survey.sample
    columns, table = known_columns(survey, estimated=True), Table(parts, sample, survey.total)
    units = scaled_units(sample, problem, ColumnStats(columns.mean, columns.variance)) if settings.scaled else RAW
    data = cast(Rows, table.in_units(units))  # it has what a plan asks for
    at = read_start(problem, start, parts.shape[1], sample.outputs)
    plan = planned(problem, columns, data, method, settings.auto, at)
    setup = Setup(parts, problem, plan, shuffle_of(parts, settings.seed), settings.seed)
    tol, scale = limits.tol, constant_cost(problem, sample)
    target = max(ROUNDING**2, DEFAULT_TOL if tol is None else tol) * scale
    certified = CertifiedEpochs(parts, problem, plan, target, scale)
    validation = validation_on(problem, watch.validation, units, watch.patience, (tol or 0.0) * scale)
    stops = [*_asked(watch, validation, plan), *([] if tol is None or validation else [certified.stop()])]
    stops += [epochs(limits.max_iter), *([] if limits.max_updates is None else [updates(limits.max_updates)])]
    path = _path(until(shuffled_descent(setup), *stops), setup, limits, watch)
    path = validation.chosen(path) if validation else path
    path = with_fixed(centre(path, problem, plan), problem, start)
    return judged(certified, path).noted(_notes(parts, setup.shuffle))


def _method(problem: Problem, settings: Settings) -> Method:
    """The method of the settings, for batches of rows that are not all in memory."""
    if settings.sampling != "shuffle":
        raise UsageError(
            f"sampling {settings.sampling!r} needs a table in memory: use 'shuffle', each row once an epoch"
        )
    estimate = read_estimate(settings.estimate)
    if isinstance(estimate, estimates.SAGA):
        raise UsageError(
            "estimate 'saga' stores a number for each row in memory: use 'looplesssvrg', which stores two points"
        )
    rule, rate = chosen_rule(settings.rule), 1.0 if settings.auto else settings.learning_rate
    noisy = settings.auto and isinstance(estimate, estimates.OwnRows) and not rule.answers
    average = chosen_average(settings.average, noisy)
    method = Method(rule, rate, settings.batch_size, "shuffle", average, estimate)
    method.refuse_for(problem)
    return method


def shuffled_descent(setup: Setup) -> Descent:
    """The endless descent over the shuffled groups of each epoch."""
    problem, plan, table = setup.problem, setup.plan, setup.table
    (n, d), method = table.shape, plan.method
    groups = Epochs(setup.parts, setup.shuffle, int(method.batch_size or n))
    compiles = n * (d + 1) >= COMPILE_NUMBERS and jit_allowed() and not table.supports.joint
    walker = (BufferedCompiled if compiles else Buffered)(problem, method, table, setup.seed, groups)
    at = plan.point
    assert at is not None
    first = Checkpoint(0, at, walker.preconditioner.open(at))
    return Descent(problem, method, table, first, setup.seed, compiles, walker=walker)


def _asked(watch: Watch, validation: Validation | None, plan: Plan) -> list[Stop]:
    """The stops of those who look on."""
    found = [] if validation is None else [validation.stop()]
    return found + ([] if watch.callback is None else [callback_stop(watch.callback, plan.data.units)])


def _path(states: Descent, setup: Setup, limits: Limits, watch: Watch) -> Trajectory:
    """The descent, recorded."""
    per_epoch = setup.plan.method.steps_per_epoch(setup.parts.shape[0])
    keep = per_epoch if isinstance(watch.keep, str) and watch.keep == "auto" else watch.keep
    meta = {"version": __version__, "numpy": np.__version__, "tol": limits.tol, "max_iter": limits.max_iter}
    path = record(states, keep=keep, names=setup.parts.names, meta=meta, progress=watch.progress)
    if not np.isfinite(path.cost).any():
        raise DataError("no cost of the descent is finite: look for huge numbers in the table")
    return replace(path, meta={**path.meta, "data": "parts", "passes": setup.parts.passes})


def _notes(parts: Parts, shuffle: Shuffle) -> tuple[str, ...]:
    """What the format of the files costs the shuffle."""
    if parts.source.seeks or len(parts.source.pieces) <= shuffle.together:
        return ()
    what = f"epochs take whole row groups or files in random order, {shuffle.together} of them shuffled together"
    wanted = f", where {BUFFER_BLOCKS} are as good as a shuffle of all rows: a cache, or more memory, allows more"
    return (what + (wanted if shuffle.together < BUFFER_BLOCKS else ""),)
