"""CostHistoryDisplay: the cost of every step, and its minimum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ..drawing.style import COLOURS, DASHED, DASHES, MARKERS, Picture, axes, finite, heading, legend
from ..drawing.thinning import envelope
from ..drawing.words import cost_below, cost_words, fall_words, number, sentences, share_words, spelled, verdict_words
from ..sources.runs import least_of, spread

__all__ = ["CostHistoryDisplay"]

FEW = 20  # steps up to which each has a mark
DECADES = 2.5  # of the decrease, from which the scale is logarithmic by default


class CostHistoryDisplay(Picture):
    """The cost at each recorded step of one run or several, with the minimum dashed.

    Parameters
    ----------
    steps, costs : dict from label to (m,) array
        The label of a single run is "".
    optimum : float or None
        The minimum cost, if it is known.
    cost_name : str
        Formula of the cost, such as "mean (z - y)^2 / 2".
    verdict : str
        The verdict, in one line.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    lines_ : list of Matplotlib lines, one a run
    finding, alt_text : str

    Notes
    -----
    Of more than 5,000 steps the first and the last are drawn, and the smallest and largest cost of each stretch.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> model = GDRegressor(learning_rate=0.01, max_iter=400, tol=None).fit([[1.0], [3.0], [4.0]], [4.0, 3.0, 7.0])
    >>> CostHistoryDisplay.from_estimator(model).finding
    'The cost fell from 12.33 to 1.073 in 400 steps'
    """

    def __init__(
        self,
        *,
        steps: Mapping[str, NDArray[np.int64]],
        costs: Mapping[str, Array],
        optimum: float | None = None,
        cost_name: str = "",
        verdict: str = "",
    ) -> None:
        self.steps, self.costs = dict(steps), dict(costs)
        self.optimum, self.cost_name, self.verdict = optimum, cost_name, verdict

    @classmethod
    def from_trajectory(cls, trajectory: Trajectory | Mapping[str, Trajectory]) -> CostHistoryDisplay:
        """From a run, or several by their labels.

        Raises
        ------
        UsageError
            If there is no run, or no cost was recorded.
        """
        runs = {"": trajectory} if isinstance(trajectory, Trajectory) else dict(trajectory)
        if not runs or any(len(run.cost) == 0 for run in runs.values()):
            raise UsageError("there is no cost to draw: record a run with its costs")
        first = next(iter(runs.values()))
        return cls(
            steps={label: run.cost_step for label, run in runs.items()},
            costs={label: run.cost for label, run in runs.items()},
            optimum=least_of(runs),
            cost_name=spelled(str(first.meta.get("loss_formula", ""))),
            verdict=verdict_words(first) if len(runs) == 1 else "",
        )

    @classmethod
    def from_estimator(cls, estimator: Any) -> CostHistoryDisplay:
        """From the run of a fitted estimator; with "ovr", from the run of each class."""
        path = estimator.trajectory_
        if isinstance(path, list):
            runs = {f"class {label}": run for label, run in zip(estimator.classes_, path, strict=True)}
            found = cls.from_trajectory(runs)
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
        return fall_words(float(costs[0]), float(costs[-1]), int(steps[-1]))

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        runs = "; ".join(
            f"{label}{': ' if label else ''}{costs[0]:.6g} at the start, {costs[-1]:.6g} after step {steps[-1]}"
            for (label, costs), steps in zip(self.costs.items(), self.steps.values(), strict=True)
        )
        least = "" if self.optimum is None else f" The minimum cost, {self.optimum:.6g}, is a dashed line."
        return sentences(f"Line chart of the cost ({self.cost_name}) by step. {runs}.{least}", self.verdict)

    def plot(self, ax: Any = None, *, scale: str | None = None) -> CostHistoryDisplay:
        """Draw.

        Parameters
        ----------
        ax : Matplotlib axes, optional
        scale : {"linear", "log"}, optional
            Scale of the cost; by default logarithmic if it fell or rose by a factor of 300.
        """
        ax = axes(ax)
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, []
        drawn = 0
        for i, (label, costs) in enumerate(self.costs.items()):
            sound = finite(costs)
            steps, costs = self.steps[label][sound], costs[sound]
            kept = envelope(costs)
            drawn += len(kept)
            colour, dash = COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)]
            self.lines_ += ax.plot(steps[kept], costs[kept], dash, color=colour, label=label or "cost", lw=1.6)
            self.lines_[-1].set_marker(MARKERS[i % len(MARKERS)] if len(kept) <= FEW else "")
        if self.optimum is not None:
            ax.axhline(self.optimum, label=f"minimum cost {number(self.optimum)}", **DASHED)
        ax.set_yscale(scale or self._scale())
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set_xlabel("step")
        ax.set_ylabel(cost_words(self.cost_name))
        thinned = share_words(drawn, sum(map(len, self.costs.values())), "steps")
        heading(ax, self.finding, self.verdict, cost_below(self.cost_name), thinned)
        legend(ax, loc="upper right")
        return self

    def _scale(self) -> str:
        """Logarithmic if the costs are positive and span decades."""
        return "log" if spread(np.concatenate(list(self.costs.values()))) > DECADES else "linear"
