"""The plan of a fit: the settings that are "auto" resolved to units, data, rule and learning rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.record_types import Average, Rule
from ...core.setting_types import AverageLike, RuleLike, StepLike
from ...core.types import Array
from ...core.units import RAW, Units, standard_units
from ...data.centre import centre
from ...data.moments import Moments, central_moments, make_moments
from ...data.null_directions import null_directions
from ...data.rows import Rows
from ...descent.states import Checkpoint
from ...methods import estimates, rules, steps
from ...methods.averages import LastPoint, PolyakRuppert, Weighted
from ...methods.method import Method, read_average, read_estimate, read_rule
from ...objective.data import MATRIX_COLUMNS, ColumnStats, Size
from ...objective.objective import Coordinates, Objective, coordinates_of
from ...objective.problem import Problem
from ...optimality.certificate import ROUNDING
from ...optimality.curvature import Spectrum, bounded, spectrum
from ...optimality.row_newton import by_rows
from ..settings import Settings, is_auto
from .cost_model import cheapest, cheapest_for_classes, sample_size
from .subsampled_newton import subsampled_newton
from .working_sets import selects_columns

__all__ = [
    "Columns",
    "Plan",
    "asked_method",
    "chosen_average",
    "chosen_rule",
    "make_plan",
    "planned",
    "scaled_units",
    "selection_plan",
]

SMALL = 1_000_000  # numbers of a table up to which even a sampled run computes all covariances


class Columns(NamedTuple):
    """Statistics of the columns, computed before the descent."""

    mean: Array  # (d,)
    variance: Array  # (d,)
    spread: Array | None  # (d, d) covariances, if they were computed
    null: Array  # (d, r), raw null directions, which change no prediction
    moments: Moments | None

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which columns are constant up to rounding, (d,)."""
        found: NDArray[np.bool_] = self.variance <= (ROUNDING * np.abs(self.mean)) ** 2
        return found


class Plan(NamedTuple):
    """Data, method and start of a descent."""

    columns: Columns
    data: Rows | Moments  # in the units of the descent
    method: Method
    bounds: Callable[[], Spectrum]  # curvature in the units of the descent, computed when first asked for
    auto: bool  # whether the learning rate was chosen here
    start: Array | Checkpoint | None = None  # in the units of the descent; None is 0
    sample: int | None = None  # rows of the sample for the preconditioner, if there was one
    selects: bool = False  # whether the descent goes by working sets of columns

    @property
    def rows(self) -> Rows:
        """The data, if they have rows."""
        return cast(Rows, self.data)

    @property
    def point(self) -> Array | None:
        """The start as a point."""
        return self.start.at if isinstance(self.start, Checkpoint) else self.start


def make_plan(
    rows: Rows,
    problem: Problem,
    settings: Settings,
    updates: float,
    start: Array | None = None,
) -> Plan:
    """Plan a descent of at most ``updates`` updates; ``start`` is in raw units.

    Cost: one or two passes over the rows, and some 8 m d^2 flops if the descent begins with a sample of m rows.
    """
    auto, whole = settings.auto, settings.batch_size is None
    estimate = read_estimate(settings.estimate)
    own = isinstance(estimate, estimates.OwnRows)
    noisy = auto and own and not whole and not chosen_rule(settings.rule).answers
    average = chosen_average(settings.average, noisy)
    if auto and is_auto(settings.rule) and whole and own and isinstance(average, LastPoint):
        return _automatic(rows, problem, settings, start)
    method = replace(asked_method(settings), average=average, estimate=estimate)
    if problem.nonsmooth and method.preconditioned:
        raise UsageError(
            f"{problem.loss.formula} is not smooth, so it has no second derivatives: choose rule='auto' or 'plain'"
        )
    columns = _columns(rows, problem, method, updates, start)
    return _plan(rows, problem, columns, method, settings.scaled, auto, start)


def chosen_rule(rule: RuleLike) -> Rule:
    """The rule of a setting, for a given learning rate or batches; "auto" is plain."""
    return read_rule("plain" if is_auto(rule) else rule)


def chosen_average(average: AverageLike | bool, noisy: bool) -> Average:
    """The average of a setting; "auto" is a weighted one for noisy steps, else the last point."""
    if is_auto(average):
        return read_average(Weighted() if noisy else LastPoint())
    if isinstance(average, (bool, np.bool_)):
        return read_average(PolyakRuppert() if average else LastPoint())
    return read_average(average)


def _automatic(rows: Rows, problem: Problem, settings: Settings, start: Array | None) -> Plan:
    """The plan of the cheapest method: preconditioned by all rows, by a sample, or by its own steps."""
    size, standardize, seed = rows.size, settings.scaled, settings.seed
    name = "newton" if problem.nonsmooth else _cheapest(rows, problem, size)
    if name == "selection":
        return selection_plan(rows, problem, settings, start)
    method = _automatic_method(name, settings.sampling)
    if name == "moments":
        columns = _with_moments(rows, problem, start)
        return _plan(rows, problem, columns, method, standardize, False, start)._replace(auto=True)
    whole = name == "newton" or (name == "whitened" and rows.supports.joint)
    exact = whole and problem.unpenalised and not problem.nonsmooth
    columns = _located(rows) if exact else _sized(rows)
    plan = _plan(rows, problem, columns, method, standardize, False, start)._replace(auto=True, bounds=_unbounded)
    begin = None if start is None else plan.data.units.scaled(start)
    if problem.loss.staged:
        some = plan.rows.sample(sample_size(size), seed, by_class=False) if name == "whitened" else plan.rows
        from .smoothing import staged_start

        begin = staged_start(problem, some, begin)
        plan = plan._replace(start=begin)
    if problem.nonsmooth and start is None and coordinates_of(problem, rows.shape[1]).free_intercept:
        plan = plan._replace(start=_at_median(rows, problem))
    if name == "whitened" and not rows.supports.joint:
        checkpoint, flat = subsampled_newton(plan.rows, problem, begin, sample_size(size), seed)
        plan = plan._replace(sample=min(rows.shape[0], sample_size(size)))
        plan = plan._replace(start=checkpoint, columns=_located(rows) if flat and problem.unpenalised else columns)
    return plan


@cache
def _automatic_method(name: str, sampling: str) -> Method:
    """The method of this name, over all rows."""
    return Method(RULES[name], steps.Constant(1.0) if name == "moments" else steps.Backtracking(), None, sampling)


def selection_plan(
    rows: Rows, problem: Problem, settings: Settings, start: Array | None, by_moments: bool = False
) -> Plan:
    """The plan of rounds over working sets of columns, of rows or of their moments. Cost: one pass for rows."""
    method = Method(rules.Newton(), steps.Backtracking(), None, settings.sampling)
    columns = _with_moments(rows, problem, start) if by_moments else _sized(rows)
    plan = _plan(rows, problem, columns, method, settings.scaled, False, start)
    return plan._replace(auto=True, bounds=_unbounded, selects=True)


def _cheapest(rows: Rows, problem: Problem, size: Size) -> str:
    """Name of the cheapest method; for classes that a plane may separate Newton's, if the Hessian is small enough."""
    if not rows.supports.joint:
        asked = {"by_rows": by_rows(problem, rows), "selects": selects_columns(problem, rows)}
        return cheapest(size, problem.loss.quadratic, problem.proximal, **asked)
    if rows.forms_curvature:
        safe = problem.penalised_throughout and not problem.proximal
        return cheapest_for_classes(size, rows.outputs) if safe else "newton"
    if problem.proximal:
        return "spectral"
    return "whitened" if size.d <= MATRIX_COLUMNS else "secant"


def _at_median(rows: Rows, problem: Problem) -> Array | None:
    """The start with the median of the targets for an intercept; 0 for classes."""
    if problem.loss.labels:
        return None
    w = np.zeros((rows.shape[1] + 1, rows.outputs))
    w[-1] = np.median(rows.y if rows.offset is None else rows.y - rows.offset[:, None], axis=0)
    return w


WHITENED = rules.Whitened()
RULES: dict[str, RuleLike] = {"moments": WHITENED, "whitened": WHITENED}
RULES |= {"newton": rules.Newton(), "secant": rules.Secant(), "spectral": rules.Spectral()}


def _unbounded() -> Spectrum:
    return Spectrum(0.0, None)


def asked_method(settings: Settings) -> Method:
    """The method of the settings; for the learning rate "auto" with rate 1, until the curvature is known."""
    rate = 1.0 if settings.auto else settings.learning_rate
    method = Method(chosen_rule(settings.rule), rate, settings.batch_size, settings.sampling)
    if settings.auto and method.preconditioned:
        method = replace(method, learning_rate=steps.Backtracking())
    return method


def _columns(rows: Rows, problem: Problem, method: Method, updates: float, start: Array | None) -> Columns:
    """Statistics of the columns: moments if they can replace the rows, else means and covariances if affordable."""
    n, d = rows.shape
    if d > MATRIX_COLUMNS or (method.batch_size is not None and n * d > SMALL):
        return _sized(rows)
    if problem.loss.quadratic and method.batch_size is None and d + 2 <= 4 * updates:
        return _with_moments(rows, problem, start)
    return _located(rows)


def _sized(rows: Rows) -> Columns:
    return Columns(*rows.columns(), None, np.zeros((rows.shape[1], 0)), None)


def _located(rows: Rows) -> Columns:
    mean, spread, *_ = central_moments(rows)
    return Columns(mean, np.diag(spread), spread, null_directions(spread), None)


def _with_moments(rows: Rows, problem: Problem, start: Array | None) -> Columns:
    fixed = np.zeros(rows.outputs) if start is None else start[-1]
    moments = make_moments(rows, None if coordinates_of(problem, rows.shape[1]).free_intercept else fixed)
    return Columns(moments.mean, np.diag(moments.spread), moments.spread, moments.null, moments)


def _plan(
    rows: Rows, problem: Problem, columns: Columns, method: Method, standardize: bool, auto: bool, start: Array | None
) -> Plan:
    """The plan with units, data and learning rate."""
    units = scaled_units(rows, problem, ColumnStats(columns.mean, columns.variance)) if standardize else RAW
    data = rows.in_units(units) if columns.moments is None else columns.moments.in_units(units)
    return planned(problem, columns, data, method, auto, start)


def planned(
    problem: Problem, columns: Columns, data: Rows | Moments, method: Method, auto: bool, start: Array | None
) -> Plan:
    """The plan with a learning rate, for data in the units of the descent."""
    units = data.units
    if problem.l2 > 0:
        _refuse_overflow(Coordinates(problem, data.shape[1], units))
    location = None if columns.spread is None else (columns.mean, columns.spread)
    bounds = cache(lambda: spectrum(Objective(problem, data), location))
    if auto and not method.preconditioned:
        bounded(problem.loss)
        method = replace(method, learning_rate=_auto_rate(problem, data, method, bounds()))
    return Plan(columns, data, method, bounds, auto, None if start is None else units.scaled(start))


def scaled_units(rows: Rows, problem: Problem, columns: ColumnStats) -> Units:
    """The units of a descent on scaled columns, which are shifted too if the intercept is free."""
    shifted = coordinates_of(problem, rows.shape[1]).free_intercept
    return standard_units(*columns, centre(rows, columns) if shifted else None)


def _refuse_overflow(coordinates: Coordinates) -> None:
    """Refuse a penalty whose weight overflows in these units."""
    with np.errstate(over="ignore", invalid="ignore"):
        wrong = ~np.isfinite(coordinates.l2[:, 0])
    if wrong.any():
        column = f"column {int(wrong.argmax()) + 1}"
        raise UsageError(f"the penalty is too large for the small numbers of {column}: rescale it, or lower alpha")


def _auto_rate(problem: Problem, data: Rows | Moments, method: Method, bounds: Spectrum) -> StepLike:
    """1/L for all rows; for batches 1/(2 L) with a bound L for batches, decreasing unless the answer is an average."""
    if bounds.largest <= 0:
        return steps.Constant(1.0)
    if method.batch_size is None:
        return steps.Constant(1.0 / bounds.largest)
    if not isinstance(method.estimate, estimates.OwnRows):
        row = problem.loss.curvature * cast(Rows, data).longest_row() + problem.l2 * max(problem.factors, default=1.0)
        return steps.Constant(1.0 / ((3.0 if isinstance(method.estimate, estimates.SAGA) else 6.0) * row))
    longest = (
        problem.loss.curvature * 3.0 * (data.shape[1] + 1)
    )  # 3 times the mean squared length of a standardised row
    rate = 0.5 / (bounds.largest + longest / method.batch_size)
    return steps.Constant(rate) if method.answers else steps.InverseScaling(rate, 0.5)
