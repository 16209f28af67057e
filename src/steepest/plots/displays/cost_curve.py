"""CostCurveDisplay: the cost along a line through states of a descent, with these states on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ..drawing.descent_on_curve import descent_on_curve
from ..drawing.style import Picture
from ..drawing.words import distinct, number, sentences, verdict_words
from ..landscape.landscape import Landscape, landscape_of
from ..landscape.scene import Scene, along_step, ends_of, lowest, on_line, rate_limit, rolled, scene_of, tangents_at
from ..landscape.track import UNTITLED, Caption, Track
from ..sources.runs import run_of
from ..sources.states import reported

__all__ = ["CostCurveDisplay"]

POINTS = 401  # of the curve
MOST = 60  # states in line with a step
PAST = 0.005  # share of the width of the picture from which two points are separated


class Curve(NamedTuple):
    """The cost along a line.

    Attributes
    ----------
    at, costs : (m,) arrays
        One parameter, or the distance along a step; and the cost there.
    name : str
        Of the parameter or the distance.
    of : {"path", "step", "slice"}
        Whether all states of the run are on it, or two of a step and those in line with them, or the answer.
    lowest : str
        What its lowest point is called.
    least : float or None
        The minimum of the cost over all parameters, if it is known and this is a line through more.
    """

    at: Array
    costs: Array
    name: str = "w"
    of: str = "path"
    lowest: str = "minimum"
    least: float | None = None


class Course(NamedTuple):
    """How far the steps of a run go.

    Attributes
    ----------
    limit, rate : float or None
        Largest stable learning rate, if it is known, and the rate of this run.
    beyond : tuple of float
        The next values of the parameter, where the run leaves the picture.
    """

    limit: float | None = None
    rate: float | None = None
    beyond: tuple[float, ...] = ()


UNRATED = Course()


class CostCurveDisplay(Picture):
    """The cost along a line, with the states of a run that are on it, its lowest point dashed.

    With one free parameter the line is that parameter. With more it is the line of one step: the state before it, the
    tangent there, and the state after it. With a parameter by name it is a slice through the answer.

    Parameters
    ----------
    curve : Curve
        The cost at points of the line.
    track : Track
        The states that are drawn: their parameter, and their own cost.
    steps : (k,) array
        How many updates led to each.
    minimum : (parameter, cost) or None
        Lowest point of the curve, unless it is at its end.
    tangents : (q, 3) array, optional
        Rows parameter or distance, cost, slope.
    course : Course, default Course()
        The learning rates, and where the run goes on where it leaves the picture.
    caption : Caption, default Caption()
        Formula of the cost, what the line is, the verdict and a note.

    Attributes
    ----------
    at, costs, name, of, lowest, least : as in ``curve``
    states, state_costs, ends, leaves, recorded : points, costs, ends, leaves and number of states of ``track``
    limit, rate, beyond : as in ``course``
    cost_name, words, verdict, note : str
        From ``caption``.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    curve_, balls_, minimum_ : Matplotlib lines
    tangents_ : list of Matplotlib lines
    leaves_ : Matplotlib annotation or None
    finding, alt_text : str

    Notes
    -----
    At most 60 states are drawn, evenly spaced along the path; states off the line are not drawn. Cost: see
    `landscape_of`.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> x, y = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]], [4.0, 3, 7, 7, 8, 10, 8, 11]
    >>> slope = GDRegressor(fixed=("intercept",), start=(0.0, 2.6), learning_rate=0.001, max_iter=1000, tol=None)
    >>> CostCurveDisplay.from_estimator(slope.fit(x, y), x, y).minimum[0].__round__(6)
    0.845333
    """

    def __init__(
        self,
        *,
        curve: Curve,
        track: Track,
        steps: NDArray[np.int64],
        minimum: tuple[float, float] | None = None,
        tangents: Array | None = None,
        course: Course = UNRATED,
        caption: Caption = UNTITLED,
    ) -> None:
        self.at, self.costs, self.name, self.of, self.lowest, self.least = curve
        self.states, self.state_costs, self.ends = track.points, track.costs, track.both_ends
        self.leaves, self.recorded = track.leaves, track.of
        self.steps, self.minimum = steps, minimum
        self.tangents = np.empty((0, 3)) if tangents is None else tangents
        self.limit, self.rate, self.beyond = course
        self.cost_name, self.words, self.verdict, self.note = caption

    @classmethod
    def from_trajectory(
        cls,
        fitted: object,
        X: Any = None,
        y: Any = None,
        *,
        parameter: str | None = None,
        step: int | None = None,
        tangent: int | Sequence[int] = (),
        f: object = None,
        sample_weight: Any = None,
        offset: Any = None,
        classes: object = None,
    ) -> CostCurveDisplay:
        """From a run of a fit, with its rows, or of `minimize`; ``from_estimator`` is the same.

        Parameters
        ----------
        fitted : Trajectory, or an estimator that has one
            With one target or two classes.
        X, y, sample_weight, offset : as given to ``fit``
        parameter : str, optional
            Name of the column or variable, or "intercept": a slice through the answer; by default the only one that is
            free.
        step : int, optional
            Number of the step along which the cost is drawn; by default the first that moves, if more than one
            parameter is free.
        tangent : int or several, default ()
            Indices of recorded states whose tangents are drawn; negative ones count from the end.
        f : callable, optional
            The function, for a run on a callable.
        classes : two labels, optional
            See `landscape_of`.

        Raises
        ------
        UsageError
            If the rows do not fit the run, or there is no such parameter or state.
        """
        trajectory, known = run_of(fitted)
        given = {"sample_weight": sample_weight, "offset": offset, "f": f, "classes": classes or known}
        landscape = landscape_of(trajectory, X, y, **given)
        scene, of = _line(trajectory, landscape, parameter, step)
        at = np.linspace(scene.low[0], scene.high[0], POINTS)
        costs, path = scene.cost(at[:, None]), scene.paths[""]
        on = _drawable(scene, trajectory, of)
        drawn, leaves = rolled(scene, trajectory, costs, on)
        ends = ends_of(trajectory, landscape, int(drawn[-1]), int(drawn[0]))
        beyond = tuple(path[drawn[-1] + 1 : drawn[-1] + 3, 0].tolist()) if leaves else ()
        places = (tangent,) if isinstance(tangent, int) else tuple(tangent)
        least = landscape.least if of != "path" and landscape.convex else None
        return cls(
            curve=Curve(at, costs, scene.plane.labels[0], of, landscape.lowest, least),
            track=Track(path[drawn, 0], scene.cost(path[drawn]), ends, leaves, len(on)),
            steps=trajectory.step[drawn],
            minimum=lowest(scene.cost, at, costs),
            tangents=tangents_at(scene, trajectory, places or ((int(drawn[0]),) if of == "step" else ())),
            course=Course(rate_limit(trajectory, landscape), _rate(trajectory), beyond),
            caption=Caption(
                landscape.cost, scene.plane.words, verdict_words(trajectory, landscape.least), landscape.note
            ),
        )

    from_estimator = from_trajectory

    @property
    def finding(self) -> str:
        """First and last parameter, and the change of the cost; of a step, what it does to the cost."""
        if self.of == "step":
            return self._stepped()
        if self.of == "slice":
            where, cost = number(float(self.states[-1])), number(self.ends[1])
            lowest = "" if self.minimum is None else f"; the lowest of this slice is {number(self.minimum[1])}"
            return f"At {self.name} = {where}, after {counted(int(self.steps[-1]), 'step')}, the cost is {cost}{lowest}"
        first, last, steps = number(float(self.states[0])), number(float(self.states[-1])), int(self.steps[-1])
        if self.leaves is not None:
            on = (*self.states[-2:], *self.beyond)[-3:]
            limit = "" if self.limit is None else f" (rate {number(self.rate or 0)}, limit {number(self.limit)})"
            turns = len(on) < 3 or (on[1] - on[0]) * (on[2] - on[1]) < 0
            what = "Every step overshoots" if turns else "The steps leave the picture"
            return f"{what}: {' → '.join(map(number, on))}{limit}"
        before, after = self.ends
        old, new = distinct(before, after)
        moved = f"{'falls' if after < before else 'rises'} from {old} to"
        went = f"the cost {'stays at' if after == before else moved} {new}"
        return f"From {first} to {last} in {counted(steps, 'step')}: {went}"

    def _stepped(self) -> str:
        i = min(1, len(self.states) - 1)
        before, after = distinct(float(self.state_costs[0]), float(self.state_costs[i]))
        which = f"Step {int(self.steps[i]):,}"
        if not self.state_costs[i] < self.state_costs[0]:
            return f"{which} overshoots: the cost rises from {before} to {after}"
        past = self.minimum is not None and self.states[i] > self.minimum[0] + PAST * np.ptp(self.at)
        there = self.minimum is not None and abs(self.states[i] - self.minimum[0]) <= PAST * np.ptp(self.at)
        where = (
            ", to the lowest point of its line" if there else ", beyond the lowest point of its line" if past else ""
        )
        return f"{which} lowers the cost from {before} to {after}{where}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        pairs = zip(self.states[[0, -1]], self.state_costs[[0, -1]], strict=True)
        ends = " to ".join(f"{number(at, 6)} (cost {number(cost, 6)})" for at, cost in pairs)
        least = ""
        if self.minimum is not None:
            at, cost = (number(value, 6) for value in self.minimum)
            least = f" Its {self.lowest if self.of == 'path' else 'lowest point'}, {cost} at {at}, is dashed."
        slopes = "".join(f" The tangent at {number(at, 6)} has slope {number(s, 6)}." for at, _, s in self.tangents)
        left = "" if self.leaves is None else " Then it leaves the picture."
        low, high = number(self.at[0], 6), number(self.at[-1], 6)
        curve = f"Curve of the cost ({self.cost_name}) by {self.name}, from {low} to {high}."
        many = counted(int(self.steps[-1] - self.steps[0]), "step")
        path = (
            f" Dots lead from {ends} in {many}."
            if len(self.states) > 1
            else f" A dot is at {ends.partition(' to ')[0]}."
        )
        return sentences(f"{curve}{path}{left}{least}{slopes}", self.words, self.verdict)

    def plot(self, ax: Any = None) -> CostCurveDisplay:
        """Draw."""
        descent_on_curve(self, ax)
        return self


def _line(run: Trajectory, landscape: Landscape, parameter: str | None, step: int | None) -> tuple[Scene, str]:
    """The line of the picture, and which of the states are on it."""
    if parameter is not None and step is not None:
        raise UsageError("the cost is drawn along a parameter or along a step: give one of the two")
    alone = int((~landscape.fixed).sum()) <= 1
    moved = bool((run.x[-1] != run.x[0]).any())
    if step is not None or (parameter is None and not alone and moved):
        return along_step(run, landscape, step), "step"
    wanted = None if parameter is None else [parameter]
    scene = scene_of({"": run}, landscape, axes=1, parameters=wanted)
    return scene, "path" if alone or not moved else "slice"


def _drawable(scene: Scene, run: Trajectory, of: str) -> NDArray[np.int64]:
    """Places of the states to draw: all, the answer, or those of a step and the next ones in line with it."""
    if of == "slice":
        return np.array([reported(run)])
    on = on_line(scene, run)
    if of == "path":
        return on
    first = int((run.x == scene.plane.origin).all(1).argmax())
    on = on[on >= first]
    return on[: min(MOST, int(np.argmax(np.append(np.diff(on), 2) > 1)) + 1)]


def _rate(run: Trajectory) -> float | None:
    """The learning rate of a run, if it was constant."""
    rates = run.learning_rate
    return float(rates[-1]) if len(rates) > 1 and (rates[1:] == rates[-1]).all() else None
