"""Planes: the line or plane on which a landscape of many parameters is drawn, and its window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ..drawing.thinning import along_path
from ..drawing.words import brief, number
from .landscape import Landscape

__all__ = ["Plane", "leaving", "level", "places_of", "plane_of", "window"]

ALONE = 1.0  # width of the window relative to the start, if there is no minimum
FAR = 4.0  # multiple of the distance from start to minimum beyond which a point is outside
MARGIN = 0.15  # of the width, on each side
CAME_BACK = 0.5  # share of its largest distance from the minimum within which a path ends that is drawn as a whole
STATES = 200  # points of a path among which the farthest is looked for
ROUNDING = 1e-6  # share of the way from start to minimum below which the answer is the minimum
NAME = 16  # letters of a name in a label
FLAT = 50.0  # ratio of the rise in cost along two axes above which the flat one is widened
TRIES = 60
NO_TURN = 1e-9  # share of a path across its main direction that is rounding


class Plane(NamedTuple):
    """Points origin + coordinates . along of a line (r = 1) or plane (r = 2).

    Attributes
    ----------
    origin : (p,) array
    along, onto : (r, p) arrays
        Directions, and the dual basis for coordinates: the same if the directions are orthonormal.
    labels : tuple of str
        Labels of the r axes.
    words : str
        Description of the plane, if there are more parameters than axes; otherwise "".
    """

    origin: Array
    along: Array
    onto: Array
    labels: tuple[str, ...]
    words: str

    def points(self, coordinates: Array) -> Array:
        """Coordinates (m, r) as points (m, p)."""
        return self.origin + coordinates @ self.along

    def coordinates(self, points: Array) -> Array:
        """Coordinates (m, r) of the projections of points (m, p) onto the plane, in scaled parameters."""
        return (points - self.origin) @ self.onto.T


def plane_of(
    landscape: Landscape, paths: Sequence[Array], answer: Array, axes: int = 2, parameters: Sequence[str] | None = None
) -> Plane:
    """The plane (axes = 2) or line (axes = 1) through the answer.

    Two parameters are the axes themselves, and so are those that are named. With more, the plane is that through start,
    answer and minimum, and the line is that of the parameter that moved farthest, both in the scales of the landscape.

    Parameters
    ----------
    landscape : Landscape
    paths : sequence of (m, p) arrays
    answer : (p,) array
        The values of the other parameters.
    axes : 1 or 2
        A line or a plane.
    parameters : sequence of str, optional
        As many names as there are axes.

    Raises
    ------
    UsageError
        If a name is unknown, or there are not as many as axes.
    """
    p = len(landscape.names)
    if parameters is not None:
        return _slice(landscape, answer, places_of(landscape.names, parameters, "parameter", axes))
    movable = [j for j in range(p) if not landscape.fixed[j]]
    if axes == 1:
        moved = landscape.size * np.max([np.abs(path[-1] - path[0]) for path in paths], axis=0)
        coefficients = [j for j in movable if landscape.names[j] != "intercept"] or movable or [0]
        return _slice(landscape, answer, [max(coefficients, key=lambda j: moved[j])])
    if len(movable) <= 2 and p >= 2:
        return _slice(landscape, answer, sorted([*movable, *(j for j in range(p) if j not in movable)][:2]))
    if p < 2:
        raise UsageError("a surface needs two parameters: take the cost curve of one")
    return _three_points(landscape, paths, answer)


def places_of(names: tuple[str, ...], wanted: Sequence[str], what: str, count: int) -> list[int]:
    """Indices of these names among those of columns or parameters; ``count`` different ones.

    Examples
    --------
    >>> places_of(("age", "height", "weight"), ["weight", "age"], "column", 2)
    [2, 0]
    """
    if isinstance(wanted, str) or len(wanted) != count or len(set(wanted)) != count:
        raise UsageError(f"{what}s must be {counted(count, 'name')} of {', '.join(names[:20])}")
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise UsageError(f"no {what} is called {unknown[0]!r}: there are {', '.join(names[:20])}")
    return [names.index(name) for name in wanted]


def _slice(landscape: Landscape, answer: Array, places: list[int]) -> Plane:
    origin = answer.copy()
    origin[places] = 0.0
    labels = tuple(landscape.title(j) for j in places)
    others = [j for j in range(len(answer)) if j not in places]
    words = ""
    if len(others) == 1:
        words = f"slice at {landscape.title(others[0])} = {number(float(answer[others[0]]))}"
    elif others:
        words = f"slice along {' and '.join(labels)}; the other {len(others)} parameters stay at the answer"
    axes = np.eye(len(answer))[places]
    return Plane(origin, axes, axes, labels, words)


def _three_points(landscape: Landscape, paths: Sequence[Array], answer: Array) -> Plane:
    """The plane through the start, the answer and the minimum.

    Where these are in a line, or there is no minimum, it goes through the state that is farthest from that line; for a
    straight path, along the parameter that moved least.
    """
    size = landscape.size
    start, goal = paths[0][0], answer if landscape.best is None else landscape.best
    first = (start - goal) * size
    if not first.any():
        first = _farthest(paths, goal, size, np.zeros((0, len(size))))
    turn = _unit(first)[None]
    third = (answer - goal) * size
    third = third - (third @ turn[0]) * turn[0]
    exact = float(np.abs(third).max()) > ROUNDING * float(np.abs(first).max())
    if not exact:
        third = _farthest(paths, goal, size, turn)
    straight = not float(np.abs(third).max()) > NO_TURN * float(np.abs(first).max())
    if straight:
        third = np.eye(len(answer))[_least_along(landscape, turn[0])]
        third = third - (third @ turn[0]) * turn[0]
    turn = np.vstack((turn, _unit(third)))
    end = "answer" if landscape.best is None else "minimum"
    labels = (f"from start to {end} ({_most(landscape, turn[0])})", f"across that ({_most(landscape, turn[1])})")
    points = f"start, answer and {end}" if exact else f"start and {end}" + ("" if straight else ", and along the path")
    words = f"plane of {len(answer)} parameters through {points}"
    return Plane(goal.copy(), -turn / size, -turn * size, labels, words)


def _unit(direction: Array) -> Array:
    largest = max(float(np.abs(direction).max()), 1e-300)
    found: Array = direction / largest
    return found / max(float(np.linalg.norm(found)), 1e-300)


def _farthest(paths: Sequence[Array], goal: Array, size: Array, turn: Array) -> Array:
    """The state farthest from a point and from directions through it, from there."""
    with np.errstate(over="ignore", invalid="ignore"):
        states = np.concatenate([path[along_path(path[np.isfinite(path).all(1)], STATES)] for path in paths])
        away = (states - goal) * size
        away = away - (away @ turn.T) @ turn
    sound = np.where(np.isfinite(away).all(1), np.abs(away).max(1), 0.0)
    found: Array = away[int(sound.argmax())]
    return found


def _most(landscape: Landscape, direction: Array) -> str:
    """The parameter that a direction is mostly along."""
    return f"mostly {brief(landscape.names[int(np.abs(direction).argmax())], NAME)}"


def _least_along(landscape: Landscape, direction: Array) -> int:
    return int(np.where(landscape.fixed, np.inf, np.abs(direction)).argmin())


def window(paths: Sequence[Array], best: Array | None, landmark: Array) -> tuple[Array, Array]:
    """Lowest and highest coordinates (r,) of the window: starts, minimum, and the near part of each path.

    Parameters
    ----------
    paths : sequence of (m, r) arrays
    best : (r,) array or None
        The minimum.
    landmark : (r,) array
        The answer, if there is no minimum.
    """
    middle = landmark if best is None else best
    near = [np.atleast_2d(middle)]
    for path in paths:
        sound = path[np.isfinite(path).all(1)]
        away = np.abs(sound - middle)
        if (away[-1] < CAME_BACK * away.max(0, initial=0.0)).all():
            near.append(sound)
            continue
        reach = away[:2].max(0, initial=0.0)
        reach = np.where(reach > 0, reach, away.max(0, initial=0.0))
        if best is None and not away[0].any():  # an unbounded run: its first steps may be tiny
            reach = np.maximum(reach, np.minimum(away.max(0, initial=0.0), ALONE * np.maximum(1.0, np.abs(middle))))
        inside = (away <= FAR * reach + 1e-300).all(1)
        near.append(sound[inside])
    points = np.concatenate(near)
    low, high = points.min(0), points.max(0)
    width = np.where(high > low, high - low, np.maximum(1.0, np.abs(middle)))
    return low - MARGIN * width, high + MARGIN * width


def level(
    low: Array, high: Array, middle: Array, moved: NDArray[np.bool_], cost: Callable[[Array], Array]
) -> tuple[Array, Array]:
    """The window, made wider or narrower along axes on which the cost rises far less than on others.

    Parameters
    ----------
    low, high, middle : (r,) arrays
        The window, and the minimum or answer.
    moved : (r,) array of bool
        Axes along which a path moved; these are never narrowed.
    cost : callable
        Coordinates (m, r) to costs (m,).
    """
    low, high, base = low.copy(), high.copy(), cost(middle[None])[0]

    def rise(i: int, share: float) -> float:
        ends = np.repeat(middle[None], 2, axis=0)
        ends[:, i] += share * (np.array([low[i], high[i]]) - middle[i])
        found = float(np.max(cost(ends) - base))
        return found if np.isfinite(found) else np.inf

    rises = np.array([rise(i, 1.0) for i in range(len(middle))])
    goal = max((r for r, m in zip(rises, moved, strict=True) if m and np.isfinite(r)), default=0.0)
    for i in range(len(middle)):
        if goal > 0 and (rises[i] < goal / FLAT or not moved[i]):
            share = _fitting(partial(rise, i), goal, bool(moved[i]))
            low[i], high[i] = middle[i] + share * (low[i] - middle[i]), middle[i] + share * (high[i] - middle[i])
    return low, high


def _fitting(rise: Callable[[float], float], goal: float, moved: bool) -> float:
    """Factor of the window with which the cost rises by between a half and twice the goal, or 1 if there is none."""
    share = 1.0
    for _ in range(TRIES):
        found = rise(share)
        if found > 2.0 * goal and not moved:
            share /= 1.6
        elif found < 0.5 * goal:
            share *= 1.6
        else:
            return share
    return 1.0


def leaving(path: Array, low: Array, high: Array) -> tuple[int, Array | None]:
    """Number of points of a path (m, r) up to the last one inside a window, and the point where it leaves.

    Examples
    --------
    >>> box = np.zeros(2), np.ones(2)
    >>> leaving(np.array([[0.5, 0.5], [0.5, 1.0], [2.5, 2.0], [9.0, 9.0]]), *box)
    (2, array([0.5, 1. ]))
    >>> leaving(np.array([[0.5, 0.5], [2.5, 0.5]]), *box)
    (1, array([1. , 0.5]))
    """
    with np.errstate(invalid="ignore"):
        inside = np.flatnonzero(((path >= low) & (path <= high)).all(1))
    last = int(inside[-1]) if len(inside) else 0
    if last == len(path) - 1 or not np.isfinite(path[last + 1]).all():
        return last + 1, None
    here, step = path[last], path[last + 1] - path[last]
    room = np.where(step > 0, high - here, low - here)
    with np.errstate(over="ignore"):
        share = min(float(r / s) for r, s in zip(room, step, strict=True) if s != 0)
    return last + 1, here + max(share, 0.0) * step
