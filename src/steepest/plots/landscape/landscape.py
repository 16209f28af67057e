"""Landscape: the cost as a function of the parameters, for pictures on lines and planes through an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.records import from_name
from ...core.types import Array
from ...data.make_rows import make_rows
from ...data.moments import make_moments
from ...data.rows import Rows
from ...descent.trajectory import Trajectory
from ...objective import losses
from ...objective.functions.formula import read_formula
from ...objective.functions.function import differences, name_of
from ...objective.objective import Coordinates
from ...objective.problem import Problem
from ...solve.fit import fit
from ...solve.model_problem import problem_by
from ...solve.settings import Watch
from ..drawing.thinning import evenly
from ..drawing.words import brief, spelled
from ..sources.answer import answer_of
from ..sources.runs import least_of
from ..sources.states import reported
from .heights import shape_of_moments, shape_of_rows, slopes, values

__all__ = ["Landscape", "landscape_of", "lifted", "minimum_of", "over_rows"]

LOOKS = 12_000_000  # maximum number of values of a loss computed for one picture
FEWEST, MOST = 2_400, 12_000  # points of a picture that share these values
COLUMNS = 1500  # maximum number of columns for which moments replace the rows
LONG = 30  # maximum letters of a name on an axis
SMALL = 2_000_000  # maximum size of a table whose optimum is computed


class Landscape(NamedTuple):
    """The cost of p parameters.

    Attributes
    ----------
    names : tuple of str
        Of the parameters, the intercept last.
    values, slopes : callables, points (m, p) -> costs (m,), gradients (m, p)
        The slopes leave out the L1 penalty.
    best : (p,) array or None
        The minimum, if it is known.
    cost : str
        Formula of the cost, such as "mean (z - y)^2 / 2".
    note : str
        A note for the reader, such as that only some rows were used.
    fixed : (p,) array of bool
        Which parameters are fixed at their start.
    size : (p,) array
        Scale of each parameter's factor: the standard deviations of the columns, if the run used standardised ones.
    least : float or None
        The minimum cost, over all rows.
    curved : (p, p) array or None
        Second derivatives, if they are constant.
    room : int
        Maximum number of points for one picture.
    prefix : str
        Prefix of the names: "coefficient of ".
    convex : bool
        Whether the cost is known to be convex, so that a minimum of it is the lowest of all.
    flat : callable or None
        Origin (p,) and directions (r, p) to a function of coordinates (m, r), faster than ``values``.
    """

    names: tuple[str, ...]
    values: Callable[[Array], Array]
    slopes: Callable[[Array], Array]
    best: Array | None
    cost: str
    note: str
    fixed: NDArray[np.bool_]
    size: Array
    least: float | None = None
    curved: Array | None = None
    room: int = FEWEST
    prefix: str = ""
    convex: bool = True
    flat: Callable[[Array, Array], Callable[[Array], Array]] | None = None

    def title(self, j: int) -> str:
        """Axis label of parameter j."""
        name = self.names[j]
        return name if name == "intercept" else self.prefix + brief(name, LONG)

    @property
    def lowest(self) -> str:
        """What its minimum may be called."""
        return "minimum" if self.convex else "local minimum"

    def along(self, origin: Array, directions: Array) -> Callable[[Array], Array]:
        """Costs (m,) as a function of coordinates (m, r): those at origin + coordinates . directions."""
        if self.flat is not None:
            return self.flat(origin, directions)
        return lambda coordinates: self.values(origin + coordinates @ directions)


def landscape_of(
    trajectory: Trajectory,
    X: Any = None,
    y: Any = None,
    *,
    sample_weight: Any = None,
    offset: Any = None,
    f: object = None,
    classes: tuple[Any, Any] | None = None,
) -> Landscape:
    """The cost that a run minimised.

    Parameters
    ----------
    trajectory : Trajectory
        From a fit with one target or two classes, or from `minimize`.
    X, y, sample_weight, offset : as given to ``fit``
        The rows, for a run that had rows.
    f : callable
        The function, for a run on a callable.
    classes : two labels
        The negative and the positive one, if y has labels; None takes those of the run, or sorts them.

    Raises
    ------
    UsageError
        If the run has several targets or classes, or its rows or function are missing.

    Notes
    -----
    Cost: two passes over the data for a squared loss; for other losses 5,000 rows, evenly spaced, represent the table.

    Examples
    --------
    >>> from steepest import minimize
    >>> run = minimize("(x - 3)**2 + 2", 6, learning_rate=0.25)
    >>> landscape_of(run).values(np.array([[6.0], [3.0]])).tolist()
    [11.0, 2.0]
    """
    if "function" in trajectory.meta:
        return _with_least(_of_function(trajectory, f), trajectory)
    if trajectory.coef.ndim > 2:
        raise UsageError(
            "a landscape is drawn of one target or two classes, this run has more: draw CostHistoryDisplay"
        )
    if X is None or y is None:
        raise UsageError("the rows of the run are missing: give X and y, as to fit")
    answer = answer_of(trajectory)
    answer = answer if classes is None else answer._replace(classes=(classes[0], classes[1]))
    rows = make_rows(X, answer.numbers(y), weight=sample_weight, offset=offset)
    if rows.shape[1] != trajectory.coef.shape[1]:
        raise UsageError(f"the run has {trajectory.coef.shape[1]} columns, the table {rows.shape[1]}: give the same")
    landscape = _of_rows(trajectory, rows)
    if landscape.note:
        landscape = lifted(landscape, _problem(trajectory), rows, trajectory.x[reported(trajectory)])
    return _with_least(landscape, trajectory)


def _with_least(landscape: Landscape, trajectory: Trajectory) -> Landscape:
    if landscape.best is None:
        return landscape
    if landscape.note:  # only some rows are used, but the run has the minimum over all
        return landscape._replace(least=least_of({"": trajectory}))
    return landscape._replace(least=float(landscape.values(landscape.best[None])[0]))


def lifted(landscape: Landscape, problem: Problem, rows: Rows, answer: Array) -> Landscape:
    """The cost over some rows plus a linear term: at the optimum, or the answer, it has value and slope of all rows."""
    at = answer if landscape.best is None else landscape.best
    lift = values(problem, rows)(at[None])[0] - landscape.values(at[None])[0]
    tilt = slopes(problem, rows)(at[None])[0] - landscape.slopes(at[None])[0]
    if not np.isfinite(np.append(tilt, lift)).all():
        return landscape

    def level(origin: Array, along: Array) -> Callable[[Array], Array]:
        some, base, rise = landscape.along(origin, along), lift + (origin - at) @ tilt, along @ tilt
        return lambda coordinates: some(coordinates) + base + coordinates @ rise

    return landscape._replace(
        values=lambda points: landscape.values(points) + lift + (points - at) @ tilt,
        slopes=lambda points: landscape.slopes(points) + tilt,
        flat=level,
    )


def _of_function(trajectory: Trajectory, f: Any) -> Landscape:
    points, text = trajectory.x, trajectory.meta["function"]
    p = points.shape[1]
    names = trajectory.names or tuple(f"x{j + 1}" for j in range(p))
    status = "" if trajectory.verdict is None else trajectory.verdict.status
    best = points[-1] if status == "converged" else None
    note = "the run has bounds, and the minimum is that within them" if "bounds" in trajectory.meta else ""
    plain: dict[str, Any] = {"fixed": np.zeros(p, bool), "size": np.ones(p), "note": note, "best": best}
    plain["convex"] = status == "converged"
    if f is None:
        try:
            formula = read_formula(text, names)
        except UsageError:
            raise UsageError(f"the run is on {text}, which is not a formula: give the function as f") from None
        hessian = formula.jet(points[0], 2).hessian if formula.degree <= 2 else None
        plain["convex"] = status == "converged" or (hessian is not None and bool(np.linalg.eigvalsh(hessian)[0] >= 0))
        if status == "stationary" and np.linalg.eigvalsh(formula.jet(points[-1], 2).hessian)[0] > 0:
            plain["best"] = points[-1]
        slope = lambda q: formula.jet(q, 1).slope.T  # noqa: E731
        return Landscape(names, formula, slope, cost=spelled(text), curved=hessian, room=MOST, **plain)

    def heights(points: Array) -> Array:
        return np.array([float(np.asarray(f(q if p > 1 else q[0])).reshape(())) for q in points])

    def inclines(points: Array) -> Array:
        return np.array([differences(lambda q: heights(q[None])[0], q) for q in points])

    return Landscape(names, heights, inclines, cost=name_of(f, "f(x)"), **plain)


def _of_rows(trajectory: Trajectory, rows: Rows) -> Landscape:
    problem, meta = _problem(trajectory), trajectory.meta
    found = over_rows(problem, rows, trajectory.names, str(meta.get("loss_formula", meta["loss"])))
    best = minimum_of(trajectory, problem, rows, bool(found.note))
    return found._replace(best=best, size=found.size if meta.get("standardized") else np.ones(len(found.names)))


def over_rows(problem: Problem, rows: Rows, names: tuple[str, ...], formula: str) -> Landscape:
    """The cost of a problem over rows, with no minimum yet; beyond 5,000 rows some stand for all, but for squares."""
    n, d = rows.shape
    most = LOOKS // FEWEST
    quadratic = bool(problem.loss.quadratic) and d <= COLUMNS
    note = "" if quadratic or n <= most else f"shape of the cost from {most:,} of {n:,} rows"
    if quadratic:
        moments = make_moments(rows)
        shape = shape_of_moments(problem, moments)
        curved = problem.loss.curvature * moments.hessian + np.diag(Coordinates(problem, d, rows.units).l2[:, 0])
    else:
        shape, curved = shape_of_rows(problem, rows if n <= most else rows.take(evenly(n, most))), None
    return Landscape(
        names=(*(names or tuple(f"x{j}" for j in range(d))), "intercept"),
        values=shape.values,
        slopes=shape.slopes,
        best=None,
        cost=spelled(formula) + ("" if problem.unpenalised else " + penalty"),
        note=note,
        fixed=~Coordinates(problem, d).moves,
        size=shape.sizes(),
        curved=None if problem.l1 else curved,
        room=MOST if quadratic else int(np.clip(LOOKS // n, FEWEST, MOST)),
        prefix="coefficient of ",
        flat=shape.flat,
    )


def _problem(trajectory: Trajectory) -> Problem:
    """The problem of the run, from its recorded settings."""
    return problem_by(from_name(trajectory.meta["loss"], losses, "loss"), trajectory.meta)


def minimum_of(trajectory: Trajectory, problem: Problem, rows: Rows, large: bool) -> Array | None:
    """The minimum (d + 1,): recorded, reached, or computed if that is fast."""
    exact = trajectory.meta.get("exact")
    if exact:
        return np.append(exact["coef"], exact["intercept"])
    if trajectory.verdict is not None and trajectory.verdict.status == "converged":
        return np.array(trajectory.x[reported(trajectory)])
    if large or rows.shape[0] * rows.shape[1] > SMALL:
        return None
    run = fit(rows, problem, start=trajectory.x[0], watch=Watch(keep=False))
    return np.append(run.coef, run.intercept) if run.verdict.status == "converged" else None
