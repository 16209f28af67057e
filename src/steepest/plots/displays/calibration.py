"""CalibrationDisplay: the observed share of a class by its predicted probability."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ...solve.scores.probabilities import Calibration, calibration_table
from ..drawing.class_curves import chosen_curves, curve_style, square
from ..drawing.ends import End, name_ends
from ..drawing.style import COLOURS, CUBE, DASHED, axes, heading, legend_beside, letters
from ..drawing.words import class_name, number, sentences
from ..sources.class_rows import ClassRows, OfClasses

__all__ = ["CalibrationDisplay"]

BARS, TALL = 25, 0.14  # bars of the histogram, and the height of the tallest
NORMAL = 1.959963984540054  # quantile of a two-sided interval of 95%


class CalibrationDisplay(OfClasses):
    """Observed share by mean predicted probability, in groups of rows; of three classes or more, a line for each.

    Groups are of equal weight, or of equal width. Of two classes without weights each point has its interval of 95%
    (Wilson), and grey bars at the bottom count the rows by predicted probability.

    Parameters
    ----------
    rows : ClassRows
        The rows' classes and probabilities.
    bins : int, default 10
        At most so many groups.
    by : {"quantile", "width"}, default "quantile"
        Whether groups have equal weight, or equal width.

    Attributes
    ----------
    tables : dict from class to Calibration
        ``predicted``, ``observed`` and number of ``rows`` of each group.
    errors : dict from class to float
        Mean difference of predicted and observed shares, weighted by rows.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    lines_ : list of Matplotlib lines
    bars_, intervals_ : Matplotlib artists or None
    finding, alt_text : str

    Raises
    ------
    UsageError
        If the loss gives no probabilities.

    Notes
    -----
    Cost: a pass over the data, and a sort for each class. Of more than 7 classes those of largest error are drawn.

    References
    ----------
    Niculescu-Mizil, A. and Caruana, R. (2005). Predicting good probabilities with supervised learning. ICML.
    doi:10.1145/1102351.1102430

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. J. Am. Stat. Assoc. 22.
    doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> rows = ["no", "no", "yes", "yes"], [0.1, 0.4, 0.6, 0.9]
    >>> CalibrationDisplay.from_predictions(*rows).finding
    'Predicted and observed shares of yes differ by 0.25 on average, in 4 groups of 1 row'
    """

    size = CUBE

    def __init__(self, *, rows: ClassRows, bins: int = 10, by: str = "quantile") -> None:
        if rows.p is None:
            raise UsageError("this loss gives no probabilities: fit loss='log_loss'")
        self.rows, self.p = rows, rows.p
        made = {c: calibration_table(rows.own(c), self.p[:, c], rows.weight, bins=bins, by=by) for c in rows.drawn}
        self.tables: dict[Any, Calibration] = {rows.classes[c]: table for c, table in made.items()}
        self.errors = {label: _error(table) for label, table in self.tables.items()}

    @classmethod
    def _of_classes(cls, rows: ClassRows) -> Self:
        return cls(rows=rows)

    @property
    def finding(self) -> str:
        """The mean difference of predicted and observed shares."""
        if len(self.rows.classes) > 2:
            worst = max(self.errors, key=lambda label: self.errors[label])
            mean = number(float(np.mean(list(self.errors.values()))), 3)
            most = f"the most, of {class_name(worst)}, is {number(self.errors[worst], 3)}"
            return f"Predicted and observed shares of {len(self.errors)} classes differ by {mean} on average: {most}"
        label = self.rows.classes[1]
        table, error = self.tables[label], number(self.errors[label], 3)
        low, high = int(table.rows.min()), int(table.rows.max())
        each = counted(low, "row") if low == high else f"{low:,} to {high:,} rows"
        groups = f"{counted(len(table.rows), 'group')} of {each}"
        return f"Predicted and observed shares of {self.rows.name(1)} differ by {error} on average, in {groups}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        n = counted(len(self.rows.y), "row")
        kind = f"Calibration of {self.rows.target}, {n}: observed share by predicted probability, around the diagonal"
        return sentences(kind, self.finding, self.rows.verdict)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax, size=CUBE)
        square(ax)
        self.ax_, self.figure_, self.bars_, self.intervals_, self.lines_ = ax, ax.figure, None, None, []
        drawn, said = chosen_curves(self.errors, "difference", worst="largest")
        ax.plot([0, 1], [0, 1], zorder=1, label="ideal", **DASHED)
        for i, label in enumerate(drawn):
            style = curve_style(ax, i, label) | {"marker": "o", "ms": 0.5 * letters(ax)}
            self.lines_ += ax.plot(self.tables[label].predicted, self.tables[label].observed, **style)
        ax.set(xlabel="mean predicted probability", ylabel="observed share")
        if len(self.rows.classes) == 2:
            said = self._counted(ax)
        heading(ax, self.finding, self.rows.verdict, said)
        if len(self.rows.classes) > 2:
            legend_beside(ax)
        return self

    def _counted(self, ax: Any) -> str:
        """Intervals, and a histogram of the probabilities, with words on them."""
        table = self.tables[self.rows.classes[1]]
        name_ends(ax, [End(1.0, 1.0, "ideal", "black")])
        counts, edges = np.histogram(self.p[:, 1], BARS, (0.0, 1.0))
        height, style = TALL * counts / max(1, int(counts.max())), {"color": COLOURS[6], "alpha": 0.35, "zorder": 0.5}
        self.bars_ = ax.bar(edges[:-1], height, edges[1], align="edge", label="_", **style)
        bars = f"grey bars: rows by probability, at most {int(counts.max()):,}"
        if self.rows.weight is not None:
            return bars
        low, high = wilson(table.observed, table.rows)
        lines = {"color": COLOURS[0], "lw": 1.0, "zorder": 2, "label": "_"}
        self.intervals_ = ax.vlines(table.predicted, low, high, **lines)
        return f"thin lines: 95% intervals of the observed shares; {bars}"


def wilson(share: Array, n: NDArray[np.int64]) -> tuple[Array, Array]:
    """The interval of 95% of a share of n rows, by Wilson's score.

    Examples
    --------
    >>> low, high = wilson(np.array([0.0]), np.array([10]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0], [0.2775])
    """
    square = NORMAL**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = NORMAL / (1 + square / n) * np.sqrt(share * (1 - share) / n + square / (4 * n**2))
    return np.maximum(0.0, middle - half), np.minimum(1.0, middle + half)


def _error(table: Calibration) -> float:
    return float(np.average(np.abs(table.predicted - table.observed), weights=table.rows))
