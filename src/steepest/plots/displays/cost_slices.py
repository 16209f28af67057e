"""CostSlicesDisplay: the cost along each parameter through the optimum, as small curves on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ...core.errors import UsageError
from ..drawing.contours import STAR
from ..drawing.multiples import SIZE, Around, fits, multiples
from ..drawing.style import COLOURS, CUBE, Picture, axes, finite, letters
from ..drawing.words import brief, cost_words, number, sentences
from ..sources.predicted import predicted_of
from ..sources.slices import Slice, Slices, slices_of

__all__ = ["CostSlicesDisplay"]

ALIKE = 1.05  # ratio of the rises of two slices below which they are the same
HIGH = 4.0  # times the middle rise, up to which the steepest curves are drawn


class CostSlicesDisplay(Picture):
    """The cost along each parameter through the optimum, with all others at it; at most nine small pictures.

    The unit is the standard error of each coefficient, where there is one. Then a curve is the steeper, the more its
    coefficient depends on the others: for a squared loss one standard error raises the cost by s^2 / (2 n) times the
    ratio of the variance of the coefficient to that with all others known, the intercept among them. Elsewhere, with a
    penalty say, the unit is that of the standardised coefficient, for one standard deviation of the column. Of more
    than nine parameters the largest are drawn, each times the scale of its column, the intercept last. The start of a
    run is a dotted line, since it is on no slice.

    Parameters
    ----------
    slices : Slices
        The cost along each parameter.
    verdict : str, default ""
        The verdict of the fit, in one line.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    curves_, starts_ : dict from name to Matplotlib line
        The starts only where they are in the picture.
    finding, alt_text : str

    Notes
    -----
    Cost: four passes over the data for the standard errors, two for a squared loss; of another loss 5,000 rows, evenly
    spaced, stand for a longer table.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> X = [[1.0, 2.1], [2.0, 3.9], [3.0, 6.2], [4.0, 7.8], [5.0, 10.1], [6.0, 11.8], [7.0, 14.3]]
    >>> y = [1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 6.0]
    >>> picture = CostSlicesDisplay.from_estimator(GDRegressor().fit(X, y), X, y)
    >>> [round(height, 4) for height in picture.heights()]
    [-41.6684, 651.9514]
    >>> picture.finding
    'One standard error along x0 raises the cost by 32.59, along intercept by 0.06648'
    """

    size = CUBE

    def __init__(self, *, slices: Slices, verdict: str = "") -> None:
        self.slices, self.verdict = slices, verdict

    @classmethod
    def from_estimator(
        cls,
        fitted: object,
        X: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        offset: Any = None,
        names: Sequence[str] | None = None,
        parameters: Sequence[str] | None = None,
    ) -> Self:
        """From something fitted and its rows; ``from_trajectory`` and ``from_model`` are the same.

        Parameters
        ----------
        fitted : GDRegressor, GDClassifier, Trajectory or Model
            With one target or two classes.
        X, y, sample_weight, offset : as given to ``fit``
        names : sequence of str, optional
            Names of the columns; by default those of the answer.
        parameters : sequence of str, optional
            Names of up to nine columns, or "intercept".

        Raises
        ------
        UsageError, DataError
            If the answer has several targets or classes, or other columns than the rows; or a name is unknown.
        """
        found = predicted_of(fitted, X, y, sample_weight=sample_weight, offset=offset, names=names)
        return cls(slices=slices_of(found, parameters), verdict=found.verdict)

    from_trajectory = from_estimator
    from_model = from_estimator

    @property
    def finding(self) -> str:
        """Along which parameter the cost rises most, and along which least."""
        parts, s = sorted(self.slices.parts, key=lambda part: -part.rise), self.slices
        steep, flat = parts[0], parts[-1]
        rises = [number(part.rise) for part in (steep, flat)]
        names = [brief(part.name, 20) for part in (steep, flat)]
        one = "One standard error" if s.errors else f"A distance of {number(s.unit, 3)}"
        said = f"{one} along {names[0]} raises the cost by {rises[0]}"
        if len(parts) > 1 and steep.rise <= ALIKE * flat.rise:
            said = f"{one} along any of these {len(parts)} raises the cost alike, by {rises[0]}"
        elif len(parts) > 1:
            said += f", along {names[1]} by {rises[1]}"
        if not s.optimum:
            said = f"Not at a minimum: {said[0].lower()}{said[1:]}"
        more = s.of - len(parts)
        return f"{said}; {len(parts)} of {s.of:,} parameters drawn" if more > 0 else said

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        s = self.slices
        unit = "standard errors" if s.errors else "units of the standardised coefficient"
        wide = number(float(s.at[-1]), 3)
        names = ", ".join(brief(part.name, 20) for part in s.parts)
        what = f"Small curves of the cost ({s.cost}) along {names}, to {wide} {unit} on each side of the {self.middle}"
        starts = [f"{brief(p.name, 20)} {number(p.start, 3)}" for p in s.parts if p.start is not None]
        from_ = f"The run started, from there, at {', '.join(starts)}" if starts else ""
        return sentences(f"{what}, {number(s.least)}", from_, self.finding, self.verdict)

    @property
    def middle(self) -> str:
        """What all slices go through."""
        return "minimum" if self.slices.optimum else "answer"

    def plot(self, ax: Any = None) -> Self:
        """Draw, in the place of axes of a grid; these are not shown.

        Parameters
        ----------
        ax : Matplotlib axes, optional
            Axes of a grid, whose place is taken.

        Raises
        ------
        UsageError
            If the axes are not those of a grid.
        """
        ax = axes(ax, size=self.size)
        if not fits(ax):
            raise UsageError("slices are small pictures in the place of axes of a grid: figure.add_subplot()")
        s = self.slices
        self.ax_, self.figure_, self.curves_, self.starts_ = ax, ax.figure, dict[str, Any](), dict[str, Any]()
        unit = "standard errors" if s.errors else "coefficient \N{MULTIPLICATION SIGN} standard deviation of its column"
        around = Around(self.finding, f"{unit}, from the {self.middle}", cost_words(s.cost), self._notes())
        panels = multiples(ax, [part.name for part in s.parts], around)
        low, high = self.heights()
        for part in s.parts:
            self._slice(panels[part.name], part)
            panels[part.name].set(xlim=(s.at[0], s.at[-1]), ylim=(low, high))
        return self

    def _notes(self) -> str:
        known = any(part.start is not None for part in self.slices.parts)
        start = f"dotted{', or an arrow' if self._beyond() else ''}: start of the run" if known else ""
        star = f"{'star' if self.slices.optimum else 'square'}: the {self.middle}, {number(self.slices.least)}"
        said = "; ".join(filter(None, (star, start, self.slices.note)))
        return said if self.verdict.startswith("Converged") else f"{said}. {self.verdict}"

    def heights(self) -> tuple[float, float]:
        """Lowest and highest cost to draw: the steepest curves leave the picture."""
        least, costs = self.slices.least, np.concatenate([part.costs for part in self.slices.parts])
        rises = [float(part.costs[finite(part.costs)].max(initial=least)) - least for part in self.slices.parts]
        top = min(max(rises), HIGH * float(np.median(rises))) or max(rises) or 1.0
        low = min(least, float(costs[finite(costs)].min(initial=least)))
        return low - 0.08 * top, least + (1.25 if self._beyond() else 1.04) * top  # room for what is written there

    def _beyond(self) -> bool:
        """Whether a start is outside of its picture."""
        return any(abs(part.start or 0.0) > self.slices.at[-1] for part in self.slices.parts)

    def _slice(self, panel: Any, part: Slice) -> None:
        at, size = self.slices.at, SIZE * letters(self.ax_)
        costs = np.where(finite(part.costs), part.costs, np.nan)
        self.curves_[part.name] = panel.plot(at, costs, color=COLOURS[0], lw=1.8, zorder=2)[0]
        marker, wide = ("*", 1.2) if self.slices.optimum else ("s", 0.7)
        panel.plot(0.0, self.slices.least, marker, ms=wide * size, **STAR)
        if part.start is not None and at[0] <= part.start <= at[-1]:
            self.starts_[part.name] = panel.axvline(part.start, color=COLOURS[1], ls=":", lw=1.6, zorder=1)
        elif part.start is not None:
            left = part.start < 0
            arrow = "\N{LEFTWARDS ARROW}" if left else "\N{RIGHTWARDS ARROW}"
            words = f"{arrow} {number(part.start, 3)}" if left else f"{number(part.start, 3)} {arrow}"
            place = {"xy": (0.02 if left else 0.98, 0.97), "xycoords": "axes fraction", "va": "top"}
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}
            style = {"bbox": box, "zorder": 3, "fontsize": size, "color": COLOURS[1], "ha": "left" if left else "right"}
            panel.annotate(words, **place, **style)
