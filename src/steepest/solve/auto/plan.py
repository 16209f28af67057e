"""Plan: what "auto" becomes, given the columns: units, data, rule and learning rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.records import from_name
from ...core.types import Array, AverageLike, RuleLike
from ...core.units import RAW, standard_units
from ...data.moments import Moments, central_moments, make_moments, null_directions
from ...data.rows import Rows
from ...methods import averages, estimates, rules, steps
from ...methods.averages import LastPoint, PolyakRuppert, Weighted
from ...methods.method import Method
from ...objective.data import MATRIX_COLUMNS, Size
from ...objective.objective import Coordinates, Objective
from ...objective.problem import Problem
from ...optimality.certificate import ROUNDING
from ...optimality.curvature import Spectrum, bounded, spectrum
from ..settings import Settings, is_auto
from .cost_model import cheapest, sample_size
from .smoothing import approach
from .subsampled_newton import preview

__all__ = ["Columns", "Plan", "chosen_average", "chosen_rule", "make_plan"]

SMALL = 1_000_000  # numbers in a table up to which even a sampled run looks at all covariances


class Columns(NamedTuple):
    """What is known of the columns before the descent."""

    mean: Array  # (d,)
    variance: Array  # (d,)
    spread: Array | None  # (d, d), where it was needed
    null: Array  # (d, r), raw directions that change no prediction
    moments: Moments | None

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which columns hold one number, but for rounding, (d,)."""
        found: NDArray[np.bool_] = self.variance <= (ROUNDING * np.abs(self.mean)) ** 2
        return found


class Plan(NamedTuple):
    """What "auto" was resolved to."""

    columns: Columns
    data: Any  # Rows or Moments, in the units of the descent
    method: Method
    bounds: Callable[[], Spectrum]  # curvature in the units of the descent, computed when first asked for
    auto: bool  # whether the learning rate was chosen here
    start: Any = None  # where to start, in the units of the descent; None is 0
    sample: int | None = None  # rows of which the preconditioner was made, where it was not all of them


def make_plan(
    rows: Rows,
    problem: Problem,
    settings: Settings,
    updates: float,
    start: object = None,
) -> Plan:
    """Choose how to descend; ``updates`` are those that will be made at most, ``start`` is in raw units.

    Cost: one or two readings of the rows, and some 8 n d^2 flops over a sample where the descent begins with one.
    """
    auto, whole = settings.auto, settings.batch_size is None
    estimate = from_name(settings.estimate, estimates, "estimate")
    own = isinstance(estimate, estimates.OwnRows)
    jumps = auto and own and not whole and not chosen_rule(settings.rule).answers
    average = chosen_average(settings.average, jumps)
    if auto and is_auto(settings.rule) and whole and own and isinstance(average, LastPoint):
        return _automatic(rows, problem, settings, start)
    method = replace(_asked_method(settings), average=average, estimate=estimate)
    if problem.nonsmooth and method.preconditioned:
        raise UsageError(f"{problem.loss.formula} has kinks, so no second derivatives: rule='auto', or a plain one")
    columns = _columns(rows, problem, method, updates)
    return _plan(rows, problem, columns, method, settings.scaled, auto, start)


def chosen_rule(rule: RuleLike) -> Any:
    """The rule that is asked for; "auto" is plain, where steps are taken as they come."""
    return from_name("plain" if is_auto(rule) else rule, rules, "rule")


def chosen_average(average: AverageLike, jumps: bool) -> Any:
    """The average that is asked for; "auto" is a weighted one where points jump about, else the last point."""
    if is_auto(average):
        return Weighted() if jumps else LastPoint()
    if isinstance(average, (bool, np.bool_)):
        return PolyakRuppert() if average else LastPoint()
    return from_name(average, averages, "average")


def _automatic(rows: Rows, problem: Problem, settings: Settings, start: Any) -> Plan:
    """The cheapest way to the optimum: by a rule in the curvature of all rows, of a sample, or of its own steps."""
    size, standardize, seed = rows.size, settings.scaled, settings.seed
    way = "newton" if problem.nonsmooth else _way(rows, problem, size)
    method = Method(
        RULES[way], steps.Constant(1.0) if way == "moments" else steps.Backtracking(), None, settings.sampling
    )
    if way == "moments":
        return _plan(rows, problem, _with_moments(rows), method, standardize, False, start)._replace(auto=True)
    exact = way == "newton" and problem.unpenalised and not problem.nonsmooth
    columns = _located(rows) if exact else _sized(rows)
    plan = _plan(rows, problem, columns, method, standardize, False, start)._replace(auto=True, bounds=_unbounded)
    if problem.loss.staged:
        some = plan.data.sample(sample_size(size), seed, by_class=False) if way == "whitened" else plan.data
        plan = plan._replace(start=approach(problem, some, plan.start))
    if way == "whitened":
        checkpoint, flat = preview(plan.data, problem, plan.start, sample_size(size), seed)
        plan = plan._replace(sample=min(rows.shape[0], sample_size(size)))
        plan = plan._replace(start=checkpoint, columns=_located(rows) if flat and problem.unpenalised else columns)
    return plan


def _way(rows: Rows, problem: Problem, size: Size) -> str:
    """The cheapest way; for classes Newton's up to some number of parameters."""
    if not rows.supports.joint:
        return cheapest(size, problem.loss.quadratic, problem.proximal)
    if rows.forms_curvature:
        return "newton"
    return "spectral" if problem.proximal else "secant"


WHITENED = rules.Whitened()
RULES: dict[str, Any] = {"moments": WHITENED, "whitened": WHITENED}
RULES |= {"newton": rules.Newton(), "secant": rules.Secant(), "spectral": rules.Spectral()}


def _unbounded() -> Spectrum:
    return Spectrum(0.0, None)


def _asked_method(settings: Settings) -> Method:
    """The method as asked for; where the rate is "auto" a rate of 1 stands in until the curvature is known."""
    rate = 1.0 if settings.auto else settings.learning_rate
    method = Method(chosen_rule(settings.rule), rate, settings.batch_size, settings.sampling)
    if settings.auto and method.preconditioned:
        method = replace(method, learning_rate=steps.Backtracking())
    return method


def _columns(rows: Rows, problem: Problem, method: Method, updates: float) -> Columns:
    """Moments where they stand in for the rows, else means and covariances."""
    n, d = rows.shape
    if d > MATRIX_COLUMNS or (method.batch_size is not None and n * d > SMALL):
        return _sized(rows)
    if problem.loss.quadratic and method.batch_size is None and d + 2 <= 4 * updates:
        return _with_moments(rows)
    return _located(rows)


def _sized(rows: Rows) -> Columns:
    return Columns(*rows.columns(), None, np.zeros((rows.shape[1], 0)), None)


def _located(rows: Rows) -> Columns:
    mean, spread, *_ = central_moments(rows)
    return Columns(mean, np.diag(spread), spread, null_directions(spread), None)


def _with_moments(rows: Rows) -> Columns:
    moments = make_moments(rows)
    return Columns(moments.mean, np.diag(moments.spread), moments.spread, moments.null, moments)


def _plan(
    rows: Rows, problem: Problem, columns: Columns, method: Method, standardize: bool, auto: bool, start: Any
) -> Plan:
    """Choose units, data and learning rate."""
    units = RAW
    if standardize:
        shifted = Coordinates(problem, rows.shape[1]).shifts and not rows.sparse
        units = standard_units(columns.mean, columns.variance, shifted)
    data = rows.in_units(units) if columns.moments is None else columns.moments.in_units(units)
    location = None if columns.spread is None else (columns.mean, columns.spread)
    bounds = cache(lambda: spectrum(Objective(problem, data), location))
    if auto and not method.preconditioned:
        bounded(problem.loss)
        method = replace(method, learning_rate=_auto_rate(problem, data, method, bounds()))
    return Plan(columns, data, method, bounds, auto, None if start is None else units.scaled(start))


def _auto_rate(problem: Problem, data: Any, method: Method, bounds: Spectrum) -> Any:
    """1/L for all rows; for batches half of 1/L of the longest batch, falling where the answer is no average."""
    if bounds.largest <= 0:
        return steps.Constant(1.0)
    if method.batch_size is None:
        return steps.Constant(1.0 / bounds.largest)
    if not isinstance(method.estimate, estimates.OwnRows):
        row = problem.loss.curvature * data.longest_row() + problem.l2 * max(problem.factors, default=1.0)
        return steps.Constant(1.0 / ((3.0 if isinstance(method.estimate, estimates.SAGA) else 6.0) * row))
    longest = problem.loss.curvature * 3.0 * (data.shape[1] + 1)  # mean squared length of a standardised row, times 3
    rate = 0.5 / (bounds.largest + longest / method.batch_size)
    return steps.Constant(rate) if method.answers else steps.InverseScaling(rate, 0.5)
