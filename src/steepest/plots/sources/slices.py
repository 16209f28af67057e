"""Slices: the cost along each parameter through the optimum, in units in which they can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.types import Array
from ...objective.problem import Problem
from ...optimality.standard_errors import standard_errors
from ...solve.model_problem import problem_by
from ...solve.summary import refuse_status
from ..drawing.thinning import finite
from ..landscape.landscape import Landscape, lifted, minimum_of, over_rows
from ..landscape.plane import places_of
from .predicted import Predicted

__all__ = ["MOST", "Slice", "Slices", "slices_of"]

MOST = 9  # slices of a picture
POINTS = 121  # of each curve
ERRORS = 4.0  # standard errors to each side
WIDE = 1500  # columns up to which standard errors are computed
SAME = 1e-6  # share of its rise by which a cost may be below the minimum
ROOM = 1.1  # times the largest distance, where the unit is the scale of the columns


class Slice(NamedTuple):
    """The cost along one parameter.

    Attributes
    ----------
    name : str
    costs : (m,) array
    rise : float
        Mean rise of the cost at the unit to both sides.
    start : float or None
        Where the run began, from the middle, if it is known.
    """

    name: str
    costs: Array
    rise: float
    start: float | None = None


class Slices(NamedTuple):
    """Slices on one scale.

    Attributes
    ----------
    at : (m,) array
        Distances from the middle, in standard errors or in standard deviations of the columns.
    parts : tuple of Slice
    least : float
        The cost in the middle.
    errors : bool
        Whether the unit is a standard error; otherwise it is that of the standardised coefficient.
    unit : float
        The distance at which `Slice.rise` is.
    optimum : bool
        Whether the middle is the minimum, otherwise it is the answer.
    of : int
        Number of free parameters.
    cost, note : str
    """

    at: Array
    parts: tuple[Slice, ...]
    least: float
    errors: bool
    unit: float
    optimum: bool
    of: int
    cost: str = ""
    note: str = ""


def slices_of(found: Predicted, parameters: Sequence[str] | None = None) -> Slices:
    """The slices of an answer: those named, or of the nine largest coefficients times the scales of their columns.

    Raises
    ------
    UsageError
        If a name is unknown, more than nine are given, or no parameter is free.
    """
    answer = np.append(found.answer.coef, found.answer.intercept)
    landscape = _around(found, answer)
    middle = answer if landscape.best is None else landscape.best
    if not np.isfinite(middle).all():
        raise UsageError("the answer is not finite: there is nothing to draw slices through")
    size, errors = _units(found, landscape)
    places = _places(landscape, middle, parameters)
    path = found.answer.trajectory
    start = None if path is None else (path.x[0] - middle) / size
    far = middle / size if start is None else start
    wide = ERRORS if errors else ROOM * float(np.abs(far[places]).max(initial=0.0)) or 1.0
    at = np.linspace(-wide, wide, POINTS)
    unit = 1.0 if errors else wide
    parts = tuple(_slice(landscape, middle, j, size[j], at, unit, start) for j in places)
    least = float(landscape.values(middle[None])[0])
    lower = any(part.costs[finite(part.costs)].min(initial=least) < least - SAME * abs(part.rise) for part in parts)
    optimum = landscape.best is not None and not lower  # of other rows than those of the fit it is not
    free = int((~landscape.fixed).sum())
    return Slices(at, parts, least, errors, unit, optimum, free, landscape.cost, landscape.note)


def _around(found: Predicted, at: Array) -> Landscape:
    """The cost around an answer, in the scale of its columns, with its minimum if that is known or found fast."""
    problem, meta, path = _problem(found), _settings(found), found.answer.trajectory
    landscape = over_rows(problem, found.rows, found.names, str(meta.get("loss_formula", meta.get("loss", "cost"))))
    best = at if found.status == "converged" else None
    if best is None and path is not None and np.isfinite(at).all():
        best = minimum_of(path, problem, found.rows, bool(landscape.note))
    landscape = landscape._replace(best=best)
    return lifted(landscape, problem, found.rows, at) if landscape.note else landscape


def _settings(found: Predicted) -> Mapping[str, Any]:
    path = found.answer.trajectory
    return found.answer.settings if path is None else path.meta


def _problem(found: Predicted) -> Problem:
    return problem_by(found.answer.loss, _settings(found))


def _slice(
    landscape: Landscape, middle: Array, j: int, size: float, at: Array, unit: float, start: Array | None
) -> Slice:
    along = landscape.along(middle, size * np.eye(len(middle))[j : j + 1])
    with np.errstate(all="ignore"):
        costs = along(at[:, None])
        ends = along(np.array([[-unit], [0.0], [unit]]))
    rise = float((ends[0] + ends[2]) / 2 - ends[1])
    return Slice(landscape.names[j], costs, rise, None if start is None else float(start[j]))


def _units(found: Predicted, landscape: Landscape) -> tuple[Array, bool]:
    """The unit of each parameter, and whether it is its standard error."""
    answer = found.answer
    w = np.append(answer.coef, answer.intercept)[:, None]
    try:
        refuse_status(found.status)
        if len(found.names) > WIDE:
            raise UsageError("too many columns for standard errors")
        errors = standard_errors(found.rows, _problem(found), w, found.names)
    except UsageError:
        return 1.0 / landscape.size, False
    known = np.isfinite(errors[~landscape.fixed]).all() and (errors[~landscape.fixed] > 0).all()
    return (np.where(errors > 0, errors, 1.0), True) if known else (1.0 / landscape.size, False)


def _places(landscape: Landscape, middle: Array, parameters: Sequence[str] | None) -> NDArray[np.int64]:
    """The parameters to draw, in their order."""
    if parameters is not None:
        if len(parameters) > MOST:
            raise UsageError(f"slices are drawn of up to {MOST} parameters, not of {len(parameters)}")
        return np.array(places_of(landscape.names, parameters, "parameter", len(parameters)))
    free = np.flatnonzero(~landscape.fixed)
    if not len(free):
        raise UsageError("every parameter is fixed: there is no slice to draw")
    weight = np.abs(middle * landscape.size)
    weight[-1] = -1.0  # the intercept comes last
    largest = free[np.argsort(-weight[free], kind="stable")[:MOST]]
    return np.sort(largest)
