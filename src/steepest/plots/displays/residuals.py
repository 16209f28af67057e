"""ResidualsDisplay: target minus prediction, row by row."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ..drawing.edges import corner
from ..drawing.scatter import cloud, group_means, labels
from ..drawing.style import COLOURS, DASHED, axes, heading, legend, letters
from ..drawing.words import brief, counted, number, sentences
from ..sources.predicted import OfRows, Predicted

__all__ = ["ResidualsDisplay"]

STICKS = 200  # rows whose residuals are drawn as sticks
ROUNDING = 1e-12  # of the largest target
GROUPS = 20  # groups of rows whose mean residual is drawn
CLEAR = 5.0  # standard errors from which a group's mean is significant


class ResidualsDisplay(OfRows):
    """Residuals, target minus prediction: as sticks from the line to the rows, or against the predictions.

    Sticks are drawn for one column and up to 200 rows. Otherwise residuals are drawn against predictions, with the
    means of 20 groups of rows in order of prediction; a mean away from 0 shows a bias.

    Parameters
    ----------
    predicted, y : (n,) arrays
    x : (n,) array or None
        The one column; None draws residuals against predictions.
    x_name, target : str
    verdict : str
        The verdict, in one line.

    Attributes
    ----------
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

    def __init__(
        self,
        *,
        predicted: Array,
        y: Array,
        x: Array | None = None,
        x_name: str = "x",
        target: str = "y",
        verdict: str = "",
    ) -> None:
        self.predicted, self.y = np.asarray(predicted, np.float64), np.asarray(y, np.float64)
        self.x = None if x is None else np.asarray(x, np.float64)
        self.x_name, self.target, self.verdict = x_name, target, verdict
        self.residuals = self.y - self.predicted

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        if found.answer.loss.labels:
            raise UsageError("residuals are those of numbers, these are classes: draw SigmoidDisplay")
        x = found.column(0) if found.single and len(found.y) <= STICKS else None
        names = {"x_name": found.names[0], "target": found.target, "verdict": found.verdict}
        return cls(predicted=found.predictions(), y=found.y, x=x, **names)

    @property
    def spread(self) -> float:
        """Standard deviation of the residuals, with 1/n."""
        return float(self.residuals.std())

    @property
    def groups(self) -> tuple[Array, Array]:
        """Mean prediction and mean residual of groups of rows."""
        return group_means(self.predicted, self.residuals, GROUPS)

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
        i = int(np.abs(self.residuals).argmax())
        if self.rounding:
            most = f" up to rounding, the largest {number(float(self.residuals[i]))}" if self.residuals[i] else ""
            return f"All residuals of {counted(len(self.y), 'row')} are 0{most}"
        words = f"Residuals of {counted(len(self.y), 'row')}: standard deviation {number(self.spread)}"
        if self.off:
            low, high = (number(float(v), 3) for v in (self.groups[1].min(), self.groups[1].max()))
            return f"{words}; their mean is not 0 everywhere but runs from {low} to {high}"
        where = f" at {brief(self.x_name, 20)} = {number(float(self.x[i]))}" if self.x is not None else ""
        return f"{words}, the largest {number(float(self.residuals[i]))}{where}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        kind = "sticks from the fitted line to the rows" if self.x is not None else "points above the predictions"
        mean = number(float(self.residuals.mean()))
        return sentences(f"Residuals of {self.target} as {kind}, mean {mean}", self.finding, self.verdict)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, self.sticks_, self.means_ = ax, ax.figure, None, None
        said = self._against(ax) if self.x is None else self._sticks(ax, self.x)
        heading(ax, self.finding, self.verdict, said)
        rows = (self.predicted, self.residuals) if self.x is None else (self.x, self.y)
        legend(ax, loc=corner(ax, np.column_stack(rows), paths=[self.line_.get_xydata()] if self.x is not None else []))
        return self

    def _sticks(self, ax: Any, x: Array) -> str:
        self.points_, said = cloud(ax, x, self.y)
        order = np.argsort(x)
        width = 1.6 if len(x) <= 60 else 0.8
        self.sticks_ = ax.vlines(x, self.predicted, self.y, color=COLOURS[1], lw=width, label="residual", zorder=1.5)
        self.line_ = ax.plot(x[order], self.predicted[order], color=COLOURS[0], lw=2, label="fitted line", zorder=3)[0]
        labels(ax, self.x_name, self.target)
        return said

    def _against(self, ax: Any) -> str:
        self.points_, said = cloud(ax, self.predicted, self.residuals)
        xlim = ax.get_xlim()
        self.line_ = ax.axhline(0.0, label="no residual", zorder=3, **DASHED)
        for side in (-1, 1):
            label = f"± {number(self.spread)}, one standard deviation" if side > 0 else "_"
            ax.axhline(side * self.spread, color=COLOURS[0], lw=1.0, ls=":", label=label, zorder=3)
        if len(self.y) >= 10 * GROUPS:
            size = 0.45 * letters(ax)
            style = {"color": COLOURS[1], "lw": 1.4, "ms": size, "zorder": 4}
            self.means_ = ax.plot(*self.groups, "s-", label=f"mean of {GROUPS} groups of rows", **style)[0]
        ax.set_xlim(xlim)
        labels(ax, f"predicted {self.target}", "actual \N{MINUS SIGN} predicted")
        return said
