"""Certificates: a proven bound of the gap, cost minus minimum, or an estimate of it by second derivatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from ..core.html_text import fields
from ..core.types import UNIT, Array
from ..objective.data import MATRIX_COLUMNS
from ..objective.objective import Objective
from ..objective.prox import penalty_value, smallest_subgradient
from .conjugate_gradient import by_metric, by_products, evaluate
from .curvature import hessian
from .duality import ROUNDING, Proven, moments_gap, provable, rows_gap, slope_rounding
from .local_model import localised
from .newton import Expansion, Pointwise, Step, matrix_step, predicted_decrease
from .newton_decrement import NewtonDecrement, decrement_of, significant
from .rounding import answer_rounding
from .row_newton import RowExpansion
from .slopes_duality import slopes_gap
from .softmax_duality import prove
from .statistical_distance import in_standard_errors

__all__ = ["ROUNDING", "Certificate", "Certified", "Learn", "certified", "certify"]

Known = Expansion | RowExpansion | tuple[float, Array]
Learn = Callable[[Array, Array], None]  # takes a step and the change of the gradient along it

FAR = 2.0  # times the target: a predicted decrease above it implies a gap above the target for log loss
GOOD = 3.0  # times the predicted decrease of Newton's step: a proven gap below it can hardly be improved


class Certificate(NamedTuple):
    """The gap of an answer.

    Attributes
    ----------
    gap : float or None
        Cost minus the minimum; None if unknown. It includes a bound of rounding and is never negative.
    kind : {"duality gap", "dual estimate", "decrement", "prediction", "none"}
        A "duality gap" is proven: F(w) - D(theta) with a dual point theta. It needs a penalty on every coefficient.
        A "dual estimate" is the same for a non-smooth loss without penalty: no proof, theta is feasible up to rounding.
        A "decrement" is g' H^-1 g with the Hessian H of all rows at the answer, or under signs or an L1 penalty twice
        the decrease of the quadratic model. For squared losses it is halved, and is then the gap. For log loss it is
        twice the second-order estimate of the gap. That is not a proof, but the factor covers the error near the
        optimum, and far from it, where the loss decreases like exp(-z). For an H too large, conjugate gradients.
        A "prediction" is one where second derivatives may change by a factor above e^(1/2): it bounds nothing.
    gradient_norm : float
        Euclidean norm of the gradient by the raw parameters; under an L1 penalty of the subgradient of least norm.
    rounding : float
        The part of the gap that bounds rounding: no certificate of this answer can be smaller.
    standard_errors : float or None
        How far a coefficient may be from the optimum, in its standard errors: sqrt(n g' H^-1 g), with rounding. None
        under a penalty, and for losses that are neither squared nor a likelihood.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> certificate = GDRegressor(alpha=0.1).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 3.0]).certificate_
    >>> certificate.kind, certificate.gap < 1e-12
    ('duality gap', True)
    """

    gap: float | None
    kind: str
    gradient_norm: float
    rounding: float = 0.0
    standard_errors: float | None = None

    def _repr_html_(self) -> str:
        return fields(self)


class Certified(NamedTuple):
    """A certificate of w (d + 1, k), and Newton's step from there."""

    w: Array
    certificate: Certificate
    step: Step


def certify(
    objective: Objective, w: Array, decrement: NewtonDecrement | None = None, metric: Array | None = None
) -> Certificate:
    """Certificate of the parameters w (d + 1, k) in the units of the data; see `certified`."""
    return certified(objective, w, decrement, metric).certificate


def certified(
    objective: Objective,
    w: Array,
    decrement: NewtonDecrement | None = None,
    metric: Array | None = None,
    known: Known | None = None,
    target: float = 0.0,
    learn: Learn | None = None,
) -> Certified:
    """Certificate of the parameters w (d + 1, k) in the units of the data, and Newton's step from there.

    Parameters
    ----------
    objective : Objective
        Over rows or moments.
    w : (d + 1, k) array
    decrement : NewtonDecrement, optional
        `decrement_of` a squared loss, which is the same at every w. It replaces the Hessian.
    metric : (d + 1, d + 1) or (d + 1,) array, optional
        Approximate Hessian of the objective, or its diagonal. It replaces the Hessian, see Notes.
    known : Expansion, or (float, (d + 1, k) array), optional
        The objective around w, or its value and the gradient of its smooth part at w. It saves a pass.
    target : float, optional
        Gap that is small enough. It saves passes if no matrix is formed.
    learn : callable, optional
        Called with the step and the change of the gradient, if no matrix is formed. A gap far above ``target`` is then
        not proven.

    Notes
    -----
    Cost, in passes over the rows: two for gradient and Hessian (about n (d + 1)^2 flops) and, for a duality gap, one
    for the dual point, at worst two. With a metric, or beyond 1,500 columns, up to 8 products (30 for a diagonal)
    replace the Hessian; the gap is proven too, but may be larger. On moments: O(d^3). A small table is read once.

    References
    ----------
    Boyd, S. and Vandenberghe, L. (2004). Convex Optimization, 5.5 and 9.5.1. doi:10.1017/CBO9780511804441
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if objective.data.supports.joint:
            return _of_classes(objective, w, metric, target, learn)
        if w.shape[1] > 1 and provable(objective.problem) and objective.data.supports.rows:
            return _by_target(objective, w, metric, known)
        step = _newton(objective, w, decrement, metric, known, target)
        norm = float(np.linalg.norm(_steepest(objective, w, step.g)))
        if learn is not None and step.change is not None:
            learn(step.delta, step.change)
            if step.predicted is not None and step.predicted > FAR * target:
                return Certified(w, Certificate(None, "none", norm), step)
        return Certified(w, _judged(objective, w, step, decrement, norm), step)


def _judged(objective: Objective, w: Array, step: Step, decrement: NewtonDecrement | None, norm: float) -> Certificate:
    """The certificate from Newton's step."""
    proven = _proven(objective, w, step) if provable(objective.problem) else None
    if proven is not None and (objective.data.supports.rows or np.isfinite(proven.gap)):
        least = proven.rounding + 2 * ROUNDING * abs(step.cost)
        gap, kind, least = proven.value + least, "duality gap", least + min(proven.value, step.safeguard)
    else:
        least = ROUNDING * abs(step.cost) + _of_predictions(objective, w, step, decrement)
        gap = np.nan if step.predicted is None else step.predicted + least
        kind = "decrement" if step.local else "prediction"
    errors = in_standard_errors(objective, w, step)
    return Certificate(float(gap), kind, norm, least, errors) if np.isfinite(gap) else Certificate(None, "none", norm)


def _of_predictions(objective: Objective, w: Array, step: Step, decrement: NewtonDecrement | None) -> float:
    """Bound of what the rounding of predictions and of the raw answer adds to the cost; it matters in an exact fit."""
    data, c, cost = objective.data, objective.loss.curvature, step.cost
    moments = not data.supports.any_loss
    H = objective.moments.hessian if moments else decrement.matrix if decrement is not None else None
    if H is None or not objective.loss.quadratic:
        mean = c if np.isfinite(c) else 0.0 if step.sizes is None else float(step.sizes[-1] ** 2)
        return 0.5 * mean * answer_rounding(objective, w) ** 2
    size = np.sqrt(np.maximum(H.diagonal(), 0.0) / (1.0 if moments else c))
    if data.units.shift is not None:  # the answer is rounded again as raw coefficients
        size[:-1] += np.abs(data.units.shift) * objective.factor[:-1, 0]
    rounding = 6 * (len(w) + 8) * UNIT * (2.0 * size @ np.abs(w) + np.sqrt(2.0 * max(cost, 0.0) / c))
    return float(0.5 * c * (rounding**2).sum())


def _of_classes(objective: Objective, w: Array, metric: Array | None, target: float, learn: Learn | None) -> Certified:
    """The certificate of joint outputs, by `softmax_duality`; a metric is a matrix that all classes share."""
    shared = None if metric is None or metric.shape != 2 * (len(w),) else metric
    gap, kind, rounding, step = prove(objective, w, shared, target)
    if learn is not None and gap is not None and gap > target and step.change is not None:
        learn(step.delta, step.change)
    norm = float(np.linalg.norm(_steepest(objective, w, step.g)))
    known = gap is not None and np.isfinite(gap)
    return Certified(w, Certificate(gap, kind, norm, rounding) if known else Certificate(None, "none", norm), step)


def _by_target(objective: Objective, w: Array, metric: Array | None, known: Known | None) -> Certified:
    """The sum of the certificates of each target: their problems are independent."""
    rows = objective.rows
    single = [objective.on(rows.one_target(c)) for c in range(w.shape[1])]
    at = known.of_targets(single) if isinstance(known, RowExpansion) else [None] * len(single)
    matrix = objective.loss.quadratic and metric is None and at[0] is None and objective.d <= MATRIX_COLUMNS
    decrement = decrement_of(objective, None) if matrix else None
    found = [certified(F, w[:, [c]], decrement, metric, at[c]).certificate for c, F in enumerate(single)]
    norm = float(np.linalg.norm([f.gradient_norm for f in found]))
    gaps = [f.gap for f in found if f.gap is not None]
    proven, rounding = len(gaps) == len(found), sum(f.rounding for f in found)
    whole = Certificate(sum(gaps), found[0].kind, norm, rounding) if proven else Certificate(None, "none", norm)
    return Certified(w, whole, Step(np.zeros_like(w), np.nan, np.zeros_like(w), None))


def _steepest(objective: Objective, w: Array, g: Array) -> Array:
    """Gradient by the raw parameters, or the subgradient of least norm."""
    raw: Array = objective.raw_gradient(g)
    return objective.free * objective.raw.subgradient(w, raw) if objective.problem.proximal else raw


def _newton(
    objective: Objective,
    w: Array,
    decrement: NewtonDecrement | None,
    metric: Array | None,
    known: Known | None,
    target: float,
) -> Step:
    """Newton's step from w, by the cheapest means; for several targets only if the loss is squared."""
    data, problem, single = objective.data, objective.problem, w.shape[1] == 1
    rows, table = data.supports.rows, objective.rows
    if isinstance(known, RowExpansion):
        return known.step(evaluate(objective, w) if single and not table.double else None)
    if rows and decrement is None and (metric is not None or objective.d > MATRIX_COLUMNS):
        if isinstance(known, Expansion) and metric is not None and not (provable(problem) or problem.proximal):
            return by_metric(known, metric)
        if single:
            return by_products(objective, w, metric, provable(problem), target)
        return Step(np.zeros_like(w), *objective(w), None)
    near: Expansion | None = None
    if rows and decrement is None and single and (table.small or table.double):
        near = known if isinstance(known, Expansion) else Expansion(objective, w)
        cost, g = near.cost, near.g
    elif rows and not table.double and single:
        first = evaluate(objective, w)  # the fused pass rounds to single precision, like the table
        cost, g = first.cost, first.g[:, None]
    else:
        cost, g = known if isinstance(known, tuple) else objective(w)
    wide = not rows and data.supports.any_loss and objective.d > MATRIX_COLUMNS  # no matrix: the slopes prove a gap
    if wide or (not single and not objective.loss.quadratic):
        return Step(np.zeros_like(w), cost, g, None)
    if problem.unpenalised:
        decrement = decrement or NewtonDecrement(objective, near.hessian if near else hessian(objective, w))
        size, predicted = np.sqrt(np.maximum(decrement.matrix.diagonal(), 0.0)), decrement(g)
        step = Step(decrement.step(g), cost, g, predicted, again=decrement, sizes=size, inflation=decrement.inflation)
        if near is None or predicted is None or objective.loss.quadratic:
            return step
        return localised(near, step, decrement.lengths, decrement.flat_directions)
    H = near.hessian if near else decrement.matrix if decrement else hessian(objective, w)
    step = _matrix_steps(objective, w, cost, g, H, None if near is None else near.pointwise)
    if near is None or step.predicted is None or provable(problem) or not objective.loss.third_known:
        return step
    smooth = objective.moves & ~(objective.l1 > 0).any((0, 2))
    flat = NewtonDecrement(objective, H, smooth).flat_directions
    return localised(near, step, NewtonDecrement(objective, H).lengths, flat)


def _matrix_steps(objective: Objective, w: Array, cost: float, g: Array, H: Array, pointwise: Pointwise | None) -> Step:
    delta, fall, free, problem = np.empty(w.shape), 0.0, objective.moves, objective.problem
    weights, safeguard = np.broadcast_to(objective.l1, (2, *w.shape)), 0.0
    if problem.l1 > 0 and problem.l2 == 0:  # tighten |v| <= l1 by the rounding of v
        margin = np.minimum(slope_rounding(objective, w, cost, H), 0.5 * weights)
        weights, safeguard = weights - margin, float(penalty_value(w, margin).sum())
    for c in range(w.shape[1]):
        delta[:, c] = matrix_step(H, g[:, c], w[:, c], weights[..., c], free)
        fall += predicted_decrease(H, g[:, c], w[:, c], weights[..., c], delta[:, c])
    downhill = smallest_subgradient(w, g, weights)[free]
    unbounded = significant(downhill, H.diagonal()[free] <= 0)  # a slope without curvature: no minimum nearby
    predicted = None if unbounded else fall if objective.loss.quadratic else 2 * fall
    again = None if problem.proximal or w.shape[1] > 1 else partial(_smooth_decrease, objective, H)
    sizes = np.sqrt(np.maximum(H.diagonal(), 0.0))
    return Step(delta, cost, g, predicted, safeguard, pointwise, again=again, sizes=sizes)


def _smooth_decrease(objective: Objective, H: Array, g: Array) -> float:
    """The prediction at a nearby point with gradient g (d + 1, 1), without an L1 penalty."""
    none, at = np.zeros((2, len(g))), np.zeros(len(g))
    fall = predicted_decrease(H, g[:, 0], at, none, matrix_step(H, g[:, 0], at, none, objective.moves))
    return fall if objective.loss.quadratic else 2 * fall


def _proven(objective: Objective, w: Array, step: Step) -> Proven:
    """The better of two dual points: from Newton's step and, if its gap is large, from the slopes at w."""

    def prove(delta: Array) -> Proven:
        if objective.data.supports.rows:
            return rows_gap(objective, w, delta, step.pointwise)
        if objective.data.supports.any_loss:
            return slopes_gap(objective, w, step.cost)
        return moments_gap(objective, w, delta)

    found = prove(step.delta)
    if found.value <= GOOD * (step.predicted or 0.0) + step.safeguard + found.rounding:
        return found
    return min(found, prove(np.zeros_like(w)), key=lambda p: p.gap if np.isfinite(p.gap) else np.inf)
