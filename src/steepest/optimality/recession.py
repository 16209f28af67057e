"""Recession: whether the objective falls without end along some direction, so that it has no finite optimum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.record_types import Loss
from ..core.types import Array
from ..data.rows import Rows
from ..objective.data import ColumnStats
from ..objective.problem import Problem
from .multipliers import none_by_all_rows, none_by_decrement, none_by_multipliers
from .recession_cone import PINNED, Cone, cones

__all__ = ["INEXACT", "Finding", "Recession", "recedes_completely", "recession", "recession_along"]


FIRST = 256  # rows that are tested before all others
SEARCH = 8.0  # numbers of a table that are read in the time of a search, over its rows x unknowns^2
BRIEF = 1e5  # rows x unknowns^2 of a search that is always made
INEXACT = "the margins of the direction found are within their rounding"
LONG = "looking for one takes longer than the run did"


class Recession(NamedTuple):
    """A direction of recession: along it the loss of no row rises, and that of some rows falls without end.

    Attributes
    ----------
    kind : {"complete", "quasi"}
        "complete": the losses of all rows fall; "quasi": those of some rows stay.
    direction : (d + 1, k) array
        Raw parameters v, intercept last, largest entry 1 in size. Margins are checked on all rows.
    strict, rows : int
        Rows whose loss falls along v; rows of weight > 0. No direction has more strict rows, unless a linear programme
        was too large.
    columns : tuple of int
        Columns of the direction, by decreasing |v_j| x standard deviation of column j; those over 1e-6 of the largest.
    target : int
        The target it belongs to, if there are several.
    """

    kind: str
    direction: Array
    strict: int
    rows: int
    columns: tuple[int, ...] = ()
    target: int = 0


class Finding(NamedTuple):
    """A direction of recession, if one is proven; or why none is ruled out. Neither: there is provably none."""

    recession: Recession | None = None
    unknown: str | None = None


def recession(
    problem: Problem,
    rows: Rows,
    w: Array,
    settled: bool = False,
    decrement: float | None = None,
    work: float = np.inf,
) -> Finding:
    """A direction of recession of the objective, the proof that there is none, or why neither is known.

    The objective has no finite optimum if and only if it never rises along some v and falls along it: no row's loss
    rises, some row's loss falls without end, penalised and fixed coefficients stay, and signs are kept. `Cone` holds
    these conditions. They are tested in this order: whether the answer itself is such a direction, strict for each
    row; whether multipliers prove that there is none (`none_by_decrement`, `none_by_multipliers`, `none_by_all_rows`);
    single columns (`by_columns`); linear programmes (`by_programmes`); and the last Newton step. A direction is
    accepted only if each margin is above its rounding, -8 eps (d + 1) sum_j |x_ij v_j|. Directions whose margins are
    below 1e-7 of the sizes may not be found by a linear programme.

    Parameters
    ----------
    problem : Problem
    rows : Rows
    w : (d + 1, k) array
        The answer of a descent, raw.
    settled : bool
        Whether w is near an optimum, as far as the descent knows.
    decrement : float, optional
        Newton decrement at w, by the Hessian of all rows, if nothing is penalised and no sign is constrained.
    work : float
        Numbers of the table that the steps of the run have read. Multipliers away from an optimum, and linear
        programmes, are left out where they take longer than that and are not brief.

    Notes
    -----
    Cost: after a descent to an optimum, Newton's step over some thousand rows, without a pass over the table.

    References
    ----------
    Rockafellar, R. T. (1970). Convex Analysis, theorem 27.1. doi:10.1515/9781400873173
    Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic regression
    models. Biometrika 71(1). doi:10.1093/biomet/71.1.1
    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary logistic regression models.
    DPhil thesis, University of Oxford.

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[1.0], [2.0], [3.0], [3.0], [4.0]], [0, 0, 0, 1, 1])
    >>> found = recession(Problem("log_loss"), rows, np.zeros((2, 1))).recession
    >>> found.kind, found.strict, (found.direction / found.direction[0]).ravel()
    ('quasi', 3, array([ 1., -3.]))
    """
    if decrement is not None and rows.small and none_by_decrement(problem.loss, rows, w, decrement):
        return Finding()
    unknown = None
    for c, cone in cones(problem, rows).items():
        one = rows if rows.supports.joint or rows.outputs == 1 else rows.one_target(c)
        own = w if cone.outputs > 1 else w[:, c : c + 1]
        with np.errstate(over="ignore", invalid="ignore"):
            found = _search(cone, problem.loss, one, own, settled, work)
        if found.recession is not None:
            return Finding(found.recession._replace(target=c))
        unknown = unknown or found.unknown
    return Finding(None, unknown)


def recedes_completely(cone: Cone, w: Array) -> bool:
    """Whether the part of w (d + 1, k) that may move is a direction along which the loss of every row falls.

    Cost: at most one pass over the rows; a few rows where it is not.
    """
    v = cone.moved(w)
    if (cone.signs[:, None] * v < 0).any() or (cone.kind == PINNED).any():
        return False
    first = (0, min(FIRST, len(cone.kind)))
    return all((cone.margins(v, *ends)[cone.kind[slice(*ends)] != 0] > 0).all() for ends in (first, *cone.blocks()))


def _search(cone: Cone, loss: Loss, rows: Rows, w: Array, settled: bool, work: float) -> Finding:
    found = None if settled else _complete(cone, w)
    if found is not None:
        return Finding(found)
    brief = cone.search_size <= max(work / SEARCH, BRIEF)
    if not (settled or brief):
        from .column_directions import by_columns

        simple = _accepted(cone, by_columns(cone))
        return Finding(simple, None if simple else LONG)
    none, step = none_by_multipliers(cone, loss, rows, w, settled)
    if none:
        return Finding()
    found = _complete(cone, w) if settled else None
    if found is not None:
        return Finding(found)
    from .column_directions import by_columns  # where multipliers are a proof, neither is needed
    from .recession_programme import by_programmes, first_conditions

    simple = _accepted(cone, by_columns(cone))
    if simple is not None and simple.kind == "complete":
        return Finding(simple)
    if simple is None and settled and none_by_all_rows(cone, loss, rows, w):
        return Finding()
    if not brief:
        return Finding(simple, None if simple else LONG)
    margins = np.concatenate([cone.margins(cone.moved(w), *ends) for ends in cone.blocks()])
    v, unknown = by_programmes(cone, first_conditions(cone, margins))
    if v is None and unknown is None and simple is None:
        return Finding()
    best = _accepted(cone, v)
    if simple is not None and (best is None or best.strict <= simple.strict):
        best = simple
    if best is None:
        best = _accepted(cone, cone.moved(-step))
    return Finding(best, None if best else unknown or INEXACT)


def _complete(cone: Cone, w: Array) -> Recession | None:
    return _accepted(cone, cone.moved(w)) if recedes_completely(cone, w) else None


def _accepted(cone: Cone, v: Array | None) -> Recession | None:
    """The direction v as a recession, if no margin is negative and some are positive, beyond rounding."""
    strict, conditions = (0, 0) if v is None else cone.holds(v)
    if v is None or not strict:
        return None
    rows, complete = int(cone.kind.any(1).sum()), conditions == np.count_nonzero(cone.kind)
    return recession_along(v, strict, rows, complete, cone.rows.columns(), bool(cone.movable[-1]))


def recession_along(v: Array, strict: int, rows: int, complete: bool, stats: ColumnStats, shifts: bool) -> Recession:
    """The record of a direction v whose margins were checked; ``shifts`` tells whether the intercept may move."""
    size = np.sqrt(np.maximum(stats.variance, 0.0) + (0.0 if shifts else stats.mean**2))
    weight = np.abs(v[:-1]).max(1) * size
    columns = tuple(int(j) for j in np.argsort(-weight, kind="stable") if weight[j] > 1e-6 * weight.max())
    return Recession("complete" if complete else "quasi", v / np.abs(v).max(), strict, rows, columns)
