"""LearningRateDisplay: the result of each learning rate, with the stability limit marked on the axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ...solve.learning_rate_finder import RangeTest
from ..drawing.style import COLOURS, DASHED, Picture, axes, finite, heading, legend_beside, letters
from ..drawing.words import listed, number
from ..sources.runs import cost_of, least_of, limit_of, rule_of, spread, status_of

__all__ = ["LearningRateDisplay"]

DECADES = 1.5  # of values, from which a scale is logarithmic
SHOWN = {"steps": "steps to 99.9 % of the decrease", "cost": "cost after the last step"}
DOWN = 1e-3  # share of the first excess over the minimum that counts as converged
HALF = 0.5  # of the limit, where each step goes to the minimum along the most curved direction
ZONES = ("#E3EDF6", "#E4F3E9", "#FBE7DC")  # tints of rates that are small, near the fastest, and beyond the limit
RUG = 0.955  # height of the marks of runs that did not get there
TURNING = ("oscillating", "cycling")
CUT = 1.5  # multiple of the first cost above which a range test is not drawn


class LearningRateDisplay(Picture):
    """Cost, or number of steps, against the learning rate on a logarithmic axis.

    Cost: O(m) for m rates; the rows are not read.

    Parameters
    ----------
    rates : (m,) array
        Learning rates, ascending.
    values : (m,) array
        The result of each rate; infinite or NaN if there is none.
    diverged : (m,) array of bool
        Whether the run of each rate diverged.
    limit : float or None
        Largest stable learning rate, see `steepest.stability_limit`.
    suggestion : float or None
        A rate to begin with.
    value_name, note : str, default ""
        Meaning of the values, and a note.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    line_ : Matplotlib line
    steps : int or None
        Number of steps that the longest run had, where values are numbers of steps.
    rules : tuple of str
        Rules of the rates; if there are several, none of the rates is called the best.
    finding, alt_text : str

    Examples
    --------
    >>> from steepest import minimize
    >>> rates = (0.01, 0.1, 0.4, 0.9, 1.1)
    >>> runs = [minimize("(x-3)**2+2", 6, learning_rate=rate, steps=400) for rate in rates]
    >>> LearningRateDisplay.from_trajectories(runs, limit=1.0).values.tolist()
    [171.0, 16.0, 3.0, 16.0, inf]
    """

    steps: int | None = None
    rules: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        rates: Array,
        values: Array,
        diverged: NDArray[np.bool_],
        limit: float | None = None,
        suggestion: float | None = None,
        value_name: str = "",
        note: str = "",
    ) -> None:
        self.rates, self.values, self.diverged, self.limit = rates, values, diverged, limit
        self.suggestion, self.value_name, self.note = suggestion, value_name, note

    @classmethod
    def from_range_test(cls, found: RangeTest, *, limit: float | None = None) -> LearningRateDisplay:
        """From a result of `steepest.find_learning_rate`.

        Parameters
        ----------
        found : RangeTest
            What `steepest.find_learning_rate` returns.
        limit : float, optional
            Largest stable learning rate, see `steepest.stability_limit`.
        """
        over = np.asarray(found.costs) > CUT * found.costs[0] if len(found.costs) else np.zeros(0, bool)
        return cls(
            rates=found.rates,
            values=found.costs,
            diverged=over,
            limit=limit,
            suggestion=found.suggestion,
            value_name="cost after a step at this rate",
            note=found.reason,
        )

    @classmethod
    def from_trajectories(
        cls,
        runs: Mapping[Any, Trajectory] | list[Trajectory],
        *,
        show: str | None = None,
        limit: float | None = None,
        least: float | None = None,
    ) -> LearningRateDisplay:
        """From runs with a constant learning rate each.

        Parameters
        ----------
        runs : list of Trajectory, or dict of them
            Each with one constant rate.
        show : {"steps", "cost"}, optional
            Steps until 99.9 % of the decrease to the minimum, or the cost after the last step; by default steps, if a
            run gets so far.
        limit : float, optional
            Largest stable learning rate; by default that of plain steps, where the runs allow to compute it.
        least : float, optional
            The minimum cost; by default that of an exact solution or of a run that converged.

        Raises
        ------
        UsageError
            If a run has no cost or no constant rate, or the minimum needed to count steps is unknown.
        """
        if show is not None and show not in SHOWN:
            raise UsageError(f"show must be one of {', '.join(SHOWN)}, not {show!r}")
        found = dict(runs) if isinstance(runs, Mapping) else dict(enumerate(runs))
        name, known = cost_of(found), least_of(found) if least is None else float(least)
        if show == "steps" and known is None:
            raise UsageError("no run converged, so the minimum cost is not known: give it as least, or show='cost'")
        ordered = sorted(found.values(), key=_rate)
        costs, steps = np.array([run.cost[-1] for run in ordered]), np.full(len(ordered), np.inf)
        if known is not None:
            steps = np.array([_steps(run, known) for run in ordered])
        show = show or ("steps" if np.isfinite(steps).any() else "cost")
        turning = [number(_rate(run)) for run in ordered if status_of(run) in TURNING]
        made = cls(
            note=f"oscillating or cycling: the runs at {listed(turning)}" if turning else "",
            rates=np.array([_rate(run) for run in ordered]),
            values=steps if show == "steps" else costs,
            diverged=np.array([status_of(run) == "diverged" for run in ordered]),
            limit=limit_of(found.values()) if limit is None else limit,
            value_name=SHOWN[show] if show == "steps" else f"{SHOWN[show]}: {name}",
        )
        made.steps = max(int(run.step[-1]) for run in ordered) if show == "steps" else None
        made.rules = tuple(dict.fromkeys(map(rule_of, ordered)))
        return made

    @property
    def _sound(self) -> NDArray[np.bool_]:
        return finite(self.values) & ~self.diverged

    @property
    def _late(self) -> NDArray[np.bool_]:
        """Rates that neither diverged nor got there."""
        return ~self._sound & ~self.diverged

    @property
    def best(self) -> float | None:
        """The rate with the smallest value, if there is one."""
        return float(self.rates[self._sound][self.values[self._sound].argmin()]) if self._sound.any() else None

    @property
    def finding(self) -> str:
        """The best rate, and the limit above which runs diverge."""
        if self.suggestion is not None:
            best = f"A learning rate to begin with is {number(self.suggestion)}"
        elif len(self.rules) > 1:
            best = f"Learning rates of {listed(self.rules)}, which are not compared"
        elif self.best is not None:
            which = "is best" if self.steps is not None else "ends lowest"
            best = f"Of {len(self.rates)} learning rates {number(self.best)} {which}"
        else:
            steps = self.value_name == SHOWN["steps"] and not self.diverged.all()
            failed = "reaches 99.9 % of the decrease" if steps else "converges"
            best = f"None of {len(self.rates)} learning rates {failed}"
        if self.limit is None:
            return best
        if self.diverged.any() and np.array_equal(self.diverged, self.rates > self.limit):
            return f"{best}; beyond {number(self.limit)} all diverge"
        return f"{best}; the stability limit is {number(self.limit)}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        sound = self._sound
        low, high = number(self.rates[0], 6), number(self.rates[-1], 6)
        ends, least = f"Chart of {self.value_name} by learning rate, from {low} to {high}.", ""
        if self.best is not None:
            least = f"The minimum, {number(self.values[sound].min(), 6)}, is at {number(self.best, 6)}."
        late = int(self._late.sum())
        beyond = f"{counted(late, 'rate')} did not get there in {self.steps:,} steps." if late and self.steps else ""
        count = int(self.diverged.sum())
        diverging = f"Triangles mark {counted(count, 'rate')} at which the run diverged." if count else ""
        limit = "" if self.limit is None else f"The stability limit, {number(self.limit, 6)}, is a dashed line."
        return " ".join(filter(None, [ends, least, beyond, diverging, limit, self.note]))

    def plot(self, ax: Any = None) -> LearningRateDisplay:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, sound = ax, ax.figure, self._sound
        (self.line_,) = ax.plot(self.rates[sound], self.values[sound], "o-", color=COLOURS[0], ms=3, lw=1.4)
        ax.set_xscale("log")
        ax.set_yscale("log" if spread(self.values[sound]) > DECADES else "linear")
        ax.set_xlim(*self._ends())
        low, high = ax.get_ylim() if sound.any() else (0.0, 1.0)
        low = 0.0 if self.steps is not None and ax.get_yscale() == "linear" else low  # a count
        logarithmic = ax.get_yscale() == "log"
        ax.set_ylim(low, high * (high / low) ** 0.25 if logarithmic else high + 0.25 * (high - low))
        self._zones(ax)
        self._rug(ax, self.diverged, "^", COLOURS[1], "diverged")
        steps = "" if self.steps is None else f" in {counted(self.steps, 'step')}"
        self._rug(ax, self._late, "v", COLOURS[6], f"not there{steps}" if steps else "no value")
        if self.limit is not None:
            ax.axvline(self.limit, label=f"stability limit {number(self.limit)}", **DASHED)
        if self.suggestion is not None:
            ax.axvline(self.suggestion, color=COLOURS[2], ls="-.", lw=1.4, label=f"suggested {number(self.suggestion)}")
        ax.set_xlabel("learning rate (logarithmic)")
        ax.set_ylabel(self.value_name)
        heading(ax, self.finding, self.note)
        legend_beside(ax)
        return self

    def _ends(self) -> tuple[float, float]:
        """Lowest and highest rate to draw."""
        known = np.append(self.rates, [] if self.limit is None else [self.limit])
        room = float(known.max() / known.min()) ** 0.06 if known.max() > known.min() else 2.0
        return float(known.min()) / max(room, 1.1), float(known.max()) * max(room, 1.1)

    def _zones(self, ax: Any) -> None:
        """Tints of the rates below half of the limit, up to it, and beyond."""
        if self.limit is None or len(self.rules) > 1:
            return
        left, right = ax.get_xlim()
        edges = np.clip([left, HALF * self.limit, self.limit, right], left, right)
        for low, high, tint in zip(edges[:-1], edges[1:], ZONES, strict=True):
            ax.axvspan(low, high, color=tint, lw=0, zorder=0)

    def _rug(self, ax: Any, some: NDArray[np.bool_], mark: str, colour: str, words: str) -> None:
        """Marks at the top for rates without a value."""
        if some.any():
            place = {"transform": ax.get_xaxis_transform(), "clip_on": False, "ls": "none"}
            at = np.full(int(some.sum()), RUG)
            ax.plot(self.rates[some], at, mark, color=colour, ms=0.6 * letters(ax), label=words, **place)


def _rate(run: Trajectory) -> float:
    """The constant learning rate of a run."""
    rates = run.learning_rate[1:]
    if not len(rates) or np.ptp(rates) > 1e-9 * abs(rates[0]):
        raise UsageError("a picture over learning rates needs runs with one constant rate each, and at least one step")
    return float(rates[0])


def _steps(run: Trajectory, least: float) -> float:
    """Steps until the excess over the minimum counts as converged; infinite if it never does."""
    there = run.cost - least <= DOWN * (run.cost[0] - least)
    return float(run.cost_step[there.argmax()]) if there.any() else np.inf
