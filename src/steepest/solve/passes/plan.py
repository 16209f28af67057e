"""The plan of a fit of a table in parts: the method with the fewest passes over the data."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, cast

import numpy as np

from ...core.errors import UsageError
from ...core.record_types import RuleRecord
from ...core.types import Array
from ...core.units import RAW
from ...data.rows import Rows
from ...methods import estimates, rules, steps
from ...methods.averages import LastPoint
from ...methods.method import Method, read_estimate
from ...objective.data import MATRIX_COLUMNS
from ...objective.objective import coordinates_of
from ...objective.problem import Problem
from ...optimality.curvature import Spectrum
from ...optimality.duality import provable
from ...parts.parts import Parts
from ...parts.survey import Survey
from ..auto.plan import Columns, Plan, asked_method, chosen_average, planned, scaled_units
from ..auto.smoothing import staged_start
from ..settings import Limits, Settings, is_auto
from .classes import CurvedClasses, forms_joint_hessian, optimum_of_sample
from .curved import Curved
from .known_columns import known_columns
from .squares import survey_moments

__all__ = ["PassPlan", "passes_of", "plan_passes", "survey_for"]

NEWTON = 5  # passes of a survey and Newton's steps
WIDE: dict[bool, RuleRecord] = {
    False: rules.Secant(),
    True: rules.Spectral(),
}  # of tables too wide for a matrix, by whether there is an L1 part


class PassPlan(NamedTuple):
    """The plan, and the bound of the rounding of costs from moments."""

    plan: Plan
    rounding: float = 0.0


def survey_for(parts: Parts, problem: Problem, settings: Settings) -> Survey:
    """The survey, with the Gram matrix where a fit needs it. Cost: one pass, unless it is known."""
    known = settings.auto and is_auto(settings.rule) and not (problem.loss.quadratic or parts.coding.classes)
    narrow = parts.shape[1] <= MATRIX_COLUMNS
    return parts.surveyed(True if not known and narrow else None, crossed=problem.loss.quadratic and narrow)


def plan_passes(
    parts: Parts, survey: Survey, problem: Problem, settings: Settings, start: Array | None, exact: bool
) -> PassPlan:
    """Plan a descent; ``start`` is in raw units, ``exact`` whether all digits are asked for."""
    method, automatic = _method(problem, parts, settings)
    if problem.loss.quadratic and parts.shape[1] <= MATRIX_COLUMNS:
        return _by_moments(parts, survey, problem, settings, method, start, exact)
    columns = known_columns(survey)
    units = scaled_units(survey.sample, problem, survey.columns) if settings.scaled else RAW
    curves = method.preconditioned and isinstance(method.rule, rules.Newton)
    kind = CurvedClasses if parts.coding.classes else Curved
    table = kind(parts, survey, units, curves, provable(problem) and not parts.coding.classes)
    plan = planned(problem, columns, cast(Rows, table), method, settings.auto and not automatic, start)
    bounds = _unknown if automatic or columns.spread is None else plan.bounds
    plan = plan._replace(bounds=bounds, auto=settings.auto)
    return PassPlan(_begun(plan, survey, problem) if automatic else plan)


def _method(problem: Problem, parts: Parts, settings: Settings) -> tuple[Method, bool]:
    """The method, and whether it was left to the package."""
    estimate, average = read_estimate(settings.estimate), chosen_average(settings.average, noisy=False)
    own = isinstance(estimate, estimates.OwnRows) and isinstance(average, LastPoint)
    automatic = settings.auto and is_auto(settings.rule) and own
    if problem.nonsmooth and (settings.auto or asked_method(settings).preconditioned):
        raise UsageError(
            f"{problem.loss.formula} is not smooth, and over a table in parts it needs a rate: give a learning rate"
        )
    if not automatic:
        return replace(asked_method(settings), average=average, estimate=estimate), False
    if parts.coding.classes and not forms_joint_hessian(parts) and parts.shape[1] <= MATRIX_COLUMNS:
        rule = WIDE[True] if problem.proximal else rules.Whitened()
        return Method(rule, steps.Backtracking(), None, settings.sampling), True
    if parts.shape[1] > MATRIX_COLUMNS:
        return Method(WIDE[problem.proximal], steps.Backtracking(), None, settings.sampling), True
    if problem.loss.quadratic:
        return Method(rules.Whitened(), steps.Constant(1.0), None, settings.sampling), True
    several = len(parts.source.targets) > 1
    rule = WIDE[problem.proximal] if several else rules.Newton()
    return Method(rule, steps.Backtracking(), None, settings.sampling), True


def _by_moments(
    parts: Parts,
    survey: Survey,
    problem: Problem,
    settings: Settings,
    method: Method,
    start: Array | None,
    exact: bool,
) -> PassPlan:
    free = coordinates_of(problem, parts.shape[1]).free_intercept
    fixed = np.zeros(survey.sample.outputs) if start is None else start[-1]
    moments, rounding = survey_moments(parts, survey, None if free else fixed, exact)
    columns = Columns(moments.mean, np.diag(moments.spread), moments.spread, moments.null, moments)
    units = scaled_units(survey.sample, problem, survey.columns) if settings.scaled else RAW
    plan = planned(problem, columns, moments.in_units(units), method, settings.auto, start)
    return PassPlan(plan._replace(auto=settings.auto), problem.loss.curvature * rounding)


def _begun(plan: Plan, survey: Survey, problem: Problem) -> Plan:
    """The plan with the optimum of the sample as start."""
    some, begin = survey.sample.in_units(plan.data.units), plan.point
    m = len(some.y)
    if problem.loss.staged:
        begin = staged_start(problem, some, begin)
    if some.supports.joint or isinstance(plan.method.rule, rules.Newton):
        begin = optimum_of_sample(some, problem, begin)
    return plan._replace(start=begin, sample=m)


def passes_of(parts: Parts, problem: Problem, settings: Settings, limits: Limits) -> int:
    """About how many passes a fit takes at most: where a cache is worth its writing, the first of them writes it."""
    if problem.loss.quadratic and parts.shape[1] <= MATRIX_COLUMNS:
        return 1
    return NEWTON if settings.auto and is_auto(settings.rule) else int(min(limits.updates, 1 << 30))


def _unknown() -> Spectrum:
    return Spectrum(0.0, None)
