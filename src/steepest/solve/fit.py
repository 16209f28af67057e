"""Fit: plan, descend, certify, judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import DataError, UsageError
from ..core.threads import one_blas_thread
from ..core.types import Array
from ..core.version import __version__
from ..data.checks import check_rows, name_bad_number
from ..data.rows import Rows
from ..descent.descent import descend, until
from ..descent.early_stopping import called, held_back
from ..descent.recording import record
from ..descent.stops import Stop, epochs, updates
from ..descent.trajectory import Trajectory
from ..methods import rules, steps
from ..objective.objective import Coordinates, Objective
from ..objective.problem import Problem
from ..optimality.certificate import ROUNDING, Certificate
from ..optimality.curvature import Spectrum
from ..optimality.evidence import Evidence, reversals, run_out
from ..optimality.null_model import constant_cost
from ..optimality.separation import apart
from ..optimality.verdict import Verdict, judge
from .auto.plan import Columns, Plan, make_plan
from .certified_stop import CertifiedStop
from .nonsmooth import certified_stop
from .polish import polish
from .postprocess import centre, least_norm, with_fixed
from .settings import DEFAULT_TOL, Limits, Settings, Watch

__all__ = ["Run", "fit"]

SETTLED = 0.05  # last step, in standard deviations of a column, of a descent that is not on its way to infinity


class Run(NamedTuple):
    """A fitted descent: the answer in raw units, what happened, how good it is."""

    coef: Array  # (d, k)
    intercept: Array  # (k,)
    trajectory: Trajectory
    certificate: Certificate
    verdict: Verdict


def fit(
    rows: Rows,
    problem: Problem,
    settings: Settings = Settings(),
    limits: Limits = Limits(),
    *,
    names: tuple[str, ...] = (),
    start: object = None,
    watch: Watch = Watch(),
) -> Run:
    """Fit a problem to rows.

    Parameters
    ----------
    rows, problem, settings, limits, watch : Rows, Problem, Settings, Limits, Watch
    names : tuple of str
        Names of the columns; x1, x2, ... where there are none.
    start : (d + 1,) array
        Start in raw units, intercept last; fixed coordinates stay there.

    Returns
    -------
    Run

    Raises
    ------
    DataError, UsageError
        If the table or a setting makes no sense.

    Examples
    --------
    >>> from steepest import make_rows
    >>> run = fit(make_rows([[1.0], [2.0], [4.0]], [3.0, 5.0, 9.0]), Problem(), Settings(learning_rate=0.1))
    >>> run.coef.round(3).tolist(), run.verdict.status
    ([[2.0]], 'converged')
    """
    names = names or tuple(f"x{j + 1}" for j in range(rows.shape[1]))
    rows = rows.recounted()
    check_rows(rows, problem)
    n, d = rows.shape
    with one_blas_thread(2.0 * d * max(n, d * d)):
        with _bad_numbers_named(rows, names):
            plan = make_plan(rows, problem, settings, limits.updates, _start(start, rows))
        scale, tol = _reference(problem, rows), limits.tol
        target = max(ROUNDING**2, DEFAULT_TOL if tol is None else tol) * scale
        certified = certified_stop(problem, rows, plan, target, scale)
        held = held_back(problem, watch.validation, plan.data.units, watch.patience, (tol or 0.0) * scale)
        asked = [s for s in (held and held.stop(), watch.callback and called(watch.callback, plan.data.units)) if s]
        if start is not None or rows.offset is not None:
            _refuse_overflow(problem, rows, _start(start, rows))
        states = descend(problem, plan.method, plan.data, start=plan.start, seed=settings.seed)
        states = until(certified.continued(states), *certified.stops(tol), *asked, *_limits(limits))
        meta = {"version": __version__, "numpy": np.__version__, "tol": tol, "max_iter": limits.max_iter}
        meta |= {} if plan.sample is None else {"sample_rows": plan.sample}
        told = certified.told(watch.progress, early=tol is not None or bool(asked))
        path = record(states, keep=watch.keep, names=names, meta=meta, progress=told)
        if held:  # what changes no prediction for the rows may change one for those held out
            path, known = held.chosen(path), None
        else:
            path, plan, known = polish(certified.chosen(path), rows, problem, plan, tol == 0)
            path = least_norm(path, problem, plan)
        path = with_fixed(centre(path, problem, plan), problem, start)
        return _judged(rows, problem, plan, path, certified, known)


@contextmanager
def _bad_numbers_named(rows: Rows, names: tuple[str, ...]) -> Iterator[None]:
    """Say where in the table the number stands that is none."""
    try:
        yield
    except DataError:
        name_bad_number(rows, names)
        raise


def _limits(limits: Limits) -> list[Stop]:
    """When a run ends at the latest."""
    most = limits.max_updates
    return [epochs(limits.max_iter), *([] if most is None else [updates(most)])]


def _reference(problem: Problem, rows: Rows) -> float:
    """Cost that ``tol`` is a share of: the constant model's, or the zero model's where that is 0."""
    cost = constant_cost(problem, rows)
    return cost if cost > 0 else float(np.mean(problem.loss.value(np.zeros_like(rows.y), rows.y)))


def _start(start: Any, rows: Rows) -> Any:
    if start is None:
        return None
    w = np.asarray(start, np.float64)
    shape = (rows.shape[1] + 1, rows.outputs)
    if w.size != (size := shape[0] * shape[1]) or not np.isfinite(w).all():
        raise UsageError(f"start must be {size} finite numbers, coefficients first and the intercept last")
    return w.reshape(shape)


def _refuse_overflow(problem: Problem, data: Any, w: Array | None) -> None:
    """Refuse a start, or offsets, at which the cost is no finite number."""
    d, k = data.shape[1], 1 if w is None else w.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        cost, g = Objective(problem, data)(np.zeros((d + 1, k)) if w is None else w)
    if not (np.isfinite(cost) and np.isfinite(g).all()):
        raise UsageError("the cost at the start is too large for a number: choose a start, or offsets, nearer to 0")


def _judged(
    rows: Rows, problem: Problem, plan: Plan, path: Trajectory, certified: CertifiedStop, known: Certificate | None
) -> Run:
    """Choose the state to report, certify it and say what happened; ``known`` is the certificate of the last one."""
    i = _reported(path)
    coef, intercept = path.coef[i].reshape(rows.shape[1], -1), np.atleast_1d(path.intercept[i])
    raw = np.concatenate((coef, intercept[None]))
    known = known or certified.taken(int(path.step[i]))
    moved = plan.columns.null.shape[1]  # the answer was moved, and its rounding with it
    certificate = known if known and not moved else certified.certificate(plan.data.units.scaled(raw))
    reached = float(path.cost[np.searchsorted(path.cost_step, path.step[i])])
    target = max(certified.reached(certificate), 2 * ROUNDING * abs(reached))
    apart = _separation(rows, problem, plan, path, raw, certified)
    facts = {"reached": reached, "target": target, "scale": certified.scale, "separated": apart}
    verdict = judge(_evidence(problem, plan, path, certificate, **facts), _notes(rows, plan.columns, path.names))
    found = {"reported_step": int(path.step[i]), "exact": _exact(problem, plan), "passes": rows.passes}
    path = replace(path, verdict=verdict, meta={**path.meta, **found})
    return Run(coef, intercept, path, certificate, verdict)


def _separation(
    rows: Rows, problem: Problem, plan: Plan, path: Trajectory, raw: Array, certified: CertifiedStop
) -> str | None:
    """How the classes are separated, in words; searched for where the last step was large."""
    if not problem.separable:
        return None
    if len(path) < 2:  # a start that separates them ends the run, one that is the optimum does too
        return apart(rows, problem, raw, path.names) if certified.separates(path.cost[-1], raw) else None
    moved = np.abs(path.coef[-1] - path.coef[-2]).T * np.sqrt(plan.columns.variance)
    if path.meta["end"] == "certified" and moved.max() < SETTLED:
        return None
    return apart(rows, problem, raw, path.names)


def _reported(path: Trajectory) -> int:
    """The last state; where the cost ended above its start, or beyond all numbers, the recorded one of least cost.

    Where rows were held back, the one that is best on them.
    """
    if "validation" in path.meta:
        return int(np.searchsorted(path.step, path.meta["validation"]["step"]))
    if path.meta["end"] != "overflow" and path.cost_step[-1] == path.step[-1] and not path.cost[-1] > path.cost[0]:
        return len(path) - 1
    return int(np.searchsorted(path.step, path.cost_step[np.argmin(path.cost)]))


def _evidence(problem: Problem, plan: Plan, path: Trajectory, certificate: Certificate, **found: Any) -> Evidence:
    rule, rate, sampled = plan.method.rule, plan.method.learning_rate, plan.method.batch_size is not None
    back, looks = reversals(path), rate.looks
    uneven = path.meta["end"] == "overflow" or bool((np.diff(path.cost) > 0).any()) or back > 0.5
    bounds = plan.bounds() if uneven or plan.columns.spread is not None else Spectrum(0.0, None)
    safe = 0.5 * bounds.limit
    if sampled and uneven:
        safe = (1.0 - rule.memory_share) / (bounds.largest + problem.loss.curvature * plan.data.longest_row())
    return Evidence(
        cost=path.cost,
        step=path.cost_step,
        end=path.meta["end"],
        gap=certificate.gap,
        gradient_norm=certificate.gradient_norm,
        rate=float(path.learning_rate[-1] if looks else rate.rate(max(1, int(path.step[-1])))),
        limit=bounds.limit,
        safe=safe,
        condition=bounds.condition,
        quadratic=problem.loss.quadratic,
        sampled=sampled,
        plain=isinstance(rule, rules.Plain) and isinstance(rate, steps.Constant),
        auto=plan.auto,
        spent=run_out(rate, int(path.step[-1])),
        reversals=back,
        **found,
    )


def _notes(rows: Rows, columns: Columns, names: tuple[str, ...]) -> tuple[str, ...]:
    """Facts about the columns that explain an answer."""
    n, d = rows.shape
    constant = columns.constant
    notes = [f"column {names[j]!r} is constant and says nothing about the target" for j in np.flatnonzero(constant)[:5]]
    if n <= d:
        return (
            *notes,
            f"{n} rows cannot determine {d} coefficients and an intercept, so many answers fit equally well",
        )
    share = np.abs(columns.null * np.sqrt(np.maximum(columns.variance, 0.0))[:, None]).max(1, initial=0.0)
    tied = np.flatnonzero((share > 1e-6) & ~constant)
    if len(tied):
        listed = ", ".join(repr(names[j]) for j in tied[:5]) + (f" and {len(tied) - 5} more" if len(tied) > 5 else "")
        notes.append(f"columns {listed} are linearly dependent, so only their joint effect is determined")
    return tuple(notes)


def _exact(problem: Problem, plan: Plan) -> dict[str, Any] | None:
    """The exact least-squares answer where it is known: no penalty, nothing held."""
    moments = plan.columns.moments
    movable = Coordinates(problem, len(plan.columns.mean)).free.all()
    if moments is None or not problem.unpenalised or moments.null.shape[1] or not movable:
        return None
    least, cost = moments.least, problem.loss.curvature * moments.cost
    if least.shape[1] > 1:
        return {"coef": least[:-1].tolist(), "intercept": least[-1].tolist(), "cost": cost}
    return {"coef": least[:-1, 0].tolist(), "intercept": float(least[-1, 0]), "cost": cost}
