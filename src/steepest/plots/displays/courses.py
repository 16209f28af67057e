"""The base class of a Display of several runs on common axes: what is drawn of each, and the limits."""

from __future__ import annotations

import numpy as np

from ...core.types import Array
from ..drawing.edges import leaves_at, margins
from ..drawing.style import Picture, finite
from ..sources.runs import spread

__all__ = ["OnCommonAxes"]

BEYOND = 100.0  # multiple of the highest cost up to which divergent runs are drawn, on a logarithmic scale
EARLY = 0.05  # if a divergent run leaves within this share of the steps, their axis is logarithmic
FLOOR = 1e-15  # share of the first cost below which the excess is rounding


class OnCommonAxes(Picture):
    """Costs of several runs by step, epoch or time; divergent ones are cut off at the top."""

    along: dict[str, Array]
    costs: dict[str, Array]
    statuses: dict[str, str]
    by: str
    least: float | None
    excess: bool

    @property
    def diverged(self) -> tuple[str, ...]:
        """Labels of the runs that diverged."""
        return tuple(label for label, status in self.statuses.items() if status == "diverged")

    def drawn_costs(self, label: str) -> Array:
        """Costs of a run as they are drawn, infinite where there is none.

        Parameters
        ----------
        label : str
            Of the run.

        Examples
        --------
        >>> from steepest import minimize
        >>> from steepest.plots import ComparisonDisplay
        >>> runs = {"a": minimize("(x-3)**2+2", 6, learning_rate=0.25, steps=2)}
        >>> ComparisonDisplay.from_trajectories(runs).drawn_costs("a").tolist()
        [11.0, 4.25, 2.5625]
        """
        costs = np.array(np.where(finite(self.costs[label]), self.costs[label], np.inf))
        if not self.excess:
            return costs
        above: Array = np.maximum(costs - float(self.least or 0.0), self._floor(label))
        return above

    def _floor(self, label: str) -> float:
        """Excess that counts as 0."""
        return FLOOR * abs(float(self.costs[label][0])) if self.excess else -np.inf

    def _sound(self) -> Array:
        """Costs that determine the limits: of divergent runs only the first."""
        ends = {label: 1 if label in self.diverged else None for label in self.costs}
        found = {label: self.drawn_costs(label)[:end] for label, end in ends.items()}
        kept = [v[np.isfinite(v) & (v > self._floor(label))] for label, v in found.items()]
        return np.concatenate(kept)

    def _spread(self) -> float:
        return spread(self._sound())

    def _positive(self) -> bool:
        return bool((self._sound() > 0).all())

    def _gone_early(self) -> bool:
        """Whether a divergent run leaves too soon to be visible."""
        if self.by != "step" or not self.diverged or not self._positive():
            return False
        top = BEYOND * float(self._sound().max(initial=0.0))
        gone = min(
            self.along[label][min(leaves_at(~(self.costs[label] > top)), len(self.costs[label]) - 1)]
            for label in self.diverged
        )
        return bool(gone < EARLY * max(x[-1] for x in self.along.values()))

    def _heights(self, logarithmic: bool) -> tuple[float, float]:
        """Lowest and highest cost to draw."""
        values = np.append(self._sound(), [] if self.least is None or self.excess else [self.least])
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.1, 1.0)
        if logarithmic:
            decades = max(np.log10(high / low), 1.0)
            return low * 10 ** (-0.06 * decades), high * (BEYOND if self.diverged else 10 ** (0.15 * decades))
        return margins(low, high, 0.06, 0.15)
