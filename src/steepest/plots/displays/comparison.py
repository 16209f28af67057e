"""ComparisonDisplay: the costs of several runs by step, by epoch or by time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ...solve.comparison import Comparison
from ..drawing.edges import arrow, leaves_at
from ..drawing.ends import End, name_ends
from ..drawing.multiples import Around, fits, multiples
from ..drawing.style import COLOURS, DASHED, DASHES, axes, finite, heading
from ..drawing.thinning import envelope
from ..drawing.words import cost_below, cost_words, listed, number, share_words
from ..sources.runs import cost_of, least_of, status_of
from ..sources.states import stood
from .courses import OnCommonAxes

__all__ = ["ComparisonDisplay"]

UNITS = {
    "step": ("step", "steps"),
    "epoch": ("epochs (passes over the data)", "epochs"),
    "seconds": ("time (seconds)", "seconds"),
}  # on the axis, and counted
DECADES = 2.5  # of cost above the minimum, from which the excess is drawn by default, on a logarithmic scale
MANY = 8  # runs from which each has a picture of its own
PALE = "#C4C4C4"  # of the other runs there
DOWN = 0.99  # share of the decrease to the minimum at which runs are compared
CLOSE = 1e-6  # share of the decrease within which two final costs count as equal
SMALL = 200  # points of a pale run


class Course(NamedTuple):
    """The costs (m,) of a run ``along`` its steps, epochs or seconds (m,), and its status."""

    along: Array
    costs: Array
    status: str = ""


class ComparisonDisplay(OnCommonAxes):
    """Costs of several runs on one problem, each named at its end; runs that diverge leave at the top.

    Eight runs or more are drawn in a small picture each, with the others pale behind them. Cost: O(m) for m costs.

    Parameters
    ----------
    courses : dict from label to Course
        Costs and status of each run.
    by : {"step", "epoch", "seconds"}, default "step"
        What the horizontal axis counts.
    least : float or None
        The minimum cost, if it is known.
    excess : bool, default False
        Whether the excess over the minimum is drawn, on a logarithmic scale.
    cost_name, note : str, default ""
        Formula of the cost, and a note.
    log_steps : bool, optional
        Whether the horizontal axis is logarithmic; by default if a divergent run would leave too soon to be seen.

    Attributes
    ----------
    along, costs, statuses : dicts from label to (m,) array, (m,) array and str, from ``courses``
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    lines_, arrows_ : dicts from label to Matplotlib line, and to an annotation where the run diverges
    finding, alt_text : str

    Examples
    --------
    >>> from steepest import minimize
    >>> runs = {str(rate): minimize("(x-3)**2+2", 6, learning_rate=rate, steps=20) for rate in (0.02, 0.3, 1.1)}
    >>> ComparisonDisplay.from_trajectories(runs).finding
    'Of 3 runs 0.3 is fastest: 99 % of the decrease after 3 steps; 1.1 diverges'
    """

    lines_: dict[str, Any]
    arrows_: dict[str, Any]

    def __init__(
        self,
        *,
        courses: Mapping[str, Course],
        by: str = "step",
        least: float | None = None,
        excess: bool = False,
        cost_name: str = "",
        note: str = "",
        log_steps: bool | None = None,
    ) -> None:
        self.along = {label: course.along for label, course in courses.items()}
        self.costs = {label: course.costs for label, course in courses.items()}
        self.statuses = {label: course.status for label, course in courses.items()}
        self.by, self.least, self.excess, self.cost_name, self.note = by, least, excess, cost_name, note
        self.log_steps = log_steps

    @classmethod
    def from_trajectories(
        cls,
        runs: Mapping[str, Trajectory],
        *,
        by: str = "step",
        excess: bool | None = None,
        least: float | None = None,
        note: str = "",
        log_steps: bool | None = None,
    ) -> ComparisonDisplay:
        """From runs by their labels.

        Parameters
        ----------
        runs : dict from label to Trajectory
            Runs on one problem.
        by : {"step", "epoch", "seconds"}, default "step"
            Horizontal axis.
        excess : bool, optional
            Whether the excess over the minimum is drawn, on a logarithmic scale; by default if it spans a factor of
            300.
        least : float, optional
            The minimum cost; by default that of an exact solution or of a run that converged.
        note : str, default ""
            A note for the line below the title.
        log_steps : bool, optional
            As for the class.

        Raises
        ------
        UsageError
            If there is no run, a run has no cost or another cost than the others, or ``least`` is needed and unknown.
        """
        if by not in UNITS:
            raise UsageError(f"by must be one of {', '.join(UNITS)}, not {by!r}")
        name, known = cost_of(runs), least_of(runs) if least is None else float(least)
        if excess and known is None:
            raise UsageError("the minimum cost is not known, as no run converged: give it as least, or excess=False")
        found = cls(
            courses={label: Course(stood(run, by), run.cost, status_of(run)) for label, run in runs.items()},
            by=by,
            least=known,
            excess=known is not None,
            cost_name=name,
            note=note,
            log_steps=log_steps,
        )
        found.excess = found.excess and (found._spread() > DECADES if excess is None else excess)
        return found

    @classmethod
    def from_comparison(
        cls, comparison: Comparison, *, by: str = "step", excess: bool | None = None, least: float | None = None
    ) -> ComparisonDisplay:
        """From a result of `steepest.compare`: ``from_trajectories`` of its runs by their labels.

        Parameters
        ----------
        comparison : Comparison
            What it returns.
        by, excess, least : as of `from_trajectories`
        """
        runs = dict(zip(comparison.labels, comparison.trajectories, strict=True))
        return cls.from_trajectories(runs, by=by, excess=excess, least=least)

    @property
    def finding(self) -> str:
        """Which run is fastest, and which diverge."""
        diverging = f"; {listed(self.diverged)} diverge{'s' * (len(self.diverged) == 1)}" if self.diverged else ""
        sound = [label for label in self.costs if label not in self.diverged]
        if not sound:
            return f"All {len(self.costs)} runs diverge" if len(self.costs) > 1 else f"{self.diverged[0]} diverges"
        down = {label: self.reached(label) for label in sound}
        first, lowest = min(down, key=lambda label: down[label]), min(sound, key=lambda label: self.costs[label][-1])
        runs = f"Of {len(self.costs)} runs " if len(self.costs) > 1 else ""
        if np.isfinite(down[first]):
            count = counted(down[first], "step")
            if self.by != "step":
                count = f"{number(down[first], 3)} {UNITS[self.by][1]}"
            ending = diverging or (f"; {lowest} ends lowest" if self._ends_lower(lowest, first) else "")
            return f"{runs}{first} is fastest: {DOWN * 100:.0f} % of the decrease after {count}{ending}"
        return f"{runs}{lowest} ends lowest, at {number(float(self.costs[lowest][-1]))}{diverging}"

    def _ends_lower(self, label: str, other: str) -> bool:
        """Whether one run ends lower than another by more than rounding."""
        start, end, than = self.costs[label][0], self.costs[label][-1], self.costs[other][-1]
        return bool(than - end > CLOSE * (start - end))

    def reached(self, label: str) -> float:
        """When a run first had 99 % of the decrease to the minimum; infinite if never.

        Parameters
        ----------
        label : str
            Of the run.
        """
        costs = self.costs[label]
        sound = [c[finite(c)].min(initial=np.inf) for c in self.costs.values()]
        least = min(sound) if self.least is None else self.least
        there = costs <= least + (1 - DOWN) * (costs[0] - least)
        return float(self.along[label][there.argmax()]) if there.any() else np.inf

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        what = "the cost above the minimum, on a logarithmic scale," if self.excess else "the cost"
        parts = [
            f"{label}: {costs[0]:.6g} at the start, {costs[-1]:.6g} at {self.by} {self.along[label][-1]:.6g}"
            f"{', ' + self.statuses[label] if self.statuses[label] else ''}."
            for label, costs in self.costs.items()
        ]
        least = "" if self.least is None else f"The minimum cost is {self.least:.6g}."
        runs = "one run" if len(self.costs) == 1 else f"{len(self.costs)} runs"
        head = f"Line chart of {what} ({self.cost_name}) of {runs} by {self.by}."
        return " ".join(filter(None, [head, *parts, least, self.note]))

    def plot(self, ax: Any = None) -> ComparisonDisplay:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, self.lines_, self.arrows_ = ax, ax.figure, {}, {}
        logarithmic = self._gone_early() if self.log_steps is None else self.log_steps
        x = UNITS[self.by][0] + (" (logarithmic)" if logarithmic else "")
        y = cost_words(self.cost_name, "cost above the minimum" if self.excess else "cost")
        if len(self.costs) >= MANY and fits(ax):
            self._small(ax, logarithmic, Around(self.finding, x, y, self.note))
            return self
        self._scales(ax, logarithmic)
        left_out = sum(self._run(ax, i, label) for i, label in enumerate(self.costs))
        self._name(ax)
        ax.set(xlabel=x, ylabel=y)
        points = sum(map(len, self.costs.values()))
        heading(ax, self.finding, self.note, cost_below(self.cost_name), share_words(points - left_out, points))
        return self

    def _scales(self, ax: Any, logarithmic: bool) -> None:
        high = self._positive() and (self.diverged or self._spread() > DECADES)
        ax.set_yscale("log" if self.excess or high else "linear")
        if logarithmic:
            ax.set_xscale("symlog", linthresh=1.0)
        last = max((float(x[-1]) for x in self.along.values()), default=1.0)
        ax.set_xlim(0.0, last or 1.0)
        ax.set_ylim(*self._heights(ax.get_yscale() == "log"))
        if self.least is not None and not self.excess:
            ax.axhline(self.least, **DASHED)

    def _small(self, ax: Any, logarithmic: bool, around: Around) -> None:
        """A small picture of each run, with the others pale behind it."""
        for label, panel in multiples(ax, list(self.costs), around).items():
            self._scales(panel, logarithmic)
            for other in self.costs:
                if other != label:
                    x, y = self.along[other], self.drawn_costs(other)
                    kept = envelope(y, SMALL)
                    panel.plot(x[kept], np.minimum(y[kept], 1e200), color=PALE, lw=0.7, zorder=1)
            self._run(panel, int(label in self.diverged), label, dash="-")

    def _name(self, ax: Any) -> None:
        ends = [self._end(ax, i, label) for i, label in enumerate(self.costs)]
        if self.least is not None and not self.excess:
            ends.append(End(ax.get_xlim()[1], self.least, f"minimum {number(self.least)}", "#000000"))
        ahead = [end for end in ends if any(end.text.partition(":")[0] == label for label in self._told())]
        name_ends(ax, [*ahead, *(end for end in ends if end not in ahead)])

    def _told(self) -> list[str]:
        return [label for label in self.costs if label in self.finding]

    def _end(self, ax: Any, i: int, label: str) -> End:
        """Name of a run at its last point inside the picture."""
        x, y, top = self.along[label], self.drawn_costs(label), ax.get_ylim()[1]
        last = max(leaves_at(~(y > top)) - 1, 0)
        height = top if last < len(y) - 1 else float(y[last])
        return End(float(x[last]), min(height, top), self._label(label), COLOURS[i % len(COLOURS)])

    def _run(self, ax: Any, i: int, label: str, dash: Any = None) -> int:
        """Draw one run up to the edge; how many points of it are left out."""
        x, y, top = self.along[label], self.drawn_costs(label), ax.get_ylim()[1]
        last = leaves_at(~(y > top))
        kept = envelope(y[:last]) if last else np.arange(0)
        colour = COLOURS[i % len(COLOURS)]
        style: dict[str, Any] = {"color": colour, "ls": dash or DASHES[i % len(DASHES)], "lw": 1.6}
        (self.lines_[label],) = ax.plot(x[kept], y[kept], label=self._label(label), **style)
        if 0 < last < len(y):
            start = (x[last - 1], y[last - 1])
            share = _crossing(start[1], float(y[last]), top, ax.get_yscale() == "log")
            self.arrows_[label] = arrow(ax, start, (start[0] + share * (x[last] - start[0]), top), colour)
        return last - len(kept)

    def _label(self, label: str) -> str:
        return f"{label}: diverged" if label in self.diverged else label


def _crossing(start: float, end: float, top: float, logarithmic: bool) -> float:
    """Fraction of a segment at which it crosses the top."""
    end = min(end, 1e150)
    if logarithmic:
        start, end, top = np.log10([start, end, top])
    return float((top - start) / (end - start))
