"""Landscape: the cost as a function of the parameters, to be looked at along lines and planes through an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import losses, penalties
from ..data.moments import Moments, make_moments
from ..data.rows import Rows, make_rows
from ..errors import UsageError
from ..fit import fit
from ..formulas import read_formula
from ..functions import differences
from ..problem import Problem
from ..records import from_name
from ..trajectory import Trajectory
from .answer import answer_of
from .paper import spelled

__all__ = ["Landscape", "landscape_of"]

Array = NDArray[np.float64]
LOOKS = 20_000_000  # values of a loss that are worked out for one picture at most
POINTS = 4_000  # points of a picture that these are spread over
COLUMNS = 1500  # up to so many columns a square matrix stands in for the rows
ROOM = 1 << 22  # values worked out at once: 32 MB


class Landscape(NamedTuple):
    """The cost of p parameters.

    Attributes
    ----------
    names : tuple of str
        Of the parameters, the intercept last.
    values, slopes : callables, points (m, p) -> costs (m,), gradients (m, p)
        Without an L1 part the slopes are those of the values.
    best : (p,) array or None
        The least point, where it is known.
    cost : str
        Which cost it is, such as "mean (z - y)^2 / 2".
    note : str
        What a reader must know, such as that only some rows were looked at.
    held : (p,) array of bool
        Which parameters were kept at their start.
    """

    names: tuple[str, ...]
    values: Callable[[Array], Array]
    slopes: Callable[[Array], Array]
    best: Array | None
    cost: str
    note: str
    held: NDArray[np.bool_]


def landscape_of(
    trajectory: Trajectory,
    X: Any = None,
    y: Any = None,
    *,
    sample_weight: Any = None,
    offset: Any = None,
    f: Any = None,
    classes: Any = None,
) -> Landscape:
    """The cost that a run went down on.

    Parameters
    ----------
    trajectory : Trajectory
        Of a fit with one target or two classes, or of `minimize`.
    X, y, sample_weight, offset : as given to ``fit``
        The rows, for a run that had rows.
    f : callable
        The function, for a run of one that was no formula.
    classes : two labels
        The negative and the positive one, where y holds labels; None takes those of the run, else sorts them.

    Raises
    ------
    UsageError
        If the run has several targets or classes, or what it went down on is not given.

    Notes
    -----
    Cost: two readings of the rows for a squared loss; else 5,000 rows, evenly spaced, stand in for more.
    """
    if "function" in trajectory.meta:
        return _of_function(trajectory, f)
    if trajectory.coef.ndim > 2:
        raise UsageError("a landscape is drawn of one target or two classes: this run has more")
    if X is None or y is None:
        raise UsageError("which rows did the run go down on? give X and y, as to fit")
    answer = answer_of(trajectory)
    answer = answer if classes is None else answer._replace(classes=tuple(classes))
    rows = make_rows(X, answer.numbers(y), weight=sample_weight, offset=offset)
    if rows.shape[1] != trajectory.coef.shape[1]:
        raise UsageError(f"the run has {trajectory.coef.shape[1]} columns, the table {rows.shape[1]}: give the same")
    return _of_rows(trajectory, rows)


def _of_function(trajectory: Trajectory, f: Any) -> Landscape:
    points, text = trajectory.x, trajectory.meta["function"]
    names = trajectory.names or tuple(f"x{j + 1}" for j in range(points.shape[1]))
    settled = trajectory.verdict is not None and trajectory.verdict.status == "converged"
    best = points[-1] if settled else None
    held = np.zeros(points.shape[1], bool)
    if f is None:
        try:
            formula = read_formula(text, names)
        except UsageError:
            raise UsageError(f"the run went down on {text}, which is no formula: give the function as f") from None
        return Landscape(names, formula, lambda p: formula.jet(p, 1).slope.T, best, spelled(text), "", held)

    def values(points: Array) -> Array:
        return np.array([float(np.asarray(f(p if len(p) > 1 else p[0])).reshape(())) for p in points])

    def slopes(points: Array) -> Array:
        return np.array([differences(lambda q: values(q[None])[0], p) for p in points])

    return Landscape(names, values, slopes, best, getattr(f, "__name__", "f(x)"), "", held)


def _of_rows(trajectory: Trajectory, rows: Rows) -> Landscape:
    meta = trajectory.meta
    fixed = tuple(meta["fixed"])
    loss, penalty = from_name(meta["loss"], losses, "loss"), from_name(meta["penalty"], penalties, "penalty")
    problem = Problem(loss, penalty, meta["intercept"], fixed)
    n, d = rows.shape
    most = max(1000, LOOKS // POINTS)
    quadratic = bool(loss.quadratic) and d <= COLUMNS
    note = "" if quadratic or n <= most else f"cost over {most:,} of {n:,} rows"
    data: Any = make_moments(rows) if quadratic else _sample(rows, most)
    best = _best(trajectory, problem, rows, bool(note))
    held = problem.free(d)[:, 0] == 0
    names = (*(trajectory.names or tuple(f"x{j}" for j in range(d))), "intercept")
    words = spelled(str(meta.get("loss_formula", meta["loss"]))) + ("" if problem.unpenalised else " + penalty")
    return Landscape(names, _values(problem, data), _slopes(problem, data), best, words, note, held)


def _sample(rows: Rows, most: int) -> Rows:
    n = rows.shape[0]
    return rows if n <= most else rows.rows(np.linspace(0, n - 1, most).astype(np.int64))


def _values(problem: Problem, data: Any) -> Callable[[Array], Array]:
    d = data.shape[1]
    if isinstance(data, Moments):
        objective = problem.objective(data)
        return lambda points: np.array([objective(p[:, None])[0] for p in points])
    n = data.shape[0]
    mass = np.full(n, 1.0 / n) if data.weight is None else data.weight / data.weight.sum()

    def some(points: Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            cost: Array = mass @ problem.loss.value(data.predictor(points.T), data.y)
            cost += problem.penalty.value(points[:, :d]).sum(1)
            return cost

    size = max(1, ROOM // n)
    return lambda points: np.concatenate([some(points[i : i + size]) for i in range(0, len(points), size)])


def _slopes(problem: Problem, data: Any) -> Callable[[Array], Array]:
    objective = problem.objective(data)
    return lambda points: np.array([objective(p[:, None])[1][:, 0] for p in points])


def _best(trajectory: Trajectory, problem: Problem, rows: Rows, large: bool) -> Array | None:
    """The least point: known, reached, or found anew where that takes a moment."""
    exact = trajectory.meta.get("exact")
    if exact:
        return np.append(exact["coef"], exact["intercept"])
    if trajectory.verdict is not None and trajectory.verdict.status == "converged":
        return np.array(trajectory.x[np.searchsorted(trajectory.step, trajectory.meta["reported_step"])])
    if large:
        return None
    run = fit(rows, problem, keep=False, start=trajectory.x[0])
    return np.append(run.coef, run.intercept) if run.verdict.status == "converged" else None
