"""The drawing of a curve of costs with the states of a descent on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from .contours import cramped
from .edges import arrow, margins
from .style import COLOURS, DASHED, axes, finite, heading, legend_beside, letters
from .words import cost_below, cost_words, number, share_words

__all__ = ["descent_on_curve"]

HEAD = 0.06  # share of the height of the curve, above it
LENGTH = 0.16  # of a tangent, to each side, as a share of the picture
NEAR = 2.0  # heights of the curve up to which the minimum over all parameters is drawn below it


def descent_on_curve(picture: Any, ax: Any) -> None:
    """Draw a `CostCurveDisplay`."""
    ax = axes(ax)
    picture.ax_, picture.figure_ = ax, ax.figure
    size = letters(ax) / 10
    picture.curve_ = ax.plot(picture.at, picture.costs, color=COLOURS[6], lw=1.6 * size, zorder=1)[0]
    low, high = _limits(picture)
    ax.set_xlim(picture.at[0], picture.at[-1])
    ax.set_ylim(low, high)
    _balls(picture, ax, size)
    _least(picture, ax)
    half = LENGTH * (picture.at[-1] - picture.at[0])
    picture.tangents_ = [_tangent(ax, row, half, (low, high)) for row in picture.tangents]
    ax.set_xlabel(picture.name)
    ax.set_ylabel(cost_words(picture.cost_name))
    small = "; ".join(filter(None, _small_words(picture)))
    heading(ax, picture.finding, *([] if cramped(ax) else [picture.verdict, cost_below(picture.cost_name), small]))
    if not cramped(ax):
        legend_beside(ax)


def _small_words(picture: Any) -> list[str]:
    stable = picture.limit is not None and picture.leaves is None
    over = f"rates below {number(picture.limit)} are stable" if stable else ""
    many = "" if picture.leaves is not None else share_words(len(picture.states), picture.recorded, "states")
    far = picture.least is not None and not _least_near(picture)
    least = f"the minimum of all is {number(picture.least or 0.0)}" if far else ""
    return [picture.words, least, picture.note, many, over]


def _limits(picture: Any) -> tuple[float, float]:
    """Lowest and highest cost to draw."""
    least = [picture.least] if _least_near(picture) else []
    values = np.concatenate((picture.costs, picture.state_costs, least))
    values = values[finite(values)]
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    if not low <= high:
        raise UsageError("there is no finite cost to draw near the start of this run")
    return margins(low, high, HEAD, HEAD if picture.leaves is None else 3.0 * HEAD)


def _least_near(picture: Any) -> bool:
    """Whether the minimum over all parameters is near enough to be drawn."""
    shown = picture.costs[finite(picture.costs)]
    return picture.least is not None and bool(len(shown)) and bool(shown.min() - picture.least < NEAR * np.ptp(shown))


def _balls(picture: Any, ax: Any, size: float) -> None:
    colour = COLOURS[1]
    style = {"color": colour, "mec": "white", "mew": 0.4, "zorder": 3}
    if picture.of == "path":
        ax.plot(picture.states, picture.state_costs, "-", color=colour, lw=0.7, alpha=0.6, zorder=2)
    names = {"path": "states", "slice": "the answer", "step": f"after step {int(picture.steps[-1]):,}"}
    if len(picture.steps) > 2:
        names["step"] = f"after steps {int(picture.steps[1]):,} to {int(picture.steps[-1]):,}"
    style |= {"label": names[picture.of]}
    picture.balls_ = ax.plot(picture.states, picture.state_costs, "o", ms=4.5 * size, **style)[0]
    del style["label"]
    start = {"mfc": "white", "mec": colour, "mew": 1.4, "ls": "none", "zorder": 4}
    if picture.of != "slice":
        first = "start" if picture.steps[0] == 0 else f"after step {int(picture.steps[0]):,}"
        where = f", {number(float(picture.states[0]))}" if picture.of == "path" else ""
        ax.plot(*_end(picture, 0), "s", ms=6.5 * size, label=first + where, **start)
    picture.leaves_ = None
    if picture.leaves is None:
        ax.plot(*_end(picture, -1), "D", ms=6 * size, **{**style, "zorder": 4})
        return
    picture.leaves_ = arrow(ax, _end(picture, -1), picture.leaves, colour, 1.2)
    ax.plot([], [], color=colour, marker=">", ls="-", lw=0.9, ms=5 * size, label="leaves the picture")


def _end(picture: Any, i: int) -> tuple[float, float]:
    return float(picture.states[i]), float(picture.state_costs[i])


def _least(picture: Any, ax: Any) -> None:
    picture.minimum_ = None
    if picture.minimum is not None:
        at, cost = map(number, picture.minimum)
        name = picture.lowest if picture.of == "path" else "lowest here,"
        picture.minimum_ = ax.axvline(picture.minimum[0], label=f"{name} {cost}\nat {at}", zorder=1.5, **DASHED)
    if _least_near(picture):
        label = f"minimum of all, {number(picture.least)}"
        ax.axhline(picture.least, color=COLOURS[6], ls=":", lw=1.2, label=label, zorder=1.5)


def _tangent(ax: Any, row: Array, half: float, height: tuple[float, float]) -> Any:
    at, cost, slope = row
    steep = LENGTH * (height[1] - height[0]) / max(abs(slope), 1e-300)
    x = np.array([at - min(half, steep), at + min(half, steep)])
    label = f"tangent,\nslope {number(float(slope))}"
    return ax.plot(x, cost + slope * (x - at), color=COLOURS[2], lw=2, label=label, zorder=3.5)[0]
