"""CostCurveDisplay: the cost along one parameter, with the states of a descent on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ..drawing.contours import cramped
from ..drawing.edges import arrow, corner, margins
from ..drawing.style import COLOURS, DASHED, Picture, axes, finite, heading, legend, letters
from ..drawing.words import cost_below, cost_words, counted, distinct, number, sentences, share_words, verdict_words
from ..landscape.landscape import landscape_of
from ..landscape.scene import ends_of, lowest, rate_limit, rolled, scene_of, tangents_at
from ..landscape.track import UNTITLED, Caption, Track
from ..sources.runs import run_of

__all__ = ["CostCurveDisplay"]

POINTS = 401  # of the curve
HEAD = 0.06  # share of the height of the curve, above it
LENGTH = 0.16  # of a tangent, to each side, as a share of the picture
VISIBLE = 0.01  # share of the height of the curve from which a ball is visibly off it


class Curve(NamedTuple):
    """The cost (m,) along one parameter ``at`` (m,), and the parameter's name."""

    at: Array
    costs: Array
    name: str = "w"


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
    """The cost along one parameter, with the states of a run on it, with its minimum dashed.

    Parameters
    ----------
    curve : Curve
        The parameter and the cost, and the name of the parameter.
    track : Track
        The states that are drawn: their parameter, and their own cost.
    steps : (k,) array
        How many updates led to each.
    minimum : (parameter, cost) or None
        Lowest point of the curve, unless it is at its end.
    tangents : (q, 3) array
        Rows parameter, cost, slope.
    course : Course
        The learning rates, and where the run goes on where it leaves the picture.
    caption : Caption

    Attributes
    ----------
    at, costs, name : (m,) array, (m,) array, str
        From ``curve``.
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
    At most 60 states are drawn, evenly spaced along the path. A state whose other parameters differ from the answer
    lies above the curve. Cost: see `landscape_of`.

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
        self.at, self.costs, self.name = curve
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
            Name of the column or variable, or "intercept"; by default the coefficient that moved farthest.
        tangent : int or several
            Indices of recorded states whose tangents are drawn; negative ones count from the end.
        f : callable
            The function, for a run on a callable.
        classes : two labels
            See `landscape_of`.

        Raises
        ------
        UsageError
            If the rows do not fit the run, or there is no such parameter or state.
        """
        trajectory, known = run_of(fitted)
        given = {"sample_weight": sample_weight, "offset": offset, "f": f, "classes": classes or known}
        landscape = landscape_of(trajectory, X, y, **given)
        scene = scene_of({"": trajectory}, landscape, axes=1, parameters=None if parameter is None else [parameter])
        at = np.linspace(scene.low[0], scene.high[0], POINTS)
        costs, path = scene.cost(at[:, None]), scene.paths[""]
        drawn, leaves = rolled(scene, trajectory, costs)
        ends = ends_of(trajectory, landscape, int(drawn[-1]))
        beyond = tuple(path[drawn[-1] + 1 : drawn[-1] + 3, 0].tolist()) if leaves else ()
        return cls(
            curve=Curve(at, costs, scene.plane.labels[0]),
            track=Track(path[drawn, 0], landscape.values(trajectory.x[drawn]), ends, leaves, len(trajectory)),
            steps=trajectory.step[drawn],
            minimum=lowest(scene.cost, at, costs),
            tangents=tangents_at(scene, trajectory, (tangent,) if isinstance(tangent, int) else tuple(tangent)),
            course=Course(rate_limit(trajectory, landscape), _rate(trajectory), beyond),
            caption=Caption(landscape.cost, scene.plane.words, verdict_words(trajectory), landscape.note),
        )

    from_estimator = from_trajectory

    @property
    def finding(self) -> str:
        """First and last parameter, and the change of the cost."""
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

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        pairs = zip(self.states[[0, -1]], self.state_costs[[0, -1]], strict=True)
        ends = " to ".join(f"{at:.6g} (cost {cost:.6g})" for at, cost in pairs)
        least = "" if self.minimum is None else " Its minimum, {:.6g} at {:.6g}, is dashed.".format(*self.minimum[::-1])
        slopes = "".join(f" The tangent at {at:.6g} has slope {slope:.6g}." for at, _, slope in self.tangents)
        left = "" if self.leaves is None else " Then it leaves the picture."
        curve = f"Curve of the cost ({self.cost_name}) by {self.name}, from {self.at[0]:.6g} to {self.at[-1]:.6g}."
        path = f" Dots lead from {ends} in {int(self.steps[-1])} steps."
        return sentences(f"{curve}{path}{left}{least}{slopes}", self.words, self.verdict)

    def plot(self, ax: Any = None) -> CostCurveDisplay:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_ = ax, ax.figure
        size = letters(ax) / 10
        self.curve_ = ax.plot(self.at, self.costs, color=COLOURS[6], lw=1.6 * size, zorder=1)[0]
        low, high = self._limits()
        ax.set_xlim(self.at[0], self.at[-1])
        ax.set_ylim(low, high)
        self._balls(ax, size)
        self._least(ax)
        half = LENGTH * (self.at[-1] - self.at[0])
        self.tangents_ = [self._tangent(ax, row, half, (low, high)) for row in self.tangents]
        ax.set_xlabel(self.name)
        ax.set_ylabel(cost_words(self.cost_name))
        small = "; ".join(filter(None, self._small_words()))
        heading(ax, self.finding, *([] if cramped(ax) else [self.verdict, cost_below(self.cost_name), small]))
        if not cramped(ax):
            lines = (self.at, self.costs), (self.states, self.state_costs)
            legend(ax, loc=corner(ax, paths=[np.column_stack(line) for line in lines]))
        return self

    def _small_words(self) -> list[str]:
        over = "" if self.limit is None or self.leaves is not None else f"rates below {number(self.limit)} are stable"
        gap = self.state_costs - np.interp(self.states, self.at, self.costs)
        off = "balls above the curve: states with other values of the other parameters"
        shown = self.costs[finite(self.costs)]
        height = np.ptp(shown) if len(shown) else np.inf
        separate = (gap[finite(gap)] > VISIBLE * height).any()
        many = "" if self.leaves is not None else share_words(len(self.states), self.recorded, "states")
        return [self.words, off if separate else "", self.note, many, over]

    def _limits(self) -> tuple[float, float]:
        """Lowest and highest cost to draw."""
        values = np.concatenate((self.costs, self.state_costs))
        values = values[finite(values)]
        low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
        if not low <= high:
            raise UsageError("there is no finite cost to draw near the start of this run")
        return margins(low, high, HEAD, HEAD if self.leaves is None else 3.0 * HEAD)

    def _balls(self, ax: Any, size: float) -> None:
        colour = COLOURS[1]
        style = {"color": colour, "mec": "white", "mew": 0.4, "zorder": 3}
        ax.plot(self.states, self.state_costs, "-", color=colour, lw=0.7, alpha=0.6, zorder=2)
        self.balls_ = ax.plot(self.states, self.state_costs, "o", ms=4.5 * size, label="states", **style)[0]
        start = {"mfc": "white", "mec": colour, "mew": 1.4, "ls": "none", "zorder": 4}
        ax.plot(*self._end(0), "s", ms=6.5 * size, label=f"start, {number(float(self.states[0]))}", **start)
        self.leaves_ = None
        if self.leaves is None:
            ax.plot(*self._end(-1), "D", ms=6 * size, **{**style, "zorder": 4})
            return
        self.leaves_ = arrow(ax, self._end(-1), self.leaves, colour, 1.2)
        ax.plot([], [], color=colour, marker=r"$\rightarrow$", ls="none", ms=8 * size, label="leaves the picture")

    def _end(self, i: int) -> tuple[float, float]:
        return float(self.states[i]), float(self.state_costs[i])

    def _least(self, ax: Any) -> None:
        self.minimum_ = None
        if self.minimum is not None:
            at, cost = map(number, self.minimum)
            self.minimum_ = ax.axvline(self.minimum[0], label=f"minimum {cost} at {at}", zorder=1.5, **DASHED)

    def _tangent(self, ax: Any, row: Array, half: float, height: tuple[float, float]) -> Any:
        at, cost, slope = row
        steep = LENGTH * (height[1] - height[0]) / max(abs(slope), 1e-300)
        x = np.array([at - min(half, steep), at + min(half, steep)])
        label = f"tangent, slope {number(float(slope))}"
        return ax.plot(x, cost + slope * (x - at), color=COLOURS[2], lw=2, label=label, zorder=3.5)[0]


def _rate(run: Trajectory) -> float | None:
    """The learning rate of a run, if it was constant."""
    rates = run.learning_rate
    return float(rates[-1]) if len(rates) > 1 and (rates[1:] == rates[-1]).all() else None
