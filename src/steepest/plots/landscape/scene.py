"""Scene: one run or several with the line or plane of the landscape on which they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.record_types import Rule
from ...core.records import from_name
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ...methods import rules
from ..drawing.thinning import along_path, finite
from ..drawing.words import number
from ..sources.runs import first_of, status_of
from ..sources.states import reported
from .landscape import Landscape
from .plane import Plane, leaving, level, plane_of, window

__all__ = ["Scene", "along_step", "ends_of", "lowest", "on_line", "rate_limit", "rolled", "scene_of", "tangents_at"]

COLUMNS = 300  # maximum number of parameters for which the largest curvature is computed
BALLS = 60  # maximum number of states on a curve
CLOSER = 6  # rounds of the search for the lowest point
HEAD = 0.12  # share of the height of a curve, above it, for the arrow of a run that leaves
BEYOND = 2.5  # minimum ratio of the window before and beyond a minimum
STILL = 1e-9  # share of a coordinate that is no movementment
SHORT = 3  # parameters up to which both ends of a step are told
AHEAD, BESIDE = 8.0, 0.35  # lengths of a step up to which the lowest point of its line is drawn; room on each side
OFF = 1e-6  # share of the width of a line from which a point is off it
AGREE = 0.01  # relative difference of a slope and of that of the curve from which it is not drawn
ASIDE = 0.08  # of the window, beside an answer that was outside
STRAIGHT = 1e-6  # ratio of the movement across and along a path below which the path is straight


class Scene(NamedTuple):
    """The data of a picture of a landscape.

    Attributes
    ----------
    landscape : Landscape
    plane : Plane
    paths : dict from label to (m, r) array
        All states of each run, in the coordinates of the plane.
    middle : (r,) array
        The minimum if it is known, otherwise the answer.
    low, high : (r,) arrays
        The window.
    cost : callable, coordinates (m, r) -> costs (m,)
    """

    landscape: Landscape
    plane: Plane
    paths: dict[str, Array]
    middle: Array
    low: Array
    high: Array
    cost: Callable[[Array], Array]

    def grid(self, count: int) -> tuple[Array, Array, Array]:
        """Coordinates (count,) and (count,) over the window, and costs, indexed by the second axis first."""
        x, y = (np.linspace(low, high, count) for low, high in zip(self.low, self.high, strict=True))
        with np.errstate(all="ignore"):
            costs = self.cost(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
        return x, y, costs.reshape(count, count)


def scene_of(
    runs: Mapping[str, Trajectory], landscape: Landscape, *, axes: int, parameters: Sequence[str] | None = None
) -> Scene:
    """The scene of runs on one landscape, through the answer of the first one.

    Raises
    ------
    UsageError
        If runs have different parameters, or no parameter is called so.
    """
    if any(run.x.shape[1] != len(landscape.names) for run in runs.values()):
        raise UsageError("runs on one landscape need the same parameters: give runs on the same rows or function")
    first = first_of(runs)
    points = {label: run.x for label, run in runs.items()}
    answer = first.x[0 if status_of(first) == "unbounded" else reported(first)]  # a divergent run's end is meaningless
    plane = plane_of(landscape, list(points.values()), answer, axes, parameters)
    with np.errstate(over="ignore", invalid="ignore"):
        paths = {label: plane.coordinates(path) for label, path in points.items()}
    best = None if landscape.best is None else plane.coordinates(landscape.best[None])[0]
    middle = plane.coordinates(answer[None])[0] if best is None else best
    low, high = window(list(paths.values()), best, middle)
    for label, run in runs.items():
        if _usable(run):
            low, high = _with_answer(low, high, paths[label], reported(run))
    cost = landscape.along(plane.origin, plane.along)
    if best is not None:  # both sides of the valley
        low, high = (
            np.minimum(low, middle - (high - middle) / BEYOND),
            np.maximum(high, middle + (middle - low) / BEYOND),
        )
    if axes > 1:
        low, high, moved = _opened(plane, list(paths.values()), middle, low, high)
        low, high = level(low, high, middle, moved, cost)
    return Scene(landscape, plane, paths, middle, low, high, cost)


def _usable(run: Trajectory) -> bool:
    """Whether a run ended below its start."""
    return status_of(run) not in ("diverged", "unbounded") and len(run.cost) > 0 and run.cost[-1] < run.cost[0]


def _with_answer(low: Array, high: Array, path: Array, place: int) -> tuple[Array, Array]:
    """A window that holds the answer of a run, what of its path is near, and a margin beside them."""
    answer = path[place]
    low, high = np.minimum(low, answer), np.maximum(high, answer)
    room = ASIDE * (high - low)
    near = path[((path >= low - 4 * room) & (path <= high + 4 * room)).all(1)]
    lowest, highest = near.min(0), near.max(0)
    return np.where(lowest - room < low, lowest - room, low), np.where(highest + room > high, highest + room, high)


def _opened(
    plane: Plane, paths: Sequence[Array], middle: Array, low: Array, high: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The window, for a straight path as wide across it as along it, and the axes along which a path moved."""
    with np.errstate(over="ignore", invalid="ignore"):
        extent = np.max([np.ptp(path[np.isfinite(path).all(1)], axis=0) for path in paths], axis=0)
    moved = extent > STILL * np.maximum(np.abs(low), np.abs(high))
    half = np.maximum(1.0, np.abs(middle))
    if plane.along is not plane.onto:  # both axes have the same units
        moved &= extent > STRAIGHT * extent.max()
        half = np.full(2, float((high - low).max()) / 2)
    return np.where(moved, low, middle - half), np.where(moved, high, middle + half), moved


def ends_of(run: Trajectory, landscape: Landscape, last: int = -1, first: int = 0) -> tuple[float, float]:
    """Cost at the start or another state, and at a recorded one, over all rows if the run has it."""
    places = [first, last % len(run)]
    known = dict(zip(run.cost_step.tolist(), run.cost.tolist(), strict=True))
    found = [known.get(int(run.step[i])) for i in places]
    if None not in found:
        return float(found[0] or 0.0), float(found[-1] or 0.0)
    values = landscape.values(run.x[places])
    return float(values[0]), float(values[-1])


def rate_limit(run: Trajectory, landscape: Landscape) -> float | None:
    """Stability limit of the learning rate of this run, by its rule, if it is known."""
    constant = str(run.meta.get("learning_rate")).startswith("constant")
    if landscape.curved is None or len(landscape.curved) > COLUMNS or run.meta.get("standardized") or not constant:
        return None
    stability = _stability(run)
    if run.meta.get("batch_size") is not None or stability is None:
        return None
    free = ~landscape.fixed
    largest = float(np.linalg.eigvalsh(landscape.curved[np.ix_(free, free)]).max(initial=0.0))
    return stability / largest if largest > 0 else None


def _stability(run: Trajectory) -> float | None:
    """Largest stable product of learning rate and curvature; None for a rule without one, or of one's own."""
    try:
        found: Rule = from_name(run.meta.get("rule"), rules, "rule")
    except UsageError:
        return None
    return found.stability


def along_step(run: Trajectory, landscape: Landscape, step: int | None) -> Scene:
    """The scene on the line of one step, by default the first that moves: this state, the next, and what is between.

    Raises
    ------
    UsageError
        If there is no such recorded step, or it does not move.
    """
    plane = _step_line(landscape, run, step)
    with np.errstate(over="ignore", invalid="ignore"):
        path = plane.coordinates(run.x)
    cost = landscape.along(plane.origin, plane.along)
    length = float(plane.coordinates(run.x[_after(run, plane) : _after(run, plane) + 1])[0, 0])
    ahead = length * np.linspace(0.0, AHEAD, 161)
    with np.errstate(all="ignore"):
        bottom = lowest(cost, ahead, cost(ahead[:, None]))
    far = max(length, 0.0 if bottom is None else bottom[0])
    low, high = np.array([-BESIDE * far]), np.array([(1 + BESIDE) * far])
    return Scene(landscape, plane, {"": path}, np.zeros(1), low, high, cost)


def _step_line(landscape: Landscape, run: Trajectory, step: int | None) -> Plane:
    """The line of one step, by default the first that moves: its coordinate is the distance from where it begins.

    Raises
    ------
    UsageError
        If the state before or after this step is not recorded or not finite, or they are the same.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        moves = np.diff(run.x, axis=0)
        length = np.sqrt((moves**2).sum(1))
    sound = np.isfinite(length) & (length > 0) & (np.diff(run.step) == 1)
    if step is None:
        if not sound.any():
            raise UsageError("no recorded step of this run moves: name a parameter")
        i = int(sound.argmax())
    else:
        i = int(np.searchsorted(run.step, step)) - 1
        if not (0 <= i < len(sound) and run.step[i + 1] == step and sound[i]):
            raise UsageError(f"step {step} has no line: it is not recorded, not finite, or does not move")
    direction = (moves[i] / length[i])[None]
    words = f"line of step {run.step[i + 1]:,}"
    if len(landscape.names) <= SHORT:
        to = (
            f"{n} {number(a)} to {number(b)}" for n, a, b in zip(landscape.names, run.x[i], run.x[i + 1], strict=True)
        )
        words += f": {', '.join(to)}"
    return Plane(run.x[i].copy(), direction, direction, (f"distance along step {run.step[i + 1]:,}",), words)


def _after(run: Trajectory, plane: Plane) -> int:
    """Place of the state after the origin of a line."""
    return int((run.x == plane.origin).all(1).argmax()) + 1


def on_line(scene: Scene, run: Trajectory) -> NDArray[np.int64]:
    """Places of the recorded states that lie on the line of a scene."""
    with np.errstate(over="ignore", invalid="ignore"):
        off = (run.x - scene.plane.points(scene.paths[""])) * scene.landscape.size
        reach = np.abs(run.x * scene.landscape.size).max(1) + float((scene.high - scene.low)[0])
        near = np.abs(off).max(1) <= OFF * reach
    return np.flatnonzero(near | (scene.landscape.fixed.size - scene.landscape.fixed.sum() <= 1))


def rolled(
    scene: Scene, run: Trajectory, costs: Array, on: NDArray[np.int64]
) -> tuple[Any, tuple[float, float] | None]:
    """Places of the states to draw on a curve of costs, of those on it, and where the run leaves the picture."""
    path, points = scene.paths[""][on], run.x[on]
    kept, exit_ = leaving(path, scene.low, scene.high)
    drawn = along_path(path[:kept], BALLS)
    if exit_ is None and kept == len(path):
        return on[drawn], None
    here = scene.landscape.values(points[kept - 1 : kept])[0]
    top = max(here, float(costs[finite(costs)].max())) + HEAD * float(np.ptp(costs[finite(costs)]))
    if kept == len(path) or exit_ is None:
        return on[drawn], (float(path[kept - 1, 0]), top)
    ahead = scene.landscape.values(points[kept : kept + 1])[0]
    rise, step = ahead - here, path[kept, 0] - path[kept - 1, 0]
    across = (exit_[0] - path[kept - 1, 0]) / step
    share = min(across, (top - here) / rise) if rise > 0 else across
    return on[drawn], (
        float(path[kept - 1, 0] + share * step),
        float(here + share * rise) if np.isfinite(rise) else top,
    )


def tangents_at(scene: Scene, run: Trajectory, places: tuple[int, ...]) -> Array:
    """Rows parameter, cost, slope at recorded states."""
    m = len(run)
    wrong = [i for i in places if not -m <= i < m]
    if wrong:
        raise UsageError(f"there is no recorded state {wrong[0]}: tangent goes from 0 to {m - 1}")
    if not places:
        return np.empty((0, 3))
    at = run.x[list(places)]
    slopes, where = scene.landscape.slopes(at) @ scene.plane.along[0], scene.plane.coordinates(at)
    near = 1e-6 * float((scene.high - scene.low)[0])
    rise = (scene.cost(where + near) - scene.cost(where - near)) / (2 * near)
    flat = AGREE * float(np.abs(rise).max(initial=0.0))
    known = np.abs(rise - slopes) <= AGREE * np.abs(slopes) + flat + 1e-300  # not so where an L1 penalty has a part
    rows: Array = np.column_stack((where[:, 0], scene.cost(where), slopes))[known]
    return rows


def lowest(cost: Callable[[Array], Array], at: Array, costs: Array) -> tuple[float, float] | None:
    """Lowest point of a curve, by successive refinement; None if it is at an end of the curve."""
    for look in range(CLOSER):
        i = int(np.where(finite(costs), costs, np.inf).argmin())
        if not 0 < i < len(at) - 1:
            if look == 0:
                return None
            break  # the interval is so small that rounding decides
        at = np.linspace(at[i - 1], at[i + 1], 41)
        costs = cost(at[:, None])
    i = int(np.where(finite(costs), costs, np.inf).argmin())
    return (float(at[i]), float(costs[i])) if finite(costs).all() else None
