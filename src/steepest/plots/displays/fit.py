"""FitDisplay: rows and the fitted line; for several columns, actual against predicted targets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ..drawing.edges import corner, margins
from ..drawing.names import Names
from ..drawing.scatter import cloud, labels
from ..drawing.style import COLOURS, DASHED, axes, heading, legend
from ..drawing.words import brief, counted, line_words, number, sentences
from ..sources.predicted import OfRows, Predicted

__all__ = ["FitDisplay"]

Line = tuple[float, float]
STOPS = 5  # maximum number of lines of earlier steps
SAME = 1e-4  # share of the height of the picture from which two lines are visibly different


class History(NamedTuple):
    """How a run came to its line.

    Attributes
    ----------
    earlier : dict from step to (slope, intercept)
        Lines of earlier steps, the start first.
    step : int or None
        Number of updates up to the answer; for a run that diverged, all.
    diverged : (slope, intercept) or None
        The last line of a run that diverged; the answer is then its start.
    verdict : str
        The verdict, in one line.
    """

    earlier: Mapping[int, Line] = MappingProxyType({})
    step: int | None = None
    diverged: Line | None = None
    verdict: str = ""


UNKNOWN, COLUMN = History(), Names("x")


class FitDisplay(OfRows):
    """Rows, the fitted line, the lines of earlier steps and the exact line.

    With several columns, or an offset, the actual targets are drawn against the predicted ones, with the diagonal of
    perfect predictions.

    Parameters
    ----------
    x, y : (n,) arrays
        The column and the target; without a ``line`` the predictions and the target.
    line : (slope, intercept) or None
        The answer, if there is one column.
    exact : (slope, intercept) or None
        The optimum, if it is known.
    history : History
        Lines of earlier steps, and how the run ended.
    names : Names
        Of the column and the target.
    growth : bool
        Whether the prediction is exp(slope x + intercept) instead of slope x + intercept.

    Attributes
    ----------
    earlier, step, diverged, verdict : as in ``history``
    x_name, target : str
        From ``names``.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    points_, line_ : Matplotlib artists
        Rows, as points or cells; the line or diagonal.
    exact_, earlier_ : Matplotlib line or None, list of Matplotlib lines
    finding, alt_text : str

    Notes
    -----
    More than 5,000 rows are counted in cells. Cost: one pass over the data.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> x, y = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]], [4.0, 3, 7, 7, 8, 10, 8, 11]
    >>> model = GDRegressor(learning_rate=0.01, max_iter=4000, tol=None).fit(x, y)
    >>> FitDisplay.from_estimator(model, x, y).finding
    'y = 0.845 x + 2.602 after 4,000 steps, at most 0.001059 from the exact line'
    """

    def __init__(
        self,
        *,
        x: Array,
        y: Array,
        line: Line | None = None,
        exact: Line | None = None,
        history: History = UNKNOWN,
        names: Names = COLUMN,
        growth: bool = False,
    ) -> None:
        self.x, self.y, self.line, self.exact = np.asarray(x, np.float64), np.asarray(y, np.float64), line, exact
        self.earlier, self.step, self.diverged = dict(history.earlier), history.step, history.diverged
        self.x_name, self.target, self.growth, self.verdict = names.x, names.target, growth, history.verdict

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        answer = found.answer
        if answer.loss.labels:
            raise UsageError("a line is fitted to numbers, these are classes: draw SigmoidDisplay")
        growth = not answer.loss.identity_link
        if not found.single:
            history, names = History(verdict=found.verdict), Names(target=found.target)
            return cls(x=found.predictions(), y=found.y, history=history, names=names)
        exact = answer.trajectory.meta.get("exact") if answer.trajectory is not None else None
        return cls(
            x=found.column(0),
            y=found.y,
            line=(float(answer.coef[0]), answer.intercept),
            exact=(float(exact["coef"][0]), float(exact["intercept"])) if exact else None,
            history=_history(answer.trajectory, found.verdict),
            names=Names(found.names[0], found.target),
            growth=growth,
        )

    def at(self, line: Line, x: Array) -> Array:
        """Predictions of a line at x."""
        with np.errstate(over="ignore", invalid="ignore"):
            z = line[0] * x + line[1]
            return np.exp(z) if self.growth else z

    def words(self, line: Line) -> str:
        """A line as a formula."""
        return line_words(*line, self.x_name, self.target, "exp({})" if self.growth else "{}")

    @property
    def distance(self) -> float | None:
        """Largest distance between answer and exact line over the range of the rows."""
        if self.line is None or self.exact is None:
            return None
        ends = np.array([self.x.min(), self.x.max()])
        return float(np.abs(self.at(self.line, ends) - self.at(self.exact, ends)).max())

    @property
    def r2(self) -> float:
        """Share of the targets' variance that the predictions explain, 1 at best."""
        spread = float(((self.y - self.y.mean()) ** 2).sum())
        return 1.0 - float((self.errors**2).sum()) / spread if spread else float("nan")

    @property
    def errors(self) -> Array:
        """Targets minus predictions, (n,)."""
        return self.y - (self.x if self.line is None else self.at(self.line, self.x))

    @property
    def finding(self) -> str:
        """The line and its distance from the exact one; for several columns the quality of the predictions."""
        if self.line is None:
            share = "" if np.isnan(self.r2) else f"R² = {number(self.r2, 3)}, "
            error = number(float(np.abs(self.errors).mean()))
            return f"Actual against predicted {brief(self.target)}: {share}mean absolute error {error}"
        if self.diverged is not None:
            exact = f", the exact one {number(self.exact[0])}" if self.exact is not None else ""
            return f"Diverged: after {self.step:,} steps the slope is {number(self.diverged[0], 3)}{exact}"
        after = "" if self.step is None else f" after {counted(self.step, 'step')}"
        if self.distance is None:
            return self.words(self.line) + after
        if self.distance < SAME * max(float(np.ptp(self.y)), 1e-300):
            return f"{self.words(self.line)}{after}: the exact line"
        return f"{self.words(self.line)}{after}, at most {number(self.distance)} from the exact line"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        ends = [number(float(v)) for v in (self.x.min(), self.x.max(), self.y.min(), self.y.max())]
        spans = f"from {ends[0]} to {ends[1]}, {self.target} from {ends[2]} to {ends[3]}"
        if self.line is None:
            return f"Scatter plot of {len(self.x)} rows, predictions {spans}, and the diagonal. {self.finding}."
        exact = "" if self.exact is None else f" The exact line, {self.words(self.exact)}, is dashed."
        earlier = f" Faint lines show steps {', '.join(map(str, self.earlier))}." if self.earlier else ""
        words = f"Scatter plot of {len(self.x)} rows, {self.x_name} {spans}, with the line {self.words(self.line)}."
        return sentences(f"{words}{exact}{earlier}", self.verdict)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, self.exact_, self.earlier_ = ax, ax.figure, None, list[Any]()
        self.points_, said = cloud(ax, self.x, self.y)
        if self.line is None:
            self._diagonal(ax)
        else:
            self._lines(ax)
        heading(ax, self.finding, self.verdict, said)
        lines = [line.get_xydata() for line in (*self.earlier_, self.line_, self.exact_) if line]
        legend(ax, loc=corner(ax, np.column_stack((self.x, self.y)), paths=lines))
        return self

    def _diagonal(self, ax: Any) -> None:
        xlim, ylim = ax.get_xlim(), ax.get_ylim()
        ends = (min(xlim[0], ylim[0]), max(xlim[1], ylim[1]))
        self.line_ = ax.plot(ends, ends, color=COLOURS[1], lw=1.6, label="actual = predicted", zorder=3)[0]
        ax.set(xlim=xlim, ylim=ylim)
        labels(ax, f"predicted {self.target}", f"actual {self.target}")

    def _lines(self, ax: Any) -> None:
        assert self.line is not None
        low, high = ax.get_xlim()
        grid = np.linspace(low, high, 200 if self.growth else 2)
        ylim = self._height()
        visible = {step: self.at(line, grid) for step, line in self.earlier.items()}
        visible = {step: z for step, z in visible.items() if z.max() >= ylim[0] and z.min() <= ylim[1]}
        label = f"earlier: step{'s' * (len(visible) > 1)} {', '.join(f'{step:,}' for step in visible)}"
        for z in visible.values():
            self.earlier_ += ax.plot(grid, z, color=COLOURS[5], lw=0.9, zorder=1.5, label=label)
            label = "_"
        words = f"{'descent' if self.diverged is None else 'start'}: {self.words(self.line)}"
        self.line_ = ax.plot(grid, self.at(self.line, grid), color=COLOURS[0], lw=2.2, label=words, zorder=3)[0]
        if self.exact is not None:
            words = f"exact: {self.words(self.exact)}"
            self.exact_ = ax.plot(grid, self.at(self.exact, grid), label=words, zorder=4, **DASHED)[0]
        ax.set(xlim=(grid[0], grid[-1]), ylim=ylim)
        labels(ax, self.x_name, self.target)

    def _height(self) -> Line:
        """Limits of the targets: those of the rows and, if near, of the lines at the rows."""
        low, high = float(self.y.min()), float(self.y.max())
        reach = high - low
        ends = np.array([self.x.min(), self.x.max()])
        for line in (self.line, self.exact, self.earlier.get(0)):
            z = self.at(line, ends) if line is not None else ends * np.nan
            if np.isfinite(z).all() and z.min() >= low - reach and z.max() <= high + reach:
                low, high = min(low, float(z.min())), max(high, float(z.max()))
        return margins(low, high, 0.07)


def _history(path: Any, verdict: str) -> History:
    """Lines at the start and at log-spaced steps, the step of the answer, and the last line of a divergent run."""
    if path is None:
        return History(verdict=verdict)
    diverged = path.verdict is not None and path.verdict.status == "diverged"
    reported = int(path.step[-1] if diverged else path.meta.get("reported_step", path.step[-1]))
    last = int(np.searchsorted(path.step, reported))
    places = np.arange(1, STOPS) if diverged else np.geomspace(1, max(1, last), STOPS + 1).round().astype(int) - 1
    lines = {int(path.step[i]): (float(path.coef[i, 0]), float(path.intercept[i])) for i in places if i < last}
    earlier = {step: line for step, line in lines.items() if np.isfinite(line).all()}
    earlier = {step: line for step, line in earlier.items() if step < 0.9 * reported}
    end = (float(path.coef[-1, 0]), float(path.intercept[-1])) if diverged else None
    return History(earlier, reported, end, verdict)
