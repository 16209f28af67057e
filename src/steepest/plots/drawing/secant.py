"""Secant: a line through two points of a curve, with its triangle of rise and run."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .style import letters
from .words import number

__all__ = ["Secant"]


class Secant(NamedTuple):
    """The line through (x, height) and (x + run, height + rise).

    Examples
    --------
    >>> Secant(x=2.0, run=2.0, height=4.0, rise=12.0).slope
    6.0
    """

    x: float
    run: float
    height: float
    rise: float

    @property
    def slope(self) -> float:
        """Rise over run."""
        return self.rise / self.run

    @property
    def fraction(self) -> str:
        """Rise over run as numbers."""
        return f"between {number(self.x)} and {number(self.x + self.run)} is {self._over} = {number(self.slope)}"

    @property
    def _over(self) -> str:
        return f"{number(self.rise)} / {number(self.run)}"

    def described(self, name: str) -> str:
        """In words, of the variable of this name."""
        ends = f"Secant from {name} = {self.x:.6g}: run {self.run:.6g}, rise {self.rise:.6g}"
        return f"{ends}, slope {self.slope:.6g}."

    def draw(self, ax: Any, ends: tuple[float, float], *, style: dict[str, Any], marker: str, named: bool) -> object:
        """The line from one end to the other, and its two points."""
        x, y = [self.x, self.x + self.run], [self.height, self.height + self.rise]
        ax.plot(x, y, marker, color=style["color"], ms=4.5, zorder=4)
        level = self.height + (np.array(ends) - self.x) * self.slope
        words = f"rise {number(self.rise)} / run {number(self.run)} = slope {number(self.slope)}"
        (line,) = ax.plot(ends, level, lw=1.4, label=words if named else None, **style)
        return line

    def draw_triangle(self, ax: Any, colour: str) -> None:
        """Run and rise as sides of a triangle: run below its side, rise beside the other, with their numbers."""
        p, q, h, top = self.x, self.x + self.run, self.height, self.height + self.rise
        up, right = self.rise >= 0, self.run > 0
        ax.fill([p, q, q], [h, h, top], color=colour, alpha=0.18, lw=0)
        ax.plot([p, q, q], [h, h, top], color=colour, lw=1.1)
        style = {"textcoords": "offset points", "fontsize": 0.85 * letters(ax), "color": colour}
        below = {"ha": "center", "va": "top" if up else "bottom", "xytext": (0, -3 if up else 3)}
        beside = {"ha": "left" if right else "right", "va": "center", "xytext": (4 if right else -4, 0)}
        ax.annotate(number(self.run), ((p + q) / 2, h), **below, **style)
        ax.annotate(number(self.rise), (q, (h + top) / 2), **beside, **style)
