"""Cross-validation: how well the optimum of each penalty weight predicts rows that were held out, and which to take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.threads import one_blas_thread
from ..core.types import Array
from ..data.checks import check_rows
from ..data.counted import counted
from ..data.fold_moments import moments_of_parts
from ..data.rows import Rows
from ..objective.data import MATRIX_COLUMNS
from ..objective.objective import coordinates_of
from ..objective.penalties import NoPenalty, elastic
from ..objective.problem import Problem
from ..optimality.duality import provable
from ..optimality.fold_newton import FoldsNewton
from ..optimality.moments_path import moments_path
from ..optimality.null_model import constant_cost
from .fit import fit
from .regularization_path import alpha_grid, alpha_path, given_alphas
from .settings import Limits, Watch
from .validation_curve import RULES, CrossValidation, Fold, Grid, Scorer, Scoring, ValidationCurve

__all__ = ["TOL", "cross_validate", "held_out_loss", "path_of_all", "paths_of_folds"]

EVERY = Grid()
MOST = 2500  # columns up to which the products of all columns are formed, for an L1 penalty
SMALL_ROUNDING = 1e-9  # share of the constant model's cost up to which gaps are accepted whatever is asked for
TOL = 1e-6  # tolerance of the paths where none is asked for

Numbers = NDArray[np.int64]


def cross_validate(
    rows: Rows,
    problem: Problem,
    folds: Iterable[Fold],
    grid: Grid = EVERY,
    *,
    rule: str = "min",
    limits: Limits = Limits(tol=TOL),
    scoring: Scoring | None = None,
) -> CrossValidation:
    """Choose the penalty weight by cross-validation.

    For each fold the optima of mean loss + alpha ((1 - l1_ratio)/2 |coef|^2 + l1_ratio |coef|_1) on the rows to fit are
    found for all alphas, each with its certificate, and scored on the rows held out.

    Cost: for a squared loss of one target with a penalty on each of up to 2,500 columns, n d^2 flops twice for the
    products of the columns in all folds, and then nothing that grows with n but the predictions. Otherwise that of a
    path for each fold (`alpha_path`, or fits that start from the last one) on a copy of its rows.

    Parameters
    ----------
    rows : Rows
        Of one target, or `Classes`.
    problem : Problem
        Its penalty is not used; its factors and signs are.
    folds : sequence of Fold
    grid : Grid
        The penalty weights to try.
    rule : {"min", "1se"}
        The best mean score, or the largest alpha within one standard error of it, for the l1_ratio of the best one.
    limits : Limits
    scoring : Scoring, optional
        By default minus the mean loss; for a squared loss minus the mean squared error.

    Raises
    ------
    UsageError
        If the rule is another, there are fewer than two folds, or no alphas can be found.

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest.data.folds import folds, other_rows
    >>> X = np.arange(12.0)[:, None] % 5
    >>> rows = make_rows(X, 2 * X[:, 0] + np.tile([0.5, -0.5, 0.1], 4))
    >>> parts = [Fold(other_rows(12, test), test) for test in folds(12, 3)]
    >>> found = cross_validate(rows, Problem(), parts, Grid([10.0, 1.0, 0.1, 0.01], l1_ratios=(1.0,)))
    >>> found.alpha, round(float(found.curve.mean[found.place]), 3), found.worst_gap < 1e-10
    (0.1, -0.186, True)
    """
    if rule not in RULES:
        raise UsageError(f"rule must be 'min' or '1se', the rule of choice, not {rule!r}")
    if problem.fixed:
        raise UsageError("fixed coefficients and a choice of alpha by cross-validation exclude each other")
    parts = list(folds)
    if len(parts) < 2:
        raise UsageError(f"cross-validation needs 2 folds or more, not {len(parts)}")
    check_rows(counted(rows), problem)
    weights = _fold_weights(rows, parts)
    score = held_out_loss(rows, problem) if scoring is None else scoring.score
    curves = []
    for l1_ratio in grid.l1_ratios:
        of_ratio = replace(problem, penalty=elastic(1.0, l1_ratio))
        wanted = _wanted(rows, of_ratio, grid)
        scores, gaps = np.empty((2, len(wanted), len(parts)))
        for k, path in enumerate(paths_of_folds(rows, of_ratio, [part.train for part in parts], wanted, limits)):
            scores[:, k], gaps[:, k] = score(path.points, parts[k].test), _relative(path, of_ratio, rows, parts[k])
        curves.append(ValidationCurve(float(l1_ratio), wanted, scores, weights, gaps))
    best = max(curves, key=lambda curve: curve.mean.max())
    words = _words(problem) if scoring is None else scoring.name
    return CrossValidation(tuple(curves), best, rule, words, scoring is None)


def _wanted(rows: Rows, problem: Problem, grid: Grid) -> Array:
    """The penalty weights to try."""
    if isinstance(grid.alphas, (int, np.integer)):
        known = problem.nonsmooth or rows.supports.joint
        return alpha_grid(rows, problem, int(grid.alphas), grid.eps, _constant(rows, problem) if known else None)
    return given_alphas(grid.alphas)


def _constant(rows: Rows, problem: Problem) -> Array:
    """The optimum (d + 1, k) over the intercept and the columns that are not penalised, the others 0."""
    penalised = np.flatnonzero(coordinates_of(problem, rows.shape[1]).penalty_factors[:-1])
    found = fit(rows, replace(problem, penalty=NoPenalty(), fixed=tuple(penalised.tolist())), limits=Limits(tol=0))
    return np.concatenate((found.coef, found.intercept[None]))


def path_of_all(rows: Rows, problem: Problem, alphas: Array, limits: Limits = Limits(tol=TOL)) -> Array:
    """The optima on all rows, (m, d + 1, k), in raw units, intercept last; ``problem.l1`` is the share of L1."""
    every = np.arange(rows.shape[0])
    points: Array = next(paths_of_folds(rows, problem, [every], alphas, limits)).points
    return points


def held_out_loss(rows: Rows, problem: Problem) -> Scorer:
    """The scorer by the loss: minus its mean over the held-out rows, by weight; minus the mean squared error."""
    loss = problem.loss
    unit = 2.0 / loss.curvature if loss.quadratic else 1.0

    def score(points: Array, numbers: Numbers) -> Array:
        part = rows.take(numbers)
        if part.supports.joint:
            part = part.with_rows(total=float(len(numbers) if part.weight is None else part.weight.sum()))
            return np.array([-part.value(loss, w) for w in points])
        z, weight = part.with_rows(offset=None).predictor(points[:, :, 0].T), part.weight
        z = z if part.offset is None else z + part.offset[:, None]
        found: Array = -unit * np.average(loss.value(z, part.y[:, :1]), axis=0, weights=weight)
        return found

    return score


def _words(problem: Problem) -> str:
    """What the default score is called, without its sign."""
    return "mean squared error" if problem.loss.quadratic else str(problem.loss.formula)


def _fold_weights(rows: Rows, parts: Sequence[Fold]) -> Array:
    """Shares of the folds in the mean: alike, or by the weights of their held-out rows if rows have weights."""
    sums = np.ones(len(parts))
    if rows.weight is not None:
        sums = np.array([rows.weight[part.test].sum() for part in parts])
    found: Array = sums / sums.sum()
    return found


def _relative(path: FoldPath, problem: Problem, rows: Rows, part: Fold) -> Array:
    """Gaps in units of the cost of the constant model for the rows fitted."""
    some = rows.take(part.train) if path.scale is None else rows
    scale = constant_cost(problem, some) if path.scale is None else path.scale
    found: Array = path.gaps / (scale or 1.0)
    return found


class FoldPath(NamedTuple):
    """The optima of one fold for each penalty weight."""

    points: Array  # (m, d + 1, k), raw, intercept last
    gaps: Array  # (m,)
    scale: float | None = None  # cost of the constant model, if it is known


def paths_of_folds(
    rows: Rows, problem: Problem, parts: Sequence[Numbers], alphas: Array, limits: Limits
) -> Iterator[FoldPath]:
    """The path of each part of the rows, for penalty weights in decreasing order.

    Parameters
    ----------
    rows : Rows
    problem : Problem
        Its penalty gives the share of L1.
    parts : sequence of integer arrays
        Numbers of the rows to fit.
    alphas : (m,) array
    limits : Limits
    """
    if _by_moments(rows, problem, alphas):
        yield from _moments_paths(rows, problem, parts, alphas, limits)
        return
    if _shares_hessian(rows, problem, alphas):
        yield from _newton_paths(rows, problem, parts, alphas, limits)
        return
    for part in parts:
        yield _path(rows.take(part), problem, alphas, limits)


def _by_moments(rows: Rows, problem: Problem, alphas: Array) -> bool:
    """Whether the products of all columns replace the rows."""
    simple = problem.loss.quadratic and rows.outputs == 1 and not problem.fixed and provable(problem)
    signs = problem.l1 > 0 or not any(problem.signs)
    most = MOST if problem.l1 > 0 else MATRIX_COLUMNS
    return bool(simple and signs and rows.shape[1] <= most and alphas[-1] > 0)


def _shares_hessian(rows: Rows, problem: Problem, alphas: Array) -> bool:
    """Whether Newton's steps of all folds go by one Hessian: a smooth loss, an L2 penalty, more rows than columns."""
    smooth = rows.outputs == 1 and not (problem.nonsmooth or problem.proximal or problem.fixed)
    n, d = rows.shape
    known = provable(replace(problem, penalty=elastic(1.0, 0.0)))
    return bool(smooth and known and rows.forms_curvature and n > d and alphas[-1] > 0)


def _newton_paths(
    rows: Rows, problem: Problem, parts: Sequence[Numbers], alphas: Array, limits: Limits
) -> Iterator[FoldPath]:
    """The paths by steps that all folds share; of a fold whose gaps are too large by itself."""
    scales = [constant_cost(problem, counted(rows.take(part))) for part in parts]
    tol = limits.tol or 0.0
    folds = FoldsNewton(rows, problem, parts, tol * np.array(scales))
    found = [folds.optima(float(alpha)) for alpha in alphas]
    points, gaps = (np.array(numbers) for numbers in zip(*found, strict=True))
    for k, (part, scale) in enumerate(zip(parts, scales, strict=True)):
        if (gaps[:, k] <= max(tol, SMALL_ROUNDING) * scale).all():
            yield FoldPath(points[:, k], gaps[:, k], scale)
        else:
            yield _path(rows.take(part), problem, alphas, limits)


def _moments_paths(
    rows: Rows, problem: Problem, parts: Sequence[Numbers], alphas: Array, limits: Limits
) -> Iterator[FoldPath]:
    """The paths by moments; of a part whose gaps are too large by the rows."""
    (n, d), intercept = rows.shape, coordinates_of(problem, rows.shape[1]).free_intercept
    with one_blas_thread(2.0 * d * max(n, d * d)):
        for part, moments in zip(parts, moments_of_parts(rows, parts, intercept), strict=True):
            found = moments_path(problem, moments, alphas, problem.l1)
            scale = 0.5 * problem.loss.curvature * moments.square
            good = (found.gaps <= max(limits.tol or 0.0, SMALL_ROUNDING) * scale).all()
            if good:
                yield FoldPath(found.points[:, :, None], found.gaps, scale)
            else:
                yield _path(rows.take(part), problem, alphas, limits)


def _path(rows: Rows, problem: Problem, alphas: Array, limits: Limits) -> FoldPath:
    """The path over rows: by `alpha_path`, or for non-smooth losses and classes by one fit after the other."""
    rows = counted(rows)
    if rows.outputs == 1 and not problem.nonsmooth:
        path = alpha_path(
            rows.X,
            rows.y[:, 0],
            alphas=alphas,
            l1_ratio=problem.l1,
            loss=problem.loss,
            fit_intercept=problem.intercept,
            penalty_factors=problem.factors or None,
            signs=_sides(problem),
            sample_weight=rows.weight,
            max_iter=int(limits.max_iter),
            tol=limits.tol or 0.0,
            n_jobs=rows.threads,
        )
        return FoldPath(np.vstack((path.coefs, path.intercepts)).T[:, :, None], path.gaps)
    w, points, gaps = None, [], []
    for alpha in alphas:
        of_alpha = replace(problem, penalty=elastic(float(alpha), problem.l1))
        run = fit(rows, of_alpha, limits=limits, start=w, watch=Watch(keep=False))
        w = np.concatenate((run.coef, run.intercept[None]))
        points.append(w)
        gaps.append(np.inf if run.certificate.gap is None else float(run.certificate.gap))
    return FoldPath(np.array(points), np.array(gaps))


def _sides(problem: Problem) -> dict[int, str]:
    """The sign constraints by column, as `alpha_path` takes them."""
    return {j: "+" if sign > 0 else "-" for j, sign in enumerate(problem.signs) if sign}
