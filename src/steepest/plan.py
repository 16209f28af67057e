"""Plan: what "auto" becomes, given the columns: units, data, rule and learning rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import rules, steps
from .curvature import MATRIX_COLUMNS, Spectrum, mean_and_variance, spectrum, standard_units
from .data.csr import CSR
from .data.moments import Moments, central_moments, make_moments, null_directions
from .data.rows import Rows
from .data.units import RAW
from .problem import Method, Problem

__all__ = ["Columns", "Plan", "make_plan"]

Array = NDArray[np.float64]
SMALL = 1_000_000  # numbers in a table up to which even a sampled run looks at all covariances


class Columns(NamedTuple):
    """What is known of the columns before the descent."""

    mean: Array  # (d,)
    variance: Array  # (d,)
    spread: Array | None  # (d, d), up to 1,500 columns
    null: Array  # (d, r), raw directions that change no prediction
    moments: Moments | None


class Plan(NamedTuple):
    """What "auto" was resolved to."""

    columns: Columns
    data: Any  # Rows or Moments, in the units of the descent
    method: Method
    bounds: Callable[[], Spectrum]  # curvature in the units of the descent, computed when first asked for
    auto: bool  # whether the learning rate was chosen here


def make_plan(
    rows: Rows,
    problem: Problem,
    *,
    rule: Any,
    learning_rate: Any,
    batch_size: int | None,
    sampling: str,
    standardize: Any,
    updates: float,
) -> Plan:
    """Choose how to descend; ``updates`` are those that will be made at most. Cost: one or two readings of the rows."""
    auto = _is_auto(learning_rate)
    method = _asked_method(rule, learning_rate, batch_size, sampling)
    columns = _columns(rows, problem, method, updates)
    return _plan(rows, problem, columns, method, auto if _is_auto(standardize) else bool(standardize), auto)


def _is_auto(setting: Any) -> bool:
    return isinstance(setting, str) and setting == "auto"


def _asked_method(rule: Any, rate: Any, batch_size: int | None, sampling: str) -> Method:
    """The method as asked for; where the rate is "auto" a rate of 1 stands in until the curvature is known."""
    if _is_auto(rule):
        rule = rules.Accelerated() if _is_auto(rate) and batch_size is None else rules.Plain()
    return Method(rule, 1.0 if _is_auto(rate) else rate, batch_size, sampling)


def _columns(rows: Rows, problem: Problem, method: Method, updates: float) -> Columns:
    """Moments where they stand in for the rows, else means and covariances."""
    n, d = rows.shape
    if d > MATRIX_COLUMNS or (method.batch_size is not None and n * d > SMALL):
        return Columns(*mean_and_variance(rows), None, np.zeros((d, 0)), None)
    if problem.loss.quadratic and method.batch_size is None and d + 2 <= 4 * updates:
        moments = make_moments(rows)
        return Columns(moments.mean, np.diag(moments.spread), moments.spread, moments.null, moments)
    mean, spread, *_ = central_moments(rows)
    return Columns(mean, np.diag(spread), spread, null_directions(spread), None)


def _plan(rows: Rows, problem: Problem, columns: Columns, method: Method, standardize: bool, auto: bool) -> Plan:
    """Choose units, data and learning rate."""
    units = RAW
    if standardize:
        shifted = bool(problem.free(rows.shape[1])[-1, 0]) and not isinstance(rows.X, CSR)
        units = standard_units(columns.mean, columns.variance, shifted)
    data = rows._replace(units=units) if columns.moments is None else columns.moments.in_units(units)
    location = None if columns.spread is None else (columns.mean, columns.spread)
    bounds = cache(lambda: spectrum(problem, data, location))
    if auto:
        method = replace(method, learning_rate=_auto_rate(problem, rows, method, bounds()))
    return Plan(columns, data, method, bounds, auto)


def _auto_rate(problem: Problem, rows: Rows, method: Method, bounds: Spectrum) -> Any:
    """1/L for all rows; for batches a falling rate from half of 1/L of a batch, rows being longer than their mean."""
    if bounds.largest <= 0:
        return steps.Constant(1.0)
    if method.batch_size is None:
        return steps.Constant(1.0 / bounds.largest)
    longest = problem.loss.curvature * 3.0 * (rows.shape[1] + 1)  # mean squared length of a standardised row, times 3
    return steps.InverseScaling(0.5 / (bounds.largest + longest / method.batch_size), 0.5)
