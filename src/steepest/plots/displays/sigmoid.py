"""SigmoidDisplay: the probability of a class, the rows, and the point where it is one half."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import UsageError
from ...core.record_types import Loss
from ...core.types import Array
from ...objective.problem import read_loss
from ..drawing.edges import margins
from ..drawing.legends import clear_legend
from ..drawing.names import UNNAMED, Names
from ..drawing.scatter import group_means, labels
from ..drawing.style import COLOURS, DASHED, axes, heading, letters
from ..drawing.words import brief, number, own_side, sentences
from ..sources.predicted import OfRows, Predicted

__all__ = ["SigmoidDisplay"]

POINTS = 200  # rows drawn one by one; more are histograms
BARS, GROUPS = 40, 15  # bars of a histogram; groups of rows whose share is drawn
TALL = 0.3  # height of the tallest bar
Z = "linear predictor z"
STANDARD = 10.0  # the curve without rows is drawn from -10 to 10


class SigmoidDisplay(OfRows):
    """The probability P = 1 / (1 + exp(-(a x + b))) of the positive class, or Phi(a x + b), with the rows at 0 and 1.

    With one column x is the column; with more, or an offset, x is the linear predictor z (a = 1, b = 0).
    ``SigmoidDisplay()`` is the sigmoid alone, on -10 .. 10, with its slope P (1 - P).

    Parameters
    ----------
    x, y : (n,) arrays, default ()
        The column or the linear predictors, and the labels as 0 and 1; empty for the curve alone.
    a, b : float, defaults 1.0 and 0.0
        Slope and intercept of the linear predictor a x + b.
    names : Names, default Names()
        Of the column, the target and the two classes.
    verdict : str, default ""
        The verdict, in one line.

    Attributes
    ----------
    x_name, target, classes : str, str, two labels
        From ``names``.
    cut : float or None
        x where P = 0.5; None if P is constant.
    right : float
        Share of the rows on their own side of the cut.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    curve_, slope_, cut_, shares_ : Matplotlib lines or None
    rows_ : list of two Matplotlib artists
        Of the negative and the positive class; empty without rows.
    link : Loss
        The loss that gives P and the z of a P; `LogLoss`, for a probit model `Probit`.
    finding, alt_text : str

    Notes
    -----
    More than 200 rows are drawn as two histograms, and squares show the share of the positive class in groups of rows;
    the curve of a calibrated model passes through them. Cost: one pass over the data, and sorting.

    Examples
    --------
    >>> SigmoidDisplay().finding
    'The sigmoid rises from 0 to 1; it is steepest at z = 0, where its slope is 0.25'
    >>> SigmoidDisplay(x=[1.0, 3.0, 5.0], y=[0, 0, 1], a=2.0, b=-8.0).finding
    'P = 0.5 at x = 4; 3 of 3 rows are on their own side: TP 1, FP 0, TN 2, FN 0'
    """

    link: Loss = read_loss("log_loss")

    def __init__(
        self,
        *,
        x: Any = (),
        y: Any = (),
        a: float = 1.0,
        b: float = 0.0,
        names: Names = UNNAMED,
        verdict: str = "",
    ) -> None:
        self.x, self.y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        self.a, self.b, self.verdict = a, b, verdict
        self.x_name, self.target, self.classes = names
        self.x_name = names.x or ("x" if len(self.x) else "z")

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        answer = found.answer
        check_probable(answer.loss)
        x, a, b, x_name = found.z, 1.0, 0.0, Z
        if found.single:
            x, a, b, x_name = found.column(0), float(answer.coef[0]), answer.intercept, found.names[0]
        names = Names(x_name, found.target, answer.classes or (0, 1))
        picture = cls(x=x, y=found.y, a=a, b=b, names=names, verdict=found.verdict)
        picture.link = picture.link if answer.loss.identity_link else answer.loss
        return picture

    def probability(self, x: ArrayLike) -> Array:
        """P of the positive class at x, shaped like x.

        Parameters
        ----------
        x : number or array
            Values of the column.
        """
        found: Array = self.link.inverse(self.a * np.asarray(x, np.float64) + self.b)
        return found

    @property
    def cut(self) -> float | None:
        """The x where P = 0.5."""
        return -self.b / self.a + 0.0 if self.a != 0 else None

    @property
    def right(self) -> float:
        """Share of the rows on their own side, as `GDClassifier.predict` decides."""
        return float(((self.a * self.x + self.b > 0) == (self.y > 0.5)).mean()) if len(self.x) else float("nan")

    @property
    def finding(self) -> str:
        """The x where P is one half, and the number of rows on their own side."""
        if not len(self.x):
            return "The sigmoid rises from 0 to 1; it is steepest at z = 0, where its slope is 0.25"
        rows, counts = own_side(self.right, len(self.x)), ", ".join(f"{k} {n:,}" for k, n in self.counts.items())
        status = self.verdict.lower()
        fate = "; separable, no finite optimum" if status.startswith("separable") else ""
        if self.cut is None:
            words = f"P is {number(float(self.probability(0.0)))} everywhere; {rows} are on their own side"
        elif self.x_name == Z:
            words = f"{rows} are on their own side of P = 0.5: {counts}{fate}"
        else:
            place = f"P = 0.5 at {brief(self.x_name, 20)} = {number(self.cut)}"
            words = f"{place}; {rows} are on their own side: {counts}{fate}"
        return f"Diverged, no answer: {words}" if status.startswith("diverged") else words

    @property
    def counts(self) -> dict[str, int]:
        """Rows of the positive class said to be positive (TP) and negative (FN), and those of the other (FP, TN)."""
        said, actual = self.a * self.x + self.b > 0, self.y > 0.5
        pairs = {"TP": said & actual, "FP": said & ~actual, "TN": ~said & ~actual, "FN": ~said & actual}
        return {name: int(rows.sum()) for name, rows in pairs.items()}

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        low, high = self.limits()
        ends = [number(float(v)) for v in (low, high, *self.probability([low, high]))]
        curve = f"S-shaped curve of the probability P by {self.x_name}, from {ends[2]} at {ends[0]} to {ends[3]}"
        rows = f" {len(self.x)} rows, {int(self.y.sum())} of class {self.classes[1]}." if len(self.x) else ""
        return sentences(f"{curve} at {ends[1]}.{rows}", self.finding, self.verdict)

    def limits(self) -> tuple[float, float]:
        """Limits of x."""
        if not len(self.x):
            return -STANDARD, STANDARD
        low, high = float(self.x.min()), float(self.x.max())
        if len(self.x) > POINTS and self.cut is not None:  # distant rows, where P is 0 or 1, would compress the others
            near, flat = np.quantile(self.x, [0.01, 0.99]), 6 / abs(self.a)
            low = max(low, min(near[0], self.cut - flat))
            high = min(high, max(near[1], self.cut + flat))
        return margins(low, high, 0.06)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, self.slope_, self.cut_, self.shares_ = ax, ax.figure, None, None, None
        low, high = self.limits()
        grid = np.union1d(np.linspace(low, high, 401), self._steep(low, high))
        p = self.probability(grid)
        name = (
            f"P({brief(self.target, 14)} = {brief(str(self.classes[1]), 12)})"
            if len(self.x)
            else "P = 1 / (1 + exp(\N{MINUS SIGN}z))"
        )
        self.rows_ = self._rows(ax, low, high)
        self.curve_ = ax.plot(grid, p, color=COLOURS[0], lw=2.2, label=name, zorder=3)[0]
        if not len(self.x):
            self.slope_ = ax.plot(
                grid, p * (1 - p), "--", color=COLOURS[1], lw=1.8, label="slope P (1 \N{MINUS SIGN} P)"
            )[0]
        if self.cut is not None and low <= self.cut <= high:
            words = f"P = 0.5 at {number(self.cut)}"
            self.cut_ = ax.axvline(self.cut, label=words, zorder=2, **DASHED)
        ax.axhline(0.5, color="black", lw=0.5, ls=":", zorder=1)
        ax.set(xlim=(low, high), ylim=(-0.06, 1.06))
        labels(ax, self.x_name, "probability P" if len(self.x) else "P and its slope")
        heading(ax, self.finding, self.verdict, self._said(low, high))
        clear_legend(ax)
        return self

    def _said(self, low: float, high: float) -> str:
        n = len(self.x)
        if n <= POINTS:
            return ""
        far = int(((self.x < low) | (self.x > high)).sum())
        names = [brief(str(name), 16) for name in self.classes]
        words = f"{n:,} rows as histograms, {names[1]} from above, {names[0]} from below"
        return f"{words}; {far:,} distant ones not drawn" if far else words

    def _steep(self, low: float, high: float) -> Array:
        """Grid that is dense enough for a curve close to a step."""
        if self.cut is None:
            return np.zeros(0)
        near = self.cut + np.linspace(-8, 8, 161) / self.a
        return near[(near > low) & (near < high)]

    def _rows(self, ax: Any, low: float, high: float) -> list[Any]:
        if not len(self.x):
            return []
        if len(self.x) > POINTS:
            return self._histograms(ax, low, high)
        drawn = []
        for label, level, marker, colour in zip(self.classes, (0, 1), "os", (COLOURS[6], COLOURS[1]), strict=True):
            x = self.x[self.y == level]
            style = {"ms": 0.6 * letters(ax), "color": colour, "ls": "none", "mew": 0, "zorder": 4}
            name = f"{brief(self.target, 14)} = {brief(str(label), 12)}" if letters(ax) > 7 else "_"
            drawn += ax.plot(x, np.full(len(x), level), marker, label=name, **style)
        return drawn

    def _histograms(self, ax: Any, low: float, high: float) -> list[Any]:
        edges = np.linspace(low, high, BARS + 1)
        counts = [np.histogram(self.x[self.y == level], edges)[0] for level in (0, 1)]
        most, width, drawn = max(1, *map(int, map(np.max, counts))), edges[1] - edges[0], []
        for count, level, colour in zip(counts, (0, 1), (COLOURS[6], COLOURS[1]), strict=True):
            height = (1 - 2 * level) * TALL * count / most
            style = {"bottom": level, "align": "edge", "color": colour, "alpha": 0.55, "zorder": 1.5}
            drawn.append(ax.bar(edges[:-1], height, width, **style))
        self.shares_ = self._shares(ax) if self.cut is not None else None
        return drawn

    def _shares(self, ax: Any) -> Any:
        """Share of the positive class in groups of rows, at the x where P is the group's mean P."""
        p, share = group_means(self.probability(self.x) * np.sign(self.a), self.y, GROUPS)
        p = np.clip(np.abs(p), 1e-12, 1 - 1e-12)
        at = (self.link.constant(p) - self.b) / self.a
        style = {"ms": 0.5 * letters(ax), "color": COLOURS[2], "ls": "none", "mec": "white", "mew": 0.5, "zorder": 4}
        return ax.plot(at, share, "D", label=f"share in {GROUPS} groups of rows", **style)[0]


def check_probable(loss: Loss) -> None:
    """Refuse a loss without probabilities.

    Raises
    ------
    UsageError
    """
    if not loss.labels:
        raise UsageError("the answer predicts numbers, not classes: draw FitDisplay")
    if loss.attained:
        raise UsageError("this loss gives no probabilities: draw DecisionBoundaryDisplay, or fit loss='log_loss'")
