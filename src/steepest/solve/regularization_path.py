"""Regularisation path: the optima for a decreasing sequence of penalty weights, each started from the last one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import DataError, NotConvergedWarning, UsageError
from ..core.html_text import block, curves, table
from ..core.setting_types import ByColumn, LossLike
from ..core.shown_text import counted
from ..core.threads import one_blas_thread
from ..core.types import Array
from ..data.checks import check_rows, name_bad_number
from ..data.column_sums import mean_and_variance
from ..data.counted import counted as counted_rows
from ..data.make_rows import make_rows
from ..data.refinement import Exact
from ..data.rows import Rows
from ..descent.descent import descend, until
from ..descent.recording import record
from ..descent.stops import epochs
from ..descent.trajectory import Trajectory
from ..objective.column_settings import factors_of, signs_of
from ..objective.objective import coordinates_of
from ..objective.penalties import NoPenalty, elastic
from ..objective.problem import Problem
from ..optimality.null_model import constant_cost
from .auto.plan import Plan, make_plan, selection_plan
from .auto.working_sets import selects_columns
from .certified_stop import CertifiedStop
from .selected_path import selected_path
from .settings import Limits, Settings
from .squares_path import saves_passes, squares_path

__all__ = ["AlphaPath", "alpha_grid", "alpha_path", "given_alphas"]

SHOWN, DRAWN = 8, 20  # penalty weights and coefficients that a notebook shows
LEAST_SHARE = 1e-3  # share of the L1 penalty that a smaller one counts as where penalty weights begin
ABOVE = 1.0 + 1e-14  # so that every coefficient is 0 at the first alpha in spite of rounding


class AlphaPath(NamedTuple):
    """The optima for decreasing penalty weights.

    Attributes
    ----------
    alphas : (m,) array
        Penalty weights, decreasing.
    coefs : (d, m) array
        Coefficients by raw columns; zeros of an L1 penalty are exact.
    intercepts, gaps : (m,) arrays
        Of the same optima; certified distance of each cost from the minimum, inf where there is no certificate.
    trajectories : tuple of m Trajectory
        The descent to each answer from the one before.

    Examples
    --------
    >>> from steepest import alpha_path
    >>> path = alpha_path([[1.0], [-1.0]], [2.0, -2.0], alphas=[1.0, 0.5])
    >>> path.coefs.round(6).tolist(), path.intercepts.round(6).tolist()
    ([[1.0, 1.5]], [0.0, 0.0])
    """

    alphas: Array
    coefs: Array
    intercepts: Array
    gaps: Array
    trajectories: tuple[Trajectory, ...]

    def _repr_html_(self) -> str:
        d, m = self.coefs.shape
        places = np.unique(np.linspace(0, m - 1, min(m, SHOWN)).astype(int)).tolist()
        rows = [[f"{self.alphas[i]:.4g}", np.count_nonzero(self.coefs[:, i]), f"{self.gaps[i]:.2g}"] for i in places]
        largest = np.argsort(-np.abs(self.coefs).max(axis=1))[:DRAWN]
        title = f"{counted(len(largest), 'coefficient')} by log alpha, which decreases to the left"
        lines = [(np.log(np.maximum(self.alphas, 1e-300)), self.coefs[j]) for j in largest]
        head = f"{counted(m, 'penalty weight')}, {counted(d, 'column')}"
        return block(head, (), table(["alpha", "not 0", "gap"], rows), curves(lines, title))


def alpha_path(
    X: Any,
    y: Any,
    *,
    alphas: ArrayLike | None = None,
    n_alphas: int = 100,
    eps: float = 1e-3,
    l1_ratio: float = 1.0,
    loss: LossLike = "squared_error",
    fit_intercept: bool = True,
    penalty_factors: ByColumn = None,
    signs: object = None,
    sample_weight: Any = None,
    max_iter: int = 1000,
    tol: float = 1e-12,
    n_jobs: int | None = None,
) -> AlphaPath:
    """The regularisation path: minimisers of mean loss + ``alpha ((1 - l1_ratio)/2 |coef|^2 + l1_ratio |coef|_1)``.

    The path begins at the smallest penalty weight for which every coefficient is 0,
    ``alpha_max = max_j |g_j| / l1_ratio``, where g is the gradient at the optimum of the unpenalised parameters. Each
    answer is found with rule "auto", warm-started from the last one.

    Cost: means and variances of the columns are computed once. With an L1 penalty on every coefficient, some passes
    over the data for every ten alphas, and work on the active columns; for a squared loss and n >= 2 d two passes and n
    d^2 flops in all, up to 1,500 columns and 4 for each alpha. Otherwise a few passes for each alpha; for a squared
    loss two passes and n d^2 flops in all up to 1,500 columns.

    Parameters
    ----------
    X, y : (n, d) array or sparse matrix, (n,) array
        The targets of a loss for two classes are 0 and 1.
    alphas : numbers >= 0, optional
        Penalty weights; they are sorted in decreasing order.
    n_alphas, eps : int >= 1, 0 < float < 1, defaults 100 and 0.001
        Number of penalty weights if ``alphas`` are not given: from alpha_max to eps alpha_max in equal ratios.
    l1_ratio : float from 0 to 1, default 1.0
        Share of the L1 penalty: 1 is the lasso; 0 is ridge, which has no alpha_max and needs ``alphas``.
    loss : name or record of `steepest.losses`, default "squared_error"
        A smooth loss.
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    penalty_factors : None, (d,) array or dict {index: factor >= 0}
        Column j is penalised by alpha factor_j, 1 where none is given; factors are never rescaled.
    signs : None, "+", "-" or dict {index: "+" or "-"}
        Coefficients that must be >= 0 or <= 0.
    sample_weight : (n,) array, optional
        Weight of each row in the mean, >= 0.
    max_iter : int, default 1000
        Maximum number of epochs for each alpha.
    tol : float >= 0, default 1e-12
        Each descent ends when its certified gap is at most tol x the cost of the constant model.
    n_jobs : int or None
        Threads; None is all cores.

    Returns
    -------
    AlphaPath

    Raises
    ------
    DataError, UsageError
        If the table or a setting is invalid, or no column is correlated with the target.

    Warns
    -----
    NotConvergedWarning
        If a descent ended before its gap was small enough.

    References
    ----------
    Friedman, J., Hastie, T. and Tibshirani, R. (2010). Regularization paths for generalized linear models via
    coordinate descent. J. Stat. Softw. 33(1). doi:10.18637/jss.v033.i01

    Examples
    --------
    >>> X = [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]
    >>> path = alpha_path(X, [4.0, -4.0, 1.0, -1.0], n_alphas=3, eps=0.01)
    >>> path.alphas.round(6).tolist(), path.coefs.round(6).tolist()
    ([2.0, 0.2, 0.02], [[0.0, 3.6, 3.96], [0.0, 0.6, 0.96]])
    """
    rows = counted_rows(make_rows(X, y, weight=sample_weight, n_jobs=n_jobs))
    names = tuple(f"x{j + 1}" for j in range(rows.shape[1]))
    factors, sides = factors_of(penalty_factors, names), signs_of(signs, names)
    problem = Problem(loss, elastic(1.0, l1_ratio), bool(fit_intercept), factors=factors, signs=sides)
    if problem.nonsmooth:
        raise UsageError(f"{problem.loss!r} is not smooth: fit each alpha by itself, or use a smooth loss")
    limits = Limits(max_iter, None, tol)
    check_rows(rows, problem)
    n, d = rows.shape
    with one_blas_thread(2.0 * d * max(n, d * d)):
        start = _constant_model(problem, rows)
        given = None if alphas is None else given_alphas(alphas)
        selects = selects_columns(problem, rows)
        selects = selects and (given is None or bool(given[-1] > 0))
        plan = _first_plan(problem, rows, start, limits, selects, _count(n_alphas) if given is None else len(given))
        wanted = _alphas(problem, rows, start, n_alphas, eps) if given is None else given
        found = list(_descents(problem, rows, plan, wanted, l1_ratio, limits))
    w, gaps, paths = zip(*found, strict=True)
    points = np.stack(w)[:, :, 0]
    return AlphaPath(wanted, points[:, :-1].T.copy(), points[:, -1].copy(), np.array(gaps), paths)


def _descents(
    problem: Problem, rows: Rows, plan: Plan, alphas: Array, l1_ratio: float, limits: Limits
) -> Iterator[tuple[Array, float, Trajectory]]:
    """Answer (d + 1, 1), gap and trajectory for each alpha, each started from the answer before."""
    tol = limits.tol or 0.0
    scale, late = constant_cost(problem, rows), 0
    if plan.selects:
        problem = replace(problem, penalty=elastic(float(alphas[0]), l1_ratio))
        goal, squares = (alphas, l1_ratio, limits, scale), problem.loss.quadratic
        for point in squares_path(problem, rows, plan, *goal) if squares else selected_path(problem, plan, *goal):
            late += point.late
            yield point.w, point.gap, point.trajectory
        _warn(late, len(alphas), tol)
        return
    for alpha in alphas:
        problem = replace(problem, penalty=elastic(float(alpha), l1_ratio))
        certified = CertifiedStop(problem, rows, plan, tol * scale, scale)
        stops = (*certified.stops(tol), epochs(limits.max_iter))
        path = record(until(descend(problem, plan.method, plan.data, start=plan.start), *stops))
        w = np.append(path.coef[-1], path.intercept[-1])[:, None]
        answer = plan.data.units.scaled(w)
        plan = plan._replace(start=answer)
        certificate = certified.taken(int(path.step[-1])) or certified.certificate(answer)
        gap = np.inf if certificate.gap is None else float(certificate.gap)
        late += gap > certified.reached(certificate)
        yield w, gap, path
    _warn(late, len(alphas), tol)


def _warn(late: int, count: int, tol: float) -> None:
    if late:
        said = f"{late} of {count} answers are not as good as tol={tol:g} asks: raise max_iter, or tol"
        warnings.warn(said, NotConvergedWarning, stacklevel=4)


def _first_plan(problem: Problem, rows: Rows, start: Array, limits: Limits, selects: bool, count: int) -> Plan:
    """The plan of rule "auto" for ``count`` alphas, made once: the columns are the same for every alpha."""
    try:
        if selects:
            by_moments = problem.loss.quadratic and saves_passes(rows, count)
            return selection_plan(rows, problem, Settings(), start, by_moments)
        plan = make_plan(rows, problem, Settings(), limits.updates, start)
    except DataError:
        name_bad_number(rows, tuple(f"x{j + 1}" for j in range(rows.shape[1])))
        raise
    return plan._replace(start=plan.data.units.scaled(start))


def _constant_model(problem: Problem, rows: Rows) -> Array:
    """The optimum (d + 1, 1) over the intercept and the unpenalised columns, the others 0."""
    w, d = np.zeros((rows.shape[1] + 1, rows.outputs)), rows.shape[1]
    penalised = tuple(np.flatnonzero(coordinates_of(problem, d).penalty_factors[:-1]).tolist())
    if problem.intercept and len(penalised) == d and problem.loss.constant_known:
        weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
        w[-1] = problem.loss.constant(weight @ rows.y / rows.total)
    elif problem.intercept or len(penalised) < d:
        free = replace(problem, penalty=NoPenalty(), fixed=penalised)
        plan, scale = make_plan(rows, free, Settings(), np.inf), constant_cost(free, rows)
        certified = CertifiedStop(free, rows, plan, 0.0, scale)
        states = descend(free, plan.method, plan.data, start=plan.start)
        path = record(until(states, *certified.stops(0.0), epochs(Limits().max_iter)), keep=False)
        w = np.append(path.coef[-1], path.intercept[-1])[:, None]
    return w


def alpha_grid(rows: Rows, problem: Problem, n_alphas: int, eps: float, start: Array | None = None) -> Array:
    """Penalty weights in equal ratios from the smallest at which every coefficient is 0 to eps times that.

    ``problem.l1`` is the share of the L1 penalty. One below 0.001 begins where 0.001 does, as ridge has no such weight,
    and ends at eps^2 times where 1 begins. ``start`` (d + 1, k) is the optimum of the unpenalised parameters, if known.
    """
    rows, share, n_alphas = counted_rows(rows), problem.l1, _count(n_alphas)
    problem = replace(problem, penalty=elastic(1.0, max(share, LEAST_SHARE)))
    eps = eps * eps * LEAST_SHARE if share < LEAST_SHARE and 0 < eps < 1 else eps
    with one_blas_thread(2.0 * rows.size.numbers):
        return _alphas(problem, rows, _constant_model(problem, rows) if start is None else start, n_alphas, eps)


def _count(n_alphas: int) -> int:
    if isinstance(n_alphas, bool) or not isinstance(n_alphas, (int, np.integer)) or n_alphas < 1:
        raise UsageError(f"n_alphas must be a whole number >= 1, not {n_alphas!r}")
    return int(n_alphas)


def _alphas(problem: Problem, rows: Rows, start: Array, n_alphas: int, eps: float) -> Array:
    """Penalty weights in equal ratios from alpha_max to eps alpha_max."""
    if not 0 < eps < 1:
        raise UsageError(f"eps must be a number between 0 and 1, not {eps!r}")
    if not problem.l1 > 0:
        raise UsageError("l1_ratio=0 has no alpha at which all coefficients are 0: give alphas")
    data = Exact(rows) if problem.loss.quadratic else rows
    g, d = data.value_and_gradient(problem.loss, start)[1], rows.shape[1]
    slopes = g[:-1] - mean_and_variance(rows)[0][:, None] * g[-1] if problem.intercept else g[:-1]
    below, above = coordinates_of(problem, d).l1[:, :-1]
    shares = np.maximum(slopes / np.where(below > 0, below, np.inf), -slopes / np.where(above > 0, above, np.inf))
    largest = ABOVE * float(shares.max())
    if not largest > 0:
        raise UsageError("no column is correlated with the target: every coefficient is 0 for every alpha")
    return largest * np.geomspace(1.0, eps, int(n_alphas)) if n_alphas > 1 else np.array([largest])


def given_alphas(alphas: ArrayLike) -> Array:
    """The penalty weights that were given, in decreasing order."""
    try:
        found = np.sort(np.asarray(alphas, np.float64).ravel())[::-1]
    except (TypeError, ValueError):
        found = np.array([np.nan])
    if not (found.size and np.isfinite(found).all() and found[-1] >= 0):
        raise UsageError(f"alphas must be numbers >= 0, not {alphas!r}")
    return np.array(found)
