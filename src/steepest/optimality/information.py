"""Information: the second derivatives of an unpenalised fit at its optimum, as the root of their inverse."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.record_types import Loss
from ..core.shown_text import visible
from ..core.types import Array
from ..core.units import Units
from ..data.counted import weighing
from ..data.double_double import Pair
from ..data.refinement import Exact, inverse_root, precondition, triangle
from ..data.rows import Rows
from ..objective.losses import SquaredError
from ..objective.objective import coordinates_of
from ..objective.problem import Problem, read_loss
from .recession import recession
from .recession_text import describe

__all__ = ["Information", "information"]

FARTHEST = 0.1  # largest distance of an answer from the optimum, in standard errors
REFIT = "fit these very rows and weights, with tol=0"
LISTED = 5  # columns named in an error
ROUNDING = 1e-12  # and, for an exact fit, the rounding of predictions relative to the target


class Information(NamedTuple):
    """The inverse of H = sum m_i l''_i a_i a_i' at an answer, as S S' over the rows a_i = (x_i, 1) in ``units``.

    Attributes
    ----------
    rows : Rows
        Those of weight > 0, in raw units.
    loss : record
        ``SquaredError`` for every squared loss.
    seconds : (n,) array or None
        m_i l''_i; None is the weights alone, of a squared loss.
    units : Units
    triangle : (d + 1, d + 1) array
        QR factor R of the rows in the units, by m_i l''_i over their sum.
    root : (d + 1, r) array
        S, in the units; rows of fixed coefficients are 0.
    dispersion : float
        s^2 = sum m_i r_i^2 / (n - p) for a squared loss, at the minimum; 1 for a likelihood. For other losses
        sum m_i l'_i^2 / sum m_i l''_i, a scale alone.
    degrees : int
        Rows of weight > 0 minus free coefficients, n - p.
    """

    rows: Rows
    loss: Loss
    seconds: Array | None
    units: Units
    triangle: Array
    root: Array
    dispersion: float
    degrees: int

    @property
    def raw_root(self) -> Array:
        """The root (d + 1, r) by raw parameters: H^-1 is its product with its transpose."""
        return self.units.raw(self.root)


def information(rows: Rows, problem: Problem, w: Array, names: tuple[str, ...]) -> Information:
    """The information of the answer w (d + 1, 1), raw, intercept last, from a QR factor of centred columns of length 1.

    Cost: four passes over the rows, about 2.5 n d^2 flops.

    Raises
    ------
    UsageError
        If the problem is penalised, its loss is non-smooth, columns are linearly dependent, there is no finite optimum,
        there are too few rows, or w is farther than a tenth of a standard error from the optimum.

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0])
    >>> found = information(rows, Problem(), np.array([[0.5], [0.5]]), ("x",))
    >>> (found.raw_root @ found.raw_root.T).round(6).tolist(), round(found.dispersion, 9), found.degrees
    ([[0.5, -0.5], [-0.5, 0.833333]], 1.5, 1)
    """
    rows = weighing(rows)
    _check(problem, rows)
    loss = read_loss(SquaredError()) if problem.loss.quadratic else problem.loss
    free = coordinates_of(problem, rows.shape[1]).free
    weighted = rows if loss.quadratic else _weighted(rows, loss, w)
    if not weighted.total > 0:
        raise _separated(rows, problem, w, names)
    units, R = triangle(weighted, replace(problem, loss=SquaredError()))
    root = inverse_root(units, R, free)
    if root.shape[1] < free.sum():
        why = "columns depend on each other, so that many answers fit equally well"
        raise _separated(rows, problem, w, names, why, _leave_out(_dependent(R, free, root.shape[1]), names))
    cost, g = _cost_and_gradient(rows, loss, w)
    p, square = precondition(units, root, g)
    energy, degrees = rows.total / weighted.total * square, len(rows.y) - int(free.sum())
    dispersion = _dispersion(rows, weighted, loss, w, cost - 0.5 * energy, degrees)
    far = rows.total * energy > FARTHEST**2 * dispersion + _noise(rows, loss)
    if far or (loss.likelihood and _moves(rows, rows.total / weighted.total * p)):
        raise _separated(rows, problem, w, names, "the answer is not the optimum on these rows")
    seconds = None if loss.quadratic else weighted.weight
    return Information(rows, loss, seconds, units, R, root / np.sqrt(weighted.total), dispersion, degrees)


def _check(problem: Problem, rows: Rows) -> None:
    if any(problem.signs):
        raise UsageError("a constraint on signs moves the answer and leaves it no standard errors: fit with signs=None")
    if not problem.unpenalised:
        raise UsageError("a penalty moves the answer on purpose and leaves it no standard errors: fit with alpha=0")
    if problem.loss.nonsmooth:
        raise UsageError(f"standard errors need second derivatives, which {problem.loss!r} lacks: fit a smooth loss")
    counted = len(rows.y)
    moving = int(coordinates_of(problem, rows.shape[1]).free.sum())
    if counted <= moving:
        raise UsageError(f"{counted} rows leave {moving} coefficients no standard errors: give more rows than those")


def _leave_out(columns: NDArray[np.intp], names: tuple[str, ...]) -> str:
    """The remedy for columns that depend on those before them."""
    shown = [visible(names[j]) if j < len(names) else "the intercept" for j in columns[:LISTED]]
    more = f" and {len(columns) - LISTED} more" if len(columns) > LISTED else ""
    return f"leave {'one' if len(columns) == 1 else len(columns)} out, such as {', '.join(shown)}{more}"


def _weighted(rows: Rows, loss: Loss, w: Array) -> Rows:
    """The rows, weighted by the second derivatives of the loss at w."""
    second = loss.second_derivative(rows.predictor(w), rows.y)[:, 0]
    weight = second if rows.weight is None else second * rows.weight
    return rows.with_rows(weight=weight)


def _cost_and_gradient(rows: Rows, loss: Loss, w: Array) -> tuple[float, Pair]:
    """Mean loss at w and its gradient as a pair; for a squared loss to 32 digits."""
    if loss.quadratic:
        return Exact(rows).gradient_pair(loss, w)
    cost, g = rows.value_and_gradient(loss, w)
    return float(cost), (g, np.zeros_like(g))


def _dispersion(rows: Rows, weighted: Rows, loss: Loss, w: Array, minimum: float, degrees: int) -> float:
    """s^2 from the minimum of the mean of half squares; 1 for a likelihood; else the mean of l'^2 over that of l''."""
    if loss.quadratic:
        return float(2.0 * rows.total * max(0.0, minimum) / degrees)
    if loss.likelihood:
        return 1.0
    squares = loss.slope(rows.predictor(w), rows.y)[:, 0] ** 2
    return float((squares.sum() if rows.weight is None else rows.weight @ squares) / weighted.total)


def _moves(rows: Rows, p: Array) -> bool:
    """Whether Newton's step changes a predictor: if coefficients diverge it does, even within the errors."""
    return bool(np.abs(rows.with_rows(offset=None).predictor(p)).max() > FARTHEST)


def _noise(rows: Rows, loss: Loss) -> float:
    """Sum of squares due to the rounding of predictions as large as the target."""
    if loss.labels or not loss.identity_link:
        return 0.0
    squares = rows.y[:, 0] ** 2
    return ROUNDING**2 * float(squares.sum() if rows.weight is None else rows.weight @ squares)


def _dependent(R: Array, free: Array, rank: int) -> NDArray[np.intp]:
    """The free columns nearest to the span of the free ones before them, as many as rank lacks."""
    moving = np.flatnonzero(free)
    own = np.linalg.qr(R[:, moving], "r")
    length = np.linalg.norm(own, axis=0)
    distance = np.abs(np.diag(own)) / np.where(length > 0, length, 1.0)
    return moving[np.sort(np.argsort(distance, kind="stable")[: len(moving) - rank])]


def _separated(
    rows: Rows, problem: Problem, w: Array, names: tuple[str, ...], why: str = "", mend: str = REFIT
) -> UsageError:
    """The error to raise: separated classes if they are, else ``why`` and what mends it."""
    found = recession(problem, rows, w).recession
    if found is not None:
        text = describe(found, problem, rows, names)
        return UsageError(f"{text}: there is no finite optimum, and so no standard errors")
    return UsageError(f"no standard errors: {why or 'the answer is not the optimum on these rows'}: {mend}")
