"""Separation: whether a plane separates the classes, so that log loss without a penalty has no finite optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.types import Array
from ..core.units import RAW
from ..data.rows import Rows
from ..objective.losses import LogLoss
from ..objective.objective import Coordinates
from ..objective.problem import Problem
from .certificate import separating
from .separating_plane import Labelled, Separation, separating_plane

__all__ = ["describe", "separation", "separation_text"]


def separation(problem: Problem, rows: Rows, w: Array) -> Separation | None:
    """Proven complete or quasi-complete separation of the two classes; None if there is none, or no proof.

    With signs s_i = 2 y_i - 1, rows x_i with a 1 for the intercept, and free coordinates v: separation is complete if
    some v has s_i x_i . v > 0 for every row. It is quasi-complete if no v has, but some v has s_i x_i . v >= 0 for
    every row and > 0 for one. Log loss without a penalty decreases for ever along such a v; if there is none, an
    optimum exists.

    First the raw answer w (d + 1, 1) of a long descent is tested. Then a linear programme finds a v that is strictly
    right for as many rows as possible of a working set: the rows nearest to the plane of w, and some others. Rows that
    v misclassifies or does not decide are added. If the working set has no such v, the table has none. A v is accepted
    only if every margin is above its rounding, -8 eps (d + 1) sum_j |x_ij v_j|. Offsets and rows of weight 0 are
    ignored. The result is also None if w is no proof and the programme is too large (over 340 columns, except for few
    rows), SciPy is missing, or the margin is below 1e-7 of the sizes.

    Cost: one pass over the rows, then for each round two passes and a programme of some 2.5e-8 m d^2 seconds, for m
    working rows, from 1000 or 3 d on and at most doubled each time. For overlapping classes the first round often
    ends without the two passes.

    References
    ----------
    Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic regression
    models. Biometrika 71(1). doi:10.1093/biomet/71.1.1
    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary logistic regression models.
    DPhil thesis, University of Oxford.

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[1.0], [2.0], [3.0], [3.0], [4.0]], [0, 0, 0, 1, 1])
    >>> found = separation(Problem("log_loss"), rows, np.zeros((2, 1)))
    >>> found.kind, found.strict, (found.direction / found.direction[0]).ravel()
    ('quasi', 3, array([ 1., -3.]))
    """
    free = Coordinates(problem, rows.shape[1]).free
    if not (problem.separable and rows.y.shape[1] == 1 and free.any()):
        return None
    sign = np.where(rows.y[:, 0] > 0.5, 1, -1).astype(np.int8) * (1 if rows.weight is None else rows.weight > 0)
    table = Labelled(rows.with_rows(offset=None).in_units(RAW), sign, free)
    return separating_plane(table, w, complete_only=any(problem.signs))


def describe(separation: Separation, names: tuple[str, ...]) -> str:
    """A separation in words, with the names of its columns.

    Examples
    --------
    >>> describe(Separation("quasi", np.array([[1.0], [-3.0]]), 7, 10, (0,)), ("x1",))
    'the classes are quasi-separated along x1 (each row is on its own side of a plane or on it, 7 of 10 strictly)'
    """
    listed = [names[j] for j in separation.columns] or ["the intercept"]
    if separation.kind == "complete":
        found = f"completely separated by a plane with all {separation.rows} rows on their own side"
        return f"the classes are {found} (largest coefficient: {listed[0]})"
    along = ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")
    found = f"each row is on its own side of a plane or on it, {separation.strict} of {separation.rows} strictly"
    return f"the classes are quasi-separated along {along} ({found})"


def separation_text(rows: Rows, problem: Problem, raw: Array, names: tuple[str, ...]) -> str | None:
    """How the classes of log loss or softmax are separated, in words; None if that is not proven.

    For several classes, two cases are tested: all are separated from each other at the raw answer (d + 1, k), or one
    is separated from the rest. In both there is no finite optimum. Other separations are not detected. Cost: that of
    `separation`, k times.
    """
    if not rows.supports.joint:
        found = separation(problem, rows, raw)
        return None if found is None else describe(found, names)
    k = raw.shape[1]
    if separating(problem, rows, raw):
        return f"the {k} classes are completely separated, as each row's linear predictor is largest for its own class"
    for c in range(0 if any(problem.signs) else k):
        binary = rows.one_target(c)
        found = separation(replace(problem, loss=LogLoss()), binary, raw[:, c : c + 1] - raw.mean(1, keepdims=True))
        if found is not None:
            return f"{describe(found, names)}, class {c + 1} of {k} against the rest"
    return None
