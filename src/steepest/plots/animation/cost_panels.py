"""Panels over the cost: the cost by step, the ball on its curve, the path on its contours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from ..drawing.contours import LINE, SINGLE, Field, bands, shades
from ..drawing.edges import arrow, leaves_at, margins
from ..drawing.style import COLOURS, DASHED, finite, legend
from ..drawing.words import cost_words, number
from ..landscape.plane import leaving
from ..sources.runs import spread
from .row_panels import Panel, inside, room

__all__ = ["BallPanel", "CostPanel", "PathPanel", "Trail"]

DECADES = 2.5  # of costs, from which their axis is logarithmic
LONG = 50  # steps, from which the axis of steps is logarithmic
GONE = 3.0  # distance from the middle, in widths of the picture, beyond which a path is not drawn
TURNS = 10  # number of oscillations above which a path is drawn thin
TOP = 1e3  # multiple of the first cost above which a cost is not drawn


class CostPanel(Panel):
    """The cost by step, up to the step of the frame.

    Parameters
    ----------
    steps, costs : (c,) arrays
        Steps with a recorded cost, and the costs.
    shown : (frames,) array of int
        Step of each frame.
    least : float or None
    cost_name : str
    """

    words = "the cost by step"

    def __init__(
        self, steps: NDArray[np.int64], costs: Array, shown: NDArray[np.int64], least: float | None, cost_name: str
    ) -> None:
        sound = finite(costs)
        self.steps, self.costs, self.shown = steps[sound], costs[sound], shown
        self.least, self.cost_name = least, cost_name

    def draw(self, ax: Any) -> None:
        """The whole curve pale."""
        shown = self.costs[self.costs <= max(TOP * abs(self.costs[0]), self.costs.min())]
        if spread(shown) > DECADES:
            ax.set_yscale("log")
        if self.shown[-1] > LONG:
            ax.set_xscale("symlog", linthresh=1.0)
            ax.set_xticks([0, *_tens(self.shown[-1])])
        ax.plot(self.steps, self.costs, color="#C8C8C8", lw=1)
        if self.least is not None:
            ax.axhline(self.least, label=f"minimum {number(self.least)}", **DASHED)
        _heights(ax, shown if self.least is None else np.append(shown, self.least))
        ax.set_xlim(
            -0.02 * self.shown[-1] if self.shown[-1] <= LONG else -0.2,
            self.shown[-1] * (1.05 if self.shown[-1] <= LONG else 1.5),
        )
        (self.line,) = ax.plot([], [], color=COLOURS[0], lw=1.8, animated=True)
        (self.ball,) = ax.plot([], [], "o", color=COLOURS[1], ms=6, animated=True)
        ax.set_xlabel("step")
        ax.set_ylabel(cost_words(self.cost_name, length=24))
        legend(ax, loc="upper right")

    def move(self, i: int) -> Sequence[Any]:
        """The curve up to frame i."""
        until = max(1, int(np.searchsorted(self.steps, self.shown[i], side="right")))
        self.line.set_data(self.steps[:until], self.costs[:until])
        self.ball.set_data(self.steps[until - 1 : until], self.costs[until - 1 : until])
        return self.line, self.ball


class Trail(Panel):
    """A ball that moves along a path and leaves a trail.

    Parameters
    ----------
    path : (s, 2) array
    places : (frames,) array of int
        Index of the point of the path at each frame.
    least : (2,) array or None
        The minimum.
    names : two str
    lowest : str
        What the minimum is called.
    """

    def __init__(
        self,
        path: Array,
        places: NDArray[np.int64],
        least: Array | None,
        names: tuple[str, str],
        lowest: str = "minimum",
    ) -> None:
        self.lowest = lowest
        self.path, self.places, self.least, self.names = path, places, least, names

    def _start(self, ax: Any, *, fmt: str, **look: Any) -> None:
        ends = np.array([ax.get_xlim(), ax.get_ylim()])
        self._path = np.column_stack([inside(self.path[:, j], *ends[j]) for j in range(2)])
        out = np.abs(self._path - ends.mean(1)) > GONE * np.ptp(ends, axis=1)
        self._path[leaves_at(~out.any(1)) + 1 :] = np.nan
        (self.trail,) = ax.plot([], [], fmt, animated=True, **look)
        (self.ball,) = ax.plot([], [], "o", color=COLOURS[1], mec="white", ms=8, animated=True)
        self._leaving(ax)

    def _leaving(self, ax: Any) -> None:
        """An arrow to where the path leaves the picture, seen from the frame on in which it has left."""
        low, high = np.array([ax.get_xlim(), ax.get_ylim()]).T
        kept, out = leaving(self._path, low, high)
        self.left: int = kept
        self.arrow: Any = None
        if out is not None and kept < len(self._path):
            start, end = self._path[kept - 1], tuple(out.tolist())
            self.arrow = arrow(ax, tuple(start.tolist()), end, SINGLE)
            self.arrow.set_visible(False)

    def _turns(self) -> float:
        """Number of times the path crosses its whole width."""
        sound = self._path[np.isfinite(self._path).all(1)]
        travelled, width = np.abs(np.diff(sound, axis=0)).sum(0), np.ptp(sound, axis=0)
        return float((travelled / np.where(width > 0, width, 1.0)).max())

    def move(self, i: int) -> Sequence[Any]:
        """The path up to frame i."""
        at = self.places[i]
        self.trail.set_data(*self._path[: at + 1].T)
        self.ball.set_data(*self._path[at : at + 1].T)
        if self.arrow is None or at < self.left:
            return self.trail, self.ball
        self.arrow.set_visible(True)
        return self.trail, self.ball, self.arrow


class BallPanel(Trail):
    """A ball on the curve of a cost of one parameter.

    Parameters
    ----------
    x, y : (m,) arrays
        The curve.
    *trail
        path, places, least, names and lowest, see `Trail`.
    """

    words = "the ball on the cost curve"

    def __init__(self, x: Array, y: Array, *trail: Any) -> None:
        super().__init__(*trail)
        self.x, self.y = x, y

    def draw(self, ax: Any) -> None:
        """The curve and its minimum."""
        ax.plot(self.x, self.y, color="#4D4D4D", lw=1.4)
        room(ax, self.x, self.y[finite(self.y)], 0.0)
        if self.least is not None:
            label = f"{self.lowest} at {number(self.least[0])}"
            ax.plot(*self.least[:, None], "*", color="white", mec="black", ms=11, label=label)
        self._start(ax, fmt="o", color=COLOURS[0], ms=2.5, alpha=0.7)
        ax.set_xlabel(self.names[0])
        ax.set_ylabel(self.names[1])
        legend(ax, loc="upper center")


class PathPanel(Trail):
    """The path on a contour map of the cost.

    Parameters
    ----------
    x, y : (m,) arrays
    z : (m, m) array
        Costs; the first index is that of y.
    *trail
        path, places, least, names and lowest, see `Trail`.
    """

    words = "the path on the contours of the cost"

    def __init__(self, x: Array, y: Array, z: Array, *trail: Any) -> None:
        super().__init__(*trail)
        self.x, self.y, self.z = x, y, z

    def draw(self, ax: Any) -> None:
        """Contours, denser near the minimum, and the minimum."""
        _, edges, costs = bands(Field(self.z))
        ax.contourf(self.x, self.y, costs, levels=edges, **shades(edges))
        ax.contour(self.x, self.y, costs, levels=edges[1:-1], colors=LINE, linewidths=0.5, linestyles="solid")
        ax.set_xlim(self.x[0], self.x[-1])
        ax.set_ylim(self.y[0], self.y[-1])
        ax.plot(*self.path[0][:, None], "s", color="white", mec="black", ms=6, label="start")
        if self.least is not None:
            ax.plot(*self.least[:, None], "*", color="white", mec="black", ms=11, label=self.lowest)
        self._start(ax, fmt="-", color=SINGLE)
        self.trail.set_linewidth(1.8 if self._turns() < TURNS else 0.7)
        for name, setter in zip(self.names, (ax.set_xlabel, ax.set_ylabel), strict=True):
            setter(name, fontsize=ax.xaxis.label.get_size() * min(1.0, 30 / max(len(name), 1)))
        legend(ax, loc="upper right")


def _heights(ax: Any, values: Array) -> None:
    low, high = float(values.min()), float(values.max())
    if ax.get_yscale() == "log":
        factor = (high / low) ** 0.08
        ax.set_ylim(low / factor, high * factor)
    else:
        ax.set_ylim(*margins(low, high, 0.08))


def _tens(last: float) -> list[float]:
    """At most four powers of ten up to the last step."""
    powers = np.arange(0, int(np.log10(last)) + 1)
    return [10.0**p for p in powers[:: max(1, -(-len(powers) // 4))]]
