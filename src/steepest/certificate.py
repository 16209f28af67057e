"""Certificates: how far the cost is from its least value at most, or as near as second derivatives tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .curvature import MATRIX_COLUMNS, hessian
from .problem import Problem

__all__ = ["Certificate", "certify", "constant_cost", "inverse_form", "separating"]

Array = NDArray[np.float64]
BLOCK = 1 << 14
ROUNDING = 4 * float(np.finfo(float).eps)


class Certificate(NamedTuple):
    """How good the answer is.

    Attributes
    ----------
    gap : float or None
        Cost minus least possible cost; None where nothing is known of it. Includes a rounding bound; never negative.
    kind : {"decrement", "none"}
        "decrement": from g' H^-1 g with the Hessian H of all rows at the answer. Half of it for squared losses (with or
        without L2), where it is the gap; the whole for log loss, twice the second-order estimate of the gap: no proof,
        but the estimate's error near the optimum, and far out where the loss falls like exp(-z), is covered.
    gradient_norm : float
        Euclidean norm of the gradient of the objective by the raw parameters.
    """

    gap: float | None
    kind: str
    gradient_norm: float


Form = Callable[[Array], "float | None"]


def certify(problem: Problem, data: Any, w: Array, form: Form | None = None) -> Certificate:
    """Certificate of the parameters w (d + 1, k) in the units of the data.

    Cost: one reading of the rows for the gradient and, up to 1,500 columns, one for the Hessian, unless its inverse
    ``form`` is known already.

    References
    ----------
    Boyd, S. and Vandenberghe, L. (2004). Convex Optimization, 9.5.1 (Newton decrement). doi:10.1017/CBO9780511804441
    """
    cost, g = problem.objective(data)(w)
    norm = float(np.linalg.norm(data.units.raw_gradient(g)))
    too_large = data.shape[1] > MATRIX_COLUMNS or (w.shape[1] > 1 and not problem.loss.quadratic)
    if form is None and too_large:
        return Certificate(None, "none", norm)
    gap = (form or inverse_form(problem, data, w))(g)
    if gap is None:
        return Certificate(None, "none", norm)
    return Certificate(gap + ROUNDING * abs(cost), "decrement", norm)


def inverse_form(problem: Problem, data: Any, w: Array | None) -> Form:
    """The map g -> g' H^-1 g / 2 with the Hessian H of the objective at w (of no account for a squared loss).

    Twice that where the loss is not squared: in the exponential tail of log loss the half is half of the gap.

    None where g points where H has no curvature at all, so that no least point is near.
    """
    free = problem.free(data.shape[1])[:, 0] > 0
    H = hessian(problem, data, w)[np.ix_(free, free)]
    if not np.isfinite(H).all():
        return lambda _: None
    diagonal = np.sqrt(np.maximum(np.diag(H), 0.0))
    inverse = np.where(diagonal > 0, 1.0 / np.where(diagonal > 0, diagonal, 1.0), 0.0)
    values, vectors = np.linalg.eigh(H * inverse[:, None] * inverse)
    flat = values <= len(values) * ROUNDING * max(values.max(initial=0.0), 1.0)

    share = 0.5 if problem.loss.quadratic else 1.0

    def form(g: Array) -> float | None:
        along = vectors.T @ (g[free] * inverse[:, None])
        if not np.isfinite(g).all():
            return None
        if not problem.loss.quadratic and (_matters(along, flat) or _matters(g[free], diagonal == 0)):
            return None  # of a squared loss only rounding points there
        return float(share * (along[~flat] ** 2 / values[~flat, None]).sum())

    return form


def _matters(slopes: Array, chosen: NDArray[np.bool_]) -> bool:
    """Whether the chosen slopes are more than the rounding of all."""
    return bool((np.abs(slopes[chosen]) > 1e-7 * np.abs(slopes).max(initial=0.0) + 1e-13).any())


def constant_cost(problem: Problem, rows: Any) -> float:
    """Cost of the best constant predictor (0 without an intercept): what ``tol`` is measured against.

    For a squared loss the variance of the target, for log loss the entropy of the class shares. Offsets are ignored.
    """
    mean = _weighted_mean(rows, lambda y: y)
    z = np.zeros_like(mean)
    if problem.intercept and "intercept" not in problem.fixed:
        if problem.loss.labels:
            share = np.clip(mean, 1e-300, 1.0 - 1e-16)
            z = np.log(share / (1.0 - share))
        else:
            z = mean
    return float(_weighted_mean(rows, lambda y: problem.loss.value(z, y)).sum())


def _weighted_mean(rows: Any, f: Callable[[Array], Array]) -> Array:
    """Weighted mean of f(y) over the rows, (k,), a block at a time."""
    total: Array = np.zeros(rows.y.shape[1])
    for low in range(0, len(rows.y), BLOCK):
        values = f(rows.y[low : low + BLOCK])
        total += values.sum(0) if rows.weight is None else rows.weight[low : low + BLOCK] @ values
    mean: Array = total / rows.total
    return mean


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
    if not problem.loss.labels or problem.alpha > 0:
        return False
    v, bare, n = problem.free(rows.shape[1]) * w, rows._replace(offset=None), rows.shape[0]
    rows.read(n)
    return all(_on_their_sides(bare, v, low, min(n, low + BLOCK)) for low in range(0, n, BLOCK))


def _on_their_sides(rows: Any, v: Array, low: int, high: int) -> bool:
    margin = np.where(rows.y[low:high] > 0.5, 1.0, -1.0) * rows.predictor(v, low, high)
    mass = rows.masses(low, high)
    return bool((margin[slice(None) if mass is None else mass > 0] > 0).all())
