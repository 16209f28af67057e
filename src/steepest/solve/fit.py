"""A fit: plan, descend, certify, judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import DataError, UsageError
from ..core.threads import one_blas_thread
from ..core.types import Array
from ..core.version import __version__
from ..data.checks import check_rows, name_bad_number, refuse_tiny
from ..data.counted import counted
from ..data.rows import Rows
from ..descent.descent import Descent, descend, until
from ..descent.early_stopping import callback_stop, validation_on
from ..descent.recording import record
from ..descent.stops import Stop, epochs, updates
from ..descent.trajectory import Trajectory
from ..objective.data import Data
from ..objective.objective import Objective, coordinates_of
from ..objective.problem import Problem, read_start
from ..optimality.certificate import ROUNDING, Certificate
from ..optimality.cost_as_gap import at_most_cost
from ..optimality.evidence import ENDED
from ..optimality.null_model import constant_cost, rounding_cost
from ..optimality.verdict import judge
from .auto.cost_model import expensive
from .auto.plan import Plan, make_plan
from .certified_stop import CertifiedStop
from .evidence import evidence_of, exact_answer
from .finish import finish
from .notes import column_notes, least_at_zero, open_coefficients
from .polish import polish
from .postprocess import centre, least_norm, with_fixed
from .reported_cost import with_reported_cost
from .run import Run, reported_place
from .settings import DEFAULT_TOL, Limits, Settings, Watch, is_auto

__all__ = ["Run", "fit"]


def fit(
    rows: Rows,
    problem: Problem,
    settings: Settings = Settings(),
    limits: Limits = Limits(),
    *,
    names: tuple[str, ...] = (),
    start: ArrayLike | None = None,
    watch: Watch = Watch(),
) -> Run:
    """Fit a problem to rows.

    Parameters
    ----------
    rows, problem, settings, limits, watch : Rows, Problem, Settings, Limits, Watch
    names : tuple of str
        Names of the columns; by default x1, x2, ...
    start : (d + 1,) array
        Start in raw units, intercept last; fixed coordinates keep it.

    Returns
    -------
    Run

    Raises
    ------
    DataError, UsageError
        If the table or a setting is not valid.

    Examples
    --------
    >>> from steepest import make_rows
    >>> run = fit(make_rows([[1.0], [2.0], [4.0]], [3.0, 5.0, 9.0]), Problem(), Settings(learning_rate=0.1))
    >>> run.coef.round(3).tolist(), run.verdict.status
    ([[2.0]], 'converged')
    """
    names = names or tuple(f"x{j + 1}" for j in range(rows.shape[1]))
    given, rows = rows.total, counted(rows)
    check_rows(rows, problem)
    n, d = rows.shape
    begin = None if start is None else read_start(problem, start, d, rows.outputs)
    with one_blas_thread(2.0 * d * max(n, d * d)):
        with _bad_numbers_named(rows, names):
            plan = make_plan(rows, problem, settings, limits.updates, begin)
        columns, is_open = plan.columns, open_coefficients(coordinates_of(problem, d))
        refuse_tiny(rows, columns.mean, columns.variance, is_open, names)
        scale, tol = constant_cost(problem, rows), limits.tol
        target = max(max(ROUNDING**2, DEFAULT_TOL if tol is None else tol) * scale, rounding_cost(problem.loss, rows))
        units = plan.data.units
        validation = validation_on(problem, watch.validation, units, watch.patience, (tol or 0.0) * scale)
        asked = [] if validation is None else [validation.stop()]
        asked += [] if watch.callback is None else [callback_stop(watch.callback, units)]
        if start is not None or rows.offset is not None:
            _refuse_overflow(problem, rows, begin)
        states, certified = _descent(rows, problem, plan, settings, (target, scale), validation is None)
        certified.weights_given = given / rows.total
        states = until(states, *certified.stops(tol), *asked, *_limits(limits))
        meta = {"version": __version__, "numpy": np.__version__, "tol": tol, "max_iter": limits.max_iter}
        meta |= {} if plan.sample is None else {"sample_rows": plan.sample}
        told = certified.told(watch.progress, early=tol is not None or bool(asked))
        path = record(states, keep=watch.keep, names=names, meta=meta, progress=told)
        if validation:  # least norm and polish may change predictions of held-out rows
            path, known = validation.chosen(path), None
        else:
            path, plan, known = polish(certified.chosen(path), rows, problem, plan, tol == 0)
            if path.step[-1] < limits.updates:
                path, known = finish(path, certified, known, watch.callback)
            path = least_norm(path, problem, plan)
        path = with_fixed(centre(path, problem, plan), problem, start)
        return _judged(rows, problem, plan, path, certified, known)


def _descent(
    rows: Rows, problem: Problem, plan: Plan, settings: Settings, units: tuple[float, float], leaps: bool
) -> tuple[Descent, CertifiedStop]:
    """The descent of a plan and its certified stop, for a target gap and the cost of the constant model."""
    if plan.selects:
        from .selection import selected

        return selected(problem, rows, plan, *units)
    if problem.nonsmooth and plan.method.preconditioned:
        from .nonsmooth import pieces

        return pieces(problem, rows, plan, *units)
    states, leaps = descend(problem, plan.method, plan.data, start=plan.start, seed=settings.seed), leaps and plan.auto
    return states, CertifiedStop(problem, rows, plan, *units, states.preconditioner, leaps and is_auto(settings.rule))


@contextmanager
def _bad_numbers_named(rows: Rows, names: tuple[str, ...]) -> Iterator[None]:
    """Name the place of a number that is not finite."""
    try:
        yield
    except DataError:
        name_bad_number(rows, names)
        raise


def _limits(limits: Limits) -> list[Stop]:
    """The stops at the limits."""
    return [epochs(limits.max_iter), *([] if limits.max_updates is None else [updates(limits.max_updates)])]


def _refuse_overflow(problem: Problem, data: Data, w: Array | None) -> None:
    """Refuse a start, or offsets, at which the cost is not finite."""
    d, k = data.shape[1], data.outputs
    with np.errstate(over="ignore", invalid="ignore"):
        cost, g = Objective(problem, data)(np.zeros((d + 1, k)) if w is None else w)
    if not (np.isfinite(cost) and np.isfinite(g).all()):
        raise UsageError("the cost at the start is too large for a number: choose a start, or offsets, nearer to 0")


def _judged(
    rows: Rows, problem: Problem, plan: Plan, path: Trajectory, certified: CertifiedStop, known: Certificate | None
) -> Run:
    """Choose the state to report, certify it and judge the run; ``known`` is the certificate of the last state."""
    i = reported_place(path)
    coef, intercept = path.coef[i].reshape(rows.shape[1], rows.outputs), np.atleast_1d(path.intercept[i])
    raw = np.concatenate((coef, intercept[None]))
    known = known or certified.taken(int(path.step[i]))
    moved = plan.columns.null.shape[1]  # the answer was moved, which changes its rounding
    certificate = known if known and not moved else certified.certificate(plan.data.units.scaled(raw))
    if certificate.standard_errors is not None and problem.loss.likelihood:
        stated = certificate.standard_errors * np.sqrt(certified.weights_given)
        certificate = certificate._replace(standard_errors=float(stated))
    if "polished" not in path.meta:
        path = with_reported_cost(path, i, rows, problem, plan, raw)
    reached = float(path.cost[np.searchsorted(path.cost_step, path.step[i])])
    least_known = certificate.gap is None and (reached == 0.0 or least_at_zero(problem, rows))
    if least_known or (certificate.gap or 0.0) > reached:
        certificate = at_most_cost(certificate, Objective(problem, rows), rows.sizes(), raw)
    target = max(certified.reached(certificate), 2 * ROUNDING * min(abs(reached), certified.scale))
    facts: dict[str, Any] = {"reached": reached, "target": target, "scale": certified.scale}
    facts |= _recession(rows, problem, plan, path, raw, certificate, target)
    if certificate.gap is not None and certificate.gap > target:
        from .prospects import prospects_of

        facts |= prospects_of(plan, path, certified, i, reached - certificate.gap, target)._asdict()
    notes = column_notes(rows, problem, plan.columns, path.names)
    verdict = judge(evidence_of(problem, plan, path, certificate, facts), notes)
    found = {"reported_step": int(path.step[i]), "exact": exact_answer(problem, plan), "passes": rows.passes}
    path = replace(path, verdict=verdict, meta={**path.meta, **found})
    return Run(coef, intercept, path, certificate, verdict)


def _recession(
    rows: Rows,
    problem: Problem,
    plan: Plan,
    path: Trajectory,
    raw: Array,
    certificate: Certificate,
    target: float,
) -> dict[str, str | None]:
    """A direction of recession in words, or why none is ruled out."""
    if not problem.may_recede or path.meta["end"] in ENDED:
        return {"separated": None, "unproven": None}
    from ..optimality.recession import recession
    from ..optimality.recession_text import describe

    gap = np.inf if certificate.gap is None else certificate.gap
    of_all = problem.unpenalised and rows.forms_curvature and not expensive(rows.size)
    work = np.inf if plan.auto else float(path.epoch[-1]) * rows.size.numbers
    found = recession(problem, rows, raw, gap <= 10 * target, gap if of_all else None, work)
    text = found.recession and describe(found.recession, problem, rows, path.names)
    return {"separated": text, "unproven": found.unknown}
