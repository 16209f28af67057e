"""PrecisionRecallDisplay: precision by recall, at every cut-off, beside the base rate."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ...core.errors import DataError
from ...core.shown_text import counted
from ...solve.scores.ranking import Curve, average_precision, precision_recall_curve
from ..drawing.class_curves import chosen_curves, curve_style, marked, score_words, square
from ..drawing.style import CUBE, DASHED, axes, heading, legend_beside, letters
from ..drawing.words import class_name, listed, number, sentences
from ..sources.class_rows import ClassRows, OfClasses

__all__ = ["PrecisionRecallDisplay"]

HIGH = 0.15  # base rate below which its name stands above its line


class PrecisionRecallDisplay(OfClasses):
    """Precision by recall with its average; of three classes or more, each against the others.

    Precision is the share of the class among the rows that are said to be of it, recall the share of its rows that are
    found. A model that knows nothing has the base rate, the share of the class among all rows, as its precision. Of two
    classes the point of the cut-off P = 0.5 is marked.

    Parameters
    ----------
    rows : ClassRows
        The rows' classes and scores.

    Attributes
    ----------
    curves : dict from class to Curve
        Recall ``x``, precision ``y`` and cut-offs ``cut``.
    averages, base_rates : dict from class to float
        Average precision of each, and its weighted share of the rows.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    lines_ : list of Matplotlib lines
    cut_, base_ : Matplotlib lines or None
        The cut-off and the base rate.
    finding, alt_text : str

    Raises
    ------
    DataError
        If no row is of the class.

    Notes
    -----
    Between its points a curve is a step. Cost: a pass over the data, and a sort for each class. Of more than 7 classes
    those of smallest average precision are drawn.

    References
    ----------
    Davis, J. and Goadrich, M. (2006). The relationship between precision-recall and ROC curves. ICML.
    doi:10.1145/1143844.1143874

    Examples
    --------
    >>> PrecisionRecallDisplay.from_predictions(["no", "no", "yes", "yes"], [0.1, 0.6, 0.4, 0.8]).finding
    'Average precision 0.8333, of a base rate of 0.5: at P = 0.5, precision 50% and recall 50%'
    """

    size = CUBE

    def __init__(self, *, rows: ClassRows) -> None:
        self.rows = rows
        self.curves: dict[Any, Curve] = {}
        self.averages: dict[Any, float] = {}
        for c in rows.drawn:
            curve = precision_recall_curve(rows.own(c), rows.scores[:, c], rows.weight)
            average = average_precision(rows.own(c), rows.scores[:, c], rows.weight)
            if curve is not None and average is not None:
                self.curves[rows.classes[c]], self.averages[rows.classes[c]] = curve, average
        if not self.curves:
            raise DataError(f"precision needs rows of class {rows.classes[1]!r}, there is none: give other rows")
        shares = {rows.classes[c]: float(np.average(rows.own(c), weights=rows.weight)) for c in rows.drawn}
        self.base_rates = {label: shares[label] for label in self.curves}

    @classmethod
    def _of_classes(cls, rows: ClassRows) -> Self:
        return cls(rows=rows)

    @property
    def point(self) -> tuple[float, float] | None:
        """Of two classes, recall and precision at the cut-off; None where no row is predicted to be of the class."""
        if len(self.rows.classes) > 2:
            return None
        return self.curves[self.rows.classes[1]].at(float(np.nextafter(self.rows.cut, np.inf)))

    @property
    def finding(self) -> str:
        """The average precision, and the point of the cut-off; of several classes the mean."""
        averages = list(self.averages.values())
        if len(self.rows.classes) > 2:
            worst = min(self.averages, key=lambda label: self.averages[label])
            least = f"the smallest, of {class_name(worst)}, is {score_words(min(averages))}"
            mean = score_words(float(np.mean(averages)))
            return f"Mean average precision {mean} of {len(averages)} classes: {least}"
        label = self.rows.classes[1]
        head = f"Average precision {score_words(averages[0])}, of a base rate of {number(self.base_rates[label])}"
        if self.point is None:
            return f"{head}: at {self.rows.cut_name}, no row is said to be {self.rows.name(1)}"
        recall, precision = (f"{100 * share:.3g}%" for share in self.point)
        return f"{head}: at {self.rows.cut_name}, precision {precision} and recall {recall}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        n = counted(len(self.rows.y), "row")
        many = "curve" if len(self.curves) == 1 else f"curves of {len(self.curves)} classes against the others"
        return sentences(f"Precision by recall, {many}, of {self.rows.target}, {n}", self.finding, self.rows.verdict)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax, size=CUBE)
        square(ax)
        self.ax_, self.figure_, self.cut_, self.base_, self.lines_ = ax, ax.figure, None, None, []
        drawn, said = chosen_curves(self.averages, "average precision")
        for i, label in enumerate(drawn):
            curve = self.curves[label]
            style = curve_style(ax, i, label, score_words(self.averages[label])) | {"drawstyle": "steps-pre"}
            x, y = np.append(0.0, curve.x), np.append(curve.y[0], curve.y)
            self.lines_ += ax.plot(x, y, **style)
        ax.set(xlabel="recall", ylabel="precision")
        if len(self.rows.classes) == 2:
            self._named(ax)
        heading(ax, self.finding, self.rows.verdict, said, self._rates(drawn))
        if len(self.rows.classes) > 2:
            legend_beside(ax)
        return self

    def _rates(self, drawn: list[Any]) -> str:
        """Of several classes, what is beside their names, and their base rates."""
        if len(self.rows.classes) == 2:
            return ""
        rates = listed([f"{class_name(label)} {number(self.base_rates[label], 2)}" for label in drawn], len(drawn))
        return f"beside each class its average precision; base rates: {rates}"

    def _named(self, ax: Any) -> None:
        """The base rate and the cut-off, by name."""
        base = self.base_rates[self.rows.classes[1]]
        self.base_ = ax.axhline(base, zorder=1, label="_", **DASHED)
        below = base > HIGH
        place = {"xytext": (0, -3 if below else 3), "textcoords": "offset points", "va": "top" if below else "bottom"}
        ax.annotate(f"base rate {number(base)}", (0.0, base), ha="left", fontsize=0.9 * letters(ax), **place)
        if self.point is not None:
            self.cut_, _ = marked(ax, self.point, self.rows.cut_name, falling=True)
