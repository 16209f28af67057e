"""Paths of folds: the optima for many penalty weights on parts of one table that share most of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.threads import one_blas_thread
from ..core.types import Array
from ..data.counted import counted
from ..data.fold_moments import moments_of_parts
from ..data.rows import Rows
from ..objective.data import MATRIX_COLUMNS
from ..objective.objective import coordinates_of
from ..objective.penalties import elastic
from ..objective.problem import Problem
from ..optimality.duality import provable
from ..optimality.null_model import constant_cost
from .fit import fit
from .fold_newton import FoldsNewton
from .moments_path import moments_path
from .regularization_path import alpha_path
from .settings import Limits, Watch

__all__ = ["FoldPath", "paths_of_folds"]

MOST = 2500  # columns up to which the products of all columns are formed, for an L1 penalty
SMALL_ROUNDING = 1e-9  # share of the constant model's cost up to which gaps are accepted whatever is asked for

Numbers = NDArray[np.int64]


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
    tol = max(limits.tol or 0.0, SMALL_ROUNDING)
    folds = FoldsNewton(rows, problem, parts, tol * np.array(scales))
    found = [folds.optima(float(alpha)) for alpha in alphas]
    points, gaps = (np.array(numbers) for numbers in zip(*found, strict=True))
    for k, (part, scale) in enumerate(zip(parts, scales, strict=True)):
        if (gaps[:, k] <= tol * scale).all():
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
            rows.X, rows.y[:, 0], alphas=alphas, l1_ratio=problem.l1, loss=problem.loss, fit_intercept=problem.intercept,
            penalty_factors=problem.factors or None, signs=_sides(problem), sample_weight=rows.weight,
            max_iter=int(limits.max_iter), tol=limits.tol or 0.0, n_jobs=rows.threads,
        )  # fmt: skip
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
