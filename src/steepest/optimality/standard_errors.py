"""Standard errors of the coefficients of an unpenalised fit, from a QR factor of the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.errors import UsageError
from ..core.types import Array
from ..data.counted import weighing
from ..data.double_double import Pair
from ..data.refinement import Exact, inverse_root, precondition, triangle
from ..data.rows import Rows
from ..objective.losses import LogLoss, SquaredError
from ..objective.objective import coordinates_of
from ..objective.problem import Problem, read_loss
from .recession import recession
from .recession_text import describe

__all__ = ["standard_errors"]

FARTHEST = 0.1  # largest distance of an answer from the optimum, in standard errors
ROUNDING = 1e-12  # and, for an exact fit, the rounding of predictions relative to the target


def standard_errors(rows: Rows, problem: Problem, w: Array, names: tuple[str, ...]) -> Array:
    """Standard errors (d + 1,) of the answer w (d + 1, 1), raw, intercept last; 0 where a coefficient is fixed.

    They are the square roots of the diagonal of s^2 (A'MA)^-1 for a squared loss, with s^2 = sum m_i r_i^2 / (n - p),
    and of (A'MVA)^-1 for log loss, with v_i = q_i (1 - q_i). A is the table with a column of ones, m the weights, n the
    number of rows of weight > 0, p the number of free coefficients. The products are not formed: the inverse is that of
    the QR factor of centred columns of length 1. About 16 - log10(kappa) digits are correct, for the condition number
    kappa of these columns. The sum of squares is the minimum, not that at w.

    Cost: four passes over the rows, about 2.5 n d^2 flops.

    Raises
    ------
    UsageError
        If the problem is penalised or has another loss, columns are linearly dependent, classes are separated, there
        are too few rows, or w is farther than a tenth of a standard error from the optimum.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models. doi:10.1007/978-1-4899-3242-6
    Golub, G. H. and Van Loan, C. F. (2013). Matrix Computations, section 5.3. doi:10.56021/9781421407944

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0])
    >>> standard_errors(rows, Problem(), np.array([[0.5], [0.5]]), ("x",)).round(6).tolist()
    [0.866025, 1.118034]
    """
    rows = weighing(rows)
    _check(problem, rows)
    free = coordinates_of(problem, rows.shape[1]).free
    weighted = _weighted(rows, w) if problem.loss.labels else rows
    if not weighted.total > 0:
        raise _separated(rows, problem, w, names)
    units, R = triangle(weighted, replace(problem, loss=SquaredError()))
    root = inverse_root(units, R, free)
    if root.shape[1] < free.sum():
        raise _separated(rows, problem, w, names, "columns depend on each other, so that many answers fit equally well")
    cost, g = _cost_and_gradient(rows, problem, w)
    p, square = precondition(units, root, g)
    energy = rows.total / weighted.total * square
    variance = 1.0 if problem.loss.labels else _variance(rows, cost - 0.5 * energy, int(free.sum()))
    far = rows.total * energy > FARTHEST**2 * variance + _noise(rows, problem)
    if far or (problem.loss.labels and _moves(rows, rows.total / weighted.total * p)):
        raise _separated(rows, problem, w, names, "the answer is not the optimum on these rows")
    return np.asarray(np.sqrt(variance / weighted.total) * np.linalg.norm(units.raw(root), axis=1), np.float64)


def _check(problem: Problem, rows: Rows) -> None:
    if any(problem.signs):
        raise UsageError("a constraint on signs moves the answer and leaves it no standard errors: fit with signs=None")
    if not problem.unpenalised:
        raise UsageError("a penalty moves the answer on purpose and leaves it no standard errors: fit with alpha=0")
    if not (problem.loss.quadratic or isinstance(problem.loss, LogLoss)):
        raise UsageError(f"standard errors are known for squared and log loss, not for {problem.loss!r}")
    counted = len(rows.y)
    moving = int(coordinates_of(problem, rows.shape[1]).free.sum())
    if counted <= moving:
        raise UsageError(f"{counted} rows leave {moving} coefficients no standard errors: give more rows than those")


def _weighted(rows: Rows, w: Array) -> Rows:
    """The rows, weighted by the second derivatives of the log loss at w."""
    second = LogLoss().second_derivative(rows.predictor(w), rows.y)[:, 0]
    weight = second if rows.weight is None else second * rows.weight
    return rows.with_rows(weight=weight)


def _cost_and_gradient(rows: Rows, problem: Problem, w: Array) -> tuple[float, Pair]:
    """Mean loss at w and its gradient as a pair; for a squared loss to 32 digits."""
    if problem.loss.quadratic:
        return Exact(rows).gradient_pair(read_loss(SquaredError()), w)
    cost, g = rows.value_and_gradient(problem.loss, w)
    return float(cost), (g, np.zeros_like(g))


def _moves(rows: Rows, p: Array) -> bool:
    """Whether Newton's step changes a predictor: if coefficients diverge it does, even within the errors."""
    return bool(np.abs(rows.with_rows(offset=None).predictor(p)).max() > FARTHEST)


def _variance(rows: Rows, minimum: float, moving: int) -> float:
    """s^2 from the minimum of the mean of half squares."""
    return float(2.0 * rows.total * max(0.0, minimum) / (len(rows.y) - moving))


def _noise(rows: Rows, problem: Problem) -> float:
    """Sum of squares due to the rounding of predictions as large as the target."""
    if problem.loss.labels:
        return 0.0
    squares = rows.y[:, 0] ** 2
    return ROUNDING**2 * float(squares.sum() if rows.weight is None else rows.weight @ squares)


def _separated(rows: Rows, problem: Problem, w: Array, names: tuple[str, ...], why: str = "") -> UsageError:
    """The error to raise: separated classes if they are, else ``why``."""
    found = recession(problem, rows, w).recession
    if found is not None:
        text = describe(found, problem, rows, names)
        return UsageError(f"{text}: there is no finite optimum, and so no standard errors")
    mend = "leave one out" if why.startswith("columns") else "fit these very rows and weights, with tol=0"
    return UsageError(f"no standard errors: {why or 'the answer is not the optimum on these rows'}: {mend}")
