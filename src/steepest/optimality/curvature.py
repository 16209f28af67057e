"""Curvature: second derivatives of the objective, which determine the largest safe step and the rate of convergence."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.record_types import Loss, Rule
from ..core.records import from_name, to_name
from ..core.setting_types import LossLike, RuleLike
from ..core.types import Array
from ..core.units import RAW
from ..data.checks import row_count
from ..data.make_rows import make_rows
from ..data.moments import central_moments, hessian_in
from ..data.rows import Rows
from ..methods import rules
from ..objective.data import MATRIX_COLUMNS
from ..objective.losses import SquaredError
from ..objective.objective import Objective
from ..objective.penalties import elastic
from ..objective.problem import Problem, read_loss

__all__ = ["Spectrum", "among", "bounded", "hessian", "spectrum", "stability_limit", "stability_of", "with_penalty"]


class Spectrum(NamedTuple):
    """Largest and smallest curvature of the objective over the free coordinates; upper bounds for log loss."""

    largest: float
    smallest: float | None  # None where no matrix was formed

    @property
    def limit(self) -> float:
        """Largest constant learning rate at which plain descent converges, 2 / largest."""
        return 2.0 / self.largest if self.largest > 0 else float("inf")

    @property
    def condition(self) -> float | None:
        """Condition number kappa: plain descent needs about kappa steps for each factor e."""
        return None if not self.smallest or self.smallest < 1e-15 * self.largest else self.largest / self.smallest


def spectrum(objective: Objective, location: tuple[Array, Array] | None = None) -> Spectrum:
    """Bounds of the curvature of the objective in the units of the data.

    For a squared loss they are exact: the eigenvalues of curvature * X'WX / sum(W) plus the penalty's. For log loss
    they are those of a matrix that bounds the Hessian. They are 0 if the curvature of the loss is unbounded. Cost: one
    pass for moments (none if ``location``, means and covariances, is given), or some 30 passes beyond 1,500 columns.
    """
    free = objective.moves
    if not free.any() or not np.isfinite(objective.loss.curvature):
        return Spectrum(0.0, None)
    if objective.d > MATRIX_COLUMNS:
        return Spectrum(_power_iteration(objective), None)
    values = np.linalg.eigvalsh(among(free, _bound(objective, location)))
    return Spectrum(float(values[-1]), max(0.0, float(values[0])))


def _bound(objective: Objective, location: tuple[Array, Array] | None) -> Array:
    data = objective.data
    if location is None and not data.supports.rows:
        return with_penalty(objective.loss.curvature * objective.moments.hessian, objective)
    mean, spread = location or central_moments(cast(Rows, objective.data))[:2]
    return with_penalty(objective.loss.curvature * hessian_in(data.units, mean, spread), objective)


def among(free: NDArray[np.bool_], matrix: Array) -> Array:
    """The rows and columns of the free coordinates, (f, f); the matrix itself where all are free."""
    return matrix if free.all() else matrix[np.ix_(free, free)]


def with_penalty(matrix: Array, objective: Objective) -> Array:
    """The Hessian of the smooth part, from that of the mean loss (d + 1, d + 1), which is changed in place."""
    if objective.problem.l2 > 0:
        matrix.flat[:: len(matrix) + 1] += objective.l2[:, 0]
    return matrix


def _power_iteration(objective: Objective, steps: int = 40) -> float:
    """Largest eigenvalue by power iteration, plus 5 %, since the iteration converges from below."""
    free, factor = objective.free, objective.loss.curvature
    squares = objective.data.curvature(read_loss(SquaredError()), np.zeros_like(free))
    v = free * np.random.default_rng(0).standard_normal(free.shape)
    value = 0.0
    for _ in range(steps):
        v = v / np.linalg.norm(v)
        v = free * (factor * squares.product(v) + objective.l2 * v)
        before, value = value, float(np.linalg.norm(v))
        if abs(value - before) <= 1e-3 * value:
            break
    return 1.05 * value


def hessian(objective: Objective, w: Array | None) -> Array:
    """The Hessian of the smooth part of the objective at w (d + 1, k).

    It is (d + 1, d + 1), or ((d + 1) k, (d + 1) k) for joint outputs. For these the loss has no curvature in directions
    that are equal for all classes; where there is no penalty either, some is added. The gradient has no component in
    these directions, so that Newton's step has none either. Cost: about n times its number of entries in flops.
    """
    data, d = objective.data, objective.d
    w = np.zeros((d + 1, 1)) if w is None else w
    matrix = data.curvature(objective.loss, w).matrix()
    if not data.supports.joint:
        return with_penalty(matrix, objective)
    k = w.shape[1]
    H, weights = matrix.reshape(d + 1, k, d + 1, k), objective.l2[:, 0]
    unpenalised = np.asarray(~objective.l1.any((0, 2)))
    for j in range(d + 1):
        own = H[j, :, j, :]
        own += weights[j] * np.eye(k) if weights[j] > 0 else np.trace(own) / k**2 * unpenalised[j]
    return H.reshape(w.size, -1)


def stability_limit(
    X: Any,
    y: Any = None,
    *,
    loss: LossLike = "squared_error",
    alpha: float = 0.0,
    fit_intercept: bool = True,
    rule: RuleLike = "plain",
) -> float:
    """Largest constant learning rate at which batch descent converges on these columns.

    limit = 2 / lambda_max for the rule "plain", 2 (1 + beta) / lambda_max for "momentum", and 2 (1 + beta) / (1 + 2
    beta) / lambda_max for "nesterov". Here lambda_max is the largest eigenvalue of c X'X / n + alpha I (X with a column
    of ones for the intercept, which alpha leaves out) and c the loss's curvature bound: 1 for "squared_error", 2 for
    "mse", 1/4 for "log_loss". For least squares the descent diverges exactly beyond it; for log loss any rate below it
    is safe for plain steps.

    Parameters
    ----------
    X : (n, d) array or sparse matrix
        The columns that the descent sees, raw or standardised.
    y : ignored, optional
        Accepted so that the call looks like a fit.
    loss : name or record, default "squared_error"
        One whose curvature is bounded.
    alpha : float >= 0, default 0.0
        Weight of the L2 penalty, added to the mean loss.
    fit_intercept : bool, default True
        Whether there is an intercept.
    rule : name or record, default "plain"
        One that has `stability`: plain, momentum or nesterov.

    Returns
    -------
    float
        In the units of the given columns; infinite if every column is 0.

    Raises
    ------
    UsageError
        If the loss has no bounded curvature, or the rule no limit.

    Notes
    -----
    Cost: n d^2 flops up to 1,500 columns (exact), some 30 passes beyond (then up to 5 % too small).

    References
    ----------
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods. USSR Comp. Math. 4(5).
    doi:10.1016/0041-5553(64)90137-5
    Nesterov, Y. (2018). Lectures on Convex Optimization, 2.1.5. doi:10.1007/978-3-319-91578-4

    Examples
    --------
    >>> X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
    >>> round(stability_limit(X, fit_intercept=False), 5), round(stability_limit(X, loss="mse"), 4)
    (0.05333, 0.0261)
    """
    del y
    rows = make_rows(X, np.zeros(row_count(X)))
    penalty = elastic(alpha)
    problem = Problem(loss, penalty, fit_intercept)
    bounded(problem.loss)
    return 0.5 * stability_of(rule) * spectrum(Objective(problem, rows.in_units(RAW))).limit


def stability_of(rule: RuleLike) -> float:
    """Rate times curvature below which a rule converges.

    Raises
    ------
    UsageError
        If the rule has no such number.
    """
    found: Rule = from_name(rule, rules, "rule")
    if found.stability is None:
        name = to_name(type(found))
        raise UsageError(f"no stability limit is known for the rule {name!r}: it is for plain, momentum and nesterov")
    return found.stability


def bounded(loss: Loss) -> None:
    """Refuse a loss whose second derivative is unbounded: no constant learning rate is safe everywhere."""
    if not np.isfinite(loss.curvature):
        why = "its slope jumps" if loss.nonsmooth else "its curvature has no bound"
        raise UsageError(f"no learning rate is safe for the {to_name(type(loss))} loss, {why}: give a learning rate")
