"""CostHistoryDisplay: the cost of every step, and its minimum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ..drawing.ends import End, name_ends
from ..drawing.style import COLOURS, DASHED, DASHES, MARKERS, Picture, axes, finite, heading, letters
from ..drawing.thinning import envelope
from ..drawing.words import cost_below, cost_words, fall_words, number, sentences, share_words, spelled, verdict_words
from ..sources.runs import gaps, least_of, spread

__all__ = ["CostHistoryDisplay"]

FEW = 20  # steps up to which each has a mark
DECADES = 2.5  # of the decrease, from which the scale is logarithmic by default
EARLY = 0.05  # share of the steps in which half of the change happens, from which their axis is logarithmic
MANY = 50  # steps from which that is asked
SCALES = ("linear", "log")


class CostHistoryDisplay(Picture):
    """The cost at each recorded step of one run or several: above the minimum if that is known, each named at its end.

    A run with held-out rows has a second curve, the loss over them, with a mark where it is lowest: the state kept.

    Parameters
    ----------
    steps, costs : dict from label to (m,) array
        The label of a single run is "".
    optimum : float or None
        The minimum cost, if it is known.
    cost_name : str, default ""
        Formula of the cost, such as "mean (z - y)^2 / 2".
    verdict : str, default ""
        The verdict with its advice.
    gap : bool, optional
        Whether the cost above the minimum is drawn, on a logarithmic axis; by default if the minimum is known and a
        run began above it.
    scale : {"linear", "log"}, optional
        Scale of the cost; by default logarithmic for a gap, and for costs that fell or rose by a factor of 300.

    Attributes
    ----------
    log_steps : bool or None
        Whether the axis of the steps is logarithmic; None if half of the change is in the first 5 % of the steps.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    lines_ : list of Matplotlib lines, one a run; then that of the held-out rows and its mark, if there is one
    held_out : (steps, losses) or None
    finding, alt_text : str

    Raises
    ------
    UsageError
        If ``scale`` is none of these, or a gap is asked for and the minimum is not known.

    Notes
    -----
    Of more than 5,000 steps the first and the last are drawn, and the smallest and largest cost of each stretch. Cost:
    O(m) for m recorded costs.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> model = GDRegressor(learning_rate=0.01, max_iter=400, tol=None).fit([[1.0], [3.0], [4.0]], [4.0, 3.0, 7.0])
    >>> CostHistoryDisplay.from_estimator(model).drawn_costs("")[0].tolist()[-1]
    400
    >>> CostHistoryDisplay.from_estimator(model).finding
    'The cost fell from 12.33 to 1.073 in 400 steps'
    """

    lines_: list[Any]
    log_steps: bool | None = None
    held_out: tuple[NDArray[np.int64], Array] | None = None

    def __init__(
        self,
        *,
        steps: Mapping[str, NDArray[np.int64]],
        costs: Mapping[str, Array],
        optimum: float | None = None,
        cost_name: str = "",
        verdict: str = "",
        gap: bool | None = None,
        scale: str | None = None,
    ) -> None:
        if scale not in (None, *SCALES):
            raise UsageError(f"scale must be one of {', '.join(SCALES)}, not {scale!r}")
        if gap and optimum is None:
            raise UsageError("the minimum cost is not known, as no run converged: leave out gap")
        self.steps, self.costs = dict(steps), dict(costs)
        self.optimum, self.cost_name, self.verdict = optimum, cost_name, verdict
        began = [] if optimum is None else [bool(finite(each)[0]) and each[0] > optimum for each in self.costs.values()]
        self.gap = (any(began) and scale != "linear") if gap is None else gap
        self.scale = scale

    @classmethod
    def from_trajectory(
        cls,
        trajectory: Trajectory | Mapping[str, Trajectory],
        *,
        gap: bool | None = None,
        scale: str | None = None,
        log_steps: bool | None = None,
    ) -> CostHistoryDisplay:
        """From a run, or several by their labels.

        Parameters
        ----------
        trajectory : Trajectory, or dict from label to Trajectory
            The runs; costs that were recorded are drawn.
        gap, scale : as of the class
        log_steps : bool, optional
            Whether the axis of the steps is logarithmic.

        Raises
        ------
        UsageError
            If there is no run, no cost was recorded, or ``gap`` is asked for and the minimum is not known.
        """
        runs = {"": trajectory} if isinstance(trajectory, Trajectory) else dict(trajectory)
        if not runs or any(len(run.cost) == 0 for run in runs.values()):
            raise UsageError("there is no cost to draw: record a run with its costs")
        first = next(iter(runs.values()))
        found = cls(
            steps={label: run.cost_step for label, run in runs.items()},
            costs={label: run.cost for label, run in runs.items()},
            optimum=least_of(runs),
            cost_name=spelled(str(first.meta.get("loss_formula", ""))),
            verdict=verdict_words(first) if len(runs) == 1 else "",
            gap=gap,
            scale=scale,
        )
        found.log_steps = log_steps
        if len(runs) == 1 and len(first.validation_cost):  # the minimum of the cost is not that of this loss
            found.held_out, found.gap = (first.validation_step, first.validation_cost), bool(gap)
        return found

    @classmethod
    def from_estimator(cls, estimator: Any) -> CostHistoryDisplay:
        """From the run of a fitted estimator; with "ovr", from the run of each class.

        Parameters
        ----------
        estimator : GDRegressor or GDClassifier
            Fitted.
        """
        path = estimator.trajectory_
        if isinstance(path, list):
            runs = {f"class {label}": run for label, run in zip(estimator.classes_, path, strict=True)}
            found = cls.from_trajectory(runs, gap=False)
            found.optimum = None  # each class has its own
            return found
        return cls.from_trajectory(path)

    @property
    def finding(self) -> str:
        """How far the cost fell, and in how many steps."""
        if len(self.costs) > 1:
            best = min(self.costs, key=lambda label: self.costs[label][-1] if finite(self.costs[label])[-1] else np.inf)
            return f"Of {len(self.costs)} runs {best} ends lowest, at {number(float(self.costs[best][-1]))}"
        steps, costs = next(iter(self.steps.values())), next(iter(self.costs.values()))
        if self.held_out is not None:
            step, lowest = self._kept(*self.held_out)
            return f"The loss over held-out rows is lowest, {number(lowest)}, after step {step:,} of {int(steps[-1]):,}"
        return fall_words(float(costs[0]), float(costs[-1]), int(steps[-1]))

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        runs = "; ".join(
            f"{label}{': ' if label else ''}{number(costs[0], 6)} at the start, "
            f"{number(costs[-1], 6)} after step {steps[-1]:,}"
            for (label, costs), steps in zip(self.costs.items(), self.steps.values(), strict=True)
        )
        least = "" if self.optimum is None else f" The minimum cost, {number(self.optimum, 6)}, is a dashed line."
        if self.optimum is not None and self.gap:
            least = f" The minimum cost is {number(self.optimum, 6)}."
        what = "the cost above its minimum, on a logarithmic axis," if self.gap else "the cost"
        return sentences(f"Line chart of {what} ({self.cost_name}) by step. {runs}.{least}", self.verdict)

    def plot(self, ax: Any = None) -> CostHistoryDisplay:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, []
        drawn = {label: self.drawn_costs(label) for label in self.costs}
        logarithmic = self._scale(drawn) == "log"
        ax.set_yscale("log" if logarithmic else "linear")
        kept = sum(self._run(ax, i, label, drawn[label]) for i, label in enumerate(drawn))
        other = [] if self.held_out is None or self.gap else self._held_out(ax, *self.held_out)
        line = self.optimum is not None and not self.gap
        if line:
            ax.axhline(self.optimum, **DASHED)
        self._steps(ax, drawn)
        ends = [self._ending(i, label) for i, label in enumerate(self.costs) if len(drawn[label][1])]
        least = [End(ax.get_xlim()[1], float(self.optimum or 0.0), f"minimum {number(self.optimum or 0.0)}", "#000000")]
        ax.autoscale(False)
        self.names_ = name_ends(ax, [*ends, *other, *(least if line else [])])
        what = "cost" if not self.gap else f"cost above its minimum, {number(self.optimum or 0.0)}"
        ax.set_ylabel(cost_words(self.cost_name, "cost") if not self.gap else what)
        thinned = share_words(kept, sum(map(len, self.costs.values())), "steps")
        formula = f"cost: {self.cost_name}" if self.gap and self.cost_name else cost_below(self.cost_name)
        heading(ax, self.finding, self.verdict, formula, thinned)
        return self

    def drawn_costs(self, label: str) -> tuple[NDArray[np.int64], Array]:
        """Steps and costs of a run as they are drawn, (m,): finite, and above the minimum if that is what is shown.

        Parameters
        ----------
        label : str
            Of the run; "" of a single one.
        """
        sound = finite(self.costs[label])
        steps, costs = self.steps[label][sound], self.costs[label][sound]
        return steps, costs if not self.gap or self.optimum is None else gaps(costs, self.optimum)

    def _run(self, ax: Any, i: int, label: str, drawn: tuple[NDArray[np.int64], Array]) -> int:
        steps, costs = drawn
        kept = envelope(costs)
        style = {"color": COLOURS[i % len(COLOURS)], "ls": DASHES[i % len(DASHES)], "label": label or "cost", "lw": 1.6}
        self.lines_ += ax.plot(steps[kept], costs[kept], **style)
        if len(kept) <= FEW:
            self.lines_[-1].set(marker=MARKERS[i % len(MARKERS)], clip_on=False)
        return len(kept)

    @staticmethod
    def _kept(steps: NDArray[np.int64], losses: Array) -> tuple[int, float]:
        """The step at which the loss over held-out rows is lowest, and that loss."""
        best = int(losses.argmin())
        return int(steps[best]), float(losses[best])

    def _held_out(self, ax: Any, steps: NDArray[np.int64], losses: Array) -> list[End]:
        """Draw the loss over held-out rows with a mark where it is lowest; its name, for the end of the curve."""
        kept, (step, lowest) = envelope(losses), self._kept(steps, losses)
        style = {"color": COLOURS[1], "ls": DASHES[1], "label": "held-out rows", "lw": 1.6}
        self.lines_ += ax.plot(steps[kept], losses[kept], **style)
        self.lines_ += ax.plot([step], [lowest], "o", color=COLOURS[1], ms=7, mec="black", zorder=5, clip_on=False)
        place = {"xytext": (0, 0.9 * letters(ax)), "textcoords": "offset points", "ha": "center", "va": "bottom"}
        ax.annotate(f"kept, step {step:,}", (step, lowest), color=COLOURS[1], size=letters(ax), **place)
        return [End(float(steps[-1]), float(losses[-1]), f"held-out {number(float(losses[-1]))}", COLOURS[1])]

    def _ending(self, i: int, label: str) -> End:
        """Name of a run at its end; of the only one, its cost."""
        steps, costs = self.drawn_costs(label)
        known = self.costs[label][finite(self.costs[label])]
        return End(float(steps[-1]), float(costs[-1]), label or f"cost {number(known[-1])}", COLOURS[i % len(COLOURS)])

    def _steps(self, ax: Any, drawn: Mapping[str, tuple[NDArray[np.int64], Array]]) -> None:
        """The axis of the steps."""
        last = max((int(steps[-1]) for steps, _ in drawn.values() if len(steps)), default=1)
        logarithmic = self.log_steps
        if logarithmic is None:
            logarithmic = last > MANY and any(_early(*each, self._scale(drawn) == "log") for each in drawn.values())
        if logarithmic:
            ax.set_xscale("symlog", linthresh=1.0)
            ax.set_xticks([0, *powers(last)])
            ax.set_xlim(-0.1, max(last, 1))
        else:
            ax.xaxis.get_major_locator().set_params(integer=True)
            ax.set_xlim(-0.02 * last, max(last, 1))
        ax.set_xlabel("step (logarithmic)" if logarithmic else "step")

    def _scale(self, drawn: Mapping[str, tuple[NDArray[np.int64], Array]]) -> str:
        """Logarithmic for a gap, and if the costs are positive and span decades."""
        costs = np.concatenate([costs for _, costs in drawn.values()])
        positive = len(costs) > 0 and bool(costs.min() > 0)
        wide = self.gap or spread(costs) > DECADES
        return self.scale or ("log" if positive and wide else "linear")


def _early(steps: NDArray[np.int64], costs: Array, logarithmic: bool) -> bool:
    """Whether half of the change of a run is in its first steps."""
    if len(steps) < 3 or costs.min() <= 0:
        return False
    heights = np.log(costs) if logarithmic else costs
    soon = heights[steps <= EARLY * steps[-1]]
    return bool(abs(soon[-1] - heights[0]) > 0.5 * np.ptp(heights) > 0)


def powers(last: float) -> list[float]:
    """At most four powers of ten up to the last step.

    Examples
    --------
    >>> [float(power) for power in powers(20_000.0)]
    [1.0, 100.0, 10000.0]
    """
    found = np.arange(0, int(np.log10(max(last, 1.0))) + 1)
    return [10.0**p for p in found[:: max(1, -(-len(found) // 4))]]
