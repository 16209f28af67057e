"""TangentDisplay: slopes of a function as rise over run, as limits of secants, and along a descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ...objective.functions.formula import Formula
from ..drawing.curve import STANDING, Curve, Tangents, Walk
from ..drawing.edges import arrow, leaves_at, near_heights
from ..drawing.legends import clear_legend
from ..drawing.secant import Secant
from ..drawing.style import COLOURS, DASHED, DASHES, MARKERS, Picture, axes, finite, heading, letters
from ..drawing.thinning import along_path
from ..drawing.words import listed, number, sentences, share_words, verdict_words
from ..landscape.landscape import landscape_of
from ..landscape.plane import window
from ..sources.curves import CURVE, around, curve_of
from ..sources.function_input import Drawn, drawn, numbers
from ..sources.slopes import slopes_at

__all__ = ["TangentDisplay"]

MOST = 4  # tangents of a run, secants in the legend
LENGTH = 0.22  # of a tangent, to each side, as a share of the picture


class TangentDisplay(Picture):
    """A function of one variable with its slopes: tangents, secants with rise and run, or the steps of a descent.

    Cost: some 400 values of the function, and a slope at each point.

    Parameters
    ----------
    curve : Curve
        The function.
    tangents : Tangents
        Points of the tangents, values and slopes there.
    secants : sequence of Secant, default ()
        Each with x, run, height, rise and slope.
    walk : Walk, default Walk()
        The steps of a descent.

    Attributes
    ----------
    x, y, function, name, poles, at, heights, slopes, sides, steps, optimum, verdict : as in ``curve``, ``tangents``,
    ``walk``
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    curve_, steps_ : Matplotlib line, line or None
    tangents_, secants_ : lists of Matplotlib lines
    finding, alt_text : str

    Examples
    --------
    >>> TangentDisplay.from_function("x**2", at=2, dx=2).finding
    'The slope of x² between 2 and 4 is 12 / 2 = 6'
    >>> TangentDisplay.from_function("(x-3)**2+2", at=(6, 4, 3)).slopes.tolist()
    [6.0, 2.0, 0.0]
    """

    steps_: Any

    def __init__(
        self,
        *,
        curve: Curve,
        tangents: Tangents,
        secants: Sequence[Secant] = (),
        walk: Walk = STANDING,
    ) -> None:
        self.x, self.y, self.function, self.name, self.poles = curve
        self.at, self.heights, self.slopes, found = tangents
        self.sides = np.column_stack((self.slopes, self.slopes)) if found is None else found
        self.secants = tuple(secants)
        self.steps, self.optimum, self.verdict = walk

    @classmethod
    def from_function(
        cls, f: str | Formula | Callable[..., Any], *, at: ArrayLike, dx: ArrayLike | None = None
    ) -> TangentDisplay:
        """From a formula or callable of one variable, at one point or several.

        Parameters
        ----------
        f : str, Formula or callable
            A callable takes a number and returns one.
        at : number or sequence of numbers
            Points of the tangents.
        dx : number or sequence of numbers other than 0, optional
            Runs of secants. One run: a triangle of rise and run in place of each tangent. Several: the secants at each
            point, which converge to the tangent as the run shrinks.

        Raises
        ------
        UsageError
            If a number is invalid, f has several variables, or no finite value or slope at a point.
        """
        points, runs = numbers(at, "at"), numbers(() if dx is None else dx, "dx")
        if not len(points) or (runs == 0).any():
            raise UsageError("dx must be other than 0" if len(points) else "at needs a number, or several")
        if len(np.unique(runs)) < len(runs):
            raise UsageError("dx must be different numbers: one is there twice")
        shown = drawn(f, ("x",))
        places = np.concatenate((points, *(points + run for run in runs)))
        heights, x = shown.sound(places[:, None]), around(places)
        n = len(points)
        starts = list(zip(points.tolist(), heights[:n].tolist(), strict=True))
        ends = iter(heights[n:].tolist())
        secants = [Secant(p, run, height, next(ends) - height) for run in runs.tolist() for p, height in starts]
        slopes, both = slopes_at(shown, points, float(np.ptp(x)))
        return cls(
            curve=curve_of(shown, x),
            tangents=Tangents(points, heights[:n], slopes, both),
            secants=secants,
        )

    @classmethod
    def from_trajectory(cls, trajectory: Trajectory, *, f: object = None) -> TangentDisplay:
        """From a run of `minimize` on a function of one variable: its steps, and the tangents at the first few.

        Parameters
        ----------
        trajectory, f : Trajectory, callable or None, default None
            What `steepest.minimize` returns, and the function, for a run on a callable.

        Raises
        ------
        UsageError
            If the run is not one of a function of one variable, or the function is not known.
        """
        if "function" not in trajectory.meta or trajectory.x.shape[1] != 1:
            raise UsageError("tangents are drawn of a run of minimize on one variable: this run has more, or rows")
        land = landscape_of(trajectory, f=f)
        sound = finite(trajectory.x[:, 0])
        points = trajectory.x[sound]
        failed = trajectory.verdict is not None and trajectory.verdict.unusable
        low, high = window([points], land.best, points[0 if failed else -1])
        x = np.linspace(low[0], high[0], CURVE)
        heights = land.values(points)
        last = leaves_at(finite(heights) & (points[:, 0] >= low) & (points[:, 0] <= high))
        shown = np.unique([*range(min(last, MOST - 2)), max(last - 1, 0)])
        return cls(
            curve=curve_of(Drawn(land.values, land.cost, land.names, f), x),
            tangents=Tangents(points[shown, 0], heights[shown], land.slopes(points[shown])[:, 0]),
            walk=Walk(np.column_stack((points[:, 0], heights)), land.least, verdict_words(trajectory)),
        )

    @property
    def finding(self) -> str:
        """The slopes."""
        if self.steps is not None:
            return self._descent()
        if self.secants and self._has_tangents():
            where = " and ".join(number(p) for p in self.at[:3])
            if np.isnan(self.slopes[:3]).any():
                return f"The secants at {self.name} = {where} turn into no tangent as the run shrinks: {self._slopes()}"
            slopes = " and ".join(number(s) for s in self.slopes[:3])
            return f"The secants at {self.name} = {where} turn into the tangent of slope {slopes} as the run shrinks"
        if self.secants:
            fractions = ", and ".join(secant.fraction for secant in self.secants[:3])
            return f"The slope of {self.function} {fractions}"
        found = self._slopes()
        return found[0].upper() + found[1:] if found.startswith("the") else found

    def _slopes(self) -> str:
        """The slopes at the first few points, then the points without one."""
        of = [f"{number(s)} at {self.name} = {number(p)}" for p, s in zip(self.at, self.slopes, strict=True) if s == s]
        none = [self._without_slope(i) for i in np.flatnonzero(np.isnan(self.slopes)).tolist()]
        return "; ".join(([f"the slope of {self.function} is {', '.join(of[:MOST])}"] if of else []) + none[:2])

    def _without_slope(self, i: int) -> str:
        """Why there is no slope at a point."""
        left, right = self.sides[i]
        why = "it jumps there" if np.isnan(left) else f"non-smooth, {number(left, 3)} on the left and "
        why += "" if np.isnan(left) else f"{number(right, 3)} on the right"
        return f"{self.function} has no slope at {self.name} = {number(self.at[i])}: {why}"

    def _descent(self) -> str:
        assert self.steps is not None
        verdict = self.verdict.lower()
        first, last, count = self.slopes[0], self.slopes[-1], counted(len(self.steps) - 1, "step")
        if verdict.startswith("unbounded"):
            same = np.ptp(self.slopes) <= 1e-9 * np.abs(self.slopes).max()
            where = f"The slope is {number(first)} everywhere" if same else f"The slope never becomes 0 in {count}"
            return f"{where}: {self.function} has no minimum"
        if verdict.startswith("diverged"):
            start, end = self.steps[0, 1], self.steps[finite(self.steps[:, 1]), 1][-1]
            if start == end:
                return f"The first step leads to a value that is not finite: {self.function} stays at {number(start)}"
            where, went = ("up", "rose") if end > start else ("down", "fell")
            fate = f"{went} from {number(start)} to {number(end)} in {count}"
            return f"The steps lead {where} and away: {self.function} {fate}"
        if first == 0 and len(self.steps) == 1:
            return f"The slope of {self.function} is 0 at {self.name} = {number(self.steps[0, 0])}: no step leads away"
        shrink = "As the slope shrinks, so do the steps" if abs(last) < abs(first) else "The slope does not shrink"
        return f"{shrink}: slope {number(first)} at the start, {number(last, 3)} after {count}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        curve = f"Curve of {self.function} for {self.name} from {self.x[0]:.6g} to {self.x[-1]:.6g}."
        touch = zip(self.at, self.slopes, strict=True) if self._has_tangents() else ()
        tangents = [
            f"Tangent at {self.name} = {p:.6g} with slope {s:.6g}." if s == s else f"{self._without_slope(i)}."
            for i, (p, s) in enumerate(touch)
        ]
        steps = ""
        if self.steps is not None:
            (a, fa), (b, fb) = self.steps[0], self.steps[-1]
            steps = f"{len(self.steps) - 1} steps lead from ({a:.6g}, {fa:.6g}) to ({b:.6g}, {fb:.6g})."
        secants = (secant.described(self.name) for secant in self.secants)
        return sentences(curve, self._poles(), *secants, *tangents, steps, self.verdict)

    def _poles(self) -> str:
        places = listed([number(p) for p in self.poles]) if self.poles else ""
        return f"pole{'s' * (len(self.poles) > 1)} at {self.name} = {places}" if places else ""

    def _has_tangents(self) -> bool:
        return len({secant.run for secant in self.secants}) != 1

    def plot(self, ax: Any = None) -> TangentDisplay:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_ = ax, ax.figure
        (self.curve_,) = ax.plot(self.x, self.y, color="#4D4D4D", lw=1.4, zorder=2)
        self._limits(ax)
        for i, place in enumerate(self.poles):
            ax.axvline(place, color="#767676", lw=1, ls=":", label="_" if i else self._poles(), zorder=1)
        self.secants_ = [self._secant(ax, i) for i in range(len(self.secants))]
        touch = range(len(self.at)) if self._has_tangents() else ()
        self.tangents_ = [self._tangent(ax, i) for i in touch]
        if self.optimum is not None:
            ax.axhline(self.optimum, label=f"minimum {number(self.optimum)}", **DASHED)
        self.steps_, thinned = (None, "") if self.steps is None else self._walk(ax)
        ax.set_xlabel(self.name)
        ax.set_ylabel(self.function, fontsize=letters(ax))
        heading(ax, self.finding, self.verdict, thinned)
        clear_legend(ax)
        return self

    def _limits(self, ax: Any) -> None:
        least = [] if self.optimum is None else [self.optimum]
        ends = np.concatenate((self.heights, [secant.height + secant.rise for secant in self.secants], least))
        ax.set_ylim(*near_heights(self.y, ends))
        ax.set_xlim(self.x[0], self.x[-1])

    def _secant(self, ax: Any, i: int) -> Any:
        """Across the picture if there are tangents to compare with, otherwise with its triangle."""
        secant, colour = self.secants[i], COLOURS[i % len(COLOURS)]
        ends = (self.x[0], self.x[-1]) if self._has_tangents() else (secant.x, secant.x + secant.run)
        if not self._has_tangents():
            secant.draw_triangle(ax, colour)
        named = i < MOST - 1 or i == len(self.secants) - 1
        style = {"color": colour, "ls": DASHES[(i + 1) % len(DASHES)]}
        return secant.draw(ax, ends, style=style, marker=MARKERS[i % len(MARKERS)], named=named)

    def _tangent(self, ax: Any, i: int) -> Any:
        """The tangent; of a non-smooth point its two halves."""
        alone = len(self.secants) == 0
        colour = COLOURS[i % len(COLOURS)] if alone else "black"
        style = {"color": colour, "ls": DASHES[i % len(DASHES)] if alone else "-", "lw": 2, "zorder": 3}
        (line,) = ax.plot(*self._touching(ax, i, alone), label=self._named(i, alone), **style)
        ax.plot(self.at[i], self.heights[i], MARKERS[i % len(MARKERS)] if alone else "o", color=colour, ms=6, zorder=5)
        return line

    def _touching(self, ax: Any, i: int, alone: bool) -> tuple[Array, Array]:
        """Points of the tangent: short, or across the picture if there are secants to compare with."""
        p, wide, tall = self.at[i], np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())
        out = LENGTH / np.hypot(1 / wide, self.sides[i] / tall) if alone else np.abs(self.x[[0, -1]] - p)
        runs = np.array([-out[0], 0.0, out[1]])
        return p + runs, self.heights[i] + runs * self.sides[i][[0, 0, 1]]

    def _named(self, i: int, alone: bool) -> str:
        if np.isnan(self.slopes[i]):
            return f"no slope at {self.name} = {number(self.at[i])}"
        if not alone:
            return f"tangent: slope {number(self.slopes[i])}"
        return f"slope {number(self.slopes[i], 3)} at {self.name} = {number(self.at[i])}" if i < MOST else "_"

    def _walk(self, ax: Any) -> tuple[Any, str]:
        """The steps, and an arrow where they leave the picture or continue."""
        assert self.steps is not None
        left, right = ax.get_xlim()
        last = leaves_at(finite(self.steps[:, 1]) & (self.steps[:, 0] >= left) & (self.steps[:, 0] <= right))
        points = self.steps[: max(1, last)]
        kept = along_path(points)
        (line,) = ax.plot(*points[kept].T, "o", color="black", ms=3.5, zorder=5.5, label="steps")
        if last < len(self.steps) or self.verdict.lower().startswith("unbounded"):
            ahead = self.steps[min(last, len(self.steps) - 1), 0] > points[-1 if last < len(self.steps) else 0, 0]
            edge = right if ahead else left
            arrow(ax, points[-1], (edge, np.clip(np.interp(edge, self.x, self.y), *ax.get_ylim())))
        return line, share_words(len(kept), len(self.steps), "steps")
