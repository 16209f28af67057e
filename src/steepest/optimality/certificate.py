"""Certificates: how far the cost is from its least value at most, or as near as second derivatives tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..core.types import Array
from ..core.units import RAW
from ..data.blockwise import UNIT
from ..data.classes import Classes
from ..data.moments import Moments
from ..data.rows import Rows
from ..objective.problem import Problem
from ..objective.prox import least_slope, paid
from .conjugate_gradient import by_products, opening
from .curvature import MATRIX_COLUMNS, hessian
from .duality import ROUNDING, Proven, doubt, moments_gap, provable, rows_gap
from .newton import Seen, Step, at_once, matrix_step, promise, small
from .newton_decrement import Form, inverse_form, matters
from .softmax_duality import prove

__all__ = ["ROUNDING", "Certificate", "Form", "certify", "inverse_form", "separating"]

BLOCK = 1 << 14
FAR = 2.0  # times the target: a promise above is, for log loss, a gap above
GOOD = 3.0  # times the promise of Newton's step: a proven gap so small cannot be bettered by much


class Certificate(NamedTuple):
    """How good the answer is.

    Attributes
    ----------
    gap : float or None
        Cost minus least possible cost; None where nothing is known of it. Includes a rounding bound; never negative.
    kind : {"duality gap", "dual estimate", "decrement", "none"}
        "duality gap": proven, F(w) - D(theta) with a dual point theta. Where every coefficient is penalised, none by a
        factor of 0.
        "dual estimate": the same difference where nothing is penalised and the loss has kinks; no proof, since the
        slopes theta balance each column only to rounding.
        "decrement": from g' H^-1 g with the Hessian H of all rows at the answer; under signs or penalties of sizes from
        twice the fall of the quadratic model. Half of it for squared losses, where it is the gap; the whole for log
        loss, twice the second-order estimate of the gap: no proof, but the estimate's error near the optimum, and far
        out where the loss falls like exp(-z), is covered. Where H is too large to form, from conjugate gradients: an
        estimate of it.
    gradient_norm : float
        Euclidean norm of the gradient of the objective by the raw parameters; under an L1 penalty of the least
        subgradient.
    rounding : float
        The part of the gap that is a bound of rounding: no certificate at this point can be smaller.
    """

    gap: float | None
    kind: str
    gradient_norm: float
    rounding: float = 0.0


def certify(
    problem: Problem,
    data: Any,
    w: Array,
    form: Callable[[Array], float | None] | None = None,
    metric: Any = None,
    known: tuple[float, Array] | None = None,
    target: float = 0.0,
    learn: Callable[[Array, Array], None] | None = None,
) -> Certificate:
    """Certificate of the parameters w (d + 1, k) in the units of the data.

    Parameters
    ----------
    problem, data : Problem, Rows or Moments
    w : (d + 1, k) array
    form : Form, optional
        `inverse_form` of a squared loss, which is the same at every w: spares the Hessian.
    metric : (d + 1, d + 1) or (d + 1,) array, optional
        Approximate curvature of the objective, or its diagonal: spares the Hessian, see Notes.
    known : (float, (d + 1, k) array), optional
        Objective and gradient of its smooth part at w, if they were looked at already: spares a reading.
    target : float, optional
        Gap that is small enough: spares readings where there is no matrix.
    learn : callable, optional
        Is told the step that was found where there is no matrix and the change of the gradient that it promises, so
        that a descent can take it; a gap that is far from ``target`` is then left unproven.

    Notes
    -----
    Cost, in readings of the rows: one for the gradient, one for the Hessian (about n (d + 1)^2 flops) and, for a
    duality gap, one for the dual point, at worst two. With a metric, or beyond 1,500 columns, up to 8 products (30 for
    a diagonal) take the place of the Hessian, and the gap is proven just as well but may be larger. On moments: O(d^3).
    A small table is read once for gradient and Hessian.

    References
    ----------
    Boyd, S. and Vandenberghe, L. (2004). Convex Optimization, 5.5 (duality gap), 9.5.1 (Newton decrement).
    doi:10.1017/CBO9780511804441
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if isinstance(data, Classes):
            return _of_classes(problem, data, w, target, learn)
        if w.shape[1] > 1 and provable(problem) and isinstance(data, Rows):
            return _by_target(problem, data, w, metric)
        step = _newton(problem, data, w, form, metric, known, target)
        norm = float(np.linalg.norm(_steepest(problem, data.units, w, step.g)))
        if learn is not None and step.change is not None:
            learn(step.delta, step.change)
            if step.promise is not None and step.promise > FAR * target:
                return Certificate(None, "none", norm)
        if provable(problem):
            proven = _proven(problem, data, w, step)
            least = proven.rounding + 2 * ROUNDING * abs(step.cost)
            gap, kind, least = proven.value + least, "duality gap", least + min(proven.value, step.given_up)
        else:
            least = ROUNDING * abs(step.cost) + _of_predictions(problem, data, w, step.cost, form)
            gap, kind = np.nan if step.promise is None else step.promise + least, "decrement"
        return Certificate(float(gap), kind, norm, least) if np.isfinite(gap) else Certificate(None, "none", norm)


def _of_predictions(problem: Problem, data: Any, w: Array, cost: float, form: Any) -> float:
    """What rounding of the predictions themselves may add to a mean of squares: all there is where rows fit exactly."""
    H = data.hessian if isinstance(data, Moments) else getattr(form, "matrix", None)
    if H is None or not problem.loss.quadratic:
        return 0.0
    c, share = problem.loss.curvature, 1.0 if isinstance(data, Moments) else problem.loss.curvature
    size = np.sqrt(np.maximum(H.diagonal(), 0.0) / share)
    if data.units.shift is not None:  # the answer is rounded once more as coefficients of the columns as they are
        size[:-1] += np.abs(data.units.shift) * data.units.factor(len(w) - 1)[:-1, 0]
    unsure = 6 * (len(w) + 8) * UNIT * (2.0 * size @ np.abs(w) + np.sqrt(2.0 * max(cost, 0.0) / c))
    return float(0.5 * c * (unsure**2).sum())


def _of_classes(problem: Problem, rows: Classes, w: Array, target: float, learn: Any) -> Certificate:
    """Softmax has its own proof."""
    found = prove(problem, rows, w)
    if learn is not None and found.gap is not None and found.gap > target:
        learn(found.delta, found.change)
    norm = float(np.linalg.norm(_steepest(problem, rows.units, w, found.slope)))
    known = found.gap is not None and np.isfinite(found.gap)
    return Certificate(found.gap, found.kind, norm, found.rounding) if known else Certificate(None, "none", norm)


def _by_target(problem: Problem, rows: Rows, w: Array, metric: Any) -> Certificate:
    """Each target has a problem of its own; the objective is the sum."""
    matrix = problem.loss.quadratic and metric is None and rows.shape[1] <= MATRIX_COLUMNS
    form = inverse_form(problem, rows, None) if matrix else None
    single = [rows._replace(y=rows.y[:, c : c + 1]) for c in range(w.shape[1])]
    found = [certify(problem, part, w[:, c : c + 1], form, metric) for c, part in enumerate(single)]
    norm = float(np.linalg.norm([f.gradient_norm for f in found]))
    gaps = [f.gap for f in found if f.gap is not None]
    if len(gaps) < len(found):
        return Certificate(None, "none", norm)
    return Certificate(sum(gaps), found[0].kind, norm, sum(f.rounding for f in found))


def _steepest(problem: Problem, units: Any, w: Array, g: Array) -> Array:
    """Gradient by the raw parameters, or the least subgradient."""
    raw: Array = units.raw_gradient(g)
    if not problem.proximal:
        return raw
    d = len(w) - 1
    return problem.free(d) * least_slope(w, raw, problem.strength(d, RAW))


def _newton(problem: Problem, data: Any, w: Array, form: Any, metric: Any, known: Any, target: float) -> Step:
    """Newton's step from w, by whatever is at hand; of several targets where the loss is squared."""
    d, rows = data.shape[1], isinstance(data, Rows)
    if rows and form is None and (metric is not None or d > MATRIX_COLUMNS):
        if w.shape[1] == 1:
            return by_products(problem, data, w, metric, provable(problem), target)
        return Step(np.zeros_like(w), *problem.objective(data)(w), None)
    H: Array | None = getattr(form, "matrix", None)
    if rows and form is None and w.shape[1] == 1 and small(data):
        cost, g, H, seen = at_once(problem, data, w)
    elif rows and data.X.dtype == np.float32 and w.shape[1] == 1 and provable(problem):
        look = opening(problem, data, w)  # the fused pass is as coarse as the table
        cost, g, seen = look.cost, look.g[:, None], None
    else:
        (cost, g), seen = known or problem.objective(data)(w), None
    if w.shape[1] > 1 and not problem.loss.quadratic:
        return Step(np.zeros_like(w), cost, g, None)
    if problem.unpenalised or not (H is not None or form is None or provable(problem)):
        form = form or (inverse_form(problem, data, w) if H is None else Form(problem, H))
        return Step(np.zeros_like(w), cost, g, form(g))
    return _matrix_steps(problem, data, w, cost, g, hessian(problem, data, w) if H is None else H, seen)


def _matrix_steps(problem: Problem, data: Any, w: Array, cost: float, g: Array, H: Array, seen: Seen | None) -> Step:
    d, delta, fall = data.shape[1], np.empty(w.shape), 0.0
    free = problem.free(d)[:, 0] > 0
    strength, given_up = np.broadcast_to(problem.strength(d, data.units), (2, *w.shape)), 0.0
    if problem.l1 > 0 and problem.l2 == 0:  # aim inside of |v| <= l1, by what rounding may add to v
        less = np.minimum(doubt(problem, data, w, cost, H), 0.5 * strength)
        strength, given_up = strength - less, float(paid(w, less).sum())
    for c in range(w.shape[1]):
        delta[:, c] = matrix_step(H, g[:, c], w[:, c], strength[..., c], free)
        fall += promise(H, g[:, c], w[:, c], strength[..., c], delta[:, c])
    downhill = least_slope(w, g, strength)[free]
    endless = matters(downhill, H.diagonal()[free] <= 0)  # a slope and no curvature: no least point is near
    return Step(delta, cost, g, None if endless else fall if problem.loss.quadratic else 2 * fall, given_up, seen)


def _proven(problem: Problem, data: Any, w: Array, step: Step) -> Proven:
    """The better of two dual points: that of Newton's step and, where it proves little, that of the slopes at w."""

    def prove(delta: Array) -> Proven:
        if isinstance(data, Moments):
            return moments_gap(problem, data, w, delta)
        return rows_gap(problem, data, w, delta, step.seen)

    found = prove(step.delta)
    if found.value <= GOOD * (step.promise or 0.0) + found.rounding:
        return found
    return min(found, prove(np.zeros_like(w)), key=lambda p: p.gap if np.isfinite(p.gap) else np.inf)


def separating(problem: Problem, rows: Any, w: Array) -> bool:
    """Whether w proves that the classes are separated and no finite optimum exists.

    True if every margin s_i x_i . v is positive for the part v of the raw w (d + 1, 1) that is free to grow (offsets
    and held coordinates left out) and nothing is penalised. Rows of weight 0 do not count. ``rows`` are
    in raw units.

    Cost: at most one reading of the rows.

    References
    ----------
    Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic regression
    models. Biometrika 71(1). doi:10.1093/biomet/71.1.1
    """
    if not problem.separable:
        return False
    v, bare, n = problem.free(rows.shape[1]) * w, rows._replace(offset=None), rows.shape[0]
    rows.read(n)
    return all(_on_their_sides(bare, v, low, min(n, low + BLOCK)) for low in range(0, n, BLOCK))


def _on_their_sides(rows: Any, v: Array, low: int, high: int) -> bool:
    z, own = rows.predictor(v, low, high), rows.y[low:high] > 0.5
    if isinstance(rows, Classes):
        margin = z[own][:, None] - np.where(own, -np.inf, z).max(1, keepdims=True)
    else:
        margin = np.where(own, 1.0, -1.0) * z
    mass = rows.masses(low, high)
    return bool((margin[slice(None) if mass is None else mass > 0] > 0).all())
