"""A run as HTML for notebooks: a summary, its verdict, and its costs as SVG, without another library."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.html_text import safe
from ..core.shown_text import counted
from ..core.types import Array
from .method_text import method_text

if TYPE_CHECKING:
    from .trajectory import Trajectory

__all__ = ["cost_svg", "html_of", "known_minimum"]

WIDTH, HEIGHT = 440, 220  # of the picture, in pixels
LEFT, RIGHT, TOP, BOTTOM = 76, 28, 24, 38  # margins, in pixels
INTERVALS = 180  # of the steps; the lowest and highest cost of each are drawn
DECADES = 2.5  # range of costs from which the scale is logarithmic
FLOOR = 1e-15  # share of the first cost below which a cost above the minimum is rounding
LARGEST = 1e150  # costs beyond it are left out
SHOWN = 6  # parameters


class Scale(NamedTuple):
    """An axis: numbers to pixels."""

    low: float
    high: float
    start: float  # pixel of low
    end: float  # pixel of high
    log: bool = False

    def pixels(self, values: ArrayLike) -> Array:
        """Positions of values."""
        low, high, at = self.low, self.high, np.asarray(values, np.float64)
        if self.log:
            low, high, at = float(np.log10(low)), float(np.log10(high)), np.log10(at)
        share: Array = (at / 2 - low / 2) / (high / 2 - low / 2)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Two to six round numbers."""
        if self.log:
            first, last = int(np.ceil(np.log10(self.low))), int(np.floor(np.log10(self.high)))
            return [10.0**k for k in range(first, last + 1, 1 + (last - first) // 5)]
        rough = self.high / 4 - self.low / 4
        power = 10.0 ** np.floor(np.log10(rough))
        step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
        first, last = int(np.ceil(self.low / step)), int(np.floor(self.high / step))
        return [float(step * k) for k in range(first, last + 1)]


def html_of(path: Trajectory) -> str:
    """A `Trajectory` as HTML with inline SVG, at most 40 kB, without scripts.

    Examples
    --------
    >>> from steepest import minimize
    >>> text = html_of(minimize("(x-3)**2+2", 6.0, learning_rate=0.25, steps=9))
    >>> "cost from 11 to 2.000034" in text, text.count("<svg")
    (True, 1)
    """
    lines = [f"<b>{safe(_title(path))}</b>", *map(safe, _facts(path)), _verdict(path)]
    words = "".join(f"<div>{line}</div>" for line in lines if line)
    return f'<div style="max-width:{WIDTH + 60}px;line-height:1.45">{words}{cost_svg(path)}</div>'


def cost_svg(path: Trajectory) -> str:
    """The costs of a run by step as SVG, above the minimum if it is known; "" if no cost was evaluated."""
    sound = np.isfinite(path.cost) & (np.abs(path.cost) < LARGEST)
    steps, costs = path.cost_step[sound], path.cost[sound]
    if not len(costs):
        return ""
    minimum = known_minimum(path)
    gap = minimum is not None and bool(costs[0] > minimum)
    drawn = costs if minimum is None or not gap else np.maximum(costs - minimum, FLOOR * max(abs(costs[0]), 1e-290))
    x, y = _scales(steps, drawn, None if gap else minimum, gap)
    what = f"cost above its minimum, {_number(minimum or 0.0, 4)}" if gap else "cost"
    body = [_axes(x, y, what), _line(x.pixels(steps), y.pixels(drawn))]
    if minimum is not None and not gap:
        body.append(_across(float(y.pixels(minimum)), f"dashed: minimum {_number(minimum, 4)}"))
    words = f"<title>{safe(_fall(path))}</title><desc>{safe(_description(steps, costs, minimum))}</desc>"
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" style="max-width:100%"'
    look = 'role="img" fill="none" stroke="currentColor" font-family="sans-serif" font-size="11"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {look}>{words}{"".join(body)}</svg>'


def _scales(steps: NDArray[np.int64], costs: Array, minimum: float | None, gap: bool = False) -> tuple[Scale, Scale]:
    values = costs if minimum is None else np.append(costs, minimum)
    low, high = float(values.min()), float(values.max())
    log = low > 0 and high > low and (gap or bool(np.log10(high) - np.log10(low) > DECADES))
    if log:
        low, high = _decades(low / 1.3, high * 1.3)
    else:
        room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
        low, high = low - room, high + room
    x = Scale(0.0, float(max(steps[-1], 1)), LEFT, WIDTH - RIGHT)
    return x, Scale(low, high, HEIGHT - BOTTOM, TOP, log)


def _decades(low: float, high: float) -> tuple[float, float]:
    """Ends of a logarithmic axis that has two powers of ten or more on it."""
    while np.floor(np.log10(high)) - np.ceil(np.log10(low)) < 1:
        low, high = low / 1.5, high * 1.5
    return low, high


def _axes(x: Scale, y: Scale, what: str) -> str:
    """Both axes with tick labels and names."""
    bottom, middle = HEIGHT - BOTTOM, (LEFT + WIDTH - RIGHT) / 2
    drawn = [f'<path d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}" stroke-opacity="0.6"/>']
    whole = [value for value in x.ticks() if value == int(value)]
    drawn += [_text(f"{int(v):,}", float(x.pixels(v)), bottom + 15, "middle") for v in whole]
    drawn += [_text(text, LEFT - 6, float(y.pixels(v)) + 4, "end") for v, text in _labels(y.ticks())]
    drawn += [
        _text("step", middle, HEIGHT - 6, "middle"),
        _text(what, LEFT - 6 if what == "cost" else 4, TOP - 10, "end" if what == "cost" else "start"),
    ]
    return "".join(drawn)


def _labels(ticks: list[float]) -> list[tuple[float, str]]:
    """Tick labels with as many digits as make them different."""
    digits = 4
    while digits < 15 and len({f"{v:.{digits}g}" for v in ticks}) < len(ticks):
        digits += 1
    return [(v, _number(v, digits)) for v in ticks]


def _line(x: Array, y: Array) -> str:
    kept = _thinned(y)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[kept], y[kept], strict=True))
    end = f'<circle cx="{x[-1]:.1f}" cy="{y[-1]:.1f}" r="2.5" fill="currentColor" stroke="none"/>'
    return f'<polyline points="{points}" stroke-width="1.8" stroke-linejoin="round"/>{end}'


def _thinned(y: Array) -> NDArray[np.int64]:
    """Places of the first and last value, and of the lowest and highest of each interval."""
    m = len(y)
    if m <= 2 * INTERVALS:
        return np.arange(m)
    edges = np.linspace(0, m, INTERVALS + 1).astype(int)
    pieces = [(low, y[low:high]) for low, high in itertools.pairwise(edges)]
    return np.unique([0, m - 1, *(low + place(p) for low, p in pieces for place in (np.argmin, np.argmax))])


def _across(at: float, words: str) -> str:
    """A dashed line with its label."""
    line = f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke-dasharray="4 3"/>'
    return line + _text(words, WIDTH - RIGHT, TOP - 10, "end")


def _text(text: str, x: float, y: float, anchor: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="currentColor" stroke="none">{safe(text)}</text>'


def known_minimum(path: Trajectory) -> float | None:
    """The minimum of the cost, if it is known."""
    exact = path.meta.get("exact")
    if isinstance(exact, dict) and exact.get("cost") is not None:
        return float(exact["cost"])
    converged = path.verdict is not None and path.verdict.status == "converged"
    return float(path.cost.min()) if converged and len(path.cost) else None


def _title(path: Trajectory) -> str:
    return f"{counted(path.step[-1], 'step')}, {_fall(path)}"


def _fall(path: Trajectory) -> str:
    if not len(path.cost):
        return "no cost was evaluated"
    return f"cost from {_number(float(path.cost[0]), 7)} to {_number(float(path.cost[-1]), 7)}"


def _facts(path: Trajectory) -> list[str]:
    """The cost's formula, the method, and the answer."""
    cost, rule = path.meta.get("loss_formula"), path.meta.get("rule")
    return [f"cost: {cost}" if cost else "", method_text(path.meta) if rule else "", _answer(path)]


def _answer(path: Trajectory) -> str:
    """The parameters of the answer, if they are of one target."""
    i = int(np.searchsorted(path.step, path.meta.get("reported_step", path.step[-1])))
    if path.coef.ndim > 2:
        return f"{path.coef[0].size:,} coefficients, {path.intercept.shape[1]:,} intercepts"
    values = path.x[i].tolist()
    names = list(path.names) or [f"x{j}" for j in range(path.coef.shape[1])]
    names += ["intercept"] * (len(values) - len(names))
    shown = [f"{name} = {_number(value, 6)}" for name, value in zip(names, values, strict=True)]
    more = [f"... ({len(shown):,} in all)"] if len(shown) > SHOWN else []
    return ", ".join([*(text[:60] for text in shown[:SHOWN]), *more])


def _verdict(path: Trajectory) -> str:
    if path.verdict is None:
        return ""
    advice = f" Try {path.verdict.advice}." if path.verdict.advice else ""
    return f"<b>{safe(path.verdict.message)}</b>{safe(advice)}"


def _description(steps: NDArray[np.int64], costs: Array, minimum: float | None) -> str:
    ends = f"{_number(float(costs[0]), 6)} at the start, {_number(float(costs[-1]), 6)} after step {steps[-1]:,}"
    if minimum is not None and costs[0] > minimum:
        return f"Line chart of the cost above its minimum, {_number(minimum, 6)}, by step; the cost is {ends}."
    dashed = "" if minimum is None else f"; the minimum, {_number(minimum, 6)}, is dashed"
    return f"Line chart of the cost by step: {ends}{dashed}."


def _number(value: float, digits: int) -> str:
    if not np.isfinite(value):
        return "infinity" if value > 0 else "not a number"
    return f"{value:.{digits}g}".replace("-", "\N{MINUS SIGN}", 1 if value < 0 else 0)
