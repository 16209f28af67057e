"""FitDisplay: rows and the fitted line; for several columns, actual against predicted targets."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ..drawing.edges import margins
from ..drawing.legends import clear_legend
from ..drawing.names import Names
from ..drawing.scatter import clouds, labels
from ..drawing.style import COLOURS, CUBE, DASHED, HEIGHT, WIDTH, axes, heading
from ..drawing.words import brief, line_words, listed, number, sentences
from ..sources.line_history import EXACT, UNKNOWN, Line, LineHistory, history_of, optimum_of
from ..sources.predicted import OfRows, Predicted
from ..sources.several import Several, standardized

__all__ = ["FitDisplay"]

FAR = 100.0  # times the range or size of the targets up to which the picture reaches to hold the line
SAME = 1e-4  # share of the height of the picture from which two lines are visibly different


COLUMN = Names("x")


class FitDisplay(OfRows):
    """Rows, the fitted line, the lines of earlier steps and the exact line.

    With several columns, or an offset, the actual targets are drawn against the predicted ones, on equal axes with the
    diagonal of perfect predictions. Weights are the areas of the points. Of a model file, which holds no optimum, the
    exact line is the least-squares line of the rows, where the fit was one of squares without penalty or constraint.

    Parameters
    ----------
    x, y : (n,) arrays
        The column and the target; without a ``line`` the predictions and the target.
    line : (slope, intercept) or None
        The answer, if there is one column.
    exact : (slope, intercept) or None
        The optimum, if it is known.
    history : LineHistory, default LineHistory()
        Lines of earlier steps, and how the run ended.
    names : Names, default Names()
        Of the column and the target.
    growth : bool, default False
        Whether the prediction is exp(slope x + intercept) instead of slope x + intercept.

    Attributes
    ----------
    weight : (n,) array or None
        Weights of the rows; None is 1 for all.
    parts : tuple of str
        Several targets, whose predictions follow each other in ``x``, in standard deviations of each; else none.
    earlier, step, diverged, verdict, status, optimum : as in ``history``
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

    weight: Array | None = None
    parts: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        x: Array,
        y: Array,
        line: Line | None = None,
        exact: Line | None = None,
        history: LineHistory = UNKNOWN,
        names: Names = COLUMN,
        growth: bool = False,
    ) -> None:
        self.x, self.y, self.line, self.exact = np.asarray(x, np.float64), np.asarray(y, np.float64), line, exact
        self.earlier, self.step, self.diverged = dict(history.earlier), history.step, history.diverged
        self.verdict, self.status, self.optimum = history.verdict, history.status, history.optimum
        self.x_name, self.target, self.growth = names.x, names.target, growth
        self.size = CUBE if line is None else (WIDTH, HEIGHT)

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        answer = found.answer
        if answer.loss.labels:
            raise UsageError("a line is fitted to numbers, these are classes: draw SigmoidDisplay")
        exact, optimum = optimum_of(found) if found.single else (None, EXACT)
        told = history_of(found) if found.single else LineHistory(verdict=found.verdict, status=found.status)
        picture = cls(
            x=found.column(0) if found.single else found.predictions(),
            y=found.y,
            line=(float(answer.coef[0]), answer.intercept) if found.single else None,
            exact=exact,
            history=told._replace(optimum=optimum),
            names=Names(found.names[0], found.target) if found.single else Names(target=found.target),
            growth=found.single and not answer.loss.identity_link,
        )
        picture.weight = found.rows.weight
        return picture

    @classmethod
    def _of_several(cls, found: Several) -> Self:
        if found.classes:
            raise UsageError("a line is fitted to numbers, these are classes: draw DecisionBoundaryDisplay")
        predicted, y, weight = standardized(found)
        picture = cls(x=predicted, y=y, history=LineHistory(verdict=found.verdict), names=Names(target="targets"))
        picture.weight, picture.parts = weight, tuple(map(str, found.parts))
        return picture

    def at(self, line: Line, x: Array) -> Array:
        """Predictions of a line at x.

        Parameters
        ----------
        line : (slope, intercept)
            In raw units.
        x : (m,) array
            Values of the column.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            z = line[0] * x + line[1]
            return np.exp(z) if self.growth else z

    def words(self, line: Line) -> str:
        """A line as a formula.

        Parameters
        ----------
        line : (slope, intercept)
            In raw units.
        """
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
        """Share of the targets' variance that the predictions explain, weighted; 1 at best."""
        spread = self._mean((self.y - self._mean(self.y)) ** 2)
        return 1.0 - self._mean(self.errors**2) / spread if spread else float("nan")

    def _mean(self, values: Array) -> float:
        return float(np.average(values, weights=self.weight))

    @property
    def errors(self) -> Array:
        """Targets minus predictions, (n,)."""
        return self.y - (self.x if self.line is None else self.at(self.line, self.x))

    @property
    def finding(self) -> str:
        """The line and its distance from the exact one; for several columns the quality of the predictions."""
        if self.parts:
            return self._shares()
        if self.line is None:
            share = "" if np.isnan(self.r2) else f"R² = {number(self.r2, 3)}, "
            error = number(self._mean(np.abs(self.errors)))
            if self.failed:
                return f"Diverged, no answer: the predictions are those of the start, mean absolute error {error}"
            return f"Actual against predicted {brief(self.target)}: {share}mean absolute error {error}"
        if self.failed:
            return self._of_diverged(self.line)
        after = "" if self.step is None else f" after {counted(self.step, 'step')}"
        if self.distance is None:
            return self.words(self.line) + after
        if self.distance < SAME * max(float(np.ptp(self.y)), 1e-300):
            return f"{self.words(self.line)}{after}: the {self.optimum}"
        return f"{self.words(self.line)}{after}, at most {number(self.distance)} from the {self.optimum}"

    def _shares(self) -> str:
        """R² of each of several targets."""
        w = None if self.weight is None else self.weight.reshape(len(self.parts), -1)[0]
        errors = self.errors.reshape(len(self.parts), -1)
        shares = [number(1.0 - float(np.average(error**2, weights=w)), 3) for error in errors]
        parts = listed([f"{brief(name, 20)} {share}" for name, share in zip(self.parts, shares, strict=True)])
        return f"{'Diverged, no answer: at the start ' if self.failed else ''}R² of {len(self.parts)} targets: {parts}"

    def _of_diverged(self, line: Line) -> str:
        """What a descent that diverged shows: its last slope if it is recorded, otherwise its start."""
        exact = f"; the {self.optimum} has slope {number(self.exact[0])}" if self.exact is not None else ""
        if self.diverged is None:
            return f"Diverged, no answer: the line drawn is the start, {self.words(line)}{exact}"
        exact = exact if self.exact is None else f", the exact one {number(self.exact[0])}"
        return f"Diverged: after {self.step:,} steps the slope is {number(self.diverged[0], 3)}{exact}"

    @property
    def failed(self) -> bool:
        """Whether the descent diverged, so that the line is its start and no answer."""
        said = self.verdict.lower().startswith("diverged")
        return self.diverged is not None or self.status == "diverged" or said

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        ends = [number(float(v)) for v in (self.x.min(), self.x.max(), self.y.min(), self.y.max())]
        spans = f"from {ends[0]} to {ends[1]}, {self.target} from {ends[2]} to {ends[3]}"
        if self.line is None:
            return f"Scatter plot of {len(self.x)} rows, predictions {spans}, and the diagonal. {self.finding}."
        exact = "" if self.exact is None else f" The {self.optimum}, {self.words(self.exact)}, is dashed."
        earlier = f" Faint lines show steps {', '.join(map(str, self.earlier))}." if self.earlier else ""
        words = f"Scatter plot of {len(self.x)} rows, {self.x_name} {spans}, with the line {self.words(self.line)}."
        return sentences(f"{words}{exact}{earlier}", self.verdict)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax, size=self.size)
        self.ax_, self.figure_, self.exact_, self.earlier_ = ax, ax.figure, None, list[Any]()
        self.points_, said = clouds(ax, self.x, self.y, self.weight, self.parts)
        if self.line is None:
            self._diagonal(ax)
        else:
            self._lines(ax)
        heading(ax, self.finding, self.verdict, said)
        clear_legend(ax)
        return self

    def _diagonal(self, ax: Any) -> None:
        xlim, ylim = ax.get_xlim(), ax.get_ylim()
        ends = (min(xlim[0], ylim[0]), max(xlim[1], ylim[1]))
        self.line_ = ax.plot(ends, ends, color=COLOURS[1], lw=1.6, label="actual = predicted", zorder=3)[0]
        ax.set(xlim=ends, ylim=ends, aspect="equal")
        what = ", in standard deviations" if self.parts else f" {self.target}"
        labels(ax, f"predicted{what}", f"actual{what}")

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
        words = f"{'start' if self.failed else 'descent'}: {self.words(self.line)}"
        self.line_ = ax.plot(grid, self.at(self.line, grid), color=COLOURS[0], lw=2.2, label=words, zorder=3)[0]
        if self.exact is not None:
            words = f"{'exact' if self.optimum == EXACT else 'least squares'}: {self.words(self.exact)}"
            self.exact_ = ax.plot(grid, self.at(self.exact, grid), label=words, zorder=4, **DASHED)[0]
        ax.set(xlim=(grid[0], grid[-1]), ylim=ylim)
        labels(ax, self.x_name, self.target)

    def _height(self) -> Line:
        """Limits of the targets: those of the rows, of the answer at the rows, and of other lines that are near."""
        low, high = float(self.y.min()), float(self.y.max())
        ends = np.array([self.x.min(), self.x.max()])
        far = FAR * max(high - low, abs(low), abs(high)) or np.inf
        for line in (self.line, self.exact, self.earlier.get(0)):
            z = self.at(line, ends) if line is not None else ends * np.nan
            reach = far if line == self.line and not self.failed else high - low
            if np.isfinite(z).all() and z.min() >= low - reach and z.max() <= high + reach:
                low, high = min(low, float(z.min())), max(high, float(z.max()))
        return margins(low, high, 0.07)
