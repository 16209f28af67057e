"""ResidualsDisplay: target minus prediction, row by row."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ..drawing.legends import clear_legend
from ..drawing.scatter import cloud, clouds, group_means, labels
from ..drawing.style import COLOURS, DASHED, axes, heading, letters
from ..drawing.words import brief, listed, number, sentences
from ..sources.predicted import OfRows, Predicted
from ..sources.several import Several, indicators, standardized

__all__ = ["ResidualsDisplay"]

STICKS = 200  # rows whose residuals are drawn as sticks
ROUNDING = 1e-12  # of the largest target
GROUPS = 20  # groups of rows whose mean residual is drawn
STRIP, BARS, ROOM = (1.01, 0.0, 0.12, 1.0), 24, 7.5  # place and bars of the histogram; letters from which it fits
CLEAR = 5.0  # standard errors from which a group's mean is significant


class ResidualsDisplay(OfRows):
    """Residuals, target minus prediction: as sticks from the line to the rows, or against the predictions.

    Sticks are drawn for one column and up to 200 rows. Otherwise residuals are drawn against predictions, with the
    means of 20 groups of rows in order of prediction; a mean away from 0 shows a bias.

    Parameters
    ----------
    predicted, y : (n,) arrays
        Predictions and targets.
    x : (n,) array or None
        The one column; None draws residuals against predictions.
    x_name, target : str, defaults "x" and "y"
        Names of the column and of the target.
    verdict : str, default ""
        The verdict, in one line.
    weight : (n,) array or None
        Weights of the rows; None is 1 for all.

    Attributes
    ----------
    parts : tuple of str
        Several targets or classes, whose predictions follow each other; else none. Targets are in standard deviations
        of each, and of a class its indicator, 1 or 0, is predicted by its probability.
    residuals : (n,) array
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    points_, sticks_, line_ : Matplotlib artists
        Rows; sticks or None; the fitted line or the line of residual 0.
    means_ : Matplotlib line or None
        Mean residual of groups of rows.
    finding, alt_text : str

    Notes
    -----
    More than 5,000 rows are counted in cells. Cost: one pass over the data, and sorting.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> x, y = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]], [4.0, 3, 7, 7, 8, 10, 8, 11]
    >>> ResidualsDisplay.from_estimator(GDRegressor().fit(x, y), x, y).finding
    'Residuals of 8 rows: standard deviation 1.124, the largest −2.138 at x = 3'
    """

    parts: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        predicted: Array,
        y: Array,
        x: Array | None = None,
        x_name: str = "x",
        target: str = "y",
        verdict: str = "",
        weight: Array | None = None,
    ) -> None:
        self.predicted, self.y = np.asarray(predicted, np.float64), np.asarray(y, np.float64)
        self.x = None if x is None else np.asarray(x, np.float64)
        self.x_name, self.target, self.verdict, self.weight = x_name, target, verdict, weight
        self.residuals = self.y - self.predicted

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        if found.answer.loss.labels:
            raise UsageError("residuals are those of numbers, these are classes: draw SigmoidDisplay")
        x = found.column(0) if found.single and len(found.y) <= STICKS else None
        names = {"x_name": "".join(found.names[:1]), "target": found.target, "verdict": found.verdict}
        return cls(predicted=found.predictions(), y=found.y, x=x, weight=found.rows.weight, **names)

    @classmethod
    def _of_several(cls, found: Several) -> Self:
        if found.classes and found.together is None:
            raise UsageError("this loss gives no probabilities: draw DecisionBoundaryDisplay, or fit loss='log_loss'")
        predicted, y, weight = indicators(found) if found.classes else standardized(found)
        what = "class" if found.classes else "target"
        picture = cls(predicted=predicted, y=y, target=what, verdict=found.verdict, weight=weight)
        picture.parts = tuple(map(str, found.parts))
        return picture

    def _of_part(self, values: Array) -> list[float]:
        """Deviations of values of each part."""
        w = None if self.weight is None else self.weight.reshape(len(self.parts), -1)[0]
        rows = values.reshape(len(self.parts), -1)
        return [float(np.sqrt(np.average((row - np.average(row, weights=w)) ** 2, weights=w))) for row in rows]

    @property
    def spread(self) -> float:
        """Standard deviation of the residuals, weighted, with 1/n."""
        return float(np.sqrt(self._mean((self.residuals - self._mean(self.residuals)) ** 2)))

    def _mean(self, values: Array) -> float:
        return float(np.average(values, weights=self.weight))

    @property
    def groups(self) -> tuple[Array, Array]:
        """Weighted mean prediction and mean residual of groups of rows, (q,) each."""
        return group_means(self.predicted, self.residuals, GROUPS, self.weight)

    @property
    def failed(self) -> bool:
        """Whether the descent diverged, so that the predictions are those of its start and no answer."""
        return self.verdict.lower().startswith("diverged")

    @property
    def rounding(self) -> bool:
        """Whether the residuals are rounding errors."""
        return bool(np.abs(self.residuals).max() <= ROUNDING * np.abs(self.y).max())

    @property
    def off(self) -> bool:
        """Whether the mean residual of some group is significantly different from 0."""
        if len(self.y) < 10 * GROUPS or self.rounding:
            return False
        return bool(np.abs(self.groups[1]).max() > CLEAR * self.spread / np.sqrt(len(self.y) / GROUPS))

    @property
    def finding(self) -> str:
        """How large the residuals are, and whether they average to 0 everywhere."""
        of = f"{counted(len(self.y), 'row')}{' from the start of a descent that diverged' if self.failed else ''}"
        i = int(np.abs(self.residuals).argmax())
        if self.rounding:
            most = f" up to rounding, the largest {number(float(self.residuals[i]))}" if self.residuals[i] else ""
            return f"All residuals of {of} are 0{most}"
        if self.parts:
            spreads = zip(self.parts, self._of_part(self.residuals), strict=True)
            each = listed([f"{brief(name, 20)} {number(spread, 3)}" for name, spread in spreads])
            rows = counted(len(self.y) // len(self.parts), "row")
            fate = " from the start of a descent that diverged" if self.failed else ""
            return f"Standard deviation of the residuals of {rows}{fate}: {each}"
        weighted = "weighted " if self.weight is not None and np.ptp(self.weight) > 0 else ""
        words = f"Residuals of {of}: {weighted}standard deviation {number(self.spread)}"
        if self.off:
            low, high = (number(float(v), 3) for v in (self.groups[1].min(), self.groups[1].max()))
            return f"{words}; their mean is not 0 everywhere but runs from {low} to {high}"
        where = f" at {brief(self.x_name, 20)} = {number(float(self.x[i]))}" if self.x is not None else ""
        return f"{words}, the largest {number(float(self.residuals[i]))}{where}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        kind = "sticks from the fitted line to the rows" if self.x is not None else "points above the predictions"
        mean = number(self._mean(self.residuals))
        return sentences(f"Residuals of {self.target} as {kind}, mean {mean}", self.finding, self.verdict)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, self.sticks_, self.means_ = ax, ax.figure, None, None
        said = self._against(ax) if self.x is None else self._sticks(ax, self.x)
        heading(ax, self.finding, self.verdict, said)
        clear_legend(ax)
        return self

    def _sticks(self, ax: Any, x: Array) -> str:
        self.points_, said = cloud(ax, x, self.y, self.weight)
        order = np.argsort(x)
        width, name = 1.6 if len(x) <= 60 else 0.8, "start" if self.failed else "fitted line"
        self.sticks_ = ax.vlines(x, self.predicted, self.y, color=COLOURS[1], lw=width, label="residual", zorder=1.5)
        self.line_ = ax.plot(x[order], self.predicted[order], color=COLOURS[0], lw=2, label=name, zorder=3)[0]
        labels(ax, self.x_name, self.target)
        return said

    def _against(self, ax: Any) -> str:
        self.points_, said = clouds(ax, self.predicted, self.residuals, self.weight, self.parts)
        xlim = ax.get_xlim()
        self.line_ = ax.axhline(0.0, label="no residual", zorder=3, **DASHED)
        for side in () if self.parts else (-1, 1):
            label = f"± {number(self.spread)}, one standard deviation" if side > 0 else "_"
            ax.axhline(side * self.spread, color=COLOURS[0], lw=1.0, ls=":", label=label, zorder=3)
        if len(self.y) >= 10 * GROUPS and not self.parts:
            size = 0.45 * letters(ax)
            style = {"color": COLOURS[1], "lw": 1.4, "ms": size, "zorder": 4}
            self.means_ = ax.plot(*self.groups, "s-", label=f"mean of {GROUPS} groups of rows", **style)[0]
        ax.set_xlim(xlim)
        x = f"predicted {self.target}"
        if self.parts:
            x = "probability P of the class" if self.target == "class" else "predicted target, in standard deviations"
        y = "1 or 0 \N{MINUS SIGN} P" if self.target == "class" and self.parts else "actual \N{MINUS SIGN} predicted"
        labels(ax, x, y)
        self._strip(ax)
        return said

    def _strip(self, ax: Any) -> None:
        """The distribution of the residuals, weighted, beside them; a small picture has no room for it."""
        if letters(ax) < ROOM:
            return
        beside = ax.inset_axes(STRIP, sharey=ax)
        edges = np.histogram_bin_edges(np.clip(self.residuals, *ax.get_ylim()), BARS)
        style = {"orientation": "horizontal", "color": "#8C8C8C"}
        beside.hist(self.residuals, edges, weights=self.weight, **style)
        beside.axis("off")
