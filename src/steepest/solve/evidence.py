"""The evidence of a run, from its plan and trajectory: what its verdict follows from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.records import to_name
from ..descent.trajectory import Trajectory
from ..methods import steps
from ..objective.data import MATRIX_COLUMNS
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from ..optimality.certificate import Certificate
from ..optimality.curvature import Spectrum
from ..optimality.evidence import Evidence, Sense, reversals, run_out
from .auto.plan import Plan

__all__ = ["evidence_of", "exact_answer"]


def evidence_of(
    problem: Problem, plan: Plan, path: Trajectory, certificate: Certificate, found: dict[str, Any]
) -> Evidence:
    """The facts of a run for its verdict."""
    rule, rate, sampled = plan.method.rule, plan.method.learning_rate, plan.method.batch_size is not None
    back, looks = reversals(path), rate.looks
    uneven = path.meta["end"] == "overflow" or bool((np.diff(path.cost) > 0).any()) or back > 0.5
    settled = rule.stability is None and certificate.gap is not None and certificate.gap <= found["target"]
    known = plan.columns.spread is not None and not settled
    bounds = plan.bounds() if uneven or known else Spectrum(0.0, None)
    safe, exact = 0.5 * bounds.limit, problem.loss.quadratic and len(plan.columns.mean) <= MATRIX_COLUMNS
    if sampled and uneven and np.isfinite(problem.loss.curvature):
        safe = (1.0 - rule.memory_share) / (bounds.largest + problem.loss.curvature * plan.rows.longest_row())
    return Evidence(
        cost=path.cost,
        step=path.cost_step,
        end=path.meta["end"],
        gap=certificate.gap,
        sense=Sense.of(certificate.kind, exact),
        local=certificate.kind != "prediction",
        standard_errors=certificate.standard_errors,
        gradient_norm=certificate.gradient_norm,
        rate=float(path.learning_rate[-1] if looks else rate.rate(max(1, int(path.step[-1])))),
        limit=None if rule.stability is None else 0.5 * rule.stability * bounds.limit,
        safe=safe,
        condition=bounds.condition,
        quadratic=problem.loss.quadratic,
        sampled=sampled,
        rule=to_name(type(rule)),
        constant=isinstance(rate, steps.Constant),
        auto=plan.auto,
        spent=run_out(rate, int(path.step[-1])),
        reversals=back,
        **found,
    )


def exact_answer(problem: Problem, plan: Plan) -> dict[str, Any] | None:
    """The exact least-squares answer, if it is known: no penalty and no fixed coefficient."""
    moments = plan.columns.moments
    movable = coordinates_of(problem, len(plan.columns.mean)).free.all()
    if moments is None or not problem.unpenalised or moments.null.shape[1] or not movable:
        return None
    w, cost = moments.minimiser, problem.loss.curvature * moments.cost
    if w.shape[1] > 1:
        return {"coef": w[:-1].tolist(), "intercept": w[-1].tolist(), "cost": cost}
    return {"coef": w[:-1, 0].tolist(), "intercept": float(w[-1, 0]), "cost": cost}
