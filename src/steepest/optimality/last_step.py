"""The last step: Newton's step that a certificate has solved for, taken if it leads nearer to the optimum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.types import Array
from ..objective.objective import Objective
from .certificate import ROUNDING, Certificate, Certified
from .conjugate_gradient import evaluate
from .newton import Step
from .statistical_distance import in_standard_errors

__all__ = ["LastStep", "last_step"]


class LastStep(NamedTuple):
    """The end of the step: parameters (d + 1, 1) in the units of the data, cost, raw gradient, and certificate."""

    w: Array
    cost: float
    gradient: Array  # (d + 1, 1)
    certificate: Certificate


def last_step(objective: Objective, found: Certified) -> LastStep | None:
    """Take Newton's step from a certified point; None if it leads no nearer to the optimum.

    Near the optimum the step squares the distance, as the Hessian changes little. It is accepted if the gradient at its
    end, in the metric of the same Hessian, is shorter than the one at its start, and the cost no higher than rounding.

    Cost: one pass over the rows.
    """
    _, certificate, step = found
    if step.again is None or certificate.gap is None or not step.delta.any():
        return None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        w = found.w + objective.free * step.delta
        cost, g = _double(objective, w)
        predicted = step.again(g) if np.isfinite(g).all() else None
    predicted = None if predicted is None else predicted + step.flat  # the step has no part along flat directions
    slack = 2 * ROUNDING * abs(step.cost)
    if predicted is None or step.predicted is None or predicted >= step.predicted or not cost <= step.cost + slack:
        return None
    end = step._replace(cost=cost, g=g, predicted=predicted)  # in the Hessian at the start, so the move stays
    slope = objective.raw_gradient(g)
    judged = _certificate(objective, w, certificate, step, end)._replace(gradient_norm=float(np.linalg.norm(slope)))
    return LastStep(w, cost, slope, judged)


def _double(objective: Objective, w: Array) -> tuple[float, Array]:
    """Objective and gradient in double precision."""
    if objective.rows.double:
        return objective(w)
    found = evaluate(objective, w)
    return found.cost, found.g[:, None]


def _certificate(objective: Objective, w: Array, before: Certificate, step: Step, end: Step) -> Certificate:
    """The certificate at the end of a step."""
    known, least = before.gap or 0.0, before.rounding
    if before.kind == "duality gap":  # the dual point stays
        gap = min(max(known - (step.cost - end.cost), least) + 2 * ROUNDING * abs(step.cost), known)
    else:
        gap = (end.predicted or 0.0) + least
    return before._replace(gap=gap, rounding=least, standard_errors=in_standard_errors(objective, w, end))
