"""A fit of a table in parts: a survey, and then as few passes over the data as the problem allows."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import UsageError
from ...core.records import is_record, to_spec
from ...core.threads import one_blas_thread
from ...core.version import __version__
from ...descent.descent import descend, until
from ...descent.early_stopping import callback_stop, validation_on
from ...descent.recording import record
from ...descent.stops import Stop, epochs, updates
from ...descent.trajectory import Trajectory
from ...objective.objective import coordinates_of
from ...objective.problem import Problem, read_start
from ...optimality.certificate import ROUNDING
from ...optimality.evidence import ENDED
from ...optimality.null_model import constant_cost, rounding_cost
from ...optimality.verdict import judge
from ...parts.parts import Parts
from ...parts.survey import Survey
from ..evidence import evidence_of, exact_answer
from ..notes import AT_ZERO, least_at_zero, notes_of
from ..postprocess import centre, least_norm, with_fixed
from ..prospects import prospects_of
from ..run import Run, reported_place
from ..settings import DEFAULT_TOL, Limits, Settings, Watch
from .certified import CertifiedPasses
from .checks import check_survey
from .plan import PassPlan, passes_of, plan_passes, survey_for
from .recession import describe_in_parts

__all__ = ["fit_parts"]

NEAR = 10.0  # target gaps within which a direction of recession must be ruled out


def fit_parts(
    parts: Parts,
    problem: Problem,
    settings: Settings = Settings(),
    limits: Limits = Limits(),
    *,
    start: ArrayLike | None = None,
    watch: Watch = Watch(),
) -> Run:
    """Fit a problem to a table in parts.

    Parameters
    ----------
    parts, problem, settings, limits, watch : Parts, Problem, Settings, Limits, Watch
    start : (d + 1,) array
        Start in raw units, intercept last; fixed coordinates keep it.

    Returns
    -------
    Run
        ``trajectory.meta["passes"]`` are the passes over the data that this fit took.

    Raises
    ------
    DataError, UsageError
        If the table or a setting is not valid.

    Notes
    -----
    Cost: one pass for a squared loss up to 1,500 columns, at any penalty. For other smooth losses a pass for the survey
    and some four for Newton's steps, each of which also gives the certificate.

    Examples
    --------
    >>> from steepest import scan
    >>> run = fit_parts(scan([[1.0], [2.0], [4.0]], [3.0, 5.0, 9.0]), Problem())
    >>> run.coef.round(9).tolist(), run.verdict.status
    ([[2.0]], 'converged')
    """
    _settle(parts, problem, settings, limits)
    if settings.batch_size is not None:
        from .stochastic import fit_stochastic

        return fit_stochastic(parts, problem, settings, limits, start=start, watch=watch)
    before = parts.passes
    with one_blas_thread(float("inf")):
        parts.plan(passes_of(parts, problem, settings, limits))
        survey = survey_for(parts, problem, settings)
        check_survey(parts, survey, problem)
        begin = None if start is None else read_start(problem, start, len(survey.mean), survey.sample.outputs)
        found = plan_passes(parts, survey, problem, settings, begin, limits.tol == 0)
        path, certified = _descended(parts, survey, problem, settings, limits, found, watch)
        if path.meta["interrupted"] and parts.checkpoint is not None:
            parts.checkpoint.save()
            raise KeyboardInterrupt
        path = with_fixed(centre(path, problem, found.plan), problem, start)
        return _judged(parts, survey, path, certified, before).noted((*parts.source_notes, *parts.notes))


def _settle(parts: Parts, problem: Problem, settings: Settings, limits: Limits) -> None:
    """Tell the checkpoint what is fitted. Of several fits, one for each class, it is the same."""
    if parts.checkpoint is None:
        return
    if settings.batch_size is not None:
        raise UsageError("a checkpoint has the sums of passes over all rows: leave it out, or the batch size")
    asked = {field.name: getattr(of, field.name) for of in (problem, settings, limits) for field in fields(of)}
    plan = {name: to_spec(value) if is_record(value) else value for name, value in asked.items()}
    coding = parts.coding
    parts.checkpoint.settle({**plan, "classes": coding.values, "class weights": coding.weights})


def _descended(
    parts: Parts,
    survey: Survey,
    problem: Problem,
    settings: Settings,
    limits: Limits,
    found: PassPlan,
    watch: Watch,
) -> tuple[Trajectory, CertifiedPasses]:
    """The recorded descent, and its certificates."""
    plan, tol = found.plan, limits.tol
    scale = _unit_cost(problem, survey)
    target = max(
        max(ROUNDING**2, DEFAULT_TOL if tol is None else tol) * scale, rounding_cost(problem.loss, survey.sample)
    )
    states = descend(problem, plan.method, plan.data, start=plan.start, seed=settings.seed)
    certified = CertifiedPasses(parts, problem, survey, found, target, scale, states.preconditioner)
    units = plan.data.units
    validation = validation_on(problem, watch.validation, units, watch.patience, (tol or 0.0) * scale)
    asked = [] if validation is None else [validation.stop()]
    asked += [] if watch.callback is None else [callback_stop(watch.callback, units)]
    states = until(states, *certified.stops(tol), *asked, *_limits(limits))
    meta = {"version": __version__, "numpy": np.__version__, "tol": tol, "max_iter": limits.max_iter}
    meta |= {} if plan.sample is None else {"sample_rows": plan.sample}
    told = certified.told(watch.progress, early=tol is not None or bool(asked))
    path = record(states, keep=watch.keep, names=parts.names, meta=meta, progress=told)
    path = least_norm(path, problem, plan) if validation is None else validation.chosen(path)
    return path, certified


def _limits(limits: Limits) -> list[Stop]:
    """The stops at the limits."""
    return [epochs(limits.max_iter), *([] if limits.max_updates is None else [updates(limits.max_updates)])]


def _unit_cost(problem: Problem, survey: Survey) -> float:
    """Cost of the constant model: exact for squared losses and classes, else that of the sample."""
    free = coordinates_of(problem, len(survey.mean)).free_intercept
    if problem.loss.quadratic and free and survey.sample.offset is None and not survey.targets.alike:
        return 0.5 * problem.loss.curvature * float(survey.square.sum())
    return constant_cost(problem, survey.sample)


def _judged(parts: Parts, survey: Survey, path: Trajectory, certified: CertifiedPasses, before: int) -> Run:
    """Choose the state to report, certify it and judge the run."""
    plan, problem, i = certified.plan, certified.problem, reported_place(path)
    outputs = survey.sample.outputs
    coef, intercept = path.coef[i].reshape(len(survey.mean), outputs), np.atleast_1d(path.intercept[i])
    raw = np.concatenate((coef, intercept[None]))
    known = certified.taken(int(path.step[i])) if not plan.columns.null.shape[1] else None
    certificate = known or certified.certificate(certified.point(raw))
    certificate = certified.sharpened(certified.point(raw), certificate) if plan.auto else certificate
    if certificate.standard_errors is not None and not np.isfinite(certificate.standard_errors):
        certificate = certificate._replace(standard_errors=None)
    reached = float(path.cost[np.searchsorted(path.cost_step, path.step[i])])
    target = max(certified.reached(certificate), 2 * ROUNDING * min(abs(reached), certified.scale))
    facts: dict[str, Any] = {"reached": reached, "target": target, "scale": certified.scale}
    settled = plan.auto or (certificate.gap is not None and certificate.gap <= NEAR * target)
    found = certified.recession(certified.point(raw), settled and path.meta["end"] not in ENDED)
    if found.recession is not None:  # there is no optimum to be away from
        certificate = certificate._replace(standard_errors=None)
    text = found.recession and describe_in_parts(found.recession, problem, parts)
    facts |= {"separated": text, "unproven": found.unknown}
    if certificate.gap is not None and certificate.gap > target and not plan.auto:
        facts |= prospects_of(plan, path, certified, i, reached - certificate.gap, target)._asdict()
    notes = notes_of(survey.least == survey.most, survey.counted, problem, plan.columns, path.names)
    notes = (*notes, AT_ZERO) if least_at_zero(problem, survey.sample) else notes
    verdict = judge(evidence_of(problem, plan, path, certificate, facts), notes)
    more: dict[str, Any] = {
        "reported_step": int(path.step[i]),
        "exact": exact_answer(problem, plan),
        "passes": parts.passes - before,
    }
    more |= {} if plan.columns.moments is not None else {"data": "parts"}
    return Run(coef, intercept, replace(path, verdict=verdict, meta={**path.meta, **more}), certificate, verdict)
